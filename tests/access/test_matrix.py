"""Every action and every question × every role × nobody: what the table says, done.

The actions and the questions are found by walking the package and `sql/`; the answers
come from the doors that all of them pass.
"""

from __future__ import annotations

import ast
import json
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import date, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from every_action import CASES, ENVIRONMENT, JOURNAL_KEY, WHOLE, fill
from shop import Shop
from sqlalchemy import select

import commandes
from commandes import access
from commandes import settings as settings_module
from commandes.access import FUNCTIONS, Person, Role
from commandes.actions import tags
from commandes.actions.orders import Order
from commandes.cli import main
from commandes.errors import LoginNeeded, NotAllowed
from commandes.mirror import Mirror, query_text
from commandes.reports.figures import figures
from commandes.reports.filters import OrderFilter
from commandes.store import open_store, tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from commandes.mirror import Snapshot
    from commandes.store import Store

PACKAGE = Path(commandes.__file__).parent
SQL = PACKAGE.parent / "sql"
NOBODY = None
PEOPLE = [*Role, NOBODY]
# What no role may ever come to: said again here, so that a slip of the table shows.
NEVER = {
    Role.STAFF: {
        *("pay", "void_payment", "close_refund", "import", "withdraw", "save_profile"),
        *("create_tag", "rename_tag", "delete_tag", "save_template", "add_carrier"),
        *("save_notebook", "open_stock", "remind", "write", "sweep", "carry_mail"),
        *("sales/sales", "sales/bridge", "carts/series", "notebook/orders"),
        *("orders/export_orders", "reports/month", "refunds/per_period"),
        *("erase_customer", "retain", "customers/dossier", "customers/readings"),
    },
    Role.FINANCE: {
        *("cancel", "restore", "refund", "unrefund", "message", "tag", "status"),
        *("archive", "track", "adjust_stock", "import", "create_tag", "write"),
        *("erase_customer", "retain", "customers/dossier", "customers/readings"),
    },
    Role.MANAGER: {
        *(
            "write",
            "retain",
            "server/verify",
            "mirror/control",
            "mirror/miscounted",
            "customers/readings",
        ),
    },
    Role.ADMINISTRATOR: set(),
}


def calls(name: str) -> Iterator[tuple[Path, ast.Call]]:
    """Every call of a function or method of this name in the package."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = node.func
                known = getattr(called, "attr", None) or getattr(called, "id", None)
                if known == name:
                    yield path, node


def literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) else None


def actions_found() -> set[str]:
    """The actions that the package does, by the name that they pass to the store."""
    named = [literal(call.args[0]) for _path, call in calls("perform")]
    named += [
        literal(call.args[1])
        for path, call in (*calls("act"), *calls("together"))
        if path.parent.name == "actions"
    ]
    named += [literal(k.value) for _p, call in calls("writing") for k in call.keywords]
    return {name for name in named if name is not None}


def readings_found() -> set[str]:
    """The questions that are put to the store itself."""
    return {
        name
        for _path, call in calls("reading")
        if call.args and (name := literal(call.args[0])) is not None
    }


# Files of the mirror that make or fill it ask nothing; nor do macros and examples.
QUESTIONS = sorted(
    str(path.relative_to(SQL).with_suffix(""))
    for path in SQL.glob("**/*.sql")
    if (
        path.parent.name not in ("mirror", "analyses")
        or path.stem in ("control", "miscounted")
    )
    and path.stem != "macros"
)
READINGS = sorted(readings_found())
ACTIONS = sorted(actions_found() | {"write"})


def person(role: Role | None) -> Person | None:
    return None if role is None else access.logged_in(7, role, "Ana")


@pytest.fixture
def acting(request) -> Iterator[None]:
    """Someone of the role, or nobody, as a server finds them."""
    access.identify_by(lambda: person(request.param))
    yield
    access.identify_by(None)


def refusal(role: Role | None, function: str) -> type[NotAllowed] | None:
    """What the table says of a role; None: it may."""
    if role is None:
        return LoginNeeded
    row = next(one for one in (*FUNCTIONS, *access.BACKGROUND) if one.code == function)
    return None if row.is_for(role) else NotAllowed


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A shop with an order for each history, and its mirror."""
    folder = tmp_path_factory.mktemp("matrix")
    (folder / "journal.key").write_bytes(JOURNAL_KEY)
    settings = settings_module.read(ENVIRONMENT | {"COMMANDES_DATA_DIR": str(folder)})
    store = open_store(settings)
    shop = Shop(store)
    fill(shop)
    # For tests that really act: the orders of the cases stay as they are.
    shop.order("10", **WHOLE)
    shop.order("11", **WHOLE | {"paid": None})
    mirror = Mirror(store, settings)
    yield store, mirror
    mirror.close()
    store.close()


@pytest.fixture
def house(filled) -> Iterator[tuple[Store, Snapshot]]:
    """The shop's store, and its mirror at this moment."""
    store, mirror = filled
    with mirror.snapshot() as snap:
        yield store, snap


