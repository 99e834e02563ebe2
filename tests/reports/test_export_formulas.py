"""R12: no text of a customer is a formula in a spreadsheet; numbers stay numbers."""

from __future__ import annotations

import itertools
import re
import unicodedata
import zipfile
from decimal import Decimal

import pytest
import reopened

from commandes.reports.export import FORMATS, export
from commandes.reports.export.columns import LINES, ORDERS
from commandes.reports.filters import OrderFilter

SIGNS = "=+-@＝＋－＠"
BEFORE = (
    "",
    " ",
    "\t",
    "\r",
    "\n",
    '"',
    "'",
    "\u00a0",
    "\u200b",
    "\ufeff",
    "\x01",
    ' "',
)
BODIES = ("1+1", "cmd|'/C calc'!A0", 'HYPERLINK("https://example.org";"x")')
ATTACKS = [
    *("".join(parts) for parts in itertools.product(BEFORE, SIGNS, BODIES)),
    "\tx",
    "\rx",
    "\nx",
    "+33 6 12 34 56 78",
    "-",
    "@",
    "=" * 40_000,
]
INSIDE = [
    *(f"x{at}{before}=1+1" for at in ";,\t\n\r" for before in ("", " ", '"', "\u200b")),
    "x;;＝1",
    "a;\t@b",
    "x, +33 6",
]
HARMLESS = [
    "Ana",
    "a=1",
    "06 12 34",
    "50 % - 10",
    "1,5",
    "",
    "é@example.org",
    "\x00x",
    "«=»",
    "rouge;bleu\tvert, noir\nblanc-cassé = x",
]
PAYLOADS = ATTACKS + INSIDE + HARMLESS
LONGEST = 32_767


def is_formula(text: str) -> bool:
    """What a spreadsheet may calculate, told apart without a regular expression."""
    if text[:1] in ("\t", "\r", "\n"):
        return True
    for sign in text:
        blank = unicodedata.category(sign)[0] in "ZC" or sign.isspace()
        if not blank and sign not in "\"'‘’“”":
            return sign in SIGNS
    return False


# Where readers of other separators, or of none, would begin a cell of a text file.
BREAKS = {"csv": ";\t\r\n", "csv-fr": ",\t\r\n"}


def defused(text: str, form: str) -> str:
    """The text as a file has it: an apostrophe wherever a formula could begin."""
    cells = re.split(f"([{BREAKS[form]}])", text) if form in BREAKS else [text]
    inside = (f"'{cell}" if is_formula(cell) else cell for cell in cells[2::2])
    parts = zip(cells[1::2], inside, strict=True)
    whole = cells[0] + "".join(mark + cell for mark, cell in parts)
    return f"'{whole}" if is_formula(text) else whole


@pytest.fixture
def attacked(shop):
    """An order per payload, which stands in every text that a source may give."""
    shop.bring(
        shop.incoming(
            [
                {
                    "number": f"{payload[:40_000]}{i}",
                    "source_id": str(i),
                    "customer_name": payload,
                    "email": payload,
                    "phone": payload,
                    "channel": payload,
                    "discount_codes": payload,
                    "ip_address": payload,
                    "total": -5 - i,
                    "lines": [
                        {
                            "sku": payload,
                            "title": payload,
                            "variant": payload,
                            "price": -5,
                            "details": {"seat": payload},
                        }
                    ],
                }
                for i, payload in enumerate(PAYLOADS)
            ]
        )
    )
    return shop


def written(snap, tmp_path, form, lines):
    path = tmp_path / f"{lines}.{form}"
    export(snap, OrderFilter(), format=form, path=path, lines=lines, sort="oldest")
    return path, reopened.rows(path, form)


@pytest.mark.parametrize("lines", [False, True])
@pytest.mark.parametrize("form", FORMATS)
def test_no_cell_is_a_formula_and_no_text_is_lost(
    attacked, mirror, tmp_path, form, lines
) -> None:
    """Reopened, each text is what the customer wrote, apostrophes aside."""
    assert len(ATTACKS) > 200
    columns = LINES if lines else ORDERS
    texts = {"customer", "email"} | (
        {"sku", "title", "variant"} if lines else {"phone"}
    )
    with mirror.snapshot() as snap:
        _path, rows = written(snap, tmp_path, form, lines)
    raw = form in ("parquet", "ndjson")
    for payload, row in zip(PAYLOADS, rows, strict=True):
        safe = payload if raw else defused(payload, form)
        expected = safe[:LONGEST] if form == "xlsx" else safe
        for name in texts:
            assert expected == (row[name] or "")
        for column in columns:
            text = str(row[column.code] or "")
            if column.kind == "text" and not raw and text[:1] != "'":
                assert not is_formula(text)


@pytest.mark.parametrize(("form", "marks"), [("csv", ";\t"), ("csv-fr", ",\t")])
def test_a_reader_of_another_separator_finds_no_formula_of_a_customer(
    attacked, mirror, tmp_path, form, marks
) -> None:
    """A reader that splits at each mark and line, and knows nothing of quotes."""
    with mirror.snapshot() as snap:
        path, _rows = written(snap, tmp_path, form, lines=True)
    text = path.read_text("utf-8-sig")
    for mark in marks:
        for cell in re.split(f"[{mark}\r\n]", text):
            begun = cell.lstrip(' \t\u200b\u00a0\ufeff\x01"')
            number = re.fullmatch(r"-[0-9.]+", cell)
            assert number or begun[:1] not in tuple(SIGNS), cell[:80]


@pytest.mark.parametrize("form", FORMATS)
def test_numbers_stay_numbers(attacked, mirror, tmp_path, form) -> None:
    """A negative amount is a number, not a text with an apostrophe."""
    with mirror.snapshot() as snap:
        _path, rows = written(snap, tmp_path, form, lines=False)
    cents = [Decimal(-5 - i) / 100 for i in range(len(PAYLOADS))]
    assert cents == [reopened.amount(row["total"]) for row in rows]
    if form in ("xlsx", "ndjson"):
        assert {float} == {type(row["total"]) for row in rows}


def test_a_sheet_holds_texts_and_numbers_only(attacked, mirror, tmp_path) -> None:
    """No cell of the XML is a formula or a link, whatever it displays."""
    with mirror.snapshot() as snap:
        path, _rows = written(snap, tmp_path, "xlsx", lines=True)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert not re.search(r"<f[ >]|<hyperlink", sheet)
    assert not [name for name in names if "externalLink" in name or "vba" in name]
    assert {"inlineStr", "s"} >= set(re.findall(r'<c [^>]*\bt="(\w+)"', sheet))


def test_a_csv_has_as_many_records_as_rows(attacked, mirror, tmp_path) -> None:
    """Line breaks and quotes in a text begin no record and no cell of their own."""
    with mirror.snapshot() as snap:
        for form in ("csv", "csv-fr"):
            _path, rows = written(snap, tmp_path, form, lines=False)
            assert len(PAYLOADS) == len(rows)
            assert all(len(ORDERS) == len(row) and None not in row for row in rows)
