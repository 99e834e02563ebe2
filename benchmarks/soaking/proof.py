"""Everything that was sent is in the store exactly once, and nothing else is."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, select

from benchmarks.soaking import staff
from benchmarks.soaking.watch import Held, thousands
from commandes.store import tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from benchmarks.soaking.ledger import Ledger
    from benchmarks.soaking.post import Post

# Names of what is wrong that a sentence holds.
_NAMED = 3


def found(connection: Connection, ledger: Ledger, post: Post) -> list[Held]:
    """What the store says of all that was sent."""
    return [
        *_actions(connection, ledger),
        _deliveries(connection, ledger),
        _orders(connection, ledger),
        _forgeries(connection, ledger),
        _files(connection, ledger),
        _messages(connection, post),
        *(Held(what, ok=False) for what in ledger.troubles),
    ]


def _held(what: str, count: int, wrong: Iterable[str]) -> Held:
    """So many of a thing, of which these are not as they should be."""
    named = sorted(wrong)
    if not named:
        return Held(f"{thousands(count)} {what}", ok=True)
    some = "; ".join(named[:_NAMED])
    return Held(f"{len(named)} of {count} not so: {what} ({some})", ok=False)


def _actions(connection: Connection, ledger: Ledger) -> Iterator[Held]:
    """Receipts, and what each action left in the store."""
    done = [one for one in ledger.acted if "changed" in one]
    c = tables.receipts.c
    receipts = set(connection.scalars(select(c.key).where(c.key.like("soak-%"))))
    keys = {one["key"] for one in done}
    yield _held("acknowledged actions have their receipt", len(keys), keys - receipts)
    refused = {one["key"] for one in ledger.acted if "refused" in one}
    yield _held("refused actions left nothing", len(refused), refused & receipts)
    yield _held(
        "actions without trouble",
        len(ledger.acted),
        (f"{one['key']}: {one['trouble']}" for one in ledger.acted if "trouble" in one),
    )
    looked = {
        "note": _texts(connection, tables.notes.c.text, "Essai %"),
        "message": _texts(connection, tables.messages.c.body, "Essai %"),
        "track": _texts(connection, tables.shipments.c.number, "soak-%"),
        "refund": _texts(connection, tables.refunds.c.reason, "Essai %"),
    }
    for act, there in looked.items():
        sent = [one["by"] for one in done if one["act"] == act]
        more = there.keys() - set(sent)
        wrong = [f"{by}: {there[by]} times" for by in sent if there[by] != 1]
        yield _held(
            f"of « {act} » are there once", len(sent), [*wrong, *(sorted(more))]
        )
    yield _restocked(connection, [one for one in done if one["act"] == "refund"])
    yield _statuses(connection, [one for one in done if one["act"] == "status"])
    yield _tags(connection, [one for one in done if one["act"] in ("tag", "untag")])


def _texts(connection: Connection, column: Any, like: str) -> Counter[str]:
    return Counter(connection.scalars(select(column).where(column.like(like))))


def _restocked(connection: Connection, done: list[dict[str, Any]]) -> Held:
    c = tables.stock_movements.c
    moved = connection.execute(
        select(c.cause_id, func.sum(c.quantity), func.count())
        .where(c.cause_kind == "refund")
        .group_by(c.cause_id)
    )
    units = {cause: (int(total), count) for cause, total, count in moved}
    wrong = [
        one["key"]
        for one in done
        if units.get(str(one["result"]["refund"])) != (one["result"]["restocked"], 1)
    ]
    return _held("partial refunds brought their unit back once", len(done), wrong)


def _statuses(connection: Connection, done: list[dict[str, Any]]) -> Held:
    last = {one["order"]: one["by"] for one in done}
    o = tables.orders.c
    rows = connection.execute(select(o.number, o.status).where(o.source == "sample"))
    now = {row.number: row.status for row in rows}
    wrong = [number for number, to in last.items() if now[number] != to]
    return _held("orders have the status that was set last", len(last), wrong)


def _tags(connection: Connection, done: list[dict[str, Any]]) -> Held:
    last = {(one["order"], one["by"]): one["act"] == "tag" for one in done}
    o, on, t = tables.orders, tables.order_tags, tables.tags
    rows = connection.execute(
        select(o.c.number, t.c.name)
        .join_from(o, on, on.c.order_id == o.c.id)
        .join(t, t.c.id == on.c.tag_id)
        .where(o.c.source == "sample")
    )
    now = {(row.number, row.name.casefold()) for row in rows}
    wrong = [
        f"{number} {name}"
        for (number, name), there in last.items()
        if ((number, name.casefold()) in now) != there
    ]
    return _held("tags are as they were left", len(last), wrong)


def _deliveries(connection: Connection, ledger: Ledger) -> Held:
    """Each accepted one is there once, and was done or overtaken by a later one."""
    t = tables.deliveries
    rows = connection.execute(
        select(t.c.endpoint, t.c.delivery, t.c.state, t.c.problem, t.c.detail)
    ).all()
    there = {(row.endpoint, row.delivery) for row in rows}
    wrong = [f"{one} is lost" for one in ledger.accepted.keys() - there]
    wrong += [f"{one} was never sent" for one in there - ledger.accepted.keys()]
    for row in rows:
        if row.state != "done" and (row.state, row.problem) != ("skipped", "older"):
            wrong.append(f"{row.delivery}: {row.state} {row.problem} {row.detail}")
    sent = sum(ledger.accepted.values())
    overtaken = sum(row.state == "skipped" for row in rows)
    what = (
        f"accepted deliveries (answered 200 {sent} times) are done once, or overtaken "
        f"by a later one ({overtaken})"
    )
    return _held(what, len(ledger.accepted), wrong)


def _orders(connection: Connection, ledger: Ledger) -> Held:
    """Each order of deliveries and files came once, and was paid once."""
    o, p, e = tables.orders, tables.payments, tables.events
    paid = (
        select(
            p.c.order_id, func.count().label("times"), func.sum(p.c.amount).label("sum")
        )
        .where(p.c.voided_at.is_(None))
        .group_by(p.c.order_id)
        .subquery()
    )
    made = (
        select(e.c.order_id, func.count().label("times"))
        .where(e.c.kind == "imported")
        .group_by(e.c.order_id)
        .subquery()
    )
    rows = connection.execute(
        select(
            o.c.source,
            o.c.number,
            o.c.total,
            o.c.payment_status,
            paid.c.times.label("paid"),
            paid.c.sum,
            made.c.times.label("made"),
        )
        .join_from(o, paid, paid.c.order_id == o.c.id, isouter=True)
        .join(made, made.c.order_id == o.c.id, isouter=True)
        .where(o.c.source != "sample")
    ).all()
    there = Counter((row.source, row.number) for row in rows)
    wanted = ledger.told | ledger.filed
    wrong = [f"{one}: {there[one]} times" for one in wanted if there[one] != 1]
    wrong += [
        f"{row.number}: {row.payment_status}, {row.paid} payments of {row.sum}"
        f" for {row.total}, came {row.made} times"
        for row in rows
        if (row.source, row.number) in wanted
        and (row.payment_status, row.paid, row.sum, row.made)
        != ("paid", 1, row.total, 1)
    ]
    # One of which but the first half was told before the time was over.
    wrong += [f"{one}: unasked for" for one in there.keys() - wanted - ledger.begun]
    both = len(ledger.told & ledger.filed)
    what = f"orders of deliveries and files ({both} by both) came once, paid once"
    return _held(what, len(wanted), wrong)


def _forgeries(connection: Connection, ledger: Ledger) -> Held:
    names = [name for _endpoint, name, _status in ledger.forged]
    o, d = tables.orders.c, tables.deliveries.c
    got_in = set(connection.scalars(select(o.number).where(o.number.like("%FORGED%"))))
    got_in |= set(
        connection.scalars(select(d.delivery).where(d.delivery.like("%FORGED%")))
    )
    wrong = [
        f"{endpoint} answered {status}"
        for endpoint, _name, status in ledger.forged
        if status != 401
    ]
    return _held("forged deliveries were refused", len(names), [*wrong, *got_in])


def _files(connection: Connection, ledger: Ledger) -> Held:
    t = tables.imports.c
    rows = connection.execute(
        select(t.file_name, t.state).where(t.file_name.like("orders-%"))
    ).all()
    wrong = [f"{row.file_name}: {row.state}" for row in rows if row.state != "done"]
    if len(rows) != ledger.files:
        wrong.append(f"{len(rows)} imports of {ledger.files} files")
    what = f"files imported, with {ledger.known} orders that were there before"
    return _held(what, ledger.files, wrong)


def _messages(connection: Connection, post: Post) -> Held:
    """Each message was taken by the mail server once; it took no other."""
    c = tables.messages.c
    rows = connection.execute(
        select(c.message_id, c.state).where(
            and_(c.direction == "out", c.actor == staff.ACTOR)
        )
    ).all()
    names = {row.message_id for row in rows}
    wrong = [f"a message is {row.state}" for row in rows if row.state != "sent"]
    wrong += [
        f"{name} taken {post.taken[name]} times"
        for name in names
        if post.taken[name] != 1
    ]
    wrong += [f"{name} is of nobody" for name in post.taken.keys() - names]
    late = len(post.put_off)
    what = f"messages were taken by the mail server once ({late} put off at first)"
    return _held(what, len(names), wrong)


def log(path: Path) -> tuple[list[Held], Counter[str]]:
    """Whether a server's log tells of an error; its warnings, by what they say."""
    wrong, warned = [], Counter()
    lines = path.read_text(encoding="utf-8").splitlines()
    for line in lines:
        try:
            told = json.loads(line)
        except ValueError:
            wrong.append(line[:200])
            continue
        if told["level"] in ("error", "critical"):
            wrong.append(line[:300])
        elif told["level"] == "warning":
            warned[f"{told['logger']}: {told['event']} {told.get('where', '')}"] += 1
    return [_held(f"lines of {path.name} without an error", len(lines), wrong)], warned
