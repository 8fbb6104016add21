"""Reads: who asks, and whose rows they may see."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from doorstep.core.accounts.keys import digest_of, prefix_of
from doorstep.core.accounts.models import ApiKey, Brand, Channel, Logo, Operator, User
from doorstep.core.statements import instant
from doorstep.domain.rate import Rate
from doorstep.domain.rights import BRAND_ROLES, Role, Scope

KEY = (  # asked at every request, and never held: a key that is revoked opens nothing from that moment on
    "SELECT id, operator_id, brand_id, role, digest, expires_at, revoked_at, last_used_at, rate_per_s, rate_burst "
    f"FROM {ApiKey._meta.db_table} WHERE prefix = %s"
)


@dataclass(frozen=True, slots=True)
class KnownKey:
    id: int
    scope: Scope
    last_used_at: datetime | None
    rate: Rate | None  # None: no limit


@dataclass(frozen=True, slots=True)
class BrandRow:
    id: int
    code: str
    name: str
    currency: str
    country: str
    colour: str
    text_colour: str
    logo: str  # digest; empty: there is none


@dataclass(frozen=True, slots=True)
class ChannelRow:
    code: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class BrandDetails:
    """A brand as it shows itself: sender, returns, support, look, and where it sells."""

    id: int
    code: str
    name: str
    currency: str
    country: str
    colour: str
    accent: str
    text_colour: str
    company: str
    address_1: str
    address_2: str
    city: str
    postcode: str
    phone: str
    email: str
    returns_name: str
    returns_address_1: str
    returns_address_2: str
    returns_city: str
    returns_postcode: str
    returns_country: str
    support_email: str
    support_phone: str
    support_url: str
    logo: str  # digest; empty: there is none
    channels: tuple[ChannelRow, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """A person as they see themselves."""

    id: int
    email: str
    name: str
    role: Role
    first_password: bool
    second_factor: bool
    recovery_codes_left: int
    second_factor_demanded: bool

    @property
    def owes(self) -> str:
        """What must be done before any page opens; empty: nothing."""
        if self.first_password:
            return "password"
        return "second_factor" if self.second_factor_demanded and not self.second_factor else ""


@dataclass(frozen=True, slots=True)
class UserRow:
    id: int
    email: str
    name: str
    role: str
    brands: tuple[str, ...]  # codes
    is_active: bool
    last_login: datetime | None
    second_factor: bool


@dataclass(frozen=True, slots=True)
class KeyRow:
    id: int
    name: str
    role: Role
    brand: str  # code; empty: acts for the operator
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    rate_per_s: int | None  # None: that of the installation; 0: no limit
    rate_burst: int | None


def scope_of_user(user: AbstractBaseUser | AnonymousUser) -> Scope:
    """Those of a brand see the brands named; those of the operator see all of its brands. One query."""
    if not isinstance(user, User) or not user.is_active:
        raise PermissionError("nobody is logged in")
    role = cast(Role, user.role)
    brands = user.brands.all() if role in BRAND_ROLES else Brand.objects.filter(operator_id=user.operator_id)
    ids = brands.filter(operator_id=user.operator_id).values_list("pk", flat=True)
    return Scope(user.operator_id, frozenset(ids), role, f"user:{user.pk}")


def find_key(raw_key: str, now: datetime) -> KnownKey | None:
    """The key and its scope, if it is one of ours and in force. One query for a brand's key, two for an operator's."""
    prefix = prefix_of(raw_key)
    row = None
    if prefix:
        with connection.cursor() as cursor:
            cursor.execute(KEY, [prefix])
            row = cursor.fetchone()
    if row is None:
        return None
    pk, operator, brand, role, digest, expires_at, revoked_at, used_at, per_s, burst = row
    if not hmac.compare_digest(digest, digest_of(raw_key)):
        return None
    ends = instant(expires_at)
    if revoked_at is not None or (ends is not None and ends <= now):
        return None
    if brand is not None:
        brands = frozenset({brand})
    else:
        brands = frozenset(Brand.objects.filter(operator_id=operator).values_list("pk", flat=True))
    return KnownKey(pk, Scope(operator, brands, cast(Role, role), f"key:{pk}"), instant(used_at), rate_of(per_s, burst))


def rate_of(per_s: int | None, burst: int | None) -> Rate | None:
    """Give how often a key may ask: as its row says, else as the installation does; None: as often as it likes."""
    if per_s is None:
        return settings.RATE
    return Rate(per_s, burst or per_s) if per_s else None


def scope_of_key(raw_key: str, now: datetime) -> Scope | None:
    known = find_key(raw_key, now)
    return known.scope if known else None


def operator_name(scope: Scope) -> str:
    return Operator.objects.values_list("name", flat=True).get(pk=scope.operator)


def operator_code(scope: Scope) -> str:
    return Operator.objects.values_list("code", flat=True).get(pk=scope.operator)


def brands(scope: Scope) -> tuple[BrandRow, ...]:
    """The brands of the scope, by code."""
    rows = Brand.objects.filter(operator_id=scope.operator, pk__in=scope.brands).order_by("code")
    names = ("id", "code", "name", "currency", "country", "colour", "text_colour")
    return tuple(BrandRow(*row) for row in rows.values_list(*names, Coalesce("logo__digest", Value(""))))


def speaks_for_operator(scope: Scope) -> bool:
    """Whether somebody acts for the operator as a whole: in no role of a brand, and for every brand. One query."""
    if scope.role in BRAND_ROLES:
        return False
    return set(Brand.objects.filter(operator_id=scope.operator).values_list("pk", flat=True)) <= scope.brands


def brand_id(scope: Scope, code: str) -> int | None:
    """Row id of a brand of the scope; None: there is no such brand, or it is somebody else's."""
    rows = Brand.objects.filter(operator_id=scope.operator, pk__in=scope.brands, code=code)
    return rows.values_list("pk", flat=True).first()


