"""Driving the app in Chromium: a server, a visitor, the table of orders."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import TYPE_CHECKING
from unittest import mock
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import TimeoutError as Waited
from shop import Shop

from commandes import cli
from commandes import settings as settings_module
from commandes.store import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess
    from pathlib import Path

    from playwright.sync_api import BrowserContext, Locator, Page, Request

# Of commandes.ui.tables: how high a row is, and where its two buttons stand.
ROW, TICKS, NUMBER, INFOS, MENU = 34, 32, 72, 60, 34
# Milliseconds that a page has for what it is waited for: two processors may be shared
# with other tests, and with other machines.
PATIENCE = 60_000
# The start-up token of each server that runs, by its address.
TOKENS: dict[str, str] = {}
# What a server loads that starts no thread, which a fork would not take along (Polars
# does, and so does whatever asks it for something).
LIBRARIES = ["streamlit.web.bootstrap", "sqlalchemy.dialects.sqlite"]
LIBRARIES += ["streamlit.emojis", "uvicorn", "alembic.command", "duckdb"]
LIBRARIES += ["fpdf", "pandas"]
# Everything but the cache of what was downloaded.
LEFT_BEHIND = "local_storage,indexeddb,service_workers,cache_storage,file_systems"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Server:
    """A running server: its address, the settings of its shop, its process."""

    address: str
    settings: settings_module.Settings
    pid: int

    @contextmanager
    def shop(self) -> Iterator[Shop]:
        """The shop behind the screen, to bring orders in meanwhile."""
        with opened(self.settings) as store:
            yield Shop(store)


@contextmanager
def opened(settings: settings_module.Settings) -> Iterator[Store]:
    """A store, closed again."""
    store = open_store(settings)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def served(
    data: Path,
    fill: Callable[[Shop], object] | None = None,
    *,
    port: int = 0,
    log: Path | None = None,
    folder: Path | None = None,
    **more: str,
) -> Iterator[Server]:
    """A server in a process of its own over a new data folder.

    Args:
        port: 0 takes any free one.
        log: where its standard error goes; None: with ours.
        folder: where it is started; None: here.
        more: settings of the environment.
    """
    settings = settings_module.read({"COMMANDES_DATA_DIR": str(data), **more})
    if fill:
        with opened(settings) as store:
            fill(Shop(store))
    process, told, printed = _started(
        ["serve", "--port", str(port), "--json"],
        {
            **{k: v for k, v in os.environ.items() if not k.startswith("COMMANDES_")},
            "COMMANDES_DATA_DIR": str(data),
            "COMMANDES_LOG": "trouble",
            **more,
        },
        folder,
        log,
    )
    try:
        address, _slash, token = printed.partition("/?token=")
        if token:
            TOKENS[address] = token
        yield Server(address, settings, process.pid or 0)
    finally:
        process.terminate()
        process.join(timeout=20)
        told.close()
        if process.is_alive():
            process.kill()
            pytest.fail("the server does not end")


def _started(
    command: list[str],
    environment: dict[str, str],
    folder: Path | None,
    log: Path | None,
) -> tuple[BaseProcess, Connection, str]:
    """A command in a process of its own, what it prints, and the address in it.

    Every one is forked from a process that has loaded libraries and done nothing: a
    server of its own costs a test half as much.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(LIBRARIES)
    told, telling = context.Pipe(duplex=False)
    process = context.Process(
        target=_run, args=(command, environment, folder, log, telling)
    )
    # A page's script run in this process before may stand there as its main program.
    with mock.patch.dict(sys.modules, {"__main__": ModuleType("__main__")}):
        process.start()
    telling.close()
    with os.fdopen(os.dup(told.fileno())) as lines:
        printed = json.loads(lines.readline())["address"]
    return process, told, printed


def _run(
    command: list[str],
    environment: dict[str, str],
    folder: Path | None,
    log: Path | None,
    telling: Connection,
) -> None:
    """Run a command of the command line, as its own program would."""
    os.environ.clear()
    os.environ.update(environment)
    if folder:
        os.chdir(folder)
    os.dup2(telling.fileno(), 1)
    sys.stdout = os.fdopen(1, "w", buffering=1, encoding="utf-8")
    if log:
        os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    sys.exit(cli.main(command))


class Visitor:
    """Someone with a browser of their own; every request elsewhere is noted."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.foreign: list[str] = []
        self.seen: set[str] = set()
        self._enter()
        context.on("request", self.note)

    def note(self, request: Request) -> None:
        """Note where a request goes: the servers seen, and whatever is none of ours."""
        parts = urlsplit(request.url)
        local = parts.hostname in ("127.0.0.1", "localhost")
        if local:
            self.seen.add(f"{parts.scheme}://{parts.netloc}")
        elif parts.scheme not in ("data", "blob", "about"):
            self.foreign.append(request.url)

    def _enter(self) -> None:
        """Hold what the printed address of each server gives."""
        self.context.add_cookies(
            [
                {
                    "name": f"commandes_{urlsplit(address).port}",
                    "value": token,
                    "url": address,
                    "httpOnly": True,
                    "sameSite": "Strict",
                }
                for address, token in TOKENS.items()
            ]
        )

    def open(self, url: str, *, script: str | None = None) -> Page:
        """A page, once Streamlit has drawn it.

        Args:
            url: its address.
            script: run in the page before all others.
        """
        self._enter()
        page = self.context.new_page()
        if script:
            page.add_init_script(script)
        page.goto(url)
        settled(page)
        return page


class Kept:
    """A browser that one visitor after another uses, and that remembers none of them.

    What it keeps is what its process has compiled: a page of Streamlit costs it a third
    of what a new browser pays.
    """

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        # An empty page of the servers' site, whatever their port, that stays open: it
        # holds the process. No server is asked for it.
        self._anchor = context.new_page()
        self._anchor.route("**/*", lambda route: route.fulfill(body=""))
        self._anchor.goto("http://127.0.0.1/")

    def forget(self, visitor: Visitor) -> None:
        """Close a visitor's pages, and clear what their servers left here."""
        self.context.remove_listener("request", visitor.note)
        for page in self.context.pages:
            if page is not self._anchor:
                page.close()
        session = self.context.new_cdp_session(self._anchor)
        for origin in visitor.seen:
            session.send(
                "Storage.clearDataForOrigin",
                {"origin": origin, "storageTypes": LEFT_BEHIND},
            )
        session.detach()
        self.context.clear_cookies()
        self.context.clear_permissions()


