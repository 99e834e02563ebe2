"""Pages run headless over a real small store."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from streamlit.testing.v1 import AppTest

from commandes.ui.house import close_house

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from commandes.settings import Settings

APP = Path(__file__).parents[2] / "app.py"


@pytest.fixture
def open_page(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., AppTest]]:
    """Open a page of the app, by its path under pages/, with codes in its URL."""
    monkeypatch.setenv("COMMANDES_DATA_DIR", str(settings.data_dir))

    def opened(path: str = "accueil/tableau_de_bord.py", **query: object) -> AppTest:
        app = AppTest.from_file(str(APP), default_timeout=30)
        app.run()
        for name, value in query.items():
            app.query_params[name] = value
        app.switch_page(f"pages/{path}")
        app.run()
        return app

    yield opened
    close_house()