def brand_details(scope: Scope, *, code: str = "", after: str = "", limit: int = 200) -> tuple[BrandDetails, ...]:
    """The brands of the scope by code, those after `after`; or the one of this code. Two queries."""
    names = tuple(one.name for one in fields(BrandDetails))[:-2]
    rows = Brand.objects.filter(operator_id=scope.operator, pk__in=scope.brands, code__gt=after).order_by("code")
    rows = rows.filter(code=code) if code else rows
    found: list[Any] = list(rows.values_list(*names, Coalesce("logo__digest", Value("")))[:limit])
    channels: dict[int, list[ChannelRow]] = {}
    for one in Channel.objects.filter(brand_id__in=[row[0] for row in found]).order_by("code"):
        channels.setdefault(one.brand_id, []).append(ChannelRow(one.code, one.name, one.kind))
    return tuple(BrandDetails(*(*row, tuple(channels.get(row[0], ())))) for row in found)


def logo(scope: Scope, code: str) -> bytes | None:
    """The brand's picture as PNG; None: there is none, or the brand is somebody else's."""
    rows = Logo.objects.filter(brand__operator_id=scope.operator, brand_id__in=scope.brands, brand__code=code)
    found = rows.values_list("png", flat=True).first()
    return None if found is None else bytes(found)


def account(user_id: int) -> Account:
    """Give a person as they see themselves. One query."""
    left = Count("recovery_codes", filter=Q(recovery_codes__used_at=None))
    row = User.objects.select_related("operator").annotate(left=left).get(pk=user_id)
    return Account(
        row.pk,
        row.email,
        row.name,
        cast(Role, row.role),
        row.first_password,
        bool(row.totp_secret),
        row.left,
        row.operator.second_factor_required,
    )


