"""Tell of the parcels of a folder's history that were under way at an instant: when each arrives, how likely late."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from doorstep.domain.demand import Brand, Order
from doorstep.domain.units import PPM
from doorstep.files.folder import read_folder
from doorstep.flows.plan_folder import problem_of
from doorstep.flows.widen import known_by
from doorstep.kernels.promise.promise import BEYOND_CALENDAR
from doorstep.kernels.promise.remaining import OUTLIVED, RemainingParams, RemainingResult, remaining
from doorstep.kernels.promise.under_way import Open, destination_of, open_parcels, remaining_problem
from doorstep.kernels.run import Run

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Foretold:
    """A parcel under way, and what is to be expected of it. Dates are local at the destination."""

    parcel: str
    order: str
    site: str
    service: str
    destination: str  # country and region
    left_at: datetime | None  # None: it waits
    ready_at: datetime
    promised_by: date | None
    expected_by: date | None  # by the target; None: no day is so sure
    quantiles: tuple[tuple[int, date | None], ...]  # parts per million, and the day by which it is reached
    late_ppm: int | None  # None: nothing was promised
    likely_late: bool
    outlived: bool  # its own lane or site tells nothing of parcels so old


@dataclass(frozen=True, slots=True)
class Remaining:
    """All parcels under way, and what rests on what.

    Those whose promise can still be kept come first, the likeliest to be late on top.
    """

    brand: Brand
    at: datetime
    likely_late_ppm: int
    parcels: tuple[Foretold, ...]
    aside: Mapping[str, int]  # parcels that were not answered, by reason
    lanes: int
    handled_sites: int
    disruptions: int
    data_version: str


def tell_remaining(folder: Path, at: datetime, run: Run, params: RemainingParams | None = None) -> Remaining:
    """Tell what was to be expected at an instant, by what was known then. Raises InputRefused, InvalidProblem."""
    params = params or RemainingParams()
    read = read_folder(folder, run.progress)
    services = read.tariff.services
    found = open_parcels(read.history, at, read.sites, services)
    # Their places are enough for declared disruptions to be met on the way. An order may have several under way.
    going = tuple(
        Order(row.parcel.parcel, "", row.parcel.placed_at, "", destination_of(row.parcel), ()) for row in found.rows
    )
    transit = problem_of(read, going, at).transit
    problem = remaining_problem(
        found.rows, at, read.sites, read.collections, services, transit, read.brand.on_time_target_ppm
    )
    result = remaining(problem, params, run)
    aside = dict(found.aside)
    told = []
    for n, row in enumerate(found.rows):
        if result.today[n] < 0:
            why = "beyond_calendar" if result.reason[n] == BEYOND_CALENDAR else "no_collection"
            aside[why] = aside.get(why, 0) + 1
        else:
            told.append(_foretold(row, result, n, params))
    return Remaining(
        brand=read.brand,
        at=at,
        likely_late_ppm=params.likely_late_ppm,
        parcels=tuple(sorted(told, key=_rank)),
        aside=dict(sorted(aside.items())),
        lanes=len(transit.lanes),
        handled_sites=len({one.site for one in transit.handling}),
        disruptions=len(known_by(read.disruptions, at.date())),
        data_version=read.data_version,
    )


def _rank(one: Foretold) -> tuple[bool, int, date, str]:
    late = one.late_ppm or 0
    return late == PPM, -late, one.promised_by or date.max, one.parcel


def _foretold(row: Open, result: RemainingResult, n: int, params: RemainingParams) -> Foretold:
    one = row.parcel
    return Foretold(
        parcel=one.parcel,
        order=one.order,
        site=one.site,
        service=one.service,
        destination=" ".join(part for part in (one.destination_country, one.destination_region) if part),
        left_at=row.left_at,
        ready_at=row.ready_at,
        promised_by=one.promised_by,
        expected_by=_day(int(result.expected_day[n])),
        quantiles=tuple(
            (share, _day(day)) for share, day in zip(params.quantiles_ppm, result.quantile_day[n].tolist(), strict=True)
        ),
        late_ppm=int(result.late_ppm[n]) if result.late_ppm[n] >= 0 else None,
        likely_late=bool(result.likely_late[n]),
        outlived=int(result.reason[n]) == OUTLIVED,
    )


def _day(day: int) -> date | None:
    return None if day < 0 else EPOCH + timedelta(days=day)
