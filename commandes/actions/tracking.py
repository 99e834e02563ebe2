"""Parcels: carrier, number and link, told to the customer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from sqlalchemy import select, update

from commandes.actions import messages
from commandes.actions.orders import Done, Order, act
from commandes.errors import TrackingRefused
from commandes.rules import fold
from commandes.store import tables
from commandes.words import _

if TYPE_CHECKING:
    from sqlalchemy import Row

    from commandes.store import Receipt, Store, Writer

# Where each carrier's parcels are followed; {n} is the number, URL-encoded.
CARRIERS = {
    "Colissimo": "https://www.laposte.fr/outils/suivre-vos-envois?code={n}",
    "La Poste": "https://www.laposte.fr/outils/suivre-vos-envois?code={n}",
    "Chronopost": (
        "https://www.chronopost.fr/tracking-no-cms/suivi-page?listeNumerosLT={n}"
    ),
    "Mondial Relay": "https://www.mondialrelay.fr/suivi-de-colis?numeroExpedition={n}",
    "UPS": "https://www.ups.com/track?tracknum={n}",
    "FedEx": "https://www.fedex.com/fedextrack/?trknbr={n}",
    "DHL Express": (
        "https://www.dhl.com/fr-fr/home/tracking/tracking-express.html"
        "?submit=1&tracking-id={n}"
    ),
}

# The form of a number suggests a carrier; a person confirms. The first match counts.
_FORMS = (
    (re.compile(r"1Z[0-9A-Z]{16}"), "UPS"),
    (re.compile(r"(6[ACGHMQV]|8[VRQ]|9V)\d{11}|[A-Z]{2}\d{9}FR"), "Colissimo"),
    (re.compile(r"X[A-Z]\d{9}[A-Z]{2}|[A-Z]{2}\d{9}(JB|TS)"), "Chronopost"),
    (re.compile(r"\d{8}"), "Mondial Relay"),
    (re.compile(r"\d{10}"), "DHL Express"),
    (re.compile(r"\d{12}|\d{15}"), "FedEx"),
)

LONGEST_NUMBER = 100


def suggest(number: str) -> str | None:
    """The carrier that a number's form suggests, for a person to confirm."""
    compact = re.sub(r"[\s.-]", "", number).upper()
    return next((name for form, name in _FORMS if form.fullmatch(compact)), None)


def link(carrier: str, number: str) -> str | None:
    """The page that follows a parcel; None for a carrier that is not in the table."""
    known = {fold(name): url for name, url in CARRIERS.items()}
    url = known.get(fold(carrier))
    return url.format(n=quote(number, safe="")) if url else None


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
        url: https only; None: built from the carrier table.
        tell: whether the customer gets the message (if there is an e-mail).

    Raises:
        TrackingRefused: no carrier or number, or an address that is not https.
    """
    carrier, number = " ".join(carrier.split()), "".join(number.split())

    def work(writer: Writer, found: Row[Any]) -> Done:
        place = _checked(found, carrier, number, url)
        c = tables.shipments.c
        if writer.connection.scalar(
            select(c.id).where(
                c.order_id == found.id, c.number == number, c.removed_at.is_(None)
            )
        ):
            return Done(message=_("La commande porte déjà ce numéro de suivi."))
        shipment = writer.insert(
            tables.shipments,
            order_id=found.id,
            carrier=carrier,
            number=number,
            url=place,
            origin="here",
            at=writer.now,
        )
        payload: dict[str, object] = {"shipment": shipment, "carrier": carrier}
        if tell and found.email:
            subject, body = _text(found.number, carrier, number, place)
            payload["message"] = messages.queue(writer, found, subject, body)
        return Done("tracked", payload=payload, result={"tracking_url": place})

    arguments: dict[str, object] = {
        "carrier": carrier,
        "number": number,
        "url": url,
        "tell": tell,
    }
    return act(store, "track", order, work, arguments=arguments, actor=actor, key=key)


def _checked(order: Row[Any], carrier: str, number: str, url: str | None) -> str | None:
    if not carrier or not number or len(number) > LONGEST_NUMBER:
        raise TrackingRefused(
            number=order.number,
            detail=_("le transporteur et le numéro sont nécessaires"),
        )
    if url is None:
        return link(carrier, number)
    if not _is_https(url):
        raise TrackingRefused(
            number=order.number, detail=_("l’adresse doit commencer par https://")
        )
    return url


def _is_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:  # brackets that hold no address
        return False
    return parts.scheme == "https" and bool(parts.hostname) and url.isprintable()


def _text(order: str, carrier: str, number: str, url: str | None) -> tuple[str, str]:
    subject = _("Votre commande {order} est en route").format(order=order)
    body = _(
        "Bonjour,\n\nVotre commande {order} a été remise à {carrier}.\n"
        "Numéro de suivi : {number}\n"
    ).format(order=order, carrier=carrier, number=number)
    if url:
        body += _("Suivre le colis : {url}\n").format(url=url)
    return subject, body


def remove(
    store: Store, order: Order, number: str, *, actor: str, key: str | None = None
) -> Receipt:
    """Take a parcel's number off an order; the activity keeps that it was there."""

    def work(writer: Writer, found: Row[Any]) -> Done:
        c = tables.shipments.c
        gone = writer.connection.execute(
            update(tables.shipments)
            .where(c.order_id == found.id, c.number == number, c.removed_at.is_(None))
            .values(removed_at=writer.now)
        ).rowcount
        if not gone:
            return Done(message=_("La commande ne porte pas ce numéro de suivi."))
        return Done("tracking_removed")

    arguments: dict[str, object] = {"number": number}
    return act(store, "untrack", order, work, arguments=arguments, actor=actor, key=key)
