"""What contents may be put into, and what the outside then measures: cartons, and mailers at each thickness."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from doorstep.kernels.pack.problem import MAILER_STEPS, BoolArray, FitProblem, IntArray, PackProblem


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
    rows: list[tuple[int, tuple[int, ...], tuple[int, ...]]] = []
    for carton in range(goods.cartons):
        padding = 2 * int(problem.carton_padding_mm[carton])
        inner = [int(edge) for edge in goods.carton_inner_mm[carton]]
        outer = tuple(int(edge) for edge in problem.carton_outer_mm[carton])
        if not problem.carton_mailer[carton]:
            rows.append((carton, tuple(edge - padding for edge in inner), outer))
            continue
        step = -(-inner[2] // MAILER_STEPS)
        for thickness in (*range(step, inner[2], step), inner[2]):
            room = (inner[0] - thickness - padding, inner[1] - thickness - padding, thickness - padding)
            rows.append((carton, room, (*outer[:2], thickness + outer[2] - inner[2])))
    rows = [row for row in rows if min(row[1]) >= 1]
    carton_of = np.array([row[0] for row in rows], np.int64)
    wrapped = replace(
        goods,
        item_size_mm=goods.item_size_mm + 2 * problem.item_padding_mm[:, None],
        carton_inner_mm=np.array([row[1] for row in rows], np.int64).reshape(-1, 3),
        carton_tare_g=goods.carton_tare_g[carton_of],
        carton_max_weight_g=goods.carton_max_weight_g[carton_of],
    )
    return Shapes(
        goods=wrapped,
        carton=carton_of,
        outer_mm=np.array([row[2] for row in rows], np.int64).reshape(-1, 3),
        filled=~problem.carton_mailer[carton_of],
        price_minor=problem.carton_price_minor[carton_of],
    )
