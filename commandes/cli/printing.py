"""Answers for people who read them on a terminal."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from commandes import words
from commandes.cli import members
from commandes.cli.backups import print_backup, print_move, print_restore
from commandes.words import _, plural

if TYPE_CHECKING:
    from collections.abc import Callable

    Answer = dict[str, Any]


def _print_list(answer: Answer) -> None:
    print(answer["sentence"])
    for row in answer["orders"]:
        placed = row["placed_at"][:16].replace("T", " ")
        total = words.money(row["total"], row["currency"])
        print(
            f"{row['number']:<12} {placed}  {(row['customer'] or '—')[:28]:<28} "
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


PRINTERS: dict[str, Callable[[Answer], None]] = {
    "list": _print_list,
    "import": _print_import,
    "verify": _print_verify,
    "backup": print_backup,
    "restore": lambda answer: print_restore(answer, plainly),
    "move": print_move,
    "people": members.as_text,
}


def plainly(answer: Answer) -> None:
    """One line for each part of an answer that has no form of its own."""
    for name, value in answer.items():
        text = (
            value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        )
        print(f"{name}: {text}")
