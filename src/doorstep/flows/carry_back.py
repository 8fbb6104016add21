"""What carriers scan of returns: the return goes on as all its scans say, and the order's timeline tells it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from doorstep.core.events.actions import NewFact, record_all
from doorstep.core.returns.travelling import Carried, carry
from doorstep.domain.travel import Scan, depot_of
from doorstep.flows.keep_plan import order_reference


def carry_back(
    of_carrier: Collection[int], fresh: Sequence[Scan], actor: str, now: datetime, *, numbers: Sequence[str] = ()
) -> int:
    """Let the returns of new scans stand as they say; gives how many of the scans are of returns.

    `of_carrier`: the accounts (row ids) of the carrier; `numbers`: labels sold a moment ago, whose scans may have come
    before them. Call within the transaction that keeps the scans, before any posting.
    """
    by_number: dict[str, list[Scan]] = {number: [] for number in numbers}
    for scan in fresh:
        by_number.setdefault(scan.tracking, []).append(scan)
    weighed, known = carry(of_carrier, by_number)
    for one in weighed:
        for scan in sorted(by_number[one.tracking], key=lambda scan: (scan.at, scan.event)):
            data = {"rma": one.rma, "milestone": scan.milestone, "place": depot_of(scan)}
            _tell(one, [NewFact("ReturnScanned", order_reference(one.order_id), data)], min(scan.at, now), actor)
        at = min(one.deciding.at, now) if one.deciding else now
        _tell(one, list(_came_to(one)), at, actor)
    return sum(scan.tracking in known for scan in fresh)


def _came_to(one: Carried) -> Iterator[NewFact]:
    subject = order_reference(one.order_id)
    if one.now == one.before:
        return
    if one.now == "on_its_way":
        yield NewFact("ReturnOnItsWay", subject, {"rma": one.rma})
    elif one.now == "arrived":
        yield NewFact("ReturnArrived", subject, {"rma": one.rma})
    elif one.now == "labelled":
        yield NewFact("ReturnGivenBack", subject, {"rma": one.rma})


def _tell(one: Carried, facts: list[NewFact], at: datetime, actor: str) -> None:
    record_all(one.operator, one.brand_id, facts, at=at, actor=actor)
