"""Every error that a person can see, worded once.

    CommandesError
    ├── UsageError              a wrong option or value; exit code 2
    │   ├── UnknownSetting
    │   ├── BadSetting
    │   ├── SettingMissing
    │   ├── BadFilter
    │   ├── ReversedPeriod
    │   └── BadMonth
    ├── NotAllowed              the role of who acts may not
    │   └── LoginNeeded
    │       ├── SessionOver
    │       ├── NotInvited
    │       └── AccessTaken     by an administrator
    ├── PersonError
    │   ├── PersonUnknown
    │   ├── PersonKnown
    │   ├── EmailInvalid
    │   └── LastAdministrator
    ├── StoreError              the store cannot be used as it is
    │   ├── StoreUnreachable
    │   ├── StoreLocked
    │   ├── StoreFull
    │   ├── ImportStopped       half-way: what was done is kept
    │   ├── StoreTooNew
    │   ├── StoreNotEmpty
    │   ├── JournalKeyMissing
    │   ├── JournalKeyWrong
    │   ├── LoginKeyUnreadable
    │   └── KeyReused
    ├── MirrorError
    │   ├── MirrorUnavailable
    │   └── MirrorMemory
    ├── OrderError
    │   ├── OrderNotFound
    │   ├── OrderAmbiguous
    │   ├── OrderChanged
    │   ├── OrderIsCancelled
    │   ├── RefundRefused
    │   │   └── RefundMarkRefused
    │   ├── PaymentRefused
    │   ├── TrackingRefused
    │   └── MessageRefused
    │       └── ReminderRefused
    ├── ErasureRefused          personal data that cannot go now
    ├── UnsubscribeLinkInvalid
    ├── SkuUnknown
    ├── TagError
    │   ├── TagNameInvalid
    │   ├── TagNameTaken
    │   ├── TagColorUnknown
    │   └── TagNotFound
    ├── CarrierError
    │   ├── CarrierNameInvalid
    │   ├── CarrierNameTaken
    │   ├── CarrierUrlInvalid
    │   └── CarrierUnknown
    ├── StockReasonMissing
    ├── StockRefused
    ├── ImportRefused           a file that cannot come in
    │   ├── FileUnreadable
    │   ├── FormatUnknown
    │   ├── ColumnsMissing
    │   ├── ProfileUnknown
    │   ├── ProfileInvalid
    │   └── ImportNotWithdrawable
    ├── DeliveryGone            a webhook that cannot be read again
    ├── ViewError
    │   ├── ViewNameTaken
    │   └── ViewNameEmpty
    ├── TemplateError
    │   ├── TemplateNameTaken
    │   ├── TemplateIncomplete
    │   └── TemplateGone
    ├── NotebookError
    │   ├── NotebookUnavailable
    │   ├── QueryRefused        more than one may say
    │   ├── QueryMistaken
    │   ├── QueryTooLong        a limit that it met
    │   ├── QueryTooHungry
    │   ├── QueryTooHeavy
    │   ├── ResultTooLarge
    │   ├── NotebookNameInvalid
    │   ├── NotebookTooLarge
    │   ├── NotebookChanged
    │   ├── NotebookGone
    │   └── NotebookOfAnother
    ├── BackupError
    │   ├── BackupBroken        the copy breaks a rule
    │   ├── BackupPathTaken
    │   ├── BackupUnreadable
    │   ├── BackupOfOtherDatabase
    │   ├── BackupToolMissing
    │   ├── BackupToolFailed
    │   ├── StoreHoldsOrders
    │   ├── StoreInUse
    │   ├── RestoreGoesOn
    │   ├── MoveOntoOrders
    │   └── MoveDiffers         what was written is not what was read
    └── ExportRefused
        ├── TooManyRowsForXlsx
        ├── ExportUnwritable
        └── NothingToDeliver

`sentence` and `advice` are French (the source language) with placeholders; both go
through gettext when shown. Every placeholder is an attribute given at construction.
"""

from __future__ import annotations

from typing import ClassVar

from commandes.words import N_, _


