"""The DuckDB copy of the store: follow the journal, rebuild, answer a question."""

from commandes.mirror.control import check
from commandes.mirror.mirror import Mirror, MirrorStatus
from commandes.mirror.schema import query_text
from commandes.mirror.slots import forget_idle
from commandes.mirror.snapshot import Snapshot

__all__ = [
    "Mirror",
    "MirrorStatus",
    "Snapshot",
    "check",
    "forget_idle",
    "query_text",
]
