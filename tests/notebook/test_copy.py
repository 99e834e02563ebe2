"""The copy that analyses read: no personal data, fresh, private, gone afterwards."""

from __future__ import annotations

import json
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from workbench import Bench

from commandes.actions import messages, notes, refunds, tags
from commandes.actions.orders import Order
from commandes.errors import NotebookError, NotebookUnavailable
from commandes.mirror import query_text
from commandes.notebook import copying
from commandes.notebook import desk as desks
from commandes.notebook.documented import MACROS, NAMES, TABLES
from commandes.notebook.examples import EXAMPLES
from commandes.reports.filters import OrderFilter
from commandes.reports.sales import sales
from commandes.rules import minor_digits, to_major

KNOWN = "LAMPE-CONNUE"
ADDRESS = ("name", "company", "line1", "line2", "zip", "city", "province", "phone")


def marked(shop):
    """An order with a word of its own in every field that may be about a person."""
    address = {
        which: json.dumps({part: f"SECRET-{which}-{part}" for part in ADDRESS})
        for which in ("billing_address", "shipping_address")
    }
    shop.order(
        "1",
        source_id="SECRET-source-id",
        cart_id="SECRET-cart-id",
        discount_codes="SECRET-code-of-one-person",
        customer_name="SECRET-name",
        email="SECRET-email@example.org",
        phone="SECRET-phone",
        ip_address="192.0.2.77",
        user_agent="SECRET-user-agent",
        notes=["SECRET-note"],
        lines=[
            {
                "sku": "LAMP",
                "title": KNOWN,
                "variant": "SECRET-text-engraved",
                "price": 1000,
                "details": {
                    "seat": "SECRET-seat",
                    "table": "SECRET-table",
                    "guest": "SECRET-guest",
                    "allergies": "SECRET-allergies",
                    "covers": 4,
                    "service": "Dîner",
                },
            }
        ],
        paid=[{"amount": 1000, "reference": "SECRET-payment-reference"}],
        refunded=[
            {
                "amount": 100,
                "reason": "SECRET-refund-reason",
                "reference": "SECRET-refund-reference",
            }
        ],
        shipments=[{"number": "SECRET-parcel", "url": "https://example.org/SECRET"}],
        **address,
    )
    one = Order("1")
    notes.note(shop.store, one, "SECRET-own-note", actor="SECRET-actor")
    messages.message(
        shop.store, one, "SECRET-subject", "SECRET-body", actor="SECRET-actor"
    )
    refunds.refund(shop.store, one, reason="SECRET-own-reason", actor="SECRET-actor")


def test_no_personal_data_is_in_the_copy(another):
    """A word in every field about a person is looked for in the bytes and the rows."""
    bench = another()
    marked(bench.shop)
    texts = [str(bench.ask(f"from {name}").rows()) for name in NAMES]
    copied = bench.mirror.beside("notebook").read_bytes()
    mirror = bench.mirror.status().file
    followed = mirror.read_bytes() + mirror.with_name(f"{mirror.name}.wal").read_bytes()

    # What is there is found, here and in the mirror: the search finds things.
    assert KNOWN.encode() in copied
    assert b"secret-email" in followed.lower()
    assert KNOWN in texts[1]
    for word in ("secret", "192.0.2.77"):
        assert word.encode() not in copied.lower()
        assert [text for text in texts if word in text.lower()] == []
    assert bench.ask("select covers, service from order_lines").rows() == [(4, "Dîner")]


def test_a_variant_is_shown_once_several_orders_have_it(another):
    """What one or two orders have may be a text that their buyer gave."""
    bench = another()
    told = ("Rouge", "Rouge", "Rouge", "Pour Ana", "Pour Ana", "Pour Bea")
    for number, variant in enumerate(told):
        lines = [{"sku": "LAMP", "title": "Lampe", "price": 1, "variant": variant}]
        bench.shop.order(str(number), lines=lines)

    found = bench.ask("select variant from order_lines order by order_id").rows()

    assert found == [("Rouge",)] * 3 + [(None,)] * 3


def test_customers_are_told_apart_but_not_known(another):
    """The same e-mail is the same code, however it is written; no e-mail has none."""
    bench = another()
    for number, email in enumerate(
        ("Ana@example.org", " ana@example.org", "bea@example.org", None)
    ):
        code = "MERCI" if number != 1 else None
        bench.shop.order(str(number), email=email, discount_codes=code)

    codes = bench.ask("select customer from orders order by id")["customer"].to_list()

    assert codes[0] == codes[1] != codes[2]
    assert codes[3] is None
    assert "ana" not in str(codes).lower()
    assert all(code.startswith("C") and len(code) == 13 for code in codes[:3])
    assert bench.ask("select discount_codes from orders order by id").rows() == [
        ("MERCI",), (None,), ("MERCI",), ("MERCI",),
    ]  # fmt: skip


