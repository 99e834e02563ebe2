"""Parcels: carrier, number and link, told to the customer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from commandes import words
from commandes.actions import carriers, messages
from commandes.actions.orders import Done, Order, act, together
from commandes.actions.suggesting import suggest
from commandes.errors import OrderIsCancelled, TrackingRefused
from commandes.store import tables
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from commandes.store import Receipt, Store, Writer

__all__ = [
    "LONGEST_NUMBER",
    "Parcel",
    "change",
    "link",
    "recall",
    "remove",
    "ship",
    "suggest",
    "tidy",
    "track",
]

LONGEST_NUMBER = 100


@dataclass(frozen=True)
class Parcel:
    """A parcel as a person tells it; `url` None: from the table of carriers."""

    carrier: str
    number: str
    url: str | None = None


def link(store: Store, carrier: str, number: str) -> str | None:
    """The page that follows a parcel; None for a carrier that is not in the table."""
    with store.reading() as connection:
        found = carriers.find(connection, carrier)
    return found.link(number) if found else None


def track(
    store: Store,
    order: Order,
    *,
    carrier: str,
    number: str,
    url: str | None = None,
    tell: bool = True,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Add a parcel to an order; the customer gets number, carrier and link by message.

    Args:
        url: https only; None: built from the table of carriers.
        tell: whether the customer gets the message (if there is an e-mail).

    Raises:
        TrackingRefused: no carrier or number, or an address that is not https.
    """
    parcel = tidy(Parcel(carrier, number, url))

    def work(writer: Writer, found: Row[Any]) -> Done:
        return _add(store, writer, found, [parcel], tell=tell, done=False)

    arguments: dict[str, object] = {
        "carrier": parcel.carrier,
        "number": parcel.number,
        "url": url,
        "tell": tell,
    }
    return act(store, "track", order, work, arguments=arguments, actor=actor, key=key)


