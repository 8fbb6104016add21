from __future__ import annotations

from django.db import models
from django.db.models import Q

from doorstep.core.accounts.models import Brand
from doorstep.core.network.models import Site
from doorstep.core.orders.models import Order, OrderLine
from doorstep.core.parcels.models import CarrierAccount, Parcel
from doorstep.domain.returns import GRADES, RETURN_LABEL_STATES, RETURN_STATES, WHY


class Window(models.Model):
    """For how many days after delivery a brand takes goods back, where it is another number than the default."""

    brand = models.OneToOneField(Brand, models.CASCADE, related_name="return_window")
    days = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"{self.days} days"


class Return(models.Model):
    brand = models.ForeignKey(Brand, models.PROTECT, related_name="returns")
    order = models.ForeignKey(Order, models.PROTECT, related_name="returns")
    rma = models.CharField(max_length=20)  # as the slip says it
    reason = models.CharField(max_length=20, choices=[(one, one) for one in WHY])
    parcel = models.OneToOneField(Parcel, models.PROTECT, null=True, related_name="taken_in")  # returned to sender
    state = models.CharField(max_length=10, default="asked", choices=[(one, one) for one in RETURN_STATES])
    asked_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    graded_at = models.DateTimeField(null=True)
    site = models.ForeignKey(Site, models.PROTECT, null=True)  # where it came in
    refund_minor = models.BigIntegerField(null=True)  # of all units that came back

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("brand", "rma"), name="one_return_of_an_rma"),
            models.CheckConstraint(condition=Q(state__in=RETURN_STATES), name="returns_have_a_known_state"),
        )
        indexes = (models.Index(fields=("brand", "state", "id"), name="returns_of_a_state"),)

    def __str__(self) -> str:
        return self.rma


class ReturnLabel(models.Model):
    """The carrier's label for a return: first the intent to buy it, then what became of it."""

    of = models.OneToOneField(Return, models.PROTECT, related_name="label")
    parcel = models.ForeignKey(Parcel, models.PROTECT, related_name="return_labels")  # as which it came
    account = models.ForeignKey(CarrierAccount, models.PROTECT, related_name="return_labels")
    key = models.CharField(max_length=64, unique=True)  # the carrier sells one label for it, however often it is asked
    state = models.CharField(max_length=12, choices=[(one, one) for one in RETURN_LABEL_STATES], default="asked")
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)  # when we knew what became of it
    label = models.CharField(max_length=100, blank=True)  # as the carrier names it
    tracking = models.CharField(max_length=80, blank=True)
    routing = models.CharField(max_length=60, blank=True)
    sscc = models.CharField(max_length=18, blank=True)
    reason = models.CharField(max_length=300, blank=True)  # why it was refused

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=RETURN_LABEL_STATES), name="return_labels_have_a_known_state"),
        )
        indexes = (
            models.Index(fields=("asked_at",), name="return_labels_left_open", condition=Q(state="asked")),
            models.Index(fields=("account", "tracking"), name="return_labels_by_tracking"),
        )

    def __str__(self) -> str:
        return self.tracking or self.key


class ReturnLine(models.Model):
    of = models.ForeignKey(Return, models.CASCADE, related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="returned")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("of", "line"), name="one_return_line_of_a_line"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="return_lines_hold_something"),
        )

    def __str__(self) -> str:
        return f"{self.quantity} of {self.line_id}"


class Graded(models.Model):
    """Units of a line that were found alike, and what became of them."""

    line = models.ForeignKey(ReturnLine, models.CASCADE, related_name="graded")
    grade = models.CharField(max_length=10, choices=[(one, one) for one in GRADES])
    disposition = models.CharField(max_length=10)
    quantity = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.quantity} {self.grade}"
