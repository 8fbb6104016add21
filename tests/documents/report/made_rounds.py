"""Rounds made up by hand or by number, for the map, the sheets and the files."""

from __future__ import annotations

from itertools import pairwise
from math import cos, pi, sin

from doorstep.domain.rounds import Measure, NotServed, Point, Round, Rounds, Visit

DEPOT = (8.68, 49.41)
MEASURES = (Measure("weight_g", "g"), Measure("volume_cm3", "cm3"))


def rounds(stops: int = 20, vans: int = 3, missing: int = 2, name: str = "Monday", roads: bool = False) -> Rounds:
    """A day around a depot: so many stops, shared out evenly by angle, the last ones of them not served."""
    served = stops - missing
    shares = [range(van * served // vans, (van + 1) * served // vans) for van in range(vans)]
    driven = tuple(made_round(van + 1, share, served, roads) for van, share in enumerate(shares) if share)
    return Rounds(
        name=name,
        rounds=driven,
        not_served=tuple(lost(number) for number in range(served, stops)),
        measures=MEASURES,
        stops=stops,
        on_earth=True,
        clocked=True,
        timed=True,
        credit="© OpenStreetMap contributors, ODbL" if roads else "",
    )


def place(number: int, of: int) -> Point:
    """The middle of a sunflower is the depot."""
    far = 0.002 + 0.1 * ((number * 0.618034) % 1)
    angle = 2 * pi * number / max(of, 1)
    return (round(DEPOT[0] + 1.5 * far * cos(angle), 6), round(DEPOT[1] + far * sin(angle), 6))


def made_round(number: int, share: range, of: int, roads: bool) -> Round:
    visits = tuple(made_visit(stop, at + 1, of, len(share)) for at, stop in enumerate(share))
    corners = [DEPOT, *(visit.at for visit in visits), DEPOT]
    line = [point for a, b in pairwise(corners) for point in (a, (b[0], a[1]))]
    return Round(
        number=number,
        vehicle=f"van-{number}",
        start=DEPOT,
        end=DEPOT,
        departs_s=8 * 3600,
        returns_s=visits[-1].leaves_s + 900,
        distance_m=41_250 + number,
        capacity=(800_000, 4_000_000),
        load=(2_500 * len(share), 9_000 * len(share)),
        visits=visits,
        line=(*line, DEPOT) if roads else (),
    )


def made_visit(stop: int, position: int, of: int, last: int) -> Visit:
    arrival = 8 * 3600 + 240 * position
    return Visit(
        stop=f"S-{stop + 1:05d}",
        number=stop + 1,
        trip=1,
        position=position,
        at=place(stop, of),
        arrival_s=arrival,
        begins_s=arrival,
        ends_s=arrival + 120,
        leaves_s=arrival + 120,
        pause_s=0,
        window_s=(8 * 3600, 12 * 3600) if stop % 2 else (None, None),
        delivered=(2_500, 9_000),
        collected=(0, 0),
        load=(2_500 * (last - position), 9_000 * (last - position)),
        on_time_ppm=990_000 - 30_000 * (stop % 5) if stop % 2 else None,
        why="In van-2 it would cost 1.20 more.",
    )


def lost(number: int) -> NotServed:
    stop = f"S-{number + 1:05d}"
    at = (DEPOT[0] + 0.05 + number % 7 / 500, DEPOT[1] - 0.03)
    return NotServed(
        stop,
        number + 1,
        at,
        "unserved",
        "load_over_every_van",
        "weighs 900 kg, the largest van holds 800 kg",
        "send a larger van",
    )
