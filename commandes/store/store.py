"""The store: opening it, reading from it, and the one way to write to it."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, inspect, select, update

from commandes import access, logs
from commandes.errors import (
    JournalKeyWrong,
    KeyReused,
    StoreTooNew,
    StoreUnreachable,
)
from commandes.store import engines, journal, tables
from commandes.store.journal import Head
from commandes.store.tables import from_micros, to_micros
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import ColumnElement, Connection, Engine, Table

    from commandes.settings import Settings

log = logging.getLogger("commandes.actions")

# The newest migration; a store that stands there opens without loading Alembic.
REVISION = "0008"

# The facts of the store that keep the highest id that a table's rows had when some
# were deleted; of the lines it was the first and has a name of its own.
_LAST = {"order_lines": "last_line_id"}

_AT_ONCE = 500

# Seconds for which long work keeps others waiting before it gives way.
_TURN = 0.3


@dataclass
class Writer:
    """One writing transaction: it holds the write lock from its first moment.

    Attributes:
        connection: the transaction, for SQLAlchemy statements.
        actor: who writes.
        now: the instant of all that this transaction writes; never before the
            journal's last entry, whatever the clock does.
    """

    connection: Connection
    actor: str
    now: datetime
    _key: bytes
    _head: Head
    _next_ids: dict[str, int] = field(default_factory=dict)
    _pending: list[tuple[object, ...]] = field(default_factory=list)

    def alike(self, actor: str) -> Writer:
        """A second writer on the transaction, for what is taken back again."""
        return Writer(self.connection, actor, self.now, self._key, self._head)

    def ids(self, table: Table, count: int) -> range:
        """The next ids of a table, reserved for this transaction."""
        if table.name not in self._next_ids:
            last = self.connection.scalar(select(func.max(table.c.id))) or 0
            last = max(last, self._once_used(table))
            self._next_ids[table.name] = last + 1
        first = self._next_ids[table.name]
        self._next_ids[table.name] = first + count
        return range(first, first + count)

    def _once_used(self, table: Table) -> int:
        """The highest id that a row of the table had and that is never given again."""
        if table is tables.orders:
            # A withdrawn order stays in the journal.
            seen = select(func.max(tables.events.c.order_id))
            return self.connection.scalar(seen) or 0
        return int(_info(self.connection, _last(table)) or 0)

    def delete(self, table: Table, which: ColumnElement[bool]) -> int:
        """Delete rows of a table numbered by `id`; returns how many.

        Their ids are never given again: links, receipts, the journal and the stock
        movements still mean what is gone.
        """
        set_info(self, _last(table), str(self.ids(table, 0).start - 1))
        return self.connection.execute(table.delete().where(which)).rowcount

    def delete_rows(self, table: Table, ids: Sequence[int]) -> None:
        """Delete rows by their ids, however many."""
        for first in range(0, len(ids), _AT_ONCE):
            self.delete(table, table.c.id.in_(ids[first : first + _AT_ONCE]))

    def insert(self, table: Table, **values: object) -> int:
        """Insert one row of a table numbered by `id`; returns the id."""
        (new,) = self.ids(table, 1)
        self.connection.execute(insert(table).values(id=new, **values))
        return new

    def insert_rows(
        self, table: Table, columns: Sequence[str], rows: Sequence[tuple[object, ...]]
    ) -> None:
        """Insert many rows as the database holds them (instants in microseconds)."""
        if rows:
            bulk_insert(self.connection, table, columns, rows)

    def record(
        self, order_id: int | None, kind: str, payload: dict[str, object] | None = None
    ) -> None:
        """Add the journal entry of one change; the payload holds no personal data."""
        text = json.dumps(payload or {}, ensure_ascii=False, separators=(",", ":"))
        self.record_many([(order_id, text)], kind)

    def record_many(self, entries: Iterable[tuple[int | None, str]], kind: str) -> None:
        """Add one entry for each (order id, payload as JSON), in this order."""
        seq, last = self._head.seq, self._head.digest
        at, actor = to_micros(self.now), tables.writable(self.actor)
        for order_id, given in entries:
            # Signed as it will be written and read again.
            payload = tables.writable(given)
            seq += 1
            previous = last
            entry = (seq, order_id, at, actor, kind, payload)
            last = journal.digest(self._key, previous, entry)
            self._pending.append((*entry, previous, last))
        self._head = Head(seq, last)

    def sign(self, purpose: str, text: str) -> str:
        """The digest of a text under the journal's key; see journal.sign."""
        return journal.sign(self._key, purpose, text)

    def flush(self) -> None:
        """Write the entries recorded so far and the new head."""
        if not self._pending:
            return
        columns = ["seq", "order_id", "at", "actor", "kind", "payload"]
        self.insert_rows(tables.events, [*columns, "previous", "digest"], self._pending)
        self._pending.clear()
        self.connection.execute(
            update(tables.journal_head).values(
                count=self._head.seq, digest=self._head.digest
            )
        )


