"""Tracking numbers of a carrier: of which parcel each is, and whether its shopper was erased."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from doorstep.core.bulk import among
from doorstep.core.statements import rows_of


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is known of some numbers."""

    parcels: dict[str, int] = field(default_factory=dict)  # row ids of those whose label is bought
    erased: frozenset[str] = frozenset()  # those of orders whose shopper was erased, void labels among them


def of_parcels(accounts: Collection[int], numbers: Collection[str]) -> Numbers:
    """Look numbers up that the carrier of these accounts (row ids) has told. One query."""
    if not numbers:
        return Numbers()
    of_carrier, ours = among("label.account_id", accounts)
    told, wanted = among("label.tracking", numbers)
    text = (
        "SELECT label.tracking, label.parcel_id, label.state, erasure.id FROM parcels_label AS label "
        "JOIN parcels_parcel AS parcel ON parcel.id = label.parcel_id LEFT JOIN orders_erasure AS erasure "
        "ON erasure.order_id = parcel.order_id AND erasure.erased_at IS NOT NULL "
        f"WHERE {of_carrier} AND {told} ORDER BY label.id"
    )
    rows = rows_of(text, [ours, wanted])
    return Numbers(
        {number: parcel for number, parcel, state, _ in rows if state == "bought"},
        frozenset(number for number, _, _, erasure in rows if erasure is not None),
    )
