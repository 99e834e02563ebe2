"""The pieces of the screen that are plain functions."""

from __future__ import annotations

import io
import os
import time
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandes import words
from commandes.errors import ProfileInvalid
from commandes.intake import frames
from commandes.reports.filters import OrderFilter
from commandes.reports.orders import SORTS
from commandes.rules import TAG_COLORS
from commandes.ui import (
    acting_fields,
    address,
    charts,
    files,
    importing,
    mapping,
    tables,
    theme,
)
from commandes.ui.plain import plain


@given(st.text())
def test_plain_keeps_every_letter(text):
    """A text made plain for a label loses nothing but blanks and its end."""
    kept = plain(text).replace("\u2060", "").replace("\\", "")

    expected = " ".join(text.split()).replace("\u2060", "").replace("\\", "")
    assert kept.rstrip("…") == expected[: len(kept.rstrip("…"))]


@given(st.sampled_from([*SORTS]), st.sampled_from(address.SIZES))
def test_an_address_says_what_was_asked(sort, size):
    """What is asked for and what its URL asks for are the same."""
    asked = address.Asked(OrderFilter(statuses=("new",), tags=("a&b",)), sort, size)

    assert address.understood(asked.query()) == asked


def test_an_address_of_a_wrong_size_and_sort():
    """A size or a sort that is not offered gives the usual one; the sort is said."""
    asked = address.understood({"size": ["9999999"], "sort": ["random"]})

    assert (asked.size, asked.sort) == (50, "newest")
    assert len(asked.said) == 1


@pytest.mark.parametrize(
    ("payment", "refunded", "to_do", "shown"),
    [
        ("paid", 0, 0, "paid"),
        ("paid", 100, 0, "paid_partly_refunded"),
        ("unpaid", 100, 0, "partly_refunded"),
        ("refunded", 100, 0, "refunded"),
        ("refunded", 100, 1, "refunded_to_do"),
        ("pending", 0, 0, "pending"),
    ],
)
def test_the_payment_badge(payment, refunded, to_do, shown):
    """The badge says the payment, refunds in part, and refunds still to be made."""
    assert theme.shown_payment(payment, refunded, to_do) == shown
    assert theme.payment_label(shown).endswith(theme.payment_words(shown))


def test_every_code_has_its_look():
    """Every status, payment and tag colour has words, a mark and a colour."""
    for code in words.STATUS_WORDS:
        assert theme.status_label(code) in theme.status_colors()
        assert code in theme.STATUS_ICONS
    for code in words.PAYMENT_WORDS:
        assert theme.payment_label(code) in theme.payment_colors()
        assert code in theme.PAYMENT_ICONS
    assert all(theme.tag_badge(color) for color in TAG_COLORS)


def test_articles_say_how_many_more():
    """The first titles stand there, and how many lines there are besides."""
    assert tables.articles(["Stylo", "Carnet"], 3) == "Stylo, Carnet +1"
    assert tables.articles(["Stylo"], 1) == "Stylo"
    assert tables.articles([], 0) == ""


def test_the_chart_is_the_series_to_the_cent():
    """The chart holds one currency in whole units, refunds below zero."""
    series = pl.DataFrame(
        {
            "period": [date(2026, 3, 2), date(2026, 3, 1), date(2026, 3, 1)],
            "currency": ["TND", "TND", "EUR"],
            "orders": [1, 2, 3],
            "gross": [1234, 5000, 999],
            "refunds": [234, 0, 0],
            "net": [1000, 5000, 999],
            "paid_orders": [1, 2, 3],
            "refunded_orders": [1, 0, 0],
            "moved_orders": [1, 2, 3],
        }
    )

    def behind(day, name):
        return OrderFilter(first=day, dated="refunded" if name == "refunds" else "paid")

    chart = charts.sales(series, "TND", "day", only_net=False, behind=behind)
    figure = chart.figure
    assert [list(trace.y) for trace in figure.data] == [
        [5.0, 1.234],
        [0.0, -0.234],
        [5.0, 1.0],
    ]
    assert figure.layout.separators[0] == ","
    assert chart.counts == ((2, 1), (0, 1), (2, 1))
    assert [tuple(one) for one in figure.data[1].customdata] == [
        (f"Remboursé : {words.money(0, 'TND')}", "0 commande"),
        (f"Remboursé : {words.money(-234, 'TND')}", "1 commande"),
    ]
    clicked = [{"curve_number": 1, "point_index": 1}]
    assert chart.opened(clicked) == behind(date(2026, 3, 2), "refunds")
    assert chart.opened([{"curve_number": 9, "point_index": 1}]) is None
    assert chart.opened([]) is None


