"""Any text as a font can print it."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

PLACEHOLDER = "□"
_JOINER = "\N{ZERO WIDTH JOINER}"
# People, flags and their kin are several signs joined into one picture.
_JOINED = re.compile(f"{PLACEHOLDER}(?:{_JOINER}{PLACEHOLDER})+")
_BREAKS = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
# Without a shape of their own: they choose that of the sign before them.
_SELECTORS = re.compile("[\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef]")


def printable(text: str, drawn: Container[int]) -> str:
    r"""A text whose every sign is drawn, on lines parted by `\n`.

    Args:
        drawn: the code points that the font draws; a sign beyond them becomes
            PLACEHOLDER. Marks of direction and other invisible signs are left out.
    """
    broken = _SELECTORS.sub("", _BREAKS.sub("\n", text))
    composed = unicodedata.normalize("NFC", broken)
    signs = _JOINED.sub(PLACEHOLDER, "".join(_sign(c, drawn) for c in composed))
    return signs.replace(_JOINER, "")


def _sign(sign: str, drawn: Container[int]) -> str:
    if sign in ("\n", _JOINER):
        return sign
    kind = unicodedata.category(sign)
    if sign == "\t" or (kind == "Zs" and ord(sign) not in drawn):
        return " "
    if kind in ("Cc", "Cf"):
        return ""
    return sign if ord(sign) in drawn else PLACEHOLDER


# What turns the direction of a text, or has no place in a document at all.
_STEERING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def visible(text: str) -> str:
    """A text on one line without signs that steer a screen: for a browser's fonts."""
    flat = _STEERING.sub("", _BREAKS.sub(" ", text)).replace("\t", " ")
    return "".join(c for c in flat if unicodedata.category(c) not in ("Cc", "Cs"))
