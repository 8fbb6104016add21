"""Drive the stops of a file: read it, search for rounds until the time is used up, and put the output in place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from doorstep.compute import peak_memory_mb
from doorstep.documents.report.rounds_map import RoundsMap, write_rounds_map
from doorstep.documents.report.wording import percent
from doorstep.domain.rounds import Rounds
from doorstep.files.output import output_folder
from doorstep.files.plan_out import write_summary
from doorstep.files.route_instance import Instance
from doorstep.files.route_out import write_notices, write_rounds
from doorstep.flows.route_clock import Clock, Watcher, spent
from doorstep.flows.route_ground import Files, Ground, driven_on
from doorstep.flows.route_reasons import chances_of, explaining_s, reasons_of
from doorstep.flows.route_rounds import Said, rounds_of
from doorstep.flows.route_summary import cost_text, gap_of, people_cost, summarise_rounds
from doorstep.kernels.route.problem import RouteParams
from doorstep.kernels.route.result import RouteResult
from doorstep.kernels.route.route import route
from doorstep.kernels.route.schedule import schedule
from doorstep.kernels.route.windows import narrowed, windows_of
from doorstep.kernels.run import Incumbent, Run

ENDING_S = 0.5  # from the end of the search to the end of the process, whatever was found
STOP_S = 0.00018  # and for each stop: its times, its rows, its place on the map
SHEET_STOP_S = 0.0015  # and on a sheet
ROAD_STOP_S = 0.001  # and with the line of the road to it


@dataclass(frozen=True, slots=True)
class Routed:
    instance: Instance
    result: RouteResult
    rounds: Rounds
    summary: dict[str, object]
    without_sheets: bool  # they were asked for, and what draws them is not installed


def route_files(
    files: Files,
    out: Path,
    *,
    clock: Clock,
    params: RouteParams,
    run: Run,
    documents: bool = True,
    force: bool = False,
    rehearsed: bool = False,
) -> Routed:
    """Search until the process is as old as `clock` allows it to be, less the time that writing takes.

    `rehearsed`: do it once in short before, so that what must be compiled is; that time does not count.

    Raises InputRefused with every fault, or OutputRefused; in both cases `out` is as it was before.
    """
    with output_folder(out, force, reading=files.read) as aside, driven_on(files, clock, run) as ground:
        instance = ground.instance
        compiling_s = _rehearse(ground, params, run) if rehearsed else 0.0
        clock = replace(clock, seconds=clock.seconds + compiling_s)
        sheets = documents and not instance.research
        until = clock.seconds - _ending_s(len(instance.stops), sheets, ground.draws)
        watched = replace(
            run,
            spent=spent(clock, until - explaining_s(instance, clock.seconds - compiling_s)),
            incumbent=_told(clock.watcher, instance),
        )
        result = route(instance.problem, params, watched)
        windows = windows_of(instance.problem)
        instance = replace(instance, problem=narrowed(instance.problem, result))
        timed = schedule(instance.problem, result)
        why, reasons = reasons_of(instance, result, lambda: clock.age_s() < until, windows)
        said = Said(why, chances_of(instance, result, timed, run.seed), reasons, ground.lines(result), ground.credit)
        rounds = rounds_of(instance, result, timed, said)
        write_rounds(aside, rounds, cost_text(result.cost, instance))
        write_notices(aside, instance.notices)
        summary = summarise_rounds(instance, result, rounds, run.seed)
        without = sheets and not _sheets(aside, rounds, instance)
        if documents:
            write_rounds_map(aside / "map.html", _map(instance, result, rounds, summary))
        summary |= {"peak_memory_mb": peak_memory_mb(), "seconds": round(clock.age_s(), 3)}
        if rehearsed:
            summary["compiling_seconds"] = round(compiling_s, 3)
        write_summary(aside, summary)
    return Routed(instance, result, rounds, summary, without)


def _rehearse(ground: Ground, params: RouteParams, run: Run) -> float:
    """Call whatever will be called, once, and tell how many seconds that took: nearly all of them is compiling."""
    began, instance = ground.clock.age_s(), ground.instance
    result = route(instance.problem, params, replace(run, iterations=1))
    instance = replace(instance, problem=narrowed(instance.problem, result))
    schedule(instance.problem, result)
    once = iter([True])
    reasons_of(instance, result, lambda: next(once, False))
    return ground.clock.age_s() - began


def _told(watcher: Watcher, instance: Instance) -> Incumbent:
    def better(objective: int, unserved: int) -> None:
        watcher.better(f"best {people_cost(objective, instance)}, {unserved:,} not served")

    return better


def _ending_s(stops: int, sheets: bool, draws: bool) -> float:
    return ENDING_S + stops * (STOP_S + SHEET_STOP_S * sheets + ROAD_STOP_S * draws)


def _sheets(folder: Path, rounds: Rounds, instance: Instance) -> bool:
    """Write the sheets, if what draws them is installed: it comes with the server."""
    try:
        from doorstep.documents.round_sheets import write_sheets
    except ImportError:
        return False
    labels = dict(zip(instance.stops, instance.labels, strict=True))
    write_sheets(folder / "sheets.pdf", rounds, {stop: label for stop, label in labels.items() if label != stop})
    return True


def _map(instance: Instance, result: RouteResult, rounds: Rounds, summary: dict[str, object]) -> RoundsMap:
    gap = gap_of(result)
    measure = instance.measure if instance.research else "vans, kilometres and hours together"
    return RoundsMap(
        rounds, people_cost(result.cost, instance), measure, "" if gap is None else percent(gap, 2), summary
    )
