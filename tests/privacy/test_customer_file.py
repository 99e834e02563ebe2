"""One customer's data as a file, and how long any is kept."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from sqlalchemy import select, update
from traces import CUSTOMERS, entries, found, kept, leave_traces

from commandes import access, privacy
from commandes.actions import objections, readings, refunds, retain, tracking
from commandes.actions.orders import Order
from commandes.cli import main
from commandes.documents import customer_file
from commandes.personal import short_ip
from commandes.reports import detail
from commandes.reports.dossier import dossier
from commandes.reports.readings import readings as read_log
from commandes.reports.verify import verify
from commandes.store import tables

ONE = CUSTOMERS[0]
PAYLOADS = [
    "<script>alert(1)</script>",
    "</script><img src=https://evil.example.org/x>",
    '"><b onclick=x>',
    "<!-- x",
    "]]>&lt;i&gt;",
    "\u202e<u>",
    "{{x}}",
    "\\u003cscript>",
]
NOW = datetime(2027, 6, 1, 12, tzinfo=UTC)


class Tags(HTMLParser):
    """The elements of a document, and its block of data."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.data, self._inside = [], "", False
        self.feed(text)

    def handle_starttag(self, tag, _attrs):
        self.tags.append(tag)
        self._inside = tag == "script"

    def handle_endtag(self, _tag):
        self._inside = False

    def handle_data(self, data):
        self.data += data if self._inside else ""


def test_all_that_is_kept_stands_in_the_file(shop, store, settings, tmp_path):
    """Orders, messages, payments, notes: for people and for machines alike."""
    leave_traces(shop)
    shop.order("P50", email=ONE.email.upper(), module="booking", customer_name="E. Z.")
    found_here = dossier(store, ONE.email.lower())

    assert customer_file(found_here, tmp_path / "d.html", settings.zone) == 2
    assert customer_file(found_here, tmp_path / "d.json", settings.zone, "json") == 2
    page = (tmp_path / "d.html").read_text("utf-8")
    told = json.loads((tmp_path / "d.json").read_text("utf-8"))

    assert [order["number"] for order in told["orders"]] == ["P01", "P50"]
    assert told["no_reminders"]
    (first, _second) = told["orders"]
    assert first["messages"][0]["body"] == f"Bonjour {ONE.name}"
    assert first["last_imported"]["email"] == ONE.email
    for text in (ONE.ip, ONE.phone, f"re_{ONE.word}", f"{ONE.name} a appelé", "P50"):
        assert text in page
    assert CUSTOMERS[1].word not in page
    assert json.loads(Tags(page).data) == told


def test_hostile_texts_are_text_in_the_file(shop, store, settings, tmp_path):
    """As many elements as with harmless texts; no script, nothing fetched."""
    counts = []
    for texts in (PAYLOADS, ["texte"] * len(PAYLOADS)):
        email = f"c{len(counts)}@example.org"
        shop.bring(
            shop.incoming(
                [
                    {
                        "number": f"{len(counts)}-{place}",
                        "email": email,
                        "customer_name": text.replace("\0", ""),
                        "notes": [f"{text}".replace("\0", "") or "x"],
                        "lines": [{"title": text.replace("\0", "") or "x", "price": 1}],
                    }
                    for place, text in enumerate(texts)
                ]
            )
        )
        path = tmp_path / f"{len(counts)}.html"
        customer_file(dossier(store, email), path, settings.zone)
        counts.append(sorted(Tags(path.read_text("utf-8")).tags))
    assert counts[0] == counts[1]
    assert counts[0].count("script") == 1


def test_the_command_exports_erases_and_logs(
    shop, store, settings, monkeypatch, tmp_path, capsys
):
    """Export, dry run, erasure; a reading for the export, by name."""
    monkeypatch.setenv("COMMANDES_DATA_DIR", str(settings.data_dir))
    leave_traces(shop)
    file = tmp_path / "zyx.json"

    def said(*arguments):
        assert main([*arguments, "--json", "--actor", "Inès"]) == 0
        return json.loads(capsys.readouterr().out)

    assert said("customer", "export", ONE.email, "-o", str(file))["count"] == 1
    assert json.loads(file.read_text())["orders"][0]["number"] == ONE.number
    dry = said("customer", "erase", ONE.email, "--dry-run")
    assert (dry["orders"], dry["changed"], dry["dry_run"]) == (1, False, True)
    done = said("customer", "erase", ONE.email, "--key", "k")
    assert (done["orders"], done["changed"], done["compacted"]) == (1, True, True)
    assert said("customer", "export", ONE.email, "-o", str(file))["count"] == 0
    assert [(r.actor, r.kind, r.orders) for r in read_log(store)] == [
        ("Inès", "customer_export", 0),
        ("Inès", "customer_export", 1),
    ]
    assert main(["customer", "erase", "--json"]) == 2


