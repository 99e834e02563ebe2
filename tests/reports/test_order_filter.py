"""The filter: its parameters, its sentence, its codes in the URL."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandes.reports import periods
from commandes.reports.filters import (
    ARCHIVED,
    CARTS,
    DATED,
    PAYMENTS,
    REFUNDS,
    SIDEBAR_DATED,
    TRAITS,
    OrderFilter,
)
from commandes.rules import MODULES, STATUSES

PARIS = ZoneInfo("Europe/Paris")
TODAY = date(2026, 11, 24)


def codes(choices):
    return st.lists(st.sampled_from(choices), unique=True).map(tuple)


custom = st.fixed_dictionaries(
    {"first": st.none() | st.dates(), "last": st.none() | st.dates()}
)
named = st.fixed_dictionaries({"period": st.sampled_from([*periods.PERIODS])})
filters = st.builds(
    lambda span, **rest: OrderFilter(**span, **rest),
    span=custom | named,
    statuses=codes(STATUSES),
    payments=codes(PAYMENTS),
    modules=codes(MODULES),
    tags=st.lists(st.text(min_size=1), unique=True).map(tuple),
    dated=st.sampled_from(DATED),
    search=st.text().map(str.strip),
    archived=st.sampled_from(ARCHIVED),
    refund=st.none() | st.sampled_from(REFUNDS),
    carts=st.none() | st.sampled_from(CARTS),
    currency=st.none() | st.sampled_from(["EUR", "JPY"]),
    **dict.fromkeys(
        ("country", "channel", "promo", "means"), st.none() | st.text(min_size=1)
    ),
    weekday=st.none() | st.integers(1, 7),
    hour=st.none() | st.integers(0, 23),
    cart=st.none() | st.sampled_from(["begun", "abandoned", "recovered"]),
    delay=st.none() | st.integers(1, 525_600),
    owed=st.none() | st.just("yes"),
)


def test_an_empty_filter_gives_every_parameter() -> None:
    """Every parameter of the macro is always there; None is no filter."""
    expected = {
        "statuses": None,
        "payments": None,
        "modules": None,
        "tags": None,
        "from_at": None,
        "to_at": None,
        "dated": "placed",
        "search": None,
        "archived": "no",
        "refunds_to_do": None,
        "carts": None,
        "traits": None,
    }
    assert expected == OrderFilter().parameters(PARIS, TODAY)

    # Nor does a date of the sidebar ask for traits; one that only clicks ask for does.
    for dated in DATED:
        traits = OrderFilter(dated=dated).parameters(PARIS, TODAY)["traits"]
        plain = {"blind": None, "zone": "Europe/Paris", "now": None}
        none = {**dict.fromkeys(TRAITS), **plain}
        assert traits == (None if dated in SIDEBAR_DATED else none)
    asked = OrderFilter(channel="web").parameters(PARIS, TODAY)["traits"]
    assert asked == none | {"channel": "web"}


def test_the_last_day_is_wanted_whole() -> None:
    """A period is inclusive for people and half-open for the query."""
    march = OrderFilter(first=date(2026, 3, 1), last=date(2026, 3, 31))
    found = march.parameters(PARIS, TODAY)
    assert datetime(2026, 2, 28, 23, tzinfo=UTC) == found["from_at"]
    assert datetime(2026, 3, 31, 22, tzinfo=UTC) == found["to_at"]


def test_search_is_words():
    """Words as they were typed: the mirror folds them as it folded the texts."""
    wanted = OrderFilter(search="  Œuvre ÉTÉ ")

    assert wanted.parameters(PARIS, TODAY)["search"] == ["Œuvre", "ÉTÉ"]


@pytest.mark.parametrize("number", ["11990", "#11990"])
@pytest.mark.parametrize("sign", ["n° ", "n°", "N° "])
def test_the_sign_of_a_number_is_no_word(sign, number):
    """A number may be typed as the screen writes it."""
    wanted = OrderFilter(search=sign + number)
    assert wanted.parameters(PARIS, TODAY)["search"] == [number]


def test_a_byte_that_is_no_text_is_no_error() -> None:
    """A command line in another encoding searches for something else, and goes on."""
    found = OrderFilter(search="caf\udce9", tags=("\udcff",)).parameters(PARIS, TODAY)
    assert (found["search"], found["tags"]) == (["caf?"], ["?"])


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (OrderFilter(), "commandes non archivées"),
        (
            OrderFilter(
                payments=("paid",),
                first=date(2026, 3, 1),
                last=date(2026, 3, 31),
                tags=("Urgent",),
            ),
            "payées, du 1er au 31 mars 2026, étiquette Urgent",
        ),
        (
            OrderFilter(statuses=("new", "in_progress", "done"), modules=("events",)),
            "nouvelles, en cours ou terminées, Événements",
        ),
        (
            OrderFilter(period="today", dated="service", archived="all"),
            "prestation aujourd’hui, archivées ou non",
        ),
        (
            OrderFilter(search="stylo", tags=("A", "B"), refund="to_do", carts="no"),
            (
                "étiquettes A ou B, recherche « stylo », remboursement à effectuer, "
                "hors paniers"
            ),
        ),
        (
            OrderFilter(currency="EUR", country="FR", means="-", weekday=1, hour=0),
            "en EUR, pays FR, moyen de paiement non fourni, le lundi, à 0 h",
        ),
        (OrderFilter(tags=("{name}", "{0}")), "étiquettes {name} ou {0}"),
    ],
)
def test_the_sentence_says_the_filter(wanted, said) -> None:
    """What is filtered can be read aloud."""
    assert said == wanted.sentence()


def test_the_url_holds_only_what_differs() -> None:
    """A link is short: the default is not written."""
    wanted = OrderFilter(
        statuses=("done", "new"), payments=("paid",), first=date(2026, 3, 1)
    )
    expected = {"status": ["done", "new"], "payment": ["paid"], "from": ["2026-03-01"]}
    assert expected == wanted.query()
    assert OrderFilter().query() == {}


@given(wanted=filters)
def test_a_link_opens_the_same_filter(wanted) -> None:
    """Its link read again is the same filter; only a reversed period is said."""
    found, said = OrderFilter.from_query(wanted.query())
    assert wanted == found
    assert len(said) == wanted.is_reversed


@given(wanted=filters)
def test_a_report_has_a_usual_filter_of_its_own(wanted) -> None:
    """Where a bare address means a period, every filter still has its link."""
    usual = OrderFilter(period="this_year", dated="paid", archived="all")
    assert usual.query(usual) == {}
    found, said = OrderFilter.from_query(wanted.query(usual), usual=usual)
    assert wanted == found
    assert len(said) == wanted.is_reversed


def test_a_reversed_period_is_said() -> None:
    """One sentence with both days; a single day is no such period."""
    query = {"from": ["2026-03-02"], "to": ["2026-03-01"]}
    _wanted, said = OrderFilter.from_query(query)
    assert len(said) == 1
    assert "2026-03-01" in said[0]
    assert "2026-03-02" in said[0]
    assert OrderFilter.from_query(query | {"to": ["2026-03-02"]})[1] == ()


@given(wanted=filters)
def test_every_filter_can_be_said_and_asked(wanted) -> None:
    """No filter is without a sentence or without parameters."""
    assert wanted.sentence()
    assert len(OrderFilter().parameters(PARIS, TODAY)) == len(
        wanted.parameters(PARIS, TODAY)
    )


NAMES = ("status", "payment", "module", "period", "from", "to", "dated", "archived")
MORE = ("refund", "carts", *TRAITS)


@given(
    query=st.dictionaries(
        st.sampled_from([*NAMES, *MORE, "tag", "search", "unknown"]),
        st.lists(st.text(max_size=12), max_size=3),
    )
)
def test_a_mangled_link_is_answered(query) -> None:
    """Any URL gives a filter; each value it does not understand has its sentence."""
    wanted, said = OrderFilter.from_query(query)
    read = wanted.query()
    for name in (*NAMES, *MORE):
        lost = set(query.get(name, ())) - set(read.get(name, ()))
        spoken = sum(f"« {value} »" in sentence for value in lost for sentence in said)
        # The default is understood, and left out of the link.
        lost -= {getattr(OrderFilter(), name, None)}
        assert len(lost) <= spoken


@pytest.mark.parametrize(
    ("query", "wanted", "complaints"),
    [
        ({"status": ["shipped", "new"]}, OrderFilter(statuses=("new",)), 1),
        ({"from": ["01/03/2026"]}, OrderFilter(), 1),
        ({"from": ["20260301"]}, OrderFilter(), 1),
        ({"from": ["2026-02-30"]}, OrderFilter(), 1),
        ({"archived": ["yes", "no"]}, OrderFilter(archived="yes"), 1),
        ({"archived": ["yes", "yes"]}, OrderFilter(archived="yes"), 0),
        (
            {"period": ["today"], "from": ["2026-03-01"]},
            OrderFilter(period="today"),
            1,
        ),
        ({"status": [""]}, OrderFilter(), 1),
        ({"utm_source": ["mail"]}, OrderFilter(), 0),
    ],
)
def test_an_unknown_value_is_said(query, wanted, complaints) -> None:
    """What a link asks for in vain is never dropped silently."""
    read, said = OrderFilter.from_query(query)
    assert (wanted, complaints) == (read, len(said))


def test_an_unknown_tag_is_said_where_the_tags_are_known() -> None:
    """A tag that was deleted is named, not silently searched for."""
    wanted, said = OrderFilter.from_query({"tag": ["VIP", "Vieux"]}, known_tags=["VIP"])
    assert OrderFilter(tags=("VIP",)) == wanted
    assert "« Vieux »" in said[0]
