"""The C library's heap: as small as many threads allow."""

from __future__ import annotations

import ctypes
import os

_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h


def few_arenas() -> None:
    """Let all threads share as many arenas as there are processors.

    glibc gives them eight per processor, each of which keeps what its threads have once
    had at the same time. To be called before there is a second thread. It does nothing
    without glibc, and where `MALLOC_ARENA_MAX` is set. Source: mallopt(3).
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "mallopt") and "MALLOC_ARENA_MAX" not in os.environ:
        library.mallopt(_ARENA_MAX, os.cpu_count() or 1)


def give_back() -> None:
    """Let the system have the pages of which nothing is in use, in milliseconds.

    By itself glibc gives back only what lies at the top. Source: malloc_trim(3).
    """
    library = ctypes.CDLL(None)
    if hasattr(library, "malloc_trim"):
        library.malloc_trim(0)
