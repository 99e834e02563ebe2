"""Who may log in: invited, bound at the first login, kept out at once, let in anew."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from commandes import access
from commandes.access import Role
from commandes.actions import people, sessions
from commandes.actions.sessions import Claims, Limits
from commandes.cli import main
from commandes.errors import (
    AccessTaken,
    EmailInvalid,
    LastAdministrator,
    NotAllowed,
    NotInvited,
    PersonKnown,
    PersonUnknown,
    SessionOver,
)
from commandes.reports import people as known
from commandes.store import tables

LIMITS = Limits(idle=timedelta(hours=8), longest=timedelta(hours=12))
NOW = datetime.now(UTC).replace(microsecond=0)
ANA = Claims(
    issuer="https://login.example.org",
    subject="s-1",
    session="a" * 64,
    issued_at=NOW,
    email="Ana@Example.org",
    email_verified=True,
    name="Ana Martin",
)


def enter(store, claims=ANA, **given):
    return sessions.enter(store, claims, LIMITS, **{"now": NOW} | given)


def entries(store) -> list[tuple[str, str, str]]:
    c = tables.events.c
    with store.reading() as connection:
        return [
            tuple(row)
            for row in connection.execute(
                select(c.actor, c.kind, c.payload).order_by(c.seq)
            )
        ]


@pytest.fixture
def door(any_store):
    """A shop with an administrator and Ana of the staff, who has not logged in yet."""
    people.invite(any_store, "chef@example.org", Role.ADMINISTRATOR, actor="t")
    people.invite(any_store, " ana@example.org ", Role.STAFF, actor="t")
    return any_store


def test_an_invitation_is_bound_at_the_first_login_and_then_by_the_subject(door):
    """The address opens the door once; afterwards it may change, or be another's."""
    first = enter(door)
    renamed = replace(ANA, email="other@example.org", session="b" * 64)
    thief = replace(ANA, subject="s-2", session="c" * 64)

    assert (first.actor, first.role, first.name) == (
        "person:2",
        Role.STAFF,
        "Ana Martin",
    )
    assert enter(door, renamed) == first
    with pytest.raises(NotInvited):
        enter(door, thief)
    with pytest.raises(NotInvited):
        enter(door, replace(thief, issuer="https://evil.example.org", subject="s-1"))


@pytest.mark.parametrize(
    "claims",
    [
        replace(ANA, email_verified=False),
        replace(ANA, email=""),
        replace(ANA, email="unknown@example.org"),
    ],
)
def test_an_address_that_nobody_vouches_for_opens_nothing(door, claims):
    """Not verified, not told, not invited: nothing is written."""
    before = entries(door)

    with pytest.raises(NotInvited):
        enter(door, claims)

    assert entries(door) == before
    assert [one.bound for one in known.people(door)] == [False, False]


def test_the_journal_and_the_receipts_name_people_by_id_alone(door):
    """Neither address nor name, whatever is done with somebody."""
    enter(door)
    done = [
        people.change_role(door, 2, Role.FINANCE, actor="t"),
        people.deactivate(door, "ana@example.org", actor="t"),
        people.reactivate(door, 2, actor="t"),
    ]

    said = json.dumps([entries(door), [vars(one) for one in done]])
    assert [one.changed for one in done] == [True] * 3
    assert "ana" not in said.lower()
    assert [kind for _actor, kind, _payload in entries(door)] == [
        *("person_invited", "person_invited", "person_bound"),
        *("person_role_changed", "person_deactivated", "person_reactivated"),
    ]


def test_a_role_counts_from_the_next_look(door):
    """Nobody has to log in again for it."""
    assert "payments.note" not in enter(door).functions
    people.change_role(door, 2, Role.FINANCE, actor="t")

    assert "payments.note" in enter(door).functions


def test_who_is_kept_out_is_out_at_once_and_comes_back_by_a_new_login_only(door):
    """The old cookie is worth nothing even after the access is given back."""
    enter(door)
    people.deactivate(door, 2, actor="t")
    with pytest.raises(AccessTaken):
        enter(door)
    people.reactivate(door, 2, actor="t")

    with pytest.raises(SessionOver):
        enter(door)
    # Nor one that was given out before, and never shown.
    old = replace(ANA, session="b" * 64, issued_at=NOW - timedelta(minutes=1))
    with pytest.raises(SessionOver):
        enter(door, old)
    anew = datetime.now(UTC) + timedelta(seconds=1)
    assert enter(door, replace(ANA, session="d" * 64, issued_at=anew), now=anew)


def test_a_session_ends_when_idle_when_long_and_by_logging_out(door):
    """On the server's side: its cookie may live on."""
    enter(door)
    for hours in (7, 11):
        enter(door, now=NOW + timedelta(hours=hours))
    with pytest.raises(SessionOver):  # 12 hours in all
        enter(door, now=NOW + timedelta(hours=12))

    other = replace(ANA, session="b" * 64)
    enter(door, other)
    # What runs by itself is nobody's click.
    enter(door, other, now=NOW + timedelta(hours=7), seen=False)
    with pytest.raises(SessionOver):
        enter(door, other, now=NOW + timedelta(hours=8))

    third = replace(ANA, session="c" * 64)
    enter(door, third)
    sessions.leave(door, third)
    with pytest.raises(SessionOver):
        enter(door, third)
    # A cookie that nobody has shown for as long begins no session either.
    with pytest.raises(SessionOver):
        enter(door, replace(ANA, session="d" * 64), now=NOW + timedelta(hours=9))