@pytest.mark.parametrize("language", ["fr", "en"])
@given(minor=st.integers(0, 10**12), currency=st.sampled_from(["EUR", "JPY", "TND"]))
def test_an_amount_that_is_proposed_can_be_confirmed(language, minor, currency):
    """What a form writes into its field is read again as the same amount."""
    words.use(language)
    written = acting_fields.written(minor, currency)
    assert acting_fields.typed(written, currency) == minor


def test_an_upload_leaves_nothing_behind(settings):
    """An uploaded file stands on disk under its name while it is read, no longer."""
    with files.uploaded(settings, "../../étrange.csv", io.BytesIO(b"a,b")) as path:
        assert path.name == "étrange.csv"
        assert path.read_bytes() == b"a,b"
        assert settings.data_dir / "uploads" in path.parents

    assert list((settings.data_dir / "uploads").iterdir()) == []


def test_an_export_is_found_by_its_token_alone(settings):
    """A prepared export is found by its token and its very name, and by no other."""
    path = files.prepare(settings, "commandes.csv")
    path.write_text("x")
    token = path.parent.name

    assert files.prepared(settings, token, "commandes.csv") == path
    assert files.prepared(settings, token, "other.csv") is None
    assert files.prepared(settings, token, "../commandes.csv") is None
    assert files.prepared(settings, "..", "commandes.csv") is None
    assert files.prepared(settings, token[::-1], "commandes.csv") is None


def test_old_exports_are_forgotten(settings):
    """A new export clears away those of more than an hour, and no younger one."""
    old, young = (files.prepare(settings, "a.csv") for _ in range(2))
    past = time.time() - files.KEPT_SECONDS - 1
    os.utime(old.parent, (past, past))

    files.prepare(settings, "b.csv")

    assert not old.parent.exists()
    assert young.parent.exists()


def test_refused_rows_hold_no_formula():
    """The file of refused rows defuses what a spreadsheet would take for a formula."""
    rejects = pl.DataFrame(
        {"row": [3], "number": ["=1+1"], "reason": ["La quantité manque."]},
        schema=frames.REJECTS,
    )
    lines = importing.rejects_csv(rejects).decode("utf-8-sig").splitlines()

    assert lines == [
        "Ligne (sans l’en-tête);Commande;Raison",
        "3;'=1+1;La quantité manque.",
    ]


def test_columns_are_guessed_by_known_names():
    """Headers of other platforms, or our own words, are recognised; a header once."""
    headers = ["Order ID", "E-mail", "Total", "Divers", "Quantité", "Paid at"]
    # A column of yes and no is no date, whatever it is called.
    table = pl.DataFrame({name: ["oui"] for name in headers})
    guessed = mapping.columns(table)

    assert guessed["number"] == "Order ID"
    assert guessed["email"] == "E-mail"
    assert guessed["total"] == "Total"
    assert guessed["quantity"] == "Quantité"
    assert "Divers" not in guessed.values()
    assert "Paid at" not in guessed.values()
    assert len(set(guessed.values())) == len(guessed)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2026-03-05 10:00", "2026-12-31 14:30"),
        ("05/03/2026", "31/12/2026 14:30"),
        ("25/03/2026 10:00", "31/12/2026 14:30"),
        ("03/25/2026", "12/31/2026 14:30"),
        ("25.03.2026", "31.12.2026 14:30"),
        ("1774400000", "1798723800"),
    ],
)
def test_a_date_format_is_guessed(text, form):
    """The format that reads the dates is proposed; day first where both would do."""
    assert mapping.date_format(pl.Series([text, None, " "])) == form


def test_values_are_guessed():
    """The platforms' words for states are understood, others get the usual one."""
    assert mapping.meaning("status", "Fulfilled") == "done"
    assert mapping.meaning("status", "Annulé") == "cancelled"
    assert mapping.meaning("payment", "payée") == "paid"
    assert mapping.meaning("status", "zzz") == "new"


# With and without the time of day: a file has both.
DAYS_FIRST = ("%d-%m-%Y %H:%M", "%d-%m-%Y %H:%M:%S", "%d-%m-%Y")


def test_answers_make_a_profile_or_say_why_not():
    """What was answered becomes a profile; what makes none is refused in words."""
    settings = {
        "rows": "lines",
        "dates": "31-12-2026 14:30",
        "decimal": ",",
        "module": "events",
        "currency": "EUR",
        "timezone": "Europe/Paris",
    }
    chosen = {"number": "Réf", "placed_at": "Jour"}
    made = mapping.profile("Marché", chosen, settings, {"status": {"": "done"}})

    assert made.columns == {"number": ("Réf",), "placed_at": ("Jour",)}
    assert (made.module, made.decimal, made.dates) == ("events", ",", DAYS_FIRST)
    assert made.headers == ("Réf", "Jour")
    with pytest.raises(ProfileInvalid):
        mapping.profile("x", chosen, settings | {"timezone": "Nowhere"}, {})
