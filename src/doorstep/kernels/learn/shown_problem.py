"""A choice of options to show: what each is worth to the shopper and to the shop."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.errors import InvalidProblem

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
MOST_OPTIONS = 8  # all arrangements of more are too many to try


@dataclass(frozen=True, slots=True, eq=False)
class ShownProblem:
    """Options of one quote, n of them. All money is in one unit, the currency's major one as a rule.

    Attributes
    ----------
    surplus
        [n] what the option is worth to the shopper less what is asked for it.
    gain
        [n] what the shop earns when it is taken.
    scatter
        Money that makes an option e times as likely to be taken beside another; above 0.
    may_leave
        The shopper may take none, which is worth 0 to both. False: one of those shown is taken.
    lower_place
        What an option is worth less to the shopper for each place that it stands lower, the first place counted.
    always
        Numbers of options that are shown whatever comes of it.
    most
        So many are shown at most; at least as many as `always` has, and 1.
    surplus_share
        How much of the shopper's expected surplus counts beside what the shop expects to earn; 0 to 1.
    """

    surplus: FloatArray
    gain: FloatArray
    scatter: float
    may_leave: bool = True
    lower_place: float = 0.0
    always: tuple[int, ...] = ()
    most: int = MOST_OPTIONS
    surplus_share: float = 1.0

    def __post_init__(self) -> None:
        count = len(self.surplus)
        if self.surplus.shape != (count,) or self.gain.shape != (count,) or not 1 <= count <= MOST_OPTIONS:
            raise InvalidProblem(f"of 1 to {MOST_OPTIONS} options each has a surplus and a gain")
        if not (np.isfinite(self.surplus).all() and np.isfinite(self.gain).all() and np.isfinite(self.lower_place)):
            raise InvalidProblem("a surplus, a gain or the worth of a place is no number")
        if not 0 < self.scatter < float("inf") or not 0 <= self.surplus_share <= 1:
            raise InvalidProblem("the scatter is not above 0, or the share of the surplus not between 0 and 1")
        if len(set(self.always)) != len(self.always) or not all(0 <= one < count for one in self.always):
            raise InvalidProblem("an option that is always shown is not there, or named twice")
        if self.most < max(1, len(self.always)):
            raise InvalidProblem("fewer options may be shown than always are")


@dataclass(frozen=True, slots=True)
class Shown:
    """Numbers of the options to show, the first on top, and what is expected of that.

    `share` is the chance of each to be taken, `left` that none is; `value` is what was made largest: `earned` and the
    counted share of `surplus`. A surplus is that of the logit, its constant left out: only differences mean anything.
    """

    order: tuple[int, ...]
    share: tuple[float, ...]
    left: float
    earned: float
    surplus: float
    value: float
