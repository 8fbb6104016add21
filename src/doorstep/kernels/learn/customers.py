"""Know the customers: what they want, what they say, what they buy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from doorstep.kernels.learn.buying import Buying, learn_buying
from doorstep.kernels.learn.customers_problem import CustomersParams, CustomersProblem
from doorstep.kernels.learn.voice import Voice, learn_voice
from doorstep.kernels.learn.wants import Wants, learn_wants
from doorstep.kernels.run import Run


@dataclass(frozen=True, slots=True, eq=False)
class CustomersInsight:
    """What was known at `as_of`; no group of fewer than `least_people` is told."""

    as_of: datetime
    least_people: int
    wants: Wants
    voice: Voice
    buying: Buying


def learn_customers(
    problem: CustomersProblem, params: CustomersParams | None = None, run: Run | None = None
) -> CustomersInsight:
    """Learn what is known of customers at `problem.as_of`; nothing that happened then or later is looked at."""
    params, run = params or CustomersParams(), run or Run()
    known = problem.known()
    run.progress("customers", 0, 3)
    wants = learn_wants(known.shown, known.micros_per_unit, params.least_people, run)
    run.progress("customers", 1, 3)
    voice = learn_voice(known, params.least_people)
    run.progress("customers", 2, 3)
    buying = learn_buying(known, params)
    run.progress("customers", 3, 3)
    return CustomersInsight(problem.as_of, params.least_people, wants, voice, buying)
