"""What is to be driven: stops, vans, and how far all is apart.

Instants are whole seconds from one origin that the caller chooses (as a rule: midnight, local). Distances are whole
metres, or the units of a research instance. Costs are whole units of the caller's choice: millionths of the major
currency unit for a real day, distances for a research instance.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.errors import InvalidProblem

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

Rule = Literal["rounded", "truncated", "haversine", "matrix"]
ANY = -1
"""Of a group, a pair, a van: none in particular."""
REQUIRED = -1
"""The prize of a stop that may not be left while it can be served."""
RELOAD = -1
"""In a round: back to the depot for the next trip."""
NEVER = 2**40
"""Later than any instant, further than any distance, more than any load."""
MOST_STOPS = 1_000_000
MOST_SKILLS = 62


@dataclass(frozen=True, slots=True)
class Travel:
    """How far m locations are from one another, by a rule on their coordinates or by matrices.

    Parameters
    ----------
    rule
        "rounded": Euclidean, to the nearest whole (TSPLIB EUC_2D). "truncated": ten times Euclidean, cut to a whole
        (the DIMACS convention for instances with windows). "haversine": great circle times `detour_ppm`, metres;
        x is the longitude and y the latitude, degrees. "matrix": `distance` and `duration`, not always symmetric.
    x, y
        [m] coordinates; with "matrix" for drawing and for decomposition only.
    seconds_per_km
        With a rule on coordinates, a duration is distance x seconds_per_km / 1000, half up.
    distance, duration
        [m, m] whole metres and seconds, from row to column; NEVER where there is no way. Only with "matrix".
    detour_ppm
        By how much roads are longer than the great circle.
    period_from_s, period_pace_ppm
        [k] from which instant on driving takes how many millionths of its plain duration; increasing. Empty: always as
        long. Before the first period the pace is plain.
    """

    rule: Rule
    x: FloatArray
    y: FloatArray
    seconds_per_km: int = 1000
    detour_ppm: int = 1_000_000
    distance: IntArray | None = None
    duration: IntArray | None = None
    period_from_s: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    period_pace_ppm: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def locations(self) -> int:
        """The number of them, m."""
        return len(self.x)


@dataclass(frozen=True, slots=True)
class Stops:
    """n stops; d dimensions of load.

    Parameters
    ----------
    location
        [n] row in `Travel`.
    service_s
        [n] how long it takes there.
    from_s, to_s
        [n] when service may begin, both ends included; a van that is early waits.
    delivery
        [n, d] what is brought from the depot, or from the pick-up of its pair.
    pickup
        [n, d] what is taken along to the depot, or to the delivery of its pair.
    pairs
        [p, 2] pick-up stop, delivery stop: one van, this order, one trip; the one's pickup is the other's delivery.
    group
        [n] exactly one of the stops with the same number is served (home or locker or neighbour); ANY: it stands alone.
    skills
        [n] bits that the van must have, at most 62.
    only
        [n] the one row of `Fleet` that may serve it, since it is on board already; ANY: whichever can.
    priority
        [n] if not all can be served, a stop counts as 1 + priority others; 0 to 1000.
    prize
        [n] what leaving it costs; REQUIRED: it is left only if it cannot be served. Within a group: the same.
    """

    location: IntArray
    service_s: IntArray
    from_s: IntArray
    to_s: IntArray
    delivery: IntArray
    pickup: IntArray
    pairs: IntArray
    group: IntArray
    skills: IntArray
    only: IntArray
    priority: IntArray
    prize: IntArray

    @property
    def count(self) -> int:
        """The number of stops, n."""
        return len(self.location)


@dataclass(frozen=True, slots=True)
class Fleet:
    """v kinds of van; vans of a row are alike.

    Parameters
    ----------
    count
        [v] how many there are.
    capacity
        [v, d] in the dimensions of the stops.
    start, end
        [v] rows in `Travel` where a round begins and ends.
    from_s, to_s
        [v] the shift: it leaves at `from_s` or later and is back by `to_s`.
    fixed, per_m, per_s
        [v] cost of using it, of a metre, and of a second from departure to return.
    max_distance_m, max_duration_s
        [v] of a whole round (range, hours of work); NEVER: as far as the shift allows.
    max_trips
        [v] 1: no reload.
    reload_s
        [v] how long a reload takes.
    skills
        [v] bits that it has.
    break_s, break_from_s, break_to_s
        [v] a pause of so long (0: none) that begins between the two, at a stop before service or before departure.
    speed_ppm
        [v] 1,000,000: durations as `Travel` gives them; twice that: half as long.
    reload
        [v] rows in `Travel` where reloads happen; [0], as a rule: at `start`. Of a van under way they differ.
    """

    count: IntArray
    capacity: IntArray
    start: IntArray
    end: IntArray
    from_s: IntArray
    to_s: IntArray
    fixed: IntArray
    per_m: IntArray
    per_s: IntArray
    max_distance_m: IntArray
    max_duration_s: IntArray
    max_trips: IntArray
    reload_s: IntArray
    skills: IntArray
    break_s: IntArray
    break_from_s: IntArray
    break_to_s: IntArray
    speed_ppm: IntArray
    reload: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def kinds(self) -> int:
        """The number of rows, v."""
        return len(self.count)

    @property
    def reload_at(self) -> IntArray:
        """[v] rows in `Travel` where reloads happen."""
        return self.reload if len(self.reload) else self.start


@dataclass(frozen=True, slots=True)
class RouteProblem:
    """Stops, vans and distances.

    Parameters
    ----------
    travel, stops, fleet
        Each as it is.
    windows
        [w, 3] stop, from and to of each window of the stops that have several; by stop, then by from, apart from one
        another. Their `from_s` and `to_s` are the first beginning and the last end.

    Raises
    ------
    InvalidProblem
        If shapes or values contradict the descriptions.
    """

    travel: Travel
    stops: Stops
    fleet: Fleet
    windows: IntArray = field(default_factory=lambda: np.zeros((0, 3), np.int64))

    def __post_init__(self) -> None:
        _check_travel(self.travel)
        _check_shapes(self.stops, self.stops.count, {"pairs": (-1, 2)}, {"delivery", "pickup"})
        _check_shapes(self.fleet, self.fleet.kinds, {}, {"capacity"})
        _check_stops(self.stops, self.fleet, self.travel.locations)
        _check_fleet(self.fleet, self.travel.locations)
        _check_windows(self.windows, self.stops)

    @property
    def dimensions(self) -> int:
        """The number of dimensions of load, d."""
        return int(self.fleet.capacity.shape[1])


@dataclass(frozen=True, slots=True)
class RouteParams:
    """How to search.

    `engine`: "" lets `route` choose by measured crossover; else "own" or "pyvrp". `leave_cost`: what leaving a required
    stop of priority 0 costs; None: ten times the dearest round to one stop, so that none is left that can be served.
    """

    engine: Literal["", "own", "pyvrp"] = ""
    leave_cost: int | None = None
    neighbours: int = 30


def plain_stops(location: IntArray, delivery: IntArray, **given: Any) -> Stops:
    """Stops of which only `given` is particular: any time, no service, no pick-up, no skills, required."""
    n, zero = len(location), np.zeros(len(location), np.int64)
    usual: dict[str, Any] = {
        "location": location, "delivery": delivery, "service_s": zero, "from_s": zero, "to_s": np.full(n, NEVER),
        "pickup": np.zeros_like(delivery), "pairs": np.zeros((0, 2), np.int64), "group": np.full(n, ANY),
        "skills": zero, "only": np.full(n, ANY), "priority": zero, "prize": np.full(n, REQUIRED),
    }  # fmt: skip
    return Stops(**(usual | given))


def plain_fleet(count: IntArray, capacity: IntArray, **given: Any) -> Fleet:
    """Vans of which only `given` is particular: from location 0 and back, a metre costs 1, no shift, one trip."""
    v, zero = len(count), np.zeros(len(count), np.int64)
    one, never = np.ones(v, np.int64), np.full(v, NEVER)
    usual: dict[str, Any] = {
        "count": count, "capacity": capacity, "start": zero, "end": zero, "from_s": zero, "to_s": never, "fixed": zero,
        "per_m": one, "per_s": zero, "max_distance_m": never, "max_duration_s": never, "max_trips": one,
        "reload_s": zero, "skills": zero, "break_s": zero, "break_from_s": zero, "break_to_s": never,
        "speed_ppm": one * 1_000_000,
    }  # fmt: skip
    return Fleet(**(usual | given))


def _refuse(when: Any, why: str) -> None:
    if bool(np.any(when)):
        raise InvalidProblem(why)


def _check_shapes(of: Any, rows: int, shapes: dict[str, tuple[int, int]], wide: set[str]) -> None:
    for one in fields(of):
        array = getattr(of, one.name)
        if one.name == "reload" and array.shape == (0,):
            continue
        _refuse(array.dtype != np.int64, f"{one.name}: whole numbers (int64)")
        if one.name in shapes:
            _refuse(array.ndim != 2 or array.shape[1] != shapes[one.name][1], f"{one.name}: shape")
        else:
            _refuse(array.ndim != (2 if one.name in wide else 1) or len(array) != rows, f"{one.name}: shape")


def _check_travel(travel: Travel) -> None:
    m = travel.locations
    _refuse(travel.y.shape != (m,) or m == 0, "x, y: shape")
    _refuse(~(np.isfinite(travel.x) & np.isfinite(travel.y)), "x, y: not finite")
    _refuse(travel.seconds_per_km < 0 or travel.detour_ppm < 1, "seconds_per_km < 0 or detour_ppm < 1")
    _refuse(len(travel.period_from_s) != len(travel.period_pace_ppm), "periods: shape")
    _refuse(np.diff(travel.period_from_s) <= 0, "period_from_s: not increasing")
    _refuse(travel.period_pace_ppm < 1, "period_pace_ppm < 1")
    if travel.rule == "haversine":
        _refuse((np.abs(travel.y) > 90) | (np.abs(travel.x) > 180), "x, y: no degrees")
    if travel.rule != "matrix":
        return
    for name, matrix in (("distance", travel.distance), ("duration", travel.duration)):
        _refuse(matrix is None or matrix.shape != (m, m), f"{name}: shape")
        assert matrix is not None
        _refuse((matrix < 0) | (matrix > NEVER), f"{name}: below 0 or beyond NEVER")
        _refuse(np.diagonal(matrix) != 0, f"{name}: not 0 from a place to itself")


def _check_stops(stops: Stops, fleet: Fleet, locations: int) -> None:
    n = stops.count
    _refuse(n > MOST_STOPS, f"more than {MOST_STOPS:,} stops")
    _refuse((stops.location < 0) | (stops.location >= locations), "location: no such row")
    _refuse(stops.delivery.shape[1] != fleet.capacity.shape[1], "delivery: dimensions of the vans")
    _refuse(stops.pickup.shape != stops.delivery.shape, "pickup: shape of delivery")
    _refuse(
        (stops.delivery < 0) | (stops.delivery > NEVER) | (stops.pickup < 0) | (stops.pickup > NEVER), "loads: below 0"
    )
    _refuse((stops.service_s < 0) | (stops.service_s > NEVER), "service_s < 0")
    _refuse((stops.from_s > stops.to_s) | (stops.to_s > NEVER), "a window that ends before it begins")
    _refuse((stops.only < ANY) | (stops.only >= fleet.kinds), "only: no such row")
    _refuse((stops.priority < 0) | (stops.priority > 1000), "priority: 0 to 1000")
    _refuse((stops.prize < REQUIRED) | (stops.prize > NEVER), "prize < 0")
    _refuse((stops.group < ANY) | (stops.skills < 0) | (stops.skills >> MOST_SKILLS > 0), "group, skills: range")
    pairs = stops.pairs
    _refuse((pairs < 0) | (pairs >= n), "pairs: no such stop")
    _refuse(len(np.unique(pairs)) != pairs.size, "pairs: a stop in two")
    _refuse(
        stops.pickup[pairs[:, 0]] != stops.delivery[pairs[:, 1]], "pairs: what is picked up is not what is delivered"
    )
    _refuse(stops.group[pairs.ravel()] != ANY, "pairs: a stop of a pair may not be in a group")
    _refuse(stops.prize[pairs[:, 0]] != stops.prize[pairs[:, 1]], "pairs: two prizes")


def _check_windows(windows: IntArray, stops: Stops) -> None:
    _refuse(windows.ndim != 2 or windows.shape[1] != 3 or windows.dtype != np.int64, "windows: shape")
    of, begins, ends = windows.T
    _refuse((of < 0) | (of >= stops.count), "windows: no such stop")
    _refuse(begins > ends, "windows: one that ends before it begins")
    same = of[1:] == of[:-1]
    _refuse(np.diff(of) < 0, "windows: not by stop")
    _refuse(same & (begins[1:] <= ends[:-1]), "windows: not apart from one another, or not in order")
    first, last = np.append(True, ~same)[: len(of)], np.append(~same, True)[: len(of)]
    hull = (begins[first] != stops.from_s[of[first]]) | (ends[last] != stops.to_s[of[last]])
    _refuse(hull, "windows: from_s and to_s are not their first beginning and last end")
    _refuse(np.isin(of, stops.pairs), "windows: a stop of a pair has one")


def _check_fleet(fleet: Fleet, locations: int) -> None:
    for name in (
        "count",
        "fixed",
        "per_m",
        "per_s",
        "max_distance_m",
        "max_duration_s",
        "reload_s",
        "skills",
        "break_s",
    ):
        array = getattr(fleet, name)
        _refuse((array < 0) | (array > NEVER * NEVER), f"{name} < 0")
    _refuse((fleet.capacity < 0) | (fleet.capacity > NEVER), "capacity < 0")
    _refuse(
        (fleet.start < 0) | (fleet.start >= locations) | (fleet.end < 0) | (fleet.end >= locations), "no such depot"
    )
    _refuse((fleet.reload_at < 0) | (fleet.reload_at >= locations), "no such depot to reload at")
    _refuse((fleet.from_s > fleet.to_s) | (fleet.to_s > NEVER), "a shift that ends before it begins")
    _refuse(
        (fleet.break_from_s > fleet.break_to_s) | (fleet.break_to_s > NEVER),
        "a break that must end before it may begin",
    )
    _refuse(fleet.max_trips < 1, "max_trips < 1")
    _refuse(fleet.speed_ppm < 1, "speed_ppm < 1")
