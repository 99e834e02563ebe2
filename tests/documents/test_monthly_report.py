"""The monthly report: its figures are the reports', its texts are only texts."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest
from pypdf import PdfReader
from sqlalchemy import update

from commandes import words
from commandes.actions import refunds
from commandes.actions.orders import Order
from commandes.cli import main
from commandes.documents import monthly_report
from commandes.documents.monthly_gather import gather
from commandes.errors import BadFilter, BadMonth, ExportUnwritable
from commandes.mirror import Mirror
from commandes.reports.articles import articles
from commandes.reports.breakdown import breakdown
from commandes.reports.bridge import STEPS, bridge, vat
from commandes.reports.customers import customers
from commandes.reports.figures import figures
from commandes.reports.filters import OrderFilter
from commandes.reports.sales import sales
from commandes.reports.verify import verify
from commandes.store import Head, tables

sys.path.append(str(Path(__file__).parents[1] / "browser"))
from hostile_texts import PAYLOADS

MARCH, TODAY = date(2026, 3, 1), date(2026, 4, 10)
NOW = datetime(2026, 4, 10, 9, 30, tzinfo=UTC)
WANTED = OrderFilter(first=MARCH, last=date(2026, 3, 31), dated="paid", archived="all")


class Read(HTMLParser):
    """A report that is read back: its tags, its attributes, its tables in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str | None]] = []
        self.tables: dict[tuple[str, str], list[list[str]]] = {}
        self.texts: list[str] = []
        self._chapter = self._code = ""
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.attributes += [(tag, name, value) for name, value in attrs]
        self._open.append(tag)
        self._code = dict(attrs).get("data-code", self._code)
        if tag == "tr":
            self.tables.setdefault((self._chapter, self._code), []).append([])
        elif tag in ("th", "td"):
            self.tables[self._chapter, self._code][-1].append("")

    def handle_endtag(self, tag):
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data):
        self.texts.append(data)
        if self._open and self._open[-1] == "h2":
            self._chapter = data
        if self._open and self._open[-1] in ("th", "td"):
            self.tables[self._chapter, self._code][-1][-1] += data

    def rows(self, code: str, currency: str) -> list[list[str]]:
        """The cells under the titles of a section's table; bars hold no text."""
        said = words._("Ventes en {currency}").format(currency=currency)
        titles, *rows = self.tables[said, code]
        bars = titles[-1] == ""
        return [row[:-1] if bars else row for row in rows]


@pytest.fixture
def mirror(store, settings):
    """The mirror of the test's store."""
    opened = Mirror(store, settings)
    yield opened
    opened.close()


@pytest.fixture
def make(store, mirror, tmp_path):
    """Make the report of a month and read it back."""

    def made(month=MARCH, **asked) -> tuple[Read, str]:
        path = tmp_path / "rapport.html"
        asked = {"today": TODAY, "now": NOW, **asked}
        with mirror.snapshot() as snap:
            monthly_report(store, snap, month, path, **asked)
        text = path.read_text(encoding="utf-8")
        return Read(text), text

    return made


