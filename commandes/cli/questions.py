"""The commands that ask, and those that bring orders in or keep the house."""

from __future__ import annotations

import getpass
import json
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commandes.cli.progress import bar
from commandes.store import open_store
from commandes.words import _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator
    from zoneinfo import ZoneInfo

    from commandes.mirror import Mirror, Snapshot
    from commandes.reports.filters import OrderFilter
    from commandes.settings import Settings
    from commandes.store import Store

    Answer = dict[str, Any]


def _filter(options: argparse.Namespace, *, dated: str = "placed") -> OrderFilter:
    from commandes.reports.filters import OrderFilter

    wanted = OrderFilter(
        statuses=tuple(options.status),
        payments=tuple(options.payment),
        modules=tuple(options.module),
        tags=tuple(options.tag),
        first=options.first,
        last=options.last,
        dated=options.dated or dated,
        search=options.search,
        archived=options.archived,
    )
    if wanted.is_reversed:
        raise wanted.reversed()
    return wanted


def _actor(options: argparse.Namespace) -> str:
    return options.actor or getpass.getuser()


@contextmanager
def _store(settings: Settings) -> Iterator[Store]:
    store = open_store(settings)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _mirror(store: Store, settings: Settings) -> Iterator[Mirror]:
    from commandes.mirror import Mirror

    mirror = Mirror(store, settings)
    try:
        yield mirror
    finally:
        mirror.close()


@contextmanager
def _snapshot(settings: Settings) -> Iterator[tuple[Store, Snapshot]]:
    with (
        _store(settings) as store,
        _mirror(store, settings) as mirror,
        mirror.snapshot() as snapshot,
    ):
        yield store, snapshot


def _serve(options: argparse.Namespace, settings: Settings) -> Answer | None:
    from commandes import heap

    heap.few_arenas()
    from commandes import server

    if options.sample:
        from commandes.intake.fill import fill

        with _store(settings) as store:
            if store.is_empty():
                fill(store, 2000, 1, actor=getpass.getuser())

    def ready(address: str) -> None:
        if options.json:
            print(json.dumps({"address": address}), flush=True)
        else:
            print(_("Commandes répond à {address}").format(address=address), flush=True)

    server.serve(settings, options.host, options.port, on_ready=ready)
    return None


def _sample(options: argparse.Namespace, settings: Settings) -> Answer:
    from commandes.intake.fill import fill

    with _store(settings) as store:
        count = fill(
            store,
            options.orders,
            options.seed,
            actor=_actor(options),
            progress=bar(_("Commandes d’exemple")),
        )
    return {"orders": count}


def _import(options: argparse.Namespace, settings: Settings) -> Answer:
    from commandes.intake import bring, merge

    with _store(settings) as store:
        incoming = bring.open_file(
            store,
            settings,
            options.file,
            format=options.format,
            profile=options.profile,
        )
        if options.dry_run:
            report = merge.preview(store, incoming)
        else:
            report = bring.merge_file(
                store,
                incoming,
                options.file,
                actor=_actor(options),
                moves_stock=options.moves_stock,
                progress=bar(_("Import")),
            )
    return {
        "format": report.format,
        "profile": report.profile,
        "rows_read": report.rows_read,
        "rows_imported": report.rows_imported,
        "rows_rejected": report.rows_rejected,
        "orders_new": report.orders_new,
        "orders_updated": report.orders_updated,
        "orders_unchanged": report.orders_unchanged,
        "totals": report.totals,
        "refunds_beyond_payments": report.beyond,
        "orders_not_adding_up": report.gaps,
        "orders_erased_before": report.erased,
        "dry_run": options.dry_run,
        "resumed": report.resumed,
        "import": report.import_id,
        "rejects": report.rejects.head(100).select("row", "reason").to_dicts(),
    }


def _imports(options: argparse.Namespace, settings: Settings) -> Answer:
    from sqlalchemy import select

    from commandes.intake.withdraw import withdraw
    from commandes.store import tables

    with _store(settings) as store:
        if options.withdraw:
            receipt = withdraw(store, options.withdraw, actor=_actor(options))
            return {**receipt.__dict__, **receipt.result}
        c = tables.imports.c
        with store.reading("imports/list") as connection:
            rows = connection.execute(
                select(c.id, c.file_name, c.format, c.state, c.started_at, c.orders_new)
                .order_by(c.id.desc())
                .limit(100)
            ).all()
    return {
        "imports": [
            {
                **row._asdict(),
                "started_at": row.started_at.astimezone(settings.zone).isoformat(),
            }
            for row in rows
        ]
    }


