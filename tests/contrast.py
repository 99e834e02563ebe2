"""How far two colours stand apart in light, as WCAG 2.2 measures it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def linear(parts: Sequence[int]) -> list[float]:
    """Red, green and blue (0 to 255) as shares of light."""
    shares = [part / 255 for part in parts]
    return [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]


def contrast(one: Sequence[int], other: Sequence[int]) -> float:
    """From 1 (the same) to 21 (black on white)."""
    low, high = sorted(
        0.2126 * red + 0.7152 * green + 0.0722 * blue
        for red, green, blue in map(linear, (one, other))
    )
    return (high + 0.05) / (low + 0.05)
