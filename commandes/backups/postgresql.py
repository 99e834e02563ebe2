"""PostgreSQL's own programs: a dump of one moment, and back."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect
from sqlalchemy.engine import make_url

from commandes.errors import BackupToolFailed, BackupToolMissing

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from commandes.settings import Settings


def _program(name: str) -> str:
    """A program by name; Debian keeps those of the newest server beside the path."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    beside = os.pathsep.join(str(folder) for folder in folders)
    found = shutil.which(name, path=beside) or shutil.which(name)
    if found is None:
        raise BackupToolMissing(program=name)
    return found


def _run(settings: Settings, name: str, *options: str | Path) -> None:
    """Run a program on the store's database; the password is no argument of it."""
    url = make_url(settings.store_url)
    environment = dict(os.environ)
    if url.password:
        environment["PGPASSWORD"] = str(url.password)
    plain = url.set(drivername="postgresql", password=None)
    database = plain.render_as_string(hide_password=False)
    done = subprocess.run(  # noqa: S603 (PostgreSQL's own program)
        [_program(name), "--dbname", database, *options],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or [str(done.returncode)]
        raise BackupToolFailed(program=name, detail=said[0])


def dump(settings: Settings, moment: str, data: Path) -> None:
    """Write the database as it is in an exported snapshot.

    Raises:
        BackupToolMissing: pg_dump is not installed.
        BackupToolFailed: it could not do it.
    """
    options = ("--format=custom", "--no-owner", "--no-privileges")
    _run(settings, "pg_dump", *options, "--snapshot", moment, "--file", data)


def drops(connection: Connection) -> str:
    """The statements that empty the database, for the transaction that fills it."""
    quote = connection.dialect.identifier_preparer.quote
    names = inspect(connection).get_table_names()
    return "\n".join(f"drop table {quote(name)} cascade;" for name in names)


def load(settings: Settings, drop: str, data: Path) -> None:
    """Replace all tables by those of a dump, in one transaction.

    Raises:
        BackupToolMissing: pg_restore or psql is not installed.
        BackupToolFailed: they could not do it; nothing has changed.
    """
    before, script = data.with_name("drop.sql"), data.with_name("load.sql")
    before.write_text(drop, encoding="utf-8")
    made = subprocess.run(  # noqa: S603 (PostgreSQL's own program)
        [_program("pg_restore"), "--no-owner", "--no-privileges", "-f", script, data],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        said = made.stderr.strip().splitlines() or [str(made.returncode)]
        raise BackupToolFailed(program="pg_restore", detail=said[0])
    stops = ("--single-transaction", "--set", "ON_ERROR_STOP=1", "--no-psqlrc")
    _run(settings, "psql", "--quiet", *stops, "--file", before, "--file", script)
