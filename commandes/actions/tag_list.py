"""A tag renamed or deleted: every order that has it follows, some at a time.

Each order touched has its journal entry, which is how the mirror hears of it. A tag
may be on a hundred thousand orders: they go in batches, each a transaction that
leaves everything consistent, so that others write in between. What a kill leaves
half done is finished by asking for the same again.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import func, select

from commandes.actions.tags import clean, find, named
from commandes.errors import TagNameTaken
from commandes.rules import fold
from commandes.store import Receipt, set_info, tables
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Row

    from commandes.store import Store, Writer

    Progress = Callable[[int, int], None]

# Orders that follow in one transaction.
BATCH = 1_000


def rename(
    store: Store,
    name: str,
    to: str,
    *,
    actor: str,
    key: str | None = None,
    progress: Progress | None = None,
) -> Receipt:
    """Call a tag otherwise, on every order that has it and in the saved views.

    While the orders follow there are two tags, the old one and the new.

    Raises:
        TagNotFound: no tag has the name.
        TagNameInvalid: the new name is blank or too long.
        TagNameTaken: another tag has it (accents and case aside).
    """
    to = clean(to)

    def begin(writer: Writer) -> Receipt:
        old = named(writer.connection, name)
        if old.name == to:
            message = _("L’étiquette s’appelle déjà ainsi.")
            return Receipt("", "", "rename_tag", changed=False, message=message)
        touched = _on_orders(writer.connection, old.id)
        new = _successor(writer, old, to)
        _rename_some(writer, old.id, new)
        result = {"orders": touched, "old": old.id, "new": new}
        return Receipt("", "", "rename_tag", changed=True, result=result)

    arguments: dict[str, object] = {"name": name, "to": to}
    receipt = store.perform("rename_tag", arguments, begin, actor=actor, key=key)
    if not receipt.took_effect:
        return receipt
    old, new = receipt.result["old"], receipt.result["new"]
    return _finished(
        store,
        receipt,
        old,
        lambda writer: _rename_some(writer, old, new),
        actor=actor,
        progress=progress,
    )


def delete(
    store: Store,
    name: str,
    *,
    actor: str,
    key: str | None = None,
    progress: Progress | None = None,
) -> Receipt:
    """Delete a tag: it is taken off every order that has it.

    Raises:
        TagNotFound: no tag has the name.
    """

    def begin(writer: Writer) -> Receipt:
        gone = named(writer.connection, name)
        touched = _on_orders(writer.connection, gone.id)
        _delete_some(writer, gone.id)
        result = {"orders": touched, "tag": gone.id}
        return Receipt("", "", "delete_tag", changed=True, result=result)

    arguments: dict[str, object] = {"name": name}
    receipt = store.perform("delete_tag", arguments, begin, actor=actor, key=key)
    gone = receipt.result["tag"]
    return _finished(
        store,
        receipt,
        gone,
        lambda writer: _delete_some(writer, gone),
        actor=actor,
        progress=progress,
    )


def _finished(
    store: Store,
    receipt: Receipt,
    tag_id: int,
    step: Callable[[Writer], bool],
    *,
    actor: str,
    progress: Progress | None,
) -> Receipt:
    """Do the batches that are left, also of work that broke half-way under its key."""
    touched = receipt.result["orders"]
    with store.reading() as connection:
        left = _tag(connection, tag_id) is not None
    if left:
        receipt = replace(receipt, changed=True, message="")
    done = min(BATCH, touched)
    while left:
        if progress:
            progress(min(done, touched), touched)
        store.give_way()
        with store.writing(actor, action=receipt.action) as writer:
            left = step(writer)
        done += BATCH
    if progress:
        progress(touched, touched)
    return receipt


def _on_orders(connection: Connection, tag_id: int) -> int:
    c = tables.order_tags.c
    count = select(func.count()).select_from(tables.order_tags)
    return connection.scalar(count.where(c.tag_id == tag_id)) or 0


def _some(connection: Connection, tag_id: int) -> list[int]:
    """The next orders that have the tag, at most a batch of them."""
    c = tables.order_tags.c
    some = select(c.order_id).where(c.tag_id == tag_id).order_by(c.order_id)
    return list(connection.scalars(some.limit(BATCH)))


def _tag(connection: Connection, tag_id: int) -> Row[Any] | None:
    return connection.execute(
        select(tables.tags).where(tables.tags.c.id == tag_id)
    ).first()


def _successor(writer: Writer, old: Row[Any], to: str) -> int:
    """The tag that takes the old one's place: a new one, or one begun before a kill."""
    mark = f"tag_renamed:{old.id}"
    info = tables.store_info.c
    begun = writer.connection.scalar(select(info.value).where(info.name == mark))
    existing = find(writer.connection, to)
    if existing is not None and existing.id != old.id:
        if str(existing.id) != begun:
            raise TagNameTaken(name=existing.name)
        return int(existing.id)
    tags = tables.tags
    if existing is not None:
        # The same but for accents and case; no folded name has a capital.
        writer.connection.execute(
            tags.update()
            .where(tags.c.id == old.id)
            .values(name_key=f"RENAMED {old.id}")
        )
    new = writer.insert(tags, name=to, name_key=fold(to), color=old.color)
    set_info(writer, mark, str(new))
    return new


