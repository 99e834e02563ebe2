"""What a file must not bring back: customers who were erased, old IP addresses.

The orders of somebody erased come in as they stand here: amounts, states and articles.
An order is known by the keyed digest of its identity; one that the store has not had,
by that of its e-mail, when it was placed before its customer was erased: who orders
again afterwards is a customer again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import func, select

from commandes import personal
from commandes.actions import erase, retain
from commandes.personal import Person
from commandes.store import tables, to_micros

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from commandes.intake.frames import Incoming
    from commandes.store import Store

_AT_ONCE = 5_000
_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_IPV4 = rf"^(?:{_OCTET}\.){{3}}{_OCTET}$"
# Children of which nothing is kept.
_GONE = ("notes", "shipments")


class ErasedMeanwhile(Exception):  # noqa: N818 (never seen by people: begin anew)
    """Somebody was erased since the file was looked at."""


@dataclass(frozen=True)
class Blanked:
    """A file ready to be merged.

    Attributes:
        erased: the source's ids of the orders whose customers were erased.
        erasures: how many erasures the store knew then.
    """

    incoming: Incoming
    erased: frozenset[str]
    erasures: int


def blanked(store: Store, incoming: Incoming) -> Blanked:
    """What came in, without what the store must not have."""
    with store.reading() as connection:
        erasures = count(connection)
    incoming = _short_ips(store, incoming)
    erased = _erased(store, incoming) if erasures else frozenset[str]()
    if erased:
        incoming = _blank(store, incoming, erased)
    return Blanked(incoming, erased, erasures)


def count(connection: Connection) -> int:
    """How many erasures the store knows."""
    return connection.scalar(select(func.count()).select_from(tables.erasures)) or 0


def _short_ips(store: Store, incoming: Incoming) -> Incoming:
    before = retain.ip_cutoff(store.settings, datetime.now(UTC))
    if before is None:
        return incoming
    old = (pl.col("placed_at") < to_micros(before)) & pl.col("ip_address").is_not_null()
    # The usual ones on the whole column at once, the others one by one.
    usual = pl.col("ip_address").str.contains(_IPV4)
    others = incoming.orders.filter(old & ~usual)["ip_address"].unique().to_list()
    short = pl.col("ip_address").replace_strict(
        {given: personal.short_ip(given) for given in others},
        default=None,
        return_dtype=pl.String,
    )
    shortened = (
        pl.when(old & usual)
        .then(pl.col("ip_address").str.replace(r"\d+$", "0"))
        .when(old)
        .then(short)
        .otherwise("ip_address")
        .alias("ip_address")
    )
    return replace(incoming, orders=incoming.orders.with_columns(shortened))


def _erased(store: Store, incoming: Incoming) -> frozenset[str]:
    """The source's ids of the orders of people who were erased."""
    told = incoming.orders.select("source_id", "email", "placed_at")
    found: set[str] = set()
    for part in told.iter_slices(_AT_ONCE):
        identities: dict[str, str] = {}
        mails: dict[str, list[tuple[str, int]]] = {}
        for source_id, email, placed_at in part.iter_rows():
            digest = erase.order_digest(store, incoming.source, source_id)
            identities[digest] = source_id
            if email:
                whose = erase.email_digest(store, email)
                mails.setdefault(whose, []).append((source_id, placed_at))
        c = tables.erasures.c
        digests = [*identities, *mails]
        with store.reading() as connection:
            rows = connection.execute(
                select(c.digest, c.at).where(c.digest.in_(digests))
            ).all()
        for digest, at in rows:
            if digest in identities:
                found.add(identities[digest])
            found |= {
                source_id
                for source_id, placed_at in mails.get(digest, ())
                if placed_at <= to_micros(at)
            }
    return frozenset(found)


def _blank(store: Store, incoming: Incoming, erased: frozenset[str]) -> Incoming:
    theirs = pl.col("source_id").is_in(list(erased))
    rows = incoming.orders.filter(theirs).to_dicts()
    people = {row["source_id"]: Person.of(row) for row in rows}
    blank = [row | personal.kept_order(row, people[row["source_id"]]) for row in rows]
    changed: dict[str, Any] = {
        "orders": _with(incoming.orders, blank, theirs),
        "lines": _with(incoming.lines, _lines(store, incoming, theirs, people), theirs),
    }
    for name in ("payments", "refunds"):
        frame: pl.DataFrame = getattr(incoming, name)
        changed[name] = _with(frame, _money(frame, theirs, people), theirs)
    for name in _GONE:
        changed[name] = getattr(incoming, name).filter(~theirs)
    return replace(incoming, **changed)


def _with(
    frame: pl.DataFrame, rows: list[dict[str, Any]], theirs: pl.Expr
) -> pl.DataFrame:
    """A frame with some of its rows in their new form, each in its place."""
    if not rows:
        return frame
    placed = frame.with_row_index("__place")
    new = pl.DataFrame(rows, schema=frame.schema).with_columns(
        placed.filter(theirs)["__place"]
    )
    left = placed.filter(~theirs)
    return pl.concat([left, new.select(left.columns)]).sort("__place").drop("__place")


def _lines(
    store: Store, incoming: Incoming, theirs: pl.Expr, people: dict[str, Person]
) -> list[dict[str, Any]]:
    """The lines as the store has them, where it does; else blanked."""
    known = _known_lines(store, incoming.source, list(people))
    made = []
    for row in incoming.lines.filter(theirs).to_dicts():
        person = people[row["source_id"]]
        here = known.get((row["source_id"], row["position"], row["sku"]))
        title = here or personal.kept_title(row["title"], row["sku"], person)
        details = personal.kept_details(row["details"], person)
        made.append(row | {"title": title, "variant": None, "details": details})
    return made


def _known_lines(
    store: Store, source: str, source_ids: list[str]
) -> dict[tuple[str, int, str | None], str]:
    """Titles of lines here that were blanked, by source id, position and sku."""
    o, c = tables.orders.c, tables.order_lines.c
    found: dict[tuple[str, int, str | None], str] = {}
    for first in range(0, len(source_ids), _AT_ONCE):
        statement = (
            select(o.source_id, c.position, c.sku, c.title)
            .join_from(tables.order_lines, tables.orders, o.id == c.order_id)
            .where(
                o.source == source,
                o.source_id.in_(source_ids[first : first + _AT_ONCE]),
                o.erased_at.is_not(None),
            )
        )
        with store.reading() as connection:
            rows = connection.execute(statement).all()
        found |= {(row[0], row[1], row[2]): row[3] for row in rows}
    return found


def _money(
    frame: pl.DataFrame, theirs: pl.Expr, people: dict[str, Person]
) -> list[dict[str, Any]]:
    names = [n for n in ("reference", "provider", "means") if n in frame.columns]
    made = []
    for row in frame.filter(theirs).to_dicts():
        person = people[row["source_id"]]
        kept = {name: personal.kept_text(row[name], person) for name in names}
        made.append(row | kept | ({"reason": None} if "reason" in row else {}))
    return made
