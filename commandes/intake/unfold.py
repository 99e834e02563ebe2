"""Unfold a workbook or a Parquet file, in a process of its own.

`python unfold.py KIND FILE ARROW MEGABYTES SECONDS` writes its cells
as text. A small file can unfold to gigabytes, or take minutes, in more ways than can be
told beforehand; here it meets limits that end this process and no other.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator

FAILED = 3  # the exit code when it can tell why
_MANY = 1_000_000  # rows; so many need some bytes each
_TEXT_BYTES = 200 << 20
_UNFOLDED = 50  # bytes of text per byte of the file
_DATE, _TIME = "%Y-%m-%d", "%H:%M:%S%.6f"


class TooMuchError(Exception):
    """The file would unfold to more than it can mean."""


def limit(megabytes: int, seconds: int) -> None:
    """Let this process have no more memory and computing time, where that exists."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_DATA, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def workbook(path: Path) -> pl.DataFrame:
    """The first sheet as columns of text; its header is the first row."""
    import fastexcel

    book = fastexcel.read_excel(path)
    return book.load_sheet(0, header_row=None, dtypes="string").to_polars()


def parquet(path: Path) -> pl.DataFrame:
    """The columns as text; a struct gives columns `name.field`."""
    plan = pl.scan_parquet(path)
    height = plan.select(pl.len()).collect().item()
    if height > _MANY and height > path.stat().st_size:
        raise TooMuchError
    leaves = list(_leaves(plan.collect_schema()))
    texts = (_text(plan.select(_at(names)).collect().to_series()) for names in leaves)
    return pl.DataFrame(
        [text.alias(".".join(names)) for text, names in zip(texts, leaves, strict=True)]
    )


def _leaves(
    schema: Any,  # noqa: ANN401 (a schema, or the fields of a struct)
    above: tuple[str, ...] = (),
) -> Iterator[tuple[str, ...]]:
    for name, dtype in dict(schema).items():
        if isinstance(dtype, pl.Struct):
            yield from _leaves({f.name: f.dtype for f in dtype.fields}, (*above, name))
        else:
            yield (*above, name)


def _at(names: tuple[str, ...]) -> pl.Expr:
    expression = pl.col(names[0])
    for name in names[1:]:
        expression = expression.struct.field(name)
    return expression


def _text(values: pl.Series) -> pl.Series:  # noqa: PLR0911 (one for each kind)
    """The column as text: numbers in full, instants with their offset."""
    dtype = values.dtype
    if dtype == pl.String:
        return values
    if dtype.is_float():
        whole = (values == values.floor()) & (values.abs() < 2**53)
        if (whole | values.is_null()).all():
            return values.cast(pl.Int64).cast(pl.String)
        return values.cast(pl.Float64).cast(pl.String)
    if isinstance(dtype, pl.Datetime):
        if dtype.time_zone:
            in_utc = values.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
            return in_utc.dt.strftime(f"{_DATE} {_TIME}") + " +0000"
        return values.dt.strftime(f"{_DATE} {_TIME}")
    if dtype == pl.Date:
        return values.dt.strftime(_DATE)
    if dtype == pl.Time:
        return values.dt.strftime("%H:%M:%S")
    if isinstance(dtype, pl.List):
        return values.cast(pl.List(pl.String)).list.join(", ")
    if dtype == pl.Binary:
        return values.cast(pl.String, strict=False)
    return values.cast(pl.String)


def main() -> int:
    """Run with the command line's arguments; the reason of a failure on stderr."""
    kind, path, arrow, megabytes, seconds = sys.argv[1:]
    limit(int(megabytes), int(seconds))
    try:
        frame = {"workbook": workbook, "parquet": parquet}[kind](Path(path))
        frame = frame.cast(pl.String)
        sizes = frame.select(pl.all().str.len_bytes().cast(pl.UInt64).sum())
        most = max(_TEXT_BYTES, _UNFOLDED * Path(path).stat().st_size)
        if any((size or 0) > most for size in sizes.row(0)):
            raise TooMuchError  # noqa: TRY301 (one way out for every refusal)
        frame.write_ipc(arrow, compression="uncompressed")
    except TooMuchError:
        return 1
    except Exception as error:  # noqa: BLE001 (told to the process that asked)
        sys.stderr.write(f"\n{str(error).strip().splitlines()[0]}")
        return FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
