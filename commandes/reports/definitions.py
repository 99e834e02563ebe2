"""What each figure and report means, and the one query that answers it (DESIGN §7)."""

from __future__ import annotations

from dataclasses import dataclass

from commandes.words import N_


@dataclass(frozen=True)
class Definition:
    """A figure or report in words.

    Attributes:
        meaning: French source text; shown through `_`.
        question: the file of `sql/` that answers it.
    """

    meaning: str
    question: str


_NET = N_(
    "Ventes nettes : les ventes encaissées moins les remboursements de la période."
)
_SALES = N_(
    "Ventes encaissées : la somme des paiements, à leur date, taxes comprises. "
    "Remboursements : leur somme, à la date choisie. Ventes nettes : les unes moins "
    "les autres. Commandes : celles dont le premier paiement tombe dans la période."
)
_PART = N_(
    "Les ventes de la période, réparties ; la somme des lignes est celle des ventes. "
    "Un paiement compte pour son propre moyen, un remboursement pour celui du premier "
    "paiement de sa commande."
)
_SOLD = N_("Les commandes dont le premier paiement tombe dans la période.")
_DEFINITIONS = {
    "sales": Definition(_SALES, "sales/sales"),
    "net": Definition(_NET, "sales/sales"),
    "gross": Definition(
        N_("La somme des paiements, à leur date, taxes comprises."), "sales/sales"
    ),
    "refunds": Definition(
        N_("La somme des remboursements, à la date de la marque."), "sales/sales"
    ),
    "transactions": Definition(
        N_(
            "Un par ligne, à la date à laquelle les ventes le comptent ; un "
            "remboursement est négatif : la somme est celle des ventes nettes."
        ),
        "sales/transactions",
    ),
    "orders": Definition(_SOLD, "sales/sales"),
    "basket": Definition(
        N_(
            "Panier moyen : les articles après remises, taxes comprises, sans "
            "livraison ni pourboire, des commandes comptées, celles de total nul "
            "laissées de côté."
        ),
        "sales/figures",
    ),
    "refund_rate": Definition(
        N_(
            "Taux de remboursement : les remboursements des commandes de la période, "
            "divisés par leurs paiements."
        ),
        "sales/figures",
    ),
    "abandonment": Definition(
        N_(
            "Taux d’abandon : les paniers commencés dans la période et restés sans "
            "paiement pendant le délai, divisés par les paniers commencés ; ceux payés "
            "plus tard restent abandonnés."
        ),
        "carts/series",
    ),
    "bridge": Definition(
        N_(
            "Articles avant remises, moins les remises, plus la livraison, les frais, "
            "les pourboires et les taxes en plus : c’est le vendu. Moins ce qui n’est "
            "pas encore encaissé, plus ce que d’autres commandes ont payé dans la "
            "période : l’encaissé. Moins les remboursements : le net."
        ),
        "sales/bridge",
    ),
    **{
        of: Definition(_PART, "sales/breakdown")
        for of in ("module", "means", "country", "channel", "promo")
    },
    "articles": Definition(
        N_(
            "Les lignes des commandes dont le premier paiement tombe dans la période : "
            "unités, unités remboursées, totaux des lignes."
        ),
        "sales/articles",
    ),
    "hours": Definition(
        N_(
            "Les paiements de la période, par jour de la semaine et heure de la "
            "boutique ; une commande compte à l’heure de son premier paiement."
        ),
        "sales/hours",
    ),
    "customers": Definition(
        N_(
            "Un client est une adresse e-mail en minuscules, tous modules confondus. "
            "Nouveau : la première commande qu’il ait payée. Sans e-mail : inconnu."
        ),
        "sales/customers",
    ),
    "vat": Definition(
        N_(
            "La TVA des ventes nettes de la période, taux par taux. Chaque paiement, "
            "et chaque remboursement en moins, est réparti au centime sur les lignes, "
            "la livraison et les frais de sa commande. Ce dont aucun taux n’est connu "
            "(pourboires, écarts, lignes sans taux) a sa propre ligne : la somme est "
            "le net du passage des articles aux ventes nettes."
        ),
        "sales/vat",
    ),
    "seats": Definition(
        N_(
            "Les places des commandes de la période, celles qui sont revenues, et ce "
            "que le stock de la date a encore, toutes catégories confondues. Une date "
            "à venir sans vente compte aussi quand la période va jusqu’à aujourd’hui."
        ),
        "sales/seats",
    ),
    "covers": Definition(
        N_(
            "Les couverts des services de la période, sans ce qui est annulé ou "
            "remboursé ; le service du soir commence à 16 h. Quand plusieurs lignes "
            "d’une réservation parlent de la même table, la plus grande compte."
        ),
        "sales/covers",
    ),
    "slots": Definition(
        N_(
            "Les créneaux dont la date tombe dans la période : réservés et non rendus, "
            "encore libres dans le stock, et la part de ceux qui sont pris. Un jour "
            "sans réservation compte aussi."
        ),
        "sales/slots",
    ),
    "plans": Definition(
        N_(
            "Les formules dont le premier paiement tombe dans la période, et les "
            "paiements de renouvellement. Une formule dont le premier paiement connu "
            "est un renouvellement n’est pas nouvelle."
        ),
        "sales/plans",
    ),
    "to_serve": Definition(
        N_(
            "Ce qui est encaissé, moins ce qui est rendu, pour des prestations dont la "
            "date est encore à venir. D’une commande de plusieurs lignes, la part de "
            "celles qui restent à servir, au centime."
        ),
        "sales/to_serve",
    ),
}


def definition(code: str) -> Definition:
    """The definition of a figure or report by its code."""
    return _DEFINITIONS[code]
