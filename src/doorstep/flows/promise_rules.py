"""The operator's rules for what is promised of one order that travels in one parcel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from doorstep.domain.rule_words import told
from doorstep.domain.supply import Site
from doorstep.kernels.plan.market import open_market
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.plan.ruled import Shut, opened
from doorstep.kernels.plan.rules import under_rules
from doorstep.kernels.promise.problem import Legs, PromiseProblem


@dataclass(frozen=True, slots=True)
class PromiseRules:
    """What rules do to each service at each site of a quote."""

    barred: Sequence[Sequence[str]]  # [K][V] the rule in words; empty: none
    shut: Shut | None
    sort: int  # of the order, as `shut` tells orders apart

    @property
    def last_shut(self) -> int:
        """The day by which everything is open again; -1: nothing is ever shut."""
        return -1 if self.shut is None else int(self.shut.opens_day.max(initial=-1))

    def open_legs(self, problem: PromiseProblem) -> Legs:
        """Give legs ready when the next open day begins, where they would leave on one that is shut."""
        if self.shut is None:
            return problem.legs
        return opened(problem, self.shut, np.full(len(problem.legs), self.sort, np.int64))[2]


def rules_for(problem: PlanProblem, sites: Sequence[Site]) -> PromiseRules:
    """Look up the rules that concern the only order of a problem, at these sites."""
    services = problem.tariff.services
    barred = [[""] * len(services) for _ in sites]
    market = under_rules(open_market(replace(problem, linehauls=())))
    ruled = market.ruled
    if ruled is None:
        return PromiseRules(barred, None, 0)
    rows = [market.site[one.site] for one in sites]
    for m in reversed(ruled.of_order(0)):  # of several rules the first is told
        for k, v in zip(*np.nonzero(ruled.barred[m][rows]), strict=True):
            barred[k][v] = told(ruled.rules[m])
    shut = ruled.shut
    if shut is not None:
        shut = Shut(shut.first_day, shut.opens_day[:, rows], shut.rule[:, rows], shut.opens_at[rows])
    return PromiseRules(barred, shut, int(ruled.order_sort[0]))
