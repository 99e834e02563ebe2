"""Who wants no reminder of carts: known by a keyed digest, so no address is kept.

The link in a reminder carries a token: the digest and its signature. It names nobody,
needs no login, and nobody else can make one.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from commandes.errors import UnsubscribeLinkInvalid
from commandes.store import Receipt, tables
from commandes.words import _

if TYPE_CHECKING:
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

    def work(writer: Writer) -> Receipt:
        if _has(writer.connection, found):
            message = _("C’est déjà noté.")
            return Receipt("", "", "object", changed=False, message=message)
        writer.connection.execute(
            insert(tables.objections).values(digest=found, at=writer.now)
        )
        writer.record(None, "objected")
        return Receipt("", "", "object", changed=True)

    # Who follows the link again gets the same answer, and leaves no other trace.
    key = key or f"object:{found}"
    return store.perform("object", {"digest": found}, work, actor=actor, key=key)


def _has(connection: Connection, found: str) -> bool:
    c = tables.objections.c
    return connection.scalar(select(c.digest).where(c.digest == found)) is not None
