"""Tracking numbers from files as people and carriers write them."""

from __future__ import annotations

import csv

import pytest

from commandes.errors import FileUnreadable
from commandes.intake import small, tracking_file

PLAIN = [("1001", "Colissimo", "6A12345678901"), ("#1002", "", "1Z999AA10123456784")]


def _told(path):
    return [(row.order, row.carrier, row.number) for row in tracking_file.read(path)]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "header",
    [
        ("order", "carrier", "number"),
        ("commande", "transporteur", "numéro"),
        ("N° de commande", "Transporteur", "N° de suivi"),
        ("Numero de Commande", "TRANSPORTEUR", "Numéro de suivi"),
        ("Order number", "Shipping carrier", "Tracking number"),
        ("Référence commande", "Livreur", "Code de suivi"),
        ("N°", "Transporteur", "Suivi"),
    ],
)
@pytest.mark.parametrize(
    ("encoding", "ends"),
    [("utf-8", "\n"), ("utf-8-sig", "\r\n"), ("cp1252", "\r\n"), ("utf-16", "\n")],
)
def test_a_table_of_parcels_is_read(tmp_path, separator, header, encoding, ends):
    """Whatever the separator, the headers' language and the encoding."""
    file = tmp_path / "suivis.csv"
    lines = [separator.join(row) for row in (header, *PLAIN)]
    file.write_bytes((ends.join(lines) + ends).encode(encoding))

    assert _told(file) == PLAIN


def test_columns_come_in_any_order_beside_others(tmp_path):
    """Blank rows and lines before the header are left out; link and source are read."""
    file = tmp_path / "suivis.csv"
    file.write_text(
        "\n\nsuivi;poids;source;commande;lien de suivi\n"
        "7;1,2;shop;1;https://example.org/7\n"
        ";;;;\n"
        '"8;9";1,2;;2\n',
        encoding="utf-8",
    )

    first, second = tracking_file.read(file)

    assert (first.order, first.number, first.source) == ("1", "7", "shop")
    assert first.url == "https://example.org/7"
    assert (second.row, second.order, second.number) == (2, "2", "8;9")
    assert (second.url, second.source, second.carrier) == (None, None, "")


def test_codes_are_freed_of_what_spreadsheets_wrap_around_them(tmp_path):
    """Equals sign and quotes, or an apostrophe."""
    file = tmp_path / "suivis.csv"
    file.write_text(
        'commande,suivi\n"=""0012""","=""986578788855"""\n\'13,\'12345678\n',
        encoding="utf-8",
    )

    assert _told(file) == [("0012", "", "986578788855"), ("13", "", "12345678")]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "« numéro de suivi » et « commande »"),
        (b"commande;transporteur\n1;UPS\n", "« numéro de suivi »"),
        (b"suivi;transporteur\n1;UPS\n", "« commande »"),
        (b"\x00\x01\x02", "numéro de suivi"),
        (b"PK\x03\x04" + bytes(range(256)) * 9, "numéro de suivi"),
    ],
)
def test_what_is_no_table_of_parcels_is_said(tmp_path, content, why):
    """With the columns that are missing."""
    file = tmp_path / "suivis.csv"
    file.write_bytes(content)

    with pytest.raises(FileUnreadable, match=why):
        tracking_file.read(file)


def test_a_file_that_is_not_there_or_too_large_is_said(tmp_path, monkeypatch):
    """Before any of it is read."""
    with pytest.raises(FileUnreadable, match=r"nope\.csv"):
        tracking_file.read(tmp_path / "nope.csv")
    file = tmp_path / "suivis.csv"
    file.write_bytes(b"commande;suivi\n" + b"1;2\n" * 99)
    monkeypatch.setattr(small, "LARGEST", 100)
    with pytest.raises(FileUnreadable, match="dépasse"):
        tracking_file.read(file)


def test_what_python_cannot_part_is_said(tmp_path):
    """A cell beyond its limit is no crash."""
    file = tmp_path / "suivis.csv"
    file.write_text("commande;suivi\n1;" + "7" * 99, encoding="utf-8")
    before = csv.field_size_limit(50)

    try:
        with pytest.raises(FileUnreadable, match="field larger"):
            tracking_file.read(file)
    finally:
        csv.field_size_limit(before)


def test_one_number_column_is_not_read_as_the_order_too(tmp_path):
    """« numéro » alone is the parcel's; the order is asked for."""
    file = tmp_path / "suivis.csv"
    file.write_text("numéro,transporteur\n1,UPS\n", encoding="utf-8")

    with pytest.raises(FileUnreadable, match="« commande »"):
        tracking_file.read(file)