def test_a_session_of_one_is_never_anothers(door):
    """The same digest with another subject is no way in."""
    people.invite(door, "bob@example.org", Role.FINANCE, actor="t")
    bob = replace(ANA, subject="s-9", email="bob@example.org", session="b" * 64)
    enter(door)
    enter(door, bob)

    with pytest.raises(SessionOver):
        enter(door, replace(bob, session=ANA.session))


def test_what_is_so_already_is_said(door):
    """Taking access away twice changes nothing the second time."""
    assert people.deactivate(door, "ana@example.org", actor="t").changed
    again = people.deactivate(door, "ana@example.org", actor="t")
    assert (again.changed, again.message) == (False, "Son accès est déjà retiré.")


@pytest.mark.parametrize("meanwhile", ["entered", "kept out"])
def test_two_tabs_that_log_in_at_once_are_one_person(door, monkeypatch, meanwhile):
    """Between the look and the lock another tab was bound, or the access taken."""
    write = door.writing
    first = []

    @contextmanager
    def late(*arguments, **named):
        if not first:
            first.append(None)
            if meanwhile == "entered":
                first[0] = enter(door, replace(ANA, session="b" * 64))
            else:
                with write("t", action="enter") as writer:
                    gone = update(tables.people).values(active=False)
                    writer.connection.execute(gone)
        with write(*arguments, **named) as writer:
            yield writer

    monkeypatch.setattr(door, "writing", late)
    if meanwhile == "entered":
        assert enter(door).id == first[0].id
    else:
        with pytest.raises(NotInvited):
            enter(door)


def test_the_last_administrator_stays(door):
    """Neither kept out nor given another role, until there is a second one."""
    before = entries(door)
    with pytest.raises(LastAdministrator):
        people.deactivate(door, 1, actor="t")
    with pytest.raises(LastAdministrator):
        people.change_role(door, "chef@example.org", Role.MANAGER, actor="t")
    assert entries(door) == before

    people.change_role(door, 2, Role.ADMINISTRATOR, actor="t")
    assert people.deactivate(door, 1, actor="t").changed
    with pytest.raises(LastAdministrator):
        people.deactivate(door, 2, actor="t")


def test_what_cannot_be_is_refused_in_words(door):
    """Before anything is written."""
    before = entries(door)
    for wrong in ("", "ana", "ana@example", "a b@example.org", "<a@example.org>"):
        with pytest.raises(EmailInvalid):
            people.invite(door, wrong, Role.STAFF, actor="t")
    with pytest.raises(PersonKnown):
        people.invite(door, "ANA@example.org", Role.STAFF, actor="t")
    with pytest.raises(PersonUnknown):
        people.deactivate(door, "nobody@example.org", actor="t")
    assert not people.reactivate(door, 2, actor="t").changed
    assert not people.change_role(door, 2, Role.STAFF, actor="t").changed
    assert entries(door) == before


def test_only_administrators_care_for_people(door):
    """A manager may do everything with orders, and this not."""
    for role in (Role.MANAGER, Role.STAFF, Role.FINANCE):
        with access.acting_as(access.logged_in(9, role, "")):
            with pytest.raises(NotAllowed):
                people.invite(door, "x@example.org", Role.ADMINISTRATOR, actor="t")
            with pytest.raises(NotAllowed):
                people.change_role(door, 9, Role.ADMINISTRATOR, actor="t")
            with pytest.raises(NotAllowed):
                known.people(door)
            assert known.names(door)["person:2"] == "ana@example.org"


def test_the_first_administrator_comes_from_the_command_line(
    tmp_path, monkeypatch, capsys
):
    """Then people are listed, changed, kept out; errors are one sentence."""
    monkeypatch.setenv("COMMANDES_DATA_DIR", str(tmp_path / "data"))

    def run(*arguments):
        capsys.readouterr()
        code = main(["people", *arguments, "--json"])
        return code, json.loads(capsys.readouterr().out)

    code, told = run("invite", "chef@example.org", "--role", "administrator")
    assert (code, told["changed"], told["person"]) == (0, True, 1)
    assert run("invite", "ana@example.org", "--role", "staff")[0] == 0
    assert run("role", "ana@example.org", "finance")[1]["changed"]
    assert run("deactivate", "ana@example.org")[1]["changed"]
    assert run()[1]["people"] == [
        {
            "id": number,
            "email": email,
            "name": "",
            "role": role,
            "active": active,
            "logged_in": False,
            "last_seen_at": None,
        }
        for number, email, role, active in (
            (2, "ana@example.org", "finance", False),
            (1, "chef@example.org", "administrator", True),
        )
    ]
    code, told = run("deactivate", "chef@example.org")
    assert (code, told["error"]["code"]) == (1, "last_administrator")
    assert run("invite", "x@example.org")[0] == 2
    assert run("role", "ana@example.org", "boss")[0] == 2
    assert run("deactivate")[0] == 2
    assert main(["people"]) == 0
    assert "Comptabilité" in capsys.readouterr().out
