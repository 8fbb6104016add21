from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from doorstep.core.accounts.models import Brand
from doorstep.domain.gs1 import LONGEST


class Product(models.Model):
    brand = models.ForeignKey(Brand, models.CASCADE, related_name="products")
    sku = models.CharField(max_length=100)
    name = models.CharField(max_length=2000, blank=True)
    category = models.CharField(max_length=2000, blank=True)
    length_mm = models.PositiveIntegerField()
    width_mm = models.PositiveIntegerField()
    height_mm = models.PositiveIntegerField()
    weight_g = models.PositiveIntegerField()
    value_micros = models.BigIntegerField()
    hs_code = models.CharField(max_length=100, blank=True)
    origin_country = models.CharField(max_length=2, blank=True)
    this_side_up = models.BooleanField(default=False)
    fragile = models.BooleanField(default=False)
    max_load_g = models.PositiveIntegerField(null=True)
    hazmat_class = models.CharField(max_length=100, blank=True)
    ships_in_own_box = models.BooleanField(default=False)
    soft = models.BooleanField(default=False)
    padding_mm = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("brand", "sku"), name="one_product_of_a_sku"),)

    def __str__(self) -> str:
        return self.sku


class Barcode(models.Model):
    """A code that stands on a unit of a product. The key is equal for all ways to write the same GTIN."""

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="barcodes")
    product = models.ForeignKey(Product, models.CASCADE, related_name="barcodes")
    code = models.CharField(max_length=LONGEST)
    key = models.CharField(max_length=LONGEST)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("brand", "key"), name="one_product_of_a_barcode"),)

    def __str__(self) -> str:
        return self.code


class KitPart(models.Model):
    """Units of a component in one unit of a kit. A product that has such rows is a kit and holds no stock itself."""

    kit = models.ForeignKey(Product, models.CASCADE, related_name="parts")
    component = models.ForeignKey(Product, models.PROTECT, related_name="part_of")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("kit", "component"), name="one_part_of_a_component"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="parts_are_of_something"),
            models.CheckConstraint(condition=~Q(kit=F("component")), name="kits_hold_other_products"),
        )

    def __str__(self) -> str:
        return f"{self.quantity} of {self.component_id}"


class Carton(models.Model):
    brand = models.ForeignKey(Brand, models.CASCADE, related_name="cartons")
    code = models.CharField(max_length=100)
    inner_length_mm = models.PositiveIntegerField()
    inner_width_mm = models.PositiveIntegerField()
    inner_height_mm = models.PositiveIntegerField()
    outer_length_mm = models.PositiveIntegerField()
    outer_width_mm = models.PositiveIntegerField()
    outer_height_mm = models.PositiveIntegerField()
    tare_g = models.PositiveIntegerField()
    max_weight_g = models.PositiveIntegerField()
    cost_micros = models.BigIntegerField()
    site = models.CharField(max_length=100, blank=True)  # empty: at every site
    mailer = models.BooleanField(default=False)
    padding_mm = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("brand", "code"), name="one_carton_of_a_code"),)

    def __str__(self) -> str:
        return self.code
