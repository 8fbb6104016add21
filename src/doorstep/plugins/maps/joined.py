"""What one request does not hold, asked for in several and put together."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from doorstep.plugins.maps.base import NEVER, Block, MapRefused, Points, Way

Ask = Callable[[Points, Points], Block]


def in_blocks(ask: Ask, sources: Points, targets: Points, rows: int, columns: int) -> Block:
    """Ask for a matrix in blocks of at most so many rows and columns."""
    shape = (len(sources), len(targets))
    distance, duration = np.full(shape, NEVER), np.full(shape, NEVER)
    for top in range(0, shape[0], rows):
        for left in range(0, shape[1], columns):
            part = ask(sources[top : top + rows], targets[left : left + columns])
            distance[top : top + rows, left : left + columns] = part.distance_m
            duration[top : top + rows, left : left + columns] = part.duration_s
    return Block(distance, duration)


def in_stretches(ask: Callable[[Points], Way | None], points: Points, most: int) -> Way | None:
    """Ask for a way in stretches of at most so many places; each begins where the one before ended."""
    if len(points) < 2:
        raise MapRefused("a way leads through two places at least")
    ways: list[Way] = []
    for start in range(0, len(points) - 1, most - 1):
        way = ask(points[start : start + most])
        if way is None:
            return None
        ways.append(way)
    line = [point for number, way in enumerate(ways) for point in (way.line if number == 0 else way.line[1:])]
    return Way(
        tuple(line),
        tuple(leg for way in ways for leg in way.leg_distances_m),
        tuple(leg for way in ways for leg in way.leg_durations_s),
    )
