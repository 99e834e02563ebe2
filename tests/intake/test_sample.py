"""Sample orders: reproducible, believable, in every state, and they add up."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from commandes import rules
from commandes.intake import frames
from commandes.intake.sample import make
from commandes.store.tables import ADDRESS_FIELDS, to_micros

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
PARIS = "Europe/Paris"
DAY = 86_400_000_000
SCHEMAS = {
    "orders": frames.ORDERS,
    "lines": frames.LINES,
    "payments": frames.PAYMENTS,
    "refunds": frames.REFUNDS,
    "tags": frames.TAGS,
    "shipments": frames.SHIPMENTS,
    "notes": frames.NOTES,
}
Sample = dict[str, pl.DataFrame]


def sample(orders, seed=1, now=NOW, timezone=PARIS, **options) -> Sample:
    chunks = list(make(orders, seed, now=now, timezone=timezone, **options))
    return {
        name: pl.concat([getattr(chunk, name) for chunk in chunks]) for name in SCHEMAS
    }


def per_order(made: Sample) -> pl.DataFrame:
    """The orders with what their lines, payments and refunds come to."""
    facts = (
        made["lines"]
        .group_by("source_id")
        .agg(
            lines=pl.col("total").sum(),
            off=pl.col("discount").sum(),
            gross=(pl.col("unit_price") * pl.col("quantity")).sum(),
            line_tax=pl.col("tax").sum(),
            service_at=pl.col("service_at").min(),
            back=pl.col("refunded_quantity").sum(),
        ),
        made["payments"]
        .group_by("source_id")
        .agg(
            paid=pl.col("amount").sum(),
            first=pl.col("at").min(),
            kinds=pl.col("kind").unique().sort(),
            means=pl.col("means").unique().sort(),
            gift=pl.col("amount").filter(pl.col("means") == "Carte cadeau").sum(),
        ),
        made["refunds"]
        .group_by("source_id")
        .agg(
            refunded=pl.col("amount").sum(),
            marked=pl.col("marked_at").min(),
            state=pl.col("state").first(),
            origin=pl.col("origin").first(),
        ),
    )
    orders = made["orders"]
    for fact in facts:
        orders = orders.join(fact, on="source_id", how="left", maintain_order="left")
    payment = [
        rules.payment_status(
            total=row["total"],
            paid=row["paid"],
            refunded=row["refunded"] or 0,
            pending=row["payment_pending"],
            abandoned=row["is_cart"] and row["abandoned_at"] is not None,
        )
        for row in orders.iter_rows(named=True)
    ]
    return orders.with_columns(payment=pl.Series(payment))


@pytest.fixture(scope="module")
def made() -> Sample:
    return sample(2000)


@pytest.fixture(scope="module")
def orders(made) -> pl.DataFrame:
    return per_order(made)


@pytest.fixture(scope="module", params=[(300, 1), (300, 2), (2000, 3)], ids=str)
def small(request) -> tuple[Sample, pl.DataFrame]:
    made = sample(*request.param)
    return made, per_order(made)


@pytest.mark.parametrize("name", SCHEMAS)
def test_frames_have_the_columns_of_their_schema(made, name):
    """Every frame has exactly the columns and types that the merge expects."""
    assert dict(SCHEMAS[name]) == dict(made[name].schema)


@pytest.mark.parametrize("name", SCHEMAS)
def test_same_seed_same_orders(name):
    """The same number, seed and moment give the same orders again."""
    assert_frame_equal(sample(300)[name], sample(300)[name])


def test_another_seed_makes_other_orders():
    """Another seed gives other customers and other sums."""
    one, other = sample(300, seed=1)["orders"], sample(300, seed=2)["orders"]
    assert one["customer_name"].to_list() != other["customer_name"].to_list()
    assert one["total"].sum() != other["total"].sum()


@pytest.mark.parametrize("name", SCHEMAS)
def test_chunks_may_have_any_size(name):
    """The same orders come out whatever the size of the chunks."""
    assert_frame_equal(sample(700)[name], sample(700, chunk=137)[name])


@pytest.mark.parametrize("orders", [0, 1, 3, 50, 20_001])
def test_as_many_orders_as_asked(orders):
    """Any number can be asked for; chunks hold at most 20,000 and are labelled."""
    chunks = list(make(orders, 1, now=NOW, timezone=PARIS))
    assert orders == sum(chunk.orders.height for chunk in chunks)
    for chunk in chunks:
        assert chunk.orders.height <= 20_000
        assert (chunk.source, chunk.format, chunk.profile) == ("sample",) * 3
        assert chunk.rows_read == chunk.rows_imported == chunk.lines.height
        assert chunk.rows_rejected == chunk.gaps == 0


def test_numbers_follow_from_10001(made):
    """Orders are numbered from 10001, as text, and are their own source ids."""
    expected = [str(10_001 + k) for k in range(2000)]
    assert expected == made["orders"]["number"].to_list()
    assert expected == made["orders"]["source_id"].to_list()


def test_orders_come_by_date_of_placing():
    """Orders are placed in ascending order over the whole run, across chunks."""
    placed = sample(45_000, seed=5, chunk=20_000)["orders"]["placed_at"]
    assert placed.is_sorted()
    assert to_micros(NOW) - 730 * DAY <= placed[0]
    assert placed[-1] <= to_micros(NOW)


def test_every_order_adds_up(orders):
    """Subtotal − discount + shipping + fees + tip = total, tax included."""
    assert orders["tax_included"].all()
    total = (
        orders["subtotal"]
        - orders["discount"]
        + orders["shipping"]
        + orders["fees"]
        + orders["tip"]
    )
    assert total.to_list() == orders["total"].to_list()
    assert (orders["total"] >= 0).all()


def test_lines_add_up_to_their_order(made, orders):
    """Lines after discount, plus their discounts, make the subtotal; so does tax."""
    assert orders["subtotal"].to_list() == orders["gross"].to_list()
    assert orders["discount"].to_list() == orders["off"].to_list()
    assert (orders["lines"] + orders["off"]).to_list() == orders["gross"].to_list()
    assert orders["tax"].to_list() == orders["line_tax"].to_list()
    lines = made["lines"]
    gross = lines["unit_price"] * lines["quantity"] - lines["discount"]
    assert gross.to_list() == lines["total"].to_list()
    assert (lines["quantity"] >= 1).all()


def test_line_tax_is_the_share_of_its_rate(made):
    """A line's tax is what its French rate takes of a price that includes it."""
    lines = made["lines"]
    assert {2000, 1000, 550} == set(lines["tax_rate"])
    for total, rate, tax in lines.select("total", "tax_rate", "tax").iter_rows():
        assert abs(total - tax - total * 10_000 / (10_000 + rate)) <= 0.5


