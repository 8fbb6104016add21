"""Writes. Whoever calls has checked the right to; what cannot be true of the rows is refused here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q

from doorstep.core.accounts.keys import new_secret
from doorstep.core.accounts.models import ApiKey, Brand, Channel, Operator, User
from doorstep.domain import demand
from doorstep.domain.errors import Conflict
from doorstep.domain.rate import Rate
from doorstep.domain.rights import BRAND_ROLES, KEY_ROLES, ROLES, Role

GRACE = timedelta(days=1)  # how long a rotated key lives on beside its successor
TOUCH_EVERY = timedelta(minutes=1)


def add_operator(code: str, name: str) -> int:
    """Raise Conflict if there is one of this code."""
    try:
        with transaction.atomic():
            return Operator.objects.create(code=code, name=name).pk
    except IntegrityError:
        raise Conflict(f"there is an operator {code} already") from None


def add_brand(operator_id: int, brand: demand.Brand, channels: Iterable[str] = ()) -> int:
    """Raise Conflict if the operator has a brand of this code."""
    said = asdict(brand) | {"code": brand.brand, "currency": brand.currency.code}
    del said["brand"], said["operator"]
    try:
        with transaction.atomic():
            row = Brand.objects.create(operator_id=operator_id, **said)
    except IntegrityError:
        raise Conflict(f"there is a brand {brand.brand} already") from None
    Channel.objects.bulk_create(Channel(brand=row, code=one, name=one) for one in channels if one)
    return row.pk


def add_user(
    email: str,
    name: str,
    password: str,
    role: Role,
    operator_id: int,
    brand_ids: Iterable[int] = (),
    *,
    first_password: bool = False,
) -> int:
    """Add a person who logs in. Raises Conflict: address taken, password weak, role and brands at odds.

    A `first_password` is known to whoever chose it, so that the person must change it before anything else.
    """
    brands = set(brand_ids)
    if role not in ROLES:
        raise Conflict(f"{role} is not a role of a person")
    if (role in BRAND_ROLES) != bool(brands):
        raise Conflict("those of a brand name their brands, those of the operator name none")
    if Brand.objects.filter(pk__in=brands, operator_id=operator_id).count() != len(brands):
        raise Conflict("a brand is not one of the operator's")
    user = User(email=normalised(email), name=name, operator_id=operator_id, role=role)
    user.first_password = first_password
    _set_password(user, password)
    try:
        with transaction.atomic():
            user.save()
            user.brands.set(brands)
    except IntegrityError:
        raise Conflict(f"{user.email} is taken") from None
    return user.pk


def set_password(user_id: int, password: str, *, first: bool = False) -> None:
    """End all sessions of the person with it: they hang on the password. Raises Conflict if the password is weak."""
    user = User.objects.get(pk=user_id)
    _set_password(user, password)
    user.first_password = first
    user.save(update_fields=["password", "first_password"])


def reactivate_user(user_id: int) -> bool:
    """Let a person in again; False: they were never shut out."""
    return User.objects.filter(pk=user_id, is_active=False).update(is_active=True) == 1


def deactivate_user(user_id: int) -> None:
    """Shut a person out, from the next request on; what they did stays theirs."""
    User.objects.filter(pk=user_id).update(is_active=False)


def normalised(email: str) -> str:
    """Addresses are told apart without regard to case: nobody remembers which they wrote."""
    return email.strip().lower()


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as refusal:
        raise Conflict(" ".join(refusal.messages)) from None
    user.set_password(password)


def add_key(
    operator_id: int,
    brand_id: int | None,
    name: str,
    role: Role,
    *,
    at: datetime,
    expires_at: datetime | None = None,
) -> tuple[int, str]:
    """Add a program's key; returns its row id and the key itself, which is shown this once. Raises Conflict."""
    if role not in KEY_ROLES:
        raise Conflict(f"{role} is not a role of a key")
    if (role in BRAND_ROLES) != (brand_id is not None):
        raise Conflict(f"a key with the role {role} {'names its' if role in BRAND_ROLES else 'names no'} brand")
    if brand_id is not None and not Brand.objects.filter(pk=brand_id, operator_id=operator_id).exists():
        raise Conflict("the brand is not one of the operator's")
    if expires_at is not None and expires_at <= at:
        raise Conflict("the key would have expired already")
    secret = new_secret()
    row = ApiKey.objects.create(
        operator_id=operator_id,
        brand_id=brand_id,
        name=name,
        role=role,
        prefix=secret.prefix,
        digest=secret.digest,
        created_at=at,
        expires_at=expires_at,
    )
    return row.pk, secret.raw


@transaction.atomic
def rotate_key(key_id: int, *, at: datetime, grace: timedelta = GRACE) -> tuple[int, str]:
    """Give the key a successor of the same name, role and brand; the old one works for `grace` longer, no more.

    Raises Conflict for a key that is revoked or has expired: who lost it shall not get a new one by it.
    """
    old = ApiKey.objects.select_for_update().get(pk=key_id)
    if old.revoked_at is not None or (old.expires_at is not None and old.expires_at <= at):
        raise Conflict("the key is revoked or has expired")
    ends = at + grace
    lives_until = old.expires_at  # the successor ends when the old one would have
    ApiKey.objects.filter(pk=old.pk).update(expires_at=ends if lives_until is None else min(ends, lives_until))
    secret = new_secret()
    row = ApiKey.objects.create(
        operator_id=old.operator_id,
        brand_id=old.brand_id,
        name=old.name,
        role=old.role,
        prefix=secret.prefix,
        digest=secret.digest,
        created_at=at,
        expires_at=lives_until,
        rate_per_s=old.rate_per_s,
        rate_burst=old.rate_burst,
    )
    return row.pk, secret.raw


def set_rate(key_id: int, rate: Rate | None) -> None:
    """Set how often a key may ask; None: as the installation says."""
    values = (
        {"rate_per_s": None, "rate_burst": None}
        if rate is None
        else {"rate_per_s": rate.per_s, "rate_burst": rate.burst}
    )
    ApiKey.objects.filter(pk=key_id).update(**values)


def revoke_key(key_id: int, *, at: datetime) -> bool:
    """Shut the key out at once; False: it was revoked before."""
    return ApiKey.objects.filter(pk=key_id, revoked_at=None).update(revoked_at=at) == 1


def touch_key(key_id: int, *, at: datetime) -> bool:
    """Note that the key was used, at most once a minute, so that reading stays reading."""
    stale = Q(last_used_at=None) | Q(last_used_at__lte=at - TOUCH_EVERY)
    return ApiKey.objects.filter(stale, pk=key_id).update(last_used_at=at) == 1
