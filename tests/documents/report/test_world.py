from __future__ import annotations

import numpy as np
import pytest

from doorstep.documents.report.world import WORLD, Box, clipped, land, outlines, project, thinned

SQUARE = np.array([(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)])


def area(ring: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


@pytest.mark.parametrize(
    ("box", "left"), [(Box(5, 5, 20, 20), 25.0), (Box(-5, 2, 15, 4), 20.0), (Box(-1, -1, 11, 11), 100.0)]
)
def test_clipping_keeps_the_part_inside(box: Box, left: float) -> None:
    assert area(clipped(SQUARE, box)) == pytest.approx(left)


def test_clipping_away_everything_leaves_nothing() -> None:
    assert len(clipped(SQUARE, Box(20, 20, 30, 30))) == 0


def test_thinning_keeps_points_apart() -> None:
    line = np.array([(0.0, 0.0), (0.1, 0.0), (0.9, 0.0), (1.1, 0.0), (1.1, 3.0)])
    assert thinned(line, 1.0).tolist() == [[0.0, 0.0], [1.1, 0.0], [1.1, 3.0]]


def test_land_stays_inside_what_is_looked_at() -> None:
    west, north = project(-10, 60)
    east, south = project(30, 35)
    europe = Box(west, north, east, south)
    rings = land(europe, 0.05)
    assert len(rings) > 20
    for ring in rings:
        assert ring.min(axis=0).tolist() >= [west - 1e-9, north - 1e-9]
        assert ring.max(axis=0).tolist() <= [east + 1e-9, south + 1e-9]


def test_no_outline_jumps_across_the_world() -> None:
    """Rings that cross the 180th meridian go on beyond it."""
    for ring in outlines():
        steps = np.abs(np.diff(np.vstack((ring, ring[:1]))[:, 0]))
        along_the_pole = ring[:, 1].max() >= WORLD.bottom - 1e-6 or ring[:, 1].min() <= WORLD.top + 1e-6
        assert steps.max() < 180 or along_the_pole


def test_the_poles_are_kept_at_the_edge() -> None:
    assert project(0, 90) == project(0, 84)
    assert project(12.5, 0) == (12.5, 0)
