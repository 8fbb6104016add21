"""Orders put one by one into a running day of 1,000 stops: how long each takes, and whether all promises hold.

python -m benchmarks.route.running_day [--orders N] [--seconds T] [--seed S] [--tries N] [--search T ...]

Real places: stops and parcel points of Seattle (`ooh_amazon`), a van for each 50 and some idle ones, half of the stops
with a promised window of two hours. The day goes on from order to order. Every second order is a collection, which a
van under way can take; the others lie at the depot and need a van that has not left, or comes back. After each order
the verifier checks what is still to be driven, and whether every promised stop is on a van, within its window.
`--tries` is how often rounds around a change are mended, `--search` for how many seconds of processor the search of all
rounds goes on behind each order, beginning with the rounds as they run; 0: mending alone. Each of several is driven
through the same orders from the same morning. Vans are late on the morning's rounds, half a day gone by.
"""

from __future__ import annotations

import argparse
import os
import platform
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from doorstep.kernels.route.advance import advanced
from doorstep.kernels.route.check import check
from doorstep.kernels.route.day import Day, day_of, running, visits_of
from doorstep.kernels.route.laid import lay
from doorstep.kernels.route.mend import TRIES
from doorstep.kernels.route.problem import RELOAD, RouteProblem, Stops, Travel, plain_fleet, plain_stops
from doorstep.kernels.route.reoptimise import Late, NewStop, begins_of, replan
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.route.resume import resumed
from doorstep.kernels.route.route import route
from doorstep.kernels.run import Run

