"""Reads of what became of parcels on the bench: as weighed, in which carton, and how their labels stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from doorstep.core.parcels.models import Label, Parcel
from doorstep.domain.rights import Scope


@dataclass(frozen=True, slots=True)
class LabelSeen:
    """The latest label of a parcel, whatever became of it."""

    state: str  # asked, bought, refused, abandoned, voiding, voided
    reason: str  # why it was refused, or voided
    carrier: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class AsPacked:
    weight_g: int | None  # as weighed; None: not packed yet
    planned_weight_g: int
    carton: str  # the one it really went into; empty: not packed yet
    label: LabelSeen | None

    @property
    def heavier_g(self) -> int:
        """How much more than planned; below zero: less."""
        return 0 if self.weight_g is None else self.weight_g - self.planned_weight_g


def as_packed(scope: Scope, order_pk: int) -> dict[int, AsPacked]:
    """Give them by the row id of the parcel, for an order. Two queries."""
    labels = Prefetch("labels", Label.objects.select_related("account").order_by("-asked_at", "-pk"))
    found = Parcel.objects.filter(brand_id__in=scope.brands, order_id=order_pk).prefetch_related(labels)
    return {
        one.pk: AsPacked(
            one.packed_weight_g,
            one.weight_g,
            one.packed_carton,
            next((_seen(label) for label in one.labels.all()), None),
        )
        for one in found
    }


def _seen(one: Label) -> LabelSeen:
    return LabelSeen(one.state, one.reason, one.account.carrier, one.asked_at)
