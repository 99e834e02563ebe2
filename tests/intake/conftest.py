"""What tests of reading files share: a profile in a few words, a file in a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from webhook_shop import Hooks

from commandes.intake import profiles, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from commandes.intake.frames import Incoming

DEFAULTS = read.Defaults(currency="EUR", timezone="Europe/Paris")
# One letter per column, so that a file fits on a line.
LETTERS = """
dates = ["%d/%m/%Y %H:%M", "%d/%m/%Y"]

[columns]
number = "n"
placed_at = "d"
title = "a"
quantity = "q"
unit_price = "p"
"""


@pytest.fixture
def hooks(any_store) -> Hooks:
    """A shop that platforms tell of their orders, on both databases."""
    return Hooks(any_store)


@pytest.fixture
def reading(tmp_path: Path) -> Callable[..., Incoming]:
    """Read a text (or bytes) as a file, with the letters' profile and what is added.

    `keys` go before the profile's columns, `columns` and tables after them.
    """

    def read_text(
        content: str | bytes, *, keys: str = "", columns: str = "", name: str = "f.csv"
    ) -> Incoming:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        profile = profiles.load(f"{keys}\n{LETTERS}\n{columns}", "letters")
        incoming = read.read(path, profile=profile, defaults=DEFAULTS)
        assert incoming.rows_read == incoming.rows_imported + incoming.rows_rejected
        return incoming

    return read_text
