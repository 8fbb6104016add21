from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper

from doorstep.core.accounts.models import Brand
from doorstep.core.catalog.models import Product
from doorstep.domain.demand import ON_SHORTAGE, PAYMENTS, PRECISIONS
from doorstep.domain.journey import ORDER_STATES


class Person(models.Model):
    """Personal data, here and nowhere else, so that it can be erased without breaking the ledger."""

    brand = models.ForeignKey(Brand, models.CASCADE)
    name = models.CharField(max_length=2000, blank=True)
    company = models.CharField(max_length=2000, blank=True)
    address_1 = models.CharField(max_length=2000, blank=True)
    address_2 = models.CharField(max_length=2000, blank=True)
    phone = models.CharField(max_length=2000, blank=True)
    email = models.CharField(max_length=2000, blank=True)
    address_changes = models.JSONField(default=list)  # [[field, before, after]]: what its check has changed
    sent_digest = models.CharField(max_length=64, blank=True)  # of a bulk row as it came, addressee and all

    class Meta:
        indexes = (models.Index("brand", Upper("email"), name="people_by_email", condition=~Q(email="")),)

    def __str__(self) -> str:
        return f"person {self.pk}"


class Order(models.Model):
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="orders", db_index=False)  # others begin with it
    code = models.CharField(max_length=100)
    channel = models.CharField(max_length=100, blank=True)
    placed_at = models.DateTimeField()
    placed_offset_s = models.IntegerField(default=0)  # of the clock that placed_at was written by
    customer = models.CharField(max_length=100, blank=True)
    segment = models.CharField(max_length=100, blank=True)  # of the customer, as the shop sees it
    person = models.ForeignKey(Person, models.PROTECT, null=True)
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=2000, blank=True)
    city = models.CharField(max_length=2000, blank=True)
    postcode = models.CharField(max_length=100, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    speed = models.CharField(max_length=10, blank=True)
    residential = models.BooleanField(default=True)
    signed_for = models.BooleanField(default=False)
    saturday = models.BooleanField(default=False)
    pickup_point = models.CharField(max_length=100, blank=True)
    safe_place = models.CharField(max_length=2000, blank=True)
    gift_note = models.CharField(max_length=2000, blank=True)
    priority = models.SmallIntegerField(default=0)
    not_before = models.DateField(null=True)
    promised_by = models.DateField(null=True)
    expected_by = models.DateField(null=True)  # of a back-order: when it should arrive, by the goods announced
    state = models.CharField(max_length=12, choices=[(state, state) for state in ORDER_STATES])
    reason = models.CharField(max_length=60, blank=True)  # of a hold, a cancellation, or being unplanned
    detail = models.CharField(max_length=1000, blank=True)
    remedy = models.CharField(max_length=1000, blank=True)
    faults = models.JSONField(default=list)  # [[reason, detail, remedy]]: all of a hold's, the first is `reason`
    conflicts = models.JSONField(default=list)  # [[constraint, detail, fix, group, enough]]: of one left without a plan
    settled = models.JSONField(default=list)  # families of faults that a person has settled
    payment = models.CharField(max_length=10, blank=True, choices=[(one, one) for one in PAYMENTS])
    # Of an order that was never planned: what the shop wishes if its goods are not there. Empty: nothing, or planned.
    on_shortage = models.CharField(max_length=10, blank=True, choices=[(one, one) for one in ON_SHORTAGE])
    review = models.BooleanField(default=False)  # the shop asked for a look at it
    address_precision = models.CharField(max_length=20, blank=True, choices=[(one, one) for one in PRECISIONS])
    revision = models.PositiveIntegerField(default=0)  # how often it was written anew since it was placed

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("brand", "code"), name="one_order_of_a_code"),
            models.CheckConstraint(condition=Q(state__in=ORDER_STATES), name="orders_have_a_known_state"),
        )
        indexes = (
            models.Index(fields=("brand", "state", "id"), name="orders_of_a_state"),
            models.Index(fields=("brand", "placed_at"), name="orders_by_time"),
            models.Index(fields=("placed_at", "id"), name="orders_of_all_by_time"),
            models.Index(
                fields=("brand", "country", "postcode", "id"),
                name="told_places_by_postcode",
                condition=Q(latitude__isnull=False, address_precision__in=("", "coordinates")),
            ),
            models.Index(
                fields=("brand", "state", "reason"),
                name="waiting_orders_by_reason",
                condition=Q(state__in=("open", "held")),
            ),
        )

    def __str__(self) -> str:
        return self.code


class OrderLine(models.Model):
    order = models.ForeignKey(Order, models.CASCADE, related_name="lines", db_index=False)  # another begins with it
    line = models.CharField(max_length=100)
    sku = models.CharField(max_length=100)
    product = models.ForeignKey(Product, models.PROTECT, null=True)  # none: the sku is not known
    quantity = models.PositiveIntegerField()
    unit_price_micros = models.BigIntegerField()
    parts = models.JSONField(null=True)  # [[sku, units]] of a kit as it was when it was ordered; none: nobody looked

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("order", "line"), name="one_line_of_a_code"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="lines_ask_for_something"),
        )

    def __str__(self) -> str:
        return self.line


class Erasure(models.Model):
    """That the shopper of an order is to be erased once it has ended, or was. Ids and instants; kept for ever."""

    order = models.OneToOneField(Order, models.CASCADE, related_name="erasure")
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=40)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("order",), name="erasures_to_do", condition=Q(erased_at=None)),)

    def __str__(self) -> str:
        return f"erasure of {self.order_id}"


class ReviewRule(models.Model):
    """Which orders a brand wants to look at before they are planned; no row: only those that ask for it."""

    brand = models.OneToOneField(Brand, models.CASCADE, related_name="review_rule")
    over_micros = models.BigIntegerField()  # goods worth more than this, in the brand's currency

    def __str__(self) -> str:
        return f"review rule of {self.brand_id}"
