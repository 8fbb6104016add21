"""Counting into bins with round edges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

TAIL = 0.01  # the share of the largest values that share one last bin


@dataclass(frozen=True, slots=True)
class Bin:
    low: int  # inclusive
    high: int  # exclusive
    count: int
    open_above: bool = False  # holds everything from `low` on


def quantile(ordered: Sequence[int], share: float) -> int:
    """The smallest value that at least `share` of them do not exceed. `ordered` is sorted and not empty."""
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]


def round_step(span: int, bins: int, least: int = 1) -> int:
    """The smallest of 1, 2, 5, 10, 20 ... that covers `span` in at most `bins` steps."""
    scale = 1
    while True:
        for digit in (1, 2, 5):
            step = digit * scale
            if step >= least and step * bins >= span:
                return step
        scale *= 10


def histogram(values: Sequence[int], bins: int, least_step: int = 1) -> tuple[Bin, ...]:
    """Equal bins with round edges; the largest values share one open bin where the tail is long."""
    if not values:
        return ()
    ordered = sorted(values)
    body = quantile(ordered, 1 - TAIL)
    step = round_step(body - ordered[0] + 1, bins - 1, least_step)
    start = ordered[0] // step * step
    number = (body - start) // step + 1
    counts = [0] * (number + 1)
    for value in ordered:
        counts[min((value - start) // step, number)] += 1
    closed = [Bin(start + i * step, start + (i + 1) * step, counts[i]) for i in range(number)]
    if counts[number]:
        edge = start + number * step
        if ordered[-1] < edge + step:
            closed.append(Bin(edge, edge + step, counts[number]))
        else:
            closed.append(Bin(edge, ordered[-1] + 1, counts[number], open_above=True))
    return tuple(closed)
