"""French is the source; English is complete, and its compiled form is in step."""

from __future__ import annotations

import io
import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "commandes" / "locale" / "en" / "LC_MESSAGES" / "commandes.po"


def english():
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def used() -> set[str]:
    """Every text that app, pages and package mark for translation."""
    keywords = {"_": None, "N_": None, "plural": (1, 2)}
    texts = set()
    for folder in ("pages", "commandes"):
        for _, _, message, _, _ in extract_from_dir(
            str(ROOT / folder), method_map=[("**.py", "python")], keywords=keywords
        ):
            texts.add(message if isinstance(message, str) else message[0])
    return texts


def test_every_text_has_its_english():
    """The list of what is missing is what fails."""
    catalogue = english()
    missing = sorted(
        text
        for text in used()
        if text not in catalogue
        or not all([catalogue[text].string, *catalogue[text].string])
    )

    assert missing == []


def test_translations_keep_their_placeholders():
    """A placeholder lost would be a crash, or a number not said."""

    def places(text: str) -> list[str]:
        return sorted(re.findall(r"{[a-z_]*}", text))

    for message in english():
        if not message.id:
            continue
        pairs = (
            zip(message.id, message.string, strict=True)
            if message.pluralizable
            else [(message.id, message.string)]
        )
        for french, said in pairs:
            assert places(french) == places(said), french


def test_the_compiled_catalogue_is_in_step():
    """`make messages` was run after the last change."""
    compiled = io.BytesIO()
    write_mo(compiled, english())

    assert CATALOGUE.with_suffix(".mo").read_bytes() == compiled.getvalue()
