"""Cases as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from doorstep.core.cases.models import Case
from doorstep.core.paging import Page, page, reach, read_cursor
from doorstep.core.tariffs.models import Service
from doorstep.domain.investigation import CASE_STATES, LIVE, CaseState, Outcome
from doorstep.domain.rights import BRAND_ROLES, Scope


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case. `brand` empty: of several brands; `outcome` None: not closed yet."""

    pk: int
    brand: str
    carrier: str
    service: str
    alarm_on: date
    since_on: date
    evidence: Mapping[str, Any]
    letter: str
    state: CaseState
    answer: str
    outcome: Outcome | None
    note: str
    opened_at: datetime
    sent_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None

    @property
    def name(self) -> str:
        """The carrier and its service, as letters name them."""
        return f"{self.carrier} {self.service}".strip()

    @property
    def live(self) -> bool:
        """Say whether anything is left to be done."""
        return self.state in LIVE


def get_case(scope: Scope, pk: int) -> CaseRow | None:
    """Give a case of the scope. One query."""
    row = _seen(scope).filter(pk=pk).select_related("brand").first()
    return None if row is None else _row(row)


def list_cases(
    scope: Scope,
    *,
    state: CaseState | None = None,
    brand: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[CaseRow]:
    """Cases of the scope, the newest first. One query. Raises InvalidCursor."""
    rows = _seen(scope).select_related("brand").order_by("-pk")
    if state is not None:
        rows = rows.filter(state=state)
    if brand is not None:
        rows = rows.filter(brand__code=brand)
    if after is not None:
        rows = rows.filter(pk__lt=read_cursor(after, int)[0])
    return page(list(rows[: reach(limit)]), limit, _row, lambda one: (one.pk,))


def live_cases(scope: Scope, brand_id: int) -> dict[str, int]:
    """Row ids of live cases by the services of a brand, as its contracts name their carriers. One query.

    A case that several brands share stands for each of them that has such a contract.
    """
    mine = Service.objects.filter(brand=brand_id, carrier=OuterRef("carrier"), code=OuterRef("service"))
    rows = _seen(scope).filter(Exists(mine), Q(brand=brand_id) | Q(brand=None), state__in=LIVE)
    return dict(rows.values_list("service", "pk").order_by())


def count_cases(scope: Scope) -> dict[CaseState, int]:
    """Say how many stand in each state. One query."""
    found = dict(_seen(scope).values_list("state").annotate(number=Count("pk")).order_by())
    return {state: found.get(state, 0) for state in CASE_STATES}


def _seen(scope: Scope) -> QuerySet[Case]:
    """Those of the scope's brands; those of several brands are the operator's own business."""
    seen = Q(brand_id__in=scope.brands)
    if scope.role not in BRAND_ROLES:
        seen |= Q(brand_id=None)
    return Case.objects.filter(seen, operator_id=scope.operator)


def _row(row: Case) -> CaseRow:
    return CaseRow(
        row.pk,
        row.brand.code if row.brand else "",
        row.carrier,
        row.service,
        row.alarm_on,
        row.since_on,
        row.evidence,
        row.letter,
        cast(CaseState, row.state),
        row.answer,
        cast(Outcome, row.outcome) if row.outcome else None,
        row.note,
        row.opened_at,
        row.sent_at,
        row.answered_at,
        row.closed_at,
    )
