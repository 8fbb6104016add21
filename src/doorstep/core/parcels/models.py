from __future__ import annotations

from django.db import models

from doorstep.core.accounts.models import Brand
from doorstep.core.network.models import Site
from doorstep.core.orders.models import Order


class Parcel(models.Model):
    """A parcel of a plan: what plan.csv says of it. Amounts in minor units."""

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

    class Meta:
        constraints = (models.UniqueConstraint(fields=("brand", "code"), name="one_parcel_of_a_code"),)
        indexes = (models.Index(fields=("site", "ship_at"), name="parcels_by_leaving"),)

    def __str__(self) -> str:
        return self.code
