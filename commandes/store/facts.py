"""Facts that outlive a process: a row each of `store_info`, without personal data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from commandes.store import tables
from commandes.store.store import set_info

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from commandes.store.store import Store

# What the mail server said when it last took nothing.
OUTBOX_TROUBLE = "outbox_trouble"
# What went wrong when the mailbox was last read.
INBOX_TROUBLE = "inbox_trouble"
# How many e-mails lie unseen in the mailbox: those of no known order.
INBOX_UNSEEN = "inbox_unseen"


def read(connection: Connection, name: str) -> str:
    """A fact; empty when there is none."""
    c = tables.store_info.c
    return connection.scalar(select(c.value).where(c.name == name)) or ""


def keep(store: Store, actor: str, name: str, value: str, *, action: str) -> None:
    """Keep a fact, or forget it when it is empty; what is known is not written.

    Args:
        action: what is being done, which who acts must be allowed.
    """
    with store.reading() as connection:
        if read(connection, name) == value:
            return
    with store.writing(actor, action=action) as writer:
        set_info(writer, name, value or None)
