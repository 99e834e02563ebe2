"""The columns of an export: the same whatever the data, the format and the filter.

`code` heads the column (stable, in English); CSV for French Excel has `title` instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from commandes.words import N_

Kind = Literal[
    "text",  # written by people or sources: defused
    "code",  # one of our codes
    "amount",  # minor units here; major units of the row's currency in the file
    "percent",  # hundredths of a per cent here; per cent in the file
    "integer",
    "boolean",
    "instant",
]


@dataclass(frozen=True)
class Column:
    """One column: its code, its French title and what it holds."""

    code: str
    title: str
    kind: Kind


ORDERS = (
    Column("number", "Numéro", "text"),
    Column("source", "Source", "text"),
    Column("module", "Module", "code"),
    Column("status", "Statut", "code"),
    Column("payment", "Paiement", "code"),
    Column("is_cart", "Panier", "boolean"),
    Column("channel", "Canal", "text"),
    Column("placed_at", "Date de commande", "instant"),
    Column("begun_at", "Panier commencé le", "instant"),
    Column("abandoned_at", "Panier abandonné le", "instant"),
    Column("paid_at", "Date de paiement", "instant"),
    Column("cancelled_at", "Annulée le", "instant"),
    Column("archived_at", "Archivée le", "instant"),
    Column("service_at", "Date de prestation", "instant"),
    Column("customer", "Client", "text"),
    Column("email", "E-mail", "text"),
    Column("phone", "Téléphone", "text"),
    Column("country", "Pays", "text"),
    Column("ip_address", "Adresse IP", "text"),
    Column("currency", "Devise", "text"),
    Column("subtotal", "Sous-total", "amount"),
    Column("discount", "Remise", "amount"),
    Column("discount_codes", "Codes de remise", "text"),
    Column("shipping", "Livraison", "amount"),
    Column("fees", "Frais", "amount"),
    Column("tip", "Pourboire", "amount"),
    Column("tax", "Taxe", "amount"),
    Column("tax_included", "Taxe comprise", "boolean"),
    Column("total", "Total", "amount"),
    Column("gift_card", "Carte cadeau", "amount"),
    Column("paid", "Payé", "amount"),
    Column("refunded", "Remboursé", "amount"),
    Column("refunds_to_do", "Remboursements à effectuer", "integer"),
    Column("line_count", "Lignes", "integer"),
    Column("quantity", "Quantité", "integer"),
    Column("tags", "Étiquettes", "text"),
    Column("carriers", "Transporteurs", "text"),
)

LINES = (
    Column("number", "Numéro", "text"),
    Column("source", "Source", "text"),
    Column("module", "Module", "code"),
    Column("status", "Statut", "code"),
    Column("payment", "Paiement", "code"),
    Column("placed_at", "Date de commande", "instant"),
    Column("customer", "Client", "text"),
    Column("email", "E-mail", "text"),
    Column("currency", "Devise", "text"),
    Column("position", "Ligne", "integer"),
    Column("sku", "Référence", "text"),
    Column("title", "Article", "text"),
    Column("variant", "Variante", "text"),
    Column("quantity", "Quantité", "integer"),
    Column("unit_price", "Prix unitaire", "amount"),
    Column("discount", "Remise", "amount"),
    Column("tax_rate", "Taux de taxe", "percent"),
    Column("tax", "Taxe", "amount"),
    Column("total", "Total", "amount"),
    Column("refunded_quantity", "Quantité remboursée", "integer"),
    Column("cancelled_quantity", "Quantité annulée", "integer"),
    Column("restocked_quantity", "Quantité remise en stock", "integer"),
    Column("service_at", "Date de prestation", "instant"),
    Column("details", "Détails", "text"),
)

REFUNDS = (
    Column("number", "Numéro", "text"),
    Column("source", "Source", "text"),
    Column("customer", "Client", "text"),
    Column("provider", "Prestataire", "text"),
    Column("means", "Moyen", "text"),
    Column("currency", "Devise", "text"),
    Column("amount", "Montant", "amount"),
    Column("marked_at", "Marquée le", "instant"),
    Column("days", "Jours depuis la marque", "integer"),
    Column("reason", "Motif", "text"),
    Column("archived", "Archivée", "boolean"),
    Column("done_at", "Effectué le", "instant"),
    Column("done_amount", "Montant rendu", "amount"),
    Column("done_provider", "Rendu chez", "text"),
    Column("reference", "Référence du remboursement", "text"),
)

MOVEMENTS = (
    Column("at", "Date", "instant"),
    Column("sku", "Référence", "text"),
    Column("service_at", "Date de prestation", "instant"),
    Column("title", "Article", "text"),
    Column("quantity", "Unités", "integer"),
    Column("cause", "Cause", "code"),
    Column("number", "Commande", "text"),
    Column("source", "Source", "text"),
    Column("actor", "Par", "text"),
    Column("reason", "Motif", "text"),
)

# Of reports: the same on screen, so their titles are translated there.
_PERIOD = Column("period", N_("À partir du"), "text")
_CURRENCY = Column("currency", N_("Devise"), "text")
_ORDERS = Column("orders", N_("Commandes"), "integer")
_MONEY = (
    Column("gross", N_("Encaissé"), "amount"),
    Column("refunds", N_("Remboursé"), "amount"),
    Column("net", N_("Net"), "amount"),
)
# How many orders a click on a bar opens.
_PAID = Column("paid_orders", N_("Commandes avec paiement"), "integer")
_REFUNDED = Column("refunded_orders", N_("Commandes avec remboursement"), "integer")
_MOVED = Column("moved_orders", N_("Commandes concernées"), "integer")
SALES = (_PERIOD, _CURRENCY, _ORDERS, *_MONEY, _PAID, _REFUNDED, _MOVED)
BREAKDOWN = (Column("key", N_("Valeur"), "text"), _CURRENCY, _ORDERS, *_MONEY, _MOVED)
ARTICLES = (
    Column("sku", N_("Référence"), "text"),
    Column("title", N_("Article"), "text"),
    Column("module", N_("Module"), "code"),
    _CURRENCY,
    _ORDERS,
    Column("quantity", N_("Unités"), "integer"),
    Column("refunded_quantity", N_("Unités remboursées"), "integer"),
    Column("total", N_("Total"), "amount"),
)
HOURS = (
    Column("weekday", N_("Jour"), "text"),
    Column("hour", N_("Heure"), "integer"),
    _CURRENCY,
    _ORDERS,
    _MONEY[0],
    _PAID,
)
CUSTOMERS = (
    _PERIOD,
    _CURRENCY,
    _ORDERS,
    Column("new_orders", N_("Commandes de nouveaux clients"), "integer"),
    Column("returning_orders", N_("Commandes de clients revenus"), "integer"),
    Column("unknown_orders", N_("Commandes sans e-mail"), "integer"),
    Column("new_gross", N_("Encaissé des nouveaux"), "amount"),
    Column("returning_gross", N_("Encaissé des revenus"), "amount"),
    Column("unknown_gross", N_("Encaissé sans e-mail"), "amount"),
)
BRIDGE = (
    Column("step", N_("Étape"), "text"),
    _CURRENCY,
    Column("amount", N_("Montant"), "amount"),
    _ORDERS,
)
TRANSACTIONS = (
    Column("counted_at", N_("Date comptée"), "instant"),
    Column("kind", N_("Mouvement"), "code"),
    Column("number", N_("Commande"), "text"),
    Column("source", N_("Source"), "text"),
    Column("module", N_("Module"), "code"),
    Column("placed_at", N_("Date de commande"), "instant"),
    Column("customer", N_("Client"), "text"),
    _CURRENCY,
    Column("amount", N_("Montant"), "amount"),
    Column("means", N_("Moyen"), "text"),
    Column("provider", N_("Prestataire"), "text"),
    Column("reference", N_("Référence"), "text"),
    Column("reason", N_("Motif"), "text"),
)
VAT = (
    Column("tax_rate", N_("Taux"), "percent"),
    _CURRENCY,
    Column("base", N_("Base hors taxes"), "amount"),
    Column("tax", N_("TVA"), "amount"),
    Column("total", N_("Total TTC"), "amount"),
)
_DATE = Column("service_at", N_("Date de prestation"), "instant")
SEATS = (
    Column("event", N_("Événement"), "text"),
    _DATE,
    Column("sold", N_("Places vendues"), "integer"),
    Column("freed", N_("Places libérées"), "integer"),
    Column("seats_left", N_("Places restantes"), "integer"),
)
COVERS = (
    Column("day", N_("Jour"), "text"),
    Column("service", N_("Service"), "text"),
    Column("orders", N_("Réservations"), "integer"),
    Column("covers", N_("Couverts"), "integer"),
)
SLOTS = (
    Column("title", N_("Prestation"), "text"),
    Column("day", N_("Jour"), "text"),
    Column("booked", N_("Créneaux réservés"), "integer"),
    Column("slots_left", N_("Créneaux libres"), "integer"),
    Column("occupancy", N_("Occupation"), "percent"),
)
PLANS = (
    Column("plan", N_("Formule"), "text"),
    _CURRENCY,
    Column("new", N_("Nouvelles"), "integer"),
    Column("renewed", N_("Renouvelées"), "integer"),
    _MONEY[0],
)
CARTS = (
    _PERIOD,
    _CURRENCY,
    Column("begun", N_("Commencés"), "integer"),
    Column("abandoned", N_("Abandonnés"), "integer"),
    Column("abandoned_value", N_("Valeur"), "amount"),
    Column("rate", N_("Taux"), "percent"),
    Column("recovered", N_("Récupérés"), "integer"),
    Column("recovered_value", N_("Valeur récupérée"), "amount"),
    Column("recovered_elsewhere", N_("Récupérés ailleurs"), "integer"),
)
