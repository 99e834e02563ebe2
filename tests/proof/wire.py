"""A tripwire between SQLAlchemy and SQLite's driver: it acts at the Nth call."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from pysqlite3 import dbapi2
from sqlalchemy import event

if TYPE_CHECKING:
    from commandes.settings import Settings
    from commandes.store import Store

# What a process that stopped at its failpoint leaves as its exit code.
STOPPED = 77


def everything(settings: Settings) -> dict[str, list[Any]]:
    """Every row of every table in the store's file, as SQLite has it."""
    path = settings.data_dir / "commandes.db"
    connection = dbapi2.connect(path)
    names = connection.execute("select name from sqlite_schema where type = 'table'")
    found = {
        name: connection.execute(f'select * from "{name}" order by rowid').fetchall()
        for (name,) in names.fetchall()
    }
    connection.close()
    return found


class Tripwire:
    """Counts the calls that reach the driver: statements and commits.

    Attributes:
        calls: how many there were since it was set.
    """

    def __init__(self) -> None:
        self.calls = 0
        self._at = 0
        self._error = ""
        self._failing = ""

    def fail_at(self, call: int, error: str) -> None:
        """The Nth call from now fails, and fails again as long as it is tried again."""
        self.calls, self._at, self._error, self._failing = 0, call, error, ""

    def stop_after(self, call: int) -> None:
        """The process ends, without a word, when the Nth call from now is done."""
        self.calls, self._at, self._error = 0, call, ""

    def through(self, statement: str, call: Any, *arguments: Any) -> Any:
        """Make one call, or what was asked for instead."""
        self.calls += 1
        here = self.calls == self._at
        if self._error and (here or statement == self._failing):
            self._failing = statement
            raise dbapi2.OperationalError(self._error)
        self._failing = ""
        answer = call(*arguments)
        if here:
            os._exit(STOPPED)
        return answer

    def spy_on(self, store: Store) -> None:
        """Put itself in the way of all that the store does from now on."""
        wire = self

        class Cursor(dbapi2.Cursor):
            def execute(self, sql: str, *values: Any) -> Any:
                return wire.through(sql, super().execute, sql, *values)

            def executemany(self, sql: str, *values: Any) -> Any:
                return wire.through(sql, super().executemany, sql, *values)

        class Connection(dbapi2.Connection):
            def cursor(self) -> Any:
                return super().cursor(Cursor)

            def execute(self, sql: str, *values: Any) -> Any:
                return self.cursor().execute(sql, *values)

            def commit(self) -> None:
                wire.through("commit", super().commit)

        for engine in (store._writing, store._reading):

            @event.listens_for(engine, "do_connect")
            def _connect(_dialect: Any, _record: Any, _args: Any, named: Any) -> None:
                named["factory"] = Connection

            engine.dispose()
