"""The commands that act on orders and stock: one function of `actions` each.

Nothing here imports DuckDB, Polars or Streamlit: a command that only writes is quick.
"""

from __future__ import annotations

import getpass
from dataclasses import replace
from datetime import datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from commandes import rules
from commandes.actions import (
    carts,
    messages,
    notes,
    orders,
    parcels,
    payments,
    refunds,
    status,
    stock,
    tags,
    tracking,
)
from commandes.actions.orders import Order
from commandes.actions.tracking import Parcel
from commandes.cli import members
from commandes.errors import SkuUnknown, UsageError
from commandes.intake import levels, tracking_file
from commandes.store import open_store, tables
from commandes.words import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

    from commandes.settings import Settings
    from commandes.store import Receipt, Store

    Answer = dict[str, Any]


# Digits of a number of units.
_LONGEST_UNITS = 9
# Orders that an answer names one by one.
_MOST_NAMED = 100


def _order(options: argparse.Namespace) -> Order:
    return Order(options.number, options.source)


def _who(options: argparse.Namespace) -> dict[str, Any]:
    return {"actor": options.actor or getpass.getuser(), "key": options.key}


def _answer(receipt: Receipt) -> Answer:
    inner = ("result", "done_before")
    return {
        **receipt.result,
        **{k: v for k, v in vars(receipt).items() if k not in inner},
    }


def _amount(store: Store, order: Order, text: str | None) -> int | None:
    """An amount as typed (12.50 or 12,50), in minor units of the order's currency."""
    if text is None:
        return None
    with store.reading("orders/detail") as connection:
        currency = orders.find(connection, order).currency
    try:
        value = Decimal(text.replace(",", "."))
        exact = value.is_finite() and value == rules.to_major(
            rules.to_minor(value, currency), currency
        )
    except ArithmeticError:  # no number, or one that no currency has
        exact = False
    if not exact:
        detail = _("« {value} » n’est pas un montant en {currency}")
        raise UsageError(detail=detail.format(value=text, currency=currency))
    return rules.to_minor(value, currency)


def _acts(
    act: Callable[[Store, Order, argparse.Namespace, dict[str, Any]], Receipt],
) -> Callable[[argparse.Namespace, Settings], Answer]:
    """A command that does one action on one order."""

    def command(options: argparse.Namespace, settings: Settings) -> Answer:
        store = open_store(settings)
        try:
            return _answer(act(store, _order(options), options, _who(options)))
        finally:
            store.close()

    return command


def _pay(
    store: Store, order: Order, options: argparse.Namespace, who: dict[str, Any]
) -> Receipt:
    at = None
    if options.on is not None:
        at = datetime.combine(options.on, time(12), store.settings.zone)
    return payments.pay(
        store,
        order,
        amount=_amount(store, order, options.amount),
        at=at,
        means=options.means,
        reference=options.reference,
        **who,
    )


def _refund(
    store: Store, order: Order, options: argparse.Namespace, who: dict[str, Any]
) -> Receipt:
    lines: dict[str, int] = {}
    for text in options.line:
        sku, _equals, units = text.rpartition("=")
        if not sku or not units.isdecimal() or len(units) > _LONGEST_UNITS:
            detail = _("« {value} » n’est pas RÉFÉRENCE=QUANTITÉ").format(value=text)
            raise UsageError(detail=detail)
        lines[sku] = lines.get(sku, 0) + int(units)
    return refunds.refund(
        store,
        order,
        lines=lines or None,
        amount=_amount(store, order, options.amount),
        restock=False if options.no_restock else None,
        reason=options.reason,
        **who,
    )


def _track(options: argparse.Namespace, settings: Settings) -> Answer:
    store = open_store(settings)
    try:
        if options.file is not None:
            return _track_file(store, options)
        return _answer(_track_one(store, options))
    finally:
        store.close()


def _track_one(store: Store, options: argparse.Namespace) -> Receipt:
    order, who = _order(options), _who(options)
    if options.remove and options.number:
        return tracking.remove(store, order, options.remove, **who)
    if not (options.number and options.carrier and options.tracking_number):
        detail = _("donnez NUMÉRO, --carrier et --number, ou --file")
        raise UsageError(detail=detail)
    asked = {
        "carrier": options.carrier,
        "number": options.tracking_number,
        "url": options.url,
        "tell": not options.no_message,
    }
    if options.replaces:
        shipment = _shipment(store, order, options.replaces)
        return tracking.change(store, order, shipment, **asked, **who)
    if options.done:
        parcel = Parcel(asked["carrier"], asked["number"], asked["url"])
        return tracking.ship(
            store, order, [parcel], tell=asked["tell"], done=True, **who
        )
    return tracking.track(store, order, **asked, **who)


def _shipment(store: Store, order: Order, number: str) -> int:
    """The id of the order's parcel with this number; 0, which none has."""
    c = tables.shipments.c
    with store.reading("orders/detail") as connection:
        found = orders.find(connection, order)
        shipment = connection.scalar(
            select(c.id).where(
                c.order_id == found.id, c.number == number, c.removed_at.is_(None)
            )
        )
    return shipment or 0


