"""The table of carriers: where the parcels of each are followed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from sqlalchemy import select, update

from commandes.errors import (
    CarrierNameInvalid,
    CarrierNameTaken,
    CarrierUnknown,
    CarrierUrlInvalid,
)
from commandes.rules import fold
from commandes.store import Receipt, tables
from commandes.words import _

if TYPE_CHECKING:
    from typing import Any

    from sqlalchemy import Connection, Row

    from commandes.store import Store, Writer

PLACE = "{n}"
LONGEST_NAME = 60
LONGEST_URL = 500


@dataclass(frozen=True)
class Carrier:
    """A carrier; `url` is https and holds the number's place `{n}` once."""

    id: int
    name: str
    url: str

    def link(self, number: str) -> str:
        """The page that follows a parcel; the number is URL-encoded."""
        return self.url.replace(PLACE, quote(number, safe=""))


def known(store: Store) -> tuple[Carrier, ...]:
    """All carriers, by name, accents and case aside."""
    with store.reading("orders/carriers") as connection:
        rows = connection.execute(select(tables.carriers)).all()
    found = [_carrier(row) for row in rows]
    return tuple(sorted(found, key=lambda carrier: fold(carrier.name)))


def find(connection: Connection, name: str) -> Carrier | None:
    """The carrier of this name, accents and case aside."""
    c = tables.carriers.c
    row = connection.execute(
        select(tables.carriers).where(c.name_key == fold(_tidy(name)))
    ).first()
    return None if row is None else _carrier(row)


def _carrier(row: Row[Any]) -> Carrier:
    return Carrier(row.id, row.name, row.url)


def is_https(url: str) -> bool:
    """Whether a text is the address of a page that a customer can be sent to."""
    try:
        parts = urlsplit(url)
        _port = parts.port
    except ValueError:
        return False
    return (
        parts.scheme == "https"
        and bool(parts.hostname)
        and "@" not in parts.netloc
        and url.isprintable()
        and " " not in url
    )


def add(
    store: Store, name: str, url: str, *, actor: str, key: str | None = None
) -> Receipt:
    """Add a carrier.

    Args:
        url: https, with `{n}` once where the number goes.

    Raises:
        CarrierNameInvalid: the name is blank, too long or unprintable.
        CarrierNameTaken: another carrier has the name, accents and case aside.
        CarrierUrlInvalid: no https address, or not one `{n}` in its path or query.
    """
    name, url = _name(name), _url(url)

    def work(writer: Writer) -> Receipt:
        _free(writer, name, None)
        new = writer.insert(tables.carriers, name=name, name_key=fold(name), url=url)
        writer.record(None, "carrier_added", {"carrier": name})
        return Receipt("", "", "add_carrier", changed=True, result={"carrier": new})

    arguments: dict[str, object] = {"name": name, "url": url}
    return store.perform("add_carrier", arguments, work, actor=actor, key=key)


def change(
    store: Store,
    carrier_id: int,
    *,
    name: str,
    url: str,
    actor: str,
    key: str | None = None,
) -> Receipt:
    """Change a carrier's name and address; parcels noted before keep their link.

    Raises:
        CarrierUnknown: somebody has removed it.
        CarrierNameInvalid, CarrierNameTaken, CarrierUrlInvalid: as for `add`.
    """
    name, url = _name(name), _url(url)

    def work(writer: Writer) -> Receipt:
        before = _of(writer, carrier_id)
        if before is None:
            raise CarrierUnknown
        if (before.name, before.url) == (name, url):
            said = _("Le transporteur est déjà ainsi.")
            return Receipt("", "", "change_carrier", changed=False, message=said)
        _free(writer, name, carrier_id)
        writer.connection.execute(
            update(tables.carriers)
            .where(tables.carriers.c.id == carrier_id)
            .values(name=name, name_key=fold(name), url=url)
        )
        writer.record(None, "carrier_changed", {"carrier": name})
        return Receipt("", "", "change_carrier", changed=True)

    arguments: dict[str, object] = {"id": carrier_id, "name": name, "url": url}
    return store.perform("change_carrier", arguments, work, actor=actor, key=key)


def remove(
    store: Store, carrier_id: int, *, actor: str, key: str | None = None
) -> Receipt:
    """Take a carrier out of the table; parcels noted before keep name and link."""

    def work(writer: Writer) -> Receipt:
        before = _of(writer, carrier_id)
        if before is None:
            said = _("Ce transporteur n’est plus dans la liste.")
            return Receipt("", "", "remove_carrier", changed=False, message=said)
        writer.delete(tables.carriers, tables.carriers.c.id == carrier_id)
        writer.record(None, "carrier_removed", {"carrier": before.name})
        return Receipt("", "", "remove_carrier", changed=True)

    arguments: dict[str, object] = {"id": carrier_id}
    return store.perform("remove_carrier", arguments, work, actor=actor, key=key)


def _of(writer: Writer, carrier_id: int) -> Carrier | None:
    row = writer.connection.execute(
        select(tables.carriers).where(tables.carriers.c.id == carrier_id)
    ).first()
    return None if row is None else _carrier(row)


def _free(writer: Writer, name: str, own: int | None) -> None:
    """Refuse a name that another carrier than `own` has."""
    other = find(writer.connection, name)
    if other is not None and other.id != own:
        raise CarrierNameTaken(name=other.name)


def _tidy(name: str) -> str:
    return " ".join(name.split())


def _name(name: str) -> str:
    name = _tidy(name)
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise CarrierNameInvalid(longest=LONGEST_NAME)
    return name


def _url(url: str) -> str:
    url = url.strip()
    if len(url) > LONGEST_URL:
        detail = _("elle dépasse {longest} caractères").format(longest=LONGEST_URL)
        raise CarrierUrlInvalid(detail=detail)
    if not is_https(url):
        detail = _("elle doit commencer par https:// et le nom d’un site")
        raise CarrierUrlInvalid(detail=detail)
    site = url.split("/", 3)[2]
    if url.count(PLACE) != 1 or url.count("{") != 1 or url.count("}") != 1:
        detail = _("elle doit contenir {place} une fois, à la place du numéro")
        raise CarrierUrlInvalid(detail=detail.format(place=PLACE))
    if PLACE in site:
        detail = _("{place} ne peut pas être dans le nom du site").format(place=PLACE)
        raise CarrierUrlInvalid(detail=detail)
    return url
