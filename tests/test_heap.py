"""The C library's heap, told in a process of its own."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest
from memory import TELLS

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


def _arenas(script: str) -> int:
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
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
