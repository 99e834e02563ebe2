"""The journal: numbered in commit order, each entry chained to the one before.

A digest is HMAC-SHA256 over the previous digest and the entry, with a key kept outside
the store; who can write to the database still cannot rewrite the past.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted
from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, select, type_coerce

from commandes.errors import JournalKeyMissing
from commandes.store import tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from commandes.settings import Settings

START = "0" * 64

# Made once: json.dumps would make one for each entry.
_as_json = json.JSONEncoder(default=repr).encode


@dataclass(frozen=True)
class Head:
    """The journal's end: the number and the digest of its last entry."""

    seq: int
    digest: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.digest}"


def digest(key: bytes, previous: str, entry: tuple[Any, ...]) -> str:
    """The digest of an entry: seq, order_id, at (microseconds), actor, kind, payload.

    JSON keeps the parts apart, so that no two entries read alike.
    """
    signed = _keyed(key).copy()
    signed.update(_message(previous, entry).encode())
    return signed.hexdigest()


@lru_cache(maxsize=4)
def _keyed(key: bytes) -> hmac.HMAC:
    return hmac.new(key, digestmod="sha256")


def _message(previous: str, entry: tuple[Any, ...]) -> str:
    """The entry as a JSON array; written out, which takes a third of the encoder."""
    seq, order_id, at, actor, kind, payload = entry
    try:
        return (
            f"[{quoted(previous)}, {seq:d}, {order_id:d}, {at:d}, "
            f"{quoted(actor)}, {quoted(kind)}, {quoted(payload)}]"
        )
    except (TypeError, ValueError):  # of no order, or not as Commandes writes it
        return _as_json([previous, *entry])


def sign(key: bytes, purpose: str, text: str) -> str:
    """The digest of a text (64 hex digits) under a key of its purpose alone.

    Each purpose has a key of its own, derived from the journal's: a digest made for
    one proves nothing for another, and none of them is an entry's.
    """
    own = hmac.digest(key, b"commandes:" + purpose.encode(), "sha256")
    return hmac.digest(own, text.encode(), "sha256").hex()


def load_key(settings: Settings, *, journal_is_empty: bool) -> bytes:
    """The key of the digests: the setting, else the file, made for a new journal.

    Raises:
        JournalKeyMissing: there is a journal, but neither setting nor file; or the
            file is empty, or cannot be read or made.
    """
    if settings.journal_key:
        return settings.journal_key.encode()
    path = settings.data_dir / "journal.key"
    try:
        if not path.exists() and journal_is_empty:
            settings.make_data_dir()
            create_key(path)
        key = path.read_bytes().strip()
    except OSError as error:
        raise JournalKeyMissing(path=path) from error
    # An empty key would let anybody write digests.
    if not key:
        raise JournalKeyMissing(path=path)
    return key


def create_key(path: Path) -> None:
    """Make a file with a random key, for its owner only; one that is there stays."""
    # Written aside and linked: a second process sees the whole key or none.
    aside = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(aside, path)
    except FileExistsError:
        pass  # another process was first: its key is the key
    finally:
        aside.unlink()


def head(connection: Connection) -> Head:
    """The journal's head as this transaction sees it; seq 0 for an empty journal."""
    row = connection.execute(
        select(tables.journal_head.c.count, tables.journal_head.c.digest)
    ).first()
    return Head(row[0], row[1]) if row else Head(0, START)


def entries(connection: Connection) -> Iterator[tuple[Any, ...]]:
    """All entries by seq: the columns of `events`, raw, whatever was put there."""
    c = tables.events.c
    statement = select(
        *(c.seq, c.order_id, type_coerce(c.at, BigInteger), c.actor, c.kind),
        *(c.payload, c.previous, c.digest),
    ).order_by(c.seq)
    with _any_text(connection):
        result = connection.execution_options(yield_per=10_000).execute(statement)
        for row in result:
            yield tuple(row)


def last(connection: Connection, seq: int) -> tuple[Any, ...] | None:
    """The entry of this number, raw; None where there is none."""
    c = tables.events.c
    row = connection.execute(
        select(
            *(c.seq, c.order_id, type_coerce(c.at, BigInteger), c.actor, c.kind),
            *(c.payload, c.previous, c.digest),
        ).where(c.seq == seq)
    ).first()
    return None if row is None else tuple(row)


@contextmanager
def _any_text(connection: Connection) -> Iterator[None]:
    """Read what is no UTF-8 as well: SQLite holds any bytes that someone puts there."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name != "sqlite":
        yield
        return
    driver.text_factory = lambda raw: raw.decode(errors="backslashreplace")
    try:
        yield
    finally:
        driver.text_factory = str