def at(month: int, day: int, hour: int = 10, minute: int = 0) -> datetime:
    """An instant of 2026."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def _in(country: str) -> str:
    """An address in a country."""
    return json.dumps({"country": country})


@pytest.fixture
def sold(shop):
    """Three currencies, refunds, a deposit and its balance, orders at both ends."""

    def told(number, when, price, **more):
        line = {"sku": f"S-{number}", "title": f"Article {number}", "price": price}
        line |= {"tax_rate": 2000, "tax": price // 6}
        return {
            "number": number,
            "at": when,
            "lines": [line],
            "shipping_address": _in("FR"),
            "email": f"{number}@example.org",
            "paid": price,
            **more,
        }

    shop.bring(
        shop.incoming(
            [
                told("first", at(2, 28, 23, 30), 1_001),  # 1 March in Paris
                told("last", at(3, 31, 21, 30), 2_003),
                told("after", at(3, 31, 22, 30), 50_021),  # 1 April in Paris
                told("before", at(2, 28, 22, 30), 70_027),
                told(
                    "back", at(3, 5), 4_007, module="events", shipping_address=_in("BE")
                ),
                told(
                    "parts",
                    at(3, 10),
                    9_999,
                    email="first@example.org",
                    paid=[
                        {"amount": 3_333, "at": at(3, 10), "kind": "deposit"},
                        {"amount": 6_666, "at": at(4, 2), "kind": "balance"},
                    ],
                ),
                *(
                    told(f"n{n}", at(3, 12), 100 + n, shipping_address=_in(f"C{n}"))
                    for n in range(20)
                ),
                told(
                    "pounds",
                    at(3, 7),
                    12_345,
                    currency="GBP",
                    shipping_address=_in("GB"),
                ),
                told("yen", at(3, 8), 678, currency="JPY", shipping_address=None),
            ]
        )
    )
    _marked(shop, "back", at(3, 20), amount=1_507)
    return shop


def _marked(shop, number, when, **asked):
    """A refund mark made at an instant."""
    receipt = refunds.refund(shop.store, Order(number), actor="t", **asked)
    with shop.store.writing("t") as writer:
        writer.connection.execute(
            update(tables.refunds)
            .where(tables.refunds.c.id == receipt.result["refund"])
            .values(marked_at=when)
        )
        writer.record(shop.id_of(number), "test")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_figure_is_the_reports_to_the_cent(sold, make, mirror, language):
    """Section by section and currency by currency, in both languages."""
    words.use(language)
    read, text = make()

    assert f'<html lang="{language}">' in text
    with mirror.snapshot() as snap:
        given = {"today": TODAY}
        daily = sales(snap, WANTED, "day", **given)
        parts = {
            of: breakdown(snap, WANTED, of, **given)
            for of in ("module", "means", "country")
        }
        steps = bridge(snap, WANTED, **given)
        taxes = vat(snap, WANTED, **given)
        people = customers(snap, WANTED, **given)
        best = articles(snap, WANTED, limit=1_000, **given)
        told = {one.currency: one for one in figures(snap, WANTED, **given)}
    assert set(told) == {"EUR", "GBP", "JPY"}
    for code, one in told.items():

        def money(amount, code=code):
            return words.money(amount, code)

        def of(found, code=code):
            return found.filter(pl.col("currency") == code).rows(named=True)

        def cells(row):
            return [money(row[name]) for name in ("gross", "refunds", "net")]

        total = [words.number(one.orders), *map(money, (one.gross, one.refunds))]
        total.append(money(one.net))
        assert [row[1] for row in read.rows("figures", code)[:5]] == [
            *map(money, (one.net, one.gross, one.refunds)),
            words.number(one.orders),
            money(one.basket),
        ]
        moved = [row for row in of(daily) if row["orders"] or row["gross"]]
        moved += [row for row in of(daily) if row["refunds"] and row not in moved]
        moved.sort(key=lambda row: row["period"])
        *days, sum_of_days = read.rows("sales", code)
        assert days == [
            [words.day(row["period"]), words.number(row["orders"]), *cells(row)]
            for row in moved
        ]
        assert sum_of_days[1:] == total
        for name, found in parts.items():
            *shown, sum_of_parts = read.rows(name, code)
            assert sum_of_parts[1:] == total
            assert [row[2:] for row in shown[:12]] == [
                cells(row) for row in of(found)[:12]
            ]
        (amounts,) = of(steps)
        assert [row[1] for row in read.rows("bridge", code)] == [
            money(sign * amounts[step])
            for step, sign, is_sum in STEPS
            if is_sum or amounts[step]
        ]
        assert [row[1:] for row in read.rows("vat", code)] == [
            [money(row[name]) for name in ("base", "tax", "total")] for row in of(taxes)
        ]
        assert [(row[0], row[-1]) for row in read.rows("articles", code)] == [
            (row["title"], money(row["total"])) for row in of(best)[:15]
        ]
        (row,) = of(people)
        assert [cell[1:] for cell in read.rows("customers", code)] == [
            [words.number(row[f"{kind}_orders"]), money(row[f"{kind}_gross"])]
            for kind in ("new", "returning", "unknown")
        ]


def test_the_month_is_the_shop_s_and_no_money_is_lost(sold, make):
    """By hand: what was paid from the 1st at midnight to the 31st, in Paris."""
    read, text = make()
    small = sum(100 + n for n in range(20))
    gross = 1_001 + 2_003 + 4_007 + 3_333 + small

    net, cashed, given_back = (row[1] for row in read.rows("figures", "EUR")[:3])
    assert cashed == words.money(gross, "EUR")
    assert given_back == words.money(1_507, "EUR")
    assert net == words.money(gross - 1_507, "EUR")
    assert read.rows("figures", "EUR")[1][2:4] == [
        words.money(70_027, "EUR"),
        "-82,1 %",
    ]
    countries = read.rows("country", "EUR")
    assert countries[12][0] == "10 autres"
    assert len(countries) == 14
    assert [row[0] for row in read.rows("sales", "GBP")] == ["07/03/2026", "Total"]
    assert words.money(gross + 12_345, "EUR") not in text
    assert next(iter(read.tables))[0] == "Ventes en EUR"


def test_paper_says_what_the_page_says(sold, make, store, mirror, tmp_path):
    """Every text of the HTML's tables, and every meaning, is printed."""
    read, _text = make()
    path = tmp_path / "rapport.pdf"
    seen = []
    with mirror.snapshot() as snap:
        asked = {"format": "pdf", "today": TODAY, "now": NOW}
        monthly_report(
            store, snap, MARCH, path, progress=lambda *at: seen.append(at), **asked
        )
        report = gather(store, snap, MARCH, today=TODAY, now=NOW)

    pages = [page.extract_text() for page in PdfReader(path).pages]
    printed = "".join("".join(pages).split())
    told = [cell for rows in read.tables.values() for row in rows for cell in row]
    told += [text for pair in (*report.about, *report.meanings) for text in pair]
    assert len(told) > 300
    for text in told:
        assert "".join(text.split()) in printed or text == "Barres", text
    assert all(f"page {n}" in page for n, page in enumerate(pages, start=1))
    assert seen[-1][0] == seen[-1][1] == len(seen)