def _track_file(store: Store, options: argparse.Namespace) -> Answer:
    """Every parcel of a file, each order its own transaction; refusals are listed."""
    told = tracking_file.read(options.file)
    if options.source:
        told = tuple(replace(row, source=row.source or options.source) for row in told)
    asked = {
        "tell": not options.no_message,
        "done": options.done,
        "actor": options.actor or getpass.getuser(),
    }
    if options.dry_run:
        found = parcels.preview(store, told, **asked)
    else:
        found = parcels.run(store, told, **asked, key=options.key)
    # What the key had done before is no change of now.
    now = parcels.Outcomes(tuple(one for one in found.all if not one.again))
    return {
        "action": "track",
        "changed": bool(now.changed) and not options.dry_run,
        "dry_run": options.dry_run,
        "orders": now.orders,
        "tracked": sum(one.added for one in now.all),
        "done": sum(one.done for one in now.all),
        "messages": len(
            {(one.told.order, one.told.source) for one in now.all if one.message}
        ),
        "unchanged": len(found.all) - len(now.changed) - len(found.refused),
        "refused": [
            {"row": one.told.row, "order": one.told.order, "reason": one.said}
            for one in found.refused
        ],
    }


def _stock(options: argparse.Namespace, settings: Settings) -> Answer:
    store = open_store(settings)
    try:
        if options.sku == "import":
            return _stock_import(store, options)
        return _stock_level(store, options.sku)
    finally:
        store.close()


def _stock_import(store: Store, options: argparse.Namespace) -> Answer:
    if options.file is None:
        raise UsageError(detail=_("donnez le fichier des niveaux d’ouverture"))
    found = levels.read(options.file, store.settings.zone)
    receipt = stock.open_levels(store, found.wanted, **_who(options))
    return {
        **_answer(receipt),
        "rows_read": len(found.levels) + len(found.refused),
        "rows_rejected": len(found.refused),
        "rejects": [vars(one) for one in found.refused[:100]],
    }


def _stock_level(store: Store, sku: str | None) -> Answer:
    items, moves = tables.stock_items, tables.stock_movements
    zone = store.settings.zone
    with store.reading("stock/movements") as connection:
        chosen = select(items).order_by(items.c.sku, items.c.service_at)
        if sku is not None:
            chosen = chosen.where(items.c.sku == sku)
        found = connection.execute(chosen).all()
        if sku is None:
            return {"items": [_level(item, zone) for item in found]}
        if not found:
            raise SkuUnknown(sku=sku)
        rows = connection.execute(
            select(moves, tables.orders.c.number)
            .join_from(
                moves,
                tables.orders,
                tables.orders.c.id == moves.c.order_id,
                isouter=True,
            )
            .where(moves.c.stock_item_id.in_([item.id for item in found]))
            .order_by(moves.c.id)
        ).all()
    return {
        "sku": sku,
        "on_hand": sum(item.on_hand for item in found),
        "items": [_level(item, zone) for item in found],
        "movements": [
            {
                "at": row.at.astimezone(zone).isoformat(),
                "quantity": row.quantity,
                "cause": row.cause_kind,
                "order": row.number,
            }
            for row in rows
        ],
    }


def _level(item: Any, zone: ZoneInfo) -> Answer:  # noqa: ANN401 (a row of stock_items)
    at = item.service_at
    return {
        "sku": item.sku,
        "service_at": at.astimezone(zone).isoformat() if at else None,
        "on_hand": item.on_hand,
    }


def _sweep(options: argparse.Namespace, settings: Settings) -> Answer:
    store = open_store(settings)
    try:
        if options.dry_run:
            found = carts.due(store)
        else:
            actor = options.actor or getpass.getuser()
            found = carts.sweep(store, actor=actor, key=options.key)
    finally:
        store.close()
    return {
        "action": "sweep",
        "changed": bool(found.count) and not options.dry_run,
        "dry_run": options.dry_run,
        "swept": found.count,
        "orders": list(found.orders[:_MOST_NAMED]),
    }


COMMANDS: dict[str, Callable[[argparse.Namespace, Settings], Answer]] = {
    "tag": _acts(lambda s, o, options, who: tags.tag(s, o, options.name, **who)),
    "untag": _acts(lambda s, o, options, who: tags.untag(s, o, options.name, **who)),
    "track": _track,
    "status": _acts(
        lambda s, o, options, who: status.set_status(s, o, options.status, **who)
    ),
    "archive": _acts(lambda s, o, _options, who: status.archive(s, o, **who)),
    "unarchive": _acts(lambda s, o, _options, who: status.unarchive(s, o, **who)),
    "note": _acts(lambda s, o, options, who: notes.note(s, o, options.text, **who)),
    "pay": _acts(_pay),
    "cancel": _acts(
        lambda s, o, options, who: status.cancel(
            s, o, restock=False if options.no_restock else None, **who
        )
    ),
    "restore": _acts(lambda s, o, _options, who: status.restore(s, o, **who)),
    "refund": _acts(_refund),
    "unrefund": _acts(lambda s, o, _options, who: refunds.unrefund(s, o, **who)),
    "message": _acts(
        lambda s, o, options, who: messages.message(
            s, o, options.subject, options.body, **who
        )
    ),
    "stock": _stock,
    "sweep": _sweep,
    "people": members.command,
}
