"""R13: is a text shown as it is? A page of hostile texts is made of what a harmless is.

Two shops are alike but for their texts; an element more is a text that was rendered.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from driving import Server, served, settled
from hostile_texts import PAYLOADS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pytest
    from playwright.sync_api import Page
    from shop import Shop

    Fill = Callable[[Shop, Callable[[int], str]], object]

# Every element that the page holds, by tag: text that is rendered adds some.
_CENSUS = """() => {
  const found = {};
  for (const e of document.body.querySelectorAll('*')) {
    // The rows that a table describes to assistive technologies hang on its width.
    if (e.closest('canvas')) continue;
    const name = e.tagName.toLowerCase();
    // Boxes come and go with hints and toolbars; no text that is rendered is one.
    if (name === 'div') continue;
    found[name] = (found[name] || 0) + 1;
  }
  return found;
}"""
# True once the number of elements has stayed the same for ten looks in a row.
_AT_REST = """() => {
  const now = document.body.querySelectorAll('*').length;
  window.looks = now === window.lastLook ? (window.looks || 0) + 1 : 0;
  window.lastLook = now;
  return window.looks >= 10 && !document.querySelector('[data-testid="stSkeleton"]');
}"""


@contextmanager
def hostile_shop(folders: pytest.TempPathFactory, fill: Fill) -> Iterator[Server]:
    """A shop whose customers write what they should not.

    Args:
        fill: given the shop, and the text of each number.
    """
    texts = [text.replace("\0", "") for text in PAYLOADS]
    folder = folders.mktemp("hostile") / "data"
    with served(folder, lambda shop: fill(shop, lambda n: texts[n % 60])) as one:
        yield one


@contextmanager
def harmless_shop(folders: pytest.TempPathFactory, fill: Fill) -> Iterator[Server]:
    """The same shop with plain words in every place."""
    folder = folders.mktemp("harmless") / "data"
    with served(folder, lambda shop: fill(shop, lambda n: f"Texte {n % 60}")) as one:
        yield one


def at_rest(page: Page) -> None:
    """Wait until nothing comes or goes any more."""
    settled(page)
    # What lies under the mouse may show a tool of its own.
    page.mouse.move(0, 0)
    page.wait_for_function(_AT_REST, polling=100)


def same(pages: Sequence[Page]) -> None:
    """A page of the hostile shop is made of what that of the harmless one is."""
    found = []
    for page in pages:
        at_rest(page)
        assert page.evaluate("window.pwned") is None
        found.append(page.evaluate(_CENSUS))
    one, other = found
    differ = {
        tag: (one.get(tag, 0), other.get(tag, 0))
        for tag in one.keys() | other.keys()
        if one.get(tag) != other.get(tag)
    }
    assert differ == {}
