"""Tags: put on, taken off, created on the spot, renamed, recoloured, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from commandes.actions.orders import Done, Order, act
from commandes.errors import TagNameInvalid
from commandes.rules import TAG_COLORS, fold
from commandes.store import tables
from commandes.words import _

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

    from commandes.store import Receipt, Store, Writer

LONGEST_NAME = 40


def _clean(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise TagNameInvalid(longest=LONGEST_NAME)
    return name


def find(connection: Connection, name: str) -> Row[Any] | None:
    """The tag of this name, accents and case aside."""
    c = tables.tags.c
    return connection.execute(
        select(tables.tags).where(c.name_key == fold(name))
    ).first()


def tag(
    store: Store,
    order: Order,
    name: str,
    *,
    color: str | None = None,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Put a tag on an order; a tag that does not exist yet is created.

    Args:
        color: a name of rules.TAG_COLORS for a new tag; None chooses the next one.

    Raises:
        TagNameInvalid: the name is blank or too long.
    """
    name = _clean(name)

    def work(writer: Writer, found: Row[Any]) -> Done:
        existing = find(writer.connection, name)
        on = tables.order_tags.c
        if existing is not None and writer.connection.scalar(
            select(on.tag_id).where(on.order_id == found.id, on.tag_id == existing.id)
        ):
            return Done(message=_("La commande porte déjà cette étiquette."))
        tag_id = existing.id if existing else _create(writer, name, color)
        writer.connection.execute(
            insert(tables.order_tags).values(
                order_id=found.id, tag_id=tag_id, at=writer.now
            )
        )
        return Done("tagged", payload={"tag": existing.name if existing else name})

    arguments: dict[str, object] = {"name": fold(name)}
    return act(store, "tag", order, work, arguments=arguments, actor=actor, key=key)


def _create(writer: Writer, name: str, color: str | None) -> int:
    used = writer.ids(tables.tags, 0).start
    chosen = color if color in TAG_COLORS else TAG_COLORS[used % len(TAG_COLORS)]
    return writer.insert(tables.tags, name=name, name_key=fold(name), color=chosen)


def untag(
    store: Store, order: Order, name: str, *, actor: str, key: str | None = None
) -> Receipt:
    """Take a tag off an order; the tag itself stays."""

    def work(writer: Writer, found: Row[Any]) -> Done:
        existing = find(writer.connection, name)
        on = tables.order_tags.c
        gone = (
            existing is not None
            and writer.connection.execute(
                delete(tables.order_tags).where(
                    on.order_id == found.id, on.tag_id == existing.id
                )
            ).rowcount
        )
        if existing is None or not gone:
            return Done(message=_("La commande ne porte pas cette étiquette."))
        return Done("untagged", payload={"tag": existing.name})

    arguments: dict[str, object] = {"name": fold(name)}
    return act(store, "untag", order, work, arguments=arguments, actor=actor, key=key)
