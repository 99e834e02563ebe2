"""The list of orders: its pages, its totals, its counts beside each filter."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

import polars.selectors as cs

from commandes.errors import BadFilter
from commandes.reports import masking
from commandes.reports.asking import parameters
from commandes.reports.facets import Facets, facets, tag_colors
from commandes.reports.summary import Summary, Tally, summary
from commandes.store import to_micros
from commandes.words import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import polars as pl

    from commandes.mirror import Snapshot
    from commandes.reports.filters import OrderFilter

__all__ = [
    "SORTS",
    "Facets",
    "Page",
    "Summary",
    "Tally",
    "arranged",
    "check_sort",
    "facets",
    "ids",
    "of_customer",
    "page",
    "sort_from_query",
    "summary",
    "tag_colors",
]

# The sorts, as the URL (`sort=`) and `--sort` name them. By total: currency by
# currency, since amounts of two currencies are never compared.
SORTS = {
    "newest": N_("Les plus récentes d’abord"),
    "oldest": N_("Les plus anciennes d’abord"),
    "total_desc": N_("Total décroissant"),
    "total_asc": N_("Total croissant"),
    "customer_asc": N_("Client, de A à Z"),
    "customer_desc": N_("Client, de Z à A"),
}

_REVERSE = {
    "newest": "oldest",
    "oldest": "newest",
    "total_desc": "total_asc",
    "total_asc": "total_desc",
    "customer_asc": "customer_desc",
    "customer_desc": "customer_asc",
}


@dataclass(frozen=True)
class Page:
    """One page of the list, with the places to go on from.

    Attributes:
        rows: the orders, columns of sql/orders/page_newest.sql (money in minor units,
            instants as Datetime in UTC).
        next: what to give as `after` for the page that follows; None on the last.
        previous: what to give as `before` for the page before; None on the first.
    """

    rows: pl.DataFrame
    next: str | None
    previous: str | None

    def is_empty(self) -> bool:
        """Whether no order is on this page."""
        return self.rows.is_empty()


def page(
    snap: Snapshot,
    wanted: OrderFilter,
    *,
    sort: str = "newest",
    after: str | None = None,
    before: str | None = None,
    size: int = 50,
    today: date | None = None,
) -> Page:
    """One page of the orders a filter keeps, in a total order (ties by id).

    Args:
        snap: the mirror at one moment.
        wanted: the filter.
        sort: a code of SORTS; orders without a customer's name come last both ways.
        after: the `next` of the page before this one.
        before: the `previous` of the page after this one.
        size: how many orders at most.
        today: what named periods are reckoned from; None: the day it is in the shop.

    Raises:
        BadFilter: an unknown sort, or a place that no page of this sort gave.
    """
    check_sort(sort)
    backwards = before is not None
    place = _read_place(before if backwards else after, sort)
    asked = _REVERSE[sort] if backwards else sort
    given = parameters(snap, wanted, today) | _place_parameters(asked, place)
    given["size"] = size + 1
    if asked.startswith("customer"):
        given["nulls_first"] = backwards
    found = snap.ask(f"orders/page_{asked}", given)
    found = found.with_columns(cs.datetime().dt.convert_time_zone("UTC"))
    more, rows = found.height > size, found.head(size)
    if backwards:
        rows = rows.reverse()
    beyond_end = backwards or more
    beyond_start = more if backwards else after is not None
    return Page(
        rows=masking.frame(rows),
        next=_place(rows, -1, sort) if beyond_end else None,
        previous=_place(rows, 0, sort) if beyond_start else None,
    )


def sorts() -> dict[str, str]:
    """The sorts of who asks now: masked customers are not told by their order."""
    masked = masking.is_on()
    return {
        code: text
        for code, text in SORTS.items()
        if not (masked and code.startswith("customer"))
    }


def check_sort(sort: str) -> None:
    """Refuse a sort that is not one of `sorts`, by BadFilter."""
    if sort not in (known := sorts()):
        raise BadFilter(name="sort", value=sort, choices=", ".join(known))


def sort_from_query(given: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The sort that a URL asks for, and a sentence on each value not understood."""
    said: list[str] = []
    known = sorts()
    for sort in given:
        if sort in known:
            return sort, tuple(said)
        error = BadFilter(name="sort", value=sort, choices=", ".join(known))
        said.append(str(error))
    return "newest", tuple(said)


