"""Stock levels and the movements that made them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from commandes.actions import refunds, status, stock
from commandes.actions.orders import Order
from commandes.errors import BadFilter, ExportUnwritable
from commandes.intake import merge
from commandes.reports import dashboard
from commandes.reports import stock as report
from commandes.reports.export import lists
from commandes.reports.export.columns import MOVEMENTS

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
PAST = datetime(2020, 3, 1, 19, tzinfo=UTC)
COMING = datetime(2199, 4, 1, 19, tzinfo=UTC)


def sell(shop, number, **told):
    """An order of a live source: it takes its units out of stock."""
    merge.run(
        shop.store,
        shop.incoming([{"number": number, **told}]),
        file_name=f"{number}.csv",
        file_digest=f"{number:>064}",
        actor="Inès",
        moves_stock=True,
    )


@pytest.fixture
def shelves(shop):
    """Lamps oversold, few pens, mugs in plenty; seats of a past and a coming date."""
    stock.open_levels(
        shop.store,
        [
            ("LAMP", None, 1),
            ("PEN", None, 4),
            ("MUG", None, 90),
            ("SEAT", PAST, 10),
            ("SEAT", COMING, 10),
        ],
        actor="t",
    )
    stock.set_alert(shop.store, "PEN", 4, actor="t")
    stock.set_alert(shop.store, "MUG", 4, actor="t")
    lamps = [{"sku": "LAMP", "title": "Lampe d’été", "price": 1000, "quantity": 3}]
    sell(shop, "L1", lines=lamps, paid=3000)
    for number, at, units in (("S1", COMING, 2), ("S2", COMING, 3), ("S3", PAST, 1)):
        seats = {"sku": "SEAT", "title": "Place", "price": 500, "service_at": at}
        sell(
            shop,
            number,
            module="events",
            lines=[{**seats, "quantity": units}, {**seats, "quantity": 1}],
            paid=500 * (units + 1),
        )
    sell(
        shop,
        "cart",
        is_cart=True,
        lines=[{**seats, "quantity": 9, "service_at": COMING}],
    )
    return shop


def shown(mirror, **asked):
    with mirror.snapshot() as snap:
        return report.levels(snap, now=NOW, **asked)


def test_each_sku_and_date_has_its_level(shelves, mirror):
    """Of a date, what is left and what orders hold; carts hold nothing."""
    rows = shown(mirror)

    assert rows.select("sku", "service_at", "on_hand", "held").rows() == [
        ("LAMP", None, -2, None),
        ("MUG", None, 90, None),
        ("PEN", None, 4, None),
        ("SEAT", PAST, 8, 2),
        ("SEAT", COMING, 3, 7),
    ]
    # What was opened by file has the name that its orders give it.
    assert rows["title"].to_list() == ["Lampe d’été", None, None, "Place", "Place"]


def test_what_is_refunded_or_cancelled_is_held_no_more(shelves, mirror):
    """A seat given back is left again, once."""
    refunds.refund(shelves.store, Order("S1"), lines={"SEAT": 1}, actor="t")
    status.cancel(shelves.store, Order("S2"), restock=True, actor="t")

    coming = shown(mirror, wanted="coming")

    assert coming.select("on_hand", "held").rows() == [(8, 2)]


@pytest.mark.parametrize(
    ("wanted", "skus"),
    [
        ("oversold", ["LAMP"]),
        ("low", ["PEN"]),
        ("coming", ["SEAT"]),
        (None, ["LAMP", "MUG", "PEN", "SEAT", "SEAT"]),
    ],
)
def test_the_list_can_be_narrowed(shelves, mirror, wanted, skus):
    """Each count is that of its list."""
    with mirror.snapshot() as snap:
        rows = report.levels(snap, wanted=wanted, now=NOW)
        counts = report.counts(snap, now=NOW)

    assert rows["sku"].to_list() == skus
    assert getattr(counts, wanted or "every") == len(skus)


def test_a_search_folds_accents_and_case(shelves, mirror):
    """In sku and title; the counts are those of the search."""
    stock.open_levels(shelves.store, [("Été-01", None, 1)], actor="t")
    refunds.refund(shelves.store, Order("L1"), lines={"LAMP": 1}, actor="t")

    assert shown(mirror, search="ETE 01")["sku"].to_list() == ["Été-01"]
    assert shown(mirror, search="nope").is_empty()
    assert shown(mirror, size=2).height == 2
    with mirror.snapshot() as snap:
        assert report.counts(snap, search="lamp", now=NOW).every == 1


def test_an_unknown_narrowing_is_refused(mirror):
    """A link with a code that nobody knows."""
    with mirror.snapshot() as snap, pytest.raises(BadFilter, match="plenty"):
        report.levels(snap, wanted="plenty")


def test_oversold_levels_wait_on_the_dashboard(shelves, mirror):
    """Their number is that of the list."""
    with mirror.snapshot() as snap:
        assert dashboard.oversold(snap) == 1
    stock.adjust(shelves.store, "LAMP", 2, "retrouvées", actor="t")
    with mirror.snapshot() as snap:
        assert dashboard.oversold(snap) == 0


def test_movements_say_their_cause_order_and_author(shelves, mirror):
    """Newest first; a mark taken back is a movement of its own."""
    refunds.refund(shelves.store, Order("L1"), lines={"LAMP": 1}, actor="Bo")
    refunds.unrefund(shelves.store, Order("L1"), actor="Bo")
    stock.adjust(shelves.store, "LAMP", 2, "retrouvées", actor="Cy")
    item = shown(mirror)["id"].item(0)

    total, found = report.movements(shelves.store, item)
    _same, last = report.movements(shelves.store, item, most=1)

    assert total == 5
    assert [(m.quantity, m.cause, m.number, m.actor, m.reason) for m in found] == [
        (2, "adjustment", None, "Cy", "retrouvées"),
        (-1, "unrefund", "L1", "Bo", None),
        (1, "refund", "L1", "Bo", None),
        (-3, "order", "L1", "Inès", None),
        (1, "opening", None, "t", None),
    ]
    assert last == found[:1]
    assert (found[1].source, found[1].order_id) == ("test", shelves.id_of("L1"))


def test_what_the_platform_does_not_know_can_be_carried_back(shelves):
    """Sales and openings it knows; days are the shop's, the last one included."""
    refunds.refund(shelves.store, Order("L1"), lines={"LAMP": 1}, actor="Bo")
    stock.adjust(shelves.store, "PEN", -1, "=casse", actor="Cy")
    today = datetime.now(PARIS).date()

    def carried(first, last, **asked):
        return (
            pl.concat(report.carried(shelves.store, PARIS, first, last, **asked))
            .select("sku", "quantity", "cause", "number")
            .rows()
        )

    here = [("LAMP", 1, "refund", "L1"), ("PEN", -1, "adjustment", None)]
    assert carried(today, today) == here
    assert carried(None, None) == here
    assert len(carried(None, today, everything=True)) == 5 + 7 + 2
    assert list(report.carried(shelves.store, PARIS, None, date(2020, 1, 1))) == []


