"""The clock of a test installation, turned by whoever tries an order's days out."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from doorstep.core.accounts import test_clock
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import BRAND_ROLES, Scope

FURTHEST = timedelta(days=3660)  # ahead of the real time


def must_be_there() -> None:
    """Raise NotFound unless this is a test installation."""
    if not settings.TEST_CLOCK:
        raise NotFound("there is no test clock here: it is there where DOORSTEP_TEST_CLOCK=1")


def advance(scope: Scope, by: timedelta, *, now: datetime) -> datetime:
    """Turn the clock of the whole installation forward; gives what it says then.

    Raises NotFound where there is no test clock, Conflict for going back and for who is not of an operator.
    """
    must_be_there()
    if scope.role in BRAND_ROLES:
        raise Conflict("the clock is everybody's: it is turned by the operator")
    if by < timedelta(0):
        raise Conflict("the clock goes forward only: what is recorded would lie in the future; begin with a new record")
    before = test_clock.ahead()
    if before + by > FURTHEST:
        raise Conflict(f"the clock goes {FURTHEST.days} days ahead at the most")
    return now + (test_clock.advance(by) - before)
