"""A case opened and taken on, each step by one guarded statement. Facts are recorded by whoever calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from doorstep.core.cases.models import Case
from doorstep.domain.investigation import LIVE, CaseState, Outcome


@dataclass(frozen=True, slots=True)
class NewCase:
    """What an alarm opens."""

    brand: int | None  # None: several brands send by the service
    carrier: str
    service: str
    alarm_on: date
    since_on: date
    evidence: Mapping[str, Any]
    letter: str


def open_case(operator_id: int, new: NewCase, at: datetime) -> int | None:
    """Open a case; returns its row id, None where there is one of this alarm or a live one of the service.

    An alarm of a week before the last case was closed is the one that was looked into; only a later one opens another.
    Of several who open it at once, one does: the constraints see to it.
    """
    same = Q(operator_id=operator_id, carrier=new.carrier, service=new.service)
    known = Q(state__in=LIVE) | Q(alarm_on__gte=new.alarm_on) | Q(closed_at__date__gte=new.alarm_on)
    if Case.objects.filter(same & known).exists():
        return None
    try:
        with transaction.atomic():
            return Case.objects.create(
                operator_id=operator_id,
                brand_id=new.brand,
                carrier=new.carrier,
                service=new.service,
                alarm_on=new.alarm_on,
                since_on=new.since_on,
                evidence=dict(new.evidence),
                letter=new.letter,
                opened_at=at,
            ).pk
    except IntegrityError:
        return None


def mark_sent(pk: int, at: datetime) -> bool:
    """Note that its letter went out. False: it is not open."""
    return _step(pk, ("open",), state="sent", sent_at=at)


def mark_answered(pk: int, answer: str, at: datetime) -> bool:
    """Note what the carrier has said. False: no letter is out, or it was answered."""
    return _step(pk, ("sent",), state="answered", answer=answer, answered_at=at)


def close(pk: int, outcome: Outcome, note: str, at: datetime) -> bool:
    """Close it. False: it is closed."""
    return _step(pk, LIVE, state="closed", outcome=outcome, note=note, closed_at=at)


def _step(pk: int, upon: tuple[CaseState, ...], **values: object) -> bool:
    return Case.objects.filter(pk=pk, state__in=upon).update(**values) == 1
