"""What this process holds of memory, as Linux and glibc tell it."""

from __future__ import annotations

import ctypes
from pathlib import Path

_STATUS = Path("/proc/self/status")
TELLS = _STATUS.exists()


class _Heap(ctypes.Structure):
    """What glibc's mallinfo2 tells, in bytes but for the numbers of chunks."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    )


def held(name: str = "VmRSS") -> int:
    """Bytes that this process holds now; `VmHWM`: held at most."""
    lines = _STATUS.read_text(encoding="utf-8").splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1]) * 1024


def in_use() -> int | None:
    """Bytes of the heap in use, those that are free left out; None without glibc."""
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "mallinfo2"):
        return None
    libc.mallinfo2.restype = _Heap
    return libc.mallinfo2().uordblks