def _last(table: Table) -> str:
    return _LAST.get(table.name, f"last_{table.name}_id")


def bulk_insert(
    connection: Connection,
    table: Table,
    columns: Sequence[str],
    rows: Sequence[tuple[object, ...]],
) -> None:
    """Insert tuples without a detour; the statement is the table's own."""
    statement = insert(table).compile(
        dialect=connection.dialect, column_keys=list(columns)
    )
    order = statement.positiontup
    if order and list(order) != list(columns):
        in_order = itemgetter(*[list(columns).index(name) for name in order])
        rows = list(map(in_order, rows))
    connection.exec_driver_sql(str(statement), list(rows))


@dataclass(frozen=True)
class Receipt:
    """What an action answers; the same again when its key is used again.

    Attributes:
        receipt: the idempotency key under which it is kept.
        order: the order's number, empty for what concerns no order.
        action: the verb.
        changed: False when there was nothing to do or the key was already used.
        done_before: whether it was done when the key was first used.
        message: why nothing changed, in one sentence; empty otherwise.
        result: what else the action says (JSON values).
    """

    receipt: str
    order: str
    action: str
    changed: bool
    message: str = ""
    result: dict[str, Any] = field(default_factory=dict)
    done_before: bool = False

    @property
    def took_effect(self) -> bool:
        """Whether what was asked for changed something, now or before."""
        return self.changed or self.done_before


