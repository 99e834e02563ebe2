"""The browser and the system that a user agent names."""

from __future__ import annotations

# Longer ones are no browser's, and cost time to look through.
_LONGEST = 500


def named(user_agent: str | None) -> tuple[str | None, str | None]:
    """Browser and system: ("Firefox 140", "Windows 10"); None for what is not known."""
    if not user_agent:
        return None, None
    from ua_parser import parse

    found = parse(user_agent[:_LONGEST])
    if found is None:
        return None, None
    browser, system = found.user_agent, found.os
    return (
        _with_version(browser.family, browser.major) if browser else None,
        _with_version(system.family, system.major, system.minor) if system else None,
    )


def _with_version(family: str, *numbers: str | None) -> str:
    given = ".".join(number for number in numbers if number)
    return f"{family} {given}".strip()