def test_positions_run_from_one_and_no_article_comes_twice(made):
    """Lines are numbered from 1 in each order, each with a sku of its own."""
    lines = made["lines"]
    by = lines.group_by("source_id").agg(
        run=(pl.col("position").sort() == pl.int_range(1, pl.len() + 1)).all(),
        alone=pl.col("sku").n_unique() == pl.len(),
    )
    assert by["run"].all()
    assert by["alone"].all()
    assert lines["sku"].null_count() == 0
    assert set(made["orders"]["source_id"]) == set(lines["source_id"])
    assert 1.8 <= lines.height / 2000 <= 2.2


def test_a_code_stands_where_a_discount_is(orders):
    """A discount has its code, and a code its discount."""
    with_code = orders["discount_codes"].is_not_null()
    assert with_code.to_list() == (orders["discount"] > 0).to_list()
    assert with_code.any()


@pytest.mark.parametrize(
    ("column", "codes"),
    [
        ("module", set(rules.MODULES)),
        ("status", set(rules.STATUSES)),
        ("payment", set(rules.PAYMENT_STATUSES)),
        ("currency", {"EUR", "CHF", "GBP", "JPY", "TND"}),
    ],
)
def test_every_code_is_met_and_no_other(small, column, codes):
    """Even 300 orders hold every module, status, payment status and currency."""
    assert codes == set(small[1][column])


