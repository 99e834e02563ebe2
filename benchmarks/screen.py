"""A click on a filter until the rows are painted, in Chromium."""

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
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

from benchmarks.timing import Row, ratio_row
from commandes.settings import environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

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


@contextmanager
def commandes(settings: Settings, log: Path | None = None) -> Iterator[tuple[str, int]]:
    """Our app over a store, in a process of its own: its address, and its process.

    Args:
        log: the file of what it says, if that is to be kept.
    """
    command = [sys.executable, "-m", "commandes.cli", "serve", "--port", "0", "--json"]
    with _running(command, environment(settings), log) as process:
        yield json.loads(process.stdout.readline())["address"], process.pid


@contextmanager
def _constant() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        *(sys.executable, "-m", "streamlit", "run", str(_HERE / "constant_app.py")),
        *("--server.headless=true", "--server.address=127.0.0.1"),
        *(f"--server.port={port}", "--browser.gatherUsageStats=false"),
    ]
    with _running(command, {}):
        address = f"http://127.0.0.1:{port}"
        for _try in range(100):
            with suppress(OSError), urlopen(address) as answer:
                if answer.status == 200:
                    break
            time.sleep(0.2)
        yield address


@contextmanager
def _running(
    command: list[str], variables: dict[str, str], log: Path | None = None
) -> Iterator[subprocess.Popen[str]]:
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


def _milliseconds(page: Page) -> float:
    """One click on the first filter's first value, on or off."""
    pill = page.locator('[data-testid="stSidebar"] button[data-variant="pills"]')
    return float(pill.first.evaluate(_CLICK))


def clicks(sizes: dict[int, Settings]) -> Iterator[Row]:
    """A click over stores of several sizes, each beside an app of constant rows."""
    chromium = shutil.which("chromium")
    if chromium is None:
        yield Row("click to painted", 0, "Chromium is missing")
        return
    from playwright.sync_api import sync_playwright

    first: tuple[int, float] | None = None
    with sync_playwright() as playwright, _constant() as constant:
        browser = playwright.chromium.launch(executable_path=chromium)
        for count, settings in sizes.items():
            with commandes(settings) as (address, _pid):
                ours, theirs = _pairs(browser, f"{address}/commandes", constant)
            found = [one / other for one, other in zip(ours, theirs, strict=True)]
            yield ratio_row("click to painted, in Chromium", count, found, most=1.5)
            middle = statistics.median(ours)
            if first is None:
                first = (count, middle)
                continue
            growth = middle / first[1]
            since = f"{first[0]:,}".replace(",", " ")
            work = f"click to painted, growth since {since}"
            yield Row(work, count, f"{growth:.2f} ×", "", "≤ 1.3 ×", growth <= 1.3)
        browser.close()


def _pairs(browser, address: str, constant: str) -> tuple[list[float], list[float]]:
    """Milliseconds of our clicks and of the other app's, taken in turn."""
    pages = []
    for url in (address, constant):
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(url)
        page.locator('[class*="st-key-orders-"] canvas').first.wait_for(timeout=60_000)
        page.wait_for_timeout(2_000)
        pages.append(page)
    for page in pages:
        _milliseconds(page)
        _milliseconds(page)
    found = [[_milliseconds(page) for page in pages] for _ in range(ROUNDS)]
    for page in pages:
        page.close()
    return [one for one, _other in found], [other for _one, other in found]
