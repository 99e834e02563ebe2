"""From a file to the store: recognise, read, look before, merge."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from commandes.errors import FileUnreadable, ProfileUnknown
from commandes.intake import merge, profiles, read
from commandes.store import tables
from commandes.words import _

if TYPE_CHECKING:
    from collections.abc import Callable

    from commandes.intake.frames import Incoming
    from commandes.intake.merge import ImportReport
    from commandes.intake.profiles import Profile
    from commandes.settings import Settings
    from commandes.store import Store


def known_profiles(store: Store) -> dict[str, Profile]:
    """Every column profile by name: those saved here, then the built-in ones."""
    known = dict(profiles.builtin())
    with store.reading("imports/profiles") as connection:
        saved = connection.execute(
            select(tables.column_profiles.c.name, tables.column_profiles.c.toml)
        ).all()
    for name, toml in saved:
        known[name] = profiles.load(toml, name)
    return known


def find_profile(store: Store, wanted: str) -> Profile:
    """The profile of a name, or of a TOML file.

    Raises:
        ProfileUnknown: neither a name nor a readable file.
        ProfileInvalid: the file is not a column profile.
    """
    if wanted.endswith(".toml") and Path(wanted).is_file():
        path = Path(wanted)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise FileUnreadable(file=path.name, detail=error) from error
        return profiles.load(text, path.stem)
    known = known_profiles(store)
    if wanted not in known:
        raise ProfileUnknown(name=wanted, known=", ".join(sorted(known)))
    return known[wanted]


def open_file(
    store: Store,
    settings: Settings,
    path: Path,
    *,
    format: str = "auto",  # noqa: A002 (the option's name)
    profile: str | None = None,
) -> Incoming:
    """Read a file with the format or profile asked for, or the one recognised."""
    if not path.is_file():
        raise FileUnreadable(file=path.name, detail=_("il n’existe pas"))
    recognised = profile is None and format == "auto"
    return read.read(
        path,
        format=format,
        profile=find_profile(store, profile) if profile else None,
        extra=list(known_profiles(store).values()) if recognised else (),
        defaults=read.Defaults(currency=settings.currency, timezone=settings.timezone),
    )


def running(store: Store) -> list[tuple[str, int]]:
    """The imports on their way or stopped half-way: file's name, orders so far."""
    c = tables.imports.c
    done = c.orders_new + c.orders_updated + c.orders_unchanged
    statement = select(c.file_name, done).where(c.state == "running").order_by(c.id)
    with store.reading("imports/running") as connection:
        return [(name, int(count)) for name, count in connection.execute(statement)]


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, by which an unfinished import knows it again."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def merge_file(
    store: Store,
    incoming: Incoming,
    path: Path | None = None,
    *,
    digest: str = "",
    name: str = "",
    actor: str,
    moves_stock: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> ImportReport:
    """Merge what was read of a file; see `merge.run`.

    Args:
        path: the file; or its `digest` and `name`, where it may be gone already.
    """
    if path is not None:
        digest, name = digest or digest_of(path), name or path.name
    # Read otherwise, it is another file: an import never mixes two readings.
    reading = hashlib.sha256(f"{digest}{incoming.reading}".encode()).hexdigest()
    return merge.run(
        store,
        incoming,
        file_name=name,
        file_digest=reading,
        actor=actor,
        moves_stock=moves_stock,
        progress=progress,
    )
