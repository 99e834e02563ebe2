"""Search and sort fold a text the same way in Python and in the mirror."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandes.mirror import schema
from commandes.rules import fold

REALISTIC = [
    "Été à l’Œuvre",
    "Straße ẞ",
    "Łódź Żółć",
    "Ærø Ødegård Đorđe Þórr ð",
    "İstanbul ışık",
    "Ñandú ÇEDILLA ÿ Ÿ",
    "N² 1º 2ª m³",
    "ﬁn ﬂeur eﬀet…",
    "a\u00a0b\u202fc\u2009d",
    "Α ά Й ё",
    "日本 한국",
    "trait‑union",
    "e\u0301te\u0301",
    "🎉 100 €",
    "",
]
LETTERS = "aZ09 éÉàçœŒæÆßłŁøØđĐðþıİñüÿ’'-.@#ºª²…ﬁ\u00a0日ά"


@pytest.fixture(scope="module")
def folded():
    connection = duckdb.connect()
    schema.create(connection)

    def ask(text):
        answer = connection.sql("select fold($text)", params={"text": text})
        return answer.pl().item()

    return ask


@pytest.mark.parametrize("text", REALISTIC)
def test_a_text_is_folded_alike_on_both_sides(folded, text) -> None:
    """What a customer may be called folds the same in Python and in DuckDB."""
    assert fold(text) == folded(text)


@given(text=st.text(alphabet=LETTERS, max_size=30))
def test_any_mix_of_letters_is_folded_alike_on_both_sides(folded, text) -> None:
    """Every mix of the letters of European names folds the same on both sides."""
    assert fold(text) == folded(text)
