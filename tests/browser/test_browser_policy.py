"""The content security policy in Chromium: every page works under it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from driving import Orders, settled
from playwright.sync_api import expect
from test_browser_walk import PAGES

# The days of the twelve orders.
SALES = "ventes?from=2026-03-01&to=2026-03-31"
LISTEN = """
window.broken = [];
document.addEventListener("securitypolicyviolation", (e) =>
  window.broken.push(`${e.effectiveDirective} ${e.blockedURI} ${e.sourceFile}`));
"""


def _menu(page) -> set[str]:
    """The addresses of all pages in the menu."""
    links = page.get_by_test_id("stSidebarNavLink")
    found = {link.get_attribute("href") for link in links.all()}
    return {urlsplit(address).path.strip("/") for address in found}


def test_no_page_breaks_the_policy(server, visitor):
    """Chromium reports nothing, on any page of the menu, drawer and chart included."""
    said = []
    page = visitor.open(server.address, script=LISTEN)
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    addresses = {*_menu(page), *PAGES, SALES}

    broken = {}
    for address in sorted(addresses):
        page.goto(f"{server.address}/{address}")
        settled(page)
        if address == "commandes":
            Orders(page).infos(0)
        if address == SALES:
            expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
        broken[address] = page.evaluate("window.broken")

    assert {address: found for address, found in broken.items() if found} == {}
    reports = [text for text in said if re.search("Content.Security|Eval", text)]
    assert reports == []


def test_the_policy_is_in_force(server, visitor):
    """A script put into the page does not run, a foreign address is not asked."""
    page = visitor.open(server.address, script=LISTEN)

    ran = page.evaluate(
        """async () => {
          const script = document.createElement("script");
          script.textContent = "window.ran = true";
          document.body.append(script);
          const button = document.createElement("button");
          button.setAttribute("onclick", "window.ran = true");
          document.body.append(button);
          button.click();
          await fetch("data:text/plain,x").catch(() => {});
          return window.ran === true;
        }"""
    )

    assert not ran
    stopped = {entry.split()[0] for entry in page.evaluate("window.broken")}
    assert {"script-src-elem", "script-src-attr", "connect-src"} <= stopped