def _keys(sort: str) -> tuple[str, ...]:
    if sort.startswith("total"):
        return ("currency", "total", "id")
    return (
        ("customer_key", "id") if sort.startswith("customer") else ("placed_at", "id")
    )


def _place(rows: pl.DataFrame, row: int, sort: str) -> str | None:
    """The place of a row in the order of the sort, as URL-safe text."""
    if rows.is_empty():
        return None
    values = [rows.item(row, key) for key in _keys(sort)]
    values = [to_micros(v) if isinstance(v, datetime) else v for v in values]
    text = json.dumps([_keys(sort)[0], *values], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


_KINDS = {
    "placed_at": (int,),
    "currency": (str,),
    "total": (int,),
    "customer_key": (str, type(None)),
    "id": (int,),
}
_LARGEST = 2**63 - 1


def _read_place(text: str | None, sort: str) -> dict[str, int | str | None] | None:
    if text is None:
        return None
    try:
        padded = text.encode() + b"=" * (-len(text) % 4)
        values = json.loads(base64.b64decode(padded, b"-_", validate=True))
        return _checked(values, sort)
    except (ValueError, TypeError, RecursionError) as error:
        choices = _("celles que la liste donne elle-même")
        raise BadFilter(name="page", value=text, choices=choices) from error


def _checked(values: list[object], sort: str) -> dict[str, int | str | None]:
    first, *rest = values
    place = dict(zip(_keys(sort), rest, strict=True))
    if first != _keys(sort)[0] or not all(map(_is_key, place, place.values())):
        raise ValueError(values)
    return cast("dict[str, int | str | None]", place)


def _is_key(key: str, value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, _KINDS[key]):
        return False
    return not isinstance(value, int) or abs(value) <= _LARGEST


def _place_parameters(
    sort: str, place: dict[str, int | str | None] | None
) -> dict[str, object]:
    place = place or {}
    given: dict[str, object] = {"after_id": place.get("id")}
    if sort.startswith("total"):
        given["after_currency"] = place.get("currency")
        given["after_total"] = place.get("total")
    elif sort.startswith("customer"):
        given["after_key"] = place.get("customer_key")
        given["after_null"] = place.get("customer_key") is None
    else:
        given["after_us"] = place.get("placed_at")
    return given


def ids(
    snap: Snapshot,
    wanted: OrderFilter,
    sort: str = "newest",
    *,
    today: date | None = None,
) -> list[int]:
    """The ids of all orders a filter keeps, in the order of the list.

    Raises:
        BadFilter: an unknown sort.
    """
    check_sort(sort)
    found = snap.ask("orders/ids", parameters(snap, wanted, today))
    return arranged(found, sort)["id"].to_list()


def count(snap: Snapshot, wanted: OrderFilter, *, today: date | None = None) -> int:
    """How many orders a filter keeps."""
    given = parameters(snap, wanted, today) | {"only": None}
    return int(snap.ask("orders/export_size", given)["orders"][0])


def of_customer(snap: Snapshot, email: str | None, *, but: int) -> pl.DataFrame:
    """The orders of an e-mail address over all modules, newest first, twenty at most.

    Args:
        email: whatever its case; None or blank has no other orders.
        but: the id of the order that is left out.
    """
    key = (email or "").strip().lower()
    found = snap.ask("orders/of_customer", {"email": key, "but": but})
    return found.with_columns(cs.datetime().dt.convert_time_zone("UTC"))


def arranged(rows: pl.DataFrame, sort: str) -> pl.DataFrame:
    """Rows that hold the keys of a sort, in the list's own order."""
    return rows.sort(
        _keys(sort),
        descending=sort in ("newest", "total_desc", "customer_desc"),
        nulls_last=True,
    )