def owes(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether something must be done before any page opens; a query only for those without a second factor."""
    if not isinstance(user, User):
        return False
    return user.first_password or (not user.totp_secret and user.operator.second_factor_required)


def has_second_factor(user: AbstractBaseUser | AnonymousUser) -> bool:
    return isinstance(user, User) and bool(user.totp_secret)


def second_factor_demanded(scope: Scope) -> bool:
    return Operator.objects.values_list("second_factor_required", flat=True).get(pk=scope.operator)


def users(scope: Scope) -> tuple[UserRow, ...]:
    """People in the scope, by address; those of a brand see who shares all of a person's brands with them."""
    return tuple(
        UserRow(
            one.pk,
            one.email,
            one.name,
            one.role,
            tuple(sorted(brand.code for brand in one.brands.all())),
            one.is_active,
            one.last_login,
            bool(one.totp_secret),
        )
        for one in _users(scope).order_by("email").prefetch_related("brands")
    )


def people_named(scope: Scope, ids: Collection[int]) -> dict[int, str]:
    """Names of those that the scope may know, by row id. One query."""
    rows = _users(scope).filter(pk__in=ids).values_list("pk", "name", "email")
    return {pk: name or email for pk, name, email in rows}


def keys_named(scope: Scope, ids: Collection[int]) -> dict[int, str]:
    """Names of keys that the scope may manage, by row id. One query."""
    return dict(_keys(scope).filter(pk__in=ids).values_list("pk", "name"))


def _users(scope: Scope) -> QuerySet[User]:
    rows = User.objects.filter(operator_id=scope.operator)
    if scope.role in BRAND_ROLES:
        foreign = User.brands.through.objects.exclude(brand_id__in=scope.brands).values("user_id")
        rows = rows.filter(role__in=BRAND_ROLES, brands__in=scope.brands).exclude(pk__in=foreign).distinct()
    return rows


def keys(scope: Scope, *, after: int = 0, limit: int = 200) -> tuple[KeyRow, ...]:
    """Keys that the scope may manage, oldest first, those after the row id `after`; revoked ones too. One query."""
    rows = _keys(scope).filter(pk__gt=after).order_by("pk").select_related("brand")[:limit]
    return tuple(_key(row) for row in rows)


def key(scope: Scope, key_id: int) -> KeyRow | None:
    row = _keys(scope).filter(pk=key_id).select_related("brand").first()
    return _key(row) if row else None


def keys_in_force(rows: Iterable[KeyRow], now: datetime) -> tuple[KeyRow, ...]:
    return tuple(row for row in rows if row.revoked_at is None and (row.expires_at is None or row.expires_at > now))


def _keys(scope: Scope) -> QuerySet[ApiKey]:
    rows = ApiKey.objects.filter(operator_id=scope.operator)
    return rows.filter(brand_id__in=scope.brands) if scope.role in BRAND_ROLES else rows


def _key(row: ApiKey) -> KeyRow:
    return KeyRow(
        row.pk,
        row.name,
        cast(Role, row.role),
        row.brand.code if row.brand else "",
        row.prefix,
        row.created_at,
        row.expires_at,
        row.revoked_at,
        row.last_used_at,
        row.rate_per_s,
        row.rate_burst,
    )


def operator_id(code: str) -> int | None:
    return Operator.objects.filter(code=code).values_list("pk", flat=True).first()


def brand_ids(operator: int) -> dict[str, int]:
    """Row ids of an operator's brands by code; for the command line, which acts for the operator."""
    return dict(Brand.objects.filter(operator_id=operator).values_list("code", "pk"))


def senders(operator: int) -> dict[int | None, str]:
    """Names to sign letters with: of each brand by row id, and of the operator itself by None. Two queries."""
    names: dict[int | None, str] = {None: str(Operator.objects.values_list("name", flat=True).get(pk=operator))}
    rows = Brand.objects.filter(operator_id=operator).values_list("pk", "name", "code")
    return names | {pk: name or code for pk, name, code in rows}


def all_brands() -> tuple[tuple[int, int], ...]:
    """Row ids of operator and brand, of the whole installation: for chores. One query."""
    return tuple(Brand.objects.order_by("operator_id", "pk").values_list("operator_id", "pk"))
