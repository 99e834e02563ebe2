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
            start = file.read(64).removeprefix(codecs.BOM_UTF8)
    except OSError as error:
        raise sheet.unreadable(path, error.strerror or str(error)) from None
    if not start:
        raise sheet.unreadable(path, _("il est vide"))
    if start.startswith(_OLD_EXCEL):
        raise sheet.unreadable(path, _("c’est un ancien fichier Excel (.xls)"))
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
