"""Sums that fade: each day's share halves with every half-life that passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from doorstep.kernels.compiled import compiled

if TYPE_CHECKING:
    from numpy import float64, int64
    from numpy.typing import NDArray


@compiled
def fading_sums(
    group: NDArray[int64], day: NDArray[int64], values: NDArray[float64], half_life: float, sums: NDArray[float64]
) -> None:
    """Write [C] the faded sum up to each cell, beginning anew with each group.

    Cells stand by group, then by day. One step after the other: what comes later, or in another group, changes no sum.
    """
    for cell in range(group.shape[0]):
        before = 0.0
        if cell > 0 and group[cell] == group[cell - 1]:
            before = sums[cell - 1] * 0.5 ** ((day[cell] - day[cell - 1]) / half_life)
        sums[cell] = before + values[cell]
