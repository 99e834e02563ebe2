"""What a server does before it answers anyone."""

from __future__ import annotations

import json
import os
import subprocess
import sys

STARTED = """
import asyncio, gc, json
import pyarrow as pa
from commandes import server

async def main():
    async with server._lifespan(server.app):
        told = gc.get_freeze_count(), len(gc.get_objects())
        print(json.dumps([*told, pa.default_memory_pool().backend_name]))

asyncio.run(main())
"""


def test_what_starting_made_is_passed_by_and_arrow_gives_memory_back(tmp_path):
    """Garbage is sought in little; a quarter of a million objects would take 0.2 s.

    Arrow's own allocator would keep what each of thousands of threads has once had.
    """
    own = {k: v for k, v in os.environ.items() if not k.startswith("COMMANDES")}
    done = subprocess.run(
        [sys.executable, "-c", STARTED],
        env={**own, "COMMANDES_DATA_DIR": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    frozen, looked_through, pool = json.loads(done.stdout)
    assert frozen > 100_000
    assert looked_through < frozen / 4
    assert pool == "system"
