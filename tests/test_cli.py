"""The command line as other programs call it: JSON out, codes, one-sentence errors."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pypdf import PdfReader
from sqlalchemy import text

from commandes import words
from commandes.cli import main
from commandes.settings import read as read_settings
from commandes.store import open_store

FIXTURES = Path(__file__).parent / "intake" / "fixtures"


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run a command of a shop in a temporary folder; its code and JSON answer."""
    monkeypatch.setenv("COMMANDES_DATA_DIR", str(tmp_path / "data"))

    def command(*arguments: Any) -> tuple[int, Any]:
        capsys.readouterr()
        code = main([*map(str, arguments), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return command


@pytest.fixture
def sampled(run):
    """The same shop with 300 sample orders."""
    assert run("sample", "--orders", 300, "--seed", 7) == (0, {"orders": 300})
    return run


def test_the_real_orders_come_in_with_every_row_explained(run, real_orders):
    """Rows read = imported + rejected, totals to the penny; a second time: nothing."""
    code, first = run("import", real_orders, "--profile", "online_retail")
    _, second = run("import", real_orders, "--profile", "online_retail")

    counts = ("rows_read", "rows_imported", "rows_rejected", "orders_new")
    assert code == 0
    assert [first[name] for name in counts] == [240007, 234920, 5087, 9785]
    assert first["totals"] == {"GBP": 470038211}
    assert len(first["rejects"]) == 100
    assert (second["orders_unchanged"], second["orders_new"]) == (9785, 0)


def test_the_real_orders_agree_everywhere(run, real_orders, tmp_path):
    """List = every export = the report = the sums made from the file by hand."""
    run("import", real_orders, "--profile", "online_retail")
    by_hand = _by_hand(real_orders)

    _, listed = run("list")
    _, march = run("list", "--from", "2011-03-01", "--to", "2011-03-31")
    _, report = run("report", "sales", "--by", "month", "--to", "2011-06-30")
    _, verdict = run("verify")

    assert (listed["count"], listed["totals"]) == (9785, {"GBP": 470038211})
    assert len(listed["orders"]) == 50
    assert march["totals"]["GBP"] == by_hand["2011-03-01"]
    assert {row["period"]: row["net"] for row in report["rows"]} == by_hand
    for by in ("day", "week", "month"):
        _, series = run("report", "sales", "--by", by)
        assert sum(row["net"] for row in series["rows"]) == 470038211
    _, parts = run("report", "sales", "--of", "country")
    assert sum(row["orders"] for row in parts["rows"]) == 9785
    assert verdict["ok"] is True
    for format_, count, pence in _exports(run, tmp_path):
        assert (format_, count, pence) == (format_, 9785, 470038211)


def _by_hand(path: Path) -> dict[str, int]:
    """Pence per month (Paris time) of the file's sales, without our code."""
    sold = pl.read_parquet(path).filter(
        ~pl.col("InvoiceNo").str.starts_with("C"),
        pl.col("Quantity") > 0,
        pl.col("UnitPrice") >= 0,
    )
    invoices = sold.group_by("InvoiceNo").agg(
        pl.col("InvoiceDate").str.to_datetime("%m/%d/%y %H:%M").min(),
        (pl.col("Quantity") * pl.col("UnitPrice") * 100).round().sum(),
    )
    paris = (
        pl.col("InvoiceDate")
        .dt.replace_time_zone("Europe/London")
        .dt.convert_time_zone("Europe/Paris")
    )
    months = invoices.group_by(paris.dt.strftime("%Y-%m-01")).agg(
        pl.col("Quantity").sum().cast(pl.Int64)
    )
    return dict(months.iter_rows())


def _exports(run, folder: Path):
    readers = {
        "csv": lambda path: pl.read_csv(path, infer_schema=False)["total"],
        "csv-fr": lambda path: pl.read_csv(path, separator=";", infer_schema=False)[
            "Total"
        ].str.replace(",", "."),
        "xlsx": lambda path: pl.read_excel(path, sheet_id=1)["total"].cast(str),
        "parquet": lambda path: pl.read_parquet(path)["total"].cast(str),
        "ndjson": lambda path: pl.read_ndjson(path)["total"].cast(str),
    }
    for format_, read in readers.items():
        path = folder / f"out.{format_}"
        _, answer = run("export", "--format", format_, "-o", path)
        totals = read(path).cast(pl.Float64) * 100
        yield format_, answer["count"], int(totals.round().sum())


def test_samples_fill_an_empty_store_once(sampled):
    """A second time changes nothing; the same seed gives the same orders."""
    assert sampled("sample", "--orders", 50)[1] == {"orders": 300}
    assert sampled("list", "--archived", "all")[1]["count"] == 300
    assert sampled("verify")[0] == 0


def test_samples_refuse_a_store_with_real_orders(run):
    """Samples never mix into one's own orders by themselves."""
    run("import", FIXTURES / "shopify.csv")

    code, answer = run("sample")

    assert (code, answer["error"]["code"]) == (1, "store_not_empty")


def test_a_dry_run_writes_nothing(run):
    """It says what would be; the list stays empty."""
    _, seen = run("import", FIXTURES / "shopify.csv", "--dry-run")
    _, listed = run("list")
    _, done = run("import", FIXTURES / "shopify.csv")

    assert (listed["count"], seen["orders_new"]) == (0, done["orders_new"])
    assert done["orders_new"] > 0


def test_an_import_can_be_withdrawn_until_someone_acted(run):
    """Then it stays, with a sentence that says why."""
    _, done = run("import", FIXTURES / "shopify.csv")
    _, gone = run("imports", "--withdraw", done["import"])
    _, empty = run("list", "--archived", "all")
    _, again = run("import", FIXTURES / "shopify.csv")
    _, listed = run("list")
    run("tag", listed["orders"][0]["number"], "VIP")
    code, refused = run("imports", "--withdraw", again["import"])

    assert (gone["changed"], empty["count"]) == (True, 0)
    assert (code, refused["error"]["code"]) == (1, "import_not_withdrawable")
    assert run("verify")[0] == 0


@pytest.mark.parametrize("by", ["day", "week", "month"])
def test_every_period_sums_to_the_same(sampled, by):
    """Days = weeks = months, per currency."""
    rows = sampled("report", "sales", "--by", by)[1]["rows"]
    whole = sampled("report", "sales", "--by", "month")[1]["rows"]

    def total(part):
        return sum(row["net"] for row in part if row["currency"] == "EUR")

    assert total(rows) == total(whole) != 0


def test_refunds_to_do_and_done_make_those_of_the_sales(sampled):
    """The same refunds as in the sales report, by the date of their mark."""
    _, sold = sampled("report", "sales", "--by", "day")
    code, given = sampled("report", "refunds", "--by", "day")

    expected = {
        (row["period"], row["currency"]): row["refunds"]
        for row in sold["rows"]
        if row["refunds"]
    }
    assert code == 0
    assert {
        (row["period"], row["currency"]): row["to_do"] + row["done"]
        for row in given["rows"]
    } == expected
    assert sum(row["to_do"] for row in given["rows"]) > 0
    assert sum(row["done"] for row in given["rows"]) > 0


def test_transactions_are_the_sales_one_by_one(sampled, tmp_path):
    """As rows and as a file: each payment and refund, whose sum is the net sales."""
    path = tmp_path / "journal.csv"
    of_2026 = ("--from", "2026-01-01")
    _, sold = sampled("report", "sales", *of_2026)
    _, listed = sampled("report", "transactions", *of_2026)
    code, made = sampled("report", "transactions", *of_2026, "-o", path)

    net = Counter()
    for row in listed["rows"]:
        net[row["currency"]] += row["amount"]
    expected = Counter()
    for row in sold["rows"]:
        expected[row["currency"]] += row["net"]
    assert net == expected
    assert {row["kind"] for row in listed["rows"]} == {"payment", "refund"}
    with path.open(encoding="utf-8") as file:
        written = list(csv.DictReader(file))
    assert (code, made["count"]) == (0, len(written))
    assert [row["number"] for row in written] == [
        row["number"] for row in listed["rows"]
    ]
    assert (
        sum(
            round(float(row["amount"]) * 100)
            for row in written
            if row["currency"] == "EUR"
        )
        == net["EUR"]
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("transactions", "--format", "csv"),
        ("transactions", "--month", "2026-01", "-o", "x.csv"),
        ("transactions", "--format", "pdf", "-o", "x.pdf"),
        ("month", "--format", "csv", "-o", "x.csv"),
        ("sales", "-o", "x.csv"),
    ],
)
def test_what_a_report_does_not_take_is_refused(sampled, arguments):
    """Not left aside without a word."""
    code, answer = sampled("report", *arguments)

    assert (code, answer["error"]["code"]) == (2, "usage")


def test_opening_levels_come_by_file(run, tmp_path):
    """Every row is answered for; levels that stand already move nothing."""
    path = tmp_path / "niveaux.csv"
    path.write_text(
        "Référence;Quantité;Date\nLAMP;12;\nPEN;beaucoup;\nSEAT;80;01/05/2026\n"
    )

    code, first = run("stock", "import", path)
    _, again = run("stock", "import", path)
    _, lamp = run("stock", "LAMP")

    assert code == 0
    assert (first["items"], first["rows_read"], first["rows_rejected"]) == (2, 3, 1)
    assert first["rejects"] == [
        {
            "row": 2,
            "sku": "PEN",
            "reason": "« beaucoup » n’est pas un nombre entier",
        }
    ]
    assert (again["changed"], again["items"]) == (False, 0)
    assert (lamp["on_hand"], [m["cause"] for m in lamp["movements"]]) == (
        12,
        ["opening"],
    )
    assert run("verify")[0] == 0


def test_filters_narrow_the_list(sampled):
    """Several values of one filter are any of them; different filters are all."""
    _, everything = sampled("list", "--archived", "all", "--limit", 300)
    _, some = sampled(
        "list",
        *("--archived", "all", "--limit", 300),
        *("--status", "new", "--status", "done", "--module", "store"),
    )

    expected = [
        order["number"]
        for order in everything["orders"]
        if order["status"] in ("new", "done") and order["module"] == "store"
    ]
    assert [order["number"] for order in some["orders"]] == expected
    assert some["count"] == len(expected) > 0


def test_one_order_with_everything(sampled):
    """The keys that other programs rely on."""
    number = sampled("list")[1]["orders"][0]["number"]

    code, order = sampled("show", number)

    assert code == 0
    assert {
        *("number", "module", "status", "payment", "placed_at", "customer", "total"),
        *("refunded", "currency", "tags", "archived", "email", "ip_address", "browser"),
        *("lines", "subtotal", "discount", "shipping", "tax", "payments", "activity"),
        *("shipments", "refunds", "messages", "notes"),
    } <= order.keys()
    assert order["shipping"] == int(order["shipping"])


def test_actions_answer_with_a_receipt(sampled):
    """The same key again: the same receipt, nothing changed."""
    number = sampled("list", "--payment", "paid")[1]["orders"][0]["number"]

    _, first = sampled("refund", number, "--key", "k1")
    _, again = sampled("refund", number, "--key", "k1")
    code, refused = sampled("refund", number)
    _, shown = sampled("show", number)

    assert (first["receipt"], first["order"], first["action"], first["changed"]) == (
        "k1",
        number,
        "refund",
        True,
    )
    assert again == {**first, "changed": False, "message": "C’est déjà fait."}
    assert (code, refused["error"]["code"]) == (1, "refund_refused")
    assert (shown["payment"], shown["refunds"][0]["state"]) == ("refunded", "to_do")
    assert sampled("verify")[0] == 0


def test_verify_names_the_altered_row(sampled, tmp_path):
    """One row changed by SQL, and the command fails with its number."""
    settings = read_settings({"COMMANDES_DATA_DIR": str(tmp_path / "data")})
    store = open_store(settings)
    with store.writing("test") as writer:
        writer.connection.execute(text("update events set actor = 'x' where seq = 42"))
    store.close()

    code, answer = sampled("verify")

    assert (code, answer["ok"]) == (1, False)
    (bad,) = [check for check in answer["checks"] if not check["ok"]]
    assert (bad["rule"], bad["first_bad"]) == ("I4", "events seq=42: altered")


def test_a_noted_head_finds_a_truncation(sampled):
    """The head of today is a head that tomorrow's journal passes through."""
    head = sampled("verify")[1]["head"]
    number = sampled("list")[1]["orders"][0]["number"]
    sampled("note", number, "bonjour")

    assert sampled("verify", "--head", head)[0] == 0
    assert sampled("verify", "--head", f"1:{'0' * 64}")[0] == 1


def test_the_mirror_may_be_lost(sampled, tmp_path):
    """Deleted or overwritten, the list is the same."""
    _, before = sampled("list")
    (tmp_path / "data" / "mirror-0.duckdb").write_bytes(b"not a database")
    _, after = sampled("list")
    (tmp_path / "data" / "mirror-0.duckdb").unlink()

    assert sampled("list")[1] == after == before


@pytest.mark.parametrize(
    ("arguments", "code", "kind"),
    [
        (("show", "nope"), 1, "order_not_found"),
        (("import", "nope.csv"), 1, "file_unreadable"),
        (("import", __file__), 1, "format_unknown"),
        (("import", __file__, "--profile", "nope"), 1, "profile_unknown"),
        (("list", "--from", "yesterday"), 2, "usage"),
        (("list", "--status", "nope"), 2, "usage"),
        (("list", "--sort", "nope"), 2, "bad_filter"),
        (("frobnicate",), 2, "usage"),
        (("export", "-o", "/nowhere/at/all.csv"), 1, "export_unwritable"),
        (("stock", "NOPE"), 1, "sku_unknown"),
        (("stock", "import", "nope.csv"), 1, "file_unreadable"),
        (("stock", "import", __file__), 1, "file_unreadable"),
        (("verify", "--head", "1:2"), 2, "usage"),
    ],
)
def test_errors_are_one_sentence_and_a_code(sampled, capsys, arguments, code, kind):
    """Under --json an object too; 2 is for wrong usage."""
    answer = sampled(*arguments)
    assert (answer[0], answer[1]["error"]["code"]) == (code, kind)

    main(list(arguments))
    said = capsys.readouterr().err.strip()
    assert said.count("\n") == 0
    assert "Traceback" not in said


def test_an_unknown_setting_is_refused_by_name(run, monkeypatch):
    """A typing error never means the default."""
    monkeypatch.setenv("COMMANDES_DATADIR", "x")

    code, answer = run("list")

    assert code == 2
    assert "COMMANDES_DATADIR" in answer["error"]["message"]
    assert "COMMANDES_DATA_DIR" in answer["error"]["advice"]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_people_read_the_same_in_their_language(sampled, monkeypatch, capsys, language):
    """Every printed form works in both languages."""
    monkeypatch.setenv("COMMANDES_LANGUAGE", language)
    for arguments in (["list"], ["verify"], ["imports"], ["mirror", "status"]):
        assert main(arguments) == 0
        assert capsys.readouterr().out
    assert main(["import", str(FIXTURES / "shopify.csv"), "--dry-run"]) == 0
    assert ("rows" in capsys.readouterr().out) is (language == "en")


def test_reports_are_read_as_tables(sampled, capsys):
    """Amounts as money of their currency, instants by the shop's clocks."""
    code, answer = sampled("report", "sales", "--by", "month")
    row = answer["rows"][0]

    assert (code, main(["report", "sales", "--by", "month"])) == (0, 0)
    head, first, *rest = capsys.readouterr().out.splitlines()
    assert head.split() == list(row)
    assert words.money(row["gross"], row["currency"]) in first
    assert len(rest) == len(answer["rows"]) - 1
    # Numbers end where their heads do.
    until_net = first[: head.index("net") + len("net")]
    assert until_net.endswith(words.money(row["net"], row["currency"]))

    _code, brought = sampled("imports")
    assert brought["imports"][0]["started_at"][-6:] in ("+01:00", "+02:00")
    for arguments in (["report", "transactions"], ["stock"], ["imports"]):
        assert main(arguments) == 0
        assert "{" not in capsys.readouterr().out
    assert main(["report", "sales", "--search", "nobody at all"]) == 0
    assert capsys.readouterr().out == "Rien à montrer.\n"


@pytest.mark.parametrize(
    ("report", "amount"),
    [(["products"], "total"), (["sales", "--of", "module"], "net")],
)
def test_amounts_are_ranked_within_their_currency(sampled, report, amount):
    """The shop's own first: 84,700 TND in thousandths are not more than 546 EUR."""
    rows = sampled("report", *report)[1]["rows"]
    places = [(row["currency"] != "EUR", row["currency"], -row[amount]) for row in rows]
    assert places == sorted(places)
    assert len({row["currency"] for row in rows}) > 2


def test_why_a_row_is_refused_is_read_whole(sampled, tmp_path, capsys):
    """A table cuts what is too wide, but not its last column."""
    path = tmp_path / "levels.csv"
    path.write_text("sku,on_hand\nLAMP,as many as there are\n")
    _code, answer = sampled("stock", "import", path)
    (refused,) = answer["rejects"]
    assert len(refused["reason"]) > 40

    main(["stock", "import", str(path)])
    assert refused["reason"] in capsys.readouterr().out


STEERING = "Eve\x1b[2J\x9b31m\x07\r\n\u202eabc\u2069"


@pytest.mark.parametrize(
    "arguments",
    [["list"], ["show", "1"], ["report", "transactions"], ["tag", STEERING, "x"]],
    ids=lambda arguments: arguments[0],
)
def test_what_customers_write_steers_no_terminal(shop, monkeypatch, capsys, arguments):
    """Neither as text nor as JSON, and there nothing of it is lost."""
    monkeypatch.setenv("COMMANDES_DATA_DIR", str(shop.store.settings.data_dir))
    shop.order("1", customer_name=STEERING, paid=1, notes=[STEERING])

    for as_json in ([], ["--json"]):
        main([*arguments, *as_json])
        out, err = capsys.readouterr()
        assert "Eve" in out + err
        # What comes after a line feed of theirs is no line of ours.
        assert not [line for line in out.splitlines() if line.startswith("�abc")]
        assert set(STEERING) & set(out + err) <= set("Eveabc[2J31m\n")
        if as_json:
            assert "Eve\\u001b[2J\\u009b31m" in out
            json.loads(out)


def test_a_writing_command_is_light():
    """Neither DuckDB nor Polars nor Streamlit for a tag, nor another database."""
    code = (
        "import sys, commandes.cli; "
        "print([m for m in ('duckdb', 'polars', 'streamlit', 'alembic', 'numpy', "
        "'sqlalchemy.dialects.postgresql') if m in sys.modules])"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


def test_what_a_command_loads_is_not_looked_through_for_garbage():
    """Not on the way, nor after; what it then makes is."""
    code = (
        "import gc, sys; passed_by = []; "
        "gc.callbacks.append(lambda *_: 'commandes.words' in sys.modules "
        "and passed_by.append(gc.get_freeze_count())); "
        "import commandes.cli; gc.collect(); "
        "print(min(passed_by) > 10_000, gc.isenabled())"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["True", "True"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "--limit", 10**30),
        ("list", "--limit", "²"),
        ("imports", "--withdraw", 10**30),
        ("sample", "--orders", 10**30),
        ("sample", "--seed", "-1"),
        ("sample", "--seed", 10**30),
        ("verify", "--head", f"{10**30}:{0:064}"),
        ("report", "month", "--month", "9999-12", "-o", "x.html"),
        ("pay", "{number}", "--amount", 10**30),
        ("pay", "{number}", "--amount", "1e999999"),
        ("refund", "{number}", "--line", f"LAMP={'9' * 5000}"),
        ("note", "{number}", "caf\udce9"),
    ],
)
def test_absurd_arguments_are_wrong_usage(sampled, arguments):
    """Numbers that nothing has, bytes that are no text: a sentence, not a crash."""
    number = sampled("list")[1]["orders"][0]["number"]
    asked = [str(argument).format(number=number) for argument in arguments]

    code, answer = sampled(*asked)

    assert (code, answer["error"]["code"]) == (2, "usage")


def test_a_reader_that_has_enough_ends_the_command_quietly(sampled, tmp_path):
    """`commandes list | head -1`: nothing on standard error, whatever is left."""
    environment = {**os.environ, "COMMANDES_DATA_DIR": str(tmp_path / "data")}
    listing = subprocess.Popen(
        [sys.executable, "-m", "commandes.cli", "list", "--limit", "300", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )
    listing.stdout.close()

    assert listing.stderr.read() == b""
    assert listing.wait() == 1


def test_parcels_of_a_file_are_noted(sampled, tmp_path):
    """French headers, a carrier suggested, a refusal named; --done moves the status."""
    numbers = [
        order["number"]
        for order in sampled("list", "--status", "new", "--module", "store")[1][
            "orders"
        ][:2]
    ]
    file = tmp_path / "suivis.csv"
    file.write_bytes(
        "Commande;Transporteur;N° de suivi\r\n"
        f"{numbers[0]};;6A99999999999\r\n"
        f"{numbers[1]};Vélo;7\r\n"
        "nope;UPS;1Z\r\n".encode("cp1252")
    )

    _, looked = sampled("track", "--file", file, "--dry-run")
    _, done = sampled("track", "--file", file, "--done", "--no-message", "--key", "k")
    _, again = sampled("track", "--file", file, "--done", "--no-message", "--key", "k")
    _, shown = sampled("show", numbers[0])

    assert (looked["changed"], looked["tracked"], looked["done"]) == (False, 2, 0)
    assert (done["orders"], done["tracked"], done["done"]) == (2, 2, 2)
    assert done["messages"] == 0
    assert done["refused"] == [
        {
            "row": 3,
            "order": "nope",
            "reason": "Aucune commande ne porte le numéro nope.",
        }
    ]
    assert (again["changed"], again["unchanged"]) == (False, 2)
    assert shown["status"] == "done"
    assert shown["shipments"][-1] == {
        "carrier": "Colissimo",
        "tracking_number": "6A99999999999",
        "tracking_url": "https://www.laposte.fr/outils/suivre-vos-envois"
        "?code=6A99999999999",
    }


def test_a_parcel_is_noted_corrected_and_taken_off(sampled):
    """One order, one number at a time."""
    number = sampled("list", "--module", "booking")[1]["orders"][0]["number"]
    track = ("track", number, "--no-message", "--carrier", "UPS", "--number")

    assert sampled(*track, "1Z1", "--done")[1]["done"] is True
    _, changed = sampled(*track, "1Z2", "--replaces", "1Z1")
    _, shown = sampled("show", number)
    code, refused = sampled(*track, "1Z3", "--replaces", "1Z1")
    _, gone = sampled("track", number, "--remove", "1Z2")

    assert (changed["action"], changed["changed"]) == ("change_track", True)
    assert [s["tracking_number"] for s in shown["shipments"]] == ["1Z2"]
    assert (code, refused["error"]["code"]) == (1, "tracking_refused")
    assert (gone["action"], gone["changed"]) == ("untrack", True)
    assert sampled("track", number)[0] == 2
    assert sampled("verify")[0] == 0


def test_documents_of_a_filter_are_pdf(sampled, tmp_path, monkeypatch):
    """The same filters as an export; what has nothing to deliver is left out."""
    monkeypatch.setenv("COMMANDES_SHOP_ADDRESS", r"3 place du Phare\n29200 Brest")
    wanted = ("--module", "store", "--status", "new", "-o", tmp_path / "out.pdf")
    listed = sampled("list", *wanted[:4])[1]["count"]

    code, notes = sampled("documents", "notes", *wanted)
    printed = PdfReader(tmp_path / "out.pdf")
    _, picks = sampled("documents", "picklist", *wanted)
    none, refused = sampled("documents", "notes", "--status", "cancelled", *wanted[4:])

    assert (code, notes["orders"]) == (0, listed)
    assert len(printed.pages) == notes["count"] > 0
    assert "29200 Brest" in printed.pages[0].extract_text()
    assert picks["count"] > 0
    assert (none, refused["error"]["code"]) == (1, "nothing_to_deliver")

    seats = ("--module", "events", "--status", "new", "-o", tmp_path / "out.pdf")
    listed = sampled("list", *seats[:4])[1]["count"]
    code, refused = sampled("documents", "picklist", *seats)
    assert (code, refused["error"]["code"]) == (1, "nothing_to_deliver")
    _, both = sampled("documents", "picklist", *wanted[2:4], *wanted[4:])
    assert both["left_out"]["module"] >= listed
    assert "rien ne s’expédie" in both["sentence"]
    _, all_of_them = sampled("documents", "picklist", *seats, "--everything")
    assert (all_of_them["count"] > 0, all_of_them["left_out"]) == (True, {})


def test_carts_are_swept_and_reported(sampled, tmp_path):
    """A look first, then once; another delay; the rates are those of the counts."""
    file = tmp_path / "paniers.csv"
    file.write_text(
        "N,Date,Total,Panier\nP1,2026-03-01 10:00,12.50,oui\n", encoding="utf-8"
    )
    profile = tmp_path / "caisse.toml"
    profile.write_text(
        'source = "caisse"\n[columns]\nnumber = "N"\nplaced_at = "Date"\n'
        'total = "Total"\nis_cart = "Panier"\n',
        encoding="utf-8",
    )
    assert sampled("import", file, "--profile", profile)[0] == 0

    _, looked = sampled("sweep", "--dry-run")
    _, swept = sampled("sweep")
    _, again = sampled("sweep")
    _, shown = sampled("show", "P1")
    code, report = sampled("report", "carts", "--by", "month")
    _, patient = sampled("report", "carts", "--by", "month", "--delay", 10_000)
    wrong, _ = sampled("report", "carts", "--delay", 0)
    _, verdict = sampled("verify")

    assert (looked["orders"], looked["changed"]) == (["P1"], False)
    assert (swept["swept"], swept["changed"]) == (1, True)
    assert (again["swept"], again["changed"]) == (0, False)
    assert shown["payment"] == "abandoned"
    assert shown["abandoned_at"].startswith("2026-03-01T11:00")
    assert shown["activity"][-1]["kind"] == "abandoned"
    assert (code, wrong) == (0, 2)
    rows = report["rows"]
    assert sum(row["begun"] for row in rows) > sum(row["abandoned"] for row in rows) > 0
    assert all(
        row["rate"] == (row["abandoned"] / row["begun"] if row["begun"] else None)
        for row in rows
    )
    assert sum(row["abandoned"] for row in patient["rows"]) < sum(
        row["abandoned"] for row in rows
    )
    assert verdict["ok"] is True
