"""Who may log in: invited by e-mail, given a role, kept out and let in again.

The journal names people by their id alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from commandes.access import Role
from commandes.errors import (
    EmailInvalid,
    LastAdministrator,
    PersonKnown,
    PersonUnknown,
)
from commandes.store import Receipt, tables
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection, Row

    from commandes.store import Store, Writer

_EMAIL = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\".]+")
_LONGEST = 254


def as_key(email: str) -> str:
    """An address as it is kept and compared: without spaces around, in lower case."""
    return email.strip().lower()


def checked_email(email: str) -> str:
    """An address as it is kept, when it is one.

    Raises:
        EmailInvalid: it is no address.
    """
    address = as_key(email)
    if not _EMAIL.fullmatch(address) or len(address) > _LONGEST:
        raise EmailInvalid(email=email)
    return address


def invite(
    store: Store,
    email: str,
    role: Role,
    *,
    name: str = "",
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Let the owner of an address log in, with a role; no e-mail is sent.

    Args:
        name: shown until the provider tells one.

    Raises:
        EmailInvalid: it is no address.
        PersonKnown: it stands in the list already.
    """
    address = checked_email(email)
    name = " ".join(name.split())

    def work(writer: Writer) -> Receipt:
        if _found(writer.connection, address) is not None:
            raise PersonKnown(email=address)
        person = writer.insert(
            tables.people,
            email=address,
            name=name or None,
            role=role.value,
            active=True,
            invited_at=writer.now,
        )
        writer.record(None, "person_invited", {"person": person, "role": role.value})
        return _receipt("invite_person", person)

    arguments: dict[str, object] = {"email": address, "role": role.value, "name": name}
    return store.perform("invite_person", arguments, work, actor=actor, key=key)


def change_role(
    store: Store, who: int | str, role: Role, *, actor: str, key: str | None = None
) -> Receipt:
    """Give a person another role; it counts from their next click.

    Args:
        who: a person's id, or their address.

    Raises:
        PersonUnknown: nobody is known so.
        LastAdministrator: nobody would be left to care for access.
    """

    def change(writer: Writer, person: Row[Any]) -> Receipt:
        if person.role == role:
            message = _("La personne a déjà ce rôle.")
            return _receipt("change_role", person.id, message)
        if role is not Role.ADMINISTRATOR:
            _keep_an_administrator(writer.connection, person)
        _set(writer, person.id, role=role.value)
        told = {"person": person.id, "from": person.role, "to": role.value}
        writer.record(None, "person_role_changed", told)
        return _receipt("change_role", person.id)

    asked: dict[str, object] = {"who": who, "role": role.value}
    return store.perform(
        "change_role", asked, _about(who, change), actor=actor, key=key
    )


def deactivate(
    store: Store, who: int | str, *, actor: str, key: str | None = None
) -> Receipt:
    """Keep a person out from their next click on; what they did stays theirs.

    Raises:
        PersonUnknown: nobody is known so.
        LastAdministrator: nobody would be left to care for access.
    """

    def change(writer: Writer, person: Row[Any]) -> Receipt:
        if not person.active:
            message = _("Son accès est déjà retiré.")
            return _receipt("deactivate_person", person.id, message)
        _keep_an_administrator(writer.connection, person)
        _set(writer, person.id, active=False, sessions_valid_from=writer.now)
        _end_sessions(writer, person.id)
        writer.record(None, "person_deactivated", {"person": person.id})
        return _receipt("deactivate_person", person.id)

    asked: dict[str, object] = {"who": who}
    return store.perform(
        "deactivate_person", asked, _about(who, change), actor=actor, key=key
    )


def reactivate(
    store: Store, who: int | str, *, actor: str, key: str | None = None
) -> Receipt:
    """Let a person in again, who has to log in anew.

    Raises:
        PersonUnknown: nobody is known so.
    """

    def change(writer: Writer, person: Row[Any]) -> Receipt:
        if person.active:
            message = _("Cette personne a déjà accès.")
            return _receipt("reactivate_person", person.id, message)
        _set(writer, person.id, active=True, sessions_valid_from=writer.now)
        _end_sessions(writer, person.id)
        writer.record(None, "person_reactivated", {"person": person.id})
        return _receipt("reactivate_person", person.id)

    asked: dict[str, object] = {"who": who}
    return store.perform(
        "reactivate_person", asked, _about(who, change), actor=actor, key=key
    )


def access_now(connection: Connection) -> dict[str, tuple[str, bool]]:
    """The role of each address, and whether it may come in."""
    c = tables.people.c
    rows = connection.execute(select(c.email, c.role, c.active))
    return {row.email: (row.role, row.active) for row in rows}


def keep_access(writer: Writer, known: Mapping[str, tuple[str, bool]]) -> int:
    """Within a restore: what was decided on access since the backup holds.

    Everybody has to log in anew.

    Args:
        known: `access_now` of the store that is replaced.

    Returns:
        How many people have another role, or access, than in the backup.
    """
    changed = 0
    for person in writer.connection.execute(select(tables.people)).all():
        role, active = known.get(person.email, (person.role, person.active))
        _set(
            *(writer, person.id),
            role=role,
            active=active,
            sessions_valid_from=writer.now,
        )
        _end_sessions(writer, person.id)
        if role != person.role:
            told = {"person": person.id, "from": person.role, "to": role}
            writer.record(None, "person_role_changed", told)
        if active != person.active:
            kind = "person_reactivated" if active else "person_deactivated"
            writer.record(None, kind, {"person": person.id})
        changed += (role, active) != (person.role, person.active)
    return changed


def _about(
    who: int | str, change: Callable[[Writer, Row[Any]], Receipt]
) -> Callable[[Writer], Receipt]:
    def work(writer: Writer) -> Receipt:
        person = _found(writer.connection, who)
        if person is None:
            raise PersonUnknown(who=who)
        return change(writer, person)

    return work


def _found(connection: Connection, who: int | str) -> Row[Any] | None:
    c = tables.people.c
    known = c.id == who if isinstance(who, int) else c.email == as_key(who)
    return connection.execute(select(tables.people).where(known)).first()


def _keep_an_administrator(connection: Connection, but: Row[Any]) -> None:
    if but.role != Role.ADMINISTRATOR or not but.active:
        return
    c = tables.people.c
    others = select(func.count()).where(
        c.role == Role.ADMINISTRATOR.value, c.active, c.id != but.id
    )
    if not connection.scalar(others):
        raise LastAdministrator


def _set(writer: Writer, person: int, **values: object) -> None:
    changed = update(tables.people).where(tables.people.c.id == person)
    writer.connection.execute(changed.values(**values))


def _end_sessions(writer: Writer, person: int) -> None:
    c = tables.login_sessions.c
    writer.connection.execute(
        update(tables.login_sessions)
        .where(c.person_id == person, c.ended_at.is_(None))
        .values(ended_at=writer.now)
    )


def _receipt(action: str, person: int, message: str = "") -> Receipt:
    told = {"person": person}
    return Receipt("", "", action, changed=not message, message=message, result=told)
