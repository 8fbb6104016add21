"""Parcels of the past as columns, and those that contradict themselves counted, named and set aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from math import isfinite, nan

import numpy as np
import numpy.typing as npt

from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import PastParcel
from doorstep.kernels.promise.calendars import EPOCH_ORDINAL, IntArray, bare_region, destination_calendar, known_country
from doorstep.kernels.promise.journeys import CALLED_OFF, NOT_YET, postcode_area

FloatArray = npt.NDArray[np.float64]
EARLIEST = date(1990, 1, 1).toordinal() - EPOCH_ORDINAL
MOST_NAMED = 20  # parcels named for each reason

PLACED_IN_FUTURE = "placed after the day of the fit"
FUTURE = "handed over or delivered in the future"
TOO_OLD = "placed before 1990"
DELIVERED_BEFORE_PLACED = "delivered before it was placed"
HANDED_OVER_BEFORE_PLACED = "handed over before it was placed"
DELIVERED_BEFORE_HANDED_OVER = "delivered before it was handed over"
UNKNOWN_COUNTRY = "goes to a country that is not known"
BAD_WEIGHT = "its sample weight is negative or not a number"


@dataclass(frozen=True, slots=True)
class SetAside:
    """Parcels left out.

    Attributes
    ----------
    counts
        How many for each reason; a parcel counts once, for the first that applies.
    named
        The first parcels of each reason, at most `MOST_NAMED`.
    """

    counts: dict[str, int] = field(default_factory=dict)
    named: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many in all."""
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of words: `names[code[i]]` is the word of row i."""

    code: npt.NDArray[np.int32]
    names: tuple[str, ...]

    @staticmethod
    def of(words: Sequence[str]) -> Coded:
        """Code words in their order of the alphabet, so that codes do not depend on the order of the rows."""
        names, code = np.unique(np.array(words, dtype=str), return_inverse=True)
        return Coded(code.astype(np.int32).reshape(len(words)), tuple(map(str, names)))

    def __getitem__(self, rows: IntArray) -> Coded:
        return Coded(self.code[rows], self.names)


@dataclass(frozen=True, slots=True)
class History:
    """n parcels in the order of their placing; days since 1970-01-01, by the clock that each instant was written by.

    Attributes
    ----------
    placed_day, handed_over_day, delivered_day, shop_day
        [n] int64; NOT_YET (-1): not, as far as the history knows. `shop_day`: the date the shop promised.
    placed_s
        [n] int64 seconds after local midnight.
    called_off
        [n] bool: cancelled or unavailable; no promise is to be kept.
    weight
        [n] float64 sample weight.
    service, handler, origin_area, origin_region, region, area, category, calendar
        [n] words. `handler`: the site, else the seller; areas are two characters of a postcode with the country;
        `region` is the destination's; `calendar` that of its holidays.
    distance_km, weight_g, freight
        [n] float64, NaN: not told. `freight` in major units.
    latitude, longitude, origin_latitude, origin_longitude
        [n] float64 degrees, NaN: not told.
    """

    parcel: npt.NDArray[np.str_]
    placed_day: IntArray
    placed_s: IntArray
    handed_over_day: IntArray
    delivered_day: IntArray
    shop_day: IntArray
    called_off: npt.NDArray[np.bool_]
    weight: FloatArray
    service: Coded
    handler: Coded
    origin_area: Coded
    origin_region: Coded
    region: Coded
    area: Coded
    category: Coded
    calendar: Coded
    distance_km: FloatArray
    weight_g: FloatArray
    freight: FloatArray
    latitude: FloatArray
    longitude: FloatArray
    origin_latitude: FloatArray
    origin_longitude: FloatArray

    def __post_init__(self) -> None:
        for column in fields(self):
            values = getattr(self, column.name)
            if len(values.code if isinstance(values, Coded) else values) != len(self.placed_day):
                raise InvalidProblem(f"history: {column.name} has another length than placed_day")
        if np.any(np.diff(self.placed_day) < 0):
            raise InvalidProblem("history: parcels are not in the order of their placing")

    def __len__(self) -> int:
        return len(self.placed_day)


def history_of(parcels: Iterable[PastParcel], today: int | None = None) -> tuple[History, SetAside]:
    """Lay out parcels as columns.

    Parameters
    ----------
    parcels
        In any order; the columns do not depend on it.
    today
        Day after which nothing can have happened (days since 1970-01-01); None: nothing is taken for the future.

    Returns
    -------
    tuple
        The columns, and what was set aside.
    """
    counts: Counter[str] = Counter()
    named: dict[str, list[str]] = {}
    kept: list[PastParcel] = []
    for parcel in parcels:
        reason = _fault(parcel, today)
        if reason is None:
            kept.append(parcel)
            continue
        counts[reason] += 1
        if counts[reason] <= MOST_NAMED:
            named.setdefault(reason, []).append(parcel.parcel)
    kept.sort(key=lambda one: (one.placed_at.toordinal(), one.placed_at.astimezone(UTC), one.parcel))
    return _columns(kept), SetAside(dict(counts), {reason: tuple(codes) for reason, codes in named.items()})


def _fault(parcel: PastParcel, today: int | None) -> str | None:
    placed, handed, delivered = _day(parcel.placed_at), _day(parcel.handed_over_at), _day(parcel.delivered_at)
    checks = (
        (not (isfinite(parcel.sample_weight) and parcel.sample_weight >= 0), BAD_WEIGHT),
        (not known_country(parcel.destination_country), UNKNOWN_COUNTRY),
        (placed < EARLIEST, TOO_OLD),
        (today is not None and placed > today, PLACED_IN_FUTURE),
        (today is not None and max(handed, delivered) > today, FUTURE),
        (_before(parcel.delivered_at, parcel.placed_at), DELIVERED_BEFORE_PLACED),
        (_before(parcel.handed_over_at, parcel.placed_at), HANDED_OVER_BEFORE_PLACED),
        (NOT_YET < delivered < handed, DELIVERED_BEFORE_HANDED_OVER),
    )
    return next((reason for wrong, reason in checks if wrong), None)


def _before(one: datetime | None, other: datetime) -> bool:
    return one is not None and (one < other or one.date() < other.date())


def _day(at: datetime | None) -> int:
    return at.toordinal() - EPOCH_ORDINAL if at is not None else NOT_YET


def _columns(kept: Sequence[PastParcel]) -> History:
    def whole(values: Iterable[int]) -> IntArray:
        return np.fromiter(values, dtype=np.int64, count=len(kept))

    def real(values: Iterable[float | None]) -> FloatArray:
        return np.array([nan if value is None else value for value in values], dtype=np.float64)

    return History(
        parcel=np.array([one.parcel for one in kept], dtype=str),
        placed_day=whole(_day(one.placed_at) for one in kept),
        placed_s=whole(one.placed_at.hour * 3600 + one.placed_at.minute * 60 + one.placed_at.second for one in kept),
        handed_over_day=whole(_day(one.handed_over_at) for one in kept),
        delivered_day=whole(_day(one.delivered_at) for one in kept),
        shop_day=whole(one.promised_by.toordinal() - EPOCH_ORDINAL if one.promised_by else NOT_YET for one in kept),
        called_off=np.array([one.status in CALLED_OFF for one in kept], dtype=np.bool_),
        weight=real(one.sample_weight for one in kept),
        service=Coded.of([one.service for one in kept]),
        handler=Coded.of([one.site or one.seller for one in kept]),
        origin_area=Coded.of([f"{one.origin_country} {postcode_area(one.origin_postcode)}" for one in kept]),
        origin_region=Coded.of([f"{one.origin_country} {postcode_area(one.origin_postcode)[:1]}" for one in kept]),
        region=Coded.of([_region(one) for one in kept]),
        area=Coded.of([f"{one.destination_country} {postcode_area(one.destination_postcode)}" for one in kept]),
        category=Coded.of([one.category for one in kept]),
        calendar=Coded.of([destination_calendar(one.destination_country, one.destination_region) for one in kept]),
        distance_km=real(None if one.distance_m is None else one.distance_m / 1000 for one in kept),
        weight_g=real(one.weight_g for one in kept),
        freight=real(None if one.freight_paid_micros is None else one.freight_paid_micros / 1e6 for one in kept),
        latitude=real(one.destination_latitude for one in kept),
        longitude=real(one.destination_longitude for one in kept),
        origin_latitude=real(one.origin_latitude for one in kept),
        origin_longitude=real(one.origin_longitude for one in kept),
    )


def _region(parcel: PastParcel) -> str:
    return f"{parcel.destination_country}-{bare_region(parcel.destination_country, parcel.destination_region)}"