class CommandesError(Exception):
    """An error with a code for programs, a sentence and an advice for people."""

    code: ClassVar[str]
    sentence: ClassVar[str]
    advice: ClassVar[str]

    def __init__(self, **fields: object) -> None:
        super().__init__(fields)
        self.fields = fields

    @property
    def message(self) -> str:
        """What happened, in the reader's language."""
        return _(self.sentence).format(**self.fields)

    @property
    def what_to_do(self) -> str:
        """What was kept and what to do, in the reader's language."""
        return _(self.advice).format(**self.fields)

    def __str__(self) -> str:
        return f"{self.message} {self.what_to_do}"


class UsageError(CommandesError):
    code = "usage"
    sentence = N_("La commande n’est pas comprise : {detail}.")
    advice = N_("Voyez `commandes --help`.")


class UnknownSetting(UsageError):
    code = "unknown_setting"
    sentence = N_("Le réglage {name} n’existe pas.")
    advice = N_("Corrigez ou retirez cette variable d’environnement ; proche : {near}.")


class BadSetting(UsageError):
    code = "bad_setting"
    sentence = N_("Le réglage {name} vaut « {value} », ce qui n’est pas {expected}.")
    advice = N_("Donnez-lui une autre valeur, ou retirez-le pour la valeur par défaut.")


class SettingMissing(UsageError):
    code = "setting_missing"
    sentence = N_("Le réglage {name} manque : la connexion en a besoin.")
    advice = N_(
        "Donnez-le, ou retirez COMMANDES_OIDC_METADATA_URL pour servir une seule "
        "personne, sur cette machine."
    )


class BadFilter(UsageError):
    code = "bad_filter"
    sentence = N_("Le filtre {name} ne connaît pas « {value} ».")
    advice = N_("Valeurs possibles : {choices}.")


class ReversedPeriod(UsageError):
    code = "reversed_period"
    sentence = N_("La période finit le {last}, avant de commencer le {first}.")
    advice = N_("Échangez les deux dates.")


class BadMonth(UsageError):
    code = "bad_month"
    sentence = N_("Il n’y a pas de rapport pour le mois « {value} ».")
    advice = N_("Mois possibles : de {first} à {last}.")


class NotAllowed(CommandesError):
    code = "not_allowed"
    sentence = N_("« {function} » n’est pas permis au rôle {role}.")
    advice = N_("Rien n’a été changé. Rôles qui le peuvent : {roles}.")


class LoginNeeded(NotAllowed):
    code = "login_needed"
    sentence = N_("Vous n’êtes pas connecté.")
    advice = N_("Rien n’a été changé. Connectez-vous, puis recommencez.")


class SessionOver(LoginNeeded):
    code = "session_over"
    sentence = N_("Votre session est terminée.")
    advice = N_("Rien n’a été changé. Connectez-vous de nouveau, puis recommencez.")


class NotInvited(LoginNeeded):
    code = "not_invited"
    sentence = N_("Ce compte n’a pas accès à Commandes.")
    advice = N_(
        "Rien n’a été changé. Demandez à une personne de l’administration d’inviter "
        "l’adresse e-mail, vérifiée, de ce compte."
    )


class AccessTaken(LoginNeeded):
    code = "access_taken"
    sentence = N_("L’accès de ce compte a été retiré.")
    advice = N_("Rien n’a été changé. Une personne de l’administration peut le rendre.")


class PersonError(CommandesError):
    code = "person"
    sentence = N_("Cette personne ne peut pas être changée : {detail}.")
    advice = N_("Rien n’a été changé. Vérifiez la liste des personnes.")


class PersonUnknown(PersonError):
    code = "person_unknown"
    sentence = N_("Personne n’est connu sous {who}.")
    advice = N_("Rien n’a été changé. Invitez d’abord son adresse e-mail.")


class PersonKnown(PersonError):
    code = "person_known"
    sentence = N_("{email} est déjà dans la liste.")
    advice = N_("Rien n’a été changé. Changez son rôle, ou rendez-lui l’accès.")


class EmailInvalid(PersonError):
    code = "email_invalid"
    sentence = N_("« {email} » n’est pas une adresse e-mail.")
    advice = N_("Rien n’a été changé. Écrivez-la comme nom@exemple.fr.")


class LastAdministrator(PersonError):
    code = "last_administrator"
    sentence = N_("C’est la dernière personne de l’administration.")
    advice = N_("Rien n’a été changé. Donnez d’abord ce rôle à une autre.")


class StoreError(CommandesError):
    code = "store"
    sentence = N_("La base des commandes ne répond pas comme prévu : {detail}.")
    advice = N_("Rien n’a été changé. Vérifiez la base avec `commandes verify`.")


