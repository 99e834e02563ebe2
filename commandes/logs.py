"""What a server says about itself: one JSON object per line, never anybody's data.

Our own events carry facts: numbers, and texts that are codes. A text that is none is
not written, whatever it was. Words of libraries may hold what people typed: of theirs
only a template stands here, without what would fill it; of an error, its kind and
where it was raised.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

# Letters, digits and what parts a code, a route or a version: no @, no blank.
_CODE = re.compile(r"[A-Za-z0-9_./:{}*-]{0,100}")
_HIDDEN = "?"

# When to say what: all that happens, or trouble only.
CHOICES = ("auto", "all", "trouble")


def event(logger: logging.Logger, name: str, /, **facts: float | str | None) -> None:
    """Say that something happened.

    Args:
        name: a code, the same each time.
        facts: numbers, and texts that are codes; None is left out.
    """
    logger.info(name, extra={"facts": facts})


class JsonLines(logging.Formatter):
    """A record as one JSON object.

    Args:
        development: whether errors are written with their words, personal or not.
    """

    def __init__(self, *, development: bool = False) -> None:
        super().__init__()
        self._development = development

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        at = datetime.fromtimestamp(record.created, UTC)
        told: dict[str, object] = {
            "at": at.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        facts = getattr(record, "facts", None)
        if facts is not None:
            told["event"] = record.msg
            told |= {name: _plain(v) for name, v in facts.items() if v is not None}
        elif record.name.startswith("commandes"):
            told["event"] = record.getMessage()
        else:
            told["event"] = "library"
            told["where"] = f"{record.module}:{record.lineno}"
            # Without arguments the words may be put together already.
            if record.args or self._development:
                told["template"] = str(record.msg)
        if record.exc_info and record.exc_info[0]:
            told |= self._error(record.exc_info[0], record.exc_info[2])
            if self._development:
                told["traceback"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)

    def _error(
        self, kind: type[BaseException], raised: TracebackType | None
    ) -> dict[str, object]:
        """Its kind and where it came up; its words may hold anything."""
        frames = traceback.extract_tb(raised)
        trace = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames]
        return {"error": kind.__name__, "trace": trace}


def _plain(value: float | str) -> float | str:
    if isinstance(value, str) and not _CODE.fullmatch(value):
        return _HIDDEN
    return value


def begin(choice: str = "auto", *, development: bool = False) -> None:
    """Write the records of this process to standard error from now on.

    Args:
        choice: `all` that happens, `trouble` only, or `auto`: all, but on a terminal
            trouble only.
    """
    quiet = choice == "trouble" or (choice == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(development=development))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("commandes").setLevel(logging.WARNING if quiet else logging.INFO)
    for logger in list(logging.root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger) and logger.handlers:
            through_ours(logger)
    # A line that cannot be written would be told with all that it holds.
    logging.raiseExceptions = development
    logging.captureWarnings(capture=True)
    threading.excepthook = _thread_ended
    sys.unraisablehook = _unraisable


def through_ours(logger: logging.Logger) -> None:
    """Let a logger that writes by itself (Streamlit's do) write through ours."""
    logger.handlers = []
    logger.propagate = True


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    error = ended.exc_value
    logging.getLogger("commandes.threads").error("thread ended", exc_info=error)


def _unraisable(met: sys.UnraisableHookArgs) -> None:
    error = met.exc_value
    logging.getLogger("commandes.threads").error("error ignored", exc_info=error)
