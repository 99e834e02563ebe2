"""The pick list: what a selection of orders needs from the shelves, sku by sku."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from commandes import words
from commandes.documents.paper import LEFT, WIDTH, Column, Paper, Text
from commandes.documents.shipping import due
from commandes.errors import NothingToDeliver
from commandes.rules import fold
from commandes.store import tables
from commandes.words import _, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from commandes.store import Store

_AT_ONCE = 500


@dataclass
class _Pick:
    """What is needed of a sku: units, under which titles, for which orders."""

    sku: str
    units: int = 0
    titles: dict[str, None] = field(default_factory=dict)
    orders: Counter[str] = field(default_factory=Counter)


def pick_list(
    store: Store, order_ids: Sequence[int], path: Path, *, language: str | None = None
) -> int:
    """Write what these orders still need, summed by sku, as a PDF.

    Sorted by sku; articles without one come last, by title. The orders of each stand
    beside it, in the order of the selection.

    Args:
        language: None: the shop's.

    Returns:
        How many rows the list has.

    Raises:
        NothingToDeliver: none of the orders has anything to deliver.
        ExportUnwritable: the file cannot be written.
    """
    picks, orders = _gathered(store, order_ids)
    if not picks:
        raise NothingToDeliver
    with words.speaking(language or store.settings.language):
        paper = Paper(_("Liste de prélèvement"))
        _write(paper, store.settings.shop_name, picks, orders)
        paper.save(path)
    return len(picks)


def _gathered(store: Store, ids: Sequence[int]) -> tuple[list[_Pick], int]:
    """The picks, sorted, and how many orders need any."""
    found: dict[str, _Pick] = {}
    orders = set()
    for row in _lines(store, ids):
        title = f"{row.title} · {row.variant}" if row.variant else row.title
        pick = found.setdefault(_key(row.sku, title), _Pick(row.sku or ""))
        pick.units += row.due
        pick.titles.setdefault(title)
        pick.orders[row.number] += row.due
        orders.add(row.order_id)
    return [found[key] for key in sorted(found)], len(orders)


def _key(sku: str | None, title: str) -> str:
    """A sku as it is sorted, and itself; a title after all of them."""
    return f"0{fold(sku)}\0{sku}" if sku else f"1{fold(title)}\0{title}"


def _lines(store: Store, ids: Sequence[int]) -> Iterator[Any]:
    """The lines that still have units to deliver, in the order of the selection."""
    lines, orders = tables.order_lines.c, tables.orders.c
    statement = (
        select(
            *(lines.order_id, lines.sku, lines.title, lines.variant, orders.number),
            due(lines).label("due"),
        )
        .join_from(tables.order_lines, tables.orders, orders.id == lines.order_id)
        .where(
            orders.is_cart.is_(False),
            orders.status != "cancelled",
            due(lines) > 0,
        )
        .order_by(lines.position, lines.id)
    )
    for first in range(0, len(ids), _AT_ONCE):
        some = ids[first : first + _AT_ONCE]
        place = {order_id: at for at, order_id in enumerate(some)}
        with store.reading("orders/picking") as connection:
            rows = connection.execute(statement.where(lines.order_id.in_(some))).all()
        yield from sorted(rows, key=lambda row: place[row.order_id])


def _write(paper: Paper, shop: str, picks: Sequence[_Pick], orders: int) -> None:
    pages = [0]

    def head() -> None:
        pages[0] += 1
        paper.foot(_("Liste de prélèvement · page {page}").format(page=pages[0]))

    paper.head = head
    paper.further_page()
    paper.block([Text(shop, size=9, grey=True)], LEFT, WIDTH)
    paper.block([Text(_("Liste de prélèvement"), size=13, bold=True)], LEFT, WIDTH)
    units = sum(pick.units for pick in picks)
    said = " · ".join(
        (
            plural("{n} référence", "{n} références", len(picks)),
            plural("{n} unité", "{n} unités", units),
            plural("{n} commande", "{n} commandes", orders),
        )
    )
    paper.block([Text(said)], LEFT, WIDTH)
    paper.gap(5)
    columns = (
        Column(_("Référence"), 36),
        Column(_("Article"), 70),
        Column(_("Qté"), 16, right=True),
        Column("", 4),
        Column(_("Commandes"), WIDTH - 36 - 70 - 16 - 4),
    )
    paper.table_head(columns)
    for pick in picks:
        paper.row(
            columns,
            [
                [Text(pick.sku or "—", size=9, bold=bool(pick.sku))],
                [Text(title) for title in pick.titles],
                [Text(words.number(pick.units), size=11, bold=True)],
                [],
                [Text(_for_orders(pick), size=8.5)],
            ],
        )


def _for_orders(pick: _Pick) -> str:
    """The orders of a pick: 10412, 10413 × 2."""
    return ", ".join(
        number
        if units == 1
        else f"{number}\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}{words.number(units)}"
        for number, units in pick.orders.items()
    )
