from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime

from doorstep.core.learned.models import PastParcel
from doorstep.domain import learned

BATCH = 2_000
FIELDS = tuple(field.name for field in fields(learned.PastParcel))
INSTANTS = ("placed_at", "approved_at", "handed_over_at", "delivered_at")
OFFSETS = tuple(name.removesuffix("_at") + "_offset_s" for name in INSTANTS)


def add_history(brand_id: int, parcels: Iterable[learned.PastParcel]) -> None:
    PastParcel.objects.bulk_create(
        (
            PastParcel(
                brand_id=brand_id,
                **{name: getattr(one, name) for name in FIELDS},
                **{name: _offset_s(getattr(one, at)) for name, at in zip(OFFSETS, INSTANTS, strict=True)},
            )
            for one in parcels
        ),
        batch_size=BATCH,
    )


def _offset_s(at: datetime | None) -> int:
    offset = at.utcoffset() if at else None
    return int(offset.total_seconds()) if offset else 0
