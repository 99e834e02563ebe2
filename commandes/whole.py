"""A file that appears whole or not at all."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

from commandes.errors import ExportUnwritable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """The file to write into, beside `path`: it takes its place once the block is done.

    Raises:
        ExportUnwritable: the file cannot be written; what was there stands.
    """
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        yield aside
        aside.replace(path)
    except OSError as error:
        detail = error.strerror or str(error)
        raise ExportUnwritable(file=path, detail=detail) from error
    finally:
        aside.unlink(missing_ok=True)
