"""Work that went wrong, for whoever shows it or tries it anew."""

from __future__ import annotations

from datetime import datetime

from doorstep.core.accounts.models import Brand
from doorstep.core.events.actions import record
from doorstep.core.events.models import Stuck
from doorstep.core.jobs import actions as jobs
from doorstep.core.jobs.models import Job


def given_up(operator: int, now: datetime) -> int:
    """A job of the operator's first brand that was given up; its row id."""
    brand = Brand.objects.filter(operator_id=operator).earliest("pk")
    jobs.put("plan day", at=now, operator=operator, data={"brand": brand.pk})
    pk: int = Job.objects.latest("pk").pk
    Job.objects.filter(pk=pk).update(state="dead", attempts=7, error="the database was away", ended_at=now)
    return pk


def stuck(operator: int, now: datetime) -> int:
    """A fact of the operator that a subscriber could not take; the row id of its being stuck."""
    fact = record(operator, None, kind="CarrierSet", subject="carrier:1", data={}, at=now, actor="system")
    row = Stuck.objects.create(fact_id=fact, subscriber="webhooks", next_at=None, since=now, error="no such order")
    return int(row.pk)
