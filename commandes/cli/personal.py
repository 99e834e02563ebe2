"""The commands about personal data: one customer's, and how long any is kept."""

from __future__ import annotations

import getpass
from typing import TYPE_CHECKING, Any

from commandes.errors import UsageError
from commandes.store import open_store
from commandes.words import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from commandes.privacy import Outcome
    from commandes.settings import Settings
    from commandes.store import Store

    Answer = dict[str, Any]


def _customer(options: argparse.Namespace, settings: Settings) -> Answer:
    store = open_store(settings)
    try:
        if options.what == "export":
            return _export(store, options, settings)
        return _erase(store, options, settings)
    finally:
        store.close()


def _export(store: Store, options: argparse.Namespace, settings: Settings) -> Answer:
    from commandes.actions import readings
    from commandes.documents import customer_file
    from commandes.reports.dossier import dossier

    if not options.email or options.output is None:
        raise UsageError(detail=_("il faut un e-mail, et -o FICHIER"))
    found = dossier(store, options.email)
    chosen = options.format or ("json" if options.output.suffix == ".json" else "html")
    readings.note(
        store,
        "customer_export",
        len(found.orders),
        actor=options.actor or getpass.getuser(),
    )
    count = customer_file(found, options.output, settings.zone, chosen)
    return {"file": str(options.output), "count": count}


def _erase(store: Store, options: argparse.Namespace, settings: Settings) -> Answer:
    from commandes import privacy
    from commandes.actions.orders import Order

    order = Order(options.order, options.source) if options.order else None
    if bool(options.email) == (order is not None):
        raise UsageError(detail=_("il faut un e-mail, ou --order NUMÉRO"))
    if options.dry_run:
        return _told(privacy.outlook(store, settings, options.email, order), dry=True)
    done = privacy.erase(
        store,
        settings,
        options.email,
        order,
        actor=options.actor or getpass.getuser(),
        key=options.key,
    )
    return _told(done, dry=False)


def _told(outcome: Outcome, *, dry: bool) -> Answer:
    receipt, files = outcome.receipt, outcome.files
    return {
        **receipt.result,
        **{k: v for k, v in vars(receipt).items() if k != "result"},
        "changed": receipt.changed and not dry,
        "dry_run": dry,
        "files_waiting": files.waiting,
        "files_removed": list(files.removed),
        "logs": list(files.logs),
        "files_by_hand": list(files.by_hand),
        "tags": list(outcome.tags),
        "compacted": outcome.compacted,
        "unserved": list(outcome.unserved),
    }


def _retain(options: argparse.Namespace, settings: Settings) -> Answer:
    from commandes import privacy
    from commandes.actions import retain

    store = open_store(settings)
    try:
        if options.dry_run:
            done = retain.due(store)
        else:
            who = options.actor or getpass.getuser()
            done = privacy.retain(store, settings, actor=who)
    finally:
        store.close()
    return {
        "action": "retain",
        "changed": not (options.dry_run or done.is_nothing),
        "dry_run": options.dry_run,
        "customers_before": _iso(done.customers_before, settings),
        "ips_before": _iso(done.ips_before, settings),
        "orders": done.orders,
        "held": done.held,
        "addresses": done.addresses,
        "readings": done.readings,
    }


def _iso(at: Any, settings: Settings) -> str | None:  # noqa: ANN401 (an instant, or none)
    return at.astimezone(settings.zone).isoformat() if at else None


COMMANDS: dict[str, Callable[[argparse.Namespace, Settings], Answer]] = {
    "customer": _customer,
    "retain": _retain,
}
