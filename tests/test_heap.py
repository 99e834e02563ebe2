"""The C library's heap, told in a process of its own."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from memory import TELLS

from commandes import heap, server
from commandes.cli import main
from commandes.ui.house import close_house, open_house

# Threads that all hold memory at the same time; then what the library tells of arenas.
HOLD = """
import ctypes, threading
from commandes import heap
heap.few_arenas()
library = ctypes.CDLL(None)
library.malloc.restype = library.fdopen.restype = ctypes.c_void_p
together = threading.Barrier(64)
def hold():
    library.malloc(5000)
    together.wait()
threads = [threading.Thread(target=hold) for _ in range(64)]
for one in threads: one.start()
for one in threads: one.join()
library.malloc_info(0, ctypes.c_void_p(library.fdopen(1, b"w")))
library.fflush(None)
"""


def _arenas(script: str, **environment: str) -> int:
    told = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return told.stdout.count("<heap nr=")


@pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "malloc_info"), reason="only glibc has arenas"
)
def test_threads_share_as_many_arenas_as_there_are_processors():
    """Left alone, they have more."""
    few = _arenas(HOLD)
    assert 1 <= few <= (os.cpu_count() or 1)
    assert _arenas(HOLD.replace("heap.few_arenas()\n", "")) > few
    assert _arenas(HOLD, MALLOC_ARENA_MAX="1") == 1


def test_a_server_begins_with_few_arenas_and_gives_back(tmp_path, monkeypatch):
    """Before it loads what has threads; then as long as it serves."""
    done = []
    monkeypatch.setattr(heap, "few_arenas", lambda: done.append("few"))
    monkeypatch.setattr(heap, "give_back", lambda: done.append("back"))
    monkeypatch.setenv("COMMANDES_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(server, "serve", lambda *_args, **_kwargs: done.append("serve"))
    assert main(["serve"]) == 0
    assert done == ["few", "serve"]

    workers = server._Workers(open_house())
    workers.start()
    until = time.monotonic() + 60
    while "back" not in done and time.monotonic() < until:
        time.sleep(0.01)
    workers.stop()
    close_house()
    assert "back" in done


# A tenth of a gigabyte in pieces, of which every hundredth stays, up to the very top.
LEAVE = """
import ctypes
from memory import held
from commandes import heap
library = ctypes.CDLL(None)
library.malloc.restype = ctypes.c_void_p
library.free.argtypes = [ctypes.c_void_p]
pieces = [library.malloc(10_000) for _ in range(10_000)]
for one in pieces: ctypes.memset(one, 1, 10_000)
for place, one in enumerate(pieces, 1):
    if place % 100: library.free(one)
before = held()
heap.give_back()
print(before - held())
"""


@pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "malloc_trim") or not TELLS, reason="not on glibc"
)
def test_what_is_free_goes_back_to_the_system():
    """Although something is in use above it."""
    told = subprocess.run(
        [sys.executable, "-c", LEAVE],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(told.stdout) > 80_000_000
