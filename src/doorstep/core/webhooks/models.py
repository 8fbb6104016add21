from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from doorstep.core.accounts.models import Brand, Operator

ENDPOINT_STATES = ("active", "disabled", "removed")  # of a removed one the rows go in the background
DELIVERY_STATES = ("waiting", "sending", "delivered", "dead")
OPEN = ("waiting", "sending")
MOST_ATTEMPTS_KEPT = 20  # of a delivery, the latest; replays make more


class Endpoint(models.Model):
    """Where a brand wants to be told of what happens. Its secrets sign, so that they are kept as they are."""

    operator = models.ForeignKey(Operator, models.PROTECT)
    brand = models.ForeignKey(Brand, models.PROTECT)
    url = models.CharField(max_length=2000)
    secret = models.CharField(max_length=100)
    old_secret = models.CharField(max_length=100, blank=True)  # signs too, until
    old_secret_until = models.DateTimeField(null=True)
    types = models.JSONField(default=list)  # wanted; none: all
    state = models.CharField(max_length=10, default="active", choices=[(one, one) for one in ENDPOINT_STATES])
    why = models.CharField(max_length=20, blank=True)  # of a disabled one: `failing`, `gone`, `asked`
    disabled_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)  # since when nothing but failures came back
    last_delivered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=ENDPOINT_STATES), name="endpoints_have_a_known_state"),
            models.CheckConstraint(
                condition=~Q(state="disabled") | Q(disabled_at__isnull=False), name="disabled_endpoints_say_since_when"
            ),
        )

    def __str__(self) -> str:
        return f"endpoint {self.pk}"


class Delivery(models.Model):
    """One fact for one endpoint. The body is kept as it is sent: every try sends the same, under the same id.

    No personal data, as there is none in facts. Deliveries of one endpoint and subject go out one after the other.
    """

    endpoint = models.ForeignKey(Endpoint, models.PROTECT, related_name="deliveries", db_index=False)
    uid = models.UUIDField(default=uuid.uuid4, unique=True)  # `webhook-id` is `msg_` and this
    fact = models.BigIntegerField()
    subject = models.CharField(max_length=120)
    type = models.CharField(max_length=60)
    body = models.TextField()
    state = models.CharField(max_length=10, default="waiting", choices=[(one, one) for one in DELIVERY_STATES])
    attempts = models.PositiveIntegerField(default=0)  # claims; says whose claim an answer belongs to
    failures = models.PositiveSmallIntegerField(default=0)  # answers since it began to wait; chooses the next delay
    next_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)  # of HTTP, of the last try; none: there was no answer
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("endpoint", "fact"), name="one_delivery_of_a_fact"),
            models.CheckConstraint(condition=Q(state__in=DELIVERY_STATES), name="deliveries_have_a_known_state"),
            models.CheckConstraint(
                condition=Q(state="sending", claimed_until__isnull=False)
                | (~Q(state="sending") & Q(claimed_until__isnull=True)),
                name="deliveries_being_sent_have_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, ended_at__isnull=True) | (~Q(state__in=OPEN) & Q(ended_at__isnull=False)),
                name="deliveries_that_are_over_say_when",
            ),
        )
        indexes = (
            models.Index(fields=("endpoint", "next_at", "fact"), name="deliveries_due", condition=Q(state="waiting")),
            models.Index(fields=("claimed_until",), name="deliveries_claimed", condition=Q(state="sending")),
            models.Index(fields=("endpoint", "subject", "state", "fact"), name="deliveries_of_a_subject"),
            models.Index(fields=("endpoint", "state", "fact"), name="deliveries_of_a_state"),
            models.Index(fields=("ended_at",), name="deliveries_that_are_over", condition=Q(ended_at__isnull=False)),
        )

    def __str__(self) -> str:
        return f"msg_{self.uid.hex}"


class Attempt(models.Model):
    """One try of a delivery, and what came back; the latest of each are kept."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="tries", db_index=False)
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    duration_ms = models.PositiveIntegerField()
    error = models.CharField(max_length=300, blank=True)
    response = models.CharField(max_length=1000, blank=True)  # how it begins

    class Meta:
        constraints = (models.UniqueConstraint(fields=("delivery", "number"), name="one_attempt_of_a_number"),)

    def __str__(self) -> str:
        return f"{self.delivery_id}, try {self.number}"
