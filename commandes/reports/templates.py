"""Templates of messages: the built-in ones, those of the shop, and their variables.

`words.fill` puts the values of variables in their places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from commandes import words
from commandes.store import tables
from commandes.words import N_, _

if TYPE_CHECKING:
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
    "articles": N_("les articles, un par ligne"),
    "panier": N_("le lien vers le panier, dans une relance"),
    "desabonnement": N_("le lien de désabonnement, dans une relance"),
}
# What makes a template one of reminders: no other message has this link.
UNSUBSCRIBE = "{desabonnement}"


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

    @property
    def is_reminder(self) -> bool:
        """Whether it is written for reminders of carts, with their way out."""
        return UNSUBSCRIBE in self.body


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
    (
        N_("Relance de panier"),
        N_("Votre panier vous attend"),
        N_(
            "Bonjour {client},\n\n"
            "Vous avez laissé ces articles dans votre panier :\n{articles}\n\n"
            "Il est encore là : {panier}\n\n"
            "À bientôt,\n{boutique}\n\n"
            "Vous ne voulez plus de rappel ? {desabonnement}"
        ),
    ),
)


def templates(store: Store) -> tuple[Template, ...]:
    """The shop's own templates by name, then the built-in ones in the reader's words.

    One's own template replaces the built-in one of the same name.
    """
    c = tables.message_templates.c
    with store.reading("orders/templates") as connection:
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
        "articles": words.articles((li.quantity, li.title) for li in order.lines),
        "panier": "",
        "desabonnement": "",
    }


def example_values(settings: Settings) -> dict[str, str]:
    """What the variables could stand for, to look at a template without an order."""
    return {
        "commande": "10412",
        "client": "Ana Martin",
        "total": words.money(4250, settings.currency),
        "boutique": settings.shop_name,
        "suivi": "Colissimo · 6A12345678901",
        "articles": words.articles([(1, _("Lampe")), (2, _("Carnet"))]),
        "panier": f"{settings.shop_url or 'https://example.org'}/panier",
        "desabonnement": f"{settings.public_url or 'https://example.org'}/…",
    }
