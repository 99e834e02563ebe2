"""Amounts as people write them, exactly, in the minor units of their currency."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandes.intake import numbers
from commandes.intake.currencies import CURRENCIES
from commandes.rules import to_minor


def decimals(*texts: str | None, sign: str = "auto", typed=False, comma=False):
    frame = pl.DataFrame({"a": texts}, schema={"a": pl.String})
    read = numbers.decimals(frame, sign, typed=typed, comma=comma)
    return [None if d is None else d.normalize() for d in read["a"]]


WRITTEN = {
    "12": "12",
    "12.5": "12.5",
    "12,5": "12.5",
    ".5": "0.5",
    "+3": "3",
    "-4.20": "-4.2",
    "1.234,56": "1234.56",
    "1,234.56": "1234.56",
    "1.234.567": "1234567",
    "1,234,567.8": "1234567.8",
    "1 234,56 €": "1234.56",
    "1\u202f234,56\u00a0€": "1234.56",
    "1'234.50": "1234.5",
    "$1,234.56": "1234.56",
    "CA$12.00": "12",
    "12.00 EUR": "12",
    "EUR 12.00": "12",
    "(12.00)": "-12",
    "12.00-": "-12",
    "−12.00": "-12",
    "€12.00&nbsp;": "12",
    "1e-7": "1e-7",
    "1.5e+2": "150",
}


@pytest.mark.parametrize("text", WRITTEN)
def test_an_amount_is_read_as_its_writer_meant(text):
    """Signs of currency, spaces and accounting are no part of the number."""
    assert decimals(text) == [Decimal(WRITTEN[text]).normalize()]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "12abc34",
        "1,2,3",
        "12.3.4",
        "0x10",
        "nan",
        "inf",
        "--1",
        "1 2",
        "9" * 20,
    ],
)
def test_what_is_no_amount_is_not_guessed(text):
    """Unreadable is null, and the row is explained; never nought, never a part."""
    assert decimals(text) == [None]


@pytest.mark.parametrize(
    ("others", "sign", "expected"),
    [
        ((), "auto", "1.234"),
        ((), ",", "1234"),
        ((), ".", "1.234"),
        (("12,50",), "auto", "1234"),
        (("12.50",), "auto", "1.234"),
        (("1.234.567",), "auto", "1234"),
        (("12,50",), ".", "1.234"),
    ],
)
def test_three_digits_behind_a_point_mean_what_the_file_shows(others, sign, expected):
    """The profile's sign decides, else the file's own unambiguous amounts."""
    assert decimals("1.234", *others, sign=sign)[0] == Decimal(expected).normalize()


def test_a_file_with_both_signs_leaves_a_doubtful_amount_unread():
    """1.234 beside 12,50 and 12.50 may be either: it is not guessed."""
    read = decimals("12,50", "12.50", "1.234")

    assert read == [Decimal("12.5"), Decimal("12.5"), None]


def test_a_file_parted_by_semicolons_more_likely_has_decimal_commas():
    """12,500 alone in such a file is twelve and a half."""
    assert decimals("12,500", comma=True) == [Decimal("12.5")]
    assert decimals("12,500") == [Decimal(12500).normalize()]


def test_a_number_cell_has_a_decimal_point_whatever_the_profile_says():
    """A spreadsheet's 1.234 is not a thousand because its CSV has commas."""
    assert decimals("1.234", "12,5", typed=True) == [Decimal("1.234"), Decimal("12.5")]


@given(
    amount=st.decimals(-(10**9), 10**9, places=6),
    currency=st.sampled_from(sorted(CURRENCIES)),
)
def test_minor_units_are_those_of_the_rules(amount, currency):
    """Half away from zero, with the decimals of ISO 4217, as rules.to_minor."""
    frame = pl.DataFrame({"a": [str(amount)], "c": [currency]}).select(
        pl.col("a").str.to_decimal(scale=10).cast(numbers.EXACT), "c"
    )
    found = frame.select(numbers.minor(pl.col("a"), numbers.factors("c")))

    assert to_minor(amount, currency) == found.item()


def test_a_line_is_rounded_once_after_its_price_times_its_quantity(reading):
    """Three units at 0.335 cost 1.01 (1.005), not three times 0.34."""
    found = reading("n,d,a,q,p\n1,01/02/2026,x,3,0.335\n2,01/02/2026,x,1,1.005\n")

    assert found.orders["total"].to_list() == [101, 101]
    assert found.lines["unit_price"].to_list() == [34, 101]
