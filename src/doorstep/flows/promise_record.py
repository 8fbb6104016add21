"""The record of a brand folder's promises: read it, hold promises against outcomes, put the answer in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from doorstep.documents.report.promise_record import RecordReport, write_record_report
from doorstep.domain.learned import PastParcel
from doorstep.files.folder import BrandFolder, read_folder
from doorstep.files.output import output_folder
from doorstep.files.record_out import record_object, write_record
from doorstep.kernels.promise.all_methods import DEFAULT, method_named
from doorstep.kernels.promise.calendars import EPOCH_ORDINAL
from doorstep.kernels.promise.excuses import Whereabouts
from doorstep.kernels.promise.history import History, history_of
from doorstep.kernels.promise.methods import Span
from doorstep.kernels.promise.record import RecordParams, record
from doorstep.kernels.promise.walk import walk
from doorstep.kernels.promise.walked import Walked
from doorstep.kernels.run import Run

TARGETS_PPM = (500_000, 700_000, 800_000, 850_000, 900_000, 925_000, 950_000, 975_000, 990_000)
LEAST_KNOWN = 250  # parcels delivered before the first promise
LEAST_DAYS = 28  # of history before it
CALIBRATION_DAYS = 30


@dataclass(frozen=True, slots=True)
class RecordWish:
    """What is asked for: a target (None: the brand's), placed on `first` or later and before `until`."""

    target_ppm: int | None = None
    first: date | None = None
    until: date | None = None
    day_value_micros: int = 0
    method: str = ""  # the default where empty


def promise_record(
    folder: Path, out: Path, wish: RecordWish, *, run: Run, today: date, force: bool = False
) -> dict[str, object]:
    """Write report.html and record.json of a folder's promises into `out`; returns the record as written.

    Raises InputRefused with every fault, InvalidProblem where an excuse has no reason, or OutputRefused; in each case
    `out` is as it was before.
    """
    with output_folder(out, force, reading=folder) as aside:
        read = read_folder(folder, run.progress)
        target_ppm = wish.target_ppm or read.brand.on_time_target_ppm
        history, set_aside = history_of(read.history, _ordinal(today))
        walked = walked_of(read, history, target_ppm, wish, run)
        params = RecordParams(
            target_ppm,
            late_cost_micros=read.brand.late_cost_micros,
            day_value_micros=wish.day_value_micros,
        )
        where = _whereabouts(walked, read.history)
        made = record(walked, params, run, declared=read.disruptions, whereabouts=where)
        told = record_object(made, read.brand.currency)
        told |= {"seed": run.seed, "data_version": read.data_version}
        told |= {"set_aside": set_aside.total, "set_aside_by_reason": dict(sorted(set_aside.counts.items()))}
        report = RecordReport(read.brand, made, params, read.data_version, run.seed)
        write_record_report(aside / "report.html", report)
        write_record(aside, told)
    return told


def _ordinal(day: date | None) -> int | None:
    return None if day is None else day.toordinal() - EPOCH_ORDINAL


def _whereabouts(walked: Walked, history: Sequence[PastParcel]) -> Whereabouts:
    known = {one.parcel: one for one in history}
    parcels = [known[parcel] for parcel in walked.parcel]
    return Whereabouts(
        tuple(one.destination_country for one in parcels),
        tuple(one.destination_postcode for one in parcels),
        tuple(one.site for one in parcels),
    )


def walked_of(folder: BrandFolder, history: History, target_ppm: int, wish: RecordWish, run: Run) -> Walked:
    """Promise the parcels of the history by what was known on the day each was placed."""
    targets = sorted({*TARGETS_PPM, target_ppm})
    first, end = _days(history, wish)
    inside = (history.placed_day >= first) & (history.placed_day < end) & ~history.called_off
    if not inside.any():
        return Walked.none(np.array(targets, dtype=np.int64))
    # Methods that do not walk need days of their own before the first promise.
    span = Span(first - CALIBRATION_DAYS, first, first, end)
    carriers = {service.service: service.carrier for service in folder.tariff.services}
    return walk(history, method_named(wish.method or DEFAULT), span, targets, run, carriers=carriers)


def _days(history: History, wish: RecordWish) -> tuple[int, int]:
    """First day promised for, once enough has arrived to learn from, and the day after the last."""
    delivered = np.sort(history.delivered_day[history.delivered_day >= 0])
    if len(delivered) <= LEAST_KNOWN:
        return 0, 0
    learned = max(int(history.placed_day[0]) + LEAST_DAYS, int(delivered[LEAST_KNOWN]) + 1)
    first, until = _ordinal(wish.first), _ordinal(wish.until)
    end = int(history.placed_day[-1]) + 1
    return max(learned, first or learned), end if until is None else min(end, until)
