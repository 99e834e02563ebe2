"""What a column of an order file may be: the words of a column profile.

A profile maps these codes to the headers of a file; the mapping screen offers them
with their labels. Any other `details.NAME` (letters and _) is allowed too.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from commandes.words import N_

Kind = Literal["text", "code", "flag", "money", "count", "rate", "moment", "time"]
Level = Literal["order", "line"]


class Field(NamedTuple):
    """One thing that a column can say.

    Attributes:
        code: its name in a profile, such as `placed_at` or `details.seat`.
        label: its name on screen, to be shown through gettext.
        help: one sentence for who maps a column, to be shown through gettext.
        kind: how its cells are read.
        level: whether a cell speaks of the whole order or of one line.
    """

    code: str
    label: str
    help: str
    kind: Kind = "text"
    level: Level = "order"


_ORDER = (
    Field("number", N_("Numéro de commande"), N_("Obligatoire ; tel qu’il est écrit.")),
    Field(
        "source_id",
        N_("Identifiant stable"),
        N_("S’il manque, le numéro de commande en tient lieu."),
    ),
    Field(
        "placed_at",
        N_("Date de commande"),
        N_("Obligatoire ; avec l’heure si le fichier l’a."),
        "moment",
    ),
    Field(
        "placed_time",
        N_("Heure de commande"),
        N_("Quand elle est dans une colonne à part."),
        "time",
    ),
    Field("module", N_("Module"), N_("Voir la table [modules] du profil."), "code"),
    Field("status", N_("Statut"), N_("Voir la table [status] du profil."), "code"),
    Field("payment", N_("Paiement"), N_("Voir la table [payment] du profil."), "code"),
    Field("currency", N_("Devise"), N_("Code ISO 4217, tel que EUR."), "code"),
    Field("subtotal", N_("Sous-total"), N_("Somme des articles."), "money"),
    Field("discount", N_("Remise"), N_("Remise sur toute la commande."), "money"),
    Field("discount_codes", N_("Codes de réduction"), N_("Codes promo utilisés.")),
    Field("shipping", N_("Livraison"), N_("Frais de port."), "money"),
    Field("fees", N_("Frais"), N_("Autres frais ajoutés au total."), "money"),
    Field("tip", N_("Pourboire"), N_("Pourboire compris dans le total."), "money"),
    Field("tax", N_("Taxes"), N_("Toutes les taxes de la commande."), "money"),
    Field("total", N_("Total"), N_("Ce que la commande coûte au client."), "money"),
    Field(
        "gift_card",
        N_("Carte cadeau"),
        N_("Part payée par carte cadeau ; ce n’est pas une remise."),
        "money",
    ),
    Field(
        "outstanding",
        N_("Reste à payer"),
        N_("Ce qui n’est pas encore payé."),
        "money",
    ),
    Field("deposit", N_("Acompte"), N_("Ce qui est payé d’avance."), "money"),
    Field("refunded", N_("Montant remboursé"), N_("En tout, à ce jour."), "money"),
    Field("paid_at", N_("Date de paiement"), N_("Date du paiement."), "moment"),
    Field(
        "refunded_at",
        N_("Date de remboursement"),
        N_("Date du remboursement."),
        "moment",
    ),
    Field(
        "cancelled_at",
        N_("Date d’annulation"),
        N_("Si elle est remplie, la commande est annulée."),
        "moment",
    ),
    Field(
        "fulfilled_at",
        N_("Date d’expédition"),
        N_("Si elle est remplie et que le statut manque, la commande est terminée."),
        "moment",
    ),
    Field("payment_means", N_("Moyen de paiement"), N_("Carte, virement, espèces…")),
    Field("payment_provider", N_("Prestataire de paiement"), N_("Stripe, PayPal…")),
    Field(
        "payment_reference",
        N_("Référence de paiement"),
        N_("Celle du prestataire."),
    ),
    Field(
        "payment_kind",
        N_("Nature du paiement"),
        N_("full, deposit, balance, instalment ou renewal."),
        "code",
    ),
    Field("is_cart", N_("Panier"), N_("Oui si la ligne n’est qu’un panier."), "flag"),
    Field("cart_id", N_("Identifiant de panier"), N_("Relie panier et commande.")),
    Field("begun_at", N_("Début du panier"), N_("Date de début du panier."), "moment"),
    Field("abandoned_at", N_("Abandon du panier"), N_("Date de l’abandon."), "moment"),
    Field(
        "cart_url",
        N_("Lien du panier"),
        N_("Adresse https qui ramène le client à son panier."),
    ),
    Field("channel", N_("Canal de vente"), N_("Site, boutique, marché…")),
    Field("customer_name", N_("Client"), N_("Nom complet.")),
    Field("customer_first_name", N_("Prénom du client"), N_("Si le nom est à part.")),
    Field("customer_last_name", N_("Nom du client"), N_("Si le prénom est à part.")),
    Field("email", N_("E-mail"), N_("Adresse e-mail du client.")),
    Field("phone", N_("Téléphone"), N_("Téléphone du client.")),
    Field(
        "marketing_consent",
        N_("Accord publicitaire"),
        N_("Oui si le client accepte la publicité."),
        "flag",
    ),
    Field("ip_address", N_("Adresse IP"), N_("Celle du client à la commande.")),
    Field("user_agent", N_("Navigateur"), N_("Tel que le navigateur se nomme.")),
    Field("tags", N_("Étiquettes"), N_("Séparées par des virgules.")),
    Field("note", N_("Note du client"), N_("Écrite par le client.")),
    Field("private_note", N_("Note interne"), N_("Écrite par l’équipe.")),
    Field("tracking_number", N_("Numéro de suivi"), N_("Du colis.")),
    Field("tracking_carrier", N_("Transporteur"), N_("Du colis.")),
    Field("tracking_url", N_("Lien de suivi"), N_("Adresse https du suivi.")),
)

_LINE = (
    Field("title", N_("Article"), N_("Nom de l’article."), "text", "line"),
    Field("variant", N_("Variante"), N_("Taille, couleur…"), "text", "line"),
    Field("sku", N_("Référence (SKU)"), N_("Code de l’article."), "text", "line"),
    Field("quantity", N_("Quantité"), N_("1 si la colonne manque."), "count", "line"),
    Field("unit_price", N_("Prix unitaire"), N_("Avant remise."), "money", "line"),
    Field(
        "line_subtotal",
        N_("Sous-total de la ligne"),
        N_("Prix × quantité, avant remise."),
        "money",
        "line",
    ),
    Field(
        "line_discount",
        N_("Remise de la ligne"),
        N_("Pour toute la quantité."),
        "money",
        "line",
    ),
    Field(
        "line_total", N_("Total de la ligne"), N_("Après sa remise."), "money", "line"
    ),
    Field(
        "line_tax",
        N_("Taxe de la ligne"),
        N_("Pour toute la quantité."),
        "money",
        "line",
    ),
    Field("tax_rate", N_("Taux de taxe"), N_("En pour cent : 20."), "rate", "line"),
    Field(
        "line_shipping",
        N_("Livraison de la ligne"),
        N_("Ajoutée à celle de la commande."),
        "money",
        "line",
    ),
    Field(
        "line_fees",
        N_("Frais de la ligne"),
        N_("Ajoutés à ceux de la commande."),
        "money",
        "line",
    ),
    Field(
        "refunded_quantity",
        N_("Quantité remboursée"),
        N_("Déjà remboursée par la plateforme."),
        "count",
        "line",
    ),
    Field(
        "service_at",
        N_("Date de prestation"),
        N_("Date de l’événement, de la table ou début du créneau."),
        "moment",
        "line",
    ),
    Field(
        "service_time",
        N_("Heure de prestation"),
        N_("Quand elle est dans une colonne à part."),
        "time",
        "line",
    ),
    Field("details.event", N_("Événement"), N_("Son nom."), "text", "line"),
    Field("details.seat", N_("Place"), N_("Rang et siège."), "text", "line"),
    Field("details.plan", N_("Formule"), N_("Formule d’abonnement."), "text", "line"),
    Field("details.period", N_("Période"), N_("Mensuelle, annuelle…"), "text", "line"),
    Field("details.table", N_("Table"), N_("Table réservée."), "text", "line"),
    Field("details.covers", N_("Couverts"), N_("Nombre entier."), "count", "line"),
    Field("details.service", N_("Service"), N_("Déjeuner, dîner…"), "text", "line"),
    Field(
        "details.slot_end",
        N_("Fin du créneau"),
        N_("Date et heure, ou heure seule le jour de la prestation."),
        "moment",
        "line",
    ),
)

_ADDRESS = {
    "name": (N_("Facturation : nom"), N_("Livraison : nom")),
    "first_name": (N_("Facturation : prénom"), N_("Livraison : prénom")),
    "last_name": (
        N_("Facturation : nom de famille"),
        N_("Livraison : nom de famille"),
    ),
    "company": (N_("Facturation : société"), N_("Livraison : société")),
    "line1": (N_("Facturation : adresse"), N_("Livraison : adresse")),
    "line2": (
        N_("Facturation : complément d’adresse"),
        N_("Livraison : complément d’adresse"),
    ),
    "city": (N_("Facturation : ville"), N_("Livraison : ville")),
    "zip": (N_("Facturation : code postal"), N_("Livraison : code postal")),
    "province": (N_("Facturation : région"), N_("Livraison : région")),
    "country": (N_("Facturation : pays"), N_("Livraison : pays")),
    "phone": (N_("Facturation : téléphone"), N_("Livraison : téléphone")),
}
_ADDRESS_HELP = N_("Partie d’une adresse postale.")

FIELDS: tuple[Field, ...] = (
    *_ORDER,
    *(
        Field(f"{which}.{part}", labels[place], _ADDRESS_HELP)
        for place, which in enumerate(("billing", "shipping"))
        for part, labels in _ADDRESS.items()
    ),
    *_LINE,
)
BY_CODE = {field.code: field for field in FIELDS}
REQUIRED = ("number", "placed_at")
DETAIL = re.compile(r"details\.[a-z][a-z_]*")


def field(code: str) -> Field | None:
    """The field of this code; None when nothing is called so."""
    if DETAIL.fullmatch(code) and code not in BY_CODE:
        return Field(code, code.removeprefix("details."), "", "text", "line")
    return BY_CODE.get(code)


def level(code: str) -> Level:
    """Whether the field speaks of an order or of a line."""
    found = field(code)
    return found.level if found else "order"


def of_kind(kind: Kind, level: Level) -> tuple[str, ...]:
    """The codes of one kind and level, in the order of FIELDS."""
    return tuple(f.code for f in FIELDS if (f.kind, f.level) == (kind, level))