def test_finance_ties_it_to_the_journal(shop, make, store, mirror):
    """The head in it is the one the figures know of, and stays a head of the chain."""
    shop.order("1", paid=1000)
    _read, text = make()
    seq, digest = re.search(r"verify --head (\d+):([0-9a-f]{64})<", text).groups()
    shop.order("later", paid=1)

    verdict = verify(store, mirror, noted=Head(int(seq), digest))

    assert verdict.ok
    assert 0 < int(seq) < verdict.head.seq
    changed = Head(int(seq), "f" * 64)
    assert not verify(store, mirror, noted=changed).ok


def test_it_says_whose_and_of_when_it_is(sold, store, settings, tmp_path):
    """Shop, address, zone, when it was made."""
    named = replace(settings, shop_name="La Lampe", shop_address=("3 quai", "Brest"))
    mirror, path = Mirror(store, named), tmp_path / "rapport.html"
    with mirror.snapshot() as snap:
        monthly_report(store, snap, MARCH, path, today=TODAY, now=NOW)
    mirror.close()

    read = Read(path.read_text(encoding="utf-8"))

    assert {
        *("La Lampe", "3 quai", "Brest", "Rapport mensuel : mars 2026"),
        *("du 1er au 31 mars 2026", "Europe/Paris", "10/04/2026 11:30"),
    } <= set(read.texts)


def test_refunds_left_at_the_end_are_those_of_that_day(sold, make):
    """Given back in April: still to do at the end of March; marked in April: not."""
    _marked(sold, "pounds", at(4, 1), amount=100)
    _marked(sold, "first", at(3, 2), amount=11)
    _marked(sold, "last", at(3, 31, 21, 59), amount=13)
    for number, when in (("first", at(3, 30)), ("last", at(4, 3))):
        refunds.close(sold.store, Order(number), at=when, actor="t")

    read, _text = make()
    april, _ = make(date(2026, 4, 5))

    assert read.rows("refunds_left", "EUR") == [
        ["back", "20/03/2026", words.money(1_507, "EUR")],
        ["last", "31/03/2026", words.money(13, "EUR")],
        ["Total", "", words.money(1_520, "EUR")],
    ]
    assert ("Ventes en GBP", "refunds_left") not in read.tables
    assert [row[0] for row in april.rows("refunds_left", "EUR")] == ["back", "Total"]
    assert [row[0] for row in april.rows("refunds_left", "GBP")] == ["pounds", "Total"]


def test_a_running_month_is_compared_with_the_same_days(shop, make):
    """A whole one with whole ones, were they longer."""
    for month, day in ((1, 31), (2, 10), (2, 20), (3, 5), (3, 15)):
        number = f"{month}-{day}"
        shop.order(number, at=at(month, day), paid=1000)

    running, text = make(today=date(2026, 3, 12))
    february, _ = make(date(2026, 2, 3))

    assert "Mois en cours" in text
    assert "du 1er au 12 mars 2026" in text
    orders = running.rows("figures", "EUR")[3]
    assert orders[1:4] == ["1", "1", "0 %"]
    assert february.rows("figures", "EUR")[3][1:4] == ["2", "1", "+100 %"]


