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


class Pending(models.Model):
    """A fact that no subscriber was told yet. The database itself puts one in with every fact, whoever writes that."""

    fact = models.OneToOneField(
        Fact, models.DO_NOTHING, primary_key=True, related_name="pending", db_constraint=False
    )  # facts are never deleted: the database need not look for each

    def __str__(self) -> str:
        return str(self.fact_id)


class Stuck(models.Model):
    """A fact that a subscriber could not take: it is tried again by itself, while all others go on."""

    fact = models.ForeignKey(Fact, models.CASCADE, related_name="stuck")
    subscriber = models.CharField(max_length=40)
    attempts = models.PositiveSmallIntegerField(default=1)
    next_at = models.DateTimeField(null=True)  # null: given up, until somebody has it tried again
    since = models.DateTimeField()
    error = models.CharField(max_length=500)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("fact", "subscriber"), name="stuck_once_at_a_subscriber"),)
        indexes = (models.Index(fields=("next_at",), name="stuck_to_try"),)

    def __str__(self) -> str:
        return f"{self.subscriber} {self.fact_id}"


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
