"""What a server writes about itself: one JSON object per line, nobody's data in it."""

from __future__ import annotations

import json
import logging
import subprocess
import sys

import pytest

from commandes.logs import JsonLines

PERSON = "ana@example.org"


def _written(record, **options) -> dict:
    return json.loads(JsonLines(**options).format(record))


def _record(name: str, message: str, *arguments, **more) -> logging.LogRecord:
    error = more.pop("error", None)
    made = logging.LogRecord(
        name, logging.WARNING, "/some/where.py", 7, message, arguments, error
    )
    made.__dict__.update(more)
    return made


def _raised() -> tuple:
    try:
        int(PERSON)
    except ValueError:
        return sys.exc_info()


def test_an_event_has_its_facts():
    """Codes and numbers stand beside the name of what happened."""
    told = _written(_record("commandes.x", "action", facts={"name": "refund", "ms": 2}))

    assert (told["event"], told["name"], told["ms"]) == ("action", "refund", 2)
    assert told["at"].endswith("+00:00")


@pytest.mark.parametrize("text", [PERSON, "Ana Martin", "é", "a" * 101, "a\nb"])
def test_a_fact_that_is_no_code_is_not_written(text):
    """An address or a name that gets among the facts by mistake stays unsaid."""
    told = _written(_record("commandes.x", "action", facts={"name": text}))

    assert told["name"] == "?"


def test_an_error_is_its_kind_and_its_place():
    """The words of an error may hold anything: only where it came up is written."""
    record = _record("commandes.x", "bug %s", "ab12", error=_raised())
    told = _written(record)

    assert (told["event"], told["error"]) == ("bug ab12", "ValueError")
    assert told["trace"][-1].endswith("_raised")
    assert PERSON not in json.dumps(told)
    assert PERSON in json.dumps(_written(record, development=True))


def test_a_library_s_words_stay_out():
    """Of a library's message only the template is written, without what fills it."""
    filled = _written(_record("uvicorn.error", "refused %s", PERSON))
    whole = _written(_record("streamlit", f"refused {PERSON}"))

    assert filled["template"] == "refused %s"
    assert whole["where"] == "where:7"
    assert PERSON not in json.dumps([filled, whole])


SPEAKING = f"""
import logging, threading, warnings
from commandes import logs, server, settings
server._begin_log(settings.read({{"COMMANDES_LOG": "all"}}))
from streamlit.logger import get_logger
get_logger("streamlit.of_later").warning("refused %s", {PERSON!r})
logs.event(logging.getLogger("commandes"), "started", port=1)
died = threading.Thread(target=int, args=({PERSON!r},))
died.start()
died.join()
warnings.warn({PERSON!r}, UserWarning)
class Gone:
    def __del__(self):
        raise ValueError({PERSON!r})
Gone()
"""


def test_whatever_speaks_in_the_process_speaks_through_ours(tmp_path):
    """Streamlit's loggers, a thread that dies, a warning, an error nobody can catch."""
    said = subprocess.run(
        [sys.executable, "-c", SPEAKING],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    lines = [json.loads(line) for line in said.splitlines()]

    assert [(line["event"], line.get("error")) for line in lines] == [
        ("library", None),
        ("started", None),
        ("thread ended", "ValueError"),
        ("library", None),
        ("error ignored", "ValueError"),
    ]
    assert PERSON not in said
