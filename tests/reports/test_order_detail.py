"""One order with everything, as the store has it at this moment."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from commandes.actions import messages, notes, refunds, status, tags, tracking
from commandes.actions.orders import Order
from commandes.errors import OrderAmbiguous, OrderNotFound
from commandes.reports import detail
from commandes.reports.browsers import named

AT = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
PAID = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
FIREFOX = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
)
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)
ADDRESS = {"name": "Ana Martin", "line1": "1 rue d’Exemple", "country": "FR"}


@pytest.fixture
def order(shop):
    """An order with all that an order can have, and an intruder beside it."""
    shop.order(
        "1",
        at=AT,
        module="events",
        user_agent=FIREFOX,
        ip_address="192.0.2.7",
        shipping_address=json.dumps(ADDRESS),
        shipping=500,
        discount=100,
        tax=333,
        lines=[
            {
                "sku": "SEAT",
                "title": "Concert",
                "price": 1000,
                "quantity": 2,
                "service_at": PAID,
                "details": {"seat": "B12"},
            },
            {"sku": "BAR", "title": "Boisson", "price": 300},
        ],
        paid=[{"amount": 2700, "at": PAID}],
        tags=["VIP"],
        notes=["Merci de sonner"],
        shipments=[
            {"carrier": "Colissimo", "number": "6A1", "url": "https://example.org"}
        ],
    )
    shop.order("2", tags=["Autre"], notes=["Une autre"], paid=1000)
    return shop


def test_an_order_has_everything_that_hangs_on_it(order, store) -> None:
    """Customer, lines, money, parcel, note, tag: its own, and no one else's."""
    found = detail.order(store, "1")
    assert (found.customer.name, found.customer.shipping) == ("Ana Martin", ADDRESS)
    assert (
        found.customer.browser,
        found.customer.system,
    ) == ("Firefox 140", "Windows 10")
    assert [(line.sku, line.details) for line in found.lines] == [
        ("SEAT", {"seat": "B12"}),
        ("BAR", {}),
    ]
    assert found.lines[0].service_at == PAID
    assert [(n.text, n.author) for n in found.notes] == [("Merci de sonner", "client")]
    assert [tag.name for tag in found.tags] == ["VIP"]
    assert [shipment.number for shipment in found.shipments] == ["6A1"]
    assert found == detail.order_by_id(store, found.id)


def test_the_parts_add_up_or_the_gap_is_told(order, store) -> None:
    """What the parts leave unexplained of the total is a gap, in minor units."""
    order.order("3", total=1050)
    fits, gap = detail.order(store, "1").sums, detail.order(store, "3").sums
    assert (
        fits.subtotal,
        fits.discount,
        fits.shipping,
        fits.tax,
        fits.total,
        fits.paid,
    ) == (2300, 100, 500, 333, 2700, 2700)
    assert (fits.gap, gap.gap) == (0, 50)


def test_the_source_dates_stand_in_the_timeline_marked(order, store) -> None:
    """An imported order shows when it was placed and paid, according to the file."""
    found = detail.order(store, "1")
    assert [(entry.kind, entry.at) for entry in found.timeline if entry.from_file] == [
        ("placed", AT),
        ("paid", PAID),
    ]
    assert [entry.kind for entry in found.activity] == ["imported"]
    assert found.timeline[-1].kind == "imported"


def test_every_action_leaves_its_line(order, store) -> None:
    """Who did what, and when, in the order in which it was done."""
    wanted = Order("1")
    tags.tag(store, wanted, "Urgent", actor="ana")
    tracking.track(store, wanted, carrier="Chronopost", number="XY1", actor="ana")
    notes.note(store, wanted, "Rappeler", actor="ana")
    messages.message(store, wanted, "Bonjour", "Votre place", actor="ana")
    refunds.refund(store, wanted, lines={"SEAT": 1}, actor="ben")
    status.archive(store, wanted, actor="ana")
    found = detail.order(store, "1")
    assert {"ana", "ben", "test"} == {entry.actor for entry in found.activity}
    assert sorted(entry.seq for entry in found.activity) == [
        entry.seq for entry in found.activity
    ]
    (mark,) = found.refunds
    assert (
        mark.state,
        [(line.sku, line.quantity) for line in mark.lines],
    ) == ("to_do", [("SEAT", 1)])
    assert mark.amount == found.sums.refunded
    assert found.messages[-1].subject == "Bonjour"
    assert [tag.name for tag in found.tags] == ["Urgent", "VIP"]
    assert found.archived_at is not None


def test_show_prints_what_the_contract_says(order, store) -> None:
    """Every key of `show --json` is there, instants with the shop's offset."""
    found = detail.order(store, "1").as_json(PARIS)
    promised = (
        "number module status payment placed_at customer total refunded currency tags "
        "archived email ip_address browser lines subtotal discount shipping tax "
        "payments activity shipments refunds messages notes"
    ).split()
    assert set() == set(promised) - set(found)
    assert found["placed_at"] == "2026-03-29T01:30:00+01:00"
    assert found["payments"][0]["at"] == "2026-03-29T03:30:00+02:00"
    assert {"carrier", "tracking_number", "tracking_url"} == set(found["shipments"][0])
    line = "sku title quantity unit_price total refunded_quantity restocked_quantity"
    assert {*line.split(), "service_at", "details"} <= set(found["lines"][0])
    assert {"seq", "at", "actor", "kind", "payload"} == set(found["activity"][0])
    assert found == json.loads(json.dumps(found))


def test_a_number_nobody_has_is_not_found(order, store) -> None:
    """Neither the number nor the id of another order will do."""
    with pytest.raises(OrderNotFound, match="999"):
        detail.order(store, "999")
    with pytest.raises(OrderNotFound):
        detail.order(store, "1", source="elsewhere")
    with pytest.raises(OrderNotFound):
        detail.order_by_id(store, 999)


def test_a_number_of_two_sources_asks_which(order, store) -> None:
    """Where two sources share a number, the source says which one is meant."""
    order.source = "other"
    order.bring(order.incoming([{"number": "1", "customer_name": "Zoé"}]))
    with pytest.raises(OrderAmbiguous, match="other, test"):
        detail.order(store, "1")
    assert detail.order(store, "1", source="other").customer.name == "Zoé"


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (SAFARI, ("Mobile Safari 18", "iOS 18.5")),
        ("curl/8.5.0", ("curl 8", None)),
        ("<b>rien</b>", (None, None)),
        ("", (None, None)),
        (None, (None, None)),
        ("Mozilla/" * 100_000, (None, None)),
    ],
)
def test_the_browser_is_named_where_it_is_known(user_agent, expected) -> None:
    """An unknown or endless user agent names nothing, and takes no time."""
    assert expected == named(user_agent)


def test_showing_an_order_loads_no_analytics() -> None:
    """`commandes show` starts without DuckDB, Polars or Streamlit."""
    script = (
        "import sys, commandes.reports.detail;"
        "print([m for m in ('duckdb', 'polars', 'streamlit') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
