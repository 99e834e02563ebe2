"""Which profile a file's headers call for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from commandes.intake import items

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from commandes.intake.profiles import Profile

_WRAPPING = "\ufeff\"' \t\r\n\u00a0"


def normal(header: str) -> str:
    """A header as headers are compared: case, blanks and a BOM do not matter."""
    return " ".join(header.strip(_WRAPPING).casefold().split())


def places(headers: Sequence[str]) -> dict[str, int]:
    """The column of each header, normalised; of duplicates the first."""
    found: dict[str, int] = {}
    for column, header in enumerate(headers):
        found.setdefault(normal(header), column)
    return found


def by_headers(headers: Sequence[str], profiles: Iterable[Profile]) -> Profile | None:
    """The profile most of whose distinguishing headers are there, all of them.

    None when no profile has all of its own.
    """
    present = set(places(headers))
    best, most = None, 0
    for profile in profiles:
        wanted = {normal(header) for header in profile.headers}
        if wanted <= present and len(wanted) > most:
            best, most = profile, len(wanted)
    return best


def columns(profile: Profile, headers: Sequence[str]) -> dict[str, int]:
    """The column number of each field that the file has, packed articles included."""
    present = places(headers)
    found = {}
    for code, names in profile.columns.items():
        for name in names:
            if normal(name) in present:
                found[code] = present[normal(name)]
                break
    if profile.items:
        found |= items.found(profile.items, present)
    return found
