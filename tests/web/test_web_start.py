"""What a server does before it answers anyone."""

from __future__ import annotations

import os
import subprocess
import sys

STARTED = """
import asyncio, gc
from commandes import server

async def main():
    async with server._lifespan(server.app):
        made = len(gc.get_objects())
        print(gc.get_freeze_count(), made)

asyncio.run(main())
"""


def test_the_search_for_garbage_passes_by_what_starting_made(tmp_path):
    """A quarter of a million objects: 0.2 s, for which everybody would wait."""
    own = {k: v for k, v in os.environ.items() if not k.startswith("COMMANDES")}
    done = subprocess.run(
        [sys.executable, "-c", STARTED],
        env={**own, "COMMANDES_DATA_DIR": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    frozen, looked_through = map(int, done.stdout.split())
    assert frozen > 100_000
    assert looked_through < frozen / 4
