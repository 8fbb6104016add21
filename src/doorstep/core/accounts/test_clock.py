"""The clock of a test installation: how far it is ahead. Never behind, for the ledger and the facts go forward."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import F

from doorstep.core.accounts.models import TestClock

ROW = 1


def ahead() -> timedelta:
    found = TestClock.objects.filter(pk=ROW).values_list("ahead_us", flat=True).first()
    return timedelta(microseconds=found or 0)


@transaction.atomic
def advance(by: timedelta) -> timedelta:
    """Turn the clock forward; gives how far it is ahead then. Two who turn it at once turn it twice."""
    TestClock.objects.get_or_create(pk=ROW, defaults={"ahead_us": 0})
    TestClock.objects.filter(pk=ROW).update(ahead_us=F("ahead_us") + by // timedelta(microseconds=1))
    return ahead()