class StoreUnreachable(StoreError):
    code = "store_unreachable"
    sentence = N_("La base des commandes ne peut pas être ouverte : {detail}.")
    advice = N_("Vérifiez COMMANDES_DATABASE_URL et COMMANDES_DATA_DIR.")


class StoreLocked(StoreError):
    code = "store_locked"
    sentence = N_("La base est occupée par une autre écriture depuis trop longtemps.")
    advice = N_("Rien n’a été changé. Recommencez dans un instant.")


class StoreFull(StoreError):
    code = "store_full"
    sentence = N_("Il n’y a plus de place sur le disque de la base.")
    advice = N_("Rien n’a été changé. Libérez de la place, puis recommencez.")


class ImportStopped(StoreError):
    code = "import_stopped"
    sentence = N_(
        "{reason} L’import de {file} s’est arrêté après {done} commandes sur {total}."
    )
    advice = N_(
        "Ces commandes-là sont gardées. Remédiez-y, puis importez le même fichier : "
        "l’import reprend où il s’est arrêté."
    )


class StoreTooNew(StoreError):
    code = "store_too_new"
    sentence = N_(
        "La base vient d’une version plus récente de Commandes (révision {revision})."
    )
    advice = N_("Rien n’a été changé. Installez cette version ou une plus récente.")


class StoreNotEmpty(StoreError):
    code = "store_not_empty"
    sentence = N_("La base contient déjà de vraies commandes.")
    advice = N_(
        "Rien n’a été changé. Les commandes d’exemple vont dans une base vide : "
        "choisissez un autre COMMANDES_DATA_DIR."
    )


class JournalKeyMissing(StoreError):
    code = "journal_key_missing"
    sentence = N_("La clé du journal manque, ou ne peut pas être lue ({path}).")
    advice = N_(
        "Rien n’a été changé. Remettez ce fichier depuis une sauvegarde, ou donnez "
        "COMMANDES_JOURNAL_KEY."
    )


class JournalKeyWrong(StoreError):
    code = "journal_key_wrong"
    sentence = N_("La clé du journal n’est pas celle avec laquelle il a été écrit.")
    advice = N_(
        "Rien n’a été changé. Remettez la bonne clé (COMMANDES_JOURNAL_KEY, ou "
        "journal.key dans le dossier des données) ; si elle est bonne, la fin du "
        "journal a été altérée : `commandes verify` le dit."
    )


class LoginKeyUnreadable(StoreError):
    code = "login_key_unreadable"
    sentence = N_("La clé des connexions ne peut être ni lue ni faite ({path}).")
    advice = N_(
        "Personne n’est connecté. Rendez ce fichier lisible, ou ôtez-le : une autre "
        "clé se fait, et chacun se connecte de nouveau."
    )


class KeyReused(StoreError):
    code = "key_reused"
    sentence = N_("La clé « {key} » a déjà servi pour une autre demande.")
    advice = N_("Rien n’a été changé. Utilisez une nouvelle clé.")


class MirrorError(CommandesError):
    code = "mirror"
    sentence = N_("La copie de lecture ne répond pas comme prévu : {detail}.")
    advice = N_("Rien n’est perdu. Reconstruisez-la : `commandes mirror rebuild`.")


class MirrorUnavailable(MirrorError):
    code = "mirror_unavailable"
    sentence = N_("La copie de lecture n’a pas pu être construite : {detail}.")
    advice = N_(
        "Aucune commande n’est perdue. Vérifiez la place sur le disque de {folder}, "
        "puis rechargez la page."
    )


class MirrorMemory(MirrorError):
    code = "mirror_memory"
    sentence = N_(
        "La question demande plus de mémoire que la copie de lecture n’en a ({limit})."
    )
    advice = N_(
        "Rien n’est perdu. Resserrez les filtres, ou donnez-lui plus de mémoire : "
        "COMMANDES_MIRROR_MEMORY."
    )


class OrderError(CommandesError):
    code = "order"
    sentence = N_("La commande {number} ne permet pas cela.")
    advice = N_("Rien n’a été changé.")


class OrderNotFound(OrderError):
    code = "order_not_found"
    sentence = N_("Aucune commande ne porte le numéro {number}.")
    advice = N_("Vérifiez le numéro, tel que la source l’écrit (avec son #).")


