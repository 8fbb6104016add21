"""The rooms that cartons offer: the inside of a box, and that of a mailer at each step of thickness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.kernels.pack.problem import MAILER_STEPS, BoolArray, IntArray


@dataclass(frozen=True, slots=True)
class Rooms:
    """r rooms.

    Parameters
    ----------
    carton
        [r] index of the carton.
    inner_mm, outer_mm
        [r, 3] what padding leaves inside; outside.
    """

    carton: IntArray
    inner_mm: IntArray
    outer_mm: IntArray


def rooms_of(inner_mm: IntArray, outer_mm: IntArray, mailer: BoolArray, padding_mm: IntArray) -> Rooms:
    """Expand mailers, take off padding; cartons that padding leaves no room in are left out."""
    rows: list[tuple[int, tuple[int, ...], tuple[int, ...]]] = []
    for carton in range(len(inner_mm)):
        padding = 2 * int(padding_mm[carton])
        inner = [int(edge) for edge in inner_mm[carton]]
        outer = tuple(int(edge) for edge in outer_mm[carton])
        if not mailer[carton]:
            rows.append((carton, tuple(edge - padding for edge in inner), outer))
            continue
        step = -(-inner[2] // MAILER_STEPS)
        for thickness in (*range(step, inner[2], step), inner[2]):
            room = (inner[0] - thickness - padding, inner[1] - thickness - padding, thickness - padding)
            rows.append((carton, room, (*outer[:2], thickness + outer[2] - inner[2])))
    rows = [row for row in rows if min(row[1]) >= 1]
    return Rooms(
        carton=np.array([row[0] for row in rows], np.int64),
        inner_mm=np.array([row[1] for row in rows], np.int64).reshape(-1, 3),
        outer_mm=np.array([row[2] for row in rows], np.int64).reshape(-1, 3),
    )
