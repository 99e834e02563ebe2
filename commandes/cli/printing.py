"""Answers for people who read them on a terminal."""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

from commandes import words
from commandes.cli import members
from commandes.cli.backups import print_backup, print_move, print_restore
from commandes.words import _, plural

if TYPE_CHECKING:
    from collections.abc import Callable

    Answer = dict[str, Any]

# What moves a terminal's cursor, clears it, names its window or turns its text around.
_STEERING = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def tame(text: str) -> str:
    """A text for a terminal, which customers, sources and files cannot steer."""
    return _STEERING.sub("\ufffd", text)


def _line(text: str) -> str:
    """A text on one line: what customers write looks like no other part."""
    return " ".join(text.split())


def as_json_text(answer: Answer) -> str:
    """An answer in JSON; what would steer a terminal is escaped in it."""
    text = json.dumps(answer, ensure_ascii=False)
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def as_text(command: str, answer: Answer) -> str:
    """An answer as people read it."""
    text = io.StringIO()
    with redirect_stdout(text):
        _PRINTERS.get(command, plainly)(answer)
    return text.getvalue()


def _print_list(answer: Answer) -> None:
    print(answer["sentence"])
    for row in answer["orders"]:
        placed = row["placed_at"][:16].replace("T", " ")
        total = words.money(row["total"], row["currency"])
        customer = _line(row["customer"] or "—")[:28]
        print(
            f"{_line(row['number']):<12} {placed}  {customer:<28} "
            f"{_(words.MODULE_WORDS[row['module']]):<28} "
            f"{_(words.STATUS_WORDS[row['status']]):<10} "
            f"{_(words.PAYMENT_WORDS[row['payment']]):<18} {total:>14}"
        )


def _print_import(answer: Answer) -> None:
    if answer["dry_run"]:
        print(_("Aperçu avant application : rien n’a été écrit."))
    for said in (
        plural("{n} ligne lue", "{n} lignes lues", answer["rows_read"]),
        plural("{n} ligne importée", "{n} lignes importées", answer["rows_imported"]),
        plural("{n} ligne refusée", "{n} lignes refusées", answer["rows_rejected"]),
        plural(
            "{n} commande nouvelle", "{n} commandes nouvelles", answer["orders_new"]
        ),
        plural(
            "{n} commande mise à jour",
            "{n} commandes mises à jour",
            answer["orders_updated"],
        ),
        plural(
            "{n} commande inchangée",
            "{n} commandes inchangées",
            answer["orders_unchanged"],
        ),
    ):
        print(said)
    if answer["orders_erased_before"]:
        print(
            plural(
                "{n} commande d’un client effacé : ses données ne sont pas revenues",
                "{n} commandes de clients effacés : leurs données ne sont pas revenues",
                answer["orders_erased_before"],
            )
        )
    print(
        _("Total du fichier : {totals}").format(totals=words.monies(answer["totals"]))
    )
    if answer["rejects"]:
        print(_("Lignes refusées, numérotées sans l’en-tête :"))
    for reject in answer["rejects"]:
        print(_("  ligne {row} : {reason}").format(**reject))


def _print_verify(answer: Answer) -> None:
    for check in answer["checks"]:
        mark = _("tient") if check["ok"] else _("ne tient pas")
        print(
            f"{check['rule']} : {mark} ({words.number(check['checked'])})"
            f"{' — ' + check['first_bad'] if check['first_bad'] else ''}"
        )
    print(_("Tête du journal : {head}").format(head=answer["head"]))


# Amounts in minor units, wherever a report has a currency beside them.
_AMOUNTS = {
    *("gross", "refunds", "net", "to_do", "done", "given_back", "total", "amount"),
    *("abandoned_value", "recovered_value", "recovered_elsewhere_value"),
}
_WIDEST = 40


def _print_rows(answer: Answer) -> None:
    """The lists of an answer as tables, headed as in an export; then what else it says.

    Numbers stand to the right; a cell is cut where it would be too wide, but for the
    last of a row.
    """
    for place, (name, value) in enumerate(answer.items()):
        if not isinstance(value, list):
            plainly({name: value})
        elif value:
            print(end="\n" if place else "")
            _print_table(value)
        elif not place:
            print(_("Rien à montrer."))


def _print_table(rows: list[Answer]) -> None:
    names = list(rows[0])
    table = [names]
    for row in rows:
        cells = [_cell(row, name) for name in names]
        table.append([*map(_cut, cells[:-1]), cells[-1]])
    widths = [max(len(line[place]) for line in table) for place in range(len(names))]
    right = [
        all(isinstance(row[name], int | float | None) for row in rows) for name in names
    ]
    for line in table:
        padded = [
            cell.rjust(width) if is_right else cell.ljust(width)
            for cell, width, is_right in zip(line, widths, right, strict=True)
        ]
        print("  ".join(padded).rstrip())


def _cell(row: Answer, name: str) -> str:
    value = row[name]
    if value is None:
        return "—"
    if name in _AMOUNTS and row.get("currency"):
        return words.money(value, row["currency"])
    if name == "rate":
        return words.per_cent(value)
    if isinstance(value, int | float):
        return str(value) if name == "id" else words.number(value)
    if name == "at" or name.endswith("_at"):
        return str(value)[:16].replace("T", " ")
    return _line(str(value))


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


_PRINTERS: dict[str, Callable[[Answer], None]] = {
    "list": _print_list,
    "import": _print_import,
    "verify": _print_verify,
    "backup": print_backup,
    "restore": lambda answer: print_restore(answer, plainly),
    "move": print_move,
    "people": members.as_text,
    "report": _print_rows,
    "stock": _print_rows,
    "imports": _print_rows,
}


def plainly(answer: Answer) -> None:
    """One line for each part of an answer that has no form of its own."""
    for name, value in answer.items():
        text = (
            value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        )
        print(f"{name}: {_line(text)}")
