"""One action on many orders: looked at first, then done, each order on its own.

The look and the doing carry ids and versions, so that an order which somebody changes
in between is left alone and said. Tags, status and archive can be undone as a batch.
"""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from commandes.actions import carts, notes, payments, refunds, status, tags, trying
from commandes.actions.orders import Order
from commandes.errors import CommandesError
from commandes.store import tables

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from commandes.store import Receipt, Store

    Act = Callable[..., Receipt]

ACTS: dict[str, Act] = {
    "tag": tags.tag,
    "untag": tags.untag,
    "status": status.set_status,
    "archive": status.archive,
    "unarchive": status.unarchive,
    "cancel": status.cancel,
    "restore": status.restore,
    "refund": refunds.refund,
    "unrefund": refunds.unrefund,
    "pay": payments.pay,
    "note": notes.note,
    "remind": carts.remind,
}


@dataclass(frozen=True)
class Asked:
    """An action, with what it takes besides the order.

    Attributes:
        verb: a name of ACTS.
        arguments: by name, as the action takes them.
    """

    verb: str
    arguments: dict[str, Any] = field(default_factory=dict)

    def on(self, store: Store, order: Order, actor: str, key: str | None) -> Receipt:
        """Do it on one order."""
        return ACTS[self.verb](store, order, **self.arguments, actor=actor, key=key)


@dataclass(frozen=True)
class Outcome:
    """What becomes, or became, of one order.

    Attributes:
        id: the order's.
        number: as its source writes it.
        version: the version looked at; after the doing, the one that it left.
        changed: whether the order changes.
        said: why it does not; empty when it does.
        refused: whether that is a refusal rather than a thing done already.
        result: what the action says besides, such as amount and units back in stock.
        undo: what would take it back; None when nothing can.
    """

    id: int
    number: str
    version: int
    changed: bool
    said: str = ""
    refused: bool = False
    result: dict[str, Any] = field(default_factory=dict)
    undo: Asked | None = None


@dataclass(frozen=True)
class Outcomes:
    """The outcomes of a batch, in the order of the selection."""

    asked: Asked
    all: tuple[Outcome, ...]

    @property
    def changed(self) -> tuple[Outcome, ...]:
        """Those that change."""
        return tuple(one for one in self.all if one.changed)

    @property
    def refused(self) -> tuple[Outcome, ...]:
        """Those that are refused, each with its reason."""
        return tuple(one for one in self.all if one.refused)

    @property
    def idle(self) -> tuple[Outcome, ...]:
        """Those where there is nothing to do."""
        return tuple(one for one in self.all if not one.changed and not one.refused)

    def reasons(self) -> Counter[str]:
        """How many orders each reason keeps from changing."""
        return Counter(one.said for one in self.all if not one.changed)


def preview(
    store: Store,
    asked: Asked,
    ids: Sequence[int],
    *,
    actor: str,
    progress: Callable[[int, int], None] | None = None,
) -> Outcomes:
    """What an action would do to each of these orders; nothing is changed."""
    found = tuple(
        _one(trial, asked, _row(trial.connection, id_), actor, None)
        for trial, id_ in trying.each(store, ids, actor=actor, progress=progress)
    )
    return Outcomes(asked, found)


def run(
    store: Store,
    looked: Outcomes,
    *,
    actor: str,
    key: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Outcomes:
    """Do what was looked at, on the orders that change; one transaction per order.

    Args:
        key: the batch's idempotency key; each order has its own, made of it. What a
            run that broke off had changed under it counts as changed.
    """
    key = key or secrets.token_urlsafe(16)
    wanted, found = looked.changed, []
    for done, one in enumerate(wanted, start=1):
        row = _Row(one.id, one.number, one.version)
        outcome = _one(store, looked.asked, row, actor, f"{key}:{one.id}")
        found.append(_undoable(looked.asked, outcome))
        store.give_way()
        if progress:
            progress(done, len(wanted))
    return Outcomes(looked.asked, tuple(found))


def undo(
    store: Store,
    done: Outcomes,
    *,
    actor: str,
    key: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Outcomes:
    """Take a batch back: those of its orders that nobody has changed since."""
    key = key or secrets.token_urlsafe(16)
    wanted = [one for one in done.changed if one.undo is not None]
    found = []
    for count, one in enumerate(wanted, start=1):
        row = _Row(one.id, one.number, one.version)
        assert one.undo is not None  # noqa: S101 (chosen so above)
        found.append(_one(store, one.undo, row, actor, f"{key}:{one.id}"))
        store.give_way()
        if progress:
            progress(count, len(wanted))
    return Outcomes(done.asked, tuple(found))


@dataclass(frozen=True)
class _Row:
    id: int
    number: str
    version: int


def _row(connection: Connection, id_: int) -> _Row:
    """An order as it is; one that is gone has no number."""
    c = tables.orders.c
    found = connection.execute(
        select(c.id, c.number, c.version).where(c.id == id_)
    ).first()
    return _Row(id_, "", 0) if found is None else _Row(*found)


def _one(store: Store, asked: Asked, row: _Row, actor: str, key: str | None) -> Outcome:
    order = Order(row.number, id=row.id, version=row.version)
    try:
        receipt = asked.on(store, order, actor, key)
    except CommandesError as error:
        said = error.message
        return Outcome(
            row.id, row.number, row.version, changed=False, said=said, refused=True
        )
    return Outcome(
        row.id,
        row.number,
        # What is only tried out leaves the version as it is.
        row.version if key is None else receipt.result["version"],
        changed=receipt.took_effect,
        said="" if receipt.took_effect else receipt.message,
        result=receipt.result,
    )


def _undoable(asked: Asked, outcome: Outcome) -> Outcome:
    inverse = {
        "tag": Asked("untag", {"name": asked.arguments.get("name")}),
        "untag": Asked("tag", {"name": asked.arguments.get("name")}),
        "archive": Asked("unarchive"),
        "unarchive": Asked("archive"),
        "status": Asked("status", {"status": outcome.result.get("from")}),
    }.get(asked.verb)
    return outcome if inverse is None else replace(outcome, undo=inverse)
