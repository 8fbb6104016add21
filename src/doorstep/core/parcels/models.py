from __future__ import annotations

from django.db import models
from django.db.models import Q

from doorstep.core.accounts.models import Brand, Operator
from doorstep.core.network.models import Site
from doorstep.core.orders.models import Order
from doorstep.domain.journey import PARCEL_STATES, UNDER_WAY
from doorstep.domain.travel import MILESTONES

LABEL_STATES = ("asked", "bought", "refused", "abandoned", "voiding", "voided")
MANIFEST_KINDS = ("collection", "drop_off")
MANIFEST_STATES = ("closing", "closed")


class SsccRange(models.Model):
    """The operator's company prefix of GS1, and how many of its serial numbers are given out."""

    operator = models.OneToOneField(Operator, models.PROTECT, primary_key=True)
    company_prefix = models.CharField(max_length=12)
    serial = models.BigIntegerField(default=0)  # the last one given

    def __str__(self) -> str:
        return self.company_prefix


class CarrierAccount(models.Model):
    """How an operator reaches a carrier. Secrets stay outside: only the names of environment variables are kept.

    A copy of the database is no key to anybody's account with a carrier, and a secret is changed without a migration.
    """

    operator = models.ForeignKey(Operator, models.PROTECT, related_name="carriers")
    code = models.SlugField(max_length=30)
    carrier = models.CharField(max_length=100)  # as the services of the brands name it
    plugin = models.CharField(max_length=60)
    base_url = models.CharField(max_length=500, blank=True)
    key_variable = models.CharField(max_length=100, blank=True)  # the environment variable with the API key
    hook_variable = models.CharField(max_length=100, blank=True)  # and that with the secret of its webhooks

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("operator", "code"), name="one_carrier_account_of_a_code"),
            models.UniqueConstraint(fields=("operator", "carrier"), name="one_account_with_a_carrier"),
        )

    def __str__(self) -> str:
        return self.code


class Manifest(models.Model):
    """What left a site with a carrier at once; of the operator, and of parcels of any of its brands."""

    operator = models.ForeignKey(Operator, models.PROTECT, related_name="manifests")
    site = models.ForeignKey(Site, models.PROTECT, related_name="manifests")
    account = models.ForeignKey(CarrierAccount, models.PROTECT, related_name="manifests")
    kind = models.CharField(max_length=12, choices=[(kind, kind) for kind in MANIFEST_KINDS])
    state = models.CharField(max_length=12, choices=[(state, state) for state in MANIFEST_STATES], default="closing")
    departs_at = models.DateTimeField()
    begun_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)  # when the carrier had heard of it
    reference = models.CharField(max_length=100, blank=True)  # the carrier's own number of it
    refused = models.CharField(max_length=300, blank=True)  # why the carrier would not hear of it; it is not told again

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("site", "account"), condition=Q(state="closing"), name="one_manifest_closing_at_once"
            ),
        )
        indexes = (
            models.Index(fields=("operator", "begun_at"), name="manifests_of_an_operator"),
            models.Index(fields=("told_at",), name="manifests_left_open", condition=Q(told_at=None)),
        )

    def __str__(self) -> str:
        return f"manifest {self.pk}"


