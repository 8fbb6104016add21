"""What is late when something has to be: which windows, by how much, and what is held from then on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from doorstep.kernels.route.day import Day, Running
from doorstep.kernels.route.laid import Laid, Round, lay_parts
from doorstep.kernels.route.mend import Weights
from doorstep.kernels.route.problem import ANY

PROMISED_WEIGHT = 1_000
"""A promised second against one that was not promised, where something has to be late."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A window that cannot be held, and by how much it is missed."""

    stop: int
    by_s: int
    promised: bool


def weights_of(day: Day, run: Running, vans: Collection[int]) -> Weights:
    """Any stop may be late, promised ones at a price; the vans that are late may be out for longer."""
    promised = np.isin(run.stop, list(day.promised))
    stops = np.where(promised, PROMISED_WEIGHT, 1)
    stops[run.stop == ANY] = 0
    longer = np.zeros(len(run.row), np.int64)
    longer[list(vans)] = 1
    return Weights(stops, longer)


def softened(laid: Laid, rounds: Sequence[Round], weights: Weights) -> Laid:
    """Lay rounds out that may be late."""
    return lay_parts(laid.travel, laid.stops, laid.fleet, rounds, weights.stops, weights.vans)


def broken_in(day: Day, run: Running, laid: Laid) -> tuple[Broken, ...]:
    """Stops that are begun after their windows."""
    stops, begins = laid.lines.stop, laid.parts.begins_s
    found = []
    for place in np.flatnonzero(stops >= 0).tolist():
        by_s = int(begins[place] - laid.stops.to_s[stops[place]])
        if by_s > 0:
            stop = int(run.stop[stops[place]])
            found.append(Broken(stop, by_s, stop in day.promised))
    return tuple(found)


def locked_late(day: Day, run: Running) -> tuple[Broken, ...]:
    """Stops that are locked before all others and begun too late."""
    to_s = day.problem.stops.to_s
    late = [(stop, at - int(to_s[stop])) for (_, stop), at in run.locked_begin_s.items() if stop >= 0]
    return in_order([Broken(stop, by_s, stop in day.promised) for stop, by_s in late if by_s > 0])


def in_order(found: Sequence[Broken]) -> tuple[Broken, ...]:
    """Promised ones first, the latest of them first."""
    return tuple(sorted(found, key=lambda one: (not one.promised, -one.by_s, one.stop)))


def overtime_in(laid: Laid, vans: int) -> tuple[tuple[int, int], ...]:
    """Vans that are out for longer than they may, and by how much; of so many that are in use."""
    found = []
    for r, (row, _) in enumerate(laid.rounds):
        took, depart = int(laid.parts.duration_s[r]), int(laid.parts.depart_s[r])
        over = max(depart + took - int(laid.fleet.to_s[row]), took - int(laid.fleet.max_duration_s[row]))
        if row < vans and laid.fits[r] and over > 0:
            found.append((row, over))
    return tuple(found)


def held(day: Day, broken: Sequence[Broken], overtime: Sequence[tuple[int, int]]) -> Day:
    """Hold what could be had from now on."""
    to_s = day.problem.stops.to_s.copy()
    for one in broken:
        to_s[one.stop] += one.by_s
    vans = list(day.vans)
    for van, by_s in overtime:
        vans[van] = replace(vans[van], extra_s=vans[van].extra_s + by_s)
    stops = replace(day.problem.stops, to_s=to_s)
    return replace(day, vans=tuple(vans), problem=replace(day.problem, stops=stops))
