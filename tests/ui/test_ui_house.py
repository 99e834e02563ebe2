"""The store and the mirror of a process, opened once."""

from __future__ import annotations

import pyarrow as pa

from commandes import settings
from commandes.ui.house import close_house, open_house


def test_a_house_is_opened_once_and_arrow_takes_memory_from_the_system(tmp_path):
    """Arrow's own allocator keeps what each thread once had; a server has thousands."""
    kept = pa.default_memory_pool()
    pa.set_memory_pool(pa.mimalloc_memory_pool())
    try:
        house = open_house(settings.read({"COMMANDES_DATA_DIR": str(tmp_path)}))
        assert pa.default_memory_pool().backend_name == "system"
        assert open_house(house.settings) is house
    finally:
        close_house()
        pa.set_memory_pool(kept)