def test_the_copy_follows_the_journal_and_is_kept_while_it_stands(another):
    """An order more, a copy more; otherwise the same process answers again."""
    bench = another()
    bench.shop.order("1")
    first = bench.run("select count(*) from orders")
    same = bench.desk.pid
    again = bench.run("select count(*) from orders")
    tags.tag(bench.store, Order("1"), "VIP", actor="Inès")
    after = bench.run("select list_contains(tags, 'VIP') from orders")

    assert again.at == first.at < after.at
    assert after.frame.item() is True
    assert bench.desk.pid != same
    assert not Path(f"/proc/{same}").exists()


def test_the_calendar_of_a_copy_has_today(another, monkeypatch):
    """After midnight the copy of the day before is made anew, orders or none."""
    bench = another()
    bench.shop.order("1")
    first = bench.run("select max(day) from days")
    now = datetime.now(UTC)

    class Tomorrow(datetime):
        @classmethod
        def now(cls, tz=None):
            return (now + timedelta(days=1)).astimezone(tz)

    for module in (desks, copying):
        monkeypatch.setattr(module, "datetime", Tomorrow)
    after = bench.run("select max(day) from days")

    assert after.frame.item() - first.frame.item() == timedelta(days=1)


def test_a_copy_that_took_long_serves_a_while(another, monkeypatch):
    """In a large shop not every order that comes in means seconds of waiting."""
    bench = another()
    bench.shop.order("1")
    first = bench.run("select count(*) from orders")
    bench.shop.order("2")
    monkeypatch.setattr(desks, "QUICK", -60.0)
    still = bench.run("select count(*) from orders")
    monkeypatch.setattr(desks, "QUICK", 60.0)
    after = bench.run("select count(*) from orders")

    assert (still.frame.item(), after.frame.item()) == (1, 2)
    assert first.at == still.at < after.at


def test_the_copy_is_private_and_goes_with_its_process(another, monkeypatch):
    """Readable by its owner only; removed when nobody asks, and at the end."""
    bench = another()
    bench.shop.order("1")
    bench.ask("from orders")
    file, child = bench.mirror.beside("notebook"), bench.desk.pid
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700

    monkeypatch.setattr(desks, "IDLE", 0.0)
    bench.ask("from orders")
    for timer in threading.enumerate():
        if isinstance(timer, threading.Timer) and timer.interval == 0.0:
            timer.join()

    assert list(file.parent.iterdir()) == []
    assert not Path(f"/proc/{child}").exists()
    assert bench.ask("select count(*) from orders").item() == 1
    bench.desk.close()
    assert list(file.parent.iterdir()) == []


def test_what_a_killed_server_left_is_removed(another):
    """The next one forgets the copy before anybody asks."""
    bench = another()
    left = bench.mirror.beside("notebook")
    left.parent.mkdir()
    left.write_bytes(b"left")

    desks.Desk(bench.mirror, bench.store, bench.settings)

    assert not left.exists()


def test_no_room_for_a_copy_is_said(another):
    """The sentence says so; once there is room the question is answered."""
    bench = another()
    bench.shop.order("1")
    folder = bench.mirror.beside("notebook").parent
    folder.write_text("in the way")

    with pytest.raises(NotebookUnavailable):
        bench.ask("from orders")
    folder.unlink()
    assert bench.ask("from orders").height == 1


def test_every_column_is_told_in_a_sentence(another):
    """The documentation names every column of every table, in order, and no other."""
    bench = another(COMMANDES_NOTEBOOK_ROWS="10")
    bench.shop.order("1")

    assert {t.name: tuple(name for name, _said in t.columns) for t in TABLES} == {
        name: tuple(bench.ask(f"from {name}").columns) for name in NAMES
    }
    sentences = [t.sentence for t in TABLES]
    sentences += [said for t in TABLES for _name, said in t.columns]
    assert [s for s in sentences + [m[1] for m in MACROS] if s[-1] not in ".…"] == []


def test_money_is_in_whole_units_of_every_currency(another):
    """The macro and the rules agree on each currency's decimals."""
    from babel.numbers import list_currencies

    bench = another(COMMANDES_NOTEBOOK_ROWS="1000")
    bench.shop.order("1")
    currencies = sorted({*list_currencies(), "EUR", "JPY", "TND"})
    listed = ", ".join(f"('{code}')" for code in currencies)
    found = bench.ask(f"select c, money(12345, c) from (values {listed}) t(c)").rows()

    assert {minor_digits(code) for code in currencies} == {0, 2, 3}
    assert dict(found) == {c: float(to_major(12345, c)) for c in currencies}