def _rename_some(writer: Writer, old_id: int, new_id: int) -> bool:
    """Move a batch of orders to the new tag; whether there may be more."""
    old, new = _tag(writer.connection, old_id), _tag(writer.connection, new_id)
    if old is None or new is None:
        return False
    ids = _some(writer.connection, old_id)
    on = tables.order_tags
    both = set(
        writer.connection.scalars(
            select(on.c.order_id).where(on.c.tag_id == new_id, on.c.order_id.in_(ids))
        )
    )
    writer.connection.execute(
        on.delete().where(on.c.tag_id == old_id, on.c.order_id.in_(both))
    )
    writer.connection.execute(
        on.update()
        .where(on.c.tag_id == old_id, on.c.order_id.in_(ids))
        .values(tag_id=new_id)
    )
    payload: dict[str, object] = {"from": old.name, "to": new.name}
    _touch(writer, ids, "tag_renamed", payload)
    if len(ids) == BATCH:
        return True
    _forget(writer, old_id)
    set_info(writer, f"tag_renamed:{old_id}", None)
    _rename_in_views(writer, old.name, new.name)
    writer.record(None, "tag_renamed", payload)
    return False


def _delete_some(writer: Writer, tag_id: int) -> bool:
    """Take the tag off a batch of orders; whether there may be more."""
    gone = _tag(writer.connection, tag_id)
    if gone is None:
        return False
    ids = _some(writer.connection, tag_id)
    on = tables.order_tags
    writer.connection.execute(
        on.delete().where(on.c.tag_id == tag_id, on.c.order_id.in_(ids))
    )
    _touch(writer, ids, "untagged", {"tag": gone.name})
    if len(ids) == BATCH:
        return True
    _forget(writer, tag_id)
    writer.record(None, "tag_deleted", {"tag": gone.name})
    return False


def _touch(
    writer: Writer, ids: list[int], kind: str, payload: dict[str, object]
) -> None:
    """Each order's next version, with its journal entry."""
    orders = tables.orders
    writer.connection.execute(
        orders.update().where(orders.c.id.in_(ids)).values(version=orders.c.version + 1)
    )
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    writer.record_many([(order_id, text) for order_id in ids], kind)


def _forget(writer: Writer, tag_id: int) -> None:
    writer.delete(tables.tags, tables.tags.c.id == tag_id)


def _rename_in_views(writer: Writer, old: str, new: str) -> None:
    """A saved view that asks for the tag asks for its new name."""
    views = tables.saved_views
    for view in writer.connection.execute(select(views.c.id, views.c.query)).all():
        codes = parse_qsl(view.query, keep_blank_values=True)
        if ("tag", old) in codes:
            renamed = [("tag", new) if c == ("tag", old) else c for c in codes]
            writer.connection.execute(
                views.update()
                .where(views.c.id == view.id)
                .values(query=urlencode(renamed))
            )
