"""Work on the floor is rows, not sessions: a reload, a crash or another bench finds it as it stood."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from doorstep.core.accounts.models import Brand, Operator
from doorstep.core.catalog.models import Product
from doorstep.core.network.models import Site
from doorstep.core.parcels.models import Parcel
from doorstep.domain.floor import MISSING_REASONS, PICK_STATES, WAVE_STATES


class Wave(models.Model):
    """Parcels that one cart fetches in one round, for one collection. The operator's: it may serve several brands."""

    operator = models.ForeignKey(Operator, models.PROTECT)
    site = models.ForeignKey(Site, models.PROTECT)
    code = models.CharField(max_length=120)
    leaves_at = models.DateTimeField()
    service = models.CharField(max_length=100, blank=True)  # empty: parcels of several services
    state = models.CharField(max_length=10, default="open", choices=[(state, state) for state in WAVE_STATES])
    released_at = models.DateTimeField()
    released_by = models.CharField(max_length=40)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("operator", "code"), name="one_wave_of_a_code"),
            models.CheckConstraint(condition=Q(state__in=WAVE_STATES), name="waves_have_a_known_state"),
        )
        indexes = (
            models.Index(fields=("operator", "leaves_at"), name="waves_by_leaving"),
            models.Index(fields=("operator", "state", "leaves_at"), name="waves_of_a_state"),
        )

    def __str__(self) -> str:
        return self.code


class Tote(models.Model):
    """A parcel in a wave: the tote its goods are gathered in, and how far its packing has come."""

    wave = models.ForeignKey(Wave, models.CASCADE, related_name="totes")
    brand = models.ForeignKey(Brand, models.PROTECT)
    parcel = models.ForeignKey(Parcel, models.CASCADE, related_name="totes")
    code = models.CharField(max_length=130)
    slot = models.PositiveSmallIntegerField()  # on the cart, from 1
    live = models.BooleanField(default=True)  # False: taken out of its wave
    started_at = models.DateTimeField(null=True)  # its first pick was taken
    packer = models.CharField(max_length=40, blank=True)  # whose bench has it
    carton = models.CharField(max_length=100, blank=True)  # confirmed
    carton_reason = models.CharField(max_length=200, blank=True)  # why another than the planned one
    weight_g = models.PositiveIntegerField(null=True)  # weighed, and not yet confirmed if packed_at is empty
    wrong_scans = models.PositiveIntegerField(default=0)
    told = models.CharField(max_length=300, blank=True)  # what the last scan was answered
    packed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("parcel",), condition=Q(live=True), name="one_tote_of_a_parcel"),
            models.UniqueConstraint(fields=("wave", "slot"), name="one_tote_of_a_slot"),
        )
        indexes = (models.Index(fields=("code",), name="totes_by_code"),)

    def __str__(self) -> str:
        return self.code


class Pick(models.Model):
    """Units of a product to be fetched from one bin into one tote."""

    tote = models.ForeignKey(Tote, models.CASCADE, related_name="picks")
    wave = models.ForeignKey(Wave, models.CASCADE, related_name="picks")
    product = models.ForeignKey(Product, models.PROTECT)
    bin = models.CharField(max_length=40, blank=True)
    lot = models.CharField(max_length=40, blank=True)
    stop = models.PositiveIntegerField()  # of the wave's round
    quantity = models.PositiveIntegerField()
    picked = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, default="open", choices=[(state, state) for state in PICK_STATES])
    worker = models.CharField(max_length=40, blank=True)
    taken_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    bin_seen = models.BooleanField(default=False)
    wrong_scans = models.PositiveIntegerField(default=0)
    told = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=PICK_STATES), name="picks_have_a_known_state"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="picks_ask_for_something"),
            models.CheckConstraint(condition=Q(picked__lte=F("quantity")), name="no_pick_above_its_quantity"),
        )
        indexes = (models.Index(fields=("wave", "state", "stop"), name="picks_of_a_round"),)

    def __str__(self) -> str:
        return f"{self.quantity} from {self.bin}"


class Check(models.Model):
    """Units of a product that belong into a parcel, and how many of them were scanned at the bench."""

    tote = models.ForeignKey(Tote, models.CASCADE, related_name="checks")
    product = models.ForeignKey(Product, models.PROTECT)
    wanted = models.PositiveIntegerField()
    scanned = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("tote", "product"), name="one_check_of_a_product"),
            models.CheckConstraint(condition=Q(scanned__lte=F("wanted")), name="no_more_scanned_than_wanted"),
        )

    def __str__(self) -> str:
        return f"{self.scanned} of {self.wanted}"


class Missing(models.Model):
    """Units that a bin lacked when they were to be picked; out of sale until somebody has looked."""

    brand = models.ForeignKey(Brand, models.PROTECT)
    pick = models.ForeignKey(Pick, models.CASCADE)
    product = models.ForeignKey(Product, models.PROTECT)
    quantity = models.PositiveIntegerField()
    reason = models.CharField(max_length=20, choices=[(reason, reason) for reason in MISSING_REASONS])
    at = models.DateTimeField()
    worker = models.CharField(max_length=40)
    settled_at = models.DateTimeField(null=True)
    found = models.PositiveIntegerField(null=True)  # of them, when somebody looked

    class Meta:
        indexes = (models.Index(fields=("brand", "settled_at"), name="missing_of_a_brand"),)

    def __str__(self) -> str:
        return f"{self.quantity} {self.reason}"


class PutBack(models.Model):
    """Units that lie in a tote and are wanted no longer; picked still, until somebody has put them into their bin."""

    brand = models.ForeignKey(Brand, models.PROTECT)
    site = models.ForeignKey(Site, models.PROTECT)
    tote = models.ForeignKey(Tote, models.CASCADE)
    product = models.ForeignKey(Product, models.PROTECT)
    bin = models.CharField(max_length=40, blank=True)
    lot = models.CharField(max_length=40, blank=True)
    quantity = models.PositiveIntegerField()
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=40, blank=True)
    wrong_scans = models.PositiveIntegerField(default=0)
    told = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = (models.Index(fields=("brand", "done_at"), name="put_backs_of_a_brand"),)

    def __str__(self) -> str:
        return f"{self.quantity} to {self.bin}"
