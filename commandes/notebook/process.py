"""The parent's side of the shut-in process: starting, asking, ending in time."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commandes.errors import NotebookUnavailable
from commandes.notebook import frames
from commandes.words import _

if TYPE_CHECKING:
    from commandes.settings import Settings

_ROOT = Path(__file__).parents[2]
# What an answer may weigh, and a text.
LARGEST = 32 * 1024**2
LONGEST_SQL = 20_000
# The process is interrupted at its limit, and killed this much later: with the kill
# itself it is over half a second after the limit.
KILL_AFTER = 0.4
_START = 30.0
_CHUNK = 1024 * 1024


class Ended(Exception):  # noqa: N818 (never seen by people)
    """The process is gone, or answers nothing that can be understood."""


class Late(Exception):  # noqa: N818 (never seen by people)
    """The process has not answered in time."""


class Child:
    """One shut-in process over one copy; used by one thread at a time."""

    def __init__(self, file: Path, settings: Settings) -> None:
        """Start it, and wait until it has shut itself in.

        Raises:
            NotebookUnavailable: it does not come up.
        """
        self._settings = settings
        # A folder where there is nothing, and that is gone once it stands in it.
        with tempfile.TemporaryDirectory() as nowhere:
            try:
                self._process = subprocess.Popen(  # noqa: S603 (our own program)
                    [
                        *(sys.executable, "-P", "-m", "commandes.notebook.child"),
                        *(str(file), settings.notebook_memory, settings.timezone),
                    ],
                    cwd=nowhere,
                    env={"PYTHONPATH": str(_ROOT)},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )
                self._receive(_START)
            except (Ended, Late, OSError) as error:
                self.end()
                raise NotebookUnavailable(
                    detail=_("le processus d’analyse ne démarre pas")
                ) from error

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def lives(self) -> bool:
        """Whether it can be asked."""
        return self._process.poll() is None

    def ask(self, sql: str) -> tuple[dict[str, Any], bytes]:
        """Have a text run; what it answers, header and body.

        Raises:
            Late: it went beyond the limit, and has been ended.
            Ended: it went down by itself.
        """
        asked = {
            "sql": sql,
            "seconds": self._settings.notebook_seconds,
            "rows": self._settings.notebook_rows,
            "bytes": LARGEST,
        }
        try:
            self._send(asked)
            return self._receive(self._settings.notebook_seconds + KILL_AFTER)
        except (Ended, Late):
            self.end()
            raise

    def end(self) -> None:
        """End it, whatever it is doing."""
        process = getattr(self, "_process", None)
        if process is None:
            return
        with suppress(OSError):
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                pipe.close()

    def _send(self, header: dict[str, Any]) -> None:
        try:
            frames.write(self._process.stdin.fileno(), header)  # type: ignore[union-attr]
        except OSError as error:
            raise Ended from error

    def _receive(self, seconds: float) -> tuple[dict[str, Any], bytes]:
        until = time.monotonic() + seconds
        lengths = frames.LENGTHS.unpack(self._exactly(frames.LENGTHS.size, until))
        # A stream of Arrow is somewhat larger than its columns.
        if lengths[0] > frames.LONGEST or lengths[1] > 2 * LARGEST:
            raise Ended
        try:
            header = json.loads(self._exactly(lengths[0], until))
        except ValueError as error:
            raise Ended from error
        return header, self._exactly(lengths[1], until)

    def _exactly(self, size: int, until: float) -> bytes:
        taken = bytearray()
        pipe = self._process.stdout.fileno()  # type: ignore[union-attr]
        with selectors.DefaultSelector() as waiting:
            waiting.register(pipe, selectors.EVENT_READ)
            while len(taken) < size:
                if not waiting.select(max(0.0, until - time.monotonic())):
                    raise Late
                more = os.read(pipe, min(size - len(taken), _CHUNK))
                if not more:
                    raise Ended
                taken += more
        return bytes(taken)
