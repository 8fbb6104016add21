"""Operators (a 3PL, or a shop with a warehouse of its own) serve brands; people and programs act for either."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from doorstep.domain.look import CHANNEL_KINDS, MOST_LOGO_BYTES, TEXT_COLOURS
from doorstep.domain.rights import KEY_ROLES, ROLES


class Operator(models.Model):
    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=2000)
    second_factor_required = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.code


class Brand(models.Model):
    """A client account. Amounts in millionths of the major unit of `currency`."""

    operator = models.ForeignKey(Operator, models.PROTECT, related_name="brands")
    code = models.CharField(max_length=100)
    name = models.CharField(max_length=2000)
    currency = models.CharField(max_length=3)
    country = models.CharField(max_length=2)
    on_time_target_ppm = models.PositiveIntegerField()
    late_cost_micros = models.BigIntegerField()
    unplanned_cost_micros = models.BigIntegerField()
    void_fill_micros_per_l = models.BigIntegerField(default=0)
    heeds_bids = models.BooleanField(default=True)  # what is short is kept for those who need it most
    display_test_ppm = models.PositiveIntegerField(default=0)  # of quotes whose options are shown in an order by lot
    company = models.CharField(max_length=2000, blank=True)
    address_1 = models.CharField(max_length=2000, blank=True)
    address_2 = models.CharField(max_length=2000, blank=True)
    city = models.CharField(max_length=2000, blank=True)
    postcode = models.CharField(max_length=100, blank=True)
    phone = models.CharField(max_length=2000, blank=True)
    email = models.CharField(max_length=2000, blank=True)
    eori = models.CharField(max_length=100, blank=True)
    ioss = models.CharField(max_length=100, blank=True)
    colour = models.CharField(max_length=7, default="#0b6e4f")
    accent = models.CharField(max_length=7, default="#0b6e4f")
    text_colour = models.CharField(max_length=5, choices=[(one, one) for one in TEXT_COLOURS], default="white")
    returns_name = models.CharField(max_length=2000, blank=True)
    returns_address_1 = models.CharField(max_length=2000, blank=True)
    returns_address_2 = models.CharField(max_length=2000, blank=True)
    returns_city = models.CharField(max_length=2000, blank=True)
    returns_postcode = models.CharField(max_length=100, blank=True)
    returns_country = models.CharField(max_length=2, blank=True)
    support_email = models.CharField(max_length=320, blank=True)
    support_phone = models.CharField(max_length=100, blank=True)
    support_url = models.CharField(max_length=2000, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("operator", "code"), name="one_brand_of_a_code"),)

    def __str__(self) -> str:
        return self.code


class Logo(models.Model):
    """A brand's picture, apart from the brand so that no other question carries it along."""

    brand = models.OneToOneField(Brand, models.CASCADE, related_name="logo")
    png = models.BinaryField(max_length=MOST_LOGO_BYTES)
    digest = models.CharField(max_length=64)
    width_px = models.PositiveIntegerField()
    height_px = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.digest


class Channel(models.Model):
    """Where a brand sells: its web shop, a marketplace."""

    brand = models.ForeignKey(Brand, models.CASCADE, related_name="channels")
    code = models.CharField(max_length=100)
    name = models.CharField(max_length=2000)
    kind = models.CharField(max_length=20, choices=[(kind, kind) for kind in CHANNEL_KINDS], default="web_shop")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("brand", "code"), name="one_channel_of_a_code"),)

    def __str__(self) -> str:
        return self.code


class People(BaseUserManager["User"]):
    pass


class User(AbstractBaseUser):
    """A person who logs in. Those of a brand see the brands named; those of the operator see all of its brands."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=2000, blank=True)
    operator = models.ForeignKey(Operator, models.PROTECT, related_name="users")
    role = models.CharField(max_length=20, choices=[(role, role) for role in ROLES])
    brands = models.ManyToManyField(Brand, related_name="users", blank=True)
    is_active = models.BooleanField(default=True)
    first_password = models.BooleanField(default=False)  # somebody else knows it: to be changed at the first log-in
    totp_secret = models.CharField(max_length=64, blank=True)  # needed to check codes, so that no hash will do
    totp_pending = models.CharField(max_length=64, blank=True)  # shown, and not yet confirmed by a code
    totp_step = models.BigIntegerField(default=0)  # of the last code that was accepted: none is good twice

    codes_wrong = models.PositiveIntegerField(default=0)  # of the second factor, one after the other
    codes_wrong_since = models.DateTimeField(null=True, blank=True)
    codes_shut_until = models.DateTimeField(null=True, blank=True)

    objects = People()
    USERNAME_FIELD = "email"

    def __str__(self) -> str:
        return self.email


class RecoveryCode(models.Model):
    """Opens once in place of a code of the second factor. Only its hash is kept: it has 80 random bits."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "digest"), name="one_recovery_code_of_a_digest"),)

    def __str__(self) -> str:
        return f"{self.user_id}"


class ApiKey(models.Model):
    """A program's key. Only its hash is kept; it acts for one brand, or for the operator when `brand` is empty."""

    operator = models.ForeignKey(Operator, models.PROTECT, related_name="keys")
    brand = models.ForeignKey(Brand, models.CASCADE, null=True, blank=True, related_name="keys")
    name = models.CharField(max_length=2000)
    role = models.CharField(max_length=20, choices=[(role, role) for role in KEY_ROLES])
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)  # sha256: the key has 256 random bits, so that a slow hash adds nothing
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    rate_per_s = models.PositiveIntegerField(null=True, blank=True)  # None: that of the installation; 0: no limit
    rate_burst = models.PositiveIntegerField(null=True, blank=True)

    def __str__(self) -> str:
        return self.prefix


class WrongKeys(models.Model):
    """How many keys that open nothing came from an address within a span of time."""

    address = models.CharField(max_length=64, unique=True)
    since = models.DateTimeField()
    number = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.address


class TestClock(models.Model):
    """How far the time of a test installation is ahead; one row at the most."""

    ahead_us = models.BigIntegerField()

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(ahead_us__gte=0), name="test_clock_goes_forward"),)

    def __str__(self) -> str:
        return str(self.ahead_us)