@pytest.mark.parametrize(
    ("code", "header", "row"),
    [
        (
            "csv",
            "at,sku,service_at,title,quantity,cause,",
            ",PEN,,,-1,adjustment,,,Cy,'=casse",
        ),
        (
            "csv-fr",
            "Date;Référence;Date de prestation;Article;Unités;Cause;",
            ";PEN;;;-1;Ajustement;;;Cy;'=casse",
        ),
    ],
)
def test_movements_as_a_file(shelves, tmp_path, code, header, row):
    """In codes, or in French for Excel; no cell is a formula."""
    stock.adjust(shelves.store, "PEN", -1, "=casse", actor="Cy")
    path = tmp_path / "mouvements.csv"

    count = lists.write(
        report.carried(shelves.store, PARIS, None, None),
        MOVEMENTS,
        format=code,
        path=path,
        zone=PARIS,
    )

    first, second = path.read_text(encoding="utf-8-sig").splitlines()
    assert count == 1
    assert first.startswith(header)
    assert second.endswith(row)


def test_a_file_that_cannot_be_written_is_said(shelves, tmp_path):
    """No half of it is left behind."""
    with pytest.raises(ExportUnwritable):
        lists.write(
            report.carried(shelves.store, PARIS, None, None),
            MOVEMENTS,
            format="csv",
            path=tmp_path / "nowhere" / "mouvements.csv",
            zone=PARIS,
        )
