"""Text of people where Streamlit only takes Markdown: labels of buttons and pills."""

from __future__ import annotations

import re
import string

# A word joiner is invisible and keeps a directive, an icon or an address from being
# recognised once Markdown has taken the backslashes away.
_JOINER = "\N{WORD JOINER}"
# Of no meaning within a line of Markdown.
_HARMLESS = ",;%?'\""
_SPECIAL = re.compile(f"(?![{_HARMLESS}])[{re.escape(string.punctuation)}]")
_LONGEST = 60


def plain(text: str) -> str:
    """A text as it is, whatever it holds, in a place that renders Markdown."""
    flat = " ".join(text.split())
    if len(flat) > _LONGEST:
        flat = flat[: _LONGEST - 1] + "…"
    return _SPECIAL.sub(lambda found: f"\\{found[0]}{_JOINER}", flat)
