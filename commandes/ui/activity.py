"""The entries of an order's activity in the words of the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commandes import words
from commandes.ui.login import named
from commandes.words import MESSAGE_WORDS, N_, PAYMENT_WORDS, STATUS_WORDS, _

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from commandes.reports.parts import Activity

_SAYS = {
    "imported": N_("Commande importée"),
    "updated": N_("Mise à jour par un fichier"),
    "withdrawn": N_("Import retiré"),
    "placed": N_("Commande passée"),
    "paid": N_("Paiement reçu"),
    "payment_voided": N_("Paiement retiré"),
    "refunded": N_("Marquée comme remboursée"),
    "unrefunded": N_("Marque de remboursement retirée"),
    "refund_done": N_("Remboursement effectué chez le prestataire"),
    "payment_confirmed": N_("Paiement confirmé par le prestataire"),
    "refund_received": N_("Remboursement annoncé par le prestataire"),
    "refund_failed": N_("Remboursement échoué chez le prestataire"),
    "status": N_("Statut changé"),
    "cancelled": N_("Commande annulée"),
    "restored": N_("Commande rétablie"),
    "archived": N_("Commande archivée"),
    "unarchived": N_("Commande désarchivée"),
    "tagged": N_("Étiquette ajoutée"),
    "untagged": N_("Étiquette retirée"),
    "tag_renamed": N_("Étiquette renommée"),
    "noted": N_("Note ajoutée"),
    "tracked": N_("Numéro de suivi ajouté"),
    "tracking_changed": N_("Numéro de suivi modifié"),
    "tracking_removed": N_("Numéro de suivi retiré"),
    "message_queued": N_("Message au client"),
    "message_sent": N_("Message envoyé"),
    "message_failed": N_("Échec de l’envoi d’un message"),
    "message_uncertain": N_("Envoi d’un message non confirmé"),
    "message_retried": N_("Message remis à l’envoi"),
    "message_withdrawn": N_("Message retiré avant l’envoi"),
    "message_decided": N_("Envoi d’un message décidé"),
    "message_received": N_("Réponse du client"),
    "messages_read": N_("Conversation lue"),
    "abandoned": N_("Panier abandonné"),
    "begun": N_("Panier commencé"),
    "cart_reminded": N_("Relance du panier"),
    "customer_erased": N_("Données personnelles effacées"),
    "text_erased": N_("Mention d’un client effacé retirée"),
    "ip_addresses_shortened": N_("Adresse IP abrégée"),
}
# A source's own dates read otherwise than what was done here.
_SOURCE_SAYS = {
    "refunded": N_("Remboursement"),
    "cancelled": N_("Annulation"),
}
_ICONS = {
    "placed": ":material/shopping_bag:",
    "imported": ":material/upload_file:",
    "updated": ":material/upload_file:",
    "paid": ":material/paid:",
    "refunded": ":material/undo:",
    "unrefunded": ":material/redo:",
    "refund_done": ":material/done_all:",
    "payment_confirmed": ":material/paid:",
    "refund_received": ":material/undo:",
    "refund_failed": ":material/error:",
    "cancelled": ":material/cancel:",
    "restored": ":material/restore:",
    "archived": ":material/archive:",
    "unarchived": ":material/unarchive:",
    "tagged": ":material/label:",
    "untagged": ":material/label_off:",
    "tag_renamed": ":material/label:",
    "noted": ":material/sticky_note_2:",
    "tracked": ":material/local_shipping:",
    "tracking_changed": ":material/local_shipping:",
    "tracking_removed": ":material/local_shipping:",
    "message_queued": ":material/mail:",
    "message_sent": ":material/mark_email_read:",
    "message_failed": ":material/unsubscribe:",
    "message_uncertain": ":material/help:",
    "message_retried": ":material/forward_to_inbox:",
    "message_withdrawn": ":material/cancel_schedule_send:",
    "message_decided": ":material/rule:",
    "message_received": ":material/mark_email_unread:",
    "messages_read": ":material/drafts:",
    "abandoned": ":material/remove_shopping_cart:",
    "begun": ":material/shopping_cart:",
    "cart_reminded": ":material/add_shopping_cart:",
    "customer_erased": ":material/person_off:",
    "text_erased": ":material/person_off:",
    "ip_addresses_shortened": ":material/content_cut:",
}


def icon(entry: Activity) -> str:
    """The entry's icon, one of Streamlit's Material names."""
    return _ICONS.get(entry.kind, ":material/circle:")


def sentence(entry: Activity, currency: str) -> str:
    """What happened, with its facts: Statut changé : Nouveau → Terminé."""
    says = _SOURCE_SAYS if entry.from_file else {}
    what = _(says.get(entry.kind) or _SAYS.get(entry.kind) or entry.kind)
    facts = _FACTS.get(entry.kind, _no_facts)(entry.payload, currency)
    return _("{what} : {facts}").format(what=what, facts=facts) if facts else what


# Who acts by itself, in words.
_POST = {
    "outbox": N_("envoi automatique"),
    "inbox": N_("boîte de réception"),
    "sweep": N_("relevé automatique des paniers"),
    "retention": N_("durées de conservation"),
    "webhooks": N_("annoncé par la plateforme"),
}


def author(entry: Activity) -> str:
    """Who did it, or where it is known from."""
    if entry.from_file:
        return _("d’après le fichier ({source})").format(source=entry.actor)
    return _(_POST[entry.actor]) if entry.actor in _POST else named(entry.actor)


def _no_facts(payload: dict[str, Any], currency: str) -> str:
    del payload, currency
    return ""


def _status_facts(payload: dict[str, Any], currency: str) -> str:
    del currency
    names = [payload.get("from"), payload.get("to")]
    return " → ".join(_(STATUS_WORDS[name]) for name in names if name in STATUS_WORDS)


def _import_facts(payload: dict[str, Any], currency: str) -> str:
    del currency
    known = [
        _(table[payload[name]])
        for name, table in (("status", STATUS_WORDS), ("payment", PAYMENT_WORDS))
        if payload.get(name) in table
    ]
    return ", ".join(known)


def _tag_facts(payload: dict[str, Any], currency: str) -> str:
    del currency
    return str(payload.get("tag") or "")


def _message_facts(payload: dict[str, Any], currency: str) -> str:
    del currency
    state = payload.get("state")
    return _(MESSAGE_WORDS[state]) if state in MESSAGE_WORDS else ""


def _tracking_facts(payload: dict[str, Any], currency: str) -> str:
    """The carriers, and the status where the parcel moved it."""
    carriers = payload.get("carriers") or [payload.get("carrier")]
    facts = [", ".join(str(name) for name in carriers if name)]
    facts.append(_status_facts(payload, currency))
    return " · ".join(fact for fact in facts if fact)


def _rename_facts(payload: dict[str, Any], currency: str) -> str:
    del currency
    return " → ".join(str(payload.get(end) or "") for end in ("from", "to"))


def _amount_facts(payload: dict[str, Any], currency: str) -> str:
    amount = payload.get("amount")
    if not isinstance(amount, int):
        return ""
    return words.money(amount, payload.get("currency") or currency)


_FACTS: dict[str, Callable[[dict[str, Any], str], str]] = {
    "status": _status_facts,
    "restored": _status_facts,
    "imported": _import_facts,
    "updated": _import_facts,
    "tagged": _tag_facts,
    "untagged": _tag_facts,
    "message_decided": _message_facts,
    "tracked": _tracking_facts,
    "tracking_changed": _tracking_facts,
    "tag_renamed": _rename_facts,
    "paid": _amount_facts,
    "payment_voided": _amount_facts,
    "refunded": _amount_facts,
    "unrefunded": _amount_facts,
    "refund_done": _amount_facts,
    "payment_confirmed": _amount_facts,
    "refund_received": _amount_facts,
    "refund_failed": _amount_facts,
}
