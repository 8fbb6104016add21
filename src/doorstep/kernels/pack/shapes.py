"""What contents may be put into, and what the outside then measures: cartons, and mailers at each thickness."""

from __future__ import annotations

from dataclasses import dataclass, replace

from doorstep.kernels.pack.problem import BoolArray, FitProblem, IntArray, PackProblem
from doorstep.kernels.pack.rooms import rooms_of


@dataclass(frozen=True, slots=True)
class Shapes:
    """s shapes, each a carton, or a mailer filled up to some thickness.

    Parameters
    ----------
    goods
        The problem with wrapped items and the shapes as its cartons.
    carton
        [s] index of the carton.
    outer_mm
        [s, 3]
    volume_mm3
        [s] inner volume that is filled up, 0: nothing is.
    price_minor
        [s] of the carton.
    """

    goods: FitProblem
    carton: IntArray
    outer_mm: IntArray
    filled: BoolArray
    price_minor: IntArray


def shapes_of(problem: PackProblem) -> Shapes:
    """Expand mailers, take off padding; cartons that padding leaves no room in are left out."""
    goods = problem.goods
    rooms = rooms_of(goods.carton_inner_mm, problem.carton_outer_mm, problem.carton_mailer, problem.carton_padding_mm)
    carton_of = rooms.carton
    wrapped = replace(
        goods,
        item_size_mm=goods.item_size_mm + 2 * problem.item_padding_mm[:, None],
        carton_inner_mm=rooms.inner_mm,
        carton_tare_g=goods.carton_tare_g[carton_of],
        carton_max_weight_g=goods.carton_max_weight_g[carton_of],
    )
    return Shapes(
        goods=wrapped,
        carton=carton_of,
        outer_mm=rooms.outer_mm,
        filled=~problem.carton_mailer[carton_of],
        price_minor=problem.carton_price_minor[carton_of],
    )
