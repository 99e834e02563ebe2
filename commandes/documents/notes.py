"""Delivery notes: one order after another, each on pages of its own, without prices."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from commandes import access, words
from commandes.documents.paper import LEFT, WIDTH, Column, Paper, Text
from commandes.documents.shipping import due
from commandes.errors import NothingToDeliver, OrderNotFound
from commandes.intake import fields
from commandes.reports import detail
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from commandes.reports.detail import OrderDetail
    from commandes.reports.parts import Line
    from commandes.settings import Settings
    from commandes.store import Store

_HALF = WIDTH / 2
_LONGEST_NUMBER = 60
# The instant of the service says the same.
_TWICE = ("date", "slot_start")


def delivery_notes(
    store: Store,
    order_ids: Sequence[int],
    path: Path,
    progress: Callable[[int, int], None] | None = None,
    *,
    language: str | None = None,
) -> int:
    """Write the delivery notes of these orders, in their order, as one PDF.

    Args:
        progress: told (orders done, orders in all).
        language: None: the shop's, since the notes go to customers.

    Returns:
        How many notes there are: an order with nothing to deliver has none.

    Raises:
        NothingToDeliver: none of the orders has anything to deliver.
        ExportUnwritable: the file cannot be written.
    """
    access.require("orders.documents")
    access.require("customers.read")  # they bear addresses
    with words.speaking(language or store.settings.language):
        paper, made = Paper(_("Bons de livraison")), 0
        for place, order in enumerate(_orders(store, order_ids), start=1):
            if order is not None and _delivers(order):
                _note(paper, order, store.settings)
                made += 1
            if progress:
                progress(place, len(order_ids))
        if not made:
            raise NothingToDeliver
        paper.save(path)
    return made


def _orders(store: Store, ids: Sequence[int]) -> Iterator[OrderDetail | None]:
    """The orders one by one; None for one that is gone."""
    for order_id in ids:
        try:
            yield detail.order_by_id(store, order_id)
        except OrderNotFound:
            yield None


def _delivers(order: OrderDetail) -> bool:
    if order.is_cart or order.status == "cancelled":
        return False
    return not order.lines or any(due(line) > 0 for line in order.lines)


def _note(paper: Paper, order: OrderDetail, settings: Settings) -> None:
    zone = settings.timezone
    pages, number = [0], order.number[:_LONGEST_NUMBER]

    def foot() -> None:
        pages[0] += 1
        said = _("Commande {order} · page {page}")
        paper.foot(said.format(order=number, page=pages[0]))

    def head() -> None:
        foot()
        paper.title(_("Commande {order} (suite)").format(order=number))

    paper.head = head
    paper.page()
    foot()
    _shop_and_order(paper, order, settings)
    paper.gap(8)
    paper.block([Text(_("Adresse de livraison"), size=8, grey=True)], LEFT, WIDTH)
    paper.block([Text(_address(order), size=11)], LEFT, WIDTH)
    paper.gap(8)
    _lines(paper, order, zone)
    for note in order.notes:
        if note.author == "client":
            paper.gap(5)
            paper.block([Text(_("Note du client"), size=8, grey=True)], LEFT, WIDTH)
            paper.block([Text(note.text)], LEFT, WIDTH)


def _shop_and_order(paper: Paper, order: OrderDetail, settings: Settings) -> None:
    """The shop on the left, the order on the right."""
    top = paper.y
    paper.block([Text(settings.shop_name, size=13, bold=True)], LEFT, _HALF - 5)
    shop = [Text(line, size=9) for line in settings.shop_address]
    paper.block(shop, LEFT, _HALF - 5)
    lower, paper.y = paper.y, top
    number = _("Commande {order}").format(order=order.number[:_LONGEST_NUMBER])
    day = order.placed_at.astimezone(settings.zone).date()
    said = [
        Text(_("Bon de livraison"), size=13, bold=True),
        Text(number, size=11, bold=True),
        Text(_("du {day}").format(day=words.day(day))),
    ]
    paper.block(said, LEFT + _HALF, _HALF, right=True)
    paper.y = max(lower, paper.y)


def _address(order: OrderDetail) -> str:
    """Where it goes: the delivery address, else the billing one, else the name."""
    customer = order.customer
    given = customer.shipping or customer.billing or {}
    town = " ".join(given[k] for k in ("zip", "city") if given.get(k))
    name = given.get("name") or customer.name
    rows = [name, *(given.get(k) for k in ("company", "line1", "line2"))]
    rows += [town, given.get("province"), given.get("country")]
    rows.append(given.get("phone") or customer.phone)
    if not given:
        rows.append(_("adresse non fournie par la source"))
    return "\n".join(row for row in rows if row)


def _lines(paper: Paper, order: OrderDetail, zone: str) -> None:
    columns = (
        Column(_("Référence"), 38),
        Column(_("Article"), WIDTH - 38 - 18),
        Column(_("Qté"), 18, right=True),
    )
    paper.table_head(columns)
    for line in order.lines:
        if (units := due(line)) > 0:
            paper.row(
                columns,
                [
                    [Text(line.sku or "—", size=9)],
                    [Text(line.title), *_more(line, units, zone)],
                    [Text(words.number(units), size=11, bold=True)],
                ],
            )
    if not order.lines:
        said = _("Aucun article : {text}").format(text=_("non fourni par la source"))
        paper.block([Text(said)], LEFT, WIDTH)


def _more(line: Line, units: int, zone: str) -> list[Text]:
    """What stands under a title: variant, the module's facts, what is missing."""
    facts = _facts(line.details, zone)
    if line.service_at:
        at = words.moment(line.service_at, zone)
        facts = {_("Date de prestation"): at, **facts}
    said = [line.variant] if line.variant else []
    said += [
        _("{what} : {facts}").format(what=what, facts=fact)
        for what, fact in facts.items()
    ]
    if units != line.quantity:
        ordered = words.number(line.quantity)
        said.append(_("commandé : {n}, le reste est remboursé").format(n=ordered))
    return [Text(text, size=8.5, grey=True) for text in said]


def _facts(details: Mapping[str, Any], zone: str) -> dict[str, str]:
    """The module's own facts by their labels: seat, plan, table and covers, slot."""
    return {
        _label(name): _fact(value, zone)
        for name, value in details.items()
        if name not in _TWICE and value not in (None, "")
    }


def _label(name: str) -> str:
    known = fields.field(f"details.{name}")
    return _(known.label) if known and known.label else name


def _fact(value: Any, zone: str) -> str:  # noqa: ANN401 (a value of JSON)
    if isinstance(value, bool | dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int | float):
        return words.number(value)
    return words.told(str(value), zone)
