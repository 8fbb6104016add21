"""Which orders a brand looks at before they are planned."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from doorstep.core.accounts import queries
from doorstep.core.events.actions import record
from doorstep.core.orders import rewriting
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.money import Currency
from doorstep.domain.rights import Scope
from doorstep.flows.faults import forget_rule

MOST_MINOR = 100_000_000_000


def set_review_rule(scope: Scope, code: str, over_minor: int | None, *, now: datetime) -> None:
    """Have orders looked at whose goods are worth more than this; None: only those that ask for it.

    Raises NotFound for a brand out of scope, Conflict for an amount that cannot be.
    """
    brand = next((one for one in queries.brands(scope) if one.code == code), None)
    if brand is None or not scope.may("manage"):
        raise NotFound("no such brand")
    if over_minor is not None and not 0 <= over_minor <= MOST_MINOR:
        raise Conflict("that is no amount")
    micros = None if over_minor is None else over_minor * Currency(brand.currency).micros_per_minor
    with transaction.atomic():
        if rewriting.set_review_rule(brand.id, micros):
            record(
                scope.operator,
                brand.id,
                kind="ReviewRuleSet",
                subject=f"brand:{brand.id}",
                data={"over_minor": over_minor},
                at=now,
                actor=scope.actor,
            )
    forget_rule(brand.id)
