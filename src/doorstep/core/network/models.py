from __future__ import annotations

from django.db import models

from doorstep.core.accounts.models import Operator


class Site(models.Model):
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="sites")
    code = models.CharField(max_length=100)
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=2000)
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=2000, blank=True)
    city = models.CharField(max_length=2000)
    postcode = models.CharField(max_length=100)
    latitude = models.FloatField()
    longitude = models.FloatField()
    time_zone = models.CharField(max_length=60)
    working_days = models.PositiveSmallIntegerField()  # bit 0 is Monday
    holiday_calendar = models.CharField(max_length=20, blank=True)
    order_cutoff_s = models.PositiveIntegerField()
    pick_cost_per_order_micros = models.BigIntegerField()
    pick_cost_per_unit_micros = models.BigIntegerField()
    daily_order_capacity = models.PositiveIntegerField(null=True)
    cart_parcels = models.PositiveSmallIntegerField(null=True)  # totes on a picker's cart; null: the usual

    class Meta:
        constraints = (models.UniqueConstraint(fields=("operator", "code"), name="one_site_of_a_code"),)

    def __str__(self) -> str:
        return self.code


class Collection(models.Model):
    """A carrier's standing call at a site."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="collections")
    service = models.CharField(max_length=100)
    collection_time_s = models.PositiveIntegerField()
    working_days = models.PositiveSmallIntegerField()
    daily_parcel_capacity = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.service} at {self.site_id}"