def settled(page: Page) -> None:
    """Wait until the page's script has come to its end and its title stands."""
    state = '[data-testid="stApp"][data-test-script-state="notRunning"]'
    page.locator(state).wait_for(timeout=PATIENCE)
    try:
        page.locator('[data-testid="stMain"] h1').first.wait_for(timeout=PATIENCE)
    except Waited as waited:
        said = page.locator("body").inner_text()
        raise AssertionError(f"{page.url} has no title: {said!r}") from waited


def closed(page: Page) -> None:
    """Close the dialog with Escape, once the page has come to rest.

    On a busy machine a key may fall between two redraws: like a person, press it again.
    """
    dialog = page.get_by_role("dialog")
    for _time in range(3):
        settled(page)
        page.keyboard.press("Escape")
        try:
            dialog.wait_for(state="detached", timeout=5_000)
        except Waited:
            continue
        return
    dialog.wait_for(state="detached")


class Orders:
    """The table of orders on a page: what it shows, and clicks into its cells."""

    def __init__(self, page: Page) -> None:
        self.page = page
        settled(page)
        self.table: Locator = page.locator('[class*="st-key-orders-"]')
        self.canvas: Locator = self.table.locator("canvas").first
        self.canvas.wait_for()

    @property
    def numbers(self) -> list[str]:
        """The order numbers in view, as assistive technologies read them."""
        cells = self.table.locator('[id^="glide-cell-1-"]')
        cells.first.wait_for(state="attached")
        return cells.all_inner_texts()

    def _click(self, x: int, row: int) -> None:
        box = self.canvas.bounding_box()
        self.page.mouse.click(box["x"] + x, box["y"] + ROW * (row + 1) + ROW // 2)

    def sort_by_number(self) -> None:
        """Click the header of N°: the browser alone sorts the rows in view."""
        box = self.canvas.bounding_box()
        self.page.mouse.click(box["x"] + TICKS + 15, box["y"] + ROW // 2)

    def infos(self, row: int) -> Locator:
        """Click Infos of a row (from 0); the drawer."""
        self._click(TICKS + NUMBER + INFOS // 2, row)
        drawer = self.page.get_by_role("dialog")
        drawer.get_by_text("Activité de la commande").wait_for()
        return drawer

    def choose(self, row: int, label: str) -> None:
        """Choose an entry of a row's arrow menu."""
        self._click(TICKS + NUMBER + INFOS + MENU // 2, row)
        menu = self.page.get_by_test_id("stDataFrameButtonActionMenu")
        menu.get_by_text(label, exact=True).click()

    def tick(self, row: int) -> None:
        """Tick a row."""
        self._click(TICKS // 2, row)


class Table:
    """A table whose rows are chosen by their box."""

    def __init__(self, page: Page, place: str) -> None:
        self.page = page
        self.table: Locator = page.locator(place).first
        self.canvas: Locator = self.table.locator("canvas").first
        self.canvas.wait_for()

    def cells(self, column: int) -> list[str]:
        """A column's cells in view, as assistive technologies read them."""
        found = self.table.locator(f'[id^="glide-cell-{column}-"]')
        found.first.wait_for(state="attached")
        return found.all_inner_texts()

    def choose(self, row: int) -> None:
        """Tick a row, from 0, once the rows are there."""
        self.cells(1)
        self.canvas.scroll_into_view_if_needed()
        box = self.canvas.bounding_box()
        self.page.mouse.click(
            box["x"] + TICKS // 2, box["y"] + ROW * (row + 1) + ROW // 2
        )


def count_of(page: Page) -> int:
    """How many orders the list says it has: the last number of « 1–50 sur 921 »."""
    text = page.get_by_text(re.compile(r"^\d.*–.* sur .*\d$")).inner_text()
    return int(re.sub(r"\D", "", text.split(" sur ")[1]))


def twelve_orders(shop: Shop) -> None:
    """Twelve orders, an hour apart: every third one cancelled, every second paid."""
    told = [
        {
            "number": f"A{place:02}",
            "at": NOON + timedelta(hours=place),
            "status": "cancelled" if place % 3 == 0 else "new",
            "paid": 1000 if place % 2 else None,
            "customer_name": f"Client {place:02}",
            "tags": ["VIP"] if place == 5 else [],
        }
        for place in range(1, 13)
    ]
    shop.bring(shop.incoming(told))
