"""Tags: put on, taken off, created, recoloured (renamed, deleted: see tag_list)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from commandes.actions.orders import Done, Order, act, together
from commandes.errors import (
    TagColorUnknown,
    TagNameInvalid,
    TagNameTaken,
    TagNotFound,
)
from commandes.rules import TAG_COLORS, fold
from commandes.store import Receipt, tables
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row

    from commandes.store import Store, Writer

LONGEST_NAME = 40


def clean(name: str) -> str:
    """A name as it is kept, without blanks that nobody sees.

    Raises:
        TagNameInvalid: it is blank, too long, or holds control characters.
    """
    name = _tidy(name)
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise TagNameInvalid(longest=LONGEST_NAME)
    return name


def _tidy(name: str) -> str:
    return " ".join(name.split())


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
    name = clean(name)

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
    if color is not None:
        arguments["color"] = color
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
        # Files keep a name as it was written, people copy blanks along.
        written, tidied = (find(writer.connection, n) for n in (name, _tidy(name)))
        existing = written or tidied
        on = tables.order_tags.c
        gone = (
            existing is not None
            and writer.connection.execute(
                tables.order_tags.delete().where(
                    on.order_id == found.id, on.tag_id == existing.id
                )
            ).rowcount
        )
        if existing is None or not gone:
            return Done(message=_("La commande ne porte pas cette étiquette."))
        return Done("untagged", payload={"tag": existing.name})

    arguments: dict[str, object] = {"name": fold(name)}
    return act(store, "untag", order, work, arguments=arguments, actor=actor, key=key)


def change(
    store: Store,
    order: Order,
    *,
    on: Sequence[str] = (),
    off: Sequence[str] = (),
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Put tags on an order and take others off, at once.

    Raises:
        TagNameInvalid: a name is blank or too long; no tag is changed then.
    """
    steps = [partial(untag, name=name, actor=actor) for name in off]
    steps += [partial(tag, name=name, actor=actor) for name in on]
    arguments: dict[str, object] = {"on": list(on), "off": list(off)}
    return together(
        store, "tags", order, steps, arguments=arguments, actor=actor, key=key
    )


def create(
    store: Store,
    name: str,
    color: str | None = None,
    *,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Create a tag that no order has yet.

    Args:
        color: a name of rules.TAG_COLORS; None chooses the next one.

    Raises:
        TagNameInvalid: the name is blank or too long.
        TagNameTaken: another tag has the name (accents and case aside).
        TagColorUnknown: no tag can have the colour.
    """
    name = clean(name)
    if color is not None:
        _check_color(color)

    def work(writer: Writer) -> Receipt:
        existing = find(writer.connection, name)
        if existing is not None:
            raise TagNameTaken(name=existing.name)
        _create(writer, name, color)
        writer.record(None, "tag_created", {"tag": name})
        return Receipt("", "", "create_tag", changed=True)

    arguments: dict[str, object] = {"name": name, "color": color}
    return store.perform("create_tag", arguments, work, actor=actor, key=key)


def recolour(
    store: Store, name: str, color: str, *, actor: str, key: str | None = None
) -> Receipt:
    """Give a tag another colour; the orders that have it are untouched.

    Raises:
        TagNotFound: no tag has the name.
        TagColorUnknown: no tag can have the colour.
    """
    _check_color(color)

    def work(writer: Writer) -> Receipt:
        existing = named(writer.connection, name)
        if existing.color == color:
            message = _("L’étiquette a déjà cette couleur.")
            return Receipt("", "", "recolour_tag", changed=False, message=message)
        tags = tables.tags
        writer.connection.execute(
            tags.update().where(tags.c.id == existing.id).values(color=color)
        )
        writer.record(None, "tag_recoloured", {"tag": existing.name, "color": color})
        return Receipt("", "", "recolour_tag", changed=True)

    arguments: dict[str, object] = {"name": name, "color": color}
    return store.perform("recolour_tag", arguments, work, actor=actor, key=key)


def named(connection: Connection, name: str) -> Row[Any]:
    """The tag that is called exactly so, else the one called so but for accents.

    Raises:
        TagNotFound: there is none.
    """
    exact = select(tables.tags).where(tables.tags.c.name == name)
    found = connection.execute(exact).first() or find(connection, name)
    if found is None:
        raise TagNotFound(name=name)
    return found


def _check_color(color: str) -> None:
    if color not in TAG_COLORS:
        raise TagColorUnknown(color=color, choices=", ".join(TAG_COLORS))
