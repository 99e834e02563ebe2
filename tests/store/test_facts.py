"""Facts of the store that outlive a process."""

from __future__ import annotations

from commandes.store import facts


def known(store):
    with store.reading() as connection:
        return facts.read(connection, facts.OUTBOX_TROUBLE)


def test_a_fact_is_kept_until_it_is_forgotten(any_store):
    """An empty one is none."""
    assert known(any_store) == ""
    facts.keep(any_store, "mail", facts.OUTBOX_TROUBLE, "refused", action="carry_mail")
    assert known(any_store) == "refused"
    facts.keep(any_store, "mail", facts.OUTBOX_TROUBLE, "", action="carry_mail")
    assert known(any_store) == ""


def test_a_fact_that_is_known_waits_for_nobody(store):
    """A worker that says the same every minute takes no write lock for it."""
    facts.keep(store, "mail", facts.INBOX_UNSEEN, "3", action="carry_mail")

    with store.writing("a"):
        facts.keep(store, "mail", facts.INBOX_UNSEEN, "3", action="carry_mail")

    with store.reading() as connection:
        assert facts.read(connection, facts.INBOX_UNSEEN) == "3"