def test_every_kind_of_payment_is_met(small):
    """Even 300 orders hold deposits, balances, instalments and renewals."""
    assert set(rules.PAYMENT_KINDS) == set(small[0]["payments"]["kind"])


def test_every_kind_of_refund_is_met(small):
    """Refunds to make, made, of the platform; in whole and in part."""
    kinds = small[0]["refunds"].select("origin", "state").unique().rows()
    assert {("here", "to_do"), ("here", "done"), ("platform", "done")} == set(kinds)
    refunded = small[1].filter(pl.col("refunded") > 0)
    for origin in ("here", "platform"):
        payments = refunded.filter(origin=origin)["payment"]
        assert {"paid", "refunded"} == set(payments)
    assert refunded.filter(status="cancelled").height > 0


def test_some_refunds_wait_for_three_to_ten_days(small):
    """The list of refunds to make has recent ones and some that wait for days."""
    to_do = small[0]["refunds"].filter(state="to_do")
    days = (to_micros(NOW) - to_do["marked_at"]) / DAY
    assert to_do.height >= 4
    assert ((days >= 3) & (days <= 10)).any()
    assert (days <= 11).all()
    assert to_do["done_at"].null_count() == to_do.height
    assert to_do["reference"].null_count() == to_do.height


def test_today_has_tables_slots_and_events(small):
    """The day of `now` shows services of all three modules, days ahead too."""
    zone = ZoneInfo(PARIS)
    first = datetime.combine(NOW.astimezone(zone).date(), datetime.min.time(), zone)
    today = small[1].filter(
        pl.col("service_at").is_between(to_micros(first), to_micros(first) + DAY - 1)
    )
    assert {"events", "restaurant", "booking"} == set(today["module"])
    assert today.height >= 8
    assert small[1].filter(pl.col("service_at") > to_micros(NOW) + 3 * DAY).height >= 5


def test_every_kind_of_cart_is_met(small):
    """Abandoned carts, carts still running since less than an hour, recovered ones."""
    orders = small[1]
    carts = orders.filter("is_cart")
    left = carts.filter(pl.col("abandoned_at").is_not_null())
    running = carts.filter(pl.col("abandoned_at").is_null())
    recovered = orders.filter(~pl.col("is_cart") & pl.col("abandoned_at").is_not_null())
    assert {"abandoned"} == set(left["payment"])
    assert {"pending"} == set(running["payment"])
    assert (to_micros(NOW) - running["begun_at"] < 66 * 60_000_000).all()
    assert {"new"} == set(carts["status"])
    assert carts["paid"].null_count() == carts.height
    assert (carts["begun_at"] == carts["placed_at"]).all()
    assert recovered.height > 0
    assert (recovered["first"] > recovered["abandoned_at"]).all()


def test_two_thirds_of_the_stores_carts_are_abandoned():
    """60 to 75 % of the store's carts begun had no payment within the hour."""
    orders = per_order(sample(20_000, seed=4)).filter(module="store")
    begun = orders.filter(pl.col("begun_at").is_not_null())
    abandoned = begun["abandoned_at"].is_not_null()
    assert 0.60 <= abandoned.mean() <= 0.75
    late = (begun["first"] - begun["begun_at"] > 3_600_000_000).fill_null(value=True)
    running = begun["is_cart"] & begun["abandoned_at"].is_null()
    assert (late & ~running).to_list() == abandoned.to_list()
    assert (begun["cart_id"].is_not_null()).all()


def test_tags_parcels_and_notes_are_there(small):
    """Even 300 orders hold the well-known tags, parcels and notes."""
    tags = small[0]["tags"]
    assert {"VIP", "Urgent", "Cadeau", "Fragile", "À rappeler"} <= set(tags["name"])
    assert tags.is_unique().all()
    assert small[0]["shipments"].height > 0
    assert {"client"} < set(small[0]["notes"]["author"])


def test_no_refund_exceeds_the_payments(orders):
    """Refunds are positive and never more than was paid."""
    refunded = orders.filter(pl.col("refunded").is_not_null())
    assert (refunded["refunded"] > 0).all()
    assert (refunded["refunded"] <= refunded["paid"]).all()


