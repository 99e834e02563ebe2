"""What passes between the shut-in process and its parent: lengths, JSON, bytes.

A frame is two lengths of eight bytes, a JSON object and a body. The parent trusts no
length that it reads.
"""

from __future__ import annotations

import json
import os
import struct
from typing import Any

LENGTHS = struct.Struct(">QQ")
# The longest header: a message of DuckDB's is cut before.
LONGEST = 64 * 1024


def packed(header: dict[str, Any], body: bytes = b"") -> bytes:
    """A frame as it is sent."""
    told = json.dumps(header).encode()
    return LENGTHS.pack(len(told), len(body)) + told + body


def write(descriptor: int, header: dict[str, Any], body: bytes = b"") -> None:
    """Send a frame, however long the other side takes."""
    left = memoryview(packed(header, body))
    while left:
        left = left[os.write(descriptor, left) :]


def read(descriptor: int) -> dict[str, Any] | None:
    """The header of the next frame, which has no body; None at the end."""
    lengths = _exactly(descriptor, LENGTHS.size)
    if lengths is None:
        return None
    size, _none = LENGTHS.unpack(lengths)
    told = _exactly(descriptor, size)
    return None if told is None else json.loads(told)


def _exactly(descriptor: int, size: int) -> bytes | None:
    taken = b""
    while len(taken) < size:
        more = os.read(descriptor, size - len(taken))
        if not more:
            return None
        taken += more
    return taken
