"""What routing writes: solution.sol, routes.csv, rounds.csv, unserved.csv, left.csv and routes.geojson."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from doorstep.domain.rounds import Measure, NotServed, Point, Round, Rounds, Visit
from doorstep.domain.slots import instant_text
from doorstep.domain.units import PPM
from doorstep.files.route_instance import Notice
from doorstep.files.write import write_csv

NOT_SERVED_COLUMNS = ("stop", "reason", "detail", "remedy")
NOTICE_COLUMNS = ("row", "stop", "code", "why", "set_aside")


def route_columns(measures: Iterable[Measure]) -> tuple[str, ...]:
    return (
        "round",
        "vehicle",
        "trip",
        "position",
        "stop",
        "window_from",
        "window_to",
        "arrival",
        "begins",
        "leaves",
        "pause_seconds",
        *(f"load_{one.name}".removesuffix("_load") for one in measures),
        "on_time_probability",
        "why",
    )


def round_columns(measures: Iterable[Measure]) -> tuple[str, ...]:
    listed = tuple(measures)
    return (
        "round",
        "vehicle",
        "trips",
        "stops",
        "departs",
        "returns",
        "duration_s",
        "distance_m",
        *(f"most_{one.name}" for one in listed),
        *(f"capacity_{one.name}" for one in listed),
    )


def write_rounds(folder: Path, rounds: Rounds, cost: str) -> None:
    """Write all of them into a folder that exists (see `output_folder`). `cost` as solution.sol has it."""
    (folder / "solution.sol").write_text(solution(rounds, cost), encoding="utf-8", newline="\n")
    measures = rounds.measures
    rows = (stop_row(one, visit, rounds) for one in rounds.rounds for visit in one.visits if not visit.is_reload)
    write_csv(folder / "routes.csv", route_columns(measures), rows)
    write_csv(folder / "rounds.csv", round_columns(measures), (round_row(one, rounds) for one in rounds.rounds))
    write_csv(folder / "unserved.csv", NOT_SERVED_COLUMNS, map(not_served_row, rounds.unserved))
    write_csv(folder / "left.csv", NOT_SERVED_COLUMNS, map(not_served_row, rounds.left))
    (folder / "routes.geojson").write_bytes(orjson.dumps(geojson(rounds)))


def write_notices(folder: Path, notices: Sequence[Notice]) -> None:
    """Write notices.csv: what the reader put right or set aside, by row. Where there is nothing to say, no file."""
    if notices:
        rows = ((one.row, one.stop, one.code, one.why, one.aside) for one in notices)
        write_csv(folder / "notices.csv", NOTICE_COLUMNS, rows)


def solution(rounds: Rounds, cost: str) -> str:
    """The form of CVRPLIB: a line a trip, customers numbered from 1 as they stand in the file."""
    trips = (trip for one in rounds.rounds for trip in _trips(one))
    lines = [f"Route #{place}: {' '.join(map(str, trip))}" for place, trip in enumerate(trips, start=1)]
    return "\n".join([*lines, f"Cost {cost}"]) + "\n"


def time_text(seconds: int, rounds: Rounds) -> str:
    """`HH:MM:SS` since midnight, past 24 hours on the next day; an instant where the file has such; else its units."""
    if rounds.origin is not None or rounds.clocked:
        return instant_text(seconds, rounds.origin)
    return in_units(seconds, rounds.scale)


def in_units(amount: int, scale: int) -> str:
    """An amount of an instance as its file counts, exactly."""
    if scale == 1:
        return str(amount)
    return f"{amount / scale:.{len(str(scale)) - 1}f}"


def _trips(one: Round) -> Iterator[list[int]]:
    trip: list[int] = []
    for visit in one.visits:
        if not visit.is_reload:
            trip.append(visit.number)
        elif trip:
            yield trip
            trip = []
    if trip:
        yield trip


def stop_row(one: Round, visit: Visit, rounds: Rounds) -> tuple[object, ...]:
    """A row under `route_columns`."""
    window = (None if end is None else time_text(end, rounds) for end in visit.window_s)
    times = (time_text(at, rounds) for at in (visit.arrival_s, visit.begins_s, visit.leaves_s))
    chance = "" if visit.on_time_ppm is None else f"{visit.on_time_ppm / PPM:.6f}"
    placed = (one.number, one.vehicle, visit.trip, visit.position, visit.stop)
    return (*placed, *window, *times, visit.pause_s, *visit.load, chance, visit.why)


def round_row(one: Round, rounds: Rounds) -> tuple[object, ...]:
    """A row under `round_columns`."""
    return (
        one.number,
        one.vehicle,
        one.trips,
        len(one.stops),
        time_text(one.departs_s, rounds),
        time_text(one.returns_s, rounds),
        in_units(one.duration_s, rounds.scale),
        in_units(one.distance_m, rounds.scale),
        *one.most,
        *one.capacity,
    )


def not_served_row(one: NotServed) -> tuple[object, ...]:
    """A row under NOT_SERVED_COLUMNS."""
    return (one.stop, one.reason, one.detail, one.remedy)


def geojson(rounds: Rounds) -> dict[str, Any]:
    """Rounds as lines, stops and depots as points. Points of an instance that is not on earth stay in its units."""
    features = [feature for one in rounds.rounds for feature in _features(one, rounds)]
    features += [_depot(at) for at in rounds.depots]
    for one in rounds.not_served:
        words = {"reason": one.reason, "detail": one.detail, "remedy": one.remedy}
        features.append(_point(one.at, {"kind": one.kind, "stop": one.stop, **words}))
    credit = {"attribution": rounds.credit} if rounds.credit else {}
    return {"type": "FeatureCollection", "name": rounds.name, **credit, "features": features}


def _features(one: Round, rounds: Rounds) -> Iterator[dict[str, Any]]:
    told: dict[str, object] = {
        "kind": "round",
        "round": one.number,
        "vehicle": one.vehicle,
        "stops": len(one.stops),
        "departs": time_text(one.departs_s, rounds),
        "returns": time_text(one.returns_s, rounds),
        "distance_m": one.distance_m if rounds.scale == 1 else one.distance_m / rounds.scale,
    }
    line = one.line or (one.start, *(visit.at for visit in one.visits), one.end)
    yield _feature("LineString", [list(point) for point in line], told)
    for visit in one.stops:
        yield _point(
            visit.at,
            {
                "kind": "stop",
                "stop": visit.stop,
                "round": one.number,
                "trip": visit.trip,
                "position": visit.position,
                "arrival": time_text(visit.arrival_s, rounds),
                "begins": time_text(visit.begins_s, rounds),
                "leaves": time_text(visit.leaves_s, rounds),
            },
        )


def _depot(at: Point) -> dict[str, Any]:
    return _point(at, {"kind": "depot"})


def _point(at: Point | None, told: dict[str, object]) -> dict[str, Any]:
    if at is None:
        return {"type": "Feature", "geometry": None, "properties": told}
    return _feature("Point", list(at), told)


def _feature(kind: str, coordinates: object, told: dict[str, object]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": kind, "coordinates": coordinates}, "properties": told}
