"""Price the windows that shoppers might be offered, beside rounds as they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from doorstep.documents.report.slots_report import SlotsReport, write_slots_report
from doorstep.domain.slots import Offer
from doorstep.domain.units import PPM
from doorstep.files.output import output_folder
from doorstep.files.plan_out import write_summary
from doorstep.files.route_day_in import DayFiles, DayTold
from doorstep.files.route_slots_in import Asked, read_asked
from doorstep.files.route_slots_out import write_slots
from doorstep.flows.route_clock import Clock
from doorstep.flows.route_ground import on_roads
from doorstep.kernels.route.advance import advanced
from doorstep.kernels.route.day import Day, Running, running
from doorstep.kernels.route.insertion import inserted
from doorstep.kernels.route.laid import lay, result_of
from doorstep.kernels.route.pace import searched
from doorstep.kernels.route.problem import REQUIRED, RouteProblem
from doorstep.kernels.route.slots import Slot, Worth, slots
from doorstep.kernels.run import Run


@dataclass(frozen=True, slots=True)
class SlotsWish:
    """What is offered: windows that are this sure, and cost no more than that (millionths of the major unit)."""

    least_ppm: int = 900_000
    most_cost: int | None = None
    late_cost: int = 0
    now: str = ""
    roads: str | None = None


def slots_files(
    files: DayFiles, asked: Path, windows: Path, out: Path, wish: SlotsWish, *, clock: Clock, run: Run,
    force: bool = False,
) -> dict[str, object]:  # fmt: skip
    """Write slots.csv, slots.html and summary.json into `out`, and give the summary.

    Raises InputRefused with every fault, or OutputRefused; in both cases `out` is as it was before.
    """
    reading = (*files.read, files.routes, asked, windows)
    with output_folder(out, force, reading=reading) as aside:
        read = read_asked(files, asked, windows, wish.now)
        with on_roads(read.told.instance, wish.roads, clock, run) as ground:
            told = replace(read.told, day=replace(read.told.day, problem=ground.instance.problem))
            day = told.day if told.as_of_s is None and not wish.now else advanced(told.day, told.now_s)
            offers = [one for stop in read.stops for one in _offers(told, day, read, stop, wish, run.seed)]
        for name, why in read.aside.items():
            clock.watcher.notice(f"{name}: {why}")
            offers += [_nowhere(name, rank, window, why) for rank, window in enumerate(read.windows, start=1)]
        write_slots(aside, offers, told.instance.origin)
        summary = _summary(offers, read) | {"seed": run.seed, "data_version": told.instance.data_version}
        write_slots_report(aside / "slots.html", SlotsReport(told.instance.name, offers, told.instance.origin, summary))
        write_summary(aside, summary | {"seconds": round(clock.age_s(), 3)})
    return summary


def _offers(told: DayTold, day: Day, read: Asked, stop: int, wish: SlotsWish, seed: int) -> list[Offer]:
    """Every window for one shopper, the best first."""
    instance = told.instance
    run = running(day, [stop])
    prize = int(run.problem.stops.prize[run.number(stop)])
    worth = None if prize == REQUIRED else Worth(prize, wish.late_cost)
    found = slots(run.problem, result_of(run.rounds), run.number(stop), read.windows, worth, seed=seed)
    offers = []
    for rank, one in enumerate(found, start=1):
        row = -1 if one.insertion is None else one.insertion.row
        van = "" if row < 0 else told.names[row] if row < len(day.vans) else instance.vehicles[int(run.row[row])]
        begins = _begins(run, stop, one)
        offers.append(
            Offer(
                instance.stops[stop], rank, one.from_s, one.to_s, _offered(one, wish), one.cost, one.on_time_ppm,
                one.others_ppm, one.profit, van, begins,
            )
        )  # fmt: skip
    return offers


def _nowhere(stop: str, rank: int, window: tuple[int, int], why: str) -> Offer:
    """A window for a shopper to whom no van can go."""
    return Offer(stop, rank, *window, False, None, None, None, None, "", None, why)


def _offered(one: Slot, wish: SlotsWish) -> bool:
    """Whether a window is sure and cheap enough, and worth it where somebody says what it brings."""
    if one.cost is None or (one.on_time_ppm or 0) < wish.least_ppm:
        return False
    if wish.most_cost is not None and one.cost > wish.most_cost:
        return False
    return one.profit is None or one.profit >= 0


def _begins(run: Running, stop: int, one: Slot) -> int | None:
    """When service would begin in a window."""
    if one.insertion is None:
        return None
    number, problem = run.number(stop), run.problem
    from_s, to_s = problem.stops.from_s.copy(), problem.stops.to_s.copy()
    from_s[number], to_s[number] = one.from_s, one.to_s
    there: RouteProblem = replace(problem, stops=replace(problem.stops, from_s=from_s, to_s=to_s))
    rounds = inserted(run.rounds, one.insertion)
    round_ = rounds[one.insertion.round] if one.insertion.round < len(run.rounds) else rounds[-1]
    laid = lay(searched(there), [round_])
    return int(laid.parts.begins_s[np.flatnonzero(laid.lines.stop == number)[0]])


def _summary(offers: list[Offer], read: Asked) -> dict[str, object]:
    possible = [one for one in offers if one.cost is not None]
    taken = [one for one in offers if one.offered]
    told: dict[str, object] = {
        "shoppers": len(read.stops) + len(read.aside),
        "windows": len(read.windows),
        "possible": len(possible),
        "offered": len(taken),
        "without_offer": len(read.stops) + len(read.aside) - len({one.stop for one in taken}),
        "set_aside": len(read.aside),
    }
    if possible:
        costs = [one.cost for one in possible if one.cost is not None]
        told["mean_cost"] = round(sum(costs) / len(costs) / PPM, 2)
        told["mean_on_time"] = round(sum(one.on_time_ppm or 0 for one in possible) / len(possible) / PPM, 6)
    return told
