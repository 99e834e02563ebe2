"""A shop with a desk, over a data folder of its own."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from shop import Shop

from commandes import settings as settings_module
from commandes.mirror import Mirror
from commandes.notebook.desk import Desk
from commandes.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

LIMITS = {
    "COMMANDES_NOTEBOOK_SECONDS": "0.6",
    "COMMANDES_NOTEBOOK_ROWS": "100",
    "COMMANDES_NOTEBOOK_MEMORY": "96MB",
}


class Bench:
    """A shop with a desk: `ask` runs a text on what the shop holds now."""

    def __init__(self, folder: Path, blank: Path, **limits: str) -> None:
        self.settings = settings_module.read(
            {"COMMANDES_DATA_DIR": str(folder), **LIMITS, **limits}
        )
        folder.mkdir(parents=True)
        shutil.copyfile(blank, folder / "commandes.db")
        self.store = open_store(self.settings)
        self.shop = Shop(self.store)
        self.mirror = Mirror(self.store, self.settings)
        self.desk = Desk(self.mirror, self.store, self.settings)

    def run(self, sql: str):
        with self.mirror.snapshot() as snap:
            return self.desk.run(sql, snap)

    def ask(self, sql: str) -> pl.DataFrame:
        return self.run(sql).frame

    def close(self) -> None:
        self.desk.close()
        self.mirror.close()
        self.store.close()
