from __future__ import annotations

from django.db import models

from doorstep.core.accounts.models import Brand, Operator


class Fact(models.Model):
    """Something that happened. Never changed; no personal data, ids only."""

    operator = models.ForeignKey(Operator, models.PROTECT)
    brand = models.ForeignKey(Brand, models.PROTECT, null=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField(default=1)
    actor = models.CharField(max_length=40)
    cause = models.ForeignKey("self", models.PROTECT, null=True)
    subject = models.CharField(max_length=120)  # `order:17`, `stock`
    data = models.JSONField(default=dict)

    class Meta:
        indexes = (models.Index(fields=("subject", "id"), name="facts_of_a_subject"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Answered(models.Model):
    """What a request with an Idempotency-Key was answered; the same key never acts twice."""

    operator = models.ForeignKey(Operator, models.PROTECT, db_index=False)  # another index begins with it
    caller = models.CharField(max_length=40)
    key = models.CharField(max_length=255)
    body_digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("operator", "caller", "key"), name="one_answer_to_a_key"),)

    def __str__(self) -> str:
        return self.key