def ship(
    store: Store,
    order: Order,
    parcels: Sequence[Parcel],
    *,
    tell: bool = True,
    done: bool = False,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Add the parcels of an order at once, with one message about all of them.

    Numbers that the order bears already are left alone. The receipt's result holds
    `numbers`, those that were added, `told`, whether the customer gets a message, and
    `done`, whether the status moves.

    Args:
        tell: whether the customer gets the message (if there is an e-mail).
        done: whether the order becomes done as well.

    Raises:
        TrackingRefused: as for `track`.
        OrderIsCancelled: a cancelled order does not become done.
    """
    whole = [tidy(parcel) for parcel in parcels]

    def work(writer: Writer, found: Row[Any]) -> Done:
        return _add(store, writer, found, whole, tell=tell, done=done)

    arguments: dict[str, object] = {
        "parcels": [[p.carrier, p.number, p.url] for p in whole],
        "tell": tell,
        "done": done,
    }
    return act(store, "ship", order, work, arguments=arguments, actor=actor, key=key)


def tidy(parcel: Parcel) -> Parcel:
    """Without the blanks and invisible signs that are copied along from web pages."""
    carrier = "".join(c for c in parcel.carrier if c.isprintable() or c.isspace())
    return replace(
        parcel,
        carrier=" ".join(carrier.split()),
        number="".join(c for c in parcel.number if c.isprintable() and not c.isspace()),
    )


def _add(
    store: Store,
    writer: Writer,
    order: Row[Any],
    parcels: Sequence[Parcel],
    *,
    tell: bool,
    done: bool,
) -> Done:
    moves = done and order.status != "done"
    if moves and order.status == "cancelled":
        raise OrderIsCancelled(number=order.number)
    checked = [_checked(writer.connection, order, parcel) for parcel in parcels]
    standing = _standing(writer.connection, order.id)
    new = {p.number: p for p in reversed(checked) if p.number not in standing}
    step = {"from": order.status, "to": "done"} if moves else {}
    values = {"status": "done"} if moves else {}
    if not new:
        message = "" if moves else _("La commande porte déjà ce numéro de suivi.")
        kind = "status" if moves else ""
        nothing: dict[str, Any] = {"numbers": [], "told": False, "done": moves}
        return Done(kind, message, dict(step), values, nothing)
    added = [p for p in checked if new.get(p.number) is p]
    payload: dict[str, object] = _noted(writer, order, added) | step
    told = tell and bool(order.email)
    if told:
        with words.speaking(store.settings.language):
            subject, body = _text(order.number, added)
        payload["message"] = messages.queue(writer, order, subject, body)
    result: dict[str, Any] = {
        "numbers": [p.number for p in added],
        "told": told,
        "done": moves,
    }
    if len(added) == 1:
        result["tracking_url"] = added[0].url
    return Done("tracked", payload=payload, values=values, result=result)


def _noted(writer: Writer, order: Row[Any], added: Sequence[Parcel]) -> dict[str, Any]:
    """Keep parcels; what the journal says of them."""
    ids = [_insert(writer, order.id, parcel) for parcel in added]
    if len(added) == 1:
        return {"shipment": ids[0], "carrier": added[0].carrier}
    return {"shipments": ids, "carriers": sorted({p.carrier for p in added})}


def _insert(writer: Writer, order_id: int, parcel: Parcel) -> int:
    return writer.insert(
        tables.shipments,
        order_id=order_id,
        carrier=parcel.carrier,
        number=parcel.number,
        url=parcel.url,
        origin="here",
        at=writer.now,
    )


def _standing(connection: Connection, order_id: int) -> dict[str, Row[Any]]:
    """The order's parcels that nobody has taken off, by number."""
    c = tables.shipments.c
    rows = connection.execute(
        select(tables.shipments)
        .where(c.order_id == order_id, c.removed_at.is_(None))
        .order_by(c.id)
    )
    return {row.number: row for row in rows}


def _checked(connection: Connection, order: Row[Any], parcel: Parcel) -> Parcel:
    """The parcel with its link, and its carrier as the table writes it."""
    carrier, number, url = parcel.carrier, parcel.number, parcel.url
    if not carrier or not number or len(number) > LONGEST_NUMBER:
        raise TrackingRefused(
            number=order.number,
            detail=_("le transporteur et le numéro sont nécessaires"),
        )
    if url is not None and not carriers.is_https(url):
        raise TrackingRefused(
            number=order.number, detail=_("l’adresse doit commencer par https://")
        )
    known = carriers.find(connection, carrier)
    if known is None:
        return parcel
    return Parcel(known.name, number, known.link(number) if url is None else url)


def _text(order: str, parcels: Sequence[Parcel]) -> tuple[str, str]:
    subject = _("Votre commande {order} est en route").format(order=order)
    if len(parcels) == 1:
        body = _(
            "Bonjour,\n\nVotre commande {order} a été remise à {carrier}.\n"
            "Numéro de suivi : {number}\n"
        ).format(order=order, carrier=parcels[0].carrier, number=parcels[0].number)
        return subject, body + _followed(parcels[0])
    body = _(
        "Bonjour,\n\nVotre commande {order} est en route, en {count} colis.\n"
    ).format(order=order, count=len(parcels))
    for parcel in parcels:
        body += _("\n{carrier}, numéro de suivi : {number}\n").format(
            carrier=parcel.carrier, number=parcel.number
        )
        body += _followed(parcel)
    return subject, body


def _followed(parcel: Parcel) -> str:
    if not parcel.url:
        return ""
    return _("Suivre le colis : {url}\n").format(url=parcel.url)


def change(
    store: Store,
    order: Order,
    shipment_id: int,
    *,
    carrier: str,
    number: str,
    url: str | None = None,
    tell: bool = False,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Correct a parcel: its carrier, number or address.

    A number that is corrected makes another parcel and takes the wrong one off, so
    that a later file of the platform does not bring the wrong number back; the
    receipt's result holds the id of the `shipment` that stands now.

    Args:
        shipment_id: the id of the order's parcel (`reports.parts.Shipment.id`).
        url: https only; None: built from the table of carriers.
        tell: whether the customer gets the correction by message.

    Raises:
        TrackingRefused: no such parcel, no carrier or number, an address that is not
            https, or a number that another parcel of the order has.
    """
    parcel = tidy(Parcel(carrier, number, url))

    def work(writer: Writer, found: Row[Any]) -> Done:
        return _correct(store, writer, found, shipment_id, parcel, tell=tell)

    arguments: dict[str, object] = {
        "shipment": shipment_id,
        "carrier": parcel.carrier,
        "number": parcel.number,
        "url": url,
        "tell": tell,
    }
    return act(
        store, "change_track", order, work, arguments=arguments, actor=actor, key=key
    )


def _correct(
    store: Store,
    writer: Writer,
    order: Row[Any],
    shipment_id: int,
    parcel: Parcel,
    *,
    tell: bool,
) -> Done:
    standing = _standing(writer.connection, order.id)
    before = next((r for r in standing.values() if r.id == shipment_id), None)
    if before is None:
        detail = _("elle ne porte pas ce colis, ou il a été retiré")
        raise TrackingRefused(number=order.number, detail=detail)
    after = _checked(writer.connection, order, parcel)
    if after.number != before.number and after.number in standing:
        detail = _("un autre de ses colis a déjà ce numéro")
        raise TrackingRefused(number=order.number, detail=detail)
    changed = [
        name
        for name in ("carrier", "number", "url")
        if getattr(after, name) != getattr(before, name)
    ]
    if not changed:
        return Done(message=_("Le colis est déjà ainsi."))
    new = _replaced(writer, order, before, after)
    payload: dict[str, object] = {
        "shipment": new,
        "carrier": after.carrier,
        "changed": changed,
    }
    if tell and order.email:
        with words.speaking(store.settings.language):
            subject, body = _correction(order.number, after)
        payload["message"] = messages.queue(writer, order, subject, body)
    return Done(
        "tracking_changed",
        payload=payload,
        result={"shipment": new, "tracking_url": after.url},
    )


def _replaced(writer: Writer, order: Row[Any], before: Row[Any], after: Parcel) -> int:
    """Write a correction; the id of the parcel that stands now."""
    c = tables.shipments.c
    same = after.number == before.number
    # Ours from here on: a file does not take the correction back.
    values = (
        {"carrier": after.carrier, "url": after.url, "origin": "here"}
        if same
        else {"removed_at": writer.now}
    )
    writer.connection.execute(
        update(tables.shipments).where(c.id == before.id).values(values)
    )
    return int(before.id) if same else _insert(writer, order.id, after)


def _correction(order: str, parcel: Parcel) -> tuple[str, str]:
    subject = _("Nouveau suivi de votre commande {order}").format(order=order)
    body = _(
        "Bonjour,\n\nLe suivi de votre commande {order} a changé.\n"
        "Transporteur : {carrier}\nNuméro de suivi : {number}\n"
    ).format(order=order, carrier=parcel.carrier, number=parcel.number)
    return subject, body + _followed(parcel)


def recall(
    store: Store,
    order: Order,
    number: str,
    message_id: int,
    *,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Take a parcel's number off an order, and withdraw the message that tells of it.

    Raises:
        MessageRefused: the message waits no more; the number stays then.
    """
    return together(
        store,
        "recall_track",
        order,
        (
            lambda part, same: messages.withdraw(part, same, message_id, actor=actor),
            lambda part, same: remove(part, same, number, actor=actor),
        ),
        arguments={"number": number, "message": message_id},
        actor=actor,
        key=key,
    )


def remove(
    store: Store, order: Order, number: str, *, actor: str, key: str | None = None
) -> Receipt:
    """Take a parcel's number off an order; the activity keeps that it was there."""
    # Files keep a number as it was written, people copy blanks along.
    wanted = {number, tidy(Parcel("", number)).number}

    def work(writer: Writer, found: Row[Any]) -> Done:
        c = tables.shipments.c
        gone = writer.connection.execute(
            update(tables.shipments)
            .where(c.order_id == found.id, c.number.in_(wanted), c.removed_at.is_(None))
            .values(removed_at=writer.now)
        ).rowcount
        if not gone:
            return Done(message=_("La commande ne porte pas ce numéro de suivi."))
        return Done("tracking_removed")

    arguments: dict[str, object] = {"number": number}
    return act(store, "untrack", order, work, arguments=arguments, actor=actor, key=key)
