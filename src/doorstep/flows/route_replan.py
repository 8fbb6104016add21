"""Plan a day under way anew: read how it stands and what has happened, re-plan, and put the output in place."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

from doorstep.compute import peak_memory_mb
from doorstep.documents.report.rounds_map import RoundsMap, write_rounds_map
from doorstep.domain.rounds import NotServed, Round, Rounds
from doorstep.files.output import output_folder
from doorstep.files.plan_out import write_summary
from doorstep.files.route_day_in import DayFiles, DayTold, read_day
from doorstep.files.route_day_out import Marks, VanStands, write_day
from doorstep.files.route_instance import Instance
from doorstep.flows.route_changes import Replanning, brought_up
from doorstep.flows.route_clock import Clock
from doorstep.flows.route_ground import Ground, on_roads
from doorstep.flows.route_reasons import chances_of, reasons_of
from doorstep.flows.route_rounds import Said, nowhere, rounds_of
from doorstep.flows.route_search_on import Search, searched_on
from doorstep.flows.route_summary import cost_number, people_cost
from doorstep.kernels.route.day import Day, Running, Van, running
from doorstep.kernels.route.laid import result_of
from doorstep.kernels.route.problem import ANY, RELOAD
from doorstep.kernels.route.schedule import schedule
from doorstep.kernels.route.windows import Windows
from doorstep.kernels.run import Run

EFFECTS = {
    "served": "served", "refused": "refused", "gone": "cancelled", "moved": "moved", "shifted": "shifted",
    "nothing": "nothing_to_do", "sent": "vans_sent", "overtime": "overtime", "unfit": "unfit",
    "set_aside": "set_aside",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """How a day is to be planned anew.

    Parameters
    ----------
    now
        The instant, as the files write theirs.
    tries
        Of the search around each change.
    roads
        As in `on_roads`.
    search
        Of all that is still to be driven, behind the changes; None: there is none.
    """

    now: str
    tries: int
    roads: str | None = None
    search: Search | None = None


@dataclass(frozen=True, slots=True)
class Replanned:
    """What came of it."""

    told: DayTold
    at: Replanning
    rounds: Rounds
    summary: dict[str, object]


def replan_files(
    files: DayFiles, out: Path, asked: Asked, *, clock: Clock, run: Run, documents: bool = True, force: bool = False
) -> Replanned:
    """Write routes.csv, rounds.csv, vans_now.csv, events_known.csv, changes.csv, unserved.csv, map.html, summary.json.

    `out` may be the folder that the rounds were read from. Raises InputRefused with every fault, or OutputRefused; in
    both cases `out` is as it was before.
    """
    with output_folder(out, force, reading=files.read) as aside:
        told = read_day(files, asked.now)
        with on_roads(told.instance, asked.roads, clock, run) as ground:
            told = replace(told, instance=ground.instance, day=replace(told.day, problem=ground.instance.problem))
            at = brought_up(told, run.seed, asked.tries, clock.age_s)
            searched = {} if asked.search is None else searched_on(at, asked.search, clock, run)
            rounds, cost = _as_it_stands(at, ground, run.seed, documents)
        write_day(aside, rounds, _vans(at), _marks(at), at.changes, told.now_s, at.heeded)
        summary = _summary(at, rounds, cost, run.seed) | {"tries": asked.tries} | searched
        if documents:
            told_cost = people_cost(cost, told.instance)
            measure = "of what is still to be driven: vans, kilometres and hours"
            write_rounds_map(aside / "map.html", RoundsMap(rounds, told_cost, measure, "", summary))
        summary |= {"peak_memory_mb": peak_memory_mb(), "seconds": round(clock.age_s(), 3)}
        write_summary(aside, summary)
    return Replanned(told, at, rounds, summary)


def _as_it_stands(at: Replanning, ground: Ground, seed: int, documents: bool) -> tuple[Rounds, int]:
    """Give what is still to be driven as rounds, each from where its van is; and what they cost."""
    day = replace(at.day, vans=tuple(_unlocked(van) for van in at.day.vans))
    run = running(day)
    driven = [(row, visits) for row, visits in run.rounds if any(one >= 0 and run.stop[one] != ANY for one in visits)]
    result = result_of(driven)
    timed = schedule(run.problem, result)
    instance = _named(at, day, run)
    why = reasons_of(instance, result, lambda: True, _windows(at, run))[0] if documents else {}
    chances = chances_of(instance, result, timed, seed)
    lines = replace(ground, instance=instance).lines(result)
    rounds = rounds_of(instance, result, timed, Said(why, chances, {}, lines, ground.credit))
    kept = tuple(_own(one, day.vans[row], day) for one, (row, _) in zip(rounds.rounds, driven, strict=True))
    lost = (*(_lost(at, stop) for stop in sorted(at.refused)), *map(nowhere, at.nowhere))
    served = sum(len(one.stops) for one in kept)
    return replace(rounds, rounds=kept, not_served=lost, stops=served + len(lost)), timed.cost


def _unlocked(van: Van) -> Van:
    """Let what is locked come first in the line, where it stands on paper; a van that only comes home has no line."""
    line = [*van.locked, *van.rest]
    while line and line[-1] == RELOAD:
        line.pop()
    return replace(van, locked=(), rest=tuple(line))


def _named(at: Replanning, day: Day, run: Running) -> Instance:
    """The instance of what is still to be driven; marks have no name."""
    of = at.told.instance
    stops = run.stop.tolist()
    return replace(
        of,
        problem=run.problem,
        stops=tuple("" if one == ANY else of.stops[one] for one in stops),
        labels=tuple("" if one == ANY else of.labels[one] for one in stops),
        numbers=tuple(0 if one == ANY else of.numbers[one] for one in stops),
        vehicles=tuple(at.van(i) if i < len(day.vans) else of.vehicles[row] for i, row in enumerate(run.row.tolist())),
        notices=(),
    )


def _windows(at: Replanning, run: Running) -> Windows:
    """All windows of the stops that are still to come and have several: they lie apart, as stops of one name."""
    named, stops = at.told.instance.stops, at.day.problem.stops
    rows: dict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(named):
        rows[name].append(row)
    alike = {i: rows[named[stop]] for i, stop in enumerate(run.stop.tolist()) if stop != ANY}
    return {
        i: [(int(stops.from_s[row]), int(stops.to_s[row])) for row in those]
        for i, those in alike.items() if len(those) > 1
    }  # fmt: skip


def _own(one: Round, van: Van, day: Day) -> Round:
    """Take the mark of a van under way out of its round, and the dimension of load that goes with it."""
    d = day.problem.dimensions
    visits = one.visits[1:] if van.is_out and not van.is_home else one.visits
    gone = len(one.visits) - len(visits)
    trimmed = tuple(
        replace(
            visit, trip=visit.trip + van.trips, position=max(0, visit.position - gone), delivered=visit.delivered[:d],
            collected=visit.collected[:d], load=visit.load[:d],
        )
        for visit in visits
    )  # fmt: skip
    load = one.visits[0].load if gone else one.load
    return replace(one, visits=trimmed, capacity=one.capacity[:d], load=load[:d], under_way=bool(gone))


def _lost(at: Replanning, stop: int) -> NotServed:
    of, why, travel = at.told.instance, at.refused[stop], at.told.instance.problem.travel
    place = int(of.problem.stops.location[stop])
    where = (float(travel.x[place]), float(travel.y[place]))
    return NotServed(of.stops[stop], of.numbers[stop], where, "unserved", why.reason, why.detail, why.remedy)


def _vans(at: Replanning) -> list[VanStands]:
    travel = at.day.problem.travel
    return [
        VanStands(
            at.van(i), _state(van), van.at_s, float(travel.y[van.location]), float(travel.x[van.location]),
            van.left_s if van.is_out else None, van.driven_m, van.trips, van.collected, van.has_paused, van.tells,
            van.extra_s,
        )
        for i, van in enumerate(at.day.vans)
    ]  # fmt: skip


def _state(van: Van) -> str:
    if not van.is_out:
        return "waiting"
    if van.is_home:
        return "home"
    if van.locked[-1:] == (RELOAD,):
        return "returning"
    return "at_depot" if van.at_depot else "out"


def _marks(at: Replanning) -> Marks:
    name, vans = at.told.instance.stops, at.day.vans
    aboard = frozenset(name[stop] for van in vans for stop in van.aboard)
    bound = frozenset(name[stop] for van in vans for stop in van.locked if stop != RELOAD)
    return Marks(aboard, bound, frozenset(name[stop] for stop in at.day.fixed))


def _summary(at: Replanning, rounds: Rounds, cost: int, seed: int) -> dict[str, object]:
    touched: defaultdict[str, set[str]] = defaultdict(set)  # a stop, or van, that several events concern is one
    for one in at.changes:
        touched[one.effect].add(one.stop or one.vehicle or f"row {one.row}")
    broken = [one for one in at.changes if one.effect == "broken"]
    chances = [visit.on_time_ppm for one in rounds.rounds for visit in one.visits if visit.on_time_ppm is not None]
    instance = at.told.instance
    told: dict[str, object] = {
        "name": instance.name,
        "events": len(at.told.events),
        "known_before": at.told.known,
        **{key: len(touched[effect]) for effect, key in EFFECTS.items()},
        "broken": len(touched["broken"]),
        "broken_promised": len({one.stop for one in broken if one.promised}),
        "routes": len(rounds.rounds),
        "stops": sum(len(one.stops) for one in rounds.rounds),
        "cost": cost_number(cost, instance),
        "cost_more": cost_number(sum(one.cost or 0 for one in at.changes), instance),
        "replanning_seconds": round(sum(at.took_s), 3),
        "longest_seconds": round(max(at.took_s, default=0.0), 3),
        "seed": seed,
        "data_version": instance.data_version,
    }
    if chances:
        told["on_time"] = round(sum(chances) / len(chances) / 1_000_000, 6)
    return told
