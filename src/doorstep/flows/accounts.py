"""People and keys: who may add them, change them and shut them out. Every change is a fact."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from doorstep.core.accounts import actions, queries
from doorstep.core.events.actions import record
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rate import Rate
from doorstep.domain.rights import BRAND_ROLES, KEY_ROLES, ROLES, Role, Scope


@dataclass(frozen=True, slots=True)
class NewKey:
    key_id: int
    raw: str  # shown once; only its hash is kept


def roles_to_give(scope: Scope) -> tuple[Role, ...]:
    """Give the roles that a person of this scope may give to others: those of a brand know brand roles alone."""
    return tuple(role for role in ROLES if scope.role not in BRAND_ROLES or role in BRAND_ROLES)


def key_roles_to_give(scope: Scope) -> tuple[Role, ...]:
    return tuple(role for role in KEY_ROLES if scope.role not in BRAND_ROLES or role in BRAND_ROLES)


def add_user(
    scope: Scope, *, email: str, name: str, password: str, role: str, brands: Collection[str], now: datetime
) -> int:
    """Add a person; `brands` are codes. Raises NotFound for a brand out of scope, Conflict for what cannot be."""
    _may_manage(scope)
    if not email.strip():
        raise Conflict("a person logs in by an e-mail address")
    given = _one_of(role, roles_to_give(scope))
    with transaction.atomic():
        ids = [_brand(scope, code) for code in brands]
        user = actions.add_user(email, name, password, given, scope.operator, ids, first_password=True)
        _tell(scope, None, "UserAdded", f"user:{user}", {"role": given, "brands": sorted(ids)}, now)
    return user


def deactivate_user(scope: Scope, user_id: int, *, now: datetime) -> None:
    """Shut a person out. Raises NotFound for one who is not of this scope, Conflict for oneself."""
    _may_manage(scope)
    if scope.actor == f"user:{user_id}":
        raise Conflict("nobody shuts themselves out: ask another administrator")
    _person(scope, user_id)
    with transaction.atomic():
        actions.deactivate_user(user_id)
        _tell(scope, None, "UserDeactivated", f"user:{user_id}", {}, now)


def give_first_password(scope: Scope, user_id: int, password: str, *, now: datetime) -> None:
    """Give a person a password that they must change at once; who was shut out comes in again by it.

    Raises NotFound for one who is not of this scope, Conflict for oneself and for a weak password.
    """
    _may_manage(scope)
    if scope.actor == f"user:{user_id}":
        raise Conflict("your own password is changed on your account's page")
    _person(scope, user_id)
    with transaction.atomic():
        actions.set_password(user_id, password, first=True)
        if actions.reactivate_user(user_id):
            _tell(scope, None, "UserReactivated", f"user:{user_id}", {}, now)
        _tell(scope, None, "FirstPasswordGiven", f"user:{user_id}", {}, now)


def change_own_password(scope: Scope, user_id: int, password: str, *, now: datetime) -> None:
    """Change the password of whoever asks, who has proved the old one. Raises Conflict for a weak one."""
    if scope.actor != f"user:{user_id}":
        raise NotFound("no such person")
    with transaction.atomic():
        actions.set_password(user_id, password)
        _tell(scope, None, "PasswordChanged", f"user:{user_id}", {}, now)


def add_key(
    scope: Scope, *, name: str, role: str, brand: str, now: datetime, expires_at: datetime | None = None
) -> NewKey:
    """Add a program's key; `brand` is a code, empty for the operator. Raises NotFound and Conflict."""
    _may_manage(scope)
    if not name.strip():
        raise Conflict("a key needs a name, to be told from the others by")
    given = _one_of(role, key_roles_to_give(scope))
    with transaction.atomic():
        brand_id = _brand(scope, brand) if brand else None
        key, raw = actions.add_key(scope.operator, brand_id, name.strip(), given, at=now, expires_at=expires_at)
        _tell(scope, brand_id, "KeyAdded", f"key:{key}", {"role": given}, now)
    return NewKey(key, raw)


def rotate_key(scope: Scope, key_id: int, *, now: datetime, grace: timedelta = actions.GRACE) -> NewKey:
    """Give a key a successor; the old one works for `grace` longer.

    Raises NotFound for one out of scope, Conflict for one no longer in force.
    """
    _may_manage(scope)
    brand_id = _brand_of_key(scope, key_id)
    with transaction.atomic():
        successor, raw = actions.rotate_key(key_id, at=now, grace=grace)
        _tell(scope, brand_id, "KeyRotated", f"key:{key_id}", {"successor": successor}, now)
    return NewKey(successor, raw)


def set_rate(scope: Scope, key_id: int, rate: Rate | None, *, now: datetime) -> None:
    """Set how often a key may ask; None: as the installation says. A limit protects the others, so that none of a
    brand moves it. Raises NotFound for a key out of scope.
    """
    _may_manage(scope)
    brand_id = _brand_of_key(scope, key_id)
    if scope.role in BRAND_ROLES:
        raise Conflict("how often a key may ask is set by the operator")
    with transaction.atomic():
        actions.set_rate(key_id, rate)
        per_s, burst = (rate.per_s, rate.burst) if rate else (None, None)
        _tell(scope, brand_id, "KeyRateSet", f"key:{key_id}", {"per_s": per_s, "burst": burst}, now)


def revoke_key(scope: Scope, key_id: int, *, now: datetime) -> None:
    """Shut a key out at once; one that is revoked already stays so. Raises NotFound for one out of scope."""
    _may_manage(scope)
    brand_id = _brand_of_key(scope, key_id)
    with transaction.atomic():
        if actions.revoke_key(key_id, at=now):
            _tell(scope, brand_id, "KeyRevoked", f"key:{key_id}", {}, now)


def _may_manage(scope: Scope) -> None:
    if not scope.may("manage"):
        raise NotFound("nothing to manage")


def _one_of(role: str, roles: tuple[Role, ...]) -> Role:
    for one in roles:
        if one == role:
            return one
    raise Conflict(f"not a role that you may give: {role or 'none'}")


def _person(scope: Scope, user_id: int) -> None:
    if all(one.id != user_id for one in queries.users(scope)):
        raise NotFound("no such person")


def _brand(scope: Scope, code: str) -> int:
    found = queries.brand_id(scope, code)
    if found is None:
        raise NotFound("no such brand")
    return found


def _brand_of_key(scope: Scope, key_id: int) -> int | None:
    key = queries.key(scope, key_id)
    if key is None:
        raise NotFound("no such key")
    return queries.brand_id(scope, key.brand) if key.brand else None


def _tell(scope: Scope, brand_id: int | None, kind: str, subject: str, data: Mapping[str, Any], now: datetime) -> None:
    record(scope.operator, brand_id, kind=kind, subject=subject, data=data, at=now, actor=scope.actor)