def test_units_come_back_only_with_a_refund(made, orders):
    """Refunded units never exceed the line's, and need a refund of the order."""
    lines = made["lines"]
    assert (lines["refunded_quantity"] <= lines["quantity"]).all()
    assert (orders.filter(pl.col("refunded").is_null())["back"] == 0).all()
    whole = orders.filter(payment="refunded")
    units = lines.join(whole.select("source_id"), on="source_id", how="semi")
    assert units["quantity"].to_list() == units["refunded_quantity"].to_list()


def test_instants_follow_each_other(made, orders):
    """Placed, then paid, then refunded; nothing but services lies after now."""
    now = to_micros(NOW)
    paid = orders.filter(pl.col("first").is_not_null())
    assert (paid["first"] >= paid["placed_at"]).all()
    refunded = orders.filter(pl.col("marked").is_not_null())
    assert (refunded["marked"] >= refunded["first"]).all()
    done = made["refunds"].filter(state="done")
    assert (done["done_at"] >= done["marked_at"]).all()
    for later in ("cancelled_at", "archived_at"):
        assert (orders[later] >= orders["placed_at"]).all()
    assert (orders["begun_at"] <= orders["placed_at"]).all()
    assert (orders["abandoned_at"] > orders["begun_at"]).all()
    assert (orders["service_at"] > orders["placed_at"]).all()
    sent = made["shipments"].join(orders, on="source_id")
    assert (sent["at"] >= sent["placed_at"]).all()
    for name, columns in {
        "orders": ["placed_at", "begun_at", "abandoned_at", "cancelled_at"],
        "payments": ["at"],
        "refunds": ["marked_at", "done_at"],
        "shipments": ["at"],
    }.items():
        for column in columns:
            assert (made[name][column] <= now).all(), (name, column)
    assert (orders["archived_at"] <= now).all()


def test_status_agrees_with_cancellation_and_age(orders):
    """Cancelled orders have their date; old ones are done, archived ones closed."""
    cancelled = orders["status"] == "cancelled"
    assert cancelled.to_list() == orders["cancelled_at"].is_not_null().to_list()
    old = orders.filter(
        ~pl.col("is_cart"), pl.col("placed_at") < to_micros(NOW) - 180 * DAY
    )
    closed = old["status"].is_in(["done", "cancelled"])
    assert closed.mean() > 0.95
    assert 0.6 < old["archived_at"].is_not_null().mean() < 0.95
    archived = orders.filter(pl.col("archived_at").is_not_null(), ~pl.col("is_cart"))
    assert {"done", "cancelled"} == set(archived["status"])


def test_payment_pending_is_a_payment_on_its_way(orders):
    """Only an unpaid transfer or a running checkout announces a payment."""
    pending = orders.filter("payment_pending")
    assert pending["paid"].null_count() == pending.height > 0
    assert {"new"} == set(pending["status"])


def test_a_gift_card_is_a_payment(orders):
    """What a gift card paid stands among the payments, as much as the order says."""
    assert orders["gift"].fill_null(0).to_list() == orders["gift_card"].to_list()
    assert (orders["gift_card"] > 0).any()


def test_a_free_order_is_paid_by_a_payment_of_nothing():
    """An order of total 0 that was placed has its payment of 0."""
    # This set has a free order that was nearly dropped.
    orders = per_order(sample(20_000, seed=7)).filter(total=0, is_cart=False)
    free = orders.filter(pl.col("status") != "cancelled")
    assert free.height > 0
    assert {"paid"} == set(free["payment"])
    assert {0} == set(free["paid"])


DETAILS = {
    "events": {"event", "date", "seat"},
    "pricing": {"plan", "period"},
    "restaurant": {"table", "covers"},
    "booking": {"slot_start", "slot_end", "service"},
}


@pytest.mark.parametrize("module", rules.MODULES)
def test_each_module_has_its_own_details(made, module):
    """Every line holds its module's facts, and a service date where there is one."""
    lines = made["lines"].join(
        made["orders"].filter(module=module).select("source_id"),
        on="source_id",
        how="semi",
    )
    dated = module in ("events", "restaurant", "booking")
    assert lines["service_at"].is_not_null().all() == dated
    assert lines["service_at"].is_null().all() == (not dated)
    if module == "store":
        assert lines["details"].null_count() == lines.height
        return
    for text in lines["details"]:
        facts = json.loads(text)
        assert DETAILS[module] == set(facts)
        assert None not in facts.values()


