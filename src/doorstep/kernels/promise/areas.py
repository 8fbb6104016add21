"""Areas: places that no lane and no calendar tells apart share one row of the tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from doorstep.domain.place import Place
from doorstep.kernels.promise.calendars import IntArray, bare_region
from doorstep.kernels.promise.journeys import postcode_area

Area = tuple[str, str, str]  # country, region, first characters of the postcode


@dataclass(frozen=True, slots=True)
class Areas:
    """The distinct areas of some places.

    Attributes
    ----------
    areas
        In order of first appearance.
    area_of
        [n] index of the area of each place.
    matching
        Indices of the areas that a pattern covers: exact in each field or any (empty).
    """

    areas: tuple[Area, ...]
    area_of: IntArray
    matching: dict[Area, IntArray]


def origin_areas(places: Sequence[Place]) -> Areas:
    """Group sites by country and postcode area; their lanes know areas of two characters, of one and any."""
    areas = [(place.country, "", postcode_area(place.postcode)) for place in places]
    return _group(areas, lambda area: {area, (area[0], "", area[2][:1]), ("", "", "")})


def destination_areas(places: Sequence[Place]) -> Areas:
    """Group destinations by country, region and postcode area."""
    areas = [
        (place.country, bare_region(place.country, place.region), postcode_area(place.postcode)) for place in places
    ]
    return _group(areas, lambda area: {(area[0], "", area[2]), (area[0], area[1], ""), (area[0], "", ""), ("", "", "")})


def _group(areas: Sequence[Area], patterns: Callable[[Area], set[Area]]) -> Areas:
    index: dict[Area, int] = {}
    area_of = np.array([index.setdefault(area, len(index)) for area in areas], dtype=np.int64)
    matching: dict[Area, list[int]] = {}
    for area, row in index.items():
        for pattern in patterns(area):
            matching.setdefault(pattern, []).append(row)
    return Areas(tuple(index), area_of, {pattern: np.array(rows) for pattern, rows in matching.items()})
