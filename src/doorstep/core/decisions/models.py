from __future__ import annotations

from django.db import models
from django.db.models import Q

from doorstep.core.accounts.models import Brand
from doorstep.core.orders.models import Order

QUOTE_STATES = ("offered", "accepted", "ordered", "expired")


class Decision(models.Model):
    """A decision receipt, as decisions.jsonl writes it. Kept for ever; the newest of an order is in force."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="decisions")
    at = models.DateTimeField()
    seed = models.BigIntegerField()
    data_version = models.CharField(max_length=64)
    cost_minor = models.BigIntegerField()
    record = models.JSONField()

    def __str__(self) -> str:
        return f"decision of {self.order_id}"


class Quote(models.Model):
    """Options offered for a cart. It holds codes, numbers and the postcode it would go to; no personal data."""

    brand = models.ForeignKey(Brand, models.CASCADE)
    state = models.CharField(max_length=12, choices=[(state, state) for state in QUOTE_STATES])
    made_at = models.DateTimeField()
    cart = models.JSONField()
    options = models.JSONField()
    why = models.JSONField(default=dict)  # there are no options
    option = models.SmallIntegerField(null=True)  # the one accepted
    display_test_ppm = models.PositiveIntegerField(default=0)  # as the brand had it; see `domain.display`
    shown = models.JSONField(default=dict)  # which options, and by which versions of what; empty: all, as numbered
    asked = models.JSONField(default=list)  # minor units that the shopper was to pay for each option; empty: not said
    reserved_until = models.DateTimeField(null=True)
    order = models.ForeignKey(Order, models.SET_NULL, null=True, related_name="quotes")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=QUOTE_STATES), name="quotes_have_a_known_state"),
            models.CheckConstraint(
                condition=~Q(state="accepted") | Q(reserved_until__isnull=False), name="accepted_quotes_end"
            ),
        )
        indexes = (
            models.Index(fields=("state", "reserved_until"), name="quotes_by_end"),
            models.Index(fields=("state", "made_at"), name="quotes_by_time"),
        )

    def __str__(self) -> str:
        return f"quote {self.pk}"


class QuotesLeft(models.Model):
    """How many quotes that nobody took up showed a promise of so many days at best: all that is kept of them."""

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="quotes_left", db_index=False)  # the constraint's
    made_on = models.DateField()
    fastest_days = models.PositiveSmallIntegerField()  # from that day to the earliest promised date that was shown
    quotes = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("brand", "made_on", "fastest_days"), name="quotes_left_once_a_day"),
        )

    def __str__(self) -> str:
        return f"{self.made_on}, {self.fastest_days} days: {self.quotes}"