class OrderAmbiguous(OrderError):
    code = "order_ambiguous"
    sentence = N_("Plusieurs sources ont une commande {number} : {sources}.")
    advice = N_("Précisez laquelle avec --source.")


class OrderChanged(OrderError):
    code = "order_changed"
    sentence = N_("Quelqu’un a changé la commande {number} entre-temps.")
    advice = N_("Rien n’a été changé. Relisez-la, puis recommencez.")


class OrderIsCancelled(OrderError):
    code = "order_is_cancelled"
    sentence = N_("La commande {number} est annulée.")
    advice = N_("Rien n’a été changé. Rétablissez-la d’abord.")


class RefundRefused(OrderError):
    code = "refund_refused"
    sentence = N_("La commande {number} n’est pas remboursée : {detail}.")
    advice = N_("Rien n’a été changé, ni argent ni stock.")


class RefundMarkRefused(RefundRefused):
    code = "refund_mark_refused"
    sentence = N_("La marque de remboursement de {number} ne change pas : {detail}.")
    advice = N_("Rien n’a été changé, ni argent ni stock.")


class PaymentRefused(OrderError):
    code = "payment_refused"
    sentence = N_("Le paiement de la commande {number} n’est pas noté : {detail}.")
    advice = N_("Rien n’a été changé.")


class TrackingRefused(OrderError):
    code = "tracking_refused"
    sentence = N_("Le suivi de la commande {number} n’est pas noté : {detail}.")
    advice = N_("Rien n’a été changé.")


class MessageRefused(OrderError):
    code = "message_refused"
    sentence = N_("Le message de la commande {number} n’est pas gardé : {detail}.")
    advice = N_("Rien n’a été envoyé ni changé.")


class ReminderRefused(MessageRefused):
    code = "reminder_refused"
    sentence = N_("Le panier {number} n’est pas relançable : {detail}.")
    advice = N_("Rien n’a été envoyé ni changé.")


class ErasureRefused(CommandesError):
    code = "erasure_refused"
    sentence = N_("L’effacement n’a pas été fait : {detail}.")
    advice = N_("Rien n’a été effacé. Recommencez quand cela aura changé.")


class UnsubscribeLinkInvalid(CommandesError):
    code = "unsubscribe_link_invalid"
    sentence = N_("Ce lien de désabonnement n’est pas valable.")
    advice = N_(
        "Rien n’a été changé. Ouvrez le lien tel qu’il est dans le message, en entier."
    )


class TagError(CommandesError):
    code = "tag"
    sentence = N_("L’étiquette « {name} » n’a pas été changée.")
    advice = N_("Rien n’a été changé.")


class TagNameInvalid(TagError):
    code = "tag_name_invalid"
    sentence = N_("Une étiquette a un nom d’un à {longest} caractères.")
    advice = N_("Rien n’a été changé. Choisissez un autre nom.")


class TagNameTaken(TagError):
    code = "tag_name_taken"
    sentence = N_("Une étiquette s’appelle déjà « {name} ».")
    advice = N_("Rien n’a été changé. Choisissez un autre nom.")


class TagColorUnknown(TagError):
    code = "tag_color_unknown"
    sentence = N_("Aucune couleur d’étiquette ne s’appelle « {color} ».")
    advice = N_("Rien n’a été changé. Couleurs possibles : {choices}.")


class TagNotFound(TagError):
    code = "tag_not_found"
    sentence = N_("Aucune étiquette ne s’appelle « {name} ».")
    advice = N_("Rien n’a été changé. Rechargez la liste des étiquettes.")


class CarrierError(CommandesError):
    code = "carrier"
    sentence = N_("Le transporteur n’a pas été enregistré.")
    advice = N_("Rien n’a été changé.")


class CarrierNameInvalid(CarrierError):
    code = "carrier_name_invalid"
    sentence = N_("Un transporteur a un nom d’un à {longest} caractères.")
    advice = N_("Rien n’a été changé. Choisissez un autre nom.")


class CarrierNameTaken(CarrierError):
    code = "carrier_name_taken"
    sentence = N_("Un transporteur s’appelle déjà « {name} ».")
    advice = N_("Rien n’a été changé. Choisissez un autre nom, ou modifiez celui-là.")


