"""What pages share: frame, sidebar, list, panel, tables, exports, imports."""

from commandes.ui import (
    address,
    bulk_bar,
    exporting,
    importing,
    language,
    list_parts,
    listing,
    money,
    panel,
    period,
    sidebar,
    start,
    tables,
    views,
    waiting,
)
from commandes.ui.framing import Here, frame, part

__all__ = [
    "Here",
    "address",
    "bulk_bar",
    "exporting",
    "frame",
    "importing",
    "language",
    "list_parts",
    "listing",
    "money",
    "panel",
    "part",
    "period",
    "sidebar",
    "start",
    "tables",
    "views",
    "waiting",
]
