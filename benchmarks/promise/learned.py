"""Promises learned from history, walked over real parcels.

    python -m benchmarks.promise.learned FOLDER [--delivered-only] [METHOD ...]

FOLDER is a brand folder made by `doorstep import olist`. Promises of September 2017 to April 2018, and of its last
two months alone; targets 90 and 95 % of all parcels, those never delivered late, or of those that arrive at all. Days
at equal coverage: what is promised on average once all promises, or those of each month, are moved by the days that
bring the rate to the target exactly, in hindsight: what is left of a method when its calibration is taken out.
`boosted` is fitted anew for each block of two months, on what was placed before the two months that it is calibrated
on, as far as it had arrived by the block; methods that walk learn until the day of each placing. One thread.
"""

from __future__ import annotations

import platform
import resource
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from doorstep.files.folder import read_folder
from doorstep.kernels.promise.all_methods import method_named
from doorstep.kernels.promise.backtest import Figures, figures, shop_figures
from doorstep.kernels.promise.calendars import EPOCH_ORDINAL
from doorstep.kernels.promise.history import History, history_of
from doorstep.kernels.promise.methods import Span
from doorstep.kernels.promise.record import placed_between
from doorstep.kernels.promise.walk import walk
from doorstep.kernels.promise.walked import Walked

BLOCKS = ("2017-07-01", "2017-09-01", "2017-11-01", "2018-01-01", "2018-03-01", "2018-05-01")
WINDOWS = (("2017-09 to 2018-04", BLOCKS[1], BLOCKS[5]), ("2018-03 to 2018-04", BLOCKS[4], BLOCKS[5]))
OF_FIGURES = ("method", "target", "on time", "of delivered", "days", "early", "pinball", "months off", "worst region")
HEADINGS = (*OF_FIGURES, "days at target", "by month")
NEVER = 10_000  # days late
TARGETS_PPM = (900_000, 950_000)


def main() -> None:
    """Print a table a window."""
    given_arrival = "--delivered-only" in sys.argv
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    folder, names = Path(words[0]), words[1:] or ["lane", "boosted", "adaptive"]
    print(f"{platform.machine()}; Python {platform.python_version()}, numpy {np.__version__}; CPU seconds")
    history, aside = history_of(read_folder(folder).history)
    print(f"{len(history):,} parcels; set aside: {aside.counts}")
    walks = {}
    for name in names:
        start = process_time()
        walks[name] = blocks(history, name, given_arrival)
        print(f"{name}: {process_time() - start:.0f} CPU s", flush=True)
    for label, first, until in WINDOWS:
        print(f"\n{label}\n\n| {' | '.join(HEADINGS)} |\n|{'---|' * len(HEADINGS)}")
        for target in TARGETS_PPM:
            for name, walked in walks.items():
                inside = placed_between(walked, day(first), day(until))
                promised = inside.promised_days[:, TARGETS_PPM.index(target)].astype(np.float64)
                print(row(name, target, figures(inside, target)), equal(inside, promised, target, given_arrival))
            shop = shop_figures(inside, target)
            if shop is not None:
                dates = inside.shop_days.astype(np.float64)
                print(row("shop's dates", target, shop), equal(inside, dates, target, given_arrival))
    print(f"\npeak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


def day(text: str) -> int:
    """Days since 1970-01-01."""
    return date.fromisoformat(text).toordinal() - EPOCH_ORDINAL


def blocks(history: History, name: str, given_arrival: bool) -> Walked:
    """Walk the whole span; a method that stands still is fitted for each block of two months."""
    method = method_named(name)
    if name != "boosted":
        span = Span(day(BLOCKS[0]), day(BLOCKS[1]), day(BLOCKS[1]), day(BLOCKS[-1]))
        return walk(history, method, span, TARGETS_PPM, given_arrival=given_arrival)
    parts = [
        walk(
            history,
            method,
            Span(day(calibrate), day(start), day(start), day(end)),
            TARGETS_PPM,
            given_arrival=given_arrival,
        )
        for calibrate, start, end in zip(BLOCKS, BLOCKS[1:], BLOCKS[2:], strict=False)
    ]
    return joined(parts)


def joined(parts: Sequence[Walked]) -> Walked:
    """One walk after the other."""
    first = parts[0]
    columns: dict[str, Any] = {
        name: tuple(word for part in parts for word in getattr(part, name))
        for name in ("parcel", "service", "carrier", "origin_region", "destination_region")
    }
    columns |= {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("placed_day", "promised_days", "stated_ppm", "arrived_days", "shop_days", "known_days", "weight")
    }
    return Walked(**columns, targets_ppm=first.targets_ppm)


def equal(walked: Walked, promised: np.ndarray, target_ppm: int, given_arrival: bool) -> str:
    """Two cells: mean days once every promise, or every month's, is moved to meet the target."""
    use = (promised >= 0) & ((walked.arrived_days >= 0) | (not given_arrival))
    late = np.where(walked.arrived_days >= 0, walked.arrived_days - promised, NEVER)[use]
    promised, weight, placed = promised[use], walked.weight[use], walked.placed_day[use]
    months = np.array([date.fromordinal(int(one) + EPOCH_ORDINAL).month for one in placed])
    moved = promised + shift(late, weight, target_ppm)
    monthly = promised.copy()
    for month in np.unique(months):
        monthly[months == month] += shift(late[months == month], weight[months == month], target_ppm)
    return f"{np.average(moved, weights=weight):.1f} | {np.average(monthly, weights=weight):.1f} |"


def shift(late: np.ndarray, weight: np.ndarray, target_ppm: int) -> float:
    """Days by which promises move so that the target is met exactly, days taken as a continuum."""
    days = np.arange(-60, 121)
    rates = np.array([np.average(late <= day, weights=weight) for day in days])
    return float(np.interp(target_ppm / 1e6, rates, days))


def row(name: str, target_ppm: int, found: Figures) -> str:
    """One line of the table, with intervals of 90 % by blocks of weeks."""
    worst = found.worst_region and f"{found.worst_region} {found.coverage_by_region[found.worst_region].rate:.1%}"
    ends = found.intervals.get("on_time_rate")
    span = "" if ends is None else f" ({ends[0]:.1%} to {ends[1]:.1%})"
    return (
        f"| {name} | {target_ppm / 10_000:g}% | {found.on_time_rate:.1%}{span} | {found.on_time_rate_delivered:.1%} "
        f"| {found.mean_promised_days:.1f} | {found.mean_early_days:.1f} | {found.pinball_loss:.3f} "
        f"| {found.mean_monthly_deviation:.1%} | {worst} |"
    )


if __name__ == "__main__":
    main()