def _list(options: argparse.Namespace, settings: Settings) -> Answer:
    from commandes.reports import orders

    wanted = _filter(options)
    with _snapshot(settings) as (_opened, snapshot):
        page = orders.page(snapshot, wanted, sort=options.sort, size=options.limit)
        summary = orders.summary(snapshot, wanted)
    return {
        "count": summary.count,
        "totals": summary.totals,
        "sentence": summary.sentence(),
        "orders": [
            {
                "number": row["number"],
                "module": row["module"],
                "status": row["status"],
                "payment": row["payment_status"],
                "placed_at": row["placed_at"].astimezone(settings.zone).isoformat(),
                "customer": row["customer_name"],
                "total": row["total"],
                "refunded": row["refunded"],
                "currency": row["currency"],
                "tags": row["tags"],
                "archived": row["archived_at"] is not None,
                "source": row["source"],
            }
            for row in page.rows.iter_rows(named=True)
        ],
    }


def _show(options: argparse.Namespace, settings: Settings) -> Answer:
    from commandes.actions import readings
    from commandes.reports import detail

    with _store(settings) as store:
        found = detail.order(store, options.number, options.source)
        readings.note(store, "order", order_id=found.id, actor=getpass.getuser())
        return found.as_json(settings.zone)


def _export(options: argparse.Namespace, settings: Settings) -> Answer:
    from commandes.actions import readings
    from commandes.reports import orders
    from commandes.reports.export import export

    wanted = _filter(options)
    with _snapshot(settings) as (store, snapshot):
        many = orders.summary(snapshot, wanted).count
        readings.note(store, "export", many, actor=getpass.getuser())
        count = export(
            snapshot,
            wanted,
            format=options.format,
            lines=options.lines,
            sort=options.sort,
            path=options.output,
            timezone=settings.timezone,
            language=settings.language,
            progress=bar(_("Export")),
        )
    return {"file": str(options.output), "count": count}


def _documents(options: argparse.Namespace, settings: Settings) -> Answer:
    from commandes.actions import readings
    from commandes.documents import delivery_notes, pick_list, shipped
    from commandes.reports import orders

    with _snapshot(settings) as (_opened, snapshot):
        chosen = orders.ids(snapshot, _filter(options), options.sort)
    with _store(settings) as store:
        found = shipped(store, chosen)
        ids = chosen if options.everything else found.ids
        if options.what == "notes":
            show = bar(_("Bons de livraison"))
            count = delivery_notes(store, ids, options.output, show)
            readings.note(store, "documents", count, actor=getpass.getuser())
        else:
            count = pick_list(store, ids, options.output)
    left_out = {} if options.everything else dict(found.left_out)
    said = "" if options.everything else found.said()
    return {
        "file": str(options.output),
        "count": count,
        "orders": len(chosen),
        "left_out": left_out,
        "sentence": said,
    }


def _report(options: argparse.Namespace, settings: Settings) -> Answer:
    from commandes.cli import reporting

    if options.report == "month":
        with _snapshot(settings) as (store, snapshot):
            show = bar(_("Rapport mensuel"))
            return reporting.month(store, snapshot, options, _filter(options), show)
    if options.report == "transactions" and options.output and not options.month:
        from commandes.actions import readings

        with _snapshot(settings) as (store, snapshot):
            wanted = _filter(options, dated="paid")
            written = reporting.transactions_file(snapshot, options, wanted)
            many = written["count"]
            readings.note(store, "export", many, actor=getpass.getuser())
            return written
    reporting.refuse_file(options)
    dated = {"refunds": "refunded", "carts": "placed"}.get(options.report, "paid")
    wanted = _filter(options, dated=dated)
    with _snapshot(settings) as (_opened, snapshot):
        rows = reporting.REPORTS[options.report](snapshot, wanted, options)
    return {
        "rows": [
            {name: _plain(value, settings.zone) for name, value in row.items()}
            for row in rows.iter_rows(named=True)
        ]
    }


def _plain(value: Any, zone: ZoneInfo) -> Any:  # noqa: ANN401 (a cell of any type)
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _verify(options: argparse.Namespace, settings: Settings) -> Answer:
    from commandes.reports.verify import verify

    with _store(settings) as store, _mirror(store, settings) as mirror:
        verdict = verify(store, mirror, noted=options.head)
    return {
        "ok": verdict.ok,
        "head": str(verdict.head),
        "checks": [check.__dict__ for check in verdict.checks],
    }


def _mirror_command(options: argparse.Namespace, settings: Settings) -> Answer:
    with _store(settings) as store, _mirror(store, settings) as mirror:
        if options.what == "rebuild":
            show = bar(_("Copie de lecture"))
            mirror.rebuild(lambda share, _step: show(round(share * 100), 100))
        status = mirror.status()
    return {
        name: str(value) if isinstance(value, Path) else value
        for name, value in status.__dict__.items()
    }


COMMANDS: dict[str, Callable[[argparse.Namespace, Settings], Answer | None]] = {
    "serve": _serve,
    "sample": _sample,
    "import": _import,
    "imports": _imports,
    "list": _list,
    "show": _show,
    "export": _export,
    "documents": _documents,
    "report": _report,
    "verify": _verify,
    "mirror": _mirror_command,
}
