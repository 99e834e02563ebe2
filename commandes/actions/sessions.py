"""At the door: who a login is, whether it still counts, and logging out.

The provider proves who somebody is; whether they may come in stands in our own table
of people, which is looked up each time. The first login with the invited address,
verified by the provider, binds the person to the provider's own name for them (issuer
and subject), and only that name counts afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from commandes import access
from commandes.access import Person, Role
from commandes.actions.people import as_key
from commandes.errors import AccessTaken, NotInvited, SessionOver
from commandes.store import tables

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from commandes.store import Store, Writer

# Who notes it in the journal: what a login does by itself.
ACTOR = "login"
# Longer than any session lasts: a session that ended is remembered so long.
_REMEMBERED = timedelta(days=40)
# Being seen is noted now and then, not at every click.
_NOTED_EVERY = timedelta(seconds=60)


@dataclass(frozen=True)
class Claims:
    """What a login says of somebody, under the provider's signature.

    Attributes:
        session: a digest that this login alone has.
        issued_at: when the provider said it.
    """

    issuer: str
    subject: str
    session: str
    issued_at: datetime
    email: str = ""
    email_verified: bool = False
    name: str = ""


@dataclass(frozen=True)
class Limits:
    """How long a login counts: without a click, and in all."""

    idle: timedelta
    longest: timedelta


def enter(
    store: Store,
    claims: Claims,
    limits: Limits,
    *,
    seen: bool = True,
    now: datetime | None = None,
) -> Person:
    """Who this is, if they may come in; looked up anew each time.

    Args:
        seen: whether somebody did something; False for what runs by itself.

    Raises:
        NotInvited: nobody with this login, or with its verified address, is known.
        AccessTaken: an administrator took the access.
        SessionOver: logged out, or too long ago.
    """
    now = now or datetime.now(UTC)
    with access.acting_as(access.DOORKEEPER):
        with store.reading("people/recognise") as connection:
            person = _bound(connection, claims)
            session = _session(connection, claims)
        if person is None:
            person = _bind(store, claims)
        _check(person, session, claims, limits, now)
        rest = min(_NOTED_EVERY, limits.idle / 4)
        if session is None or (seen and now - session.seen_at >= rest):
            _note(store, person, claims, now)
    name = person.name or claims.name or person.email
    return access.logged_in(person.id, Role(person.role), name)


def leave(store: Store, claims: Claims) -> None:
    """Log out: this login counts no more, whoever still holds its cookie."""
    with (
        access.acting_as(access.DOORKEEPER),
        store.writing(ACTOR, action="leave") as writer,
    ):
        c = tables.login_sessions.c
        writer.connection.execute(
            update(tables.login_sessions)
            .where(c.id == claims.session, c.ended_at.is_(None))
            .values(ended_at=writer.now)
        )


def _bound(connection: Connection, claims: Claims) -> Row[Any] | None:
    c = tables.people.c
    return connection.execute(
        select(tables.people).where(
            c.issuer == claims.issuer, c.subject == claims.subject
        )
    ).first()


def _session(connection: Connection, claims: Claims) -> Row[Any] | None:
    sessions = tables.login_sessions
    return connection.execute(
        select(sessions).where(sessions.c.id == claims.session)
    ).first()


def _bind(store: Store, claims: Claims) -> Row[Any]:
    """The person who was invited at this address and has never logged in."""
    email = as_key(claims.email)
    if not email or not claims.email_verified:
        raise NotInvited
    c = tables.people.c
    invited = c.email == email, c.subject.is_(None), c.active
    with store.reading("people/recognise") as connection:
        if connection.scalar(select(c.id).where(*invited)) is None:
            raise NotInvited
    with store.writing(ACTOR, action="enter") as writer:
        person = _bound(writer.connection, claims)  # from another tab meanwhile
        if person is not None:
            return person
        found = writer.connection.execute(select(tables.people).where(*invited)).first()
        if found is None:
            raise NotInvited
        writer.connection.execute(
            update(tables.people)
            .where(c.id == found.id)
            .values(
                issuer=claims.issuer,
                subject=claims.subject,
                name=found.name or claims.name or None,
            )
        )
        writer.record(None, "person_bound", {"person": found.id})
        person = _bound(writer.connection, claims)
    assert person is not None  # noqa: S101 (written just now)
    return person


def _check(
    person: Row[Any],
    session: Row[Any] | None,
    claims: Claims,
    limits: Limits,
    now: datetime,
) -> None:
    if not person.active:
        raise AccessTaken
    begun = session.begun_at if session else claims.issued_at
    seen = session.seen_at if session else claims.issued_at
    since = person.sessions_valid_from
    over = (
        (session is not None and session.ended_at is not None)
        or (session is not None and session.person_id != person.id)
        or now - begun >= limits.longest
        or now - seen >= limits.idle
        # Providers say the second, no more.
        or (since is not None and claims.issued_at < since.replace(microsecond=0))
    )
    if over:
        raise SessionOver


def _note(store: Store, person: Row[Any], claims: Claims, now: datetime) -> None:
    """Note that the login is in use; a new one, that it began."""
    sessions, people = tables.login_sessions, tables.people
    with store.writing(ACTOR, action="enter") as writer:
        noted = writer.connection.execute(
            update(sessions)
            .where(sessions.c.id == claims.session, sessions.c.ended_at.is_(None))
            .values(seen_at=now)
        ).rowcount
        if not noted and _session(writer.connection, claims) is None:
            _forget_old(writer, now)
            writer.connection.execute(
                insert(sessions).values(
                    id=claims.session,
                    person_id=person.id,
                    begun_at=min(claims.issued_at, now),
                    seen_at=now,
                )
            )
        writer.connection.execute(
            update(people).where(people.c.id == person.id).values(last_seen_at=now)
        )


def _forget_old(writer: Writer, now: datetime) -> None:
    c = tables.login_sessions.c
    writer.connection.execute(
        delete(tables.login_sessions).where(c.begun_at < now - _REMEMBERED)
    )
