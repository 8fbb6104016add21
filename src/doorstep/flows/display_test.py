"""For which share of a brand's quotes the order of the options is drawn by lot, so that wants can be learned."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from doorstep.core.accounts import queries
from doorstep.core.decisions import displays
from doorstep.core.events.actions import record
from doorstep.domain.errors import InvalidProblem, NotFound
from doorstep.domain.rights import Scope
from doorstep.domain.units import PPM


def set_display_test(scope: Scope, code: str, share_ppm: int, *, now: datetime) -> None:
    """Set the share; quotes made before keep theirs. Raises NotFound for a brand out of scope, InvalidProblem."""
    brand = next((one for one in queries.brands(scope) if one.code == code), None)
    if brand is None or not scope.may("manage"):
        raise NotFound("no such brand")
    if not 0 <= share_ppm <= PPM:
        raise InvalidProblem("a share lies between 0 and 1")
    with transaction.atomic():
        if displays.set_share(brand.id, share_ppm):
            record(
                scope.operator,
                brand.id,
                kind="DisplayTestSet",
                subject=f"brand:{brand.id}",
                data={"share_ppm": share_ppm},
                at=now,
                actor=scope.actor,
            )
