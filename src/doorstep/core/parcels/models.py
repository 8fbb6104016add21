from __future__ import annotations

from django.db import models
from django.db.models import Q

from doorstep.core.accounts.models import Brand
from doorstep.core.network.models import Site
from doorstep.core.orders.models import Order
from doorstep.domain.journey import PARCEL_STATES


class Parcel(models.Model):
    """A parcel: what plan.csv says of it, and how far it has come. Amounts in minor units."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="parcels")
    order = models.ForeignKey(Order, models.CASCADE, related_name="parcels")
    code = models.CharField(max_length=120)
    site = models.ForeignKey(Site, models.PROTECT, related_name="parcels")
    carton = models.CharField(max_length=100)
    service = models.CharField(max_length=100)
    weight_g = models.PositiveIntegerField()
    billed_weight_g = models.PositiveIntegerField()
    ship_at = models.DateTimeField()
    promised_by = models.DateField()
    on_time_ppm = models.PositiveIntegerField()
    pick_minor = models.BigIntegerField()
    carton_minor = models.BigIntegerField()
    freight_minor = models.BigIntegerField()
    surcharges_minor = models.BigIntegerField()
    duty_tax_minor = models.BigIntegerField()
    lateness_minor = models.BigIntegerField()
    contents = models.JSONField()  # [[line, sku, quantity]]
    placements = models.JSONField()  # [[sku, unit, x, y, z, length, width, height]]
    state = models.CharField(max_length=20, default="planned", choices=[(state, state) for state in PARCEL_STATES])
    state_reason = models.CharField(max_length=60, blank=True)  # why a delivery failed, or it was cancelled
    expected_by = models.DateField(null=True)  # the honest date now, where it is another than the promised one
    attempts = models.PositiveSmallIntegerField(default=0)  # deliveries tried without success
    sscc = models.CharField(max_length=18, blank=True)  # given when it is packed
    tracking = models.CharField(max_length=80, blank=True)  # the carrier's number of it
    packed_carton = models.CharField(max_length=100, blank=True)  # the one it really went into
    packed_weight_g = models.PositiveIntegerField(null=True)  # as weighed
    packed_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)  # handed to the carrier
    ended_at = models.DateTimeField(null=True)  # delivered, left at the safe place or returned to the sender

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("brand", "code"), name="one_parcel_of_a_code"),
            models.UniqueConstraint(fields=("sscc",), condition=~Q(sscc=""), name="one_parcel_of_an_sscc"),
            models.CheckConstraint(condition=Q(state__in=PARCEL_STATES), name="parcels_have_a_known_state"),
        )
        indexes = (
            models.Index(fields=("site", "ship_at"), name="parcels_by_leaving"),
            models.Index(fields=("site", "state", "ship_at"), name="parcels_of_a_state"),
            models.Index(fields=("brand", "ship_at"), name="parcels_of_a_brand"),
            models.Index(fields=("tracking",), name="parcels_by_tracking", condition=~Q(tracking="")),
        )

    def __str__(self) -> str:
        return self.code
