"""Take the README's screenshots: `make screenshots`, with Chromium installed."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "browser")]

from driving import PATIENCE, Orders, Visitor, served, settled  # noqa: E402 (the path stands above)
from playwright.sync_api import sync_playwright  # noqa: E402 (the same)

from commandes.intake.fill import fill  # noqa: E402 (the same)


def main() -> None:
    """Serve two thousand sample orders, look at three screens."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("Chromium is missing: apt-get install chromium")
    target = ROOT / "docs" / "screenshots"
    with (
        tempfile.TemporaryDirectory() as folder,
        served(
            Path(folder), lambda shop: fill(shop.store, 2000, 1, actor="Inès")
        ) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium)
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        page = Visitor(context).open(f"{server.address}/")
        page.locator(".js-plotly-plot .point").first.wait_for(timeout=PATIENCE)
        page.wait_for_timeout(3000)
        page.screenshot(path=target / "tableau-de-bord.png")
        page = Visitor(context).open(f"{server.address}/commandes")
        orders = Orders(page)
        page.wait_for_timeout(1500)
        page.screenshot(path=target / "liste.png")
        orders.infos(2)
        settled(page)
        page.wait_for_timeout(1500)
        page.screenshot(path=target / "infos.png")
        browser.close()


main()
