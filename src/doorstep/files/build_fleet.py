"""Rows of vehicles.csv that have passed every rule, made into vans."""

from __future__ import annotations

from typing import Any

from doorstep.domain.fleet import Van
from doorstep.files.rules import Tables


def vans(tables: Tables) -> tuple[Van, ...]:
    """The vans of a folder, none where it has no such file."""
    if "vehicles" not in tables:
        return ()
    called: dict[str, list[str]] = {}
    for site, service in zip(*(tables["collections"].values[name] for name in ("site", "service")), strict=True):
        called.setdefault(service, []).append(site)
    cells = tables["vehicles"].values
    return tuple(_van(dict(zip(cells, row, strict=True)), called) for row in zip(*cells.values(), strict=True))


def _van(row: dict[str, object], called: dict[str, list[str]]) -> Van:
    cell: dict[str, Any] = dict(row)
    most = cell["max_distance_km"]
    return Van(
        vehicle=cell["vehicle"],
        service=cell["service"],
        site=cell["site"] or called[cell["service"]][0],
        depot_latitude=cell["depot_latitude"],
        depot_longitude=cell["depot_longitude"],
        capacity_g=cell["capacity_g"],
        shift_from_s=cell["shift_from"],
        shift_to_s=cell["shift_to"],
        cost_per_km_micros=cell["cost_per_km"],
        cost_per_hour_micros=cell["cost_per_hour"],
        fixed_cost_micros=cell["fixed_cost"],
        capacity_cm3=cell["capacity_cm3"],
        break_s=cell["break_seconds"],
        break_from_s=cell["break_from"],
        break_to_s=cell["break_to"],
        max_distance_m=None if most is None else round(most * 1_000),
        max_duration_s=cell["max_seconds"],
        trips=cell["max_trips"],
        reload_s=cell["reload_seconds"],
        speed_ppm=cell["speed_factor"],
        count=cell["count"],
        stop_s=cell["stop_seconds"],
    )
