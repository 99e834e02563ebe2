"""Numbers as people read them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from commandes import words


@pytest.mark.parametrize("nought", [-0.0, 0.0, 0, Decimal("-0"), Decimal(0)])
def test_a_nought_has_no_sign(nought) -> None:
    """Whichever was written first: a fall too small to show is none."""
    assert words.number(-0.0) == "0"
    assert words.number(nought) == "0"
    assert words.per_cent(-0.00001) == "0 %"
    assert words.per_cent(0.0) == "0 %"


def test_numbers_of_two_languages_are_told_apart() -> None:
    """What is kept of one language is not said in the other."""
    for _turn in range(2):
        words.use("fr")
        assert (words.number(1234.5), words.money(123450, "EUR")) == (
            "1\u202f234,5",
            "1\u202f234,50 €",
        )
        words.use("en")
        assert (words.number(1234.5), words.money(123450, "EUR")) == (
            "1,234.5",
            "€1,234.50",
        )
