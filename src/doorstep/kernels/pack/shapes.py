"""What contents may be put into, and what the outside then measures: cartons, and mailers at each thickness."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from doorstep.kernels.pack.problem import BoolArray, FitProblem, IntArray, PackProblem
from doorstep.kernels.pack.rooms import rooms_of
from doorstep.kernels.pack.tables import by_volume, carton_table

KEPT = 16  # assortments of cartons whose shapes are remembered


@dataclass(frozen=True, slots=True)
class Shapes:
    """s shapes, each a carton, or a mailer filled up to some thickness.

    Parameters
    ----------
    carton
        [s] index of the carton.
    inner_mm, outer_mm
        [s, 3]
    tare_g, most_g
        [s] of the carton; gross.
    filled
        [s] what is empty inside is filled up.
    price_minor
        [s] of the carton.
    room_mm3, room_g
        [s] volume and weight that the contents may have.
    table, rank
        As `carton_table` and `by_volume` make them.
    """

    carton: IntArray
    inner_mm: IntArray
    outer_mm: IntArray
    tare_g: IntArray
    most_g: IntArray
    filled: BoolArray
    price_minor: IntArray
    room_mm3: IntArray
    room_g: IntArray
    table: IntArray
    rank: IntArray


def shapes_of(problem: PackProblem) -> Shapes:
    """Expand mailers, take off padding; cartons that padding leaves no room in are left out.

    Remembered by what the cartons are like: calls for one order after the other bring the same ones each time.
    """
    goods = problem.goods
    columns = (
        problem.carton_outer_mm,
        goods.carton_tare_g,
        goods.carton_max_weight_g,
        problem.carton_price_minor,
        problem.carton_padding_mm,
        problem.carton_mailer,
    )
    return _expanded(_bytes(goods.carton_inner_mm), *(_bytes(column) for column in columns))


def wrapped(problem: PackProblem) -> IntArray:
    """Size of items with their wrapping, [n, 3]."""
    return problem.goods.item_size_mm + 2 * problem.item_padding_mm[:, None]


def shaped(problem: PackProblem, shapes: Shapes) -> FitProblem:
    """The orders of wrapped items, with the shapes as their cartons."""
    return replace(
        problem.goods,
        item_size_mm=wrapped(problem),
        carton_inner_mm=shapes.inner_mm,
        carton_tare_g=shapes.tare_g,
        carton_max_weight_g=shapes.most_g,
    )


def _bytes(column: IntArray | BoolArray) -> bytes:
    return column.astype(np.int64).tobytes()


@lru_cache(KEPT)
def _expanded(
    inner_mm: bytes, outer_mm: bytes, tare_g: bytes, most_g: bytes, price_minor: bytes, padding_mm: bytes, mailer: bytes
) -> Shapes:
    inner, outer = (np.frombuffer(sizes, np.int64).reshape(-1, 3) for sizes in (inner_mm, outer_mm))
    tare, most, price, padding, bags = (
        np.frombuffer(column, np.int64) for column in (tare_g, most_g, price_minor, padding_mm, mailer)
    )
    rooms = rooms_of(inner, outer, bags > 0, padding)
    of, sizes = rooms.carton, rooms.inner_mm
    return Shapes(
        carton=of,
        inner_mm=sizes,
        outer_mm=rooms.outer_mm,
        tare_g=tare[of],
        most_g=most[of],
        filled=bags[of] == 0,
        price_minor=price[of],
        room_mm3=sizes.prod(axis=1),
        room_g=most[of] - tare[of],
        table=carton_table(sizes, tare[of], most[of]),
        rank=by_volume(sizes),
    )
