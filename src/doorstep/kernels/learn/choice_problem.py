"""What a choice model is asked: options that were shown in sets, and the one of each set that was taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.domain.errors import InvalidProblem

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ChoiceProblem:
    """n choice sets over m options in all, each described by K features.

    Attributes
    ----------
    names
        [K] of the features.
    features
        [m, K] of each option; the options of a set stand together.
    start
        [n + 1] row of the first option of each set, and m.
    taken
        [n] row of the option that was taken.
    weight
        [n] how many choices each stands for, above 0: the inverse of the logged propensity of what was displayed.
    offset
        [m] added to the utility of an option: minus the logarithm of the chance with which it came into the log, where
        the log is a sample of what was shown.
    shopper
        [n] number of the shopper, from 0; choices of one shopper are not independent.
    """

    names: tuple[str, ...]
    features: FloatArray
    start: IntArray
    taken: IntArray
    weight: FloatArray
    offset: FloatArray
    shopper: IntArray

    def __post_init__(self) -> None:
        rows, sets = len(self.features), len(self.taken)
        if self.features.shape != (rows, len(self.names)) or len(set(self.names)) != len(self.names):
            raise InvalidProblem("features and their names do not fit")
        if len(self.start) != sets + 1 or len(self.weight) != sets or len(self.shopper) != sets:
            raise InvalidProblem("choice sets: columns of unequal lengths")
        if len(self.offset) != rows or self.start[0] != 0 or self.start[-1] != rows:
            raise InvalidProblem("choice sets do not cover the options")
        if sets and (np.diff(self.start).min() < 1 or self.shopper.min() < 0):
            raise InvalidProblem("a choice set without an option, or a shopper < 0, not understood")
        if np.any(self.taken < self.start[:-1]) or np.any(self.taken >= self.start[1:]):
            raise InvalidProblem("an option was taken that its set does not hold")
        told = np.isfinite(self.features).all() and np.isfinite(self.offset).all() and np.isfinite(self.weight).all()
        if not told or np.any(self.weight <= 0):
            raise InvalidProblem("features and offsets are numbers, weights above 0")

    def __len__(self) -> int:
        return len(self.taken)

    @property
    def shoppers(self) -> int:
        """How many different shoppers chose."""
        return len(np.unique(self.shopper))

    def part(self, chosen: npt.NDArray[np.bool_]) -> ChoiceProblem:
        """Return the sets that are marked [n]."""
        sizes = np.diff(self.start)
        rows = np.repeat(chosen, sizes)
        start = np.concatenate([[0], np.cumsum(sizes[chosen])]).astype(np.int64)
        within = (self.taken - self.start[:-1])[chosen]
        return ChoiceProblem(
            self.names,
            self.features[rows],
            start,
            start[:-1] + within,
            self.weight[chosen],
            self.offset[rows],
            self.shopper[chosen],
        )


def plain_sets(names: tuple[str, ...], features: FloatArray, start: IntArray, taken: IntArray) -> ChoiceProblem:
    """Choice sets of as many shoppers, each shown in full and to everybody alike."""
    sets = len(taken)
    return ChoiceProblem(
        names, features, start, taken, np.ones(sets), np.zeros(len(features)), np.arange(sets, dtype=np.int64)
    )
