"""Which cartons to stock, of many that there could be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.pack.fit import PLAIN, USUAL, fit
from doorstep.kernels.pack.orders import sorted_lines
from doorstep.kernels.pack.prices import price_lists
from doorstep.kernels.pack.problem import FITS, MOST_PRICE, UNCARRIED, IntArray, PackParams, PackProblem
from doorstep.kernels.pack.shapes import shaped, shapes_of
from doorstep.kernels.run import Run

STEPS = 60
"""Of the bound."""
PATIENCE = 3
"""Steps without gain before they are halved."""
MOST_TOTAL = 2**62


@dataclass(frozen=True, slots=True)
class AssortmentProblem:
    """m kinds of orders, c cartons that could be stocked.

    Parameters
    ----------
    price_minor
        [m, c] what an order costs in one parcel in that carton; UNCARRIED: the carton does not hold it.
    times
        [m] how many orders are of the kind, at least 1.
    otherwise_minor
        [m] what an order costs when no carton that is stocked holds it, or when that is cheaper.
    count
        How many cartons are stocked at most, 1 to c.

    Raises
    ------
    InvalidProblem
        If shapes or values contradict this.
    """

    price_minor: IntArray
    times: IntArray
    otherwise_minor: IntArray
    count: int

    def __post_init__(self) -> None:
        if self.price_minor.ndim != 2:
            raise InvalidProblem("price_minor must have two dimensions")
        kinds, cartons = self.price_minor.shape
        for name, array, least, most in (
            ("price_minor", self.price_minor, 0, UNCARRIED),
            ("times", self.times, 1, MOST_PRICE),
            ("otherwise_minor", self.otherwise_minor, 0, MOST_PRICE),
        ):
            if array.shape[:1] != (kinds,) or not np.issubdtype(array.dtype, np.integer):
                raise InvalidProblem(f"{name} must hold {kinds} rows of integers")
            if array.size and (array.min() < least or array.max() > most):
                raise InvalidProblem(f"{name} must be {least} to {most}")
        if not 1 <= self.count <= cartons:
            raise InvalidProblem(f"count must be 1 to {cartons}, not {self.count}")
        if kinds and float(self.times.astype(float) @ self.otherwise_minor) >= MOST_TOTAL:
            raise InvalidProblem("otherwise_minor is too much in all")


@dataclass(frozen=True, slots=True)
class Assortment:
    """Cartons to stock, k of them.

    Parameters
    ----------
    chosen
        k indices of cartons, ascending.
    cost_minor, bound_minor
        Of all orders; no k cartons of the problem cost less than the bound.
    saves_minor
        [k] by how much the cost would rise without each.
    orders
        [k] orders that each serves most cheaply; the rest is in no carton. Ties go to the smaller index.
    """

    chosen: tuple[int, ...]
    cost_minor: int
    bound_minor: int
    saves_minor: tuple[int, ...]
    orders: tuple[int, ...]


def assortments(problem: AssortmentProblem, run: Run = PLAIN) -> tuple[Assortment, ...]:
    """Choose 1, 2, ... `count` cartons, each time so that all orders together cost as little as can be found.

    Parameters
    ----------
    problem
        Prices of orders in cartons.
    run
        `progress` (stage "choosing", counted in sizes of the set) is used; nothing here is random.

    Returns
    -------
    tuple[Assortment, ...]
        One for each number of cartons.

    Notes
    -----
    What stocking a set saves against stocking nothing is submodular: that of a facility location, or p-median, problem.
    The set before is extended by the carton that saves most (Cornuéjols, Fisher and Nemhauser 1977), then cartons are
    exchanged one by one while that helps (Teitz and Bart 1968). The bound is Lagrangian: each order pays u for being
    served, u is moved by subgradients, and every u gives a bound. See docs/algorithms/pack.md.
    """
    times = problem.times
    gain = times[:, None] * np.maximum(problem.otherwise_minor[:, None] - problem.price_minor, 0)
    nothing = int(times @ problem.otherwise_minor)
    chosen: list[int] = []
    found = []
    run.progress("choosing", 0, problem.count)
    for size in range(1, problem.count + 1):
        held = gain[:, chosen].max(axis=1, initial=0)
        more = np.maximum(gain, held[:, None]).sum(axis=0)
        more[chosen] = -1
        chosen = _exchanged(gain, [*chosen, int(more.argmax())])
        found.append(_told(gain, chosen, nothing, times))
        run.progress("choosing", size, problem.count)
    return tuple(found)


def _exchanged(gain: IntArray, chosen: list[int]) -> list[int]:
    """Exchange the pair that helps most, until none does."""
    best = int(gain[:, chosen].max(axis=1, initial=0).sum())
    while True:
        offer: tuple[int, int, int] | None = None
        for place in range(len(chosen)):
            rest = [one for at, one in enumerate(chosen) if at != place]
            held = gain[:, rest].max(axis=1, initial=0)
            total = np.maximum(gain, held[:, None]).sum(axis=0)
            total[chosen] = -1
            other = int(total.argmax())
            if total[other] > (offer[0] if offer else best):
                offer = (int(total[other]), place, other)
        if offer is None:
            return sorted(chosen)
        best = offer[0]
        chosen = [*chosen[: offer[1]], *chosen[offer[1] + 1 :], offer[2]]


def _told(gain: IntArray, chosen: list[int], nothing: int, times: IntArray) -> Assortment:
    mine = gain[:, chosen]
    saved = int(mine.max(axis=1, initial=0).sum())
    serves = np.where(mine.max(axis=1, initial=0) > 0, mine.argmax(axis=1), -1)
    saves = []
    for place in range(len(chosen)):
        rest = np.delete(mine, place, axis=1).max(axis=1, initial=0)
        saves.append(saved - int(rest.sum()))
    return Assortment(
        chosen=tuple(chosen),
        cost_minor=nothing - saved,
        bound_minor=nothing - _most_saved(gain, chosen, saved),
        saves_minor=tuple(saves),
        orders=tuple(int(times[serves == place].sum()) for place in range(len(chosen))),
    )


def _most_saved(gain: IntArray, chosen: Sequence[int], saved: int) -> int:
    """What no set of that size can save more than: every u >= 0 gives sum(u) + the best sums of max(gain - u, 0)."""
    size = len(chosen)
    u = gain[:, list(chosen)].max(axis=1, initial=0).astype(np.float64)
    least, pace, stale = int(gain.max(axis=1, initial=0).sum()), 2.0, 0
    for _ in range(STEPS):
        whole = np.maximum(np.rint(u), 0).astype(np.int64)
        over = np.maximum(gain - whole[:, None], 0)
        worth = over.sum(axis=0)
        best = np.argsort(-worth, kind="stable")[:size]
        value = int(whole.sum()) + int(worth[best].sum())
        stale = 0 if value < least else stale + 1
        least = min(least, value)
        if stale == PATIENCE:
            pace, stale = pace / 2, 0
        slope = 1.0 - (over[:, best] > 0).sum(axis=1)
        steep = float(slope @ slope)
        if least <= saved or not steep:
            break
        u = np.maximum(whole - pace * max(value - saved, 1) / steep * slope, 0.0)
    return max(least, saved)


def one_box_prices(problem: PackProblem, params: PackParams = USUAL, run: Run = PLAIN) -> IntArray:
    """Price of every order in every carton as one parcel.

    Parameters
    ----------
    problem
        Orders, cartons and prices.
    params
        Effort and support rule.
    run
        As of `fit`.

    Returns
    -------
    IntArray
        [m, c], UNCARRIED where no layout was found or nobody carries it.
    """
    shapes = shapes_of(problem)
    goods = shaped(problem, shapes)
    found = fit(goods, params, run).verdict == FITS
    lines = sorted_lines(goods.load_start, goods.load_item, goods.load_quantity, len(goods.item_size_mm))
    weight = lines.sums(goods.item_weight_g)
    volume = lines.sums(goods.item_size_mm.prod(axis=1))
    pays = np.full(goods.loads, -1) if problem.load_freight is None else problem.load_freight
    lists = price_lists(problem, shapes)
    prices = np.full((goods.loads, problem.goods.cartons), UNCARRIED, np.int64)
    for number in np.unique(pays):
        mine = np.flatnonzero(pays == number)
        own = np.where(found[mine], lists[number].prices(weight[mine], volume[mine]), UNCARRIED)
        for shape, carton in enumerate(shapes.carton):
            prices[mine, carton] = np.minimum(prices[mine, carton], own[:, shape])
    return prices
