"""A road engine that is asked for each pair of places once: what it said is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from doorstep.plugins.maps.base import NEVER, Block, Capabilities, IntArray, MapUnreachable, Points, RoadMap, Way
from doorstep.plugins.maps.store import Store, ways_of

SCALE = 100_000  # of a degree: places are told apart by a metre, less than a door is wide
WIDE = 360 * SCALE + 1
MOST_PAIRS = 1_000_000  # asked for at a time; what was answered is kept before more is asked
LONGEST = 2**31 - 1  # metres or seconds that can be kept
UNKNOWN, NONE = -2, -1  # in the columns as they are kept
Progress = Callable[[int, int], None]


def unseen(_done: int, _total: int) -> None:
    """Tell nobody how far it is."""


@dataclass(slots=True)
class Kept:
    """Asks `engine` for what `store` does not know. Places are rounded before they are asked for, so that what comes
    does not depend on who asked first.
    """

    engine: RoadMap
    store: Store
    progress: Progress = unseen  # told pairs: those that were asked for by now, and all that must be
    asked: int = field(default=0, init=False)  # pairs that the engine was asked for

    @property
    def capabilities(self) -> Capabilities:
        return self.engine.capabilities

    @property
    def version(self) -> str:
        return self.engine.version

    def matrix(self, sources: Points, targets: Points) -> Block:
        """Where the engine does not say which data it has, nothing is kept."""
        rows, row_of = np.unique(keys_of(sources), return_inverse=True)
        columns, column_of = np.unique(keys_of(targets), return_inverse=True)
        version = self.engine.version if self.engine.capabilities.worth_keeping else ""
        distance, duration = self._known(version, rows, columns)
        missing = distance == UNKNOWN
        total, done = int(missing.sum()), 0
        for r, c in rectangles(missing):
            part = self.engine.matrix(places_of(rows[r]), places_of(columns[c]))
            distance[np.ix_(r, c)], duration[np.ix_(r, c)] = columns_of(part)
            if version:
                fresh = {int(rows[i]): ways_of(columns[c], distance[i, c], duration[i, c]) for i in r.tolist()}
                self.store.add(version, fresh)
            done += len(r) * len(c)
            self.asked += len(r) * len(c)
            self.progress(done, total)
        chosen = np.ix_(row_of, column_of)
        return Block(*(np.where(found == NONE, NEVER, found)[chosen] for found in (distance, duration)))

    def path(self, points: Points) -> Way | None:
        return self.engine.path(points)

    def snap(self, points: Points) -> IntArray:
        return self.engine.snap(points)

    def close(self) -> None:
        self.engine.close()

    def _known(self, version: str, rows: IntArray, columns: IntArray) -> tuple[IntArray, IntArray]:
        """[r, c] what is kept already, UNKNOWN for the rest. A place and itself are a pair like any other: left out,
        no two rows would lack the same.
        """
        distance, duration = (np.full((len(rows), len(columns)), UNKNOWN, np.int64) for _ in range(2))
        for place, ways in (self.store.ways_from(version, rows) if version else {}).items():
            row = int(np.searchsorted(rows, place))
            at = np.minimum(np.searchsorted(ways["target"], columns), len(ways) - 1)
            there = ways["target"][at] == columns
            distance[row, there] = ways["distance"][at[there]]
            duration[row, there] = ways["duration"][at[there]]
        return distance, duration


def keys_of(points: Points) -> IntArray:
    """[n] a number for each place, the same for places that are the same to a metre."""
    whole = np.rint(points * SCALE).astype(np.int64)
    return np.asarray((whole[:, 0] + 90 * SCALE) * WIDE + whole[:, 1] + 180 * SCALE, np.int64)


def places_of(keys: IntArray) -> Points:
    """[n, 2] the places that the numbers stand for."""
    latitude, longitude = np.divmod(keys, WIDE)
    return np.column_stack((latitude - 90 * SCALE, longitude - 180 * SCALE)) / SCALE


def columns_of(block: Block) -> tuple[IntArray, IntArray]:
    """What an engine said, as it is kept. Raises MapUnreachable for what is further than anything on Earth."""
    none = block.distance_m == NEVER
    if ((np.maximum(block.distance_m, block.duration_s) > LONGEST) & ~none).any():
        raise MapUnreachable("the engine answers with a way longer than any on Earth")
    return np.where(none, NONE, block.distance_m), np.where(none, NONE, block.duration_s)


def rectangles(missing: NDArray[np.bool_]) -> Iterator[tuple[IntArray, IntArray]]:
    """Rows and columns that together are all that is missing, nothing else, and nothing twice.

    Rows that lack the same columns go together, or columns that lack the same rows, whichever makes fewer questions.
    """
    by_row, by_column = _alike(missing), _alike(missing.T)
    whole = by_row if len(by_row) <= len(by_column) else [(rows, columns) for columns, rows in by_column]
    for rows, columns in whole:
        for left in range(0, len(columns), MOST_PAIRS):
            part = columns[left : left + MOST_PAIRS]
            tall = max(1, MOST_PAIRS // len(part))
            for top in range(0, len(rows), tall):
                yield rows[top : top + tall], part


def _alike(missing: NDArray[np.bool_]) -> list[tuple[IntArray, IntArray]]:
    """Groups of rows that lack the same columns, with those columns."""
    groups: dict[bytes, list[int]] = {}
    for row, packed in enumerate(np.packbits(missing, axis=1)):
        groups.setdefault(packed.tobytes(), []).append(row)
    return [(np.array(rows), np.flatnonzero(missing[rows[0]])) for rows in groups.values() if missing[rows[0]].any()]
