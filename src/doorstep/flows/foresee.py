"""Foresee lateness: from time to time every parcel under way is asked when it arrives, and the answer is kept with it.

Shoppers, the tower and facts read what is kept, which says as of when; so a page costs no question more, and learning
what parcels did before is done once for all of a brand.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from doorstep.core.events.actions import NewFact, record_all
from doorstep.core.parcels import foreseen
from doorstep.core.parcels.foreseen import Found, UnderWayRow
from doorstep.domain.demand import Order
from doorstep.domain.errors import DoorstepError
from doorstep.domain.place import Place
from doorstep.flows.keep_plan import order_reference
from doorstep.flows.record_problem import ground
from doorstep.flows.widen import widened
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.promise.calendars import DAY_S
from doorstep.kernels.promise.remaining import (
    RemainingParams,
    RemainingProblem,
    RemainingResult,
    UnderWay,
    compile_remaining,
    remaining,
)

EPOCH = date(1970, 1, 1)
SURE_PPM = 800_000  # a day that is named is right four times in five
LOST_AFTER = timedelta(days=120)  # after its hand-over or its placing: nothing is known of parcels so old
log = logging.getLogger("doorstep.foresee")


def foresee_all(now: datetime) -> int:
    """Ask about whatever is under way; returns how many parcels have newly become likely late."""
    newly = 0
    for operator_id, brand_id in foreseen.brands_under_way():
        try:
            newly += foresee(operator_id, brand_id, now)
        except DoorstepError:
            log.exception("nothing is foreseen of brand %d", brand_id)  # the others do not wait for it
    return newly


def foresee(operator_id: int, brand_id: int, now: datetime) -> int:
    """Ask about the parcels of a brand; returns how many have newly become likely late, each with a fact."""
    rows = foreseen.under_way(brand_id)
    if not rows:
        return 0
    of_brand = ground(brand_id, now)
    going = tuple(Order(row.parcel, "", row.placed_at, "", row.place, ()) for row in rows)
    problem = widened(replace(of_brand.problem, orders=going), of_brand.disruptions, now.date())
    sites = {one.site: index for index, one in enumerate(problem.sites)}
    services = {one.service: index for index, one in enumerate(problem.tariff.services)}
    young = [row for row in rows if (row.left_at or row.placed_at) > now - LOST_AFTER]
    asked = [row for row in young if row.site in sites and row.service in services]
    answered = _found(asked, remaining(_question(asked, problem, sites, services, now), _params())) if asked else []
    known = {one.pk: one for one in answered}
    found = [known.get(row.pk) or Found(row.pk, None, None, False) for row in rows]
    of = {row.pk: row for row in rows}

    def tell(news: Sequence[Found]) -> None:
        record_all(operator_id, brand_id, [_risk(of[one.pk], one) for one in news], at=now, actor="system")

    return foreseen.keep(found, now, tell)


def _params() -> RemainingParams:
    return RemainingParams(quantiles_ppm=(SURE_PPM,))


def _question(
    rows: Sequence[UnderWayRow], problem: PlanProblem, sites: dict[str, int], services: dict[str, int], now: datetime
) -> RemainingProblem:
    at = int(now.timestamp())
    ends: dict[Place, int] = {}
    for row in rows:
        ends.setdefault(row.place, len(ends))
    ready = [min(at, int(row.placed_at.timestamp())) for row in rows]
    left = [-1 if row.left_at is None else min(at, int(row.left_at.timestamp())) for row in rows]
    began = min(since if since >= 0 else placed for since, placed in zip(left, ready, strict=True))
    zones = {one.site: ZoneInfo(one.time_zone) for one in problem.sites}
    meant = [(row.ship_at.astimezone(zones[row.site]).date() - EPOCH).days for row in rows]
    last = max(at // DAY_S, *meant, *((row.promised_by - EPOCH).days for row in rows)) + 1
    tables = compile_remaining(
        problem.sites,
        problem.collections,
        problem.tariff.services,
        tuple(ends),
        problem.transit,
        problem.brand.on_time_target_ppm,
        began // DAY_S - 1,
        last,
    )
    parcels = UnderWay(
        site=np.array([sites[row.site] for row in rows], np.int64),
        service=np.array([services[row.service] for row in rows], np.int64),
        destination=np.array([ends[row.place] for row in rows], np.int64),
        ready_at=np.array(ready, np.int64),
        ship_day=np.array(meant, np.int64),
        left_at=np.array(left, np.int64),
        promised_by=np.array([(row.promised_by - EPOCH).days for row in rows], np.int64),
    )
    return RemainingProblem(tables, parcels, at)


def _found(rows: Sequence[UnderWayRow], result: RemainingResult) -> list[Found]:
    """What to keep. Likely late is what may still come in time: a promise that has passed is known as such."""
    found = []
    for n, row in enumerate(rows):
        by, late = int(result.quantile_day[n, 0]), int(result.late_ppm[n])
        kept = EPOCH + timedelta(days=int(result.today[n])) <= row.promised_by
        found.append(
            Found(
                row.pk,
                EPOCH + timedelta(days=by) if by >= 0 else None,
                late if late >= 0 else None,
                kept and bool(result.likely_late[n]),
            )
        )
    return found


def _risk(row: UnderWayRow, one: Found) -> NewFact:
    """It has turned likely late; by when it comes, nobody may know."""
    by = None if one.by is None else one.by.isoformat()
    return NewFact("LateRisk", order_reference(row.order_id), {"parcel": row.parcel, "expected_by": by})
