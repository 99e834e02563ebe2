"""Bring the orders of a file (or samples) into the store, in batches that resume.

A file of a hundred thousand orders is about ten transactions: no action of others waits
long, and an import that is killed goes on where it stopped. The same file again
changes nothing; a later file changes a field only where the file's value has changed.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import select, update

from commandes.errors import ImportRefused, ImportStopped, StoreError
from commandes.intake import prepare, withdraw
from commandes.intake.merging import apply, currency, forgotten, known, silence
from commandes.intake.merging.adding import add_orders
from commandes.intake.merging.forgotten import Blanked, ErasedMeanwhile
from commandes.intake.merging.plan import Told, plan_order
from commandes.store import tables
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from commandes.intake.frames import Incoming
    from commandes.intake.merging.plan import Plan
    from commandes.intake.prepare import Batch
    from commandes.store import Store, Writer

# Orders of a transaction: so many of a source that is new, fewer where known ones may
# change, which takes longer. Nobody waits for them longer than half a second, or two
# where the machine is slow.
BATCH = 10_000
KNOWN = 2_000


@dataclass(frozen=True)
class ImportReport:
    """What a file brought, or would bring.

    Attributes:
        import_id: the number of the import; None for a dry run.
        totals: per currency, the sum of the totals of the orders in the file, in
            minor units: a control against the file's own.
        beyond: refunds that the file claims beyond what was paid, in minor units per
            currency; they were not recorded.
        resumed: whether an earlier, unfinished import of the file went on.
        erased: orders of the file whose customers were erased here: their personal
            data did not come back.
    """

    import_id: int | None
    format: str
    profile: str
    rows_read: int
    rows_imported: int
    rows_rejected: int
    orders_new: int
    orders_updated: int
    orders_unchanged: int
    totals: dict[str, int]
    beyond: dict[str, int]
    gaps: int
    rejects: pl.DataFrame
    resumed: bool = False
    erased: int = 0


@dataclass(frozen=True)
class _Outlook:
    """What one batch does: orders to add (their places), plans for known ones."""

    new: list[int]
    plans: list[Plan]
    unchanged: int
    beyond: Counter[str]

    @property
    def updated(self) -> int:
        return sum(bool(plan.touched) for plan in self.plans)

    @property
    def untouched(self) -> int:
        return self.unchanged + len(self.plans) - self.updated


def preview(store: Store, incoming: Incoming) -> ImportReport:
    """What merging the file would do, without writing anything."""
    ready = forgotten.blanked(store, currency.without_others(store, incoming))
    incoming = ready.incoming
    counts: Counter[str] = Counter()
    beyond: Counter[str] = Counter()
    for batch in prepare.batches(incoming, BATCH):
        with store.reading("imports/look") as connection:
            outlook = _look(connection, incoming.source, batch)
        counts["new"] += len(outlook.new)
        counts["updated"] += outlook.updated
        counts["unchanged"] += outlook.untouched
        beyond += outlook.beyond
    report = _report(incoming, counts["new"], counts["updated"], counts["unchanged"])
    return replace(report, beyond=dict(beyond), erased=len(ready.erased))


def run(
    store: Store,
    incoming: Incoming,
    *,
    file_name: str,
    file_digest: str,
    actor: str,
    moves_stock: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Merge the file's orders into the store, batch by batch.

    Args:
        file_digest: the SHA-256 of the file; an unfinished import of the same file
            with the same profile goes on where it stopped.
        moves_stock: whether new orders take their articles out of stock; an import
            that goes on keeps to what it began with.
        progress: called with (orders done, orders in the file) after each batch.

    Raises:
        ImportRefused: the import was withdrawn while it ran.
        ImportStopped: the store took no more of it; what it took is kept.
    """
    incoming = currency.without_others(store, incoming)
    total = incoming.orders.height
    size = min(BATCH, KNOWN) if currency.knows(store, incoming.source) else BATCH
    import_id, done, resumed = begin(
        store,
        incoming,
        total,
        file_name,
        file_digest,
        actor,
        moves_stock=moves_stock,
        size=size,
    )
    beyond: Counter[str] = Counter()
    ready = forgotten.blanked(store, incoming)
    try:
        while done < total:
            try:
                for batch in prepare.batches(ready.incoming, size, first=done):
                    first = int(batch.orders["place"][0])
                    beyond += merge_batch(
                        store, import_id, batch, first, actor=actor, ready=ready
                    )
                    done = first + batch.orders.height
                    if progress:
                        progress(done, total)
            except ErasedMeanwhile:
                ready = forgotten.blanked(store, incoming)
        counts = finish(store, import_id, actor)
    except StoreError as error:
        raise ImportStopped(
            reason=error.message, file=file_name, done=done, total=total
        ) from error
    report = _report(incoming, *counts)
    return replace(
        report,
        import_id=import_id,
        beyond=dict(beyond),
        resumed=resumed,
        erased=len(ready.erased),
    )


