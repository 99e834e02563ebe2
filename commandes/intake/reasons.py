"""Why a row of a file is refused: stable codes, each with its sentence.

No sentence holds a value of the row: it may be personal.
"""

from __future__ import annotations

from commandes.words import N_

REASONS = {
    # of the row as it stands in the file
    "too_many_cells": N_("La ligne a plus de cellules que l’en-tête."),
    "open_quote": N_("Un guillemet n’est jamais refermé."),
    "no_object": N_("La ligne n’est pas un objet JSON."),
    "too_long": N_("Une cellule dépasse 32 767 caractères."),
    "no_number": N_("Le numéro de commande manque."),
    "credit_note": N_("C’est un avoir (note de crédit), pas une commande."),
    # of a line
    "no_quantity": N_("La quantité manque."),
    "bad_quantity": N_("La quantité est illisible."),
    "no_units": N_("La quantité est nulle ou négative."),
    "no_price": N_("Le prix manque."),
    "bad_price": N_("Un prix de la ligne est illisible."),
    "negative_price": N_("Un prix de la ligne est négatif."),
    "bad_service": N_("La date de prestation est illisible."),
    "bad_detail": N_("Un détail de la ligne est illisible."),
    "no_items": N_("La liste des articles est illisible."),
    # of the order
    "no_date": N_("La date de commande manque."),
    "bad_date": N_("La date de commande est illisible."),
    "bad_other_date": N_("Une date de la commande est illisible."),
    "unknown_currency": N_("La devise n’est pas un code ISO 4217."),
    "other_currency": N_("La commande est connue dans une autre devise."),
    "bad_total": N_("Le total de la commande est illisible."),
    "negative_total": N_("Le total de la commande est négatif."),
    "bad_amount": N_("Un montant de la commande est illisible."),
    "negative_amount": N_("Un montant de la commande est négatif."),
    "unknown_module": N_("Le profil ne connaît pas ce module."),
    "unknown_status": N_("Le profil ne connaît pas ce statut."),
    "unknown_payment": N_("Le profil ne connaît pas cet état de paiement."),
    "contradiction": N_("Les lignes de la commande donnent plusieurs totaux."),
    "currencies": N_("Les lignes de la commande donnent plusieurs devises."),
    "repeated": N_("La commande est déjà plus haut dans le fichier."),
    "other_row": N_("Une autre ligne de cette commande est refusée."),
}
