"""The command line: a door to the same actions, imports and reports as the screen.

Every command takes `--json` and then prints one JSON object on standard output; an
error is one sentence on standard error, exit code 1 (2 for wrong usage).
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from commandes import words
from commandes.cli.parser import build
from commandes.cli.personal import COMMANDS as PERSONAL
from commandes.cli.printing import PRINTERS, plainly
from commandes.cli.questions import COMMANDS as QUESTIONS
from commandes.cli.verbs import COMMANDS as VERBS
from commandes.errors import CommandesError, UsageError
from commandes.settings import read as read_settings

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    as_json = "--json" in arguments
    try:
        settings = read_settings()
        words.use(settings.language)
        options = build().parse_args(arguments)
        answer = {**QUESTIONS, **VERBS, **PERSONAL}[options.command](options, settings)
    except CommandesError as error:
        return _fail(error, as_json=as_json)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    if answer is not None:
        if as_json:
            print(json.dumps(answer, ensure_ascii=False))
        else:
            PRINTERS.get(options.command, plainly)(answer)
    return 1 if answer is not None and answer.get("ok") is False else 0


def _fail(error: CommandesError, *, as_json: bool) -> int:
    if as_json:
        told = {
            "code": error.code,
            "message": error.message,
            "advice": error.what_to_do,
        }
        print(json.dumps({"error": told}, ensure_ascii=False))
    print(error, file=sys.stderr)
    return 2 if isinstance(error, UsageError) else 1