class CarrierUrlInvalid(CarrierError):
    code = "carrier_url_invalid"
    sentence = N_("L’adresse de suivi n’est pas valable : {detail}.")
    advice = N_("Rien n’a été changé. Corrigez l’adresse, puis recommencez.")


class CarrierUnknown(CarrierError):
    code = "carrier_unknown"
    sentence = N_("Ce transporteur n’est plus dans la liste.")
    advice = N_("Rien n’a été changé. Rechargez la page, puis recommencez.")


class SkuUnknown(CommandesError):
    code = "sku_unknown"
    sentence = N_("Aucun stock n’est tenu pour la référence {sku}.")
    advice = N_(
        "Vérifiez la référence, ou ouvrez son stock : `commandes stock import`."
    )


class StockReasonMissing(CommandesError):
    code = "stock_reason_missing"
    sentence = N_("Corriger le stock de {sku} demande un motif.")
    advice = N_("Rien n’a été changé. Dites pourquoi, puis recommencez.")


class StockRefused(CommandesError):
    code = "stock_refused"
    sentence = N_("Le stock de « {sku} » n’est pas changé : {detail}.")
    advice = N_("Rien n’a été changé. Corrigez, puis recommencez.")


class ImportRefused(CommandesError):
    code = "import_refused"
    sentence = N_("Le fichier {file} n’a pas été importé : {detail}.")
    advice = N_("Rien n’a été changé. Corrigez le fichier, puis recommencez.")


class FileUnreadable(ImportRefused):
    code = "file_unreadable"
    sentence = N_("Le fichier {file} ne peut pas être lu : {detail}.")
    advice = N_(
        "Rien n’a été changé. Exportez-le à nouveau en CSV, TSV, XLSX, Parquet ou "
        "NDJSON, puis recommencez."
    )


class FormatUnknown(ImportRefused):
    code = "format_unknown"
    sentence = N_("Les colonnes du fichier {file} ne sont celles d’aucun format connu.")
    advice = N_(
        "Rien n’a été changé. Dites quelle colonne est quoi, à la page Importer ou "
        "avec --profile FICHIER.toml."
    )


class ColumnsMissing(ImportRefused):
    code = "columns_missing"
    sentence = N_(
        "Le fichier {file} n’a pas les colonnes que le profil {profile} attend : "
        "{columns}."
    )
    advice = N_(
        "Rien n’a été changé. Choisissez un autre profil, ou corrigez celui-ci."
    )


class ProfileUnknown(ImportRefused):
    code = "profile_unknown"
    sentence = N_("Aucun profil de colonnes ne s’appelle « {name} ».")
    advice = N_("Profils connus : {known}.")


class ProfileInvalid(ImportRefused):
    code = "profile_invalid"
    sentence = N_("Le profil de colonnes {name} n’est pas valable : {detail}.")
    advice = N_("Rien n’a été changé. Corrigez le profil, puis recommencez.")


class ImportNotWithdrawable(ImportRefused):
    code = "import_not_withdrawable"
    sentence = N_("L’import {import_id} ne peut plus être retiré : {detail}.")
    advice = N_("Rien n’a été changé. Annulez ou archivez les commandes une à une.")


class DeliveryGone(CommandesError):
    """Webhooks that cannot be read again."""

    code = "delivery_gone"
    sentence = N_("Ces livraisons ne peuvent pas être traitées à nouveau.")
    advice = N_(
        "Elles n’ont pas échoué, ou leur texte n’est plus gardé : demandez à la "
        "plateforme de les renvoyer, ou importez un fichier."
    )


class ViewError(CommandesError):
    code = "view"
    sentence = N_("La vue « {name} » n’a pas été enregistrée.")
    advice = N_("Rien n’a été changé.")


class ViewNameTaken(ViewError):
    code = "view_name_taken"
    sentence = N_("Une vue s’appelle déjà « {name} ».")
    advice = N_("Rien n’a été changé. Choisissez un autre nom.")


class ViewNameEmpty(ViewError):
    code = "view_name_empty"
    sentence = N_("Une vue a besoin d’un nom.")
    advice = N_("Donnez-lui un nom, puis enregistrez.")


class TemplateError(CommandesError):
    code = "template"
    sentence = N_("Le modèle de message n’a pas été enregistré.")
    advice = N_("Rien n’a été changé.")