DATA = Path(os.environ.get("DOORSTEP_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
HOUR, STOPS, NOBODY = 3600, 1_000, np.zeros(0, np.int64)
NOON = 12 * HOUR


@dataclass
class Score:
    """What the orders come to; `searched`: of `moved` and `more`, what is the search's."""

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    refused: int = 0
    broken: int = 0
    faults: int = 0
    moved: int = 0
    more: int = 0
    searched_moved: int = 0
    searched_more: int = 0


def main() -> None:
    """Print how long the orders took and what became of the promises."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60, help="of search for the plan of the morning")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tries", type=int, default=TRIES)
    parser.add_argument("--search", type=float, nargs="+", default=[0.0], help="seconds of processor behind each order")
    options = parser.parse_args()
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    print(f"tries {options.tries}, seed {options.seed}", end="; ")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; load {load}; one process")
    problem = town(options.orders, options.seed)
    first = morning(problem, options.seconds)
    replan(first, Late(0, 0), tries=1)  # compiled before the first order
    if any(options.search):
        resumed(first, Run(iterations=1))
    rng = np.random.default_rng(options.seed)
    hours = np.sort(rng.integers(8 * HOUR, 15 * HOUR, options.orders)).tolist()
    for search in options.search:
        day, score = first, Score()
        for number, at in enumerate(hours):
            day = one_order(day, STOPS + number, at, score, options.tries, search)
        told(score, search)
    late_vans(advanced(first, NOON), options.seed)


def town(orders: int, seed: int) -> RouteProblem:
    """1,000 stops and so many orders to come, the depot last."""
    rng = np.random.default_rng(seed)
    depot, places = coordinates()
    places = places[rng.permutation(len(places))[: STOPS + orders]]
    at = np.vstack([places, depot])
    n = len(places)
    travel = Travel("haversine", at[:, 1], at[:, 0], seconds_per_km=100, detour_ppm=1_300_000)
    collection = (np.arange(n) >= STOPS) & (np.arange(n) % 2 == 0)
    parcels = rng.integers(1, 4, (n, 1))
    windowed, opens = rng.random(n) < 0.5, rng.integers(9, 17, n) * HOUR
    stops = plain_stops(
        np.arange(n), np.where(collection[:, None], 0, parcels), pickup=np.where(collection[:, None], parcels, 0),
        service_s=np.full(n, 120), from_s=np.where(windowed, opens, 8 * HOUR),
        to_s=np.where(windowed, opens + 2 * HOUR, 19 * HOUR),
    )  # fmt: skip
    fleet = plain_fleet(
        np.array([30]), np.array([[130]]), start=np.array([n]), end=np.array([n]), from_s=np.array([8 * HOUR]),
        to_s=np.array([20 * HOUR]), fixed=np.array([60_000_000]), per_m=np.array([300]), per_s=np.array([6_000]),
        max_trips=np.array([3]), reload_s=np.array([1_200]),
    )  # fmt: skip
    return RouteProblem(travel, stops, fleet)


def coordinates() -> tuple[np.ndarray, np.ndarray]:
    """The depot, and all places of both files once; latitude before longitude."""
    files = sorted((DATA / "ooh_amazon").glob("Seattle_700_*_coords.txt"))
    tables = [[line.split() for line in file.read_text().splitlines()[1:] if len(line.split()) == 3] for file in files]
    points = [np.array([row[1:] for row in table], float) for table in tables]
    return points[0][:1], np.unique(np.vstack([one[1:] for one in points]), axis=0)


def morning(problem: RouteProblem, seconds: float) -> Day:
    """Plan the 1,000 stops that are known, with those to come left out."""
    known = np.arange(STOPS)
    stops = Stops(**{name: getattr(problem.stops, name)[known] for name in Stops.__slots__ if name != "pairs"},
                  pairs=problem.stops.pairs)  # fmt: skip
    began = perf_counter()
    plan = route(replace(problem, stops=stops), run=Run(spent=lambda: (perf_counter() - began) / seconds))
    print(
        f"morning: {len(plan.vehicle)} rounds, cost {plan.cost / 1e6:,.2f}, {len(plan.unserved)} unserved, "
        f"verifier finds {len(check(replace(problem, stops=stops), plan))} faults"
    )
    promised = np.flatnonzero(problem.stops.to_s < 19 * HOUR)
    return day_of(problem, plan, frozenset(promised[promised < STOPS].tolist()))


def one_order(day: Day, stop: int, at: int, score: Score, tries: int, search: float) -> Day:
    """Let the day go on, then put an order in."""
    day = advanced(day, at)
    if day.problem.stops.to_s[stop] < at + 2 * HOUR:  # nobody asks for an hour that is over
        day = opened(day, stop, at)
    began, used = perf_counter(), process_time()
    result = replan(day, NewStop(stop), tries=tries)
    score.more += result.cost
    if search:
        since = process_time()
        more = resumed(result.day, Run(spent=lambda: (process_time() - since) / search))
        score.searched_moved += len(more.moved)
        score.searched_more += more.cost
        result = replace(result, day=more.day)
    score.seconds.append(perf_counter() - began)
    score.cpu.append(process_time() - used)
    score.refused += result.refused is not None
    score.moved += len(result.moved)
    windowed = day.problem.stops.to_s[stop] < 19 * HOUR and result.refused is None
    after = replace(result.day, promised=day.promised | {stop}) if windowed else result.day
    score.broken += len(broken(day, after))
    score.faults += faults(after)
    return after


def opened(day: Day, stop: int, at: int) -> Day:
    from_s, to_s = day.problem.stops.from_s.copy(), day.problem.stops.to_s.copy()
    from_s[stop], to_s[stop] = at + HOUR, at + 3 * HOUR
    return replace(day, problem=replace(day.problem, stops=replace(day.problem.stops, from_s=from_s, to_s=to_s)))


def broken(before: Day, after: Day) -> list[int]:
    """Promised stops that have fallen off, or begin after their window."""
    begins, to_s = begins_of(after), before.problem.stops.to_s
    was = {stop for _, stop in visits_of(before) if stop in before.promised}
    return [stop for stop in was if begins.get(stop, to_s[stop] + 1) > to_s[stop]]


def faults(day: Day) -> int:
    run = running(day)
    laid = lay(run.problem, run.rounds)
    start = np.cumsum([0, *(len(visits) for _, visits in run.rounds)])
    line = np.array([one for _, visits in run.rounds for one in visits], np.int64)
    rows = np.array([row for row, _ in run.rounds], np.int64)
    found = check(run.problem, RouteResult(rows, start, line, NOBODY, NOBODY, laid.cost, laid.cost, 0, "own"))
    for one in found[:3]:
        print(one)
    return len(found)


def told(score: Score, search: float) -> None:
    """Print a row."""
    took, cpu = np.array(score.seconds), np.array(score.cpu)
    print(
        f"searched on for {search:g} s; {len(took)} orders: "
        f"p50 {np.percentile(took, 50):.2f} s, max {took.max():.2f} s, over 2 s {(took > 2).sum()} "
        f"(of CPU: p50 {np.percentile(cpu, 50):.2f}, max {cpu.max():.2f}, over 2 s {(cpu > 2).sum()}), "
        f"refused {score.refused}, other stops on another van {score.moved} by mending, {score.searched_moved} by "
        f"searching, cost {score.more / 1e6:,.2f} more by the orders, {-score.searched_more / 1e6:,.2f} less by "
        f"searching, {(score.more + score.searched_more) / 1e6:,.2f} more in all; "
        f"promised windows broken: {score.broken}, faults {score.faults}"
    )


def late_vans(day: Day, seed: int) -> None:
    """Let each van under way be half an hour late, one at a time."""
    took, broke, as_is = [], [], []
    for number, van in enumerate(day.vans):
        if not van.is_out or len([stop for stop in van.rest if stop != RELOAD]) < 2:
            continue
        began = perf_counter()
        result = replan(day, Late(number, HOUR // 2), seed)
        took.append(perf_counter() - began)
        broke.append(sum(one.promised for one in result.broken))
        as_is.append(sum(one.promised for one in replan(day, Late(number, HOUR // 2), tries=0).broken))
    if took:
        print(
            f"{len(took)} vans half an hour late: max {max(took):.2f} s; promises that cannot be held: {sum(broke)}, "
            f"in the order as it was: {sum(as_is)}"
        )


if __name__ == "__main__":
    main()
