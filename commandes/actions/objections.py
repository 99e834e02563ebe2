"""Who wants no reminder of carts: known by a keyed digest, so no address is kept.

The link in a reminder carries a token: the digest and its signature. It names nobody,
needs no login, and nobody else can make one.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from commandes.actions.people import checked_email
from commandes.errors import UnsubscribeLinkInvalid
from commandes.store import Receipt, tables
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from commandes.store import Store, Writer

_DIGEST, _SIGNATURE = 64, 32  # hex digits


def digest(signer: Store | Writer, email: str) -> str:
    """What stands for an e-mail here, whatever its case."""
    return signer.sign("objection", email.strip().lower())


def token(signer: Store | Writer, email: str) -> str:
    """The token of the link by which the owner of an e-mail objects."""
    whose = digest(signer, email)
    return f"{whose}{signer.sign('unsubscribe', whose)[:_SIGNATURE]}"


def whose(signer: Store | Writer, given: str) -> str:
    """The digest that a token of ours is about.

    Raises:
        UnsubscribeLinkInvalid: it is no token of ours.
    """
    found, signature = given[:_DIGEST], given[_DIGEST:]
    true = signer.sign("unsubscribe", found)[:_SIGNATURE]
    if not hmac.compare_digest(signature.encode(), true.encode()):
        raise UnsubscribeLinkInvalid
    return found


def known(connection: Connection, signer: Store | Writer, email: str | None) -> bool:
    """Whether the owner of an e-mail has objected."""
    return bool(email) and _has(connection, digest(signer, email or ""))


def among(store: Store, emails: set[str]) -> set[str]:
    """Those of some e-mails whose owners have objected."""
    with store.reading() as connection:
        found = set(connection.scalars(select(tables.objections.c.digest)))
    return {email for email in emails if found and digest(store, email) in found}


def object_to_reminders(
    store: Store, given: str, *, actor: str = "client", key: str | None = None
) -> Receipt:
    """Keep that the owner of a token wants no reminder any more.

    Raises:
        UnsubscribeLinkInvalid: it is no token of ours.
    """
    found = whose(store, given)
    # Who follows the link again gets the same answer, and leaves no other trace.
    key = key or f"object:{found}"
    work = _keeping("object", found)
    return store.perform("object", {"digest": found}, work, actor=actor, key=key)


def note(store: Store, email: str, *, actor: str, key: str | None = None) -> Receipt:
    """Keep that a customer said, by phone or by letter, to want no reminder.

    Raises:
        EmailInvalid: it is no address.
    """
    found = digest(store, checked_email(email))
    asked: dict[str, object] = {"digest": found}
    work = _keeping("note_objection", found)
    return store.perform("note_objection", asked, work, actor=actor, key=key)


def lift(store: Store, email: str, *, actor: str, key: str | None = None) -> Receipt:
    """Keep that a customer wants reminders again.

    Raises:
        EmailInvalid: it is no address.
    """
    found = digest(store, checked_email(email))

    def work(writer: Writer) -> Receipt:
        if not _has(writer.connection, found):
            message = _("Aucun refus n’est noté pour cette adresse.")
            return Receipt("", "", "lift_objection", changed=False, message=message)
        gone = delete(tables.objections).where(tables.objections.c.digest == found)
        writer.connection.execute(gone)
        writer.record(None, "objection_lifted")
        return Receipt("", "", "lift_objection", changed=True)

    asked: dict[str, object] = {"digest": found}
    return store.perform("lift_objection", asked, work, actor=actor, key=key)


def _keeping(action: str, found: str) -> Callable[[Writer], Receipt]:
    def work(writer: Writer) -> Receipt:
        if _has(writer.connection, found):
            message = _("C’est déjà noté.")
            return Receipt("", "", action, changed=False, message=message)
        writer.connection.execute(
            insert(tables.objections).values(digest=found, at=writer.now)
        )
        writer.record(None, "objected")
        return Receipt("", "", action, changed=True)

    return work


def _has(connection: Connection, found: str) -> bool:
    c = tables.objections.c
    return connection.scalar(select(c.digest).where(c.digest == found)) is not None
