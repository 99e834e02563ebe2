"""Who may do what: one table of functions and roles, and the person who acts now.

Every action passes `Store.writing` and every question passes `Snapshot.ask` or
`Store.reading`: they ask here, by the action's or the question's name. A name that
stands in no row of the table is a bug, never an allowance.

The command line and a server of one person alone act as the local administrator. A
server where people log in finds the person itself (`identify_by`): where it finds
nobody, nothing is allowed.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from commandes.errors import LoginNeeded, NotAllowed
from commandes.words import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class Role(StrEnum):
    """What a person is to the shop."""

    MANAGER = "manager"
    STAFF = "staff"
    FINANCE = "finance"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        """The role's name in the reader's language."""
        return _(_ROLE_WORDS[self])


_ROLE_WORDS = {
    Role.MANAGER: N_("Gestion"),
    Role.STAFF: N_("Équipe"),
    Role.FINANCE: N_("Comptabilité"),
    Role.ADMINISTRATOR: N_("Administration"),
}


@dataclass(frozen=True)
class Function:
    """Something that a person may or may not do; a row of the table.

    Attributes:
        code: names it for the code.
        name: French source text; shown through `label`.
        roles: who may, beside administrators, who may everything.
        actions: the actions it covers, by the name they pass to the store.
        questions: the questions it covers: files of `sql/`, and readings of the
            store by the name they pass to it.
    """

    code: str
    name: str
    roles: frozenset[Role]
    actions: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return _(self.name)

    def is_for(self, role: Role) -> bool:
        """Whether the role may."""
        return role is Role.ADMINISTRATOR or role in self.roles


_ALL = frozenset({Role.MANAGER, Role.STAFF, Role.FINANCE})
_DESK = frozenset({Role.MANAGER, Role.STAFF})
_MONEY = frozenset({Role.MANAGER, Role.FINANCE})
_MANAGER = frozenset({Role.MANAGER})
_NOBODY_ELSE = frozenset[Role]()


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# The table, as the settings page shows it: what is not here cannot be done.
FUNCTIONS = (
    Function(
        "orders.read",
        N_("Voir les commandes, leur activité et les conversations"),
        _ALL,
        actions=_words("rehearse note_reading"),
        questions=_words(
            "orders/page_newest orders/page_oldest orders/page_total_asc "
            "orders/page_total_desc orders/page_customer_asc "
            "orders/page_customer_desc orders/facets orders/ids orders/of_customer "
            "orders/summary orders/tags orders/detail orders/conversations "
            "orders/views orders/templates orders/carriers people/names tags/counts "
            "refunds/marks refunds/waiting sales/to_serve"
        ),
    ),
    Function(
        "customers.read",
        N_("Voir les coordonnées complètes des clients"),
        _DESK,
    ),
    Function(
        "customers.export",
        N_("Exporter toutes les données d’un client"),
        _MANAGER,
        questions=_words("customers/dossier"),
    ),
    Function(
        "customers.erase",
        N_("Effacer les données d’un client"),
        _MANAGER,
        actions=_words("erase_customer clean_files"),
    ),
    Function(
        "customers.retention",
        N_("Voir qui a consulté des données, et ce qui n’est plus gardé"),
        _NOBODY_ELSE,
        actions=_words("retain clean_deliveries"),
        questions=_words("customers/readings customers/due"),
    ),
    Function(
        "orders.tag",
        N_("Ajouter et retirer des étiquettes"),
        _DESK,
        actions=_words("tag untag tags"),
    ),
    Function(
        "orders.status",
        N_("Changer le statut, archiver et désarchiver"),
        _DESK,
        actions=_words("status archive unarchive"),
    ),
    Function(
        "orders.note",
        N_("Ajouter une note"),
        _ALL,
        actions=_words("note"),
    ),
    Function(
        "orders.track",
        N_("Noter les numéros de suivi"),
        _DESK,
        actions=_words("track ship change_track untrack recall_track"),
    ),
    Function(
        "orders.message",
        N_("Écrire aux clients"),
        _DESK,
        actions=_words(
            "message retry_message decide_message read_messages withdraw_message"
        ),
    ),
    Function(
        "orders.cancel",
        N_("Annuler et rétablir une commande"),
        _DESK,
        actions=_words("cancel restore"),
    ),
    Function(
        "orders.refund",
        N_("Marquer comme remboursée, retirer la marque"),
        _DESK,
        actions=_words("refund unrefund cancel_refund"),
    ),
    Function(
        "orders.documents",
        N_("Imprimer les bons de livraison et les listes de prélèvement"),
        _ALL,
        questions=_words("orders/picking orders/shipped"),
    ),
    Function(
        "orders.export",
        N_("Exporter des fichiers"),
        _MONEY,
        questions=_words(
            "orders/export_size orders/export_places orders/export_orders "
            "orders/export_lines"
        ),
    ),
    Function(
        "views.save",
        N_("Enregistrer et supprimer des vues"),
        _ALL,
        actions=_words("save_view remove_view"),
    ),
    Function(
        "payments.note",
        N_("Marquer comme payée"),
        _MONEY,
        actions=_words("pay"),
    ),
    Function(
        "payments.void",
        N_("Retirer un paiement noté ici"),
        _MONEY,
        actions=_words("void_payment"),
    ),
    Function(
        "refunds.close",
        N_("Clore un remboursement à effectuer"),
        _MONEY,
        actions=_words("close_refund"),
    ),
    Function(
        "stock.read",
        N_("Voir le stock et ses mouvements"),
        _ALL,
        questions=_words("stock/levels stock/unopened stock/counts stock/movements"),
    ),
    Function(
        "stock.adjust",
        N_("Corriger le stock, régler les alertes"),
        _DESK,
        actions=_words("adjust_stock set_alert"),
    ),
    Function(
        "stock.open",
        N_("Apporter les niveaux d’ouverture par fichier"),
        _MANAGER,
        actions=_words("open_stock"),
        questions=_words("stock/opening"),
    ),
    Function(
        "figures.today",
        N_("Voir l’argent du jour"),
        _ALL,
    ),
    Function(
        "reports.money",
        N_("Voir les ventes et les remboursements de toute période"),
        _MONEY,
        questions=_words(
            "sales/sales sales/moved sales/figures sales/breakdown sales/bridge "
            "sales/vat sales/transactions sales/articles sales/customers "
            "sales/hours sales/seats sales/covers sales/slots sales/plans "
            "refunds/per_period"
        ),
    ),
    Function(
        "reports.month",
        N_("Établir le rapport mensuel"),
        _MONEY,
        questions=_words("reports/month"),
    ),
    Function(
        "carts.read",
        N_("Voir les paniers abandonnés"),
        _MONEY,
        questions=_words(
            "carts/series carts/ages carts/brought_back carts/sources carts/writable"
        ),
    ),
    Function(
        "carts.remind",
        N_("Relancer les paniers abandonnés"),
        _MANAGER,
        actions=_words("remind note_objection lift_objection"),
    ),
    Function(
        "notebook.use",
        N_("Faire des analyses libres (SQL)"),
        _MONEY,
        actions=_words("save_notebook rename_notebook share_notebook remove_notebook"),
        questions=_words(
            "notebook/orders notebook/order_lines notebook/payments "
            "notebook/refunds notebook/stock_items notebook/days notebook/saved"
        ),
    ),
    Function(
        "imports.make",
        N_("Importer des commandes, retirer un import"),
        _MANAGER,
        actions=_words("import sample save_profile withdraw clear_samples"),
        questions=_words("imports/profiles imports/running imports/list imports/look"),
    ),
    Function(
        "settings.change",
        N_("Régler étiquettes, modèles de message et transporteurs"),
        _MANAGER,
        actions=_words(
            "create_tag recolour_tag rename_tag delete_tag save_template "
            "remove_template add_carrier change_carrier remove_carrier"
        ),
    ),
    Function(
        "webhooks.read",
        N_("Voir les webhooks reçus, et les traiter à nouveau"),
        _MANAGER,
        actions=_words("replay_delivery"),
        questions=_words("webhooks/list"),
    ),
    Function(
        "access.read",
        N_("Voir qui peut quoi"),
        _ALL,
    ),
    Function(
        "people.read",
        N_("Voir qui a accès"),
        _NOBODY_ELSE,
        questions=_words("people/list"),
    ),
    Function(
        "people.change",
        N_("Inviter, changer un rôle, retirer l’accès"),
        _NOBODY_ELSE,
        actions=_words("invite_person change_role deactivate_person reactivate_person"),
    ),
    Function(
        "backups.make",
        N_("Faire et restaurer des sauvegardes"),
        _NOBODY_ELSE,
        actions=_words("backup restore_backup move_store"),
        questions=_words("server/backups"),
    ),
    Function(
        "server.care",
        N_("Veiller sur le serveur : vérification, copie de lecture, sauvegardes"),
        _NOBODY_ELSE,
        actions=_words("write"),
        questions=_words("server/verify mirror/control mirror/miscounted"),
    ),
)

# What a server does by itself, in no role's name: no row of the screen's table.
BACKGROUND = (
    Function(
        "mail.carry",
        N_("Envoyer et recevoir les messages"),
        _NOBODY_ELSE,
        actions=_words("carry_mail receive_message"),
    ),
    Function(
        "carts.sweep",
        N_("Compter les paniers laissés sans paiement comme abandonnés"),
        _NOBODY_ELSE,
        actions=_words("sweep"),
        questions=_words("carts/due"),
    ),
    Function(
        "reminders.object",
        N_("Refuser les relances de paniers"),
        _NOBODY_ELSE,
        actions=_words("object"),
    ),
    Function(
        "webhooks.take",
        N_("Recevoir ce que les plateformes annoncent (webhooks)"),
        _NOBODY_ELSE,
        actions=_words(
            "receive_delivery receive_payment receive_refund receive_refund_failure"
        ),
    ),
    Function(
        "people.recognise",
        N_("Reconnaître qui se connecte"),
        _NOBODY_ELSE,
        actions=_words("enter leave"),
        questions=_words("people/recognise"),
    ),
)

_BY_CODE = {one.code: one for one in (*FUNCTIONS, *BACKGROUND)}
_OF_ACTION = {name: one.code for one in _BY_CODE.values() for name in one.actions}
_OF_QUESTION = {name: one.code for one in _BY_CODE.values() for name in one.questions}
# Money of the day that it is, which more people may see than that of any period.
OF_TODAY = frozenset({"sales/sales", "sales/figures"})


@dataclass(frozen=True)
class Person:
    """Who acts, and what they may.

    Attributes:
        actor: stands in the journal: an id, never a name; empty: the one that the
            caller gives.
        functions: codes of what they may.
        name: shown on screen.
        role: None for what a server does by itself.
        id: their row in the table of people; None for who does not log in.
    """

    actor: str
    functions: frozenset[str]
    name: str = ""
    role: Role | None = None
    id: int | None = None


def of_role(role: Role) -> frozenset[str]:
    """The codes of what a role may."""
    if role is Role.ADMINISTRATOR:
        return frozenset(_BY_CODE)
    return frozenset(code for code, one in _BY_CODE.items() if one.is_for(role))


def logged_in(person_id: int, role: Role, name: str) -> Person:
    """A person of the table of people."""
    return Person(f"person:{person_id}", of_role(role), name, role, person_id)


# Who types a command, or uses a server of one person alone.
LOCAL = Person("", of_role(Role.ADMINISTRATOR), role=Role.ADMINISTRATOR)
# What the server does by itself, each with what it needs.
POST = Person("", frozenset({"mail.carry"}))
SWEEPER = Person("", frozenset({"carts.sweep"}))
BACKUP = Person("", frozenset({"backups.make"}))
KEEPER = Person("", frozenset({"customers.retention", "customers.erase"}))
PLATFORM = Person("", frozenset({"webhooks.take"}))
CUSTOMER = Person("", frozenset({"reminders.object"}))
DOORKEEPER = Person("", frozenset({"people.recognise"}))

_acting: ContextVar[Person | None] = ContextVar("acting", default=None)


def _local() -> Person | None:
    return LOCAL


_find: Callable[[], Person | None] = _local


def identify_by(find: Callable[[], Person | None] | None) -> None:
    """Say how this process finds out who acts where no `acting_as` says so.

    Args:
        find: answers None where nobody is logged in: nothing is allowed then; None
            takes back the local administrator.
    """
    global _find  # noqa: PLW0603 (one answer per process, set when a server begins)
    _find = find or _local


def person() -> Person | None:
    """Who acts now; None: nobody who is known."""
    return _acting.get() or _find()


@contextmanager
def acting_as(who: Person) -> Iterator[None]:
    """Act as this person within the block; a thread begun in it needs copy_context."""
    token = _acting.set(who)
    try:
        yield
    finally:
        _acting.reset(token)


def may(function: str) -> bool:
    """Whether who acts now may do this; a code of the table."""
    who = person()
    return who is not None and _BY_CODE[function].code in who.functions


def require(function: str) -> None:
    """Refuse what who acts now may not do.

    Raises:
        LoginNeeded: nobody is known.
        NotAllowed: the person's role may not.
    """
    row, who = _BY_CODE[function], person()
    if who is None:
        raise LoginNeeded
    if function not in who.functions:
        role = who.role.label if who.role else who.actor or "–"
        roles = [one.label for one in Role if row.is_for(one)]
        raise NotAllowed(function=row.label, role=role, roles=", ".join(roles))


def function_of(action: str) -> str:
    """The function that covers an action; KeyError: it has no row in the table."""
    return _OF_ACTION[action]


def function_asked(question: str) -> str:
    """The function that covers a question; KeyError: it has no row in the table."""
    return _OF_QUESTION[question]


def require_action(action: str) -> None:
    """Refuse an action that who acts now may not do; see `require`."""
    require(function_of(action))


def may_do(action: str) -> bool:
    """Whether who acts now may do an action, by the name it passes to the store."""
    return may(function_of(action))


def require_question(
    question: str,
    parameters: Mapping[str, object] | None = None,
    today: tuple[object, object] | None = None,
) -> None:
    """Refuse a question that who acts now may not ask; see `require`.

    Args:
        today: the instants at which the shop's day begins and ends: of money within
            them more people may know.
    """
    function = function_asked(question)
    given = parameters or {}
    of_today = (given.get("from_at"), given.get("to_at"))
    if question in OF_TODAY and today == of_today and not may(function):
        function = "figures.today"
    require(function)


def signed(actor: str) -> str:
    """Who stands in the journal: the person who is logged in, else the one given."""
    who = person()
    return (who.actor if who else "") or actor
