"""The record of a brand folder's promises: read it, hold promises against outcomes, put the answer in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from doorstep.documents.report.promise_record import RecordReport, write_record_report
from doorstep.domain.disruption import DeclaredDisruption
from doorstep.domain.learned import PastParcel
from doorstep.domain.units import PPM
from doorstep.files.folder import BrandFolder, read_folder
from doorstep.files.output import output_folder
from doorstep.files.record_out import record_object, write_record
from doorstep.kernels.promise.excuses import Whereabouts
from doorstep.kernels.promise.record import RecordParams, placed_between, record
from doorstep.kernels.promise.walked import NOT_DELIVERED, Walked
from doorstep.kernels.run import Run

Days = npt.NDArray[np.int64]
EPOCH = date(1970, 1, 1).toordinal()
TARGETS_PPM = (500_000, 700_000, 800_000, 850_000, 900_000, 925_000, 950_000, 975_000, 990_000)
CALLED_OFF = ("cancelled", "unavailable")
LOOKED_BACK_DAYS = 120
LEAST_KNOWN = 30


@dataclass(frozen=True, slots=True)
class RecordWish:
    """What is asked for: a target (None: the brand's), placed on `first` or later and before `until`."""

    target_ppm: int | None = None
    first: date | None = None
    until: date | None = None
    day_value_micros: int = 0


def promise_record(folder: Path, out: Path, wish: RecordWish, *, run: Run, force: bool = False) -> dict[str, object]:
    """Write report.html and record.json of a folder's promises into `out`; returns the record as written.

    Raises InputRefused with every fault, InvalidProblem where an excuse has no reason, or OutputRefused; in each case
    `out` is as it was before.
    """
    with output_folder(out, force, reading=folder) as aside:
        read = read_folder(folder, run.progress)
        target_ppm = wish.target_ppm or read.brand.on_time_target_ppm
        walked = placed_between(walked_of(read, target_ppm, run), _ordinal(wish.first), _ordinal(wish.until))
        params = RecordParams(
            target_ppm,
            late_cost_micros=read.brand.late_cost_micros,
            day_value_micros=wish.day_value_micros,
        )
        declared = disruptions_of(read)
        made = record(walked, params, run, declared=declared, whereabouts=_whereabouts(walked, read.history))
        told = record_object(made, read.brand.currency)
        told |= {"seed": run.seed, "data_version": read.data_version}
        report = RecordReport(read.brand, made, params, read.data_version, run.seed)
        write_record_report(aside / "report.html", report)
        write_record(aside, told)
    return told


def _ordinal(day: date | None) -> int | None:
    return None if day is None else day.toordinal() - EPOCH


def disruptions_of(folder: BrandFolder) -> Sequence[DeclaredDisruption]:
    """Disruptions that the folder declares."""
    declared: Sequence[DeclaredDisruption] = getattr(folder, "disruptions", ())
    return declared


def _whereabouts(walked: Walked, history: Sequence[PastParcel]) -> Whereabouts:
    known = {one.parcel: one for one in history}
    parcels = [known[parcel] for parcel in walked.parcel]
    return Whereabouts(
        tuple(one.destination_country for one in parcels),
        tuple(one.destination_postcode for one in parcels),
        tuple(one.site for one in parcels),
    )


def walked_of(folder: BrandFolder, target_ppm: int, run: Run) -> Walked:
    """Promise every parcel of the history by what was known on the day it was placed.

    The date for a target is the quantile of the days that parcels to the region took, of those delivered in the last
    months; the probability stated is their share that had arrived by it.
    """
    targets = sorted({*TARGETS_PPM, target_ppm})
    carriers = {service.service: service.carrier for service in folder.tariff.services}
    regions = {site.site: site.place.region for site in folder.sites}
    kept = sorted(
        (one for one in folder.history if one.status not in CALLED_OFF), key=lambda one: (one.placed_at, one.parcel)
    )
    placed = np.array([_day(one.placed_at.date()) for one in kept], dtype=np.int64)
    delivered = np.array(
        [_day(one.delivered_at.date()) if one.delivered_at else NOT_DELIVERED for one in kept], dtype=np.int64
    )
    days = np.where(delivered >= placed, delivered - placed, NOT_DELIVERED)
    region = np.array([one.destination_region for one in kept], dtype=np.str_)
    promised, stated, rows = _quantiles(placed, days, region, np.array(targets), run)
    last = max(int(placed.max()), int(delivered.max())) if len(kept) else 0
    chosen = [kept[at] for at in rows]
    return Walked(
        parcel=tuple(one.parcel for one in chosen),
        service=tuple(one.service for one in chosen),
        carrier=tuple(carriers.get(one.service, "") for one in chosen),
        origin_region=tuple(regions.get(one.site) or one.origin_country for one in chosen),
        destination_region=tuple(one.destination_region for one in chosen),
        placed_day=placed[rows],
        targets_ppm=np.array(targets, dtype=np.int64),
        promised_days=promised,
        stated_ppm=stated,
        arrived_days=days[rows],
        shop_days=np.array(
            [max(-1, _day(one.promised_by) - _day(one.placed_at.date())) if one.promised_by else -1 for one in chosen],
            dtype=np.int64,
        ),
        known_days=last - placed[rows],
        weight=np.array([one.sample_weight for one in chosen], dtype=np.float64),
    )


def _day(day: date) -> int:
    return day.toordinal() - EPOCH


def _quantiles(
    placed: Days, days: Days, region: npt.NDArray[np.str_], targets: Days, run: Run
) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int32], Days]:
    """Give dates and probabilities [m, Q] of the parcels [m] of which enough was known, and which these are."""
    came = days >= 0
    dates, chances, rows = [np.zeros((0, len(targets)))], [np.zeros((0, len(targets)))], [np.zeros(0, dtype=np.int64)]
    weeks = np.unique(placed // 7)
    for done, week in enumerate(weeks):
        run.progress("promises of the past", done, len(weeks))
        now = week * 7
        known = came & (placed + days < now) & (placed >= now - LOOKED_BACK_DAYS)
        asked = np.flatnonzero(placed // 7 == week)
        for name in np.unique(region[asked]):
            own = np.sort(days[known & (region == name)])
            own = own if len(own) >= LEAST_KNOWN else np.sort(days[known])
            if len(own) < LEAST_KNOWN:
                continue
            at = np.minimum(len(own) - 1, -(-targets * len(own) // PPM) - 1)
            shares = np.searchsorted(own, own[at], side="right") * PPM // len(own)
            mine = asked[region[asked] == name]
            dates.append(np.tile(own[at], (len(mine), 1)))
            chances.append(np.tile(shares, (len(mine), 1)))
            rows.append(mine)
    return np.concatenate(dates).astype(np.int16), np.concatenate(chances).astype(np.int32), np.concatenate(rows)