class TemplateNameTaken(TemplateError):
    code = "template_name_taken"
    sentence = N_("Un modèle de message s’appelle déjà « {name} ».")
    advice = N_("Rien n’a été changé. Choisissez un autre nom.")


class TemplateIncomplete(TemplateError):
    code = "template_incomplete"
    sentence = N_(
        "Un modèle de message a un nom d’au plus {longest} caractères, un objet et un "
        "texte."
    )
    advice = N_("Rien n’a été changé. Complétez-le, puis enregistrez.")


class TemplateGone(TemplateError):
    code = "template_gone"
    sentence = N_("Quelqu’un a supprimé ce modèle de message entre-temps.")
    advice = N_("Rien n’a été changé. Enregistrez-le comme nouveau modèle.")


class NotebookError(CommandesError):
    code = "notebook"
    sentence = N_("L’analyse n’a pas abouti.")
    advice = N_("Rien n’a été changé.")


class NotebookUnavailable(NotebookError):
    code = "notebook_unavailable"
    sentence = N_("Les analyses ne peuvent pas être exécutées : {detail}.")
    advice = N_(
        "Aucune commande n’est touchée. Vérifiez la place sur le disque et la mémoire, "
        "puis recommencez."
    )


class QueryRefused(NotebookError):
    code = "query_refused"
    sentence = N_("Cette requête n’est pas permise : {detail}.")
    advice = N_(
        "Une analyse est une seule requête SELECT sur les tables décrites à côté."
    )


class QueryMistaken(NotebookError):
    code = "query_mistaken"
    sentence = N_("La requête n’est pas comprise : {detail}.")
    advice = N_("Corrigez-la, puis recommencez ; les tables sont décrites à côté.")


class QueryTooLong(NotebookError):
    code = "query_too_long"
    sentence = N_("La requête a été arrêtée : elle durait plus de {seconds} s.")
    advice = N_(
        "Réduisez la période, ou regroupez avant de joindre. La limite se règle avec "
        "COMMANDES_NOTEBOOK_SECONDS."
    )


class QueryTooHungry(NotebookError):
    code = "query_too_hungry"
    sentence = N_(
        "La requête a été arrêtée : elle demandait plus de mémoire que {memory}."
    )
    advice = N_(
        "Réduisez la période, ou regroupez avant de joindre ou de trier. La limite se "
        "règle avec COMMANDES_NOTEBOOK_MEMORY."
    )


class QueryTooHeavy(NotebookError):
    code = "query_too_heavy"
    sentence = N_(
        "La requête a été arrêtée : elle est trop lourde ou trop imbriquée, le "
        "processus d’analyse n’y a pas résisté."
    )
    advice = N_("Aucune commande n’est touchée. Simplifiez-la, puis recommencez.")


class ResultTooLarge(NotebookError):
    code = "result_too_large"
    sentence = N_("La requête a été arrêtée : son résultat dépasse {size} Mo.")
    advice = N_("Choisissez moins de colonnes, ou regroupez les lignes.")


class NotebookNameInvalid(NotebookError):
    code = "notebook_name_invalid"
    sentence = N_("Une analyse a un nom d’un à {longest} caractères.")
    advice = N_("Rien n’a été changé. Choisissez un autre nom.")


class NotebookTooLarge(NotebookError):
    code = "notebook_too_large"
    sentence = N_(
        "Une analyse a au plus {cells} cellules de {longest} caractères chacune."
    )
    advice = N_("Rien n’a été enregistré. Partagez-la en deux analyses.")


class NotebookChanged(NotebookError):
    code = "notebook_changed"
    sentence = N_("Quelqu’un a changé l’analyse « {name} » entre-temps.")
    advice = N_(
        "Rien n’a été changé, et ce que vous avez écrit est toujours là. Enregistrez-"
        "le sous un autre nom, ou rouvrez l’analyse."
    )


class NotebookGone(NotebookError):
    code = "notebook_gone"
    sentence = N_("Cette analyse n’existe pas, ou n’est pas partagée avec vous.")
    advice = N_("Rien n’a été changé. Choisissez-en une autre dans la liste.")


class NotebookOfAnother(NotebookError):
    code = "notebook_of_another"
    sentence = N_("L’analyse « {name} » appartient à {owner}.")
    advice = N_("Rien n’a été changé. Enregistrez-en une copie sous un autre nom.")


