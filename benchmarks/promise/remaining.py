"""How well lateness is foreseen of parcels under way: `python -m benchmarks.promise.remaining FOLDER`.

FOLDER is a brand folder made by `doorstep import olist`. On every day of September 2017 to April 2018 the parcels are
asked about that were handed over 3, 7, 14 or 21 days before, have not arrived, and whose promised day (the shop's own)
has not passed: how likely is each late? Durations are learned on each Monday from what was known then. A parcel that
never arrives is late; those called off are left out. Rivals, by the same knowledge: `curve`, the same lane's curve
without regard to the days that have passed, `base rate`, the share late among the parcels that were open at that age
before, and `no pace`, what remains by lanes that do not run at their carrier's pace of late. Brier scores and
reliability are weighted by `sample_weight`. CPU seconds, one thread.
"""

from __future__ import annotations

import platform
import resource
import sys
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import process_time
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from doorstep.domain.learned import PastParcel
from doorstep.files.folder import BrandFolder, read_folder
from doorstep.kernels.promise.journeys import CALLED_OFF
from doorstep.kernels.promise.pace import at_current_pace
from doorstep.kernels.promise.remaining import RemainingParams, RemainingProblem, remaining
from doorstep.kernels.promise.transit import fit_transit
from doorstep.kernels.promise.under_way import Open, remaining_problem

FIRST, UNTIL = date(2017, 9, 1), date(2018, 5, 1)
AGES = (3, 7, 14, 21)
METHODS = ("remaining", "curve", "base rate", "no pace")
Columns = npt.NDArray[np.float64]


def main() -> None:
    """Print the tables."""
    folder = read_folder(Path(sys.argv[1]))
    print(f"{platform.machine()}; Python {platform.python_version()}, numpy {np.__version__}; CPU seconds")
    start = process_time()
    found = {age: np.array(rows) for age, rows in walked(folder).items()}
    print(f"{sum(map(len, found.values())):,} questions, {process_time() - start:.0f} CPU s")
    print("\n| days since hand-over | parcels | late | " + " | ".join(f"Brier {name}" for name in METHODS) + " |")
    print("|---|---|---|" + "---|" * len(METHODS))
    for age in AGES:
        print(row(str(age), found[age]))
    everything = np.concatenate([found[age] for age in AGES])
    print(row("all", everything))
    columns = " | ".join(f"{METHODS[method]}: parcels | told | were late" for method in (0, 1, 3))
    print(f"\n| chance of being late | {columns} |\n|---|{'---|' * 9}")
    for tenth in range(10):
        cells = [decile(everything, column, tenth) for column in (2, 3, 5)]
        print(f"| {10 * tenth} to {10 * tenth + 10} % | {' | '.join(cells)} |")
    print(f"\npeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def walked(folder: BrandFolder) -> dict[int, list[tuple[float, ...]]]:
    """Ask on every day; rows by age of weight, whether late, and what each method tells."""
    zone = ZoneInfo(folder.sites[0].time_zone)
    history = [one for one in folder.history if one.status not in CALLED_OFF and one.handed_over_at and one.promised_by]
    left_on: dict[date, list[PastParcel]] = defaultdict(list)
    for one in history:
        assert one.handed_over_at is not None
        left_on[one.handed_over_at.astimezone(zone).date()].append(one)
    services = folder.tariff.services
    found: dict[int, list[tuple[float, ...]]] = {age: [] for age in AGES}
    today = FIRST - timedelta(days=FIRST.weekday())
    while today < UNTIL:
        monday = datetime.combine(today, time(), zone)
        plain = fit_transit(folder.history, monday, services=services)
        paced = at_current_pace(plain, folder.history, monday, services)
        rates = {age: base_rate(history, age, today, zone) for age in AGES}
        for step in range(7):
            day = today + timedelta(days=step)
            if not FIRST <= day < UNTIL:
                continue
            asked = [
                (age, one) for age in AGES for one in left_on[day - timedelta(days=age)] if is_open(one, day, zone)
            ]
            rows = [Open(one, one.placed_at, one.handed_over_at) for _, one in asked]
            noon = datetime.combine(day, time(12), zone)
            problem, other = (
                remaining_problem(
                    rows, noon, folder.sites, folder.collections, services, model, folder.brand.on_time_target_ppm
                )
                for model in (paced, plain)
            )
            late, slow = (remaining(one, RemainingParams(span_days=1)).late_ppm / 1e6 for one in (problem, other))
            for (age, one), told, curve, past in zip(asked, late, unconditional(problem), slow, strict=True):
                found[age].append((one.sample_weight, is_late(one, zone), told, curve, rates[age], past))
        today += timedelta(days=7)
    return found


def arrived_on(one: PastParcel, zone: ZoneInfo) -> date | None:
    """Local day of the delivery."""
    return one.delivered_at.astimezone(zone).date() if one.delivered_at else None


def is_late(one: PastParcel, zone: ZoneInfo) -> bool:
    """Whether it came after the shop's date, or never."""
    arrived = arrived_on(one, zone)
    assert one.promised_by is not None
    return arrived is None or arrived > one.promised_by


def is_open(one: PastParcel, day: date, zone: ZoneInfo) -> bool:
    """Whether a parcel had not arrived before a day, and its promise was still to be kept."""
    arrived = arrived_on(one, zone)
    return (arrived is None or arrived >= day) and one.promised_by is not None and one.promised_by >= day


def base_rate(history: list[PastParcel], age: int, today: date, zone: ZoneInfo) -> float:
    """Share late among the parcels that were open at an age and whose promise has ended before a day."""
    weight = late = 0.0
    for one in history:
        assert one.handed_over_at is not None
        assert one.promised_by is not None
        asked = one.handed_over_at.astimezone(zone).date() + timedelta(days=age)
        if asked < today and one.promised_by < today and is_open(one, asked, zone):
            weight += one.sample_weight
            late += one.sample_weight * is_late(one, zone)
    return late / weight


def unconditional(problem: RemainingProblem) -> Columns:
    """Chance of being late by the lane's curve as of the hand-over, whatever the days since."""
    own, parcels = problem.tables.own, problem.parcels
    area = own.destination_area[parcels.destination]
    calendar = own.delivery_calendar[parcels.service, area]
    left = own.zones.local(own.site_zone[parcels.site], parcels.left_at) // 86_400
    steps = own.calendars.count(calendar, parcels.promised_by) - own.calendars.count(calendar, left)
    curve = own.curve_of[own.site_area[parcels.site], parcels.service, area]
    arrived = own.arrived_ppm[curve, np.clip(steps, 0, own.arrived_ppm.shape[1] - 1)]
    return np.asarray(1.0 - arrived / 1e6)


def row(name: str, of: Columns) -> str:
    """One line of the table of scores."""
    weight, late = of[:, 0], of[:, 1]
    scores = [np.average((of[:, 2 + method] - late) ** 2, weights=weight) for method in range(len(METHODS))]
    told = " | ".join(f"{score:.4f}" for score in scores)
    return f"| {name} | {len(of):,} | {np.average(late, weights=weight):.1%} | {told} |"


def decile(of: Columns, column: int, tenth: int) -> str:
    """Parcels told a chance within a tenth, what they were told, and how many of them were late."""
    some = of[np.minimum((of[:, column] * 10).astype(np.int64), 9) == tenth]
    if not len(some):
        return "0 | – | –"
    told, late = (np.average(some[:, at], weights=some[:, 0]) for at in (column, 1))
    return f"{len(some):,} | {told:.1%} | {late:.1%}"


if __name__ == "__main__":
    main()
