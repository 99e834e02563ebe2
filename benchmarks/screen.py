"""A click on a filter until the page is painted, in Chromium: list and dashboard."""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import urlopen

from benchmarks.timing import Row, ratio_row
from commandes.settings import environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from commandes.settings import Settings

ROUNDS = 15
_HERE = Path(__file__).parent

# Clicks, then waits for a table of another key, a script at rest, and two frames.
_CLICK = """
async button => {
    const key = () => {
        const table = document.querySelector('[class*="st-key-orders-"]');
        const name = table && [...table.classList].find(c => c.includes("orders-"));
        return table && table.querySelector("canvas") ? name : null;
    };
    const frame = () => new Promise(requestAnimationFrame);
    const before = key();
    const start = performance.now();
    button.click();
    const state = () => document.querySelector('[data-testid="stApp"]')
        .getAttribute("data-test-script-state");
    while (key() === null || key() === before || state() !== "notRunning") {
        await frame();
        if (performance.now() - start > 20000) throw new Error("not painted");
    }
    await frame();
    await frame();
    return performance.now() - start;
}
"""

# Clicks, then waits for a script that has run, and for the last change of the page.
_DASHBOARD = """
async button => {
    const main = document.querySelector('[data-testid="stMain"]');
    const app = document.querySelector('[data-testid="stApp"]');
    const state = () => app.getAttribute("data-test-script-state");
    const frame = () => new Promise(requestAnimationFrame);
    const start = performance.now();
    let ran = false, changed = start;
    // Seen as it happens: a script that runs between two frames has run, too.
    const runs = new MutationObserver(() => ran ||= state() !== "notRunning");
    runs.observe(app, {attributeFilter: ["data-test-script-state"]});
    const watched = new MutationObserver(() => changed = performance.now());
    watched.observe(main, {
        subtree: true, childList: true, characterData: true, attributes: true
    });
    button.click();
    while (!ran || state() !== "notRunning" || performance.now() - changed < 250) {
        await frame();
        if (performance.now() - start > 20000) throw new Error("not painted");
    }
    watched.disconnect();
    runs.disconnect();
    return changed - start;
}
"""


@dataclass(frozen=True)
class Screen:
    """A page whose first filter is clicked.

    Attributes:
        path: its address on the server.
        ready: what is there once it is drawn.
        click: what clicks and waits, in JavaScript; returns milliseconds.
        most: what it may take of a page of constant rows; 0: no limit, since charts
            are more than rows.
    """

    path: str
    ready: str
    click: str
    most: float = 0


_ROWS = '[class*="st-key-orders-"] canvas'
_PLAIN = Screen("", _ROWS, _CLICK)
SCREENS = {
    "click to painted, in Chromium": Screen("/commandes", _ROWS, _CLICK, most=1.5),
    "dashboard, click to painted": Screen("/", ".js-plotly-plot", _DASHBOARD),
}


@contextmanager
def commandes(settings: Settings, log: Path | None = None) -> Iterator[tuple[str, int]]:
    """Our app over a store, in a process of its own: its address, and its process.

    Args:
        log: the file of what it says, if that is to be kept.
    """
    command = [sys.executable, "-m", "commandes.cli", "serve", "--port", "0", "--json"]
    with running(command, environment(settings), log) as process:
        yield json.loads(process.stdout.readline())["address"], process.pid


@contextmanager
def _constant() -> Iterator[str]:
    port = free_port()
    command = [
        *(sys.executable, "-m", "streamlit", "run", str(_HERE / "constant_app.py")),
        *("--server.headless=true", "--server.address=127.0.0.1"),
        *(f"--server.port={port}", "--browser.gatherUsageStats=false"),
    ]
    with running(command, {}):
        address = f"http://127.0.0.1:{port}"
        answers(address)
        yield address


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def answers(address: str) -> None:
    """Wait until a server answers; SystemExit if it does not within a minute."""
    for _try in range(300):
        with suppress(OSError), urlopen(address) as answer:  # noqa: S310 (our own)
            if answer.status == 200:
                return
        time.sleep(0.2)
    raise SystemExit(f"{address} does not answer")


@contextmanager
def running(
    command: list[str], variables: dict[str, str], log: Path | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A server, until it is not needed any more."""
    with (log or Path(os.devnull)).open("w") as said:
        process = subprocess.Popen(
            command,
            env={**os.environ, **variables},
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)


def clicks(sizes: dict[int, Settings]) -> Iterator[Row]:
    """A click over stores of several sizes, each beside an app of constant rows."""
    chromium = shutil.which("chromium")
    if chromium is None:
        yield Row("click to painted", 0, "Chromium is missing")
        return
    from playwright.sync_api import sync_playwright

    first: dict[str, tuple[int, float]] = {}
    with sync_playwright() as playwright, _constant() as constant:
        browser = playwright.chromium.launch(executable_path=chromium)
        for count, settings in sizes.items():
            with commandes(settings) as (address, _pid):
                pairs = {
                    work: _pairs(browser, address, screen, constant)
                    for work, screen in SCREENS.items()
                }
            for work, (ours, theirs) in pairs.items():
                found = [one / other for one, other in zip(ours, theirs, strict=True)]
                yield ratio_row(work, count, found, most=SCREENS[work].most)
                middle = statistics.median(ours)
                if work not in first:
                    first[work] = (count, middle)
                    continue
                growth = middle / first[work][1]
                since = f"{first[work][0]:,}".replace(",", " ")
                yield Row(
                    f"{work}, growth since {since}",
                    count,
                    f"{growth:.2f} ×",
                    "",
                    "≤ 1.3 ×",
                    growth <= 1.3,
                )
        browser.close()


def _pairs(
    browser: Browser, address: str, screen: Screen, constant: str
) -> tuple[list[float], list[float]]:
    """Milliseconds of our clicks and of the other app's, taken in turn."""
    pages = []
    # The address that opens the door has its token behind the path.
    ours = urlsplit(address)._replace(path=screen.path).geturl()
    for url, there in ((ours, screen), (constant, _PLAIN)):
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(url)
        page.locator(there.ready).first.wait_for(timeout=60_000)
        page.wait_for_timeout(2_000)
        pages.append((page, there.click))
    for page, click in pages * 2:
        _milliseconds(page, click, 0)
    found = [
        [_milliseconds(page, click, turn) for page, click in pages]
        for turn in range(1, ROUNDS + 1)
    ]
    for page, _click in pages:
        page.close()
    return [one for one, _other in found], [other for _one, other in found]


def _milliseconds(page: Page, click: str, turn: int) -> float:
    """A click on one of the first filter's values, on or off.

    Which one makes each turn's choice of values another: no answer is known yet.
    """
    pills = page.locator('[data-testid="stSidebar"] button[data-variant="pills"]')
    changed = (turn & -turn).bit_length() - 1 if turn else 0
    return float(pills.nth(changed).evaluate(click))
