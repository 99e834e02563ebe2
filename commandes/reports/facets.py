"""The counts beside each value of the sidebar's filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from commandes.reports.asking import parameters
from commandes.reports.filters import ARCHIVED, PAYMENTS
from commandes.rules import MODULES, STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from commandes.mirror import Snapshot
    from commandes.reports.filters import OrderFilter


@dataclass(frozen=True)
class Facets:
    """How many orders each value of a filter would show, the other filters kept.

    Attributes:
        status: count by code, every code of rules.STATUSES.
        payment: count by code, every code of filters.PAYMENTS.
        module: count by code, every code of rules.MODULES.
        tag: count by name, every tag there is, in the order of their names.
        archived: count by code `no`, `yes`, `all`.
    """

    status: dict[str, int]
    payment: dict[str, int]
    module: dict[str, int]
    tag: dict[str, int]
    archived: dict[str, int]


def facets(
    snap: Snapshot,
    wanted: OrderFilter,
    *,
    today: date | None = None,
    tags: Iterable[str] | None = None,
) -> Facets:
    """The counts beside each value of the sidebar; a value of none counts 0.

    Args:
        tags: the names of all tags, where they are known already.
    """
    found = snap.ask("orders/facets", parameters(snap, wanted, today))
    counts: dict[str, dict[str, int]] = {
        "status": dict.fromkeys(STATUSES, 0),
        "payment": dict.fromkeys(PAYMENTS, 0),
        "module": dict.fromkeys(MODULES, 0),
        "tag": dict.fromkeys(tag_colors(snap) if tags is None else tags, 0),
        "archived": dict.fromkeys(ARCHIVED, 0),
    }
    for facet, value, orders in found.iter_rows():
        counts[facet][value] = orders
    counts["archived"]["all"] = counts["archived"]["no"] + counts["archived"]["yes"]
    return Facets(**counts)


def tag_colors(snap: Snapshot) -> dict[str, str]:
    """The colour of each tag there is, in the order of their names."""
    return dict(snap.ask("orders/tags", {}).iter_rows())
