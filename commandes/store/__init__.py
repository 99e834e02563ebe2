"""The store: tables, transactions, journal, migrations. The only place that writes."""

from commandes.store.journal import Head
from commandes.store.store import (
    Receipt,
    Rehearsal,
    Store,
    Within,
    Writer,
    open_store,
    set_info,
)
from commandes.store.tables import from_micros, to_micros

__all__ = [
    "Head",
    "Receipt",
    "Rehearsal",
    "Store",
    "Within",
    "Writer",
    "from_micros",
    "open_store",
    "set_info",
    "to_micros",
]