@pytest.mark.parametrize(
    ("given", "short"),
    [
        ("192.0.2.77", "192.0.2.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("::ffff:192.0.2.77", "192.0.2.0"),
        ("fe80::1%eth0", "fe80::"),
        ("nulle part", None),
        ("", None),
        (None, None),
    ],
)
def test_an_ip_address_is_shortened(given, short):
    """A /24, a /48; what is no address is not kept."""
    assert short_ip(given) == short


def test_months_are_those_of_the_calendar():
    """The 31st of March less one month is the last of February."""
    end = datetime(2027, 3, 31, tzinfo=UTC)
    assert retain.months_before(end, 1) == datetime(2027, 2, 28, tzinfo=UTC)
    assert retain.months_before(end, 15) == datetime(2025, 12, 31, tzinfo=UTC)


def keeping(store, settings, **months):
    store.settings = replace(settings, **months)
    return store.settings


def test_old_ip_addresses_are_shortened_everywhere(shop, store, settings, mirror):
    """In store, mirror and import memory; a file does not bring them back."""
    young = NOW - timedelta(days=30)
    shop.order("1", ip_address=ONE.ip)
    shop.order("2", ip_address="2001:db8:1:2:3:4:5:6")
    shop.order("3", ip_address="192.0.2.9", at=young)
    with mirror.snapshot():
        pass
    keeping(store, settings, keep_ip_months=12)

    assert retain.due(store, NOW).addresses == 2
    done = privacy.retain(store, settings, mirror=mirror, now=NOW)

    assert (done.addresses, done.orders) == (2, 0)
    ips = [detail.order(store, number).customer.ip_address for number in "123"]
    assert ips == ["198.51.100.0", "2001:db8:1::", "192.0.2.9"]
    assert retain.due(store, NOW).is_nothing
    assert verify(store, mirror).ok
    assert found(settings.data_dir, [ONE.ip]) == []


def test_long_work_goes_batch_by_batch(shop, store, settings, mirror, monkeypatch):
    """However many are due, all are done; addresses that no file told too."""
    monkeypatch.setattr(retain, "BATCH", 1)
    for number in "12":
        shop.order(number, email=f"{number}@example.org", ip_address=None)
    with store.writing("Inès") as writer:
        ip = update(tables.orders).values(ip_address=ONE.ip)
        writer.connection.execute(ip)
    keeping(store, settings, keep_ip_months=12)
    assert privacy.retain(store, settings, mirror=mirror, now=NOW).addresses == 2
    ips = [detail.order(store, number).customer.ip_address for number in "12"]
    assert ips == ["198.51.100.0"] * 2

    keeping(store, settings, keep_ip_months=0, keep_customers_months=12)
    assert privacy.retain(store, settings, mirror=mirror, now=NOW).orders == 2
    assert retain.due(store, NOW).is_nothing


def test_one_process_alone_has_the_run_of_the_day(store, monkeypatch):
    """Also when another took it between the look and the lock."""
    day, write = NOW.date(), store.writing

    def late(*arguments, **named):
        monkeypatch.setattr(store, "writing", write)
        assert retain.is_due(store, day)
        return write(*arguments, **named)

    monkeypatch.setattr(store, "writing", late)
    assert not retain.is_due(store, day)
    assert not retain.is_due(store, day)
    assert retain.is_due(store, day + timedelta(days=1))


def test_a_file_brings_no_old_ip_address_back(shop, store, settings):
    """What is older than the setting is shortened as it comes in."""
    keeping(store, settings, keep_ip_months=13)
    told = shop.incoming(
        [{"number": "1", "ip_address": ONE.ip, "at": datetime(2020, 1, 1, tzinfo=UTC)}]
    )
    shop.bring(told)
    assert detail.order(store, "1").customer.ip_address == "198.51.100.0"
    assert shop.bring(told).orders_unchanged == 1


def test_old_customers_are_erased_by_the_setting(shop, store, settings, mirror):
    """Not those whose service or refund is still to come; amounts stay."""
    shop.order(**ONE.told())
    tracked = {"carrier": "UPS", "number": f"1ZB{ONE.word}", "tell": False}
    tracking.track(store, Order("P01"), **tracked, actor="Inès", key="k")
    late = {"sku": "T", "title": "Table", "price": 5, "service_at": NOW}
    shop.order("2", lines=[late], email="b@example.org")
    shop.order("3", paid=1000, email="c@example.org")
    refunds.refund(store, Order("3"), actor="Inès")
    shop.order("4", at=NOW - timedelta(days=20), email=ONE.email)
    before, journal = kept(store), entries(store)
    keeping(store, settings, keep_customers_months=12, keep_ip_months=0)

    planned = retain.due(store, NOW)
    assert (planned.orders, planned.held, planned.addresses) == (1, 1, 0)
    done = privacy.retain(store, settings, mirror=mirror, now=NOW)

    assert (done.orders, retain.due(store, NOW).orders) == (1, 0)
    assert kept(store) == before
    assert entries(store)[: len(journal)] == journal
    emails = {n: detail.order(store, n).customer.email for n in ("P01", "2", "3", "4")}
    assert emails == {
        "P01": None,
        "2": "b@example.org",
        "3": "c@example.org",
        "4": ONE.email,  # the same customer's newer order
    }
    assert verify(store, mirror).ok
    with store.reading() as connection:
        c = tables.receipts.c
        said = connection.scalar(select(c.result).where(c.key == "k"))
    assert ONE.word not in said
    # The file that told it does not bring it back, and a new order is welcome.
    assert shop.bring(shop.incoming([ONE.told()])).erased == 1


def test_by_default_nobody_is_erased_by_time(shop, store, settings):
    """The setting is off until somebody chooses."""
    shop.order("1", at=datetime(2001, 1, 1, tzinfo=UTC))
    assert settings.keep_customers_months == 0
    assert retain.due(store).orders == 0


def test_the_log_of_readings_is_kept_for_a_year(shop, store, settings):
    """Who, when, what, how many; older ones go with the daily run."""
    with store.writing("Inès", now=NOW - timedelta(days=400)) as writer:
        writer.insert(
            tables.readings, at=writer.now, actor="Inès", kind="export", orders=3
        )
    shop.order("1")
    readings.note(store, "order", order_id=1, actor="Zoé")

    privacy.retain(store, settings, now=NOW)

    assert [(r.actor, r.kind, r.number) for r in read_log(store)] == [
        ("Zoé", "order", "1")
    ]
    with pytest.raises(KeyError):
        readings.note(store, "autre", actor="Zoé")


def test_the_day_s_run_is_done_once(shop, store, settings, mirror):
    """At night, by one of the processes; what a crash left is cleaned any time."""
    shop.order("1", ip_address=ONE.ip, at=datetime(2020, 1, 1, tzinfo=UTC))
    night = datetime(2027, 6, 1, 4, tzinfo=settings.zone)

    with access.acting_as(access.KEEPER):
        assert not privacy.daily(store, settings, mirror, now=night.replace(hour=1))
        assert privacy.daily(store, settings, mirror, now=night)
        assert not privacy.daily(store, settings, mirror, now=night)
        assert privacy.daily(store, settings, mirror, now=night + timedelta(days=1))


def test_nothing_personal_stands_in_the_entries(shop, store, settings):
    """The journal says that it was done, to which orders, and no more."""
    leave_traces(shop)
    keeping(store, settings, keep_customers_months=1)
    privacy.retain(store, store.settings, now=NOW + timedelta(days=4000))
    with store.reading() as connection:
        c = tables.events.c
        said = connection.scalars(
            select(c.payload).where(c.kind == "customer_erased")
        ).all()
    assert set(said) == {"{}"}
    assert not re.search("zyxwou", repr(entries(store)).lower())
    assert objections.among(store, {ONE.email})
