"""Which kind of file it is, told by its first bytes, whatever its name says."""

from __future__ import annotations

import codecs
from contextlib import contextmanager
from typing import TYPE_CHECKING

from commandes.intake import csvfile, folded, ndjsonfile, sheet
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from commandes.intake.sheet import Sheet

_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


@contextmanager
def opened(path: Path) -> Iterator[Sheet]:
    """The file as a sheet, as long as the block runs.

    Raises:
        FileUnreadable: it is not there, or no CSV, TSV, XLSX, Parquet or NDJSON file.
    """
    try:
        with path.open("rb") as file:
            start = file.read(4096).removeprefix(codecs.BOM_UTF8)
    except OSError as error:
        raise sheet.unreadable(path, error.strerror or str(error)) from None
    if not start:
        raise sheet.unreadable(path, _("il est vide"))
    if start.startswith(_OLD_EXCEL):
        raise sheet.unreadable(path, _("c’est un ancien fichier Excel (.xls)"))
    if _is_binary(start):
        raise sheet.unreadable(path, _("ce n’est pas un tableau"))
    if start.startswith(b"PAR1"):
        reader = folded.parquet
    elif start.startswith(b"PK\x03\x04"):
        reader = folded.workbook
    elif start.lstrip().startswith(b"{"):
        reader = ndjsonfile.opened
    else:
        reader = csvfile.opened
    with reader(path) as opened_sheet:
        yield opened_sheet


def _is_binary(start: bytes) -> bool:
    """Whether bytes are those of a picture, a program… and of no table we read."""
    if start.startswith(
        (b"PAR1", b"PK\x03\x04", codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    ):
        return False
    if start[1::2].count(0) > len(start) // 4:  # UTF-16 without its mark
        return False
    odd = sum(byte < 32 and byte not in b"\t\n\r\f\x1b\0" for byte in start)  # noqa: PLR2004 (a space)
    return odd > len(start) // 20
