"""What is packed, into what, how hard to try, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.pack.cut import starts

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
VerdictArray = NDArray[np.uint8]

NO = 0
"""Proven: the load does not fit."""
FITS = 1
"""A layout was found."""
UNPROVEN = 2
"""No layout was found, which proves nothing."""

MAX_SIZE_MM = 100_000
MAX_WEIGHT_G = 10**9
MAX_LOAD_UNITS = 10**6
MAX_CLASSES = 62
MOST_PRICE = 10**15
MOST_FILL = 10**12
UNCARRIED = 2**60
"""The price of what is not carried: above any sum of prices."""
MAILER_STEPS = 16


@dataclass(frozen=True, slots=True)
class FitProblem:
    """n items, m loads of them, c cartons; sizes in mm, weights in g.

    Parameters
    ----------
    item_size_mm
        [n, 3] length, width, height as the product stands; 1 to 100,000.
    item_weight_g
        [n] 0 to 10^9.
    item_upright
        [n] this side up: may only turn about the vertical.
    item_fragile
        [n] nothing may lie above it.
    item_max_load_g
        [n] weight that may lie above it; -1: anything.
    item_class
        [n] hazmat class, 0: none; at most 62 classes.
    load_start
        [m + 1] load i owns the lines `load_start[i]` to `load_start[i + 1]` (exclusive), at least one.
    load_item
        [k] item of a line; in any order, also repeated.
    load_quantity
        [k] units of it, at least 1; at most 10^6 in a load.
    carton_inner_mm
        [c, 3] length, width, height; 1 to 100,000.
    carton_tare_g
        [c]
    carton_max_weight_g
        [c] gross.
    item_soft
        [n] may be folded (None: nothing may): the longest edge is halved, rounded up, and the shortest doubled, up to
        twice, while the shortest is at most a quarter of the longest. Not folded when this side up.
    class_apart
        [h, h] classes that must not share a parcel, symmetrical, row and column 0 empty (None: any two different
        ones).

    Raises
    ------
    InvalidProblem
        If shapes or values contradict this.
    """

    item_size_mm: IntArray
    item_weight_g: IntArray
    item_upright: BoolArray
    item_fragile: BoolArray
    item_max_load_g: IntArray
    item_class: IntArray
    load_start: IntArray
    load_item: IntArray
    load_quantity: IntArray
    carton_inner_mm: IntArray
    carton_tare_g: IntArray
    carton_max_weight_g: IntArray
    item_soft: BoolArray | None = None
    class_apart: BoolArray | None = None

    def __post_init__(self) -> None:
        items, lines, cartons = len(self.item_size_mm), len(self.load_item), len(self.carton_inner_mm)
        _shaped("item_size_mm", self.item_size_mm, (items, 3), 1, MAX_SIZE_MM)
        _shaped("item_weight_g", self.item_weight_g, (items,), 0, MAX_WEIGHT_G)
        _shaped("item_max_load_g", self.item_max_load_g, (items,), -1, None)
        _shaped("item_class", self.item_class, (items,), 0, MAX_CLASSES)
        _flags("item_upright", self.item_upright, items)
        _flags("item_fragile", self.item_fragile, items)
        if self.item_soft is not None:
            _flags("item_soft", self.item_soft, items)
        if self.class_apart is not None:
            _symmetrical(self.class_apart, int(self.item_class.max(initial=0)) + 1)
        _shaped("load_item", self.load_item, (lines,), 0, items - 1)
        _shaped("load_quantity", self.load_quantity, (lines,), 1, MAX_LOAD_UNITS)
        _shaped("carton_inner_mm", self.carton_inner_mm, (cartons, 3), 1, MAX_SIZE_MM)
        _shaped("carton_tare_g", self.carton_tare_g, (cartons,), 0, MAX_WEIGHT_G)
        _shaped("carton_max_weight_g", self.carton_max_weight_g, (cartons,), 0, None)
        _shaped("load_start", self.load_start, (max(len(self.load_start), 1),), 0, lines)
        if self.load_start[0] != 0 or self.load_start[-1] != lines or (np.diff(self.load_start) < 1).any():
            raise InvalidProblem("load_start must rise from 0 to the number of lines, each load owning a line")
        if self.loads and self.load_units().max() > MAX_LOAD_UNITS:
            raise InvalidProblem(f"a load has more than {MAX_LOAD_UNITS} units")

    @property
    def loads(self) -> int:
        """Number of loads, m."""
        return len(self.load_start) - 1

    @property
    def cartons(self) -> int:
        """Number of cartons, c."""
        return len(self.carton_inner_mm)

    def load_units(self) -> IntArray:
        """Units of each load, [m]."""
        total = starts(self.load_quantity)
        return np.asarray(np.diff(total[self.load_start]), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Breaks:
    """A non-decreasing price by steps: up to `limit[k]`, not over `limit[k - 1]`, it is `price_minor[k]`.

    Above the last limit nothing is carried.

    Raises
    ------
    InvalidProblem
        If there is no step, limits do not rise or are negative, or prices fall or are negative.
    """

    limit: IntArray
    price_minor: IntArray

    def __post_init__(self) -> None:
        steps = len(self.limit)
        if steps == 0:
            raise InvalidProblem("breaks need a step")
        _shaped("limit", self.limit, (steps,), 0, MOST_PRICE)
        _shaped("price_minor", self.price_minor, (steps,), 0, MOST_PRICE)
        if (np.diff(self.limit) <= 0).any() or (np.diff(self.price_minor) < 0).any():
            raise InvalidProblem("limits must rise, and prices must not fall")

    def prices(self, measured: IntArray) -> IntArray:
        """Price of what is measured, any shape; UNCARRIED above the last limit."""
        table = np.append(self.price_minor, UNCARRIED)
        return np.asarray(table[np.searchsorted(self.limit, measured)], np.int64)


@dataclass(frozen=True, slots=True)
class Freight:
    """What a carrier asks for a parcel: a price by billed weight, and one by each measure of the parcel's outside.

    Parameters
    ----------
    weight
        By billed weight in g: gross weight, or outer volume over the divisor, rounded up to a gram, if that is more.
    divisor_mm3_per_g
        5,000 cm3 a kg are 5,000 mm3 a g; 0: size does not count as weight.
    longest, second, girth, volume
        By longest edge, second longest edge, longest + 2 x the other two (all mm), outer volume (mm3); None: free.
        Prices are added up.
    """

    weight: Breaks
    divisor_mm3_per_g: int = 0
    longest: Breaks | None = None
    second: Breaks | None = None
    girth: Breaks | None = None
    volume: Breaks | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.divisor_mm3_per_g <= MAX_SIZE_MM:
            raise InvalidProblem(f"divisor_mm3_per_g must be 0 to {MAX_SIZE_MM}")


@dataclass(frozen=True, slots=True)
class PackProblem:
    """Orders, the cartons that there are, and what parcels cost.

    Parameters
    ----------
    goods
        Items, orders (its loads) and cartons, as bare sizes and weights. The inner size of a mailer is its flat inner
        length and width, and the thickness it must not exceed.
    carton_outer_mm
        [c, 3] at least the inner size. A mailer is billed by its outer length and width and by how thick it is filled,
        plus what its outer thickness has over its inner one.
    carton_price_minor
        [c] of one.
    carton_mailer
        [c] a bag: contents as thick as t need a flat bag t longer and t wider than they are. Thickness is rounded up
        to a step, of which there are MAILER_STEPS at most.
    carton_padding_mm
        [c] kept free along every wall.
    item_own_box
        [n] a single unit may travel as it is, without a carton.
    item_padding_mm
        [n] wrapped around every side.
    freight, load_freight
        Tables, and [m] which of them an order's parcels pay; -1: nothing.
    void_fill_micros_per_l
        Price, in millionths of the minor unit, of a litre of a carton's inner volume without goods in it; nothing in
        mailers.

    Raises
    ------
    InvalidProblem
        If shapes or values contradict this.
    """

    goods: FitProblem
    carton_outer_mm: IntArray
    carton_price_minor: IntArray
    carton_mailer: BoolArray
    carton_padding_mm: IntArray
    item_own_box: BoolArray
    item_padding_mm: IntArray
    freight: tuple[Freight, ...] = ()
    load_freight: IntArray | None = None
    void_fill_micros_per_l: int = 0

    def __post_init__(self) -> None:
        cartons, items = self.goods.cartons, len(self.goods.item_size_mm)
        _shaped("carton_outer_mm", self.carton_outer_mm, (cartons, 3), 1, MAX_SIZE_MM)
        if (self.carton_outer_mm < self.goods.carton_inner_mm).any():
            raise InvalidProblem("carton_outer_mm must be at least the inner size")
        _shaped("carton_price_minor", self.carton_price_minor, (cartons,), 0, MOST_PRICE)
        _shaped("carton_padding_mm", self.carton_padding_mm, (cartons,), 0, MAX_SIZE_MM)
        _flags("carton_mailer", self.carton_mailer, cartons)
        _flags("item_own_box", self.item_own_box, items)
        _shaped("item_padding_mm", self.item_padding_mm, (items,), 0, MAX_SIZE_MM)
        if (self.goods.item_size_mm + 2 * self.item_padding_mm[:, None] > MAX_SIZE_MM).any():
            raise InvalidProblem(f"item_padding_mm makes an item larger than {MAX_SIZE_MM}")
        if self.load_freight is not None:
            _shaped("load_freight", self.load_freight, (self.goods.loads,), -1, len(self.freight) - 1)
        if not 0 <= self.void_fill_micros_per_l <= MOST_FILL:
            raise InvalidProblem(f"void_fill_micros_per_l must be 0 to {MOST_FILL}")


@dataclass(frozen=True, slots=True)
class PackParams:
    """How hard to try, and whether units must rest on something.

    Parameters
    ----------
    exact_units
        Loads of at most so many units are searched exhaustively; of larger ones, the biggest so many units are, to
        prove that they alone do not fit. 1 to 8.
    exact_nodes
        Nodes after which the search gives up.
    passes
        Constructive passes tried at most, 1 to 12.
    max_units
        Larger loads are only refused, or packed when they are all of one product.
    support_ppm
        Share of a unit's base that must lie on the floor or on tops of units; 0: no rule.
    shuffles
        Orders of the units tried after the last pass, each a small change of one that placed much.
    groups
        Orders with at most so many different groups of units are parted into parcels exhaustively. 2 to 65,536.
    probes
        Groups of an order that may be looked at thoroughly, to prove its parting or to find a cheaper one.
    pours
        Passes by which each carton is filled over and over, for orders of more groups. 1 to 12.
    pairings
        Ways in which two parcels of such an order are shared out anew over each cheaper pair of cartons.
    starts
        Constructions of such an order that are improved.
    moves
        Units are also moved and exchanged between parcels, three parcels shared out over three cartons, and an order
        of few groups is constructed as well if its exhaustive parting is not proven.

    Raises
    ------
    InvalidProblem
        If a value is out of its range.
    """

    exact_units: int = 6
    exact_nodes: int = 5_000
    passes: int = 12
    max_units: int = 200
    support_ppm: int = 0
    shuffles: int = 0
    groups: int = 256
    probes: int = 16
    pours: int = 2
    pairings: int = 24
    starts: int = 1
    moves: bool = False

    def __post_init__(self) -> None:
        for name, value, least, most in (
            ("exact_units", self.exact_units, 1, 8),
            ("exact_nodes", self.exact_nodes, 1, 10**9),
            ("passes", self.passes, 1, 12),
            ("max_units", self.max_units, 1, 10_000),
            ("support_ppm", self.support_ppm, 0, 1_000_000),
            ("shuffles", self.shuffles, 0, 10**6),
            ("groups", self.groups, 2, 65_536),
            ("probes", self.probes, 0, 10**6),
            ("pours", self.pours, 1, 12),
            ("pairings", self.pairings, 0, 10**6),
            ("starts", self.starts, 1, 1_000),
        ):
            if not least <= value <= most:
                raise InvalidProblem(f"{name} must be {least} to {most}, not {value}")


EFFORT: dict[str, PackParams] = {
    "quick": PackParams(exact_units=4, exact_nodes=500, passes=4, groups=64, probes=0, pours=1, pairings=0),
    "usual": PackParams(shuffles=128),
    "thorough": PackParams(
        7, 20_000, shuffles=256, groups=1_024, probes=64, pours=4, pairings=96, starts=2, moves=True
    ),
    "utmost": PackParams(
        8, 200_000, shuffles=960, groups=4_096, probes=256, pours=12, pairings=960, starts=4, moves=True
    ),
}
"""How hard to try, by name; docs/algorithms/pack.md tells what each is worth."""


@dataclass(frozen=True, slots=True)
class FitResult:
    """Verdicts [m, c] of every load in every carton: NO, FITS or UNPROVEN."""

    verdict: VerdictArray


def _flags(name: str, flags: BoolArray, count: int) -> None:
    if flags.shape != (count,) or flags.dtype != np.bool_:
        raise InvalidProblem(f"{name} must be {count} booleans")


def _symmetrical(apart: BoolArray, classes: int) -> None:
    if apart.ndim != 2 or apart.shape[0] != apart.shape[1] or len(apart) < classes or apart.dtype != np.bool_:
        raise InvalidProblem(f"class_apart must be booleans, {classes} by {classes} or more")
    if (apart != apart.T).any() or apart[0].any() or apart.diagonal().any():
        raise InvalidProblem("class_apart must be symmetrical, class 0 apart from none and no class from itself")


def _shaped(name: str, array: IntArray, shape: tuple[int, ...], least: int, most: int | None) -> None:
    if array.shape != shape:
        raise InvalidProblem(f"{name} must have shape {shape}, not {array.shape}")
    if array.dtype.kind not in "iu":
        raise InvalidProblem(f"{name} must hold integers, not {array.dtype}")
    if array.size and (array.min() < least or (most is not None and array.max() > most)):
        bounds = f"at least {least}" if most is None else f"{least} to {most}"
        raise InvalidProblem(f"{name} must be {bounds}")
