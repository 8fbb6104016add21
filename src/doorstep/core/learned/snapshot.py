"""Rows to the nouns of the domain, in bulk."""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Any

from doorstep.core.learned.actions import FIELDS, INSTANTS, OFFSETS
from doorstep.core.learned.models import PastParcel
from doorstep.domain import learned

_AT = tuple(FIELDS.index(name) for name in INSTANTS)


def history(brand_id: int) -> tuple[learned.PastParcel, ...]:
    rows = PastParcel.objects.filter(brand_id=brand_id).order_by("id")
    return tuple(_parcel(row) for row in rows.values_list(*FIELDS, *OFFSETS))


def _parcel(row: tuple[Any, ...]) -> learned.PastParcel:
    values = list(row[: len(FIELDS)])
    for position, offset_s in zip(_AT, row[len(FIELDS) :], strict=True):
        if values[position] is not None:
            values[position] = values[position].astimezone(timezone(timedelta(seconds=offset_s)))
    return learned.PastParcel(*values)