def test_abandonment_stands_in_it_where_a_source_gives_carts(shop, make):
    """A rate against the month before; without a source no rate, not even 0."""
    shop.order("1", paid=1000)
    none, _text = make()
    cart = {"is_cart": True, "email": None}
    shop.bring(
        shop.incoming(
            [
                {"number": "left", **cart, "at": at(3, 3), "begun_at": at(3, 3)},
                {"number": "old", **cart, "at": at(2, 3), "begun_at": at(2, 3)},
                {
                    "number": "came",
                    "at": at(3, 4),
                    "begun_at": at(3, 4),
                    "paid": [{"amount": 1000, "at": at(3, 4)}],
                },
            ]
        )
    )
    some, text = make()

    assert len(none.rows("figures", "EUR")) == 6
    assert ("Ventes en EUR", "carts") not in none.tables
    assert some.rows("figures", "EUR")[6][:4] == [
        *("Taux d’abandon", "50 %", "100 %", "-50 pt"),
    ]
    assert some.rows("carts", "EUR")[4] == [
        *("Ramenés par relance", "0", words.money(0, "EUR")),
    ]
    assert some.rows("carts", "EUR")[:2] == [
        ["Paniers commencés", "2", "–"],
        ["Paniers abandonnés", "1", words.money(1000, "EUR")],
    ]
    assert "1 panier abandonné, soit un taux d’abandon de 50 %." in text


def test_what_a_reminder_brought_stands_in_it(shop, make, settings):
    """A cart paid after its reminder, with its value; in its own currency."""
    begun = datetime.now(UTC) - timedelta(hours=3)
    cart = {"at": begun, "begun_at": begun, "email": None, "currency": "GBP"}
    shop.order("cart", **cart, is_cart=True)
    with shop.store.writing("t") as writer:
        writer.record(shop.id_of("cart"), "cart_reminded", {"message": 7})
        writer.record(shop.id_of("cart"), "message_sent", {"message": 7})
    later = begun + timedelta(days=1)
    shop.order("cart", **cart, is_cart=True, paid=[{"amount": 1000, "at": later}])
    after = later + timedelta(days=1)
    day = {"today": after.astimezone(settings.zone).date(), "now": after}

    read, _text = make(begun.astimezone(settings.zone).date(), **day)

    assert read.rows("carts", "GBP")[4] == [
        *("Ramenés par relance", "1", words.money(1000, "GBP")),
    ]


@pytest.mark.parametrize("code", ["html", "pdf"])
def test_a_month_without_any_sale_says_so(store, mirror, tmp_path, code):
    """On an empty store too; its head is that of an empty journal."""
    path = tmp_path / "rapport"
    with mirror.snapshot() as snap:
        monthly_report(store, snap, MARCH, path, format=code, today=TODAY, now=NOW)

    if code == "pdf":
        text = " ".join(page.extract_text() for page in PdfReader(path).pages)
    else:
        text = path.read_text(encoding="utf-8")
    assert "Aucune vente sur cette période." in text
    assert f"0:{'0' * 64}" in text


ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "section"),
    *("h1", "h2", "h3", "p", "strong", "small", "span", "address", "br", "dl", "dt"),
    *("dd", "div", "table", "thead", "tbody", "tr", "th", "td", "figure", "i", "svg"),
    *("figcaption", "desc", "rect", "line"),
}
_GROUP = 12


def test_no_text_is_more_than_text(shop, store, settings, tmp_path):
    """Titles, countries, means and the shop's own name: no tag, no script."""
    groups = [PAYLOADS[n : n + _GROUP] for n in range(0, len(PAYLOADS), _GROUP)]
    for month, group in enumerate(groups, start=1):
        shop.bring(
            shop.incoming(
                [
                    {
                        "number": f"{month}-{place}",
                        "at": at(month, 3),
                        "shipping_address": _in(text),
                        "channel": text,
                        "customer_name": text,
                        "lines": [{"sku": text, "title": text, "price": 100 + place}],
                        "paid": [
                            {"amount": 100 + place, "means": text, "provider": text}
                        ],
                    }
                    for place, text in enumerate(group)
                ]
            )
        )
    for month, group in enumerate(groups, start=1):
        named = replace(settings, shop_name=group[0], shop_address=tuple(group))
        mirror = Mirror(store, named)
        with mirror.snapshot() as snap:
            for code in ("html", "pdf"):
                path = tmp_path / f"rapport-{month}.{code}"
                first, day = date(2026, month, 1), date(2026, 12, 1)
                monthly_report(store, snap, first, path, format=code, today=day)
        mirror.close()
        read = Read((tmp_path / f"rapport-{month}.html").read_text(encoding="utf-8"))

        assert set(read.tags) <= ALLOWED
        names = {name for _tag, name, _value in read.attributes}
        assert not {name for name in names if name.startswith("on")}
        assert not names & {"src", "href", "action", "data", "srcdoc", "xlink:href"}
        assert read.tags["style"] == 1
        assert read.tags["h1"] == 1
        told = sorted(map(_plain, group))
        for code in ("articles", "country", "means"):
            rows = read.rows(code, "EUR")[: len(group)]
            assert sorted(_plain(row[0]) for row in rows) == told
        reader = PdfReader(tmp_path / f"rapport-{month}.pdf")
        assert all("/Annots" not in page for page in reader.pages)
        root = reader.trailer["/Root"]
        assert not {"/AA", "/Names", "/AcroForm"} & set(root)
        assert isinstance(root["/OpenAction"], list)  # a view of a page, no script


