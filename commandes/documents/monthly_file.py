"""The monthly report as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commandes.documents import monthly_html, monthly_pdf
from commandes.documents.monthly_gather import gather
from commandes.errors import BadFilter

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime
    from pathlib import Path

    from commandes.mirror import Snapshot
    from commandes.store import Store

FORMATS = ("html", "pdf")


def monthly_report(
    store: Store,
    snap: Snapshot,
    month: date,
    path: Path,
    *,
    format: str = "html",  # noqa: A002 (the option's own word)
    today: date | None = None,
    now: datetime | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write the report of a month, in the language that is spoken.

    Args:
        month: any day of it.
        format: a code of FORMATS.
        today: the day it is in the shop, which a running month is reckoned to.
        now: when it is made.
        progress: told (questions answered, questions in all).

    Raises:
        BadFilter: another format.
        BadMonth: a month still to come.
        MirrorError: orders changed while the mirror was made anew.
        ExportUnwritable: the file cannot be written.
    """
    if format not in FORMATS:
        raise BadFilter(name="format", value=format, choices=", ".join(FORMATS))
    report = gather(store, snap, month, today=today, now=now, progress=progress)
    {"html": monthly_html, "pdf": monthly_pdf}[format].write(report, path)
