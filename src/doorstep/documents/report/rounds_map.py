"""The map of rounds: who drives where, in which order, when and why. One file that asks nothing of the network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from doorstep.documents.report.page import dress, packed, write_page
from doorstep.documents.report.tiles import Tile
from doorstep.documents.report.wording import count, counted, decimal, percent, percent_ppm
from doorstep.documents.round_words import clock, distance, duration
from doorstep.domain.rounds import Loads, Measure, NotServed, Round, Rounds, Visit
from doorstep.domain.units import PPM

STYLES = ("page.css", "figures.css", "orders.css", "rounds.css", "print.css")
SCRIPTS = (
    "page.js", "read.js", "rounds_words.js", "rounds_view.js", "rounds_paint.js", "rounds_find.js", "rounds_card.js",
    "rounds_list.js", "rounds_move.js", "rounds_start.js",
)  # fmt: skip
COLOURS = 7  # as rounds.css has; with any of the usual colour blindnesses no two look alike
LISTED = 500  # of the stops not served, on the page; all are in unserved.csv
TIGHT_PPM = 900_000  # a window that is less sure than this is marked
REASONS = {
    "too_large": "more than any van holds",
    "load_over_every_van": "more than any van holds",
    "capacity": "no room in any van",
    "window": "its window cannot be reached in time",
    "window_outside_shift": "its window is outside every shift",
    "window_outside_shifts": "its window is outside every shift",
    "window_ends_first": "its window ends before it begins",
    "skills": "no van with the skill can come",
    "no_van_has_skill": "no van has the skill",
    "only": "the van that it is for cannot come",
    "shift": "outside the shifts",
    "break": "breaks stand in its way",
    "distance": "farther than a round may go",
    "duration": "longer than a round may take",
    "trips": "no trip is left for it",
    "unreachable": "no way leads there",
    "no_van_free": "every van is full or out of time",
    "fleet": "every van is full or out of time",
    "servable": "could be served, but was not found in time",
    "not_looked_for": "not served; why was not looked for",
    "position_swapped": "latitude and longitude exchanged",
    "position_far": "far from every depot",
    "partner_set_aside": "its partner cannot be served",
    "not_worth_it": "optional, and costs more than its prize",
}


@dataclass(frozen=True, slots=True)
class RoundsMap:
    rounds: Rounds
    cost: str  # with its unit, as people read it
    measure: str  # what a cost is made of
    gap: str  # to the lower bound; empty: there is none
    summary: dict[str, object]


@dataclass(frozen=True, slots=True)
class Line:
    """A round as the list shows it."""

    number: int
    vehicle: str
    colour: int
    told: str
    tight: int  # windows that are not sure


def write_rounds_map(path: Path, of: RoundsMap) -> None:
    """Write one self-contained HTML page."""
    rounds = of.rounds
    colours = colours_of(rounds.rounds)
    reasons = Counter(reason_words(one.reason) for one in rounds.not_served)
    contents: dict[str, Any] = {
        **dress(STYLES, SCRIPTS),
        "rounds": rounds,
        "headline": headline(rounds),
        "tiles": tiles(of),
        "lines": [line(one, rounds, colour) for one, colour in zip(rounds.rounds, colours, strict=True)],
        "data": packed(data(rounds, colours)),
        "not_served": rounds.not_served[:LISTED],
        "left_out": max(0, len(rounds.not_served) - LISTED),
        "reasons": sorted(reasons.items(), key=lambda item: (-item[1], item[0])),
        "words": reason_words,
        "summary": of.summary,
        "count": count,
        "counted": counted,
        "decimal": decimal,
    }
    write_page(path, "rounds.html", contents)


def reason_words(reason: str) -> str:
    return REASONS.get(reason, reason.replace("_", " "))


def colours_of(rounds: Sequence[Round]) -> list[int]:
    """A colour for each round: of all, the one whose rounds lie farthest from it."""
    if not rounds:
        return []
    centres = np.array([np.mean([visit.at for visit in one.visits] or [one.start], axis=0) for one in rounds])
    chosen = np.zeros(len(rounds), np.int64)
    for place in range(1, len(rounds)):
        away = np.full(COLOURS, np.inf)
        np.minimum.at(away, chosen[:place], np.hypot(*(centres[:place] - centres[place]).T))
        chosen[place] = int(np.argmax(away))
    return [int(one) for one in chosen]


def headline(rounds: Rounds) -> str:
    asked, missing = rounds.stops - len(rounds.left), len(rounds.unserved)
    if not rounds.stops:
        return "The file names no stop, so there is nowhere to go."
    served = f"All {counted(asked, 'stop')}" if not missing else f"{count(asked - missing)} of {counted(asked, 'stop')}"
    said = f"{served} {'is' if asked == 1 else 'are'} served in {counted(len(rounds.rounds), 'round')}"
    return f"{said}: {', '.join(_driven(rounds))}." if rounds.rounds else f"{said}."


def _driven(rounds: Rounds) -> list[str]:
    told = [distance(sum(one.distance_m for one in rounds.rounds), rounds)]
    if rounds.clocked:
        told.append(duration(sum(one.duration_s for one in rounds.rounds)))
    return told


def tiles(of: RoundsMap) -> tuple[Tile, ...]:
    rounds = of.rounds
    served = [visit for one in rounds.rounds for visit in one.stops]
    missing = len(rounds.unserved)
    left = f"; {count(len(rounds.left))} optional left" if rounds.left else ""
    tiles = [
        Tile("Cost", of.cost, f"{of.measure}; {of.gap} above the lower bound" if of.gap else of.measure),
        Tile("Rounds", count(len(rounds.rounds)), _per_round(len(served), len(rounds.rounds))),
        _filled(rounds),
    ]
    chances = [visit.on_time_ppm for visit in served if visit.on_time_ppm is not None]
    if chances:
        tight = sum(chance < TIGHT_PPM for chance in chances)
        note = f"of the windows, expected; {count(tight)} less sure than {percent_ppm(TIGHT_PPM)}"
        tiles.append(Tile("On time", percent(sum(chances) / len(chances) / PPM), note))
    note = f"of {counted(rounds.stops, 'stop')}{left}"
    return (*tiles, Tile("Not served", count(missing), note, "worse" if missing else "better"))


def _per_round(stops: int, rounds: int) -> str:
    return f"{decimal(stops / rounds, 1)} stops each" if rounds else "nobody drives"


def _filled(rounds: Rounds) -> Tile:
    """The share of the room that is used, of the measure in which it is most."""
    shares = [filled(one.most, one.capacity) for one in rounds.rounds]
    means = [(float(np.mean(of)), -place) for place, of in enumerate(zip(*shares, strict=True))]
    share, place = max(means, default=(0.0, 0))
    name = f"by {words_of(rounds.measures[-place])} " if len(means) > 1 else ""
    return Tile("Vans filled", percent(share) if means else "–", f"{name}on average, when fullest")


def filled(load: Loads, capacity: Loads) -> tuple[float, ...]:
    return tuple(some / room if room else 0.0 for some, room in zip(load, capacity, strict=True))


def line(one: Round, rounds: Rounds, colour: int) -> Line:
    tight = sum(visit.on_time_ppm is not None and visit.on_time_ppm < TIGHT_PPM for visit in one.stops)
    told = [counted(len(one.stops), "stop")]
    if one.trips > 1:
        told.append(counted(one.trips, "trip"))
    if rounds.clocked:
        told.append(f"{clock(one.departs_s, rounds)}–{clock(one.returns_s, rounds)}")
    told.append(distance(one.distance_m, rounds))
    told.append(f"{percent(max(filled(one.most, one.capacity), default=0.0), 0)} full")
    return Line(one.number, one.vehicle, colour, " · ".join(told), tight)


def data(rounds: Rounds, colours: Sequence[int]) -> dict[str, Any]:
    """What the page draws; visits as columns, for there may be tens of thousands."""
    visits = [(place, visit) for place, one in enumerate(rounds.rounds) for visit in one.visits]
    return {
        "facts": {
            "on_earth": rounds.on_earth,
            "clocked": rounds.clocked,
            "timed": rounds.timed,
            "scale": rounds.scale,
            "since_midnight": rounds.since_midnight_s,
            "measures": [_measure(one) for one in rounds.measures],
            "tight_ppm": TIGHT_PPM,
        },
        "rounds": [_round(one, colour) for one, colour in zip(rounds.rounds, colours, strict=True)],
        "visits": _columns(visits),
        "not_served": [_not_served(one) for one in rounds.not_served],
        "depots": [list(at) for at in rounds.depots],
    }


def _measure(one: Measure) -> list[str]:
    return [words_of(one), one.unit]


def words_of(one: Measure) -> str:
    return one.name.removesuffix(f"_{one.unit}").replace("_", " ")


def _round(one: Round, colour: int) -> dict[str, Any]:
    return {
        "number": one.number,
        "vehicle": one.vehicle,
        "colour": colour,
        "start": list(one.start),
        "end": list(one.end),
        "departs": one.departs_s,
        "returns": one.returns_s,
        "capacity": list(one.capacity),
        "line": [list(at) for at in one.line],
    }


def _columns(visits: Sequence[tuple[int, Visit]]) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {
        "round": [place for place, _ in visits],
        "x": [visit.at[0] for _, visit in visits],
        "y": [visit.at[1] for _, visit in visits],
        "from": [visit.window_s[0] for _, visit in visits],
        "to": [visit.window_s[1] for _, visit in visits],
    }
    for name in ("stop", "trip", "position", "why"):
        columns[name] = [getattr(visit, name) for _, visit in visits]
    for name in ("arrival", "begins", "ends", "leaves", "pause"):
        columns[name] = [getattr(visit, f"{name}_s") for _, visit in visits]
    for name in ("delivered", "collected", "load"):
        columns[name] = [list(getattr(visit, name)) for _, visit in visits]
    columns["chance"] = [visit.on_time_ppm for _, visit in visits]
    return columns


def _not_served(one: NotServed) -> list[Any]:
    return [one.stop, one.at, one.kind, reason_words(one.reason), one.detail, one.remedy]