def _plain(text: str) -> str:
    """What is left of a text where blanks and signs without a shape do not count."""
    return "".join(c for c in text if c.isprintable() and not c.isspace())


def test_the_page_is_one_file_that_asks_for_nothing(sold, make):
    """A strict policy, no address anywhere, dark and print styles of its own."""
    read, text = make()

    (policy,) = [
        value
        for tag, name, value in read.attributes
        if tag == "meta" and name == "content" and "default-src" in (value or "")
    ]
    assert policy == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    assert "//" not in text
    assert "url(" not in text
    assert "@import" not in text
    assert "@media print" in text
    assert "prefers-color-scheme: dark" in text
    assert read.tags["script"] == 0
    drawn = [name for tag, name, _value in read.attributes if tag == "svg"]
    assert drawn.count("role") == read.tags["svg"] > 20
    assert read.tags["desc"] == 3
    assert read.tags["title"] > read.tags["svg"]


def test_a_bad_month_or_format_is_refused(store, mirror, tmp_path):
    """Months to come and before any calendar of the shop; no file is left."""
    path = tmp_path / "rapport.html"
    with mirror.snapshot() as snap:
        for month in (date(2026, 5, 1), date(1, 1, 1), date(2, 5, 1)):
            with pytest.raises(BadMonth):
                monthly_report(store, snap, month, path, today=TODAY)
        with pytest.raises(BadFilter, match="format"):
            monthly_report(store, snap, MARCH, path, format="docx", today=TODAY)
        monthly_report(store, snap, date(3, 1, 1), path, today=TODAY)
        path.unlink()
        for code in ("html", "pdf"):
            aside = tmp_path / "nowhere" / "rapport"
            with pytest.raises(ExportUnwritable):
                monthly_report(store, snap, MARCH, aside, format=code, today=TODAY)

    assert [one.name for one in tmp_path.iterdir() if one.is_file()] == []


def test_the_command_line_makes_it(
    sold, store, settings, tmp_path, monkeypatch, capsys
):
    """The last month unless told; one sentence on a month that is none."""
    store.close()
    monkeypatch.setenv("COMMANDES_DATA_DIR", str(settings.data_dir))

    def run(*arguments):
        capsys.readouterr()
        code = main(["report", "month", *map(str, arguments)])
        return code, capsys.readouterr()

    path, paper = tmp_path / "mars.html", tmp_path / "mars.pdf"
    code, said = run("--month", "2026-03", "-o", path, "--json")
    assert (code, said.out) == (0, f'{{"file": "{path}", "month": "2026-03"}}\n')
    assert "Rapport mensuel : mars 2026" in path.read_text(encoding="utf-8")
    assert run("--month", "2026-03", "--format", "pdf", "-o", paper)[0] == 0
    assert paper.read_bytes().startswith(b"%PDF")
    today = datetime.now(settings.zone).date()
    last = f"{today.year - (today.month == 1)}-{(today.month - 2) % 12 + 1:02}"
    code, said = run("-o", path)
    assert (code, said.out) == (0, f"file: {path}\nmonth: {last}\n")

    none = tmp_path / "none.html"
    for bad in ("2026-13", "2026-3", "mars", "2026-03-01", "0000-01", "２０２６-03"):
        code, said = run("--month", bad, "-o", none)
        assert code == 2
        assert said.err.count("\n") == 1
        assert f"« {bad} » n’est pas un mois AAAA-MM" in said.err
    assert run("--month", f"{today.year + 1}-12", "-o", none)[0] == 2
    assert "-o FICHIER" in run()[1].err
    assert "sans filtre" in run("-o", none, "--module", "events")[1].err
    for option in (("--month", "2026-03"), ("--format", "pdf"), ("-o", none)):
        assert main(["report", "sales", *map(str, option)]) == 2
        assert "rapport « month »" in capsys.readouterr().err
    assert not none.exists()