def test_details_agree_with_the_service_date(made):
    """An event's date and a slot's start are those of service_at, in Paris."""
    zone = ZoneInfo(PARIS)
    checked = set()
    dated = made["lines"].filter(pl.col("service_at").is_not_null())
    for at, text in dated.select("service_at", "details").iter_rows():
        facts = json.loads(text)
        served = datetime.fromtimestamp(at / 1e6, zone)
        if "date" in facts:
            assert served.date() == date.fromisoformat(facts["date"])
        elif "slot_start" in facts:
            start = datetime.fromisoformat(facts["slot_start"])
            assert served == start
            assert served.utcoffset() == start.utcoffset()
            assert start < datetime.fromisoformat(facts["slot_end"])
        checked |= set(facts)
    assert {"date", "slot_start", "covers"} <= checked


def test_everybody_goes_to_the_same_event_of_a_day(made):
    """All tickets of one moment are for one event, so seats can be counted."""
    tickets = made["lines"].filter(pl.col("sku").str.starts_with("EVT-"))
    events = tickets.group_by("service_at").agg(pl.col("title").n_unique())
    assert {1} == set(events["title"])


def test_customers_are_invented(made):
    """E-mails, phones and IP addresses stand in the ranges kept for examples."""
    orders = made["orders"]
    mails = re.compile(r"[a-z][a-z0-9.-]*\d@example\.(org|com|net)")
    assert all(mails.fullmatch(mail) for mail in orders["email"].drop_nulls())
    phones = re.compile(
        r"\+33 6 39 98 \d\d \d\d|\+33 1 99 00 \d\d \d\d|\+44 20 7946 0\d{3}"
    )
    assert all(phones.fullmatch(phone) for phone in orders["phone"].drop_nulls())
    hosts = re.compile(r"(192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}")
    assert all(hosts.fullmatch(host) for host in orders["ip_address"].drop_nulls())
    agents = orders["user_agent"].drop_nulls()
    assert agents.str.starts_with("Mozilla/5.0 (").all()
    assert agents.n_unique() >= 12


@pytest.mark.parametrize("column", ["email", "ip_address", "user_agent", "phone"])
def test_some_facts_are_missing(made, column):
    """Some orders lack an e-mail, a phone, an IP address or a browser."""
    assert 0 < made["orders"][column].null_count() < 500


def test_addresses_have_the_fields_of_the_store(made):
    """Addresses are JSON objects of known fields; most customers live in France."""
    billing = [
        json.loads(text) for text in made["orders"]["billing_address"].drop_nulls()
    ]
    for address in billing:
        assert set(address) <= set(ADDRESS_FIELDS)
        assert address["name"]
        assert address["line1"]
        assert address["zip"]
        assert address["city"]
    countries = [address["country"] for address in billing]
    assert {"FR", "BE", "CH", "LU", "GB"} <= set(countries)
    assert 0.8 < countries.count("FR") / len(countries) < 0.95
    sent = made["orders"].filter(pl.col("shipping_address").is_not_null())
    assert {"store"} == set(sent["module"])


def test_customers_return_in_several_modules(made):
    """One customer is the same person in orders of several modules."""
    by = (
        made["orders"]
        .drop_nulls("email")
        .group_by("email")
        .agg(
            pl.len(),
            names=pl.col("customer_name").n_unique(),
            modules=pl.col("module").n_unique(),
        )
    )
    assert {1} == set(by["names"])
    assert by["len"].max() >= 10
    assert (by["modules"] >= 3).sum() >= 10
    assert (by["len"] == 1).sum() >= 200


