"""The same work on other tools: same data, same machine, same run."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from benchmarks.peers import answers, by_hand, clicks, data, installed, turns
from benchmarks.timing import seconds
from commandes.mirror import Mirror
from commandes.store import open_store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from commandes.settings import Settings

# django-oscar's loading of ten million would take hours.
LARGEST = 1_000_000
ENVIRONMENT = "peers-venv"


def measure(settings: Settings, kept: Path) -> Iterator[turns.Result]:
    """All that is measured beside others on one store of ours, filled already.

    Args:
        settings: of the store.
        kept: the folder of the benchmark's own things.
    """
    folder = settings.data_dir / "peers"
    store = open_store(settings)
    mirror = Mirror(store, settings)
    rebuilt = seconds(mirror.rebuild)
    with mirror.snapshot():
        pass
    mirror.close()
    copy = settings.data_dir / "copy.duckdb"
    shutil.copyfile(settings.data_dir / "mirror-0.duckdb", copy)
    flat = data.flat(copy, folder, seconds)
    database = folder / "shop.db"
    filled = by_hand.sqlite_file(flat, database)
    mirror = Mirror(store, settings)
    yield from answers.measure(mirror, flat, database)
    mirror.close()
    store.close()
    loaded = {
        (answers.GROUP, turns.OURS): rebuilt,
        (answers.GROUP, answers.SQLITE): filled,
        (clicks.GROUP, turns.OURS): rebuilt,
        (clicks.GROUP, clicks.DATASETTE): filled,
        (clicks.GROUP, clicks.PANDAS): flat.seconds,
    }
    for (group, tool), spent in loaded.items():
        said = f"{spent:.1f} s"
        yield turns.Result(group, turns.LOADING, tool, flat.count, said=said)
    try:
        python = installed.python(kept / ENVIRONMENT)
    except installed.Missing as error:
        said = str(error)
        everything = clicks.GROUP, "everything", "all others", flat.count
        yield turns.Result(*everything, said=said)
        return
    yield from clicks.measure(python, settings, flat, database)
    shutil.rmtree(folder)


def versions(kept: Path) -> tuple[dict[str, str], str]:
    """The version of each peer, and PostgreSQL's."""
    try:
        told = installed.versions(installed.python(kept / ENVIRONMENT))
    except installed.Missing as error:
        told = {str(error): ""}
    return told, by_hand.postgres_version()
