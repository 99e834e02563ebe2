"""Take an import back as a whole, or the sample orders, until someone acted on them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select, update

from commandes import rules
from commandes.errors import ImportNotWithdrawable
from commandes.intake import stock
from commandes.intake.sample import levels
from commandes.store import Receipt, set_info, tables
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Connection

    from commandes.store import Store, Writer

# What hangs on an order, each before what it hangs on itself.
_CHILDREN = (
    tables.import_values,
    tables.order_tags,
    tables.notes,
    tables.shipments,
    tables.messages,
    tables.payments,
)


def withdraw(
    store: Store, import_id: int, *, actor: str, key: str | None = None
) -> Receipt:
    """Remove every order that an import brought; the journal keeps that they were.

    Raises:
        ImportNotWithdrawable: there is no such import, it updated orders of earlier
            ones, or someone has acted on one of its orders since.
    """

    def work(writer: Writer) -> Receipt:
        _refuse(writer.connection, import_id)
        count = _remove(writer, tables.orders.c.import_id == import_id)
        imports = tables.imports
        writer.connection.execute(
            update(imports).where(imports.c.id == import_id).values(state="withdrawn")
        )
        return Receipt("", "", "withdraw", changed=True, result={"orders": count})

    return store.perform("withdraw", {"import": import_id}, work, actor=actor, key=key)


def _refuse(connection: Connection, import_id: int) -> None:
    state = connection.scalar(
        select(tables.imports.c.state).where(tables.imports.c.id == import_id)
    )
    if state is None or state == "withdrawn":
        raise ImportNotWithdrawable(
            import_id=import_id, detail=_("il n’existe pas, ou il est déjà retiré")
        )
    orders, events = tables.orders.c, tables.events.c
    # The sweep of a cart is nobody's act.
    swept = (
        select(func.count())
        .where(events.order_id == orders.id, events.kind == "abandoned")
        .scalar_subquery()
    )
    acted = connection.scalar(
        select(orders.number)
        .where(
            orders.import_id == import_id,
            orders.version > 1,
            orders.version > 1 + swept,
        )
        .limit(1)
    )
    if acted is not None:
        detail = _("la commande {number} a changé depuis").format(number=acted)
        raise ImportNotWithdrawable(import_id=import_id, detail=detail)
    values = tables.import_values.c
    updated = connection.scalar(
        select(func.count())
        .select_from(tables.import_values)
        .join(tables.orders, orders.id == values.order_id)
        .where(values.import_id == import_id, orders.import_id != import_id)
    )
    if updated:
        detail = _("il a mis à jour des commandes déjà connues")
        raise ImportNotWithdrawable(import_id=import_id, detail=detail)


# What an order's own source says of it, and what the sweep of carts does.
_BY_ITSELF = ("imported", "updated", "abandoned")


def is_untouched(connection: Connection, order_id: int) -> bool:
    """Whether nobody acted on an order, and no money of it went back."""
    e, r = tables.events.c, tables.refunds.c
    acted = (e.order_id == order_id) & e.kind.not_in(_BY_ITSELF)
    back = (r.order_id == order_id) & r.voided_at.is_(None)
    return not any(
        connection.scalar(select(func.count()).where(which)) for which in (acted, back)
    )


def give_place(writer: Writer, source: str, references: Sequence[str]) -> None:
    """Remove the checkouts of Stripe whose payments a shop tells as its own orders'.

    Those on which somebody acted stay.

    Args:
        source: of the orders that come in.
        references: of their payments.
    """
    o, p = tables.orders.c, tables.payments.c
    checkouts = select(o.id).where(o.source == "stripe").limit(1)
    if source == "stripe" or writer.connection.scalar(checkouts) is None:
        return
    same = (o.source == "stripe") & p.reference.in_(references) & p.voided_at.is_(None)
    found = writer.connection.scalars(
        select(o.id)
        .join_from(tables.orders, tables.payments, p.order_id == o.id)
        .where(same)
        .distinct()
    ).all()
    gone = [one for one in found if is_untouched(writer.connection, one)]
    if gone:
        # The shop's orders take the same units in a moment.
        _remove(writer, o.id.in_(gone), levels_stand=False)


def clear_samples(store: Store, *, actor: str, key: str | None = None) -> Receipt:
    """Remove all sample orders, so that one's own can come in; others stay."""

    def work(writer: Writer) -> Receipt:
        tags = _sample_tags(writer.connection)
        count = _remove(writer, tables.orders.c.source == "sample")
        _remove_tags(writer, tags)
        levels.forget(writer)
        imports = tables.imports
        writer.connection.execute(
            update(imports)
            .where(imports.c.source == "sample")
            .values(state="withdrawn")
        )
        set_info(writer, "sample", None)
        return Receipt(
            "",
            "",
            "clear_samples",
            changed=count > 0,
            message="" if count else _("Il n’y a pas de commandes d’exemple."),
            result={"orders": count},
        )

    return store.perform("clear_samples", {}, work, actor=actor, key=key)


# What the journal says of a tag that a person made or shaped.
_BY_HAND = ("tag_created", "tag_recoloured", "tag_renamed")


def _sample_tags(connection: Connection) -> set[str]:
    """The keys of the tags that the samples came with."""
    orders, values = tables.orders.c, tables.import_values.c
    told = connection.scalars(
        select(values.fields)
        .join_from(tables.import_values, tables.orders, orders.id == values.order_id)
        .where(orders.source == "sample", values.fields.contains('"tags":'))
    )
    names = {name for fields in told for name in json.loads(fields).get("tags", ())}
    return {rules.fold(name) for name in names}


def _remove_tags(writer: Writer, keys: set[str]) -> None:
    """Remove those of these tags that no order has and that nobody made by hand."""
    tags, on, events = tables.tags.c, tables.order_tags.c, tables.events.c
    connection = writer.connection
    made = {
        rules.fold(fact.get("to") or fact.get("tag", ""))
        for fact in map(
            json.loads,
            connection.scalars(select(events.payload).where(events.kind.in_(_BY_HAND))),
        )
    }
    used = select(on.tag_id).where(on.tag_id == tags.id).exists()
    unused = connection.execute(select(tables.tags).where(~used).order_by(tags.id))
    for tag in unused.all():
        if tag.name_key in keys - made:
            writer.delete(tables.tags, tags.id == tag.id)
            writer.record(None, "tag_deleted", {"tag": tag.name})


def _remove(
    writer: Writer, which: ColumnElement[bool], *, levels_stand: bool = True
) -> int:
    """Remove orders with all that hangs on them; one journal entry for each."""
    connection = writer.connection
    gone = select(tables.orders.c.id).where(which)
    ids = list(connection.scalars(gone.order_by(tables.orders.c.id)))
    moved = tables.stock_movements.c.order_id.in_(gone)
    stock.take_back(writer, moved, levels_stand=levels_stand)
    refunds, lines = tables.refunds.c, tables.refund_lines.c
    of_gone = select(refunds.id).where(refunds.order_id.in_(gone))
    writer.delete(tables.refund_lines, lines.refund_id.in_(of_gone))
    for table in (*_CHILDREN, tables.refunds, tables.order_lines):
        if "id" in table.c:
            writer.delete(table, table.c.order_id.in_(gone))
        else:
            connection.execute(delete(table).where(table.c.order_id.in_(gone)))
    writer.delete(tables.orders, which)
    writer.record_many([(order_id, "{}") for order_id in ids], "withdrawn")
    return len(ids)
