"""Templates of messages: the built-in ones, those of the shop, and their variables.

A variable is a name in braces, `{client}`. It is looked up in a closed table and never
formatted, so a template reaches nothing but these texts; what fills it is not looked
at again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from commandes import words
from commandes.store import tables
from commandes.words import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from commandes.reports.detail import OrderDetail
    from commandes.settings import Settings
    from commandes.store import Store

# Each variable with what it stands for.
VARIABLES = {
    "commande": N_("le numéro de la commande"),
    "client": N_("le nom du client"),
    "total": N_("le total de la commande"),
    "boutique": N_("le nom de la boutique"),
    "suivi": N_("transporteur, numéro et lien des colis"),
}
_VARIABLE = re.compile(r"\{\s*([^\W\d]\w{0,39})\s*\}")


@dataclass(frozen=True)
class Template:
    """A template of messages.

    Attributes:
        id: its number in the store; None for one that is built in.
        language: the code of the language that it is written in.
    """

    id: int | None
    name: str
    language: str
    subject: str
    body: str


_BUILT_IN = (
    (
        N_("Commande prête"),
        N_("Votre commande {commande} est prête"),
        N_(
            "Bonjour {client},\n\n"
            "Votre commande {commande} est prête.\n\n"
            "Merci de votre confiance,\n{boutique}"
        ),
    ),
    (
        N_("Commande expédiée"),
        N_("Votre commande {commande} est en route"),
        N_(
            "Bonjour {client},\n\n"
            "Votre commande {commande} est en route.\n{suivi}\n\n"
            "Merci de votre confiance,\n{boutique}"
        ),
    ),
    (
        N_("Demande d’information"),
        N_("Une question sur votre commande {commande}"),
        N_(
            "Bonjour {client},\n\n"
            "Pour préparer votre commande {commande}, il nous manque une information. "
            "Pouvez-vous répondre à ce message ?\n\n"
            "Merci d’avance,\n{boutique}"
        ),
    ),
    (
        N_("Retard de livraison"),
        N_("Votre commande {commande} a du retard"),
        N_(
            "Bonjour {client},\n\n"
            "Votre commande {commande} ({total}) partira plus tard que prévu. "
            "Nous vous écrirons dès qu’elle sera en route.\n\n"
            "Avec toutes nos excuses,\n{boutique}"
        ),
    ),
)


def templates(store: Store) -> tuple[Template, ...]:
    """The shop's own templates by name, then the built-in ones in the reader's words.

    One's own template replaces the built-in one of the same name.
    """
    c = tables.message_templates.c
    with store.reading() as connection:
        rows = connection.execute(
            select(tables.message_templates).order_by(c.name, c.id)
        ).all()
    own = [Template(r.id, r.name, r.language, r.subject, r.body) for r in rows]
    taken = {template.name for template in own}
    built_in = [
        Template(None, _(name), words.language(), _(subject), _(body))
        for name, subject, body in _BUILT_IN
    ]
    return (*own, *(t for t in built_in if t.name not in taken))


@dataclass(frozen=True)
class Filled:
    """A text with its variables filled.

    Attributes:
        unknown: names in braces that are no variable; they stay as they stand.
        empty: variables that the order has nothing for.
    """

    text: str
    unknown: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """Fill the variables of a text, once each: a value is never filled itself."""
    names = [found.lower() for found in _VARIABLE.findall(text)]

    def value(found: re.Match[str]) -> str:
        return values.get(found[1].lower(), found[0])

    return Filled(
        _VARIABLE.sub(value, text),
        unknown=tuple(dict.fromkeys(n for n in names if n not in values)),
        empty=tuple(dict.fromkeys(n for n in names if values.get(n) == "")),
    )


def values_of(order: OrderDetail, settings: Settings) -> dict[str, str]:
    """What the variables stand for in messages about an order."""
    parcels = [
        " · ".join(part for part in (s.carrier, s.number, s.url) if part)
        for s in order.shipments
    ]
    return {
        "commande": order.number,
        "client": order.customer.name or _("Madame, Monsieur"),
        "total": words.money(order.sums.total, order.currency),
        "boutique": settings.shop_name,
        "suivi": "\n".join(parcels),
    }


def example_values(settings: Settings) -> dict[str, str]:
    """What the variables could stand for, to look at a template without an order."""
    return {
        "commande": "10412",
        "client": "Ana Martin",
        "total": words.money(4250, settings.currency),
        "boutique": settings.shop_name,
        "suivi": "Colissimo · 6A12345678901",
    }
