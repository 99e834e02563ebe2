"""Chance that depends on the seed and on what is asked, on nothing before it.

Every draw is a function of (seed, stream, index), so the same order comes out
whatever chunk it is made in, and a stream added later moves no other one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Whole: TypeAlias = int | Ints

# The constants of SplitMix64 (Steele, Lea and Flood, 2014).
_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SHIFTS = tuple(np.uint64(shift) for shift in (30, 27, 31, 11))
_UNIT = 2.0**-53


@dataclass(frozen=True)
class Draws:
    """Reproducible draws; `stream` names the question, `index` whom it is about."""

    seed: int

    def uniform(self, stream: str, index: Ints) -> Floats:
        """Numbers in [0, 1), one per index."""
        name = f"{self.seed}/{stream}".encode()
        key = int.from_bytes(hashlib.blake2b(name, digest_size=8).digest())
        bits = index.astype(np.uint64) * _STEP + np.full(1, key, np.uint64)
        bits = (bits ^ (bits >> _SHIFTS[0])) * _MIX_1
        bits = (bits ^ (bits >> _SHIFTS[1])) * _MIX_2
        bits ^= bits >> _SHIFTS[2]
        return (bits >> _SHIFTS[3]).astype(np.float64) * _UNIT

    def chance(self, stream: str, index: Ints, share: float | Floats) -> Bools:
        """True for about this share of the indexes."""
        drawn: Bools = self.uniform(stream, index) < share
        return drawn

    def below(self, stream: str, index: Ints, end: Whole) -> Ints:
        """Whole numbers from 0, `end` not included, all as likely."""
        return (self.uniform(stream, index) * end).astype(np.int64)

    def between(self, stream: str, index: Ints, low: Whole, high: Whole) -> Ints:
        """Whole numbers from `low` to `high`, both included."""
        return low + self.below(stream, index, high - low + 1)

    def popular(self, stream: str, index: Ints, end: Whole, bend: float) -> Ints:
        """Whole numbers below `end`, small ones the more likely the more `bend`."""
        return (self.uniform(stream, index) ** bend * end).astype(np.int64)

    def waiting(self, stream: str, index: Ints, mean: float, most: float) -> Floats:
        """Waiting times: mostly short, sometimes long, never over `most`."""
        return np.minimum(-np.log1p(-self.uniform(stream, index)) * mean, most)

    def choose(self, stream: str, index: Ints, weights: Sequence[float]) -> Ints:
        """Positions in `weights`, each as likely as its weight."""
        edges = np.cumsum(weights)
        drawn = self.uniform(stream, index) * edges[-1]
        chosen: Ints = np.searchsorted(edges[:-1], drawn, side="right").astype(np.int64)
        return chosen

    def choose_in(self, stream: str, index: Ints, weights: Floats) -> Ints:
        """The same, with a row of weights (adding up to 1) for each index."""
        edges = weights.cumsum(axis=1)[:, :-1]
        drawn = self.uniform(stream, index)[:, None]
        chosen: Ints = (drawn >= edges).sum(axis=1).astype(np.int64)
        return chosen
