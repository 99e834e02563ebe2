"""Chromium, a server over a shop of twelve orders, and visitors."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from driving import PATIENCE, Kept, Server, Visitor, served, twelve_orders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

HERE = Path(__file__).parent
HINT = "Chromium is missing: apt-get install chromium"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of these drive Chromium.

    On a busy machine Chromium may miss a click between two redraws: a test that fails
    is run again, twice at most, and the summary names it.
    """
    for item in items:
        if item.path.parent == HERE:
            item.add_marker("browser")
            item.add_marker(pytest.mark.flaky(reruns=2))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium; without it the tests are skipped by name, but never in CI."""
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail(HINT)
        pytest.skip(HINT)
    from playwright.sync_api import expect, sync_playwright

    # On a machine that is busy with other tests a page takes its time.
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        # All tabs in one process: what it has compiled once serves the next page.
        browser = playwright.chromium.launch(
            executable_path=path, args=["--process-per-site"]
        )
        yield browser
        browser.close()


PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "user_agent": "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 "
    "(KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
}


@pytest.fixture(scope="session")
def browsers(chromium: Browser) -> Iterator[dict[str, Kept]]:
    """The browser of a desk and that of a phone, each opened when it is first asked."""
    kept: dict[str, Kept] = {}
    yield kept
    for one in kept.values():
        one.context.close()


@pytest.fixture
def visitor(
    chromium: Browser, browsers: dict[str, Kept], request: pytest.FixtureRequest
) -> Iterator[Visitor]:
    """A visitor at a desk, or with a phone; what they open asks no other host."""
    kind = getattr(request, "param", "desk")
    if kind not in browsers:
        desk = {"viewport": {"width": 1440, "height": 900}}
        context = chromium.new_context(
            **(PHONE if kind == "phone" else desk),
            locale="fr-FR",
            timezone_id="Europe/Paris",
            accept_downloads=True,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        browsers[kind] = Kept(context)
    visiting = Visitor(browsers[kind].context)
    yield visiting
    browsers[kind].forget(visiting)
    assert visiting.foreign == []


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of the session; its twelve orders are changed by no test."""
    with served(tmp_path_factory.mktemp("shop") / "data", twelve_orders) as running:
        yield running


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own, just started, over twelve orders."""
    with served(tmp_path / "data", twelve_orders) as running:
        yield running


@pytest.fixture
def empty_server(tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own over an empty store."""
    with served(tmp_path / "data") as running:
        yield running
