"""Where analyses are run: a fresh copy, a process shut in with it, one at a time."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from commandes import access, words
from commandes.errors import (
    NotebookUnavailable,
    QueryMistaken,
    QueryRefused,
    QueryTooHeavy,
    QueryTooHungry,
    QueryTooLong,
    ResultTooLarge,
)
from commandes.notebook import copying
from commandes.notebook.documented import NAMES
from commandes.notebook.process import LARGEST, LONGEST_SQL, Child, Ended, Late
from commandes.words import N_, _

if TYPE_CHECKING:
    import polars as pl

    from commandes.mirror import Mirror, Snapshot
    from commandes.settings import Settings
    from commandes.store import Store

# Seconds without any question after which process and copy are given up.
IDLE = 600.0

# The copy of a large shop takes seconds: even when the journal has moved on, it serves
# ten times as long as what it took beyond two seconds. Other shops' is always fresh.
QUICK = 2.0
WORTH = 10.0

# What was refused, by the codes of `allowed` and `child`.
_WHY = {
    "empty": N_("elle est vide"),
    "several": N_("il y en a plusieurs"),
    "not_select": N_("ce n’est pas un SELECT"),
    "parameter": N_("elle attend un paramètre"),
    "part": N_("« {about} » ne peut pas nommer une partie de requête"),
    "expression": N_("« {about} » n’est pas permis ici"),
    "table": N_("il n’y a pas de table « {about} », seulement {tables}"),
    "function": N_("la fonction « {about} » n’est pas permise ici"),
    "deep": N_("elle est trop imbriquée"),
    "long": N_("elle a plus de {longest} caractères"),
}

# DuckDB's commonest messages; the others are shown in its own words.
_SAYINGS = (
    (r'syntax error at or near "(.*)"', N_("« {about} » n’est pas attendu ici")),
    (r"SELECT clause without selection list", N_("select ne dit pas quelles colonnes")),
    (r'Referenced column "(.*?)" .*', N_("aucune colonne ne s’appelle « {about} »")),
    (
        r'Referenced table "(.*?)" .*',
        N_("aucune table de la requête ne s’appelle « {about} »"),
    ),
    (
        r'column "?(.*?)"? must appear in the GROUP BY .*',
        N_("« {about} » doit être dans le group by, ou dans une somme, un nombre…"),
    ),
    (
        r"Could not convert string '(.*?)' .*",
        N_("« {about} » n’a pas la forme attendue"),
    ),
)

# Days since 1970 of the first and the last day that Python's calendar has, but one:
# a time zone moves an instant by less.
_FIRST_DAY, _LAST_DAY = -719_161, 2_932_895

# Outcomes after which a process is not asked again.
_LIMITS = ("time", "memory", "large")


@dataclass(frozen=True)
class Answer:
    """What an analysis answers.

    Attributes:
        frame: its rows, at most as many as the settings say.
        cut: whether there were more.
        at: of when the data is (aware, UTC).
        seconds: how long it took, the copy aside.
    """

    frame: pl.DataFrame
    cut: bool
    at: datetime
    seconds: float


class Desk:
    """Runs analyses on the mirror's data; one per process, used from any thread.

    The copy is made anew when the journal has moved on; the process lives as long as
    its copy, and neither stays when nobody asks.
    """

    def __init__(self, mirror: Mirror, store: Store, settings: Settings) -> None:
        self._settings = settings
        self._store = store
        self._file = mirror.beside("notebook")
        # What a process that was killed left behind.
        copying.forget(self._file)
        self._busy = threading.Lock()
        self._copy: copying.Copy | None = None
        self._child: Child | None = None
        self._resting: threading.Timer | None = None

    def run(self, sql: str, snap: Snapshot) -> Answer:
        """Run one text on the data of a snapshot.

        Raises:
            NotAllowed: who acts now may make no analyses.
            QueryRefused: it asks for more than an analysis may see or do.
            QueryMistaken: it cannot be understood.
            QueryTooLong, QueryTooHungry, QueryTooHeavy, ResultTooLarge: a limit.
            NotebookUnavailable: there is no copy or no process to run it.
        """
        access.require("notebook.use")
        # Half a character, which no text on a screen holds, would be no UTF-8.
        sql = sql.encode(errors="replace").decode()
        if len(sql) > LONGEST_SQL:
            raise _refusal("long", "", -1, sql)
        with self._busy:
            self._rest(None)
            try:
                child, copy = self._ready(snap)
                begun = time.monotonic()
                header, body = self._asked(child, sql)
                taken = time.monotonic() - begun
            finally:
                self._rest(IDLE)
        self._check(header, sql)
        return Answer(_frame(body), bool(header.get("cut")), copy.at, taken)

    def close(self) -> None:
        """End the process and remove the copy; the next question makes both anew."""
        with self._busy:
            self._rest(None)
            self._end()
            if self._copy is not None:
                copying.forget(self._copy.file)
                self._copy = None

    @property
    def pid(self) -> int | None:
        """The number of the process that runs analyses; None while there is none."""
        child = self._child
        return child.pid if child is not None and child.lives() else None

    def _ready(self, snap: Snapshot) -> tuple[Child, copying.Copy]:
        if self._copy is None or not self._serves(self._copy, snap):
            self._end()
            self._copy = None
            self._copy = copying.make(snap, self._file, self._settings, self._store.key)
        if self._child is None or not self._child.lives():
            self._end()
            self._child = Child(self._copy.file, self._settings)
        return self._child, self._copy

    def _serves(self, copy: copying.Copy, snap: Snapshot) -> bool:
        now = datetime.now(UTC)
        age = (now - copy.at).total_seconds()
        # Its calendar ends with the day on which it was made.
        made, today = (at.astimezone(snap.zone).date() for at in (copy.at, now))
        is_current = copy.seq == snap.seq and made == today
        return is_current or age < WORTH * (copy.seconds - QUICK)

    def _asked(self, child: Child, sql: str) -> tuple[dict[str, Any], bytes]:
        try:
            header, body = child.ask(sql)
        except Late:
            return {"outcome": "time"}, b""
        except Ended:
            return {"outcome": "ended"}, b""
        if header.get("outcome") in _LIMITS:
            # What it still holds would be missing from the next one.
            self._end()
        return header, body

    def _check(self, header: dict[str, Any], sql: str) -> None:
        """Raise what stands in the place of rows."""
        outcome = header.get("outcome")
        if outcome == "rows":
            return
        about, position = str(header.get("about", "")), header.get("position", -1)
        if outcome == "refused":
            raise _refusal(str(header.get("why")), about, int(position), sql)
        if outcome == "mistake":
            place = _place(sql, int(position))
            raise QueryMistaken(detail=place + _in_words(about))
        if outcome == "time":
            limit = words.number(self._settings.notebook_seconds)
            raise QueryTooLong(seconds=limit)
        if outcome == "memory":
            raise QueryTooHungry(memory=self._settings.notebook_memory)
        if outcome == "large":
            raise ResultTooLarge(size=LARGEST // 1024**2)
        raise QueryTooHeavy

    def _rest(self, seconds: float | None) -> None:
        """Give everything up after so long, unless asked again before."""
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None
        if seconds is not None:
            self._resting = threading.Timer(seconds, self.close)
            self._resting.daemon = True
            self._resting.start()

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
            self._child = None


def _refusal(why: str, about: str, position: int, sql: str) -> QueryRefused:
    said = _(_WHY.get(why, _WHY["not_select"])).format(
        about=about, tables=words.listed(NAMES), longest=words.number(LONGEST_SQL)
    )
    return QueryRefused(detail=_place(sql, position) + said)


def _in_words(message: str) -> str:
    for pattern, said in _SAYINGS:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return _(said).format(about=found[1] if found.re.groups else "")
    return message.rstrip(".!")


def _place(sql: str, position: int) -> str:
    """Where in the text (a count of bytes), as people count; empty when not known."""
    before = sql.encode()[: max(position, 0)].decode(errors="ignore")
    if position < 0 or len(before) >= len(sql):
        return ""
    line, column = before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
    place = _("ligne {line}, caractère {column} : ")
    return place.format(line=line, column=column)


def _frame(body: bytes) -> pl.DataFrame:
    """The rows of an answer; nothing of it is believed unseen."""
    import polars as pl

    try:
        with pa.ipc.open_stream(body) as stream:
            table = stream.read_all()
        table.validate(full=True)
        frame = pl.DataFrame(pl.from_arrow(table))
    except (pa.ArrowException, pl.exceptions.PolarsError, OSError) as error:
        raise NotebookUnavailable(
            detail=_("le processus d’analyse a répondu autre chose que des lignes")
        ) from error
    if any(map(_beyond_years, frame)):
        raise QueryMistaken(detail=_("une date est hors des années 1 à 9999"))
    return frame


def _beyond_years(series: pl.Series) -> bool:
    """Whether a column holds dates that no calendar of ours has, infinity say."""
    import polars as pl

    if not isinstance(series.dtype, (pl.Date, pl.Datetime)) or series.is_empty():
        return False
    per_day = 1 if series.dtype == pl.Date else 86_400_000_000
    days = series.to_physical() // per_day
    return bool(((days < _FIRST_DAY) | (days > _LAST_DAY)).any())