def test_every_action_and_every_question_has_one_row():
    """None is forgotten, none is left over, none stands twice."""
    rows = [*FUNCTIONS, *access.BACKGROUND]
    actions = list(chain.from_iterable(one.actions for one in rows))
    questions = list(chain.from_iterable(one.questions for one in rows))

    assert sorted(actions) == ACTIONS
    assert sorted(questions) == sorted({*QUESTIONS, *READINGS})
    assert len({one.code for one in rows}) == len(rows)


def test_what_has_no_row_is_a_bug_for_everybody(house):
    """Even the local administrator cannot do what the table does not know."""
    store, snap = house

    with pytest.raises(KeyError):
        store.perform("invented", {}, lambda _writer: None, actor="Inès")
    with pytest.raises(KeyError), store.reading("orders/invented"):
        pass
    with pytest.raises(KeyError):
        snap.ask("mirror/macros")
    with pytest.raises(KeyError):
        access.may("invented")


def test_the_package_writes_and_reports_by_name():
    """What people are shown, and every writing transaction, says what it is."""
    shown = {"reports", "documents", "ui", "cli", "notebook"}

    for path, call in calls("writing"):
        assert [k for k in call.keywords if k.arg == "action"], (path, call.lineno)
    for path, call in calls("reading"):
        if path.relative_to(PACKAGE).parts[0] in shown:
            assert call.args, (path, call.lineno)


@pytest.mark.parametrize("acting", PEOPLE, indirect=True)
def test_every_action_asks_who_does_it(house, acting, request):
    """Refused before anything, or done: as the table says, in the store and trials."""
    store, _snap = house
    role = request.node.callspec.params["acting"]
    head = store.head()

    for name in ACTIONS:
        refused = refusal(role, access.function_of(name))
        done = []
        # Work that gives no receipt is taken back: it was let in all the same.
        with pytest.raises(refused or AttributeError) as raised:
            store.perform(name, {}, lambda _writer, did=done: did.append(1), actor="t")
        assert (raised.type, done) == (
            (refused, []) if refused else (AttributeError, [1])
        ), name
    assert store.head() == head


def test_every_action_is_refused_or_done_for_each_role(house):
    """The real functions, on orders of each history; nothing is left of the trials."""
    store, _snap = house
    head = store.head()

    for role in PEOPLE:
        with store.rehearsing("t") as trial:
            access.identify_by(lambda role=role: person(role))
            try:
                for case in CASES:
                    refused = tried(case, trial)
                    access.identify_by(None)
                    action = case.do(trial, "k").action
                    access.identify_by(lambda role=role: person(role))
                    wanted = refusal(role, access.function_of(action))
                    assert refused is wanted, (case.name, role)
            finally:
                access.identify_by(None)
    assert store.head() == head


def tried(case, trial) -> type[NotAllowed] | None:
    try:
        case.do(trial, "k")
    except NotAllowed as error:
        return type(error)
    return None


@pytest.mark.parametrize("acting", PEOPLE, indirect=True)
def test_every_question_asks_who_asks(house, acting, request):
    """Of the mirror and of the store; a question refused is never run."""
    store, snap = house
    role = request.node.callspec.params["acting"]

    for name in QUESTIONS:
        refused = refusal(role, access.function_asked(name))
        for ask in (snap.ask, lambda q, given: list(snap.slices(q, given, 100))):
            # No question has such a parameter: DuckDB says so, once it is asked.
            with pytest.raises(refused or duckdb.Error):
                ask(name, {"invented": 1})
        assert query_text(name)
    for name in READINGS:
        refused = refusal(role, access.function_asked(name))
        if refused is None:
            with store.reading(name):
                pass
        else:
            with pytest.raises(refused), store.reading(name):
                pass


def test_the_roles_are_what_such_a_shop_would_choose():
    """Staff see no money beyond today's; finance touches no order; and so on."""
    covers = {
        role: {
            name
            for one in FUNCTIONS
            if one.is_for(role)
            for name in (*one.actions, *one.questions)
        }
        for role in Role
    }

    for role, forbidden in NEVER.items():
        assert covers[role] & forbidden == set(), role
    everything = {name for one in FUNCTIONS for name in (*one.actions, *one.questions)}
    assert covers[Role.ADMINISTRATOR] == everything
    assert {"cancel", "refund", "message", "adjust_stock"} <= covers[Role.STAFF]
    assert {"pay", "void_payment", "close_refund"} <= covers[Role.FINANCE]


def test_the_background_has_what_it_needs_and_no_more(house):
    """The post sends, the sweep counts, a customer objects: none reads the orders."""
    store, snap = house

    for who in (access.POST, access.SWEEPER, access.KEEPER, access.CUSTOMER):
        with access.acting_as(who), pytest.raises(NotAllowed):
            snap.ask("orders/page_newest")
        with access.acting_as(who), pytest.raises(NotAllowed):
            store.perform("cancel", {}, lambda _writer: None, actor="t")
    with access.acting_as(access.POST), store.writing("outbox", action="carry_mail"):
        pass


