"""A day's rounds from STOPS.csv and VEHICLES.csv."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from doorstep.domain.fleet import DETOUR_PPM, SECONDS_PER_KM
from doorstep.domain.units import PPM, divide_half_up
from doorstep.files.route_instance import Instance, Notice
from doorstep.files.route_notices import hopeless
from doorstep.files.route_places import strays
from doorstep.files.rules import Tables
from doorstep.files.rules_route import MOMENTS
from doorstep.kernels.route.problem import (
    ANY,
    NEVER,
    REQUIRED,
    Fleet,
    FloatArray,
    IntArray,
    RouteProblem,
    Stops,
    Travel,
)

Values = dict[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Crow:
    """How far and how long it is, as long as nobody asks the roads."""

    detour_ppm: int = DETOUR_PPM
    seconds_per_km: int = SECONDS_PER_KM


def day_of(tables: Tables, name: str, crow: Crow, data_version: str) -> Instance:
    """Make the problem of two sound tables; stops that cannot be served are named."""
    stops, vans = tables["stops"].values, tables["vehicles"].values
    rows = list(tables["stops"].rows)
    origin = origin_of(tables)
    depots = _degrees(vans, "depot_latitude", "depot_longitude")
    places = _degrees(stops, "latitude", "longitude")
    aside = _aside(stops, rows, places, depots, origin)
    kept = [at for at in range(len(rows)) if stops["stop"][at] not in aside]
    skills = sorted({one for cell in (*stops["skill"], *vans["skills"]) for one in cell})
    yards = np.unique(depots, axis=0)
    travel = Travel(
        "haversine",
        np.concatenate([yards[:, 1], places[kept, 1]]),
        np.concatenate([yards[:, 0], places[kept, 0]]),
        seconds_per_km=crow.seconds_per_km,
        detour_ppm=crow.detour_ppm,
        **_periods(tables, origin),
    )
    roomy = tables["vehicles"].has("capacity_cm3") or any(stops["volume_cm3"]) or any(stops["pickup_volume_cm3"])
    fleet = _fleet(vans, depots, yards, origin, skills, roomy)
    there = _stops(stops, kept, vans, len(yards), origin, skills, roomy)
    problem = RouteProblem(travel, there, fleet, _windows([stops["windows"][at] for at in kept], origin))
    ids = tuple(stops["stop"][at] for at in kept)
    lost = hopeless(problem, ids, [rows[at] for at in kept], clock_text)
    return Instance(
        problem=problem,
        name=name,
        form="csv",
        stops=ids,
        labels=tuple(stops["name"][at] or stops["stop"][at] for at in kept),
        numbers=tuple(at + 1 for at in kept),
        vehicles=tuple(vans["vehicle"]),
        notices=tuple(sorted((*aside.values(), *lost), key=lambda notice: notice.row)),
        measure="millionths of the major unit",
        origin=origin,
        loads=("weight_g", "volume_cm3") if roomy else ("weight_g",),
        skills=tuple(skills),
        data_version=data_version,
    )


def _degrees(values: Values, *names: str) -> FloatArray:
    return np.array(list(zip(*(values[name] for name in names), strict=True)), np.float64).reshape(-1, 2)


def origin_of(tables: Tables) -> datetime | None:
    """The midnight before the earliest instant, by the clock of whoever wrote it."""
    told = [
        cell
        for table, columns in MOMENTS.items()
        for column in columns
        if table in tables
        for cell in tables[table].values[column]
        if isinstance(cell, datetime)
    ]
    told += [
        end
        for spans in tables["stops"].values["windows"]
        for span in spans or ()
        for end in span
        if isinstance(end, datetime)
    ]
    return min(told).replace(hour=0, minute=0, second=0, microsecond=0) if told else None


def seconds_of(cell: int | datetime | None, origin: datetime | None, otherwise: int) -> int:
    """A cell as seconds from the origin of the day; `otherwise` where it is empty."""
    if cell is None:
        return otherwise
    if isinstance(cell, int):
        return cell
    assert origin is not None
    return int((cell - origin).total_seconds())


def _periods(tables: Tables, origin: datetime | None) -> dict[str, IntArray]:
    """How many times as long a way takes from when on."""
    if "traffic" not in tables:
        return {}
    told = tables["traffic"].values
    return {
        "period_from_s": _numbers([seconds_of(cell, origin, 0) for cell in told["from"]]),
        "period_pace_ppm": _numbers([divide_half_up(PPM * PPM, factor) for factor in told["speed_factor"]]),
    }


def clock_text(seconds: int) -> str:
    return "any time" if seconds >= NEVER else f"{seconds // 3600:02}:{seconds // 60 % 60:02}"


def _aside(
    stops: Values, rows: list[int], places: FloatArray, depots: FloatArray, origin: datetime | None
) -> dict[str, Notice]:
    """Stops that are no part of the problem, by id."""
    found = {
        stops["stop"][at]: Notice(stops["stop"][at], rows[at], code, why, aside=True)
        for at, (code, why) in strays(places[:, 0], places[:, 1], depots).items()
    }
    for at, (begin, end) in enumerate(zip(stops["window_from"], stops["window_to"], strict=True)):
        begins, ends = seconds_of(begin, origin, 0), seconds_of(end, origin, NEVER)
        if ends < begins:
            why = f"its window ends at {clock_text(ends)}, before it begins at {clock_text(begins)}"
            stop = stops["stop"][at]
            found.setdefault(stop, Notice(stop, rows[at], "window_ends_first", why, aside=True))
    for stop, partner, row in list(zip(stops["stop"], stops["pair"], rows, strict=True)):
        if partner and (stop in found) != (partner in found):
            gone, other = (stop, partner) if stop in found else (partner, stop)
            where = row if other == stop else rows[list(stops["stop"]).index(other)]
            why = f"its partner {gone} is set aside"
            found[other] = Notice(other, where, "partner_set_aside", why, aside=True)
    return found


def _numbers(cells: Sequence[int]) -> IntArray:
    return np.array(cells, np.int64)


def _bits(needs: Sequence[Sequence[str]], skills: Sequence[str]) -> IntArray:
    bit = {skill: 1 << at for at, skill in enumerate(skills)}
    return _numbers([sum(bit[one] for one in cell) for cell in needs])


def _stops(
    stops: Values,
    kept: list[int],
    vans: Values,
    first: int,
    origin: datetime | None,
    skills: Sequence[str],
    roomy: bool,
) -> Stops:
    here = {name: [cells[at] for at in kept] for name, cells in stops.items()}
    spans = [cell or ((begin, end),) for cell, begin, end in
             zip(here["windows"], here["window_from"], here["window_to"], strict=True)]  # fmt: skip
    place = {stop: at for at, stop in enumerate(here["stop"])}
    row = {vehicle: at for at, vehicle in enumerate(vans["vehicle"])}
    group = {name: number for number, name in enumerate(sorted(set(here["group"]) - {""}))}
    pairs = [(at, place[partner]) for at, partner in enumerate(here["pair"]) if partner]
    amounts = [("weight_g", "pickup_weight_g"), ("volume_cm3", "pickup_volume_cm3")][: 2 if roomy else 1]
    return Stops(
        location=np.arange(first, first + len(kept)),
        service_s=_numbers(here["service_seconds"]),
        from_s=_numbers([seconds_of(of[0][0], origin, 0) for of in spans]),
        to_s=_numbers([seconds_of(of[-1][1], origin, NEVER) for of in spans]),
        delivery=np.stack([_numbers(here[brought]) for brought, _ in amounts], axis=1),
        pickup=np.stack([_numbers(here[taken]) for _, taken in amounts], axis=1),
        pairs=_numbers(pairs).reshape(-1, 2),  # type: ignore[arg-type]
        group=_numbers([group.get(name, ANY) for name in here["group"]]),
        skills=_bits(here["skill"], skills),
        only=_numbers([row.get(vehicle, ANY) for vehicle in here["only"]]),
        priority=_numbers(here["priority"]),
        prize=_numbers([REQUIRED if prize is None else prize for prize in here["prize"]]),
    )


def _windows(cells: Sequence[Sequence[tuple[Any, Any]]], origin: datetime | None) -> IntArray:
    """Every window of the stops that have several."""
    rows = [
        (at, seconds_of(begin, origin, 0), seconds_of(end, origin, NEVER))
        for at, spans in enumerate(cells)
        if len(spans) > 1
        for begin, end in spans
    ]
    return np.array(rows, np.int64).reshape(-1, 3)


def _fleet(
    vans: Values, depots: FloatArray, yards: FloatArray, origin: datetime | None, skills: Sequence[str], roomy: bool
) -> Fleet:
    yard = {tuple(place): at for at, place in enumerate(yards.tolist())}
    home = _numbers([yard[tuple(place)] for place in depots.tolist()])
    begins = [seconds_of(cell, origin, 0) for cell in vans["shift_from"]]
    ends = [seconds_of(cell, origin, NEVER) for cell in vans["shift_to"]]
    pauses = [zip(vans[name], edge, strict=True) for name, edge in (("break_from", begins), ("break_to", ends))]
    capacity = [_numbers(vans["capacity_g"])]
    if roomy:
        capacity.append(_numbers([NEVER if room is None else room for room in vans["capacity_cm3"]]))
    return Fleet(
        count=_numbers(vans["count"]),
        capacity=np.stack(capacity, axis=1),
        start=home,
        end=home,
        from_s=_numbers(begins),
        to_s=_numbers(ends),
        fixed=_numbers(vans["fixed_cost"]),
        per_m=_numbers([divide_half_up(micros, 1_000) for micros in vans["cost_per_km"]]),
        per_s=_numbers([divide_half_up(micros, 3_600) for micros in vans["cost_per_hour"]]),
        max_distance_m=_numbers([NEVER if km is None else round(km * 1_000) for km in vans["max_distance_km"]]),
        max_duration_s=_numbers([NEVER if most is None else most for most in vans["max_seconds"]]),
        max_trips=_numbers(vans["max_trips"]),
        reload_s=_numbers(vans["reload_seconds"]),
        skills=_bits(vans["skills"], skills),
        break_s=_numbers(vans["break_seconds"]),
        break_from_s=_numbers([seconds_of(cell, origin, edge) for cell, edge in pauses[0]]),
        break_to_s=_numbers([seconds_of(cell, origin, edge) for cell, edge in pauses[1]]),
        speed_ppm=_numbers(vans["speed_factor"]),
    )
