from __future__ import annotations

from django.db import models
from django.db.models import Q

from doorstep.core.accounts.models import Operator

JOB_STATES = ("waiting", "running", "dead")


class Job(models.Model):
    """Work to be done, put here in the transaction that calls for it; gone when it is done. No personal data."""

    operator = models.ForeignKey(Operator, models.PROTECT, null=True)  # null: the installation's own
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120, blank=True)  # one of a kind and key waits at a time; empty: any number
    data = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default="waiting", choices=[(one, one) for one in JOB_STATES])
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=120, blank=True)  # who is at it, or was last
    leased_until = models.DateTimeField(null=True)  # then another may take it
    error = models.CharField(max_length=500, blank=True)  # of the last attempt
    put_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # given up

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=JOB_STATES), name="jobs_have_a_known_state"),
            models.CheckConstraint(
                condition=Q(state="running", leased_until__isnull=False) | ~Q(state="running"),
                name="running_jobs_are_leased",
            ),
            models.UniqueConstraint(
                fields=("kind", "key"),
                condition=Q(state="waiting") & ~Q(key=""),
                name="one_waiting_job_of_a_key",
            ),
        )
        indexes = (
            models.Index(fields=("due_at", "id"), condition=Q(state="waiting"), name="jobs_due"),
            models.Index(fields=("leased_until",), condition=Q(state="running"), name="jobs_running"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.key}".strip()


class Turn(models.Model):
    """When a chore is due next, and how it went the last time. One row for each chore, shared by all workers."""

    name = models.CharField(max_length=40, unique=True)
    next_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=120, blank=True)
    leased_until = models.DateTimeField(null=True)  # null: nobody is at it
    done = models.PositiveBigIntegerField(default=0)  # in the last turn
    failures = models.PositiveIntegerField(default=0)  # one after the other, up to the last turn
    error = models.CharField(max_length=500, blank=True)  # of the last turn

    def __str__(self) -> str:
        return self.name


class Worker(models.Model):
    """A worker process, and when it was last heard of."""

    name = models.CharField(max_length=120, unique=True)  # host, process, and something of its own
    host = models.CharField(max_length=100)
    started_at = models.DateTimeField()
    beat_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)  # it said good-bye

    def __str__(self) -> str:
        return self.name