@pytest.fixture(scope="module")
def filled(blank_store, tmp_path_factory):
    """A desk over sample orders, with time enough for every example."""
    from commandes.intake.fill import fill

    bench = Bench(
        tmp_path_factory.mktemp("filled") / "data",
        blank_store,
        COMMANDES_NOTEBOOK_SECONDS="60",
        COMMANDES_NOTEBOOK_MEMORY="512MB",
        COMMANDES_NOTEBOOK_ROWS="10000",
    )
    fill(bench.store, 600, 7, actor="test")
    yield bench
    bench.close()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.code)
def test_every_starting_point_answers(filled, example):
    """On sample orders each gives rows, with the columns that its chart needs."""
    found = filled.run(example.sql)

    assert found.frame.height > 0
    assert not found.cut
    columns = {example.x, example.y, example.colour} - {""}
    assert columns <= set(found.frame.columns)
    assert example.show == "table" or {example.x, example.y} <= columns


def test_no_starting_point_is_left_out():
    """Each file of sql/analyses has its title."""
    folder = Path(__file__).parents[2] / "sql" / "analyses"

    assert {path.stem for path in folder.glob("*.sql")} == {e.code for e in EXAMPLES}
    assert query_text("analyses/sales_by_month").endswith(EXAMPLES[0].sql + "\n")


def test_sales_by_month_are_those_of_the_report(filled):
    """The same figures as the page of sales, to the cent."""
    with filled.mirror.snapshot() as snap:
        wanted = OrderFilter(dated="paid", archived="all")
        report = sales(snap, wanted, "month").filter(
            (pl.col("gross") != 0) | (pl.col("refunds") != 0)
        )
    found = filled.ask(EXAMPLES[0].sql).filter(  # a free order has a payment of 0
        (pl.col("gross") != 0) | (pl.col("refunds") != 0)
    )

    assert found.height > 3
    assert found["month"].to_list() == report["period"].to_list()
    for name in ("gross", "refunds", "net"):
        unit = [10 ** minor_digits(code) for code in report["currency"]]
        exact = (found[name] * pl.Series(unit)).round().cast(pl.Int64)
        assert exact.to_list() == report[name].to_list()


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        (
            "select é\nfrm orders x",
            "ligne 2, caractère 5 : « orders » n’est pas attendu ici",
        ),
        ("select", "select ne dit pas quelles colonnes"),
        (
            "select 'é', foo from orders",
            "caractère 13 : aucune colonne ne s’appelle « foo »",
        ),
        ("select o.id from orders", "aucune table de la requête ne s’appelle « o »"),
        ("select id, sum(total) from orders", "« id » doit être dans le group by"),
        ("select 'a'::int from orders", "« a » n’a pas la forme attendue"),
        ("select '\ud800' as", "« as » n’est pas attendu ici"),
        ("select foo(1) from orders", "la fonction « foo » n’est pas permise ici"),
        ("select sum(title) from order_lines", "No function matches"),
        ("select 'infinity'::timestamptz", "une date est hors des années 1 à 9999"),
        ("select date '290000-01-01'", "une date est hors des années 1 à 9999"),
    ],
)
def test_a_mistake_is_said_in_words_and_where(filled, sql, said):
    """The commonest ones in French, all with their line and their character."""
    with pytest.raises(NotebookError) as caught:
        filled.ask(sql)

    assert said in caught.value.message
    assert caught.value.message.endswith(".")


def test_every_type_comes_back(filled):
    """Sums are whole numbers; what no table holds comes as text."""
    sql = """
        select sum(id) as s, 170141183460469231731687303715884105727 as h, null as n,
            interval 1 day as i, {'a': [1]} as d, 'x'::blob as b,
            1.5::decimal(4, 1) as m,
            current_date as c, now() as t, true as y, 1::utinyint as u, [1, 2] as l,
            date '2026-01-01' + interval 1 hour as p, 1 as s, 2 as s
        from orders
    """
    found = filled.ask(sql)

    assert found.columns == [*"shnidbmctyulp", "s (2)", "s (3)"]
    assert found["s"].dtype == pl.Int64
    assert found["l"].item() == "[1, 2]"
    assert found["n"].item() is None
    assert found["h"].item() == pytest.approx(2.0**127)


def test_instants_are_read_in_the_shops_time_zone(another):
    """Half past eleven at night on 31 December in Paris is still December."""
    bench = another()
    bench.shop.order("1", at=datetime(2025, 12, 31, 22, 30, tzinfo=UTC))
    bench.shop.order("2", at=datetime(2025, 12, 31, 23, 30, tzinfo=UTC))

    found = bench.ask("select month(placed_at) from orders order by id").rows()

    assert found == [(12,), (1,)]
