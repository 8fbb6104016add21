"""What a parcel weighs until its date, and an order that is left, by the value of speed alone."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import ceil, floor

from tests.kernels.plan.parting import Load

from doorstep.domain.demand import Order
from doorstep.kernels.plan.problem import PlanProblem

MOST_DAYS = 60


def _micros(problem: PlanProblem, order: Order, days: int) -> int:
    """Millionths that a whole order weighs so many days after it was placed."""
    bids = problem.bid_prices
    known = {one.order: one for one in bids.speed} if bids else {}
    value = known.get(order.order) or known.get("")
    counted = min(max(days, 0), MOST_DAYS)
    return value.day_micros * counted + value.next_day_micros * (counted > 1) if value else 0


def leaving_minor(problem: PlanProblem, order: Order) -> int:
    """What is added to the price of leaving an order: more than it can weigh; 0 where nothing weighs."""
    most = _micros(problem, order, MOST_DAYS)
    return ceil(Fraction(most, problem.brand.currency.micros_per_minor)) + 6 if most else 0


def waiting_minor(problem: PlanProblem, order: Order, load: Load, promised_day: int) -> int:
    """What a parcel weighs until its date, by its share of the order's units, rounded once."""
    share = Fraction(sum(units for _, units in load), sum(line.quantity for line in order.lines))
    days = promised_day - (order.placed_at.date() - date(1970, 1, 1)).days
    micros = _micros(problem, order, days) * share
    return floor(micros / problem.brand.currency.micros_per_minor + Fraction(1, 2))
