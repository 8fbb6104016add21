"""The second factor: set, used, switched off by its owner, reset and demanded by an operator's administrator."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from doorstep.core.accounts import queries, second_factor
from doorstep.core.events.actions import record
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import BRAND_ROLES, Scope


class WrongCode(Conflict):
    """The code is not of this moment, or was used before."""

    words = "The code is wrong or was used before. Wait for the next one."

    def __init__(self) -> None:
        super().__init__(self.words)


class TooManyCodes(WrongCode):
    """Wrong ones came before, so that none is looked at for a while."""

    words = "There were too many wrong codes. Try again in a quarter of an hour, or ask an administrator."


def begin(scope: Scope) -> str:
    """Give the secret to be put into an authenticator app; nothing is in force until a code confirms it."""
    return second_factor.begin(own_id(scope))


def confirm(scope: Scope, code: str, *, now: datetime) -> tuple[str, ...]:
    """Put the second factor in force; gives the recovery codes, shown this once. Raises WrongCode, Conflict."""
    user = own_id(scope)
    with transaction.atomic():
        codes = second_factor.confirm(user, code, at=now)
        if codes is None:
            raise WrongCode
        _tell(scope, "SecondFactorSet", user, now)
    return codes


def accept(scope: Scope, code: str, *, now: datetime) -> None:
    """Use a code up at log-in. Raises WrongCode. Not within a transaction: wrong ones stay counted."""
    if not second_factor.accept(own_id(scope), code, at=now):
        raise TooManyCodes if second_factor.is_shut(own_id(scope), at=now) else WrongCode


def remove(scope: Scope, code: str, *, now: datetime) -> None:
    """Switch one's own off; the password was proved. Raises Conflict where the operator demands it, WrongCode."""
    user = own_id(scope)
    if queries.second_factor_demanded(scope):
        raise Conflict("your operator demands a second factor: ask an administrator to reset it")
    accept(scope, code, now=now)
    with transaction.atomic():
        if second_factor.remove(user):
            _tell(scope, "SecondFactorRemoved", user, now)


def reset(scope: Scope, user_id: int, *, now: datetime) -> None:
    """Take the second factor from somebody who has lost it. Raises NotFound, Conflict for oneself."""
    _may_demand(scope)
    if all(one.id != user_id for one in queries.users(scope)):
        raise NotFound("no such person")
    if scope.actor == f"user:{user_id}":
        raise Conflict("your own is switched off on your account's page")
    with transaction.atomic():
        if second_factor.remove(user_id):
            _tell(scope, "SecondFactorReset", user_id, now)


def demand(scope: Scope, required: bool, *, now: datetime) -> None:
    """Demand it of all of the operator's people, those of brands too, from their next page on; or no longer."""
    _may_demand(scope)
    with transaction.atomic():
        if second_factor.demand(scope.operator, required):
            record(
                scope.operator,
                None,
                kind="SecondFactorDemanded",
                subject=f"operator:{scope.operator}",
                data={"required": required},
                at=now,
                actor=scope.actor,
            )


def own_id(scope: Scope) -> int:
    """Row id of the person who asks. Raises NotFound for programs."""
    kind, _, number = scope.actor.partition(":")
    if kind != "user":
        raise NotFound("only people have a second factor")
    return int(number)


def _may_demand(scope: Scope) -> None:
    if not scope.may("manage") or scope.role in BRAND_ROLES:
        raise NotFound("nothing to manage")


def _tell(scope: Scope, kind: str, user: int, now: datetime) -> None:
    record(scope.operator, None, kind=kind, subject=f"user:{user}", data={}, at=now, actor=scope.actor)
