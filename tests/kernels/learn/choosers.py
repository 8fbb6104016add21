"""Shoppers who choose as a known model says."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from doorstep.kernels.learn.choice_problem import ChoiceProblem, FloatArray, IntArray

NAMES = ("price", "days", "pickup")
TRUE = np.array([-0.5, -0.3, -0.8])


def choosers(
    sets: int,
    seed: int,
    options: int = 4,
    true: FloatArray = TRUE,
    spread: FloatArray | None = None,
    choices_each: int = 1,
) -> ChoiceProblem:
    """Sets of shoppers, each of whom chooses `choices_each` times with wants of their own around `true`."""
    rng = np.random.default_rng(seed)
    rows = sets * options
    features = np.column_stack([rng.uniform(0, 12, rows), rng.integers(1, 9, rows), rng.integers(0, 2, rows)])
    start = np.arange(0, rows + 1, options, dtype=np.int64)
    shopper = (np.arange(sets) // choices_each).astype(np.int64)
    taste = np.repeat(true[None, :], sets, axis=0)
    if spread is not None:
        taste = taste + (rng.standard_normal((int(shopper[-1]) + 1, len(true))) * spread)[shopper]
    utility = (features * np.repeat(taste, options, axis=0)).sum(axis=1) + rng.gumbel(size=rows)
    taken = start[:-1] + utility.reshape(sets, options).argmax(axis=1)
    return ChoiceProblem(NAMES, features, start, taken, np.ones(sets), np.zeros(rows), shopper)


def taken_of(utility: FloatArray, start: IntArray) -> IntArray:
    """Row of the largest utility of each set."""
    return np.array([low + utility[low:high].argmax() for low, high in pairwise(start)])
