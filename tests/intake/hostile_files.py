"""Files made to break a reader: generated ones, mutated ones, and bombs."""

from __future__ import annotations

import io
import random
import zipfile
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ["n", "d", "a", "q", "p", "t", "c"]
VALUES = {
    "n": ["1", "2", "2", "C3", "", "#4", "😀", "=1+1", "\u202e12", "'5", "0" * 300],
    "d": ["01/02/2026", "31/02/2026", "2026-02-01", "99/99/9999", "", "0000-00-00"],
    "a": [
        "x",
        "=cmd()",
        "@SUM(1)",
        "é\u0301",
        "\u200f\u202e abc",
        "a,b;c",
        'a"b',
        "<b>",
    ],
    "q": ["1", "2", "-1", "0", "1.5", "1e9", "", "٣", "x"],
    "p": ["1", "1.234,56", "1,234.56", "1.234", "-5", "1e400", "nan", "", "€ 3,10"],
    "t": ["1", "", "99999999999999999", "-1", "abc", "1 000,00"],
    "c": ["EUR", "usd", "JPY", "", "XXX", "€", "EUR\u00a0"],
}
POISONS = [b"\0", b'"', b"\r", b"\n", b"\xff", b"\xef\xbb\xbf", b"\x1a", b"\x85"]
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>",
    "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/s.xml"/>'
    "</Relationships>",
}
HEADER_ROW = (
    '<row r="1">'
    + "".join(
        f'<c r="{letter}1" t="inlineStr"><is><t>{name}</t></is></c>'
        for letter, name in zip("ABCDE", "ndaqp", strict=True)
    )
    + "</row>"
)


def generated(seed: int) -> tuple[bytes, int | None]:
    """A file of hostile values in a random dress, and its number of data rows.

    The number is None when the dress itself was damaged afterwards.
    """
    dice = random.Random(seed)  # noqa: S311 (a test's dice)
    separator = dice.choice(",;\t|")
    ends = dice.choice(["\n", "\r\n", "\r"])
    rows = dice.randint(0, 30)
    lines = [separator.join(COLUMNS)]
    for _row in range(rows):
        cells = [dice.choice(VALUES[column]) for column in COLUMNS]
        # A row without anything at all would be a blank line.
        cells[2] = cells[2] or "x"
        lines.append(separator.join('"' + c.replace('"', '""') + '"' for c in cells))
    text = ends.join(lines) + ends
    encoding = dice.choice(["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    content = text.encode(encoding, errors="replace")
    if dice.random() < 0.5:
        return content, rows
    for _poison in range(dice.randint(1, 5)):
        place = dice.randrange(len(content) + 1)
        content = content[:place] + dice.choice(POISONS) + content[place:]
    return content, None


def mutated(content: bytes, dice: random.Random) -> bytes:
    """The file with some bytes cut, doubled, replaced or put in, or its lines mixed."""
    data = bytearray(content)
    for _change in range(dice.randint(1, 6)):
        place = dice.randrange(len(data) + 1)
        kind = dice.randrange(6)
        if kind == 0:
            del data[place : place + dice.randint(1, 30)]
        elif kind == 1:
            data[place:place] = dice.choice([*POISONS, b",", b";", b"-1", b"1.234,56"])
        elif kind == 2:
            data[place : place + 1] = bytes([dice.randrange(256)])
        elif kind == 3:
            other = dice.randrange(len(data) + 1)
            data[place:place] = data[other : other + dice.randint(1, 200)]
        elif kind == 4:
            data = data[: max(1, place)]
        else:
            lines = bytes(data).split(b"\n")
            dice.shuffle(lines)
            data = bytearray(b"\n".join(lines))
        data = data or bytearray(b"x")
    return bytes(data)


def workbook(rows: str, more: dict[str, str] | None = None) -> bytes:
    """A workbook whose sheet holds these rows of XML, well-formed or not."""
    sheet = f'<worksheet xmlns="{_SHEET}"><sheetData>{rows}</sheetData></worksheet>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, part in (
            _PARTS | {"xl/worksheets/s.xml": sheet} | (more or {})
        ).items():
            parts.writestr(name, part)
    return file.getvalue()


def _far_corner() -> bytes:
    return workbook(
        HEADER_ROW + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )


def _hidden_corner() -> bytes:
    return workbook(
        HEADER_ROW + f'<row r="2"><c {" " * 5000}r="XFD1048576"><v>1</v></c></row>'
    )


def _blown_up() -> bytes:
    return workbook(HEADER_ROW + " " * 300_000_000)


def _shared_texts() -> bytes:
    texts = "<si><t>a</t></si>" * 6_000_000
    return workbook(
        HEADER_ROW, {"xl/sharedStrings.xml": f'<sst xmlns="{_SHEET}">{texts}</sst>'}
    )


def _dense_table() -> bytes:
    row = "<row>" + "<c><v>1</v></c>" * 100 + "</row>"
    return workbook(HEADER_ROW + row * 40_000)


def _parquet(frame: pl.DataFrame) -> bytes:
    file = io.BytesIO()
    frame.write_parquet(file)
    return file.getvalue()


def _many_rows() -> bytes:
    return _parquet(pl.select(n=pl.repeat("1", 20_000_000)))


def _long_texts() -> bytes:
    long = pl.repeat("x" * 30_000, 12_000)
    return _parquet(pl.select(n=pl.repeat("1", 12_000), d=long, a=long))


BOMBS = {
    "a cell at the far corner.xlsx": _far_corner,
    "a cell hidden at the far corner.xlsx": _hidden_corner,
    "a sheet of blanks.xlsx": _blown_up,
    "millions of shared texts.xlsx": _shared_texts,
    "a dense table.xlsx": _dense_table,
    "twenty million rows.parquet": _many_rows,
    "a long text many times.parquet": _long_texts,
    "100 000 columns.csv": lambda: b",".join(b"c%d" % n for n in range(100_000)) * 2,
    "a cell of 60 MB.csv": lambda: b"n,d,a,q,p\n1,2,3,4," + b"x" * 60_000_000,
    "a quote never closed.csv": lambda: b'n,d,a,q,p\n1,"' + b"x,1,2\n" * 5_000_000,
    "only quotes.csv": lambda: b"n,d,a,q,p\n" + b'"' * 20_000_001,
    "only separators.csv": lambda: b"n,d,a,q,p\n" + b"," * 20_000_000,
    "only line ends.csv": lambda: b"n,d,a,q,p\n" + b"\n" * 20_000_000,
    "a header without end.csv": lambda: b"n" * 60_000_000,
    "only NUL.csv": lambda: bytes(50_000_000),
    "a deep object.ndjson": lambda: b'{"a":' * 2_000_000,
    "many keys.ndjson": lambda: b"".join(b'{"k%d":1}\n' % n for n in range(40_000)),
}


def write_bomb(name: str, folder: Path) -> Path:
    """The bomb as a file."""
    path = folder / name
    path.write_bytes(BOMBS[name]())
    return path
