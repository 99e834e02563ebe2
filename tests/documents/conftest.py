"""PDFs read back: the text of each page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from commandes.documents import delivery_notes, pick_list

if TYPE_CHECKING:
    from pathlib import Path


class Printed:
    """A document that was made and is read back."""

    def __init__(self, path: Path, count: int) -> None:
        self.count = count
        self.reader = PdfReader(path)
        self.pages = [page.extract_text() for page in self.reader.pages]

    @property
    def text(self) -> str:
        """All pages, each blank as one space: where lines wrap does not matter."""
        return " ".join(" ".join(self.pages).split())


@pytest.fixture
def notes(tmp_path):
    """Make the delivery notes of orders, by their ids."""

    def made(store, ids, **asked) -> Printed:
        path = tmp_path / "bons.pdf"
        return Printed(path, delivery_notes(store, ids, path, **asked))

    return made


@pytest.fixture
def picks(tmp_path):
    """Make the pick list of orders, by their ids."""

    def made(store, ids, **asked) -> Printed:
        path = tmp_path / "liste.pdf"
        return Printed(path, pick_list(store, ids, path, **asked))

    return made
