"""A parcel's journey as people and programs read it."""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.core.parcels import queries
from doorstep.core.parcels.queries import ParcelRow
from doorstep.core.parcels.scans import scans_of
from doorstep.domain.rights import Scope
from doorstep.domain.travel import Scan


@dataclass(frozen=True, slots=True)
class Journey:
    row: ParcelRow
    scans: tuple[Scan, ...]  # by their own time, oldest first


def journey(scope: Scope, code: str, brand: str | None = None) -> Journey | None:
    """Of a parcel by its code. Two queries."""
    found = queries.parcel(scope, code, brand)
    return Journey(found.row, scans_of(found.row.pk)) if found else None


def journey_of(scope: Scope, tracking: str) -> Journey | None:
    """Of a parcel by the carrier's number of it. Two queries."""
    found = queries.with_tracking(scope, tracking)
    return Journey(found.row, scans_of(found.row.pk)) if found else None
