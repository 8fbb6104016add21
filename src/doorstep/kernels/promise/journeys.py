"""The parcels known at one instant, as columns, and what of them informs each service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite

import numpy as np

from doorstep.domain.carriage import Service
from doorstep.domain.clock import WorkingDays
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import Lane, PastParcel
from doorstep.domain.units import MICROS
from doorstep.kernels.promise.calendars import (
    EPOCH_ORDINAL,
    CalendarBook,
    Calendars,
    IntArray,
    bare_region,
    destination_calendar,
)

CALLED_OFF = frozenset({"canceled", "cancelled", "unavailable"})
NOT_YET = -1
STATUS_KNOWN_DAYS = 90
DEFAULT_WORKING_DAYS = WorkingDays.parse("Mon-Sat")
ROOM_DAYS = 400  # calendars begin so long before the first hand-over, for days looked back on
LaneKey = tuple[str, str, str, str, str]


def lane_keys(
    origin_country: str,
    origin_postcode: str,
    destination_country: str,
    destination_region: str,
    destination_postcode: str,
) -> tuple[LaneKey | None, ...]:
    """Return the lane fields of a journey at each level, finest first; None where its address is too short for one.

    0: postcode areas of two characters at both ends. 1: origin area of one character to a region. 2: any origin to a
    region. 3: any origin to a country. 4: anywhere.
    """
    origin, destination = postcode_area(origin_postcode), postcode_area(destination_postcode)
    region = bare_region(destination_country, destination_region)
    return (
        (origin_country, origin, destination_country, "", destination)
        if len(origin) == 2 and len(destination) == 2
        else None,
        (origin_country, origin[:1], destination_country, region, "") if origin and region else None,
        ("", "", destination_country, region, "") if region else None,
        ("", "", destination_country, "", ""),
        ("", "", "", "", ""),
    )


def key_of(lane: Lane) -> LaneKey:
    """Return the fields of a lane, as `lane_keys` gives them."""
    return (
        lane.origin_country,
        lane.origin_prefix,
        lane.destination_country,
        lane.destination_region,
        lane.destination_prefix,
    )


def postcode_area(postcode: str) -> str:
    """Return the first two characters of a postcode, spaces left out, in capitals."""
    return postcode.replace(" ", "")[:2].upper()


class Journeys:
    """The parcels known at one instant, as columns."""

    def __init__(self, as_of: datetime, status_known_days: int) -> None:
        self._as_of = as_of
        self._called_off_before = as_of - timedelta(days=status_known_days)
        self._last_days: dict[timedelta | None, tuple[int, int]] = {}
        self._codes: dict[LaneKey | None, int] = {None: -1}
        self._keys: dict[tuple[str, str, str, str, str], tuple[tuple[int, ...], str]] = {}
        self.shipped: list[int] = []
        self.arrived: list[int] = []  # day, or NOT_YET
        self.last: list[int] = []  # the last day begun at as_of
        self.over: list[int] = []  # the last day over at as_of
        self.weight: list[int] = []  # millionths
        self.service: list[str] = []
        self.calendar: list[str] = []
        self.levels: list[tuple[int, ...]] = []  # code of the lane at each level, -1: none

    @property
    def lane_of_code(self) -> list[LaneKey]:
        """The lane of each code in `levels`."""
        return [key for key in self._codes if key is not None]

    def add(self, parcel: PastParcel) -> None:
        """Enter a parcel by what is known of it, if it counts. Raises InvalidProblem for a weight that is none."""
        handed_over, delivered = parcel.handed_over_at, parcel.delivered_at
        if handed_over is None or handed_over >= self._as_of:
            return
        if delivered is not None and delivered >= self._as_of:
            delivered = None
        if delivered is None and parcel.status in CALLED_OFF and handed_over < self._called_off_before:
            return
        if delivered is not None and delivered.date() < handed_over.date():
            return
        if not (isfinite(parcel.sample_weight) and parcel.sample_weight >= 0):
            raise InvalidProblem(f"sample weight of parcel {parcel.parcel} is not understood")
        levels, calendar = self._lane(parcel)
        self.shipped.append(handed_over.toordinal() - EPOCH_ORDINAL)
        self.arrived.append(delivered.toordinal() - EPOCH_ORDINAL if delivered is not None else NOT_YET)
        last, over = self._last(handed_over)
        self.last.append(last)
        self.over.append(over)
        self.weight.append(round(parcel.sample_weight * MICROS))
        self.service.append(parcel.service)
        self.calendar.append(calendar)
        self.levels.append(levels)

    def _lane(self, parcel: PastParcel) -> tuple[tuple[int, ...], str]:
        key = (
            parcel.origin_country,
            postcode_area(parcel.origin_postcode),
            parcel.destination_country,
            parcel.destination_region,
            postcode_area(parcel.destination_postcode),
        )
        if key not in self._keys:
            codes = tuple(self._codes.setdefault(lane, len(self._codes) - 1) for lane in lane_keys(*key))
            self._keys[key] = (codes, destination_calendar(parcel.destination_country, parcel.destination_region))
        return self._keys[key]

    def _last(self, handed_over: datetime) -> tuple[int, int]:
        """Name the last day that has begun, and the last that is over, by the clock of a hand-over."""
        offset = handed_over.utcoffset()
        if offset not in self._last_days:
            now = self._as_of.astimezone(handed_over.tzinfo)
            begun = (now - timedelta(microseconds=1)).toordinal() - EPOCH_ORDINAL
            self._last_days[offset] = (begun, now.toordinal() - 1 - EPOCH_ORDINAL)
        return self._last_days[offset]


def learned_services(
    journeys: Journeys, services: Sequence[Service], default_working_days: WorkingDays
) -> list[tuple[str, WorkingDays, IntArray]]:
    """Name each service to learn, its working days, and the rows of the parcels that inform it."""
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(journeys.service):
        rows.setdefault(name, []).append(row)
    if not services:
        return [(name, default_working_days, np.array(rows[name])) for name in sorted(rows)]
    learned: list[tuple[str, WorkingDays, IntArray]] = []
    for service in services:
        own = rows.get(service.service, [])
        members = own + rows.get("", []) if service.speed == "standard" else own
        learned.append((service.service, service.working_days, np.array(members, dtype=np.int64)))
    return learned


@dataclass(frozen=True, slots=True)
class LaidOut:
    """The parcels that inform a service, by its working days."""

    shipped: IntArray
    arrived: IntArray
    last: IntArray
    over: IntArray
    weight: IntArray
    calendar: IntArray
    calendars: Calendars


def laid_out(journeys: Journeys, working_days: WorkingDays, members: IntArray) -> LaidOut:
    """Lay out some of the parcels by the working days of a service."""
    shipped, arrived, last, over, weight = (
        np.array(column, dtype=np.int64)[members]
        for column in (journeys.shipped, journeys.arrived, journeys.last, journeys.over, journeys.weight)
    )
    book = CalendarBook()
    index = {code: book.add(working_days.mask, code) for code in sorted(set(journeys.calendar))}
    calendar = np.array([index[code] for code in journeys.calendar], dtype=np.int64)[members]
    calendars = book.build(int(shipped.min()) - ROOM_DAYS, int(max(last.max(), arrived.max(), shipped.max())))
    return LaidOut(shipped, arrived, last, over, weight, calendar, calendars)
