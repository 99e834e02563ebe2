"""Opening levels by file: read in any of the usual forms, each bad row explained."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from commandes.errors import FileUnreadable
from commandes.intake import levels

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def read(tmp_path):
    """Read a text, or bytes, as a file of levels."""

    def of(text: str | bytes) -> levels.Levels:
        path = tmp_path / "niveaux.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return levels.read(path, PARIS)

    return of


@pytest.mark.parametrize(
    "text",
    [
        "sku,quantity\nLAMP,12\nPEN,0\n",
        "sku;quantity\r\nLAMP;12\r\nPEN;0\r\n",
        "sku\tquantity\nLAMP\t12\nPEN\t0",
        "\ufeffRéférence;Quantité\nLAMP;12\nPEN;0\n",
        "Référence;Quantité\nLAMP;12\nPEN;0\n".encode("cp1252"),
        "Titre;QTÉ;Réf\nLampe;12;LAMP\nStylo;0,0;PEN\n",
        '"Code article","Stock"\n" LAMP ","12"\n\n,\n"PEN","0"\n',
    ],
)
def test_the_usual_forms_read_alike(read, text):
    """Separators, French headers and cells, encodings, blank rows, other columns."""
    found = read(text)

    assert found.wanted == [("LAMP", None, 12), ("PEN", None, 0)]
    assert found.refused == ()


@pytest.mark.parametrize(
    ("cell", "at"),
    [
        ("", None),
        ("2026-05-01T21:00:00+02:00", datetime(2026, 5, 1, 19, tzinfo=UTC)),
        ("2026-05-01 21:00", datetime(2026, 5, 1, 19, tzinfo=UTC)),
        ("01/05/2026 21:00", datetime(2026, 5, 1, 19, tzinfo=UTC)),
        ("1/5/2026 21h00", datetime(2026, 5, 1, 19, tzinfo=UTC)),
        ("01/05/2026", datetime(2026, 4, 30, 22, tzinfo=UTC)),
    ],
)
def test_dates_are_those_of_the_shop(read, cell, at):
    """As ISO or as France writes them; without a zone, the shop's."""
    assert read(f"sku;quantity;date\nSEAT;80;{cell}\n").wanted == [("SEAT", at, 80)]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (";3;", "la référence est vide"),
        ("LAMP;douze;", "« douze » n’est pas un nombre entier"),
        ("LAMP;;", "« » n’est pas un nombre entier"),
        ("LAMP;1,5;", "« 1,5 » n’est pas un nombre entier"),
        ("LAMP;1.000;", "« 1.000 » n’est pas un nombre entier"),
        ("LAMP;-3;", "un niveau n’est pas négatif"),
        ("LAMP;99999999999;", "un niveau ne dépasse pas 1\u202f000\u202f000\u202f000"),
        (f"LAMP;{'9' * 5000};", "n’est pas un nombre entier"),
        ("LAMP;3;31/02/2026", "« 31/02/2026 » n’est pas une date"),
        ("LAMP;3;demain", "« demain » n’est pas une date"),
        ("LAMP;3;9999-12-31T23:59:59-12:00", "n’est pas une date"),
        (f"{'A' * 201};3;", "200 caractères"),
        ("A\u200bB;3;", "caractères invisibles"),
        ("PEN;4;", "la référence est déjà à la ligne 1"),
    ],
)
def test_a_bad_row_is_left_out_and_explained(read, row, said):
    """The others come in; rows count from 1 below the header."""
    found = read(f"sku;quantity;date\nPEN;1;\n{row}\nMUG;2\n")

    assert [one[0] for one in found.wanted] == ["PEN", "MUG"]
    ((number, reason),) = [(one.row, one.reason) for one in found.refused]
    assert number == 2
    assert said in reason.replace("«  »", "« »")


def test_large_numbers_may_be_written_with_spaces(read):
    """As French Excel shows them, thin and fixed spaces included."""
    text = "sku;quantity\nA;1 234\nB;1\u00a0234\nC;1\u202f234,00\n"
    assert [units for _sku, _at, units in read(text).wanted] == [1234] * 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "sku"),
        ("title;price\nLampe;3\n", "sku"),
        ("sku;price\nLAMP;3\n", "quantity"),
        ("sku;quantity\nA\0;3\n", "texte"),
        (b"sku;quantity\n" + b"A;1\n" * 50_001, "50"),
        (b"x" * (11 << 20), "trop grand"),
    ],
)
def test_a_file_that_is_no_list_of_levels_is_refused(read, text, said):
    """Nothing is read of it, and the sentence says what it lacks."""
    with pytest.raises(FileUnreadable, match=said):
        read(text)


def test_no_file_is_said(tmp_path):
    """The system's own words stand in the sentence."""
    with pytest.raises(FileUnreadable, match="nope"):
        levels.read(tmp_path / "nope.csv", PARIS)
