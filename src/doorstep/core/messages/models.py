from __future__ import annotations

from django.db import models
from django.db.models import Q

from doorstep.core.accounts.models import Brand, Operator
from doorstep.core.network.models import Site
from doorstep.core.orders.models import Order
from doorstep.domain.disruption import DISRUPTION_KINDS

MESSAGE_STATES = ("waiting", "sending", "sent", "refused", "unknown")
WISHES = ("cheaper", "faster", "as_it_was")


class Link(models.Model):
    """The tracking link of an order that was revoked: links of an older version open nothing any more."""

    order = models.OneToOneField(Order, models.CASCADE, related_name="link")
    version = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"order {self.order_id}, version {self.version}"


class Message(models.Model):
    """One message to the shopper of an order: written with the fact that causes it, sent afterwards, never twice.

    No personal data: the address and the name are read when it is sent, so that erasing a person leaves nothing here.
    """

    brand = models.ForeignKey(Brand, models.PROTECT)
    order = models.ForeignKey(Order, models.CASCADE, related_name="messages")
    template = models.CharField(max_length=40)
    cause = models.CharField(max_length=120)  # `disruption:4:2026-12-01`
    data = models.JSONField(default=dict)
    expected_by = models.DateField(null=True)  # the date that the shopper is told
    state = models.CharField(max_length=10, default="waiting", choices=[(one, one) for one in MESSAGE_STATES])
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    created_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    message_id = models.CharField(max_length=200, blank=True)  # as its head says it
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("order", "template", "cause"), name="one_message_of_a_cause"),
            models.CheckConstraint(condition=Q(state__in=MESSAGE_STATES), name="messages_have_a_known_state"),
        )
        indexes = (models.Index(fields=("state", "next_at"), name="messages_to_send"),)

    def __str__(self) -> str:
        return f"{self.template} {self.cause}"


class SurveyAnswer(models.Model):
    """What a shopper would have wished for: ids, numbers and dates only, so that it may be learned from."""

    brand = models.ForeignKey(Brand, models.PROTECT)
    order = models.OneToOneField(Order, models.CASCADE, related_name="answer")
    wish = models.CharField(max_length=10, choices=[(one, one) for one in WISHES])
    satisfied = models.BooleanField(null=True)
    speed = models.CharField(max_length=10, blank=True)  # as chosen
    service = models.CharField(max_length=100, blank=True)
    cost_minor = models.BigIntegerField()  # of all parcels, freight and the rest
    promised_by = models.DateField(null=True)
    delivered_on = models.DateField(null=True)
    first_answered_at = models.DateTimeField()
    answered_at = models.DateTimeField(db_index=True)  # learning as of a day uses no later answer

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(wish__in=WISHES), name="answers_have_a_known_wish"),)

    def __str__(self) -> str:
        return self.wish


class Disruption(models.Model):
    """A strike, a storm, a closed port: what it touches and by how many working days it delays. An empty field: any."""

    operator = models.ForeignKey(Operator, models.PROTECT)
    kind = models.CharField(max_length=10, choices=[(one, one) for one in DISRUPTION_KINDS])
    country = models.CharField(max_length=2, blank=True)
    region = models.CharField(max_length=2000, blank=True)
    postcode_prefix = models.CharField(max_length=10, blank=True)
    site = models.ForeignKey(Site, models.PROTECT, null=True)
    carrier = models.CharField(max_length=100, blank=True)
    service = models.CharField(max_length=100, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    delay_days = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=500, blank=True)  # for shoppers
    declared_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # over, or declared in error

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(delay_days__gte=1), name="disruptions_delay"),
            models.CheckConstraint(condition=Q(starts_on__lte=models.F("ends_on")), name="disruptions_end_after_start"),
        )
        indexes = (models.Index(fields=("operator", "ended_at", "ends_on"), name="disruptions_in_force"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
