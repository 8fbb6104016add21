"""Parcels whose promised date has passed, as columns: what a carrier is held to, and what is not its own doing.

A parcel is decided once its promised day has passed, delivered or not: early arrivals are not known sooner than late
ones then, and what never came counts. A status bears no instant and is not read, so nothing of the future slips in.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Literal

import numpy as np
import numpy.typing as npt

from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import PastParcel

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Who = Literal["service", "seller"]  # whose performance is measured
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
BANDS_G = (500, 1_000, 2_000, 5_000, 10_000, 20_000, 31_500)  # upper ends of the weight bands; the last has none
UNKNOWN = -1

NOT_HANDED = "promised for a day that has passed, and never handed over"
NO_PROMISE = "handed over without a promised date"
NO_NAME = "nobody is named who carried it"
STILL_OPEN = "its promised day has not passed yet"
CONTRADICTS = "delivered before it was handed over, or handed over before it was placed"
WEIGHTLESS = "its sample weight is 0"


@dataclass(frozen=True, slots=True)
class Factor:
    """A column of words: `names[code[i]]` is the word of row i."""

    code: IntArray
    names: tuple[str, ...]

    @staticmethod
    def of(words: Sequence[str]) -> Factor:
        """Code words in the order of the alphabet, so that codes do not depend on the order of rows."""
        names, code = np.unique(np.array(words, dtype=str), return_inverse=True)
        return Factor(code.astype(np.int64).reshape(len(words)), tuple(map(str, names)))


@dataclass(frozen=True, slots=True)
class CarrierProblem:
    """n decided parcels in the order of their codes; days since 1970-01-01.

    Attributes
    ----------
    as_of_day
        What happened before this day is known, and nothing else.
    service, lane
        [n] words: who carried it, and from where to where.
    band, weekday, month
        [n] int64: weight band (place in `BANDS_G`), day of the week of hand-over (0 Monday) and its month (0 January).
    handed_day, promised_day, delivered_day
        [n] int64; `delivered_day` UNKNOWN (-1): not before `as_of_day`.
    shipper_late
        [n] bool: handed over after the day by which it had to be; the carrier is not held to it.
    undamaged, first_attempt
        [n] int64: 1, 0, or UNKNOWN (-1) where it is not told.
    freight_micros
        [n] int64 millionths of the major unit, UNKNOWN where it is not told.
    weight
        [n] how many parcels each stands for, as shares of their mean.
    left_out
        How many parcels for each reason.
    """

    as_of_day: int
    parcel: tuple[str, ...]
    service: Factor
    lane: Factor
    band: IntArray
    weekday: IntArray
    month: IntArray
    handed_day: IntArray
    promised_day: IntArray
    delivered_day: IntArray
    shipper_late: BoolArray
    undamaged: IntArray
    first_attempt: IntArray
    freight_micros: IntArray
    weight: FloatArray
    left_out: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.parcel)
        for column in fields(self)[2:-1]:
            values = getattr(self, column.name)
            if len(values.code if isinstance(values, Factor) else values) != n:
                raise InvalidProblem(f"carriers: {column.name} has another length than parcel")
        if n and (self.promised_day.max() >= self.as_of_day or self.delivered_day.max() >= self.as_of_day):
            raise InvalidProblem("carriers: a parcel knows of the as-of day or later")

    def __len__(self) -> int:
        return len(self.parcel)

    @property
    def kept(self) -> BoolArray:
        """[n] bool: delivered by the promised day."""
        return np.asarray((self.delivered_day != UNKNOWN) & (self.delivered_day <= self.promised_day))


def problem_of(parcels: Iterable[PastParcel], as_of: date, who: Who = "service") -> CarrierProblem:
    """Lay out what was known when `as_of` began.

    Parameters
    ----------
    parcels
        In any order.
    as_of
        The first day of which nothing is known.
    who
        `service`: carriers' services; `seller`: marketplace sellers, where history names no service.
    """
    today = as_of.toordinal() - EPOCH_ORDINAL
    left_out: Counter[str] = Counter()
    kept: list[PastParcel] = []
    for one in sorted(parcels, key=lambda one: one.parcel):
        if _day(one.placed_at) >= today:
            continue
        reason = _left_out(one, today, who)
        if reason:
            left_out[reason] += 1
        else:
            kept.append(one)
    return _columns(kept, today, who, dict(left_out))


def _left_out(one: PastParcel, today: int, who: Who) -> str:
    handed, promised = _day(one.handed_over_at), _promised(one)
    delivered = _day(one.delivered_at)
    if not UNKNOWN < handed < today:
        return NOT_HANDED if UNKNOWN < promised < today else STILL_OPEN
    if handed < _day(one.placed_at) or UNKNOWN < delivered < handed:
        return CONTRADICTS
    if one.sample_weight <= 0:
        return WEIGHTLESS
    if promised == UNKNOWN:
        return NO_PROMISE
    if promised >= today:
        return STILL_OPEN
    return "" if getattr(one, who) else NO_NAME


def _columns(kept: Sequence[PastParcel], today: int, who: Who, left_out: dict[str, int]) -> CarrierProblem:
    def whole(values: Iterable[int]) -> IntArray:
        return np.fromiter(values, dtype=np.int64, count=len(kept))

    handed, promised = whole(_day(one.handed_over_at) for one in kept), whole(map(_promised, kept))
    delivered = whole(_day(one.delivered_at) for one in kept)
    delivered[delivered >= today] = UNKNOWN
    # Without a day to be ready by, only what left after the promised day itself is surely the shipper's doing.
    ready = whole(_ready(one, last) for one, last in zip(kept, promised.tolist(), strict=True))
    arrived = delivered != UNKNOWN
    damaged = whole(UNKNOWN if one.damaged is None else int(not one.damaged) for one in kept)
    attempts = whole(UNKNOWN if one.attempts is None else int(one.attempts <= 1) for one in kept)
    service = Factor.of([getattr(one, who) for one in kept])
    told = np.bincount(service.code, attempts != UNKNOWN, len(service.names)) > 0
    return CarrierProblem(
        as_of_day=today,
        parcel=tuple(one.parcel for one in kept),
        service=service,
        lane=Factor.of([lane_of(one) for one in kept]),
        band=np.searchsorted(np.array(BANDS_G), whole(one.weight_g for one in kept)).astype(np.int64),
        weekday=(handed + 3) % 7,
        month=whole(one.handed_over_at.month - 1 for one in kept if one.handed_over_at),
        handed_day=handed,
        promised_day=promised,
        delivered_day=delivered,
        shipper_late=handed > ready,
        undamaged=np.where(arrived, damaged, UNKNOWN),
        # What never came was not there at the first attempt; that counts for every service that tells attempts at all.
        first_attempt=np.where(arrived, attempts, np.where(told[service.code], 0, UNKNOWN)).astype(np.int64),
        freight_micros=whole(UNKNOWN if one.freight_paid_micros is None else one.freight_paid_micros for one in kept),
        weight=_shares([one.sample_weight for one in kept]),
        left_out=left_out,
    )


def _shares(weights: Sequence[float]) -> FloatArray:
    told = np.array(weights, dtype=np.float64)
    return told / told.mean() if len(told) else told


def lane_of(one: PastParcel) -> str:
    """Say from where to where: country and first letter of the postcode, to country and region or the same."""
    origin = f"{one.origin_country} {one.origin_postcode.strip()[:1].upper()}".strip()
    region = one.destination_region.removeprefix(f"{one.destination_country}-")
    return f"{origin} > {one.destination_country} {region or one.destination_postcode.strip()[:1].upper()}".strip()


def _ready(one: PastParcel, promised: int) -> int:
    return promised if one.ready_by is None else min(promised, _of(one.ready_by))


def _promised(one: PastParcel) -> int:
    return UNKNOWN if one.promised_by is None else _of(one.promised_by)


def _of(day: date) -> int:
    return day.toordinal() - EPOCH_ORDINAL


def _day(at: datetime | None) -> int:
    return UNKNOWN if at is None else at.toordinal() - EPOCH_ORDINAL