def begin(
    store: Store,
    incoming: Incoming,
    orders: int,
    file_name: str,
    file_digest: str,
    actor: str,
    *,
    moves_stock: bool = False,
    now: datetime | None = None,
    size: int | None = None,
) -> tuple[int, int, bool]:
    """Find the unfinished import of this file, or open a new one.

    Args:
        size: orders of a batch; None: those of a new source.

    Returns:
        The import's id, the orders done already, and whether it was found.
    """
    imports = tables.imports
    with store.writing(actor, action="import", now=now) as writer:
        running = writer.connection.execute(
            select(imports).where(
                imports.c.file_digest == file_digest,
                imports.c.source == incoming.source,
                imports.c.profile == incoming.profile,
                imports.c.state == "running",
            )
        ).first()
        if running:
            return running.id, _done(running), True
        import_id = writer.insert(
            imports,
            file_name=file_name,
            file_digest=file_digest,
            format=incoming.format,
            profile=incoming.profile,
            source=incoming.source,
            state="running",
            moves_stock=moves_stock,
            actor=actor,
            started_at=writer.now,
            rows_read=incoming.rows_read,
            rows_imported=incoming.rows_imported,
            rows_rejected=incoming.rows_rejected,
            orders_new=0,
            orders_updated=0,
            orders_unchanged=0,
            batches_done=0,
            batches_total=-(-orders // (size or BATCH)),
            totals=json.dumps(_totals(incoming.orders)),
        )
        _add_rejects(writer, import_id, incoming.rejects)
        silence.remember(writer, incoming.told)
        return import_id, 0, False


def merge_batch(
    store: Store,
    import_id: int,
    batch: Batch,
    first: int,
    *,
    actor: str,
    ready: Blanked | None = None,
) -> Counter[str]:
    """Merge one batch in a transaction of its own, and count it on the import.

    What another process has done of it already is left out.

    Args:
        first: the place in the file of the batch's first order.
        ready: the file that it is of; None: samples, which know nobody.

    Returns:
        Per currency, refunds claimed beyond the payments, in minor units.

    Raises:
        ErasedMeanwhile: somebody was erased since it was made ready.
        ImportRefused: the import was withdrawn meanwhile.
    """
    with store.writing(actor, action="import") as writer:
        imports = tables.imports
        row = writer.connection.execute(
            select(imports).where(imports.c.id == import_id)
        ).one()
        if row.state == "withdrawn":
            raise ImportRefused(file=row.file_name, detail=_("il a été retiré"))
        ahead = max(0, _done(row) - first)
        if row.state == "done" or ahead >= batch.orders.height:
            return Counter()
        if ahead:
            batch = prepare.piece(batch, ahead, batch.orders.height)
        if ready and forgotten.count(writer.connection) != ready.erasures:
            raise ErasedMeanwhile
        beyond = _merged(writer, row, batch, ready)
    store.give_way()
    return beyond


def merge_into(
    writer: Writer, row: Row[Any], batch: Batch, ready: Blanked
) -> Counter[str]:
    """Merge one batch within a transaction that goes on, and count it on the import.

    Args:
        row: the import.

    Returns:
        As `merge_batch`.

    Raises:
        ErasedMeanwhile: somebody was erased since it was made ready.
    """
    if forgotten.count(writer.connection) != ready.erasures:
        raise ErasedMeanwhile
    return _merged(writer, row, batch, ready)


def _merged(
    writer: Writer, row: Row[Any], batch: Batch, ready: Blanked | None
) -> Counter[str]:
    references = batch.payments["reference"].drop_nulls().to_list()
    withdraw.give_place(writer, row.source, references)
    outlook = _look(writer.connection, row.source, batch)
    _merge(writer, row, batch, outlook)
    if ready and ready.erased:
        _mark_erased(writer, row.source, batch, ready)
    return outlook.beyond


def finish(store: Store, import_id: int, actor: str) -> tuple[int, int, int]:
    """Close an import; the orders new, updated and unchanged over all its batches."""
    imports = tables.imports
    with store.writing(actor, action="import") as writer:
        writer.connection.execute(
            update(imports)
            .where(imports.c.id == import_id, imports.c.state == "running")
            .values(state="done", finished_at=writer.now)
        )
        row = writer.connection.execute(
            select(imports).where(imports.c.id == import_id)
        ).one()
    return row.orders_new, row.orders_updated, row.orders_unchanged


def _done(row: Row[Any]) -> int:
    """The orders of the file that an import has been through."""
    return int(row.orders_new + row.orders_updated + row.orders_unchanged)


def _look(connection: Connection, source: str, batch: Batch) -> _Outlook:
    """What a batch does to the store as this transaction sees it."""
    seen = known.seen(connection, source, batch.orders["source_id"].to_list())
    ours = f'"told":"{silence.digest(batch.told)}"'
    here_already = pl.col("source_id").is_in(list(seen))
    new = batch.orders.filter(~here_already)["place"].to_list()
    other: dict[int, int] = {}
    unchanged = 0
    told = batch.orders.filter(here_already).select(
        "place", "source_id", "imported", "paid", "told_refunded"
    )
    for place, source_id, imported, paid, refunded in told.iter_rows():
        here = seen[source_id]
        if (batch.adds_only and ours not in here.imported) or here.accounts_for(
            imported, paid or 0, refunded
        ):
            unchanged += 1
        else:
            other[place] = here.id
    plans = _plans(connection, batch, other)
    return _Outlook(new, plans, unchanged, _beyond(batch, new, plans))


def _plans(connection: Connection, batch: Batch, ids: Mapping[int, int]) -> list[Plan]:
    """What changes on the batch's known orders, given by place."""
    orders = known.load(connection, list(ids.values()))
    told: dict[int, dict[str, list[dict[str, Any]]]] = {
        place: {name: [] for name in prepare.CHILDREN} for place in ids
    }
    wanted = pl.col("place").is_in(list(ids))
    for name in prepare.CHILDREN:
        rows: pl.DataFrame = getattr(batch, name)
        for row in rows.filter(wanted).iter_rows(named=True):
            told[row.pop("place")][name].append(row)
    gone: dict[str | None, frozenset[str]] = {}
    plans = []
    for order in batch.orders.filter(wanted).iter_rows(named=True):
        here = orders[ids[order["place"]]]
        before = here.last.get("told")
        if before not in gone:
            gone[before] = silence.missing(connection, before, batch.told)
        said = Told(order, **told[order["place"]])
        plans.append(plan_order(here, said, gone[before]))
    return plans


def _beyond(batch: Batch, new: list[int], plans: list[Plan]) -> Counter[str]:
    """Per currency, what the file claims as refunded beyond the payments."""
    cut = (
        batch.orders.filter(pl.col("place").is_in(new))
        .group_by("currency")
        .agg((pl.col("told_refunded") - pl.col("refunded")).sum())
    )
    beyond = Counter(dict(cut.iter_rows()))
    for plan in plans:
        beyond[plan.known.row.currency] += plan.refunds.beyond
    return +beyond


def _merge(writer: Writer, row: Row[Any], batch: Batch, outlook: _Outlook) -> None:
    tag_ids = apply.tags(writer, batch.tags["name"].unique().sort().to_list())
    apply.apply(writer, outlook.plans, row.id, tag_ids)
    if outlook.new:
        add_orders(
            writer,
            row.source,
            row.id,
            batch,
            outlook.new,
            tag_ids,
            moves_stock=row.moves_stock,
        )
    c = tables.imports.c
    writer.connection.execute(
        update(tables.imports)
        .where(c.id == row.id)
        .values(
            batches_done=c.batches_done + 1,
            orders_new=c.orders_new + len(outlook.new),
            orders_updated=c.orders_updated + outlook.updated,
            orders_unchanged=c.orders_unchanged + outlook.untouched,
        )
    )


def _mark_erased(writer: Writer, source: str, batch: Batch, ready: Blanked) -> None:
    c = tables.orders.c
    theirs = [id_ for id_ in batch.orders["source_id"] if id_ in ready.erased]
    writer.connection.execute(
        update(tables.orders)
        .where(c.source == source, c.source_id.in_(theirs), c.erased_at.is_(None))
        .values(erased_at=writer.now)
    )


def _add_rejects(writer: Writer, import_id: int, rejects: pl.DataFrame) -> None:
    ids = writer.ids(tables.import_rows, rejects.height)
    rows = rejects.select("row", "reason").rows()
    writer.insert_rows(
        tables.import_rows,
        ["id", "import_id", "row", "reason"],
        [(id_, import_id, *row) for id_, row in zip(ids, rows, strict=True)],
    )


def _totals(orders: pl.DataFrame) -> dict[str, int]:
    sums = orders.group_by("currency").agg(pl.col("total").sum()).sort("currency")
    return dict(sums.iter_rows())


def _report(incoming: Incoming, new: int, updated: int, unchanged: int) -> ImportReport:
    return ImportReport(
        import_id=None,
        format=incoming.format,
        profile=incoming.profile,
        rows_read=incoming.rows_read,
        rows_imported=incoming.rows_imported,
        rows_rejected=incoming.rows_rejected,
        orders_new=new,
        orders_updated=updated,
        orders_unchanged=unchanged,
        totals=_totals(incoming.orders),
        beyond={},
        gaps=incoming.gaps,
        rejects=incoming.rejects,
    )
