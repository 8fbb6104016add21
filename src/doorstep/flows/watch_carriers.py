"""Watch the carriers of an operator: the control charts of what travelled open cases, each with a drafted letter.

All brands of an operator are read together: a carrier serves the operator, and a service that several brands send by
is watched as one. A case is of a brand where no other sends by its service.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from doorstep.core.accounts import queries as accounts
from doorstep.core.cases.actions import NewCase, open_case
from doorstep.core.events.actions import record
from doorstep.core.jobs.actions import put
from doorstep.core.learned import snapshot as learned
from doorstep.core.parcels.travelled import Travelled, contracts, travelled
from doorstep.documents.carrier_letter import letter
from doorstep.domain.days import day_of
from doorstep.kernels.learn.carrier_problem import problem_of
from doorstep.kernels.learn.carrier_record import CarrierParams, CarrierRecord, Chart, Investigation
from doorstep.kernels.learn.carriers import carriers
from doorstep.kernels.run import Run

WEEKS = 53  # of history that say what is usual, the watched ones among them
MOST = 200_000  # parcels that are read
DECIMALS = 4
Parcels = Mapping[str, Travelled]  # by names that no two have


@dataclass(frozen=True, slots=True)
class Seen:
    """What an operator's parcels tell: the record of carriers, the parcels by name, one read of how many."""

    record: CarrierRecord
    parcels: Parcels
    one_in: int


def watch_weekly(now: datetime) -> int:
    """Have the carriers of every operator looked at: a job for each, for any worker."""
    first: dict[int, int] = {}
    for operator, brand in accounts.all_brands():
        first.setdefault(operator, brand)
    for operator, brand in first.items():  # the work is the operator's; a brand is named for those who look at jobs
        put("watch carriers", key=f"operator:{operator}", data={"brand": brand}, operator=operator, at=now)
    return len(first)


def watch_carriers(operator_id: int, *, now: datetime, run: Run, most: int = MOST) -> tuple[int, ...]:
    """Open a case for every alarm that is not known; returns their row ids. Run again it opens no other."""
    seen = look(operator_id, now, run, most)
    names = accounts.senders(operator_id)
    charts = {one.service: one for one in seen.record.charts}
    drafts = [_draft(case, charts[case.service], seen, names) for case in seen.record.investigations]
    opened = []
    for draft in drafts:
        with transaction.atomic():
            pk = open_case(operator_id, draft, now)
            if pk is not None:
                _tell(operator_id, pk, draft, now)
                opened.append(pk)
    return tuple(opened)


def look(operator_id: int, now: datetime, run: Run, most: int = MOST) -> Seen:
    """Read what travelled, and learn of carriers from it: what was known when the day of `now` began."""
    as_of = now.date()
    since = now - timedelta(weeks=WEEKS)
    until = datetime.combine(as_of, datetime.min.time(), now.tzinfo)
    rows, one_in = travelled(operator_id, since, until, most)
    found = {_key(one): one for one in (*_before(operator_id, since), *rows)}
    past = (replace(one.past, parcel=key, service=_name(one)) for key, one in found.items())
    return Seen(carriers(problem_of(past, as_of), CarrierParams(), run), found, one_in)


def _before(operator_id: int, since: datetime) -> list[Travelled]:
    """Give the parcels that a brand's folder told of; what has travelled in the record since stands for itself."""
    known = contracts(operator_id)
    return [
        Travelled(brand, code, one.order, known.get((brand, one.service), ("", True))[0], "", one)
        for code, brand in accounts.brand_ids(operator_id).items()
        for one in learned.history(brand)
        if one.placed_at >= since and one.service
    ]


def _key(one: Travelled) -> str:
    return f"{one.brand}/{one.past.parcel}"


def _name(one: Travelled) -> str:
    return f"{one.carrier} {one.past.service}".strip()


def _draft(case: Investigation, chart: Chart, seen: Seen, senders: Mapping[int | None, str]) -> NewCase:
    own = [one for one in seen.parcels.values() if _name(one) == case.service]
    brands = {one.brand_id for one in own}
    brand = brands.pop() if len(brands) == 1 else None
    named = [seen.parcels[key] for key in case.parcels]
    told = tuple(one.tracking or one.past.parcel for one in named)
    return NewCase(
        brand,
        own[0].carrier,
        own[0].past.service,
        day_of(case.alarm_day),
        day_of(case.since_day),
        _evidence(case, chart, named, seen.one_in),
        letter(replace(case, parcels=told), senders[brand], one_in=seen.one_in),
    )


def _evidence(case: Investigation, chart: Chart, named: list[Travelled], one_in: int) -> dict[str, Any]:
    """Keep what was seen: the watched weeks, at most 5 lanes and 50 parcels. Codes and numbers, no person."""
    return {
        "due": case.due,
        "late": case.late,
        "expected": round(case.expected, DECIMALS),
        "one_in": one_in,
        "limit": round(chart.limit, DECIMALS),
        "scatter": round(chart.scatter, DECIMALS),
        "weeks_between_false_alarms": chart.weeks_between_false_alarms,
        "weeks_to_alarm": chart.weeks_to_alarm,
        "weeks": [
            [
                day_of(one.first_day).isoformat(),
                one.due,
                one.late,
                round(one.expected, DECIMALS),
                round(one.sum, DECIMALS),
            ]
            for one in chart.weeks
            if one.sum is not None
        ],
        "lanes": [[lane, due, late, round(usual, DECIMALS)] for lane, due, late, usual in case.lanes],
        "parcels": [[one.brand, one.order, one.past.parcel, one.tracking] for one in named],
    }


def _tell(operator_id: int, pk: int, draft: NewCase, now: datetime) -> None:
    evidence = draft.evidence
    record(
        operator_id,
        None,
        kind="CaseOpened",
        subject=f"case:{pk}",
        data={
            "carrier": draft.carrier,
            "service": draft.service,
            "alarm_on": draft.alarm_on.isoformat(),
            "due": evidence["due"],
            "late": evidence["late"],
        },
        at=now,
        actor="system",
    )
