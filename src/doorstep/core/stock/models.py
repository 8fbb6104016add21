"""Levels change only by moves; moves are never changed. Level = moves in - moves out, always."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from doorstep.core.accounts.models import Brand
from doorstep.core.catalog.models import Product
from doorstep.core.network.models import Site
from doorstep.domain.ledger import LONGEST_REFERENCE, STATES


class Level(models.Model):
    """Units of a product at a site, in a bin, of a lot, in a state."""

    brand = models.ForeignKey(Brand, models.PROTECT, db_index=False)  # other indexes begin with it, and with the site
    site = models.ForeignKey(Site, models.PROTECT, db_index=False)
    product = models.ForeignKey(Product, models.PROTECT)
    bin = models.CharField(max_length=40, blank=True)
    lot = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=12, choices=[(state, state) for state in STATES])
    quantity = models.BigIntegerField()
    expires_on = models.DateField(null=True)  # of the lot
    received_at = models.DateTimeField()  # the oldest units: first in, first out

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("site", "product", "bin", "lot", "state"), name="one_level_of_a_kind"),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="no_level_below_zero"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="levels_have_a_known_state"),
        )
        indexes = (models.Index(fields=("brand", "state", "id"), name="levels_of_a_brand"),)

    def __str__(self) -> str:
        return f"{self.quantity} {self.state}"


class Move(models.Model):
    """Units out of one level into another; a missing end is the world outside."""

    brand = models.ForeignKey(Brand, models.PROTECT, db_index=False)  # other indexes begin with it
    version = models.BigIntegerField()  # of the brand's stock, after it; what /v1/stock/changes counts by
    at = models.DateTimeField()
    actor = models.CharField(max_length=40)
    reason = models.CharField(max_length=40)
    note = models.CharField(max_length=300, blank=True)
    reference = models.CharField(max_length=120, blank=True)  # `order:17`, `transfer:3`
    source = models.ForeignKey(Level, models.PROTECT, null=True, related_name="moves_out")
    target = models.ForeignKey(Level, models.PROTECT, null=True, related_name="moves_in")
    quantity = models.BigIntegerField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(quantity__gt=0), name="moves_move_something"),
            models.CheckConstraint(
                condition=Q(source__isnull=False) | Q(target__isnull=False), name="moves_have_an_end"
            ),
            models.CheckConstraint(condition=~Q(source=F("target")), name="moves_have_two_ends"),
        )
        indexes = (
            models.Index(fields=("brand", "version"), name="moves_by_version"),
            models.Index(fields=("brand", "at"), name="moves_by_time"),
            models.Index(fields=("reference",), name="moves_of_a_reference"),
        )

    def __str__(self) -> str:
        return f"{self.quantity} {self.reason}"


class Clock(models.Model):
    """Counts the postings of a brand's stock, so that a reader can ask for what changed since and miss nothing.

    A sequence would not do: numbers are handed out in one order and committed in another. This row is locked last in
    every posting and until its end, so that versions are committed in their order.
    """

    brand = models.OneToOneField(Brand, models.CASCADE, primary_key=True)
    version = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.version)


class Inbound(models.Model):
    """Goods on their way to a site."""

    brand = models.ForeignKey(Brand, models.PROTECT)
    site = models.ForeignKey(Site, models.PROTECT)
    product = models.ForeignKey(Product, models.PROTECT)
    quantity = models.PositiveIntegerField()
    expected_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.quantity} expected"


class InboundClaim(models.Model):
    """Units of goods on their way that a back-order counts on, so that nobody is promised them twice."""

    inbound = models.ForeignKey(Inbound, models.CASCADE, related_name="claims")
    reference = models.CharField(max_length=120)  # `order:17`
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("inbound", "reference"), name="one_claim_of_a_reference"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="claims_are_of_something"),
        )
        indexes = (models.Index(fields=("reference",), name="claims_of_a_reference"),)

    def __str__(self) -> str:
        return f"{self.quantity} for {self.reference}"


class Transfer(models.Model):
    """Goods sent from one site to another. What is in transit still is told by the levels of its bin."""

    brand = models.ForeignKey(Brand, models.PROTECT)
    reference = models.CharField(max_length=LONGEST_REFERENCE)
    origin = models.ForeignKey(Site, models.PROTECT, related_name="transfers_out")
    destination = models.ForeignKey(Site, models.PROTECT, related_name="transfers_in")
    sent_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("brand", "reference"), name="one_transfer_of_a_reference"),
            models.CheckConstraint(condition=~Q(origin=F("destination")), name="transfers_go_elsewhere"),
        )

    def __str__(self) -> str:
        return self.reference