def test_most_orders_are_in_euros(made):
    """About 92 % of the orders are in euros, prices are round in each currency."""
    orders = made["orders"]
    assert 0.88 <= (orders["currency"] == "EUR").mean() <= 0.96
    lines = made["lines"].join(orders.select("source_id", "currency"), on="source_id")
    for currency, step in {"JPY": 10, "TND": 100, "CHF": 5}.items():
        prices = lines.filter(currency=currency)["unit_price"]
        assert (prices % step == 0).all()


def test_parcels_lead_to_their_carrier(made):
    """Parcels of the store have a number and an https page that ends with it."""
    sent = made["shipments"].join(made["orders"], on="source_id")
    assert {"Colissimo", "Chronopost", "Mondial Relay", "UPS"} == set(sent["carrier"])
    assert {"store"} == set(sent["module"])
    assert {"done", "in_progress"} == set(sent["status"])
    for number, url in made["shipments"].select("number", "url").iter_rows():
        assert re.fullmatch(r"[0-9A-Z]{8,18}", number)
        assert url.startswith("https://")
        assert url.endswith(f"={number}")


def test_shipping_is_free_above_a_threshold(made):
    """In the store a big order ships free unless it is express; others never pay."""
    orders = made["orders"].filter(currency="EUR")
    goods = orders["subtotal"] - orders["discount"]
    assert (orders.filter(goods >= 6000)["shipping"].is_in([0, 1290])).all()
    online = orders.filter((goods < 6000) & (orders["channel"] != "pos"))
    assert {390, 590, 1290} == set(online.filter(module="store")["shipping"])
    assert {0} == set(orders.filter(pl.col("module") != "store")["shipping"])


def test_tips_and_fees_stay_in_their_modules(made):
    """Only restaurants are tipped, only events carry fees."""
    orders = made["orders"]
    assert {"restaurant"} == set(orders.filter(pl.col("tip") > 0)["module"])
    assert {"events"} == set(orders.filter(pl.col("fees") > 0)["module"])


def test_seasons_peaks_and_growth():
    """December, evenings, week-ends and summers peak; the second year is better."""
    made = sample(30_000, seed=6)["orders"]
    orders = made.with_columns(
        pl.col("placed_at")
        .cast(pl.Datetime("us", "UTC"))
        .dt.convert_time_zone(PARIS)
        .alias("at")
    )
    store = orders.filter(module="store")
    months = store.group_by(pl.col("at").dt.month()).len().sort("len")
    assert months["at"][-1] == 12
    tables = orders.filter(pl.col("module").is_in(["restaurant", "events"]))
    months = tables.group_by(pl.col("at").dt.month()).len().sort("len")
    assert {7, 8} == set(months["at"][-2:])
    hours = dict(orders.group_by(pl.col("at").dt.hour()).len().iter_rows())
    assert hours[21] > 1.5 * hours[15] > 3 * hours[4]
    days = dict(store.group_by(pl.col("at").dt.weekday()).len().iter_rows())
    assert days[7] > days[6] > days[3]
    middle = to_micros(NOW) - 365 * DAY
    assert (orders["placed_at"] > middle).mean() > 0.55


@pytest.mark.parametrize(
    ("now", "timezone"),
    [
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), PARIS),
        (datetime(2026, 10, 25, 23, 59, tzinfo=UTC), PARIS),
        (datetime(2028, 2, 29, 12, tzinfo=UTC), "Asia/Kolkata"),
        (datetime(2026, 9, 6, 5, tzinfo=UTC), "America/Santiago"),
        (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=7), "Pacific/Apia"),
    ],
)
def test_any_moment_and_time_zone_will_do(now, timezone):
    """Clock changes, leap days and odd time zones leave the set whole and in order."""
    made = sample(300, seed=9, now=now, timezone=timezone)
    orders = per_order(made)
    assert orders["placed_at"].is_sorted()
    assert (orders["placed_at"] <= to_micros(now)).all()
    assert (made["payments"]["at"] <= to_micros(now)).all()
    assert set(rules.PAYMENT_STATUSES) == set(orders["payment"])
    today = now.astimezone(ZoneInfo(timezone)).date()
    served = [
        datetime.fromtimestamp(at / 1e6, ZoneInfo(timezone)).date()
        for at in orders["service_at"].drop_nulls()
    ]
    assert served.count(today) >= 8
