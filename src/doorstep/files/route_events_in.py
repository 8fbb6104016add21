"""What has happened, row by row; and which rows were heeded already, by what they say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from doorstep.files.route_csv import seconds_of
from doorstep.files.rules import sound_rows
from doorstep.files.table import Columns
from doorstep.kernels.route.problem import ANY

CELLS = ("event", "at", "stop", "vehicle", "latitude", "longitude", "seconds")
Row = tuple[str, int, str, str, float | None, float | None, int | None]
"""What a row says, by CELLS; its instant in seconds of the day."""


@dataclass(frozen=True, slots=True)
class Happened:
    """A row of EVENTS.csv: its stop, its van by number in the day, its place as a row of `Travel`; ANY: none.

    Parameters
    ----------
    at_s
        When it is heeded: no sooner than the vans stand.
    says
        What stands in the file.
    aside
        Why it is not heeded: its place, or its stop, lies where no van goes; empty: it is.
    """

    row: int
    kind: str
    at_s: int
    stop: int = ANY
    van: int = ANY
    place: int = ANY
    seconds: int = 0
    says: Row = ("", 0, "", "", None, None, None)
    aside: str = ""


class Places(Protocol):
    """Makes a place one that can be driven to."""

    def row(self, latitude: float, longitude: float) -> int:
        """Give its row in `Travel`."""

    def stray(self, latitude: float, longitude: float) -> str:
        """Say why no van can be there; empty: one can."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What is to be heeded, in the order of its instants.

    Parameters
    ----------
    known
        How many rows of EVENTS.csv are in the rounds already.
    before
        All that was heeded until now.
    last_s
        Of the last row of EVENTS.csv.
    """

    fresh: tuple[Happened, ...]
    known: int
    before: tuple[Row, ...]
    last_s: int | None


def heard(
    read: Columns | None, heeded: Columns | None, as_of_s: int | None, origin: datetime | None,
    number: Mapping[str, int], vans: Mapping[str, int], points: Places, lost: Mapping[str, str],
    instead: Mapping[str, int],
) -> Heard:  # fmt: skip
    """Tell what is new in EVENTS.csv.

    Parameters
    ----------
    read, heeded
        EVENTS.csv and events_known.csv. Without the latter all no later than `as_of_s` counts as heeded.
    as_of_s
        At which the vans stand; None: before their day, and nothing was heeded.
    number, vans
        Of the stops and vans of the day, by name.
    points
        Takes the places that vans were seen at.
    lost
        Why stops are set aside, by name.
    instead
        Of a stop that is set aside: another of its group, which is served when it is named as new.
    """
    said = _rows(read, origin)
    before = [says for _, says in _rows(heeded, origin)] if as_of_s is not None else []
    if heeded is None and as_of_s is not None:
        before = [says for _, says in said if says[1] <= as_of_s]
    left, fresh = Counter(before), list[Happened]()
    for row, says in said:
        if left[says] > 0:
            left[says] -= 1
            continue
        kind, at_s, stop, van, latitude, longitude, seconds = says
        place, aside, at_stop = ANY, lost.get(stop, ""), number.get(stop, ANY)
        if kind == "new" and stop in instead:
            aside, at_stop = "", instead[stop]
        if latitude is not None and longitude is not None:
            aside = points.stray(latitude, longitude)
            place = ANY if aside else points.row(latitude, longitude)
        at_s = at_s if as_of_s is None else max(at_s, as_of_s)
        known = at_stop, vans.get(van, ANY)
        fresh.append(Happened(row, kind, at_s, *known, place, seconds or 0, says, aside))
    fresh.sort(key=lambda one: (one.at_s, one.says[1], one.row))
    last = max((says[1] for _, says in said), default=None)
    return Heard(tuple(fresh), len(said) - len(fresh), tuple(before), last)


def _rows(read: Columns | None, origin: datetime | None) -> Sequence[tuple[int, Row]]:
    if read is None:
        return ()
    return [
        (row, (kind, seconds_of(at, origin, 0), stop, van, latitude, longitude, seconds))
        for row, kind, at, stop, van, latitude, longitude, seconds in sound_rows(read, *CELLS)
    ]