class Parcel(models.Model):
    """A parcel: what plan.csv says of it, and how far it has come. Amounts in minor units."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="parcels", db_index=False)  # others begin with it
    order = models.ForeignKey(Order, models.CASCADE, related_name="parcels")
    code = models.CharField(max_length=120)
    site = models.ForeignKey(Site, models.PROTECT, related_name="parcels", db_index=False)  # and with it
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
    expected_at_earliest = models.BooleanField(default=False)  # that date is nobody's word: the promised one had passed
    attempts = models.PositiveSmallIntegerField(default=0)  # deliveries tried without success
    sscc = models.CharField(max_length=18, blank=True)  # given when it is packed
    tracking = models.CharField(max_length=80, blank=True)  # the carrier's number of it
    manifest = models.ForeignKey(Manifest, models.PROTECT, null=True, related_name="parcels")  # it left with
    packed_carton = models.CharField(max_length=100, blank=True)  # the one it really went into
    packed_weight_g = models.PositiveIntegerField(null=True)  # as weighed
    packed_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)  # handed to the carrier
    ended_at = models.DateTimeField(null=True)  # delivered, left at the safe place or returned to the sender
    # What was to be expected of it at an instant; of no use any more once it has left since.
    foreseen_at = models.DateTimeField(null=True)
    foreseen_by = models.DateField(null=True)  # a day that is sure enough; none: nobody knows
    late_ppm = models.PositiveIntegerField(null=True)  # chance that it arrives after the promised day
    likely_late = models.BooleanField(default=False)  # that chance was high, and the promise still to be kept

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
            models.Index(fields=("ship_at", "id"), name="parcels_by_time"),
            models.Index(fields=("ship_at", "id"), name="parcels_under_way", condition=Q(state__in=UNDER_WAY)),
            models.Index(fields=("brand", "promised_by"), name="parcels_promised", condition=Q(state__in=UNDER_WAY)),
            models.Index(fields=("brand", "on_time_ppm"), name="parcels_by_odds", condition=Q(state__in=UNDER_WAY)),
            models.Index(fields=("tracking",), name="parcels_by_tracking", condition=~Q(tracking="")),
            models.Index(fields=("brand", "ship_at"), name="parcels_likely_late", condition=Q(likely_late=True)),
        )

    def __str__(self) -> str:
        return self.code


class Label(models.Model):
    """A label: first the intent to buy it, then what became of it. At most one of a parcel is asked for or bought."""

    parcel = models.ForeignKey(Parcel, models.PROTECT, related_name="labels")
    account = models.ForeignKey(CarrierAccount, models.PROTECT, related_name="labels")
    key = models.CharField(max_length=64, unique=True)  # the carrier sells one label for it, however often it is asked
    state = models.CharField(max_length=12, choices=[(state, state) for state in LABEL_STATES], default="asked")
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)  # when we knew what became of it
    label = models.CharField(max_length=100, blank=True)  # as the carrier names it
    tracking = models.CharField(max_length=80, blank=True)
    routing = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=300, blank=True)  # why it was refused, or voided

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("parcel",), condition=Q(state__in=("asked", "bought")), name="one_live_label_of_a_parcel"
            ),
            models.CheckConstraint(condition=Q(state__in=LABEL_STATES), name="labels_have_a_known_state"),
        )
        indexes = (
            models.Index(
                fields=("state", "asked_at"),
                name="labels_left_open",
                condition=Q(state__in=("asked", "voiding", "refused")),
            ),
            models.Index(fields=("account", "tracking"), name="labels_by_tracking"),
        )

    def __str__(self) -> str:
        return self.tracking or self.key


class UnreadEvent(models.Model):
    """An event of a carrier's message that could not be read: kept as it came, until somebody reads it again."""

    account = models.ForeignKey(CarrierAccount, models.PROTECT, related_name="unread")
    digest = models.CharField(max_length=64)  # of `raw`: one that is sent again is the same
    raw = models.TextField()
    why = models.CharField(max_length=300)
    received_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)  # read at last, or set aside by a person

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "digest"), name="one_unread_event_of_a_kind"),)
        indexes = (models.Index(fields=("account", "id"), name="events_unread", condition=Q(settled_at=None)),)

    def __str__(self) -> str:
        return self.why


class Scan(models.Model):
    """What a carrier told of a parcel, as it told it; never changed, but for the parcel it turns out to be of."""

    account = models.ForeignKey(CarrierAccount, models.PROTECT, related_name="scans")
    parcel = models.ForeignKey(Parcel, models.PROTECT, null=True, related_name="scans")  # none: of no parcel we know
    event = models.CharField(max_length=100)  # the carrier's number of it
    tracking = models.CharField(max_length=80)
    milestone = models.CharField(max_length=20, choices=[(one, one) for one in MILESTONES])
    at = models.DateTimeField()
    place = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    expected_by = models.DateField(null=True)
    received_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("account", "event"), name="one_scan_of_an_event"),)
        indexes = (
            models.Index(fields=("parcel", "at"), name="scans_of_a_parcel"),
            models.Index(fields=("account", "tracking"), name="scans_of_nobody", condition=Q(parcel=None)),
        )

    def __str__(self) -> str:
        return f"{self.milestone} {self.tracking}"
