"""Tracking numbers from a file: one row per parcel (order, carrier, number)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commandes.actions.parcels import Told
from commandes.intake.small import Column, rows
from commandes.words import N_

if TYPE_CHECKING:
    from pathlib import Path

_COLUMNS = {
    "number": Column(
        N_("numéro de suivi"),
        (
            *("numero de suivi", "no de suivi", "n de suivi", "num suivi", "suivi"),
            *("code de suivi", "numero suivi", "no suivi", "numero de colis"),
            *("no de colis", "numero colis", "tracking number", "tracking no"),
            *("tracking code", "tracking", "numero", "number", "no", "n"),
        ),
    ),
    "order": Column(
        N_("commande"),
        (
            *("commande", "numero de commande", "no de commande", "n de commande"),
            *("no commande", "numero commande", "n commande", "order number"),
            *("order no", "order id", "order name", "order", "reference commande"),
            *("ref commande", "reference de commande", "reference"),
            *("numero", "number", "no"),
        ),
    ),
    "carrier": Column(
        N_("transporteur"),
        (
            *("transporteur", "nom du transporteur", "carrier", "carrier name"),
            *("shipping carrier", "livreur", "courier"),
        ),
        needed=False,
    ),
    "url": Column(
        N_("lien de suivi"),
        (
            *("lien de suivi", "url de suivi", "adresse de suivi", "lien", "url"),
            *("tracking url", "tracking link"),
        ),
        needed=False,
    ),
    "source": Column(N_("source"), ("source",), needed=False),
}


def read(path: Path) -> tuple[Told, ...]:
    """The parcels that a file tells, in its order.

    CSV parted by `,`, `;` or tabs, in UTF-8, UTF-16 or Windows' encoding, with French
    or English headers. A carrier, a link and the order's source may be left out.

    Raises:
        FileUnreadable: no table, or no column for orders or for numbers.
    """
    return tuple(
        Told(
            row=place,
            order=row["order"],
            carrier=row["carrier"],
            number=row["number"],
            url=row["url"] or None,
            source=row["source"] or None,
        )
        for place, row in enumerate(rows(path, _COLUMNS), start=1)
    )