class Store:
    """A relational database that holds the truth, with its journal."""

    def __init__(self, settings: Settings, writing: Engine, reading: Engine) -> None:
        self.settings = settings
        self._writing = writing
        self._reading = reading
        self._key: bytes | None = None
        self._key_fits = False
        self._gave_way = time.monotonic()
        with self.reading() as connection:
            self.store_id = _info(connection, "store_id") or ""

    @property
    def url(self) -> str:
        """The store's SQLAlchemy URL, its password hidden."""
        return self._reading.url.render_as_string(hide_password=True)

    @property
    def sqlite_path(self) -> Path | None:
        """The store's file; None on PostgreSQL. Never open it in this process."""
        url = self._reading.url
        if url.get_backend_name() != "sqlite" or url.database is None:
            return None
        return Path(url.database)

    @property
    def key(self) -> bytes:
        """The key of the journal's digests."""
        if self._key is None:
            empty = self.head().seq == 0
            self._key = journal.load_key(self.settings, journal_is_empty=empty)
        return self._key

    def sign(self, purpose: str, text: str) -> str:
        """The digest of a text under the journal's key; see journal.sign."""
        return journal.sign(self.key, purpose, text)

    @contextmanager
    def reading(self, question: str | None = None) -> Iterator[Connection]:
        """One read transaction: everything in it is of one moment.

        Args:
            question: what is asked, a name of the table in `access`; None within the
                store, the mirror and actions, which ask for no person's eyes.

        Raises:
            NotAllowed: who acts now may not ask it.
        """
        if question is not None:
            access.require_question(question)
        with engines.in_plain_words(), self._reading.begin() as connection:
            yield connection

    @contextmanager
    def writing(
        self, actor: str, *, action: str = "write", now: datetime | None = None
    ) -> Iterator[Writer]:
        """One write transaction under the write lock; all or nothing.

        Args:
            actor: who does it, unless somebody is logged in.
            action: its name in the table of `access`.

        Raises:
            NotAllowed: who acts now may not do it.
        """
        access.require_action(action)
        actor = access.signed(actor)
        key = self.key
        with engines.in_plain_words(), self._writing.begin() as connection:
            head = journal.head(connection)
            last = connection.scalar(
                select(tables.events.c.at).where(tables.events.c.seq == head.seq)
            )
            self._check_key(connection, head)
            moment = now or datetime.now(UTC)
            writer = Writer(
                connection, actor, max(moment, last or moment), _key=key, _head=head
            )
            yield writer
            writer.flush()

    def _check_key(self, connection: Connection, head: Head) -> None:
        """Refuse a key that is not the journal's: its entries would break the chain."""
        if self._key_fits:
            return
        entry = journal.last(connection, head.seq)
        if entry is not None and entry[7] != journal.digest(
            self.key, entry[6], entry[:6]
        ):
            raise JournalKeyWrong
        self._key_fits = True

    def give_way(self) -> None:
        """Let other writers in between two transactions of long work."""
        if time.monotonic() - self._gave_way > _TURN:
            engines.give_way(self._writing)
            self._gave_way = time.monotonic()

    def copy_into(self, file: Path) -> None:
        """Write a SQLite store into a new file, as it is at one moment."""
        engines.copy_into(self._reading, file)

    def replace_by(self, file: Path) -> None:
        """Put the content of a SQLite file in the place of this store's, whole.

        Raises:
            StoreLocked: others did not let go of it.
        """
        engines.replace_by(self._writing, file, self.settings.lock_timeout)

    def is_up_to_date(self) -> bool:
        """Whether the store stands at the newest migration."""
        with engines.in_plain_words():
            return _revision(self._reading) == REVISION

    def head(self) -> Head:
        """The journal's head now."""
        with self.reading() as connection:
            return journal.head(connection)

    def is_empty(self) -> bool:
        """Whether the store holds no order."""
        with self.reading() as connection:
            return connection.scalar(select(tables.orders.c.id).limit(1)) is None

    def is_sample(self) -> bool:
        """Whether the store was filled with sample orders and still holds them."""
        with self.reading() as connection:
            return _info(connection, "sample") == "1"

    def perform(
        self,
        action: str,
        arguments: dict[str, object],
        work: Callable[[Writer], Receipt],
        *,
        actor: str,
        key: str | None = None,
    ) -> Receipt:
        """Do an action once: the same key and arguments give the first receipt again.

        Args:
            action: the verb, kept with the receipt.
            arguments: what was asked for (JSON values); their digest is kept.
            work: does it within the transaction and answers a receipt; all its
                refusals come before its first write.
            actor: who does it.
            key: the idempotency key; a new one when None.

        Raises:
            NotAllowed: who acts now may not do it.
            KeyReused: the key has served for another action or other arguments.
        """
        key = key or secrets.token_urlsafe(16)
        asked = json.dumps([action, arguments], sort_keys=True, default=str)
        digest = hashlib.sha256(asked.encode()).hexdigest()
        with self.writing(actor, action=action) as writer:
            earlier = _earlier(writer.connection, key, digest)
            if earlier is not None:
                return earlier
            began = time.monotonic()
            receipt = work(writer)
            kept = {**receipt.__dict__, "receipt": key}
            writer.connection.execute(
                insert(tables.receipts).values(
                    key=key,
                    action=action,
                    arguments_digest=digest,
                    result=json.dumps(kept, ensure_ascii=False),
                    at=writer.now,
                )
            )
        _say(action, receipt, began)
        return Receipt(**kept)

    @contextmanager
    def rehearsing(self, actor: str) -> Iterator[Rehearsal]:
        """Try actions out: each is done and taken back, nothing is left of them.

        The write lock is held meanwhile: try a few hundred at a time.
        """
        with self.writing(actor, action="rehearse") as writer:
            outer = writer.connection.begin_nested()
            yield Rehearsal(self, writer)
            outer.rollback()

    def compact(self) -> bool:
        """Leave no byte of what was deleted in SQLite's file and its log.

        The file is written anew by SQLite itself, which takes as long as reading it;
        writers wait meanwhile. On PostgreSQL that is the database's own matter.

        Returns:
            Whether nothing is left: False while a reader holds on to the log.
        """
        return engines.compact(self._writing, self.settings.lock_timeout)

    def close(self) -> None:
        """Give back every connection."""
        self._writing.dispose()
        self._reading.dispose()


