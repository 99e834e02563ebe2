"""`commandes backup FILE`, `commandes restore FILE` and `commandes move --to URL`.

`commandes restore NUMBER` undoes a cancellation: what stands there is a backup when it
is a file that could be one, an order's number otherwise.
"""

from __future__ import annotations

import getpass
import zipfile
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commandes import words
from commandes.cli.progress import bar
from commandes.cli.verbs import COMMANDS as VERBS
from commandes.store import open_store
from commandes.words import _, plural

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from commandes.settings import Settings

    Answer = dict[str, Any]


def _backup(options: argparse.Namespace, settings: Settings) -> Answer:
    from commandes.backups import backup

    with closing(open_store(settings)) as store:
        manifest = backup(
            store, options.file, with_key=options.with_key, verify=options.verify
        )
    return {
        "file": str(options.file),
        "bytes": options.file.stat().st_size,
        "head": f"{manifest.seq}:{manifest.digest}",
        "orders": manifest.orders,
        "checked": manifest.checked,
        "with_key": options.with_key,
    }


def _is_backup(options: argparse.Namespace) -> bool:
    """Whether `restore` is about a file."""
    path = Path(options.number)
    if options.replace or path.suffix == ".zip":
        return True
    return path.is_file() and zipfile.is_zipfile(path)


def _restore(options: argparse.Namespace, settings: Settings) -> Answer | None:
    if not _is_backup(options):
        return VERBS["restore"](options, settings)
    from commandes.backups import restore
    from commandes.mirror import Mirror
    from commandes.reports.verify import verify

    restored = restore(
        settings,
        Path(options.number),
        actor=options.actor or getpass.getuser(),
        replace=options.replace,
        verify=options.verify,
    )
    # The mirror finds that its store is another one, and is made anew.
    with (
        closing(open_store(settings)) as store,
        closing(Mirror(store, settings)) as mirror,
    ):
        verdict = verify(store, mirror)
    return {
        "ok": verdict.ok,
        "made_at": restored.manifest.made_at,
        "restored_head": f"{restored.manifest.seq}:{restored.manifest.digest}",
        "head": str(verdict.head),
        "orders": restored.manifest.orders,
        "kept": str(restored.kept) if restored.kept else None,
        "messages_to_confirm": restored.to_confirm,
        "access_kept": restored.access_kept,
        "checks": [asdict(check) for check in verdict.checks],
    }


def _move(options: argparse.Namespace, settings: Settings) -> Answer:
    from commandes.backups import serving
    from commandes.mirror import Mirror
    from commandes.reports.verify import verify
    from commandes.store.moving import move

    there = replace(settings, database_url=options.to)
    with (
        closing(open_store(settings)) as source,
        serving.resting(source),
        closing(open_store(there)) as target,
    ):
        moved = move(
            source,
            target,
            actor=options.actor or getpass.getuser(),
            told=bar(_("Déménagement")),
        )
        with closing(Mirror(target, there)) as mirror:
            verdict = verify(target, mirror)
        return {
            "ok": verdict.ok,
            "from": source.url,
            "to": target.url,
            "rows": moved.rows,
            "orders": moved.rows["orders"],
            "head": str(verdict.head),
            "checks": [asdict(check) for check in verdict.checks],
        }


def print_move(answer: Answer) -> None:
    """What is there now, and the setting that makes it the store."""
    print(plural("{n} commande", "{n} commandes", answer["orders"]))
    print(_("Tête du journal : {head}").format(head=answer["head"]))
    print_broken(answer)
    if not answer["ok"]:
        return
    print(
        _(
            "Tout est dans {to}, relu et vérifié. Mettez COMMANDES_DATABASE_URL à "
            "cette adresse ; la base de départ n’a pas été touchée, rangez-la."
        ).format(to=answer["to"])
    )


def print_broken(answer: Answer) -> None:
    """The rules that do not hold; nothing when all do."""
    broken = _("ne tient pas")
    for check in answer["checks"]:
        if not check["ok"]:
            print(f"{check['rule']} : {broken} — {check['first_bad']}")


def print_backup(answer: Answer) -> None:
    """What a backup holds, and what it does not."""
    size = words.size(answer["bytes"])
    print(_("{file} : {size}").format(file=answer["file"], size=size))
    print(plural("{n} commande", "{n} commandes", answer["orders"]))
    print(_("Tête du journal : {head}").format(head=answer["head"]))
    if answer["checked"]:
        print(_("Les règles I1 à I5 tiennent sur la copie."))
    else:
        print(_("La copie n’a pas été vérifiée."))
    if answer["with_key"]:
        print(_("La clé du journal est dans la sauvegarde : gardez-la en lieu sûr."))
    else:
        print(
            _(
                "La clé du journal n’est pas dans la sauvegarde : gardez-la à part "
                "(journal.key ou COMMANDES_JOURNAL_KEY), sans elle rien ne se restaure."
            )
        )


def print_restore(answer: Answer, otherwise: Callable[[Answer], None]) -> None:
    """What is there now, what was kept, and what waits for a person.

    Args:
        otherwise: prints the answer about an order.
    """
    if "restored_head" not in answer:
        otherwise(answer)
        return
    print(plural("{n} commande", "{n} commandes", answer["orders"]))
    print(_("Tête du journal : {head}").format(head=answer["head"]))
    if answer["kept"]:
        print(_("La base d’avant est gardée : {file}").format(file=answer["kept"]))
    if answer["messages_to_confirm"]:
        print(
            plural(
                "{n} message est à confirmer : il attendait d’être envoyé.",
                "{n} messages sont à confirmer : ils attendaient d’être envoyés.",
                answer["messages_to_confirm"],
            )
        )
    if answer["access_kept"]:
        print(
            plural(
                "{n} personne garde l’accès décidé depuis cette sauvegarde.",
                "{n} personnes gardent l’accès décidé depuis cette sauvegarde.",
                answer["access_kept"],
            )
        )
    print_broken(answer)


COMMANDS: dict[str, Callable[[argparse.Namespace, Settings], Answer | None]] = {
    "backup": _backup,
    "restore": _restore,
    "move": _move,
}