def test_the_journal_carries_the_person_whatever_the_caller_says(house):
    """An id, never a name; without a login, the actor that is given."""
    store, _snap = house

    with access.acting_as(access.logged_in(3, Role.STAFF, "Ana Martin")):
        done = tags.tag(store, Order("10"), "Urgent", actor="Inès", key="as-a-person")
    assert done.changed

    with store.reading() as connection:
        newest = select(tables.events.c.actor).order_by(tables.events.c.seq.desc())
        assert connection.scalar(newest.limit(1)) == "person:3"


def test_staff_see_the_money_of_today_and_of_no_other_day(house):
    """The same question, refused as soon as its period is not the shop's today."""
    _store, snap = house
    today = datetime.now(snap.zone).date()
    with access.acting_as(access.logged_in(3, Role.STAFF, "")):
        figures(snap, OrderFilter(period="today", dated="paid"))
        for wanted in (
            OrderFilter(period="yesterday", dated="paid"),
            OrderFilter(first=today - timedelta(days=1), last=today, dated="paid"),
            OrderFilter(first=today, dated="paid"),
            OrderFilter(dated="paid"),
            OrderFilter(first=date(2026, 1, 1), last=date(2026, 1, 1), dated="paid"),
        ):
            with pytest.raises(NotAllowed):
                figures(snap, wanted)


def test_the_person_reaches_the_threads_that_work_for_them():
    """And no other thread: nobody is known there."""
    access.identify_by(lambda: None)
    try:
        with (
            access.acting_as(access.logged_in(3, Role.STAFF, "")),
            ThreadPoolExecutor(1) as beside,
        ):
            carried = beside.submit(copy_context().run, access.may, "orders.tag")
            lost = beside.submit(access.may, "orders.tag")
            assert (carried.result(), lost.result()) == (True, False)
        assert access.person() is None
    finally:
        access.identify_by(None)


def test_the_menu_and_the_pages_ask_for_the_same():
    """A page that is not in one's menu is one that its frame refuses, and none else."""
    root = PACKAGE.parent
    menu = {}
    for node in ast.walk(ast.parse((root / "app.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "Page":
            given = {k.arg: k.value for k in node.keywords}
            asked = given.get("visibility")
            if isinstance(asked, ast.Call):
                menu[literal(node.args[0])] = literal(asked.args[0])
    pages = {}
    for path in sorted((root / "pages").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "frame":
                pages[str(path.relative_to(root))] = literal(node.args[1])

    codes = {one.code for one in FUNCTIONS}
    assert set(pages.values()) <= codes
    # The first page is everybody's, and one order's has its link, no entry.
    alone = {"pages/accueil/tableau_de_bord.py", "pages/commandes/fiche.py"}
    assert set(pages) - set(menu) == alone
    assert {path: pages[path] for path in menu} == menu
    for path in alone:
        row = next(one for one in FUNCTIONS if one.code == pages[path])
        assert all(row.is_for(role) for role in Role)


COMMANDS = {  # what a command asks for; the names of actions and questions
    ("tag", "10", "VIP"): "tag",
    ("status", "10", "done"): "status",
    ("note", "10", "Vu"): "note",
    ("cancel", "10"): "cancel",
    ("refund", "10"): "refund",
    ("pay", "11"): "pay",
    ("message", "10", "--subject", "S", "--body", "B"): "message",
    ("sweep",): "sweep",
    ("list",): "orders/page_newest",
    ("show", "10"): "orders/detail",
    ("export", "-o", "OUT"): "orders/export_size",
    ("report", "sales"): "sales/sales",
    ("report", "carts"): "carts/series",
    ("stock",): "stock/movements",
    ("imports",): "imports/list",
    ("people",): "people/list",
    ("verify",): "server/verify",
}


@pytest.mark.parametrize("role", list(Role))
def test_the_command_line_agrees_with_the_table(filled, role, monkeypatch, capsys):
    """The same refusal, as a code, whichever door one comes through."""
    store, _mirror = filled
    monkeypatch.setenv("COMMANDES_DATA_DIR", str(store.settings.data_dir))
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    covers = {
        name: one.code
        for one in (*FUNCTIONS, *access.BACKGROUND)
        for name in (*one.actions, *one.questions)
    }
    monkeypatch.chdir(store.settings.data_dir)

    for command, name in COMMANDS.items():
        capsys.readouterr()
        with access.acting_as(person(role)):
            main([*command, "--json"])
        answer = json.loads(capsys.readouterr().out)
        code = answer.get("error", {}).get("code", "")
        refused = refusal(role, covers[name]) is not None
        assert (code == "not_allowed") == refused, (command, code)
