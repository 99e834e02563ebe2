"""The command line: a door to the same actions, imports and reports as the screen.

Every command takes `--json` and then prints one JSON object on standard output; an
error is one sentence on standard error, exit code 1 (2 for wrong usage).
"""

from __future__ import annotations

import gc

# What is imported stays to the end: it is not looked through for garbage on the way,
# nor after. A small command spends a tenth of its time on that.
gc.disable()

import os
import sys
from typing import TYPE_CHECKING

from commandes import words
from commandes.cli.backups import COMMANDS as BACKUPS
from commandes.cli.parser import build
from commandes.cli.personal import COMMANDS as PERSONAL
from commandes.cli.printing import as_json_text, as_text, tame
from commandes.cli.questions import COMMANDS as QUESTIONS
from commandes.cli.verbs import COMMANDS as VERBS
from commandes.errors import CommandesError, UsageError
from commandes.settings import read as read_settings
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence

gc.freeze()
gc.enable()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    try:
        return _run(arguments)
    except BrokenPipeError:
        # Whoever read has enough (`| head -1`): nothing more is said to anybody.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(arguments: Sequence[str]) -> int:
    as_json = "--json" in arguments
    try:
        _check(arguments)
        settings = read_settings()
        words.use(settings.language)
        options = build().parse_args(arguments)
        commands = {**QUESTIONS, **VERBS, **BACKUPS, **PERSONAL}
        answer = commands[options.command](options, settings)
    except CommandesError as error:
        return _fail(error, as_json=as_json)
    except KeyboardInterrupt:
        return 130
    if answer is not None:
        if as_json:
            print(as_json_text(answer))
        else:
            print(tame(as_text(options.command, answer)), end="")
    # Here, where a reader that has gone is expected.
    sys.stdout.flush()
    return 1 if answer is not None and answer.get("ok") is False else 0


def _check(arguments: Sequence[str]) -> None:
    """Refuse what could be neither kept nor printed: bytes that are no text."""
    try:
        "".join(arguments).encode()
    except UnicodeEncodeError:
        raise UsageError(detail=_("un argument n’est pas en UTF-8")) from None


def _fail(error: CommandesError, *, as_json: bool) -> int:
    if as_json:
        told = {
            "code": error.code,
            "message": error.message,
            "advice": error.what_to_do,
        }
        print(as_json_text({"error": told}))
    print(tame(str(error)), file=sys.stderr)
    return 2 if isinstance(error, UsageError) else 1