class Within(Store):
    """A store on which an action is part of a transaction that goes on already."""

    def __init__(self, store: Store, writer: Writer) -> None:
        self.settings = store.settings
        self._writer = writer
        self._key = store.key

    def sign(self, purpose: str, text: str) -> str:
        """The digest of a text under the journal's key."""
        return self._writer.sign(purpose, text)

    @property
    def connection(self) -> Connection:
        """The transaction, to look at what the actions are about."""
        return self._writer.connection

    def perform(
        self,
        action: str,
        arguments: dict[str, object],
        work: Callable[[Writer], Receipt],
        *,
        actor: str,
        key: str | None = None,
    ) -> Receipt:
        """Do the work; the receipt to keep is that of the whole transaction."""
        del arguments, actor, key
        access.require_action(action)
        return work(self._writer)


class Rehearsal(Within):
    """A store on which an action answers its receipt, and changes nothing."""

    def perform(
        self,
        action: str,
        arguments: dict[str, object],
        work: Callable[[Writer], Receipt],
        *,
        actor: str,
        key: str | None = None,
    ) -> Receipt:
        """Do the work, see what it answers, take it back."""
        del arguments, key
        access.require_action(action)
        trial = self._writer.alike(actor)
        point = trial.connection.begin_nested()
        try:
            return work(trial)
        finally:
            point.rollback()


def _say(action: str, receipt: Receipt, began: float) -> None:
    """What was done, for the log: neither to whom nor by whom; the journal knows."""
    milliseconds = round((time.monotonic() - began) * 1000, 1)
    logs.event(log, "action", name=action, changed=receipt.changed, ms=milliseconds)


def _earlier(connection: Connection, key: str, digest: str) -> Receipt | None:
    row = connection.execute(
        select(tables.receipts).where(tables.receipts.c.key == key)
    ).first()
    if row is None:
        return None
    if row.arguments_digest != digest:
        raise KeyReused(key=key)
    first = Receipt(**json.loads(row.result))
    message = first.message or _("C’est déjà fait.")
    return replace(first, changed=False, message=message, done_before=first.changed)


def _info(connection: Connection, name: str) -> str | None:
    return connection.scalar(
        select(tables.store_info.c.value).where(tables.store_info.c.name == name)
    )


def set_info(writer: Writer, name: str, value: str | None) -> None:
    """Set a fact of the store, or forget it with None."""
    info = tables.store_info
    writer.connection.execute(info.delete().where(info.c.name == name))
    if value is not None:
        writer.connection.execute(insert(info).values(name=name, value=value))


def open_store(settings: Settings) -> Store:
    """Open the store of the settings; a new or older one is brought up to date.

    Raises:
        StoreUnreachable: no database there, or none that can be opened.
        StoreTooNew: it comes from a later version of Commandes.
    """
    if not settings.database_url:
        try:
            settings.make_data_dir()
        except OSError as error:
            raise StoreUnreachable(detail=error) from error
    writing, reading = engines.create(settings)
    try:
        with engines.in_plain_words():
            engines.keep_private(writing)
            if _revision(reading) != REVISION:
                _migrate(writing)
        return Store(settings, writing, reading)
    except BaseException:
        writing.dispose()
        reading.dispose()
        raise


def _revision(reading: Engine) -> str | None:
    from sqlalchemy import column, table

    with reading.begin() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        version = table("alembic_version", column("version_num"))
        return connection.scalar(select(version.c.version_num))


def _migrate(writing: Engine) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    # Under the write lock: of two processes that open a new store, one migrates.
    with writing.begin() as connection:
        revision = _revision_of(connection)
        try:
            if revision is not None:
                ScriptDirectory.from_config(config).get_revision(revision)
        except CommandError as error:
            raise StoreTooNew(revision=revision) from error
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _revision_of(connection: Connection) -> str | None:
    from alembic.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


__all__ = [
    "REVISION",
    "Head",
    "Receipt",
    "Store",
    "Within",
    "Writer",
    "bulk_insert",
    "from_micros",
    "open_store",
    "set_info",
    "to_micros",
]
