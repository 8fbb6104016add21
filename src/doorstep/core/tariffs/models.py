"""The contracts by which a brand's parcels travel. Tables as carriers print them; ids are the position in the list."""

from __future__ import annotations

from django.db import models

from doorstep.core.accounts.models import Brand


class Service(models.Model):
    brand = models.ForeignKey(Brand, models.CASCADE, related_name="services")
    code = models.CharField(max_length=100)
    carrier = models.CharField(max_length=100)
    name = models.CharField(max_length=2000)
    speed = models.CharField(max_length=10)
    delivers_to = models.CharField(max_length=12)
    max_weight_g = models.PositiveIntegerField()
    max_length_mm = models.PositiveIntegerField()
    max_girth_mm = models.PositiveIntegerField(null=True)
    dim_divisor_cm3_per_kg = models.PositiveIntegerField()
    working_days = models.PositiveSmallIntegerField()
    min_days = models.PositiveSmallIntegerField()
    max_days = models.PositiveSmallIntegerField()
    tracked = models.BooleanField(default=False)
    signature = models.BooleanField(default=False)
    account = models.CharField(max_length=100, blank=True, default="")
    incoterm = models.CharField(max_length=3, default="DAP")
    mode = models.CharField(max_length=4, blank=True, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("brand", "code"), name="one_service_of_a_code"),)

    def __str__(self) -> str:
        return self.code


class ZoneRule(models.Model):
    service = models.ForeignKey(Service, models.CASCADE, related_name="zones")
    origin_country = models.CharField(max_length=2)
    origin_prefix = models.CharField(max_length=100, blank=True)
    destination_country = models.CharField(max_length=2)
    destination_prefix = models.CharField(max_length=100, blank=True)
    zone = models.CharField(max_length=100)
    remote = models.BooleanField(default=False)
    origin_to = models.CharField(max_length=100, blank=True, default="")
    destination_to = models.CharField(max_length=100, blank=True, default="")

    def __str__(self) -> str:
        return self.zone


class RateBreak(models.Model):
    service = models.ForeignKey(Service, models.CASCADE, related_name="rates")
    zone = models.CharField(max_length=100)
    up_to_g = models.PositiveIntegerField()
    price_micros = models.BigIntegerField()
    per_extra_kg_micros = models.BigIntegerField(null=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    currency = models.CharField(max_length=3, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.zone} {self.up_to_g}"


class Surcharge(models.Model):
    service = models.ForeignKey(Service, models.CASCADE, related_name="surcharges")
    surcharge = models.CharField(max_length=100)
    when = models.CharField(max_length=20)
    threshold = models.PositiveIntegerField(null=True)
    percent = models.BooleanField()
    amount_micros = models.BigIntegerField()
    sequence = models.IntegerField()
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    of_value = models.BooleanField(default=False)
    floor = models.BooleanField(default=False)
    least_micros = models.BigIntegerField(null=True)
    zone = models.CharField(max_length=100, blank=True, default="")
    area = models.CharField(max_length=100, blank=True, default="")
    group = models.CharField(max_length=100, blank=True, default="")
    currency = models.CharField(max_length=3, blank=True, default="")
    step_micros = models.BigIntegerField(null=True)
    free_micros = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.surcharge


class DivisorRule(models.Model):
    service = models.ForeignKey(Service, models.CASCADE, related_name="divisors")
    when = models.CharField(max_length=20)
    threshold = models.PositiveIntegerField()
    dim_divisor_cm3_per_kg = models.PositiveIntegerField()
    sequence = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.when} {self.threshold}"


class AreaRule(models.Model):
    brand = models.ForeignKey(Brand, models.CASCADE, related_name="areas")
    area = models.CharField(max_length=100)
    country = models.CharField(max_length=2)
    prefix = models.CharField(max_length=100, blank=True)
    prefix_to = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return self.area


class Markup(models.Model):
    """What a client pays besides the carrier's price; of all services where it names none."""

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="markups")
    client = models.CharField(max_length=100)
    service = models.ForeignKey(Service, models.CASCADE, null=True, related_name="markups")
    kind = models.CharField(max_length=10)
    amount_micros = models.BigIntegerField()
    sequence = models.IntegerField()
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.client} {self.kind}"


class ExchangeRate(models.Model):
    brand = models.ForeignKey(Brand, models.CASCADE, related_name="exchange_rates")
    currency = models.CharField(max_length=3)
    rate_nanos = models.BigIntegerField()
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    def __str__(self) -> str:
        return self.currency


class DutyRule(models.Model):
    brand = models.ForeignKey(Brand, models.CASCADE, related_name="duties")
    levy = models.CharField(max_length=4)
    destination = models.CharField(max_length=100)
    origin = models.CharField(max_length=100, blank=True)
    hs_prefix = models.CharField(max_length=12, blank=True)
    percent_micros = models.BigIntegerField()
    per_kg_micros = models.BigIntegerField()
    per_item_micros = models.BigIntegerField()
    with_freight = models.BooleanField()
    with_duty = models.BooleanField()
    value_up_to_micros = models.BigIntegerField(null=True)
    de_minimis_micros = models.BigIntegerField(null=True)
    de_minimis_with_freight = models.BooleanField()
    ioss_up_to_micros = models.BigIntegerField(null=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    currency = models.CharField(max_length=3, blank=True)

    def __str__(self) -> str:
        return f"{self.levy} {self.destination} {self.hs_prefix}"


class TerritoryRule(models.Model):
    brand = models.ForeignKey(Brand, models.CASCADE, related_name="territories")
    territory = models.CharField(max_length=100)
    country = models.CharField(max_length=2)

    def __str__(self) -> str:
        return f"{self.territory} {self.country}"


class RuleBook(models.Model):
    """The operator's rules for a brand, as rules.toml was written and checked."""

    brand = models.OneToOneField(Brand, models.CASCADE, related_name="rule_book")
    text = models.TextField()

    def __str__(self) -> str:
        return f"rules of {self.brand_id}"


class EmissionFactor(models.Model):
    """In place of those that come with Doorstep."""

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="emission_factors")
    leg = models.CharField(max_length=9)
    mode = models.CharField(max_length=12, blank=True)
    vehicle = models.CharField(max_length=2000)
    up_to_km = models.PositiveIntegerField(null=True)
    distance_add_pct = models.PositiveIntegerField()
    distance_add_km = models.PositiveIntegerField()
    low_g = models.PositiveBigIntegerField()
    mid_g = models.PositiveBigIntegerField()
    high_g = models.PositiveBigIntegerField()
    source = models.CharField(max_length=2000)
    year = models.PositiveIntegerField(null=True)
    note = models.CharField(max_length=2000, blank=True)

    def __str__(self) -> str:
        return f"{self.leg} {self.mode} {self.vehicle}"
