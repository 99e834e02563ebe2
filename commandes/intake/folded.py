"""Order files as XLSX or Parquet, unfolded behind guards.

Both are folded so tightly that a small file can unfold to gigabytes, or name one cell
at the far corner of a sheet so that a dense table of it fills the memory. What a
workbook says of its own size is looked at first; then a process with limits unfolds it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from commandes.intake import sheet
from commandes.intake.sheet import Sheet
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_UNFOLD = Path(__file__).parent / "unfold.py"
_FAILED = 3  # how unfold ends when it can tell why
_MOST_BYTES = 1 << 30  # of all parts of a workbook, unfolded
# Limits for a file of no size, and more of each per megabyte of the file.
_MEGABYTES, _MEGABYTES_EACH = 600, 60
_SECONDS, _SECONDS_EACH = 4, 1
_PATIENCE = 10  # times as long by the clock as in computing time


@contextmanager
def workbook(path: Path) -> Iterator[Sheet]:
    """The workbook's first sheet; its first row that is not blank is the header."""
    with sheet.explained(path), zipfile.ZipFile(path) as parts:
        if sum(part.file_size for part in parts.infolist()) > _MOST_BYTES:
            raise _too_much(path)
    with _unfolded(path, "workbook") as cells:
        header = (cells[:1].rows() or [()])[0]
        data = sheet.without_last_blanks(cells[1:])
        yield _sheet(path, tuple(cell or "" for cell in header), data, nul=False)


@contextmanager
def parquet(path: Path) -> Iterator[Sheet]:
    """The Parquet file as a sheet; a struct gives columns `name.field`."""
    with _unfolded(path, "parquet") as cells:
        yield _sheet(path, tuple(cells.columns), cells, nul=True)


def _sheet(
    path: Path, headers: tuple[str, ...], data: pl.DataFrame, *, nul: bool
) -> Sheet:
    if not any(header.strip() for header in headers):
        raise sheet.unreadable(path, _("il est vide"))
    if len(headers) > sheet.MOST_COLUMNS:
        raise sheet.unreadable(path, _("il a plus de 16 384 colonnes"))

    def rows(columns: Sequence[int], most: int | None) -> pl.DataFrame:
        part = data if most is None else data.head(most)
        return sheet.numbered(
            part.select(part.to_series(c).alias(str(c)) for c in sorted(columns))
        )

    return Sheet(headers, rows, nul=nul)


@contextmanager
def _unfolded(path: Path, kind: str) -> Iterator[pl.DataFrame]:
    size = path.stat().st_size >> 20
    seconds = _SECONDS + _SECONDS_EACH * size
    megabytes = _MEGABYTES + _MEGABYTES_EACH * size
    with tempfile.TemporaryDirectory(prefix="commandes-") as folder:
        arrow = Path(folder) / "cells.arrow"
        words = (kind, path, arrow, megabytes, seconds)
        # -P: beside this script stand modules named like those of Python itself.
        command = [sys.executable, "-P", str(_UNFOLD), *map(str, words)]
        try:
            done = subprocess.run(  # noqa: S603 (our own program, no shell)
                command, capture_output=True, timeout=_PATIENCE * seconds, check=False
            )
        except subprocess.TimeoutExpired:
            raise _too_much(path) from None
        if done.returncode == _FAILED:
            told = done.stderr.decode(errors="replace").splitlines()[-1]
            raise sheet.unreadable(path, told[:200].rstrip(" .:"))
        if done.returncode:
            raise _too_much(path)
        with sheet.explained(path):
            cells = pl.read_ipc(arrow)
        yield cells


def _too_much(path: Path) -> Exception:
    return sheet.unreadable(path, _("il demande trop de mémoire ou de temps"))