class BackupError(CommandesError):
    code = "backup"
    sentence = N_("La sauvegarde ne peut pas être utilisée : {detail}.")
    advice = N_("Rien n’a été changé.")


class BackupBroken(BackupError):
    code = "backup_broken"
    sentence = N_("La copie ne respecte pas la règle {rule} : {bad}.")
    advice = N_(
        "Rien n’a été écrit. `commandes verify` dit ce qui ne tient pas dans la base ; "
        "`backup --no-verify` prend la copie telle quelle."
    )


class BackupPathTaken(BackupError):
    code = "backup_path_taken"
    sentence = N_("{file} ne peut pas recevoir la sauvegarde.")
    advice = N_(
        "Rien n’a été écrit. C’est un dossier, ou un fichier de la base elle-même : "
        "choisissez un autre nom."
    )


class BackupUnreadable(BackupError):
    code = "backup_unreadable"
    sentence = N_("{file} n’est pas une sauvegarde que l’on puisse lire : {detail}.")
    advice = N_("Rien n’a été changé. Prenez une autre sauvegarde.")


class BackupOfOtherDatabase(BackupError):
    code = "backup_of_other_database"
    sentence = N_("La sauvegarde vient de {theirs}, la base est {ours}.")
    advice = N_("Rien n’a été changé. Donnez une COMMANDES_DATABASE_URL qui convienne.")


class BackupToolMissing(BackupError):
    code = "backup_tool_missing"
    sentence = N_("Le programme {program} de PostgreSQL n’est pas installé ici.")
    advice = N_(
        "Rien n’a été changé. Installez les programmes clients de PostgreSQL, de la "
        "version du serveur ou d’une plus récente."
    )


class BackupToolFailed(BackupError):
    code = "backup_tool_failed"
    sentence = N_("{program} n’a pas pu faire son travail : {detail}.")
    advice = N_("Rien n’a été changé. Corrigez ce qu’il dit, puis recommencez.")


class StoreHoldsOrders(BackupError):
    code = "store_holds_orders"
    sentence = N_("La base contient déjà des commandes.")
    advice = N_(
        "Rien n’a été changé. `--replace` la remplace ; celle d’à présent est gardée à "
        "côté, sous un nom daté."
    )


class StoreInUse(BackupError):
    code = "store_in_use"
    sentence = N_("L’application est en marche sur cette base.")
    advice = N_("Rien n’a été changé. Arrêtez-la, puis recommencez.")


class RestoreGoesOn(BackupError):
    code = "restore_goes_on"
    sentence = N_("Une sauvegarde est en train d’être restaurée dans cette base.")
    advice = N_("Attendez qu’elle le soit, puis recommencez.")


class MoveOntoOrders(BackupError):
    code = "move_onto_orders"
    sentence = N_("La base d’arrivée a déjà servi, ou c’est celle de départ.")
    advice = N_("Rien n’a été changé. Donnez à `--to` une base vide.")


class MoveDiffers(BackupError):
    code = "move_differs"
    sentence = N_("La base d’arrivée ne relit pas ce qui a été écrit : {table}.")
    advice = N_(
        "Rien n’y est resté et la base de départ est intacte. `commandes verify` dit "
        "si elle est saine ; puis recommencez."
    )


class ExportRefused(CommandesError):
    code = "export_refused"
    sentence = N_("L’export n’a pas été fait : {detail}.")
    advice = N_("Recommencez, ou choisissez un autre format.")


class TooManyRowsForXlsx(ExportRefused):
    code = "too_many_rows_for_xlsx"
    sentence = N_(
        "Un fichier XLSX contient au plus 1 048 576 lignes ; il en faudrait {rows}."
    )
    advice = N_(
        "Aucun fichier n’a été fait. Réduisez la période, ou choisissez CSV ou Parquet."
    )


class ExportUnwritable(ExportRefused):
    code = "export_unwritable"
    sentence = N_("Le fichier {file} ne peut pas être écrit : {detail}.")
    advice = N_("Choisissez un autre dossier, ou libérez de la place.")


class NothingToDeliver(ExportRefused):
    code = "nothing_to_deliver"
    sentence = N_("Aucune des commandes choisies n’a d’article à livrer.")
    advice = N_(
        "Aucun fichier n’a été fait. Ni les paniers, les commandes annulées et les "
        "articles remboursés, ni les billets, réservations et abonnements n’y figurent."
    )
