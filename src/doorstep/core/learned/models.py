from __future__ import annotations

from django.db import models

from doorstep.core.accounts.models import Brand, Operator


class PastParcel(models.Model):
    """A parcel that has travelled, as transit is learned from. Codes, so that it outlives what it names."""

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="history")
    parcel = models.CharField(max_length=100)
    order = models.CharField(max_length=100)
    service = models.CharField(max_length=100, blank=True)
    site = models.CharField(max_length=100, blank=True)
    seller = models.CharField(max_length=100, blank=True)
    origin_country = models.CharField(max_length=2)
    origin_postcode = models.CharField(max_length=100)
    destination_country = models.CharField(max_length=2)
    destination_region = models.CharField(max_length=2000, blank=True)
    destination_postcode = models.CharField(max_length=100)
    weight_g = models.PositiveIntegerField()
    placed_at = models.DateTimeField()
    status = models.CharField(max_length=100)
    distance_m = models.PositiveIntegerField(null=True)
    category = models.CharField(max_length=2000, blank=True)
    approved_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    # Days are counted by the clock that an instant was written by, so its offset is kept.
    placed_offset_s = models.IntegerField(default=0)
    approved_offset_s = models.IntegerField(default=0)
    handed_over_offset_s = models.IntegerField(default=0)
    delivered_offset_s = models.IntegerField(default=0)
    promised_by = models.DateField(null=True)
    freight_paid_micros = models.BigIntegerField(null=True)
    review_score = models.PositiveSmallIntegerField(null=True)
    sample_weight = models.FloatField(default=1.0)
    origin_latitude = models.FloatField(null=True)
    origin_longitude = models.FloatField(null=True)
    destination_latitude = models.FloatField(null=True)
    destination_longitude = models.FloatField(null=True)
    ready_by = models.DateField(null=True)
    attempts = models.PositiveSmallIntegerField(null=True)
    damaged = models.BooleanField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("brand", "parcel"), name="one_past_parcel_of_a_code"),)

    def __str__(self) -> str:
        return self.parcel


class Durations(models.Model):
    """A decision about learned durations: published, and in force until the next that is, or refused. Never changed."""

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="durations")
    as_of = models.DateTimeField()
    decided_at = models.DateTimeField()
    decided_by = models.CharField(max_length=100, blank=True)
    published = models.BooleanField()
    reason = models.TextField()
    history_sha256 = models.CharField(max_length=64, blank=True)
    model_sha256 = models.CharField(max_length=64)
    verdict = models.JSONField()
    content = models.TextField(
        blank=True
    )  # durations.json, as a folder has it; empty: refused, or the same as in force

    def __str__(self) -> str:
        return f"{self.as_of}: {self.reason}"


class Bids(models.Model):
    """Bid prices of a brand as they were learned once; those learned last are used. Codes, as in `PastParcel`."""

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="bids", db_index=False)  # the constraint's begins so
    learned_at = models.DateTimeField()
    learned_by = models.CharField(max_length=100, blank=True)
    orders = models.PositiveIntegerField()  # how many stood for those to come
    rows = models.JSONField()  # [[site, sku, service, price_micros]], in millionths of the brand's currency

    class Meta:
        constraints = (models.UniqueConstraint(fields=("brand", "learned_at"), name="bids_once_an_instant"),)

    def __str__(self) -> str:
        return f"{self.learned_at}: {len(self.rows)}"


class Insight(models.Model):
    """What was worked out last of a brand: a page of figures and drawings. Each takes the place of the one before."""

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="insights", db_index=False)  # the constraint's begins
    kind = models.CharField(max_length=20)
    as_of = models.DateField()  # what was known when this day began
    learned_at = models.DateTimeField()
    learned_by = models.CharField(max_length=100, blank=True)
    document = models.JSONField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("brand", "kind"), name="one_insight_of_a_kind"),)

    def __str__(self) -> str:
        return f"{self.kind} as of {self.as_of}"


class Steering(models.Model):
    """What choices go by beside money, put in force by somebody; of a kind the newest is. Added, never changed."""

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="steering", db_index=False)  # the index begins so
    kind = models.CharField(max_length=20)
    put_at = models.DateTimeField()
    put_by = models.CharField(max_length=100, blank=True)
    rows = models.JSONField()  # as `domain.steering` names their columns; empty: nothing is in force any more

    class Meta:
        indexes = (models.Index(fields=("brand", "kind", "id"), name="steering_by_kind"),)

    def __str__(self) -> str:
        return f"{self.kind}: {len(self.rows)}"


class AccountTerms(models.Model):
    """What an operator has put in force for all its brands: a contract with a carrier, or an account's prices.

    Of a kind, account, name and currency the newest is in force. Added, never changed.
    """

    operator = models.ForeignKey(Operator, models.CASCADE, related_name="terms", db_index=False)  # the index begins so
    kind = models.CharField(max_length=20)  # contract, prices
    carrier = models.CharField(max_length=100)
    account = models.CharField(max_length=100, blank=True)
    name = models.CharField(max_length=100, blank=True)  # of a contract
    currency = models.CharField(max_length=3)
    put_at = models.DateTimeField()
    put_by = models.CharField(max_length=100, blank=True)
    why = models.CharField(max_length=500, blank=True)
    rows = models.JSONField()  # as `core.learned.account_terms` writes them; empty: nothing is in force any more

    class Meta:
        indexes = (models.Index(fields=("operator", "kind", "id"), name="account_terms_by_kind"),)

    def __str__(self) -> str:
        return f"{self.kind} of {self.carrier} {self.account}: {len(self.rows)}"


class CommitmentPlan(models.Model):
    """What the parcels of all brands of an operator came to under its contracts, as it was reckoned last."""

    operator = models.ForeignKey(Operator, models.CASCADE, related_name="commitment_plans", db_index=False)
    currency = models.CharField(max_length=3)
    as_of = models.DateField()  # what was known when this day began
    learned_at = models.DateTimeField()
    learned_by = models.CharField(max_length=100, blank=True)
    document = models.JSONField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("operator", "currency"), name="one_plan_of_a_currency"),)

    def __str__(self) -> str:
        return f"{self.currency} as of {self.as_of}"
