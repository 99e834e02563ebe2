"""The tables that a free analysis sees, told in words: the schema of sql/notebook.

A test holds this complete: every column of every copied table, in its order.
"""

from __future__ import annotations

from dataclasses import dataclass

from commandes.words import N_


@dataclass(frozen=True)
class Table:
    """A table: its name, what a row is, and each column with a sentence."""

    name: str
    sentence: str
    columns: tuple[tuple[str, str], ...]


TABLES = (
    Table(
        "orders",
        N_("Une ligne par commande ou panier, archivés compris."),
        (
            ("id", N_("Le numéro interne, que les autres tables nomment order_id.")),
            ("number", N_("Le numéro de la commande, tel que la source l’écrit.")),
            ("source", N_("La plateforme d’où vient la commande.")),
            ("module", N_("Le module : store, events, pricing, restaurant, booking.")),
            ("status", N_("Le statut : new, in_progress, done, cancelled.")),
            (
                "payment",
                N_("Le paiement : unpaid, paid, refunded, abandoned, pending."),
            ),
            ("is_cart", N_("Vrai pour un panier ou un paiement en cours de saisie.")),
            ("channel", N_("Le canal de vente, quand la source le donne.")),
            ("country", N_("Le pays de livraison, sinon de facturation.")),
            ("customer", N_("Un code propre à chaque client, vide sans e-mail.")),
            ("currency", N_("La devise ; on n’additionne jamais deux devises.")),
            ("subtotal", N_("Les articles avant remise, en centimes.")),
            ("discount", N_("La remise, en centimes.")),
            ("discount_codes", N_("Les codes utilisés par plusieurs clients.")),
            ("shipping", N_("La livraison, en centimes.")),
            ("fees", N_("Les frais, en centimes.")),
            ("tip", N_("Le pourboire, en centimes.")),
            ("tax", N_("Les taxes, en centimes, quand la source les donne.")),
            ("tax_included", N_("Vrai quand les prix comprennent les taxes.")),
            ("total", N_("Le total, en centimes.")),
            ("gift_card", N_("La part payée par carte cadeau, en centimes.")),
            ("paid", N_("La somme des paiements, en centimes.")),
            ("refunded", N_("La somme des remboursements, en centimes.")),
            ("refunds_to_do", N_("Le nombre de remboursements à effectuer.")),
            ("placed_at", N_("Quand la commande a été passée.")),
            ("begun_at", N_("Quand le panier a été commencé.")),
            ("abandoned_at", N_("Quand le panier a été déclaré abandonné.")),
            ("cancelled_at", N_("Quand la commande a été annulée.")),
            ("archived_at", N_("Quand la commande a été archivée.")),
            ("first_paid_at", N_("Quand le premier paiement a été reçu.")),
            ("first_refunded_at", N_("Quand le premier remboursement a été marqué.")),
            ("first_service_at", N_("La première date de prestation.")),
            ("line_count", N_("Le nombre de lignes.")),
            ("quantity", N_("Le nombre d’unités.")),
            ("tags", N_("La liste des étiquettes : list_contains(tags, 'Urgent').")),
            ("carriers", N_("La liste des transporteurs.")),
        ),
    ),
    Table(
        "order_lines",
        N_("Une ligne par article d’une commande."),
        (
            ("order_id", N_("La commande : orders.id.")),
            ("position", N_("La place de l’article dans la commande.")),
            ("sku", N_("La référence de l’article.")),
            ("title", N_("Le nom de l’article.")),
            ("variant", N_("La variante, si plusieurs commandes l’ont.")),
            ("quantity", N_("Le nombre d’unités.")),
            ("unit_price", N_("Le prix d’une unité, en centimes.")),
            ("discount", N_("La remise de la ligne, en centimes.")),
            ("tax_rate", N_("Le taux de taxe, en centièmes de pour cent.")),
            ("tax", N_("Les taxes de la ligne, en centimes.")),
            ("total", N_("Le total de la ligne, en centimes.")),
            ("refunded_quantity", N_("Les unités remboursées.")),
            ("cancelled_quantity", N_("Les unités annulées.")),
            ("restocked_quantity", N_("Les unités remises en stock.")),
            ("service_at", N_("La date de l’événement, de la table ou du créneau.")),
            ("event", N_("L’événement, pour le module events.")),
            ("plan", N_("La formule, pour le module pricing.")),
            ("plan_period", N_("La période de la formule : mensuelle, annuelle…")),
            ("covers", N_("Le nombre de couverts, pour le module restaurant.")),
            ("service", N_("Le service : déjeuner, dîner, prestation réservée…")),
        ),
    ),
    Table(
        "payments",
        N_("Une ligne par paiement, ceux qui ont été retirés compris."),
        (
            ("order_id", N_("La commande : orders.id.")),
            ("paid_at", N_("Quand le paiement a été reçu.")),
            ("date_given", N_("Faux quand la date est celle de la commande.")),
            ("amount", N_("Le montant, en centimes.")),
            ("means", N_("Le moyen de paiement.")),
            ("provider", N_("Le prestataire de paiement.")),
            ("kind", N_("La sorte : full, deposit, balance, instalment, renewal.")),
            ("origin", N_("D’où vient le paiement : la source ou une saisie ici.")),
            ("voided_at", N_("Quand il a été retiré ; vide : il compte.")),
        ),
    ),
    Table(
        "refunds",
        N_("Une ligne par remboursement, ceux qui ont été retirés compris."),
        (
            ("order_id", N_("La commande : orders.id.")),
            ("refunded_at", N_("Quand le remboursement a été marqué.")),
            ("date_given", N_("Faux quand la date est celle de la commande.")),
            ("amount", N_("Le montant, en centimes.")),
            ("shipping_amount", N_("La part de la livraison, en centimes.")),
            ("restock", N_("Vrai quand les unités sont revenues en stock.")),
            ("origin", N_("Où il a été fait : la plateforme ou ici.")),
            ("state", N_("L’état du vrai remboursement : to_do, done.")),
            ("done_at", N_("Quand l’argent a été rendu.")),
            ("done_amount", N_("Le montant rendu, en centimes.")),
            ("provider", N_("Le prestataire qui a rendu l’argent.")),
            ("voided_at", N_("Quand il a été retiré ; vide : il compte.")),
        ),
    ),
    Table(
        "stock_items",
        N_("Une ligne par article en stock, ou par article et date."),
        (
            ("sku", N_("La référence de l’article.")),
            ("service_at", N_("La date, pour un événement, un service, un créneau.")),
            ("title", N_("Le nom de l’article.")),
            ("on_hand", N_("Le stock ; négatif : vendu au-delà.")),
            ("alert_level", N_("Le niveau d’alerte.")),
        ),
    ),
    Table(
        "days",
        N_("Un calendrier, de la première commande à aujourd’hui."),
        (
            ("day", N_("Le jour, dans le fuseau horaire de la boutique.")),
            ("week", N_("Le lundi de sa semaine.")),
            ("month", N_("Le premier jour de son mois.")),
            ("year", N_("Son année.")),
            ("weekday", N_("Le jour de la semaine, de 1 (lundi) à 7 (dimanche).")),
        ),
    ),
)
NAMES = tuple(table.name for table in TABLES)

# What may be called beside the functions of SQL.
MACROS = (
    (
        "money(amount, currency)",
        N_(
            "D’un montant en centimes (la plus petite unité de sa devise), le montant "
            "en unités entières : money(sum(total), currency)."
        ),
    ),
)
