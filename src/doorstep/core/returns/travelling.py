"""Returns on their way: how one stands with the carrier is reckoned anew from all scans of its label."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import cast

from doorstep.core.parcels.models import Scan
from doorstep.core.parcels.scans import travel_scan
from doorstep.core.returns.models import Return, ReturnLabel
from doorstep.domain import travel
from doorstep.domain.returns import CARRIED, ReturnState, carried
from doorstep.domain.travel import standing


@dataclass(frozen=True, slots=True)
class Carried:
    """A return before and after its scans were weighed."""

    rma: str
    tracking: str
    brand_id: int
    operator: int
    order_id: int
    before: ReturnState
    now: ReturnState
    deciding: travel.Scan | None


def carry(of_carrier: Collection[int], numbers: Iterable[str]) -> tuple[list[Carried], frozenset[str]]:
    """Let the returns of these numbers stand as all their scans say; one that was scanned in here stays so.

    `of_carrier`: the accounts (row ids) of their carrier. Gives those that were weighed, and which of the numbers are
    of returns at all. Locks the returns by id. Call within a transaction, after the locks of orders and parcels.
    """
    labels = ReturnLabel.objects.filter(account_id__in=of_carrier, tracking__in=sorted(set(numbers)), state="bought")
    tracking = dict(labels.values_list("of_id", "tracking"))
    if not tracking:
        return [], frozenset()
    locked = Return.objects.select_for_update(of=("self",)).filter(pk__in=tracking, state__in=CARRIED).order_by("pk")
    rows = list(locked.select_related("brand"))
    told: dict[str, list[travel.Scan]] = defaultdict(list)
    for scan in Scan.objects.filter(account_id__in=of_carrier, tracking__in=set(tracking.values()), parcel=None):
        told[scan.tracking].append(travel_scan(scan))
    answers = []
    for row in rows:
        scans = told[tracking[row.pk]]
        stands = standing(scans)
        deciding = next((scan for scan in scans if scan.event == stands.deciding), None)
        after, before = carried(stands.state), cast(ReturnState, row.state)
        where = row.brand_id, row.brand.operator_id, row.order_id
        answers.append(Carried(row.rma, tracking[row.pk], *where, before, after, deciding))
        if after != before:
            Return.objects.filter(pk=row.pk).update(state=after)
    return answers, frozenset(tracking.values())
