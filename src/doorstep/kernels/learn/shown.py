"""Which options to show, and in which order: the arrangement of which most is expected, by trying all of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, permutations

import numpy as np

from doorstep.kernels.learn.shown_problem import FloatArray, IntArray, Shown, ShownProblem

EQUAL = 1e-9  # of the unit of money: arrangements that differ by less are alike


def choose_shown(problem: ShownProblem) -> Shown:
    """Choose the options to show under a multinomial logit; exact, since every arrangement is tried.

    An option may keep shoppers from one that earns more, so that more options are not always better for the shop. Of
    arrangements that are alike the one of fewest options is taken, and of these the one that a shopper likes best from
    the top, the former number first.

    Parameters
    ----------
    problem
        Options of one quote.

    References
    ----------
    D. McFadden, "Conditional logit analysis of qualitative choice behavior", Frontiers in Econometrics, 1974, 105-142.
    K. Talluri, G. van Ryzin, "Revenue management under a general discrete choice model of consumer behavior",
    Management Science 50 (2004) 15-33: what a set earns; the best one is found among sets ordered by revenue where
    nothing else is asked. P. Rusmevichientong, Z.-J. Shen, D. Shmoys, Operations Research 58 (2010) 1666-1680: with at
    most so many options that order fails, so that all sets are tried here. K. Small, H. Rosen, Econometrica 49 (1981)
    105-130: surplus of the logit, its equation 5.9.
    """
    best: tuple[float, tuple[int, ...]] | None = None
    for block in _arrangements(problem):
        value = _values(problem, block)[0]
        top = int(np.argmax(value >= value.max() - EQUAL))  # the first of those that are alike
        if best is None or value[top] > best[0] + EQUAL:
            best = float(value[top]), tuple(block[top].tolist())
    assert best is not None  # there is one option at least
    value, earned, surplus, share = _values(problem, np.array([best[1]]))
    shares = tuple(float(one) for one in share[0])
    left = max(0.0, 1.0 - sum(shares)) if problem.may_leave else 0.0
    return Shown(best[1], shares, left, float(earned[0]), float(surplus[0]), float(value[0]))


def _arrangements(problem: ShownProblem) -> Iterator[IntArray]:
    """Rows of options, all of one length, shorter ones first; only of sets where all places are worth the same."""
    liked = np.lexsort((np.arange(len(problem.surplus)), -problem.surplus)).tolist()
    arranged = permutations if problem.lower_place else combinations
    always = set(problem.always)
    for size in range(max(1, len(always)), min(problem.most, len(liked)) + 1):
        rows = [one for one in arranged(liked, size) if always.issubset(one)]
        if rows:
            yield np.array(rows, np.int64)


def _values(problem: ShownProblem, rows: IntArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Of arrangements [m, k] what they are worth, what the shop earns, the surplus [m], and the shares [m, k]."""
    place = np.arange(1, rows.shape[1] + 1)
    utility = (problem.surplus[rows] - problem.lower_place * place) / problem.scatter
    top = utility.max(axis=1, keepdims=True)
    if problem.may_leave:
        top = np.maximum(top, 0.0)
    odds = np.exp(utility - top)
    whole = odds.sum(axis=1, keepdims=True) + (np.exp(-top) if problem.may_leave else 0.0)
    share = odds / whole
    earned = (share * problem.gain[rows]).sum(axis=1)
    surplus = problem.scatter * (np.log(whole) + top)[:, 0]
    return earned + problem.surplus_share * surplus, earned, surplus, share
