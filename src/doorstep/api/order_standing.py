"""How an order stands besides its state: its faults, its address, its payment and each of its parcels."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import Field

from doorstep.core.orders.queries import OrderDetail
from doorstep.core.parcels.superseding import states
from doorstep.domain.demand import OrderFault, Payment, Precision, nominated_day
from doorstep.domain.holds import family_of
from doorstep.domain.journey import ParcelState

EXAMPLE = {
    "payment": "paid", "review": False, "revision": 1, "faults": [], "address_precision": "postcode",
    "address_changes": [{"field": "region", "before": "Paraná", "after": "PR"}],
    "parcel_states": [{"parcel": "W-1001-1", "state": "planned", "reason": "", "expected_by": None}],
    "nominated_day": None, "nominated_day_missed": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FaultOut:
    reason: str
    detail: str
    remedy: str
    settled_by: Annotated[str, Field(description="what to say to release-hold; empty: it is mended at its source")]


@dataclass(frozen=True, slots=True)
class ChangeOut:
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ParcelStateOut:
    parcel: str
    state: ParcelState
    reason: Annotated[str, Field(description="why a delivery failed, or it was cancelled; replaced: by a later plan")]
    expected_by: Annotated[date | None, Field(description="where it is another day than the promised one")]


@dataclass(frozen=True, slots=True)
class Standing:
    payment: Annotated[Payment, Field(description="empty: the shop did not say")]
    review: Annotated[bool, Field(description="the shop asked for a look at it")]
    revision: Annotated[int, Field(description="how often it was written anew; send it along with a change")]
    faults: Annotated[list[FaultOut], Field(description="of a hold, all of them; `reason` is that of the first")]
    address_precision: Annotated[Precision, Field(description="how near to the door it is known; empty: not checked")]
    address_changes: Annotated[list[ChangeOut], Field(description="what the check made of the address")]
    parcel_states: Annotated[list[ParcelStateOut], Field(description="of all parcels, those of earlier plans too")]
    nominated_day: Annotated[date | None, Field(description="`not_before` and `promised_by` on one day; null: none")]
    nominated_day_missed: Annotated[
        bool, Field(description="it cannot be kept at the brand's target: the last parcel is promised for a later day")
    ]


def standing(found: OrderDetail, promised: Collection[date]) -> Standing:
    """One query. `promised`: the days for which its parcels are."""
    day = nominated_day(found.row.not_before, found.row.promised_by)
    return Standing(
        found.payment,
        found.review,
        found.revision,
        [fault(one) for one in found.faults],
        found.address_precision,
        [ChangeOut(one.field, one.before, one.after) for one in found.address_changes],
        [ParcelStateOut(one.parcel, one.state, one.reason, one.expected_by) for one in states(found.row.pk)],
        day,
        day is not None and any(one > day for one in promised),
    )


def fault(one: OrderFault) -> FaultOut:
    return FaultOut(one.reason, one.detail, one.remedy, family_of(one.reason) or "")
