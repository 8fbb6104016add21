"""What the simulation is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.bid import BidParams
from doorstep.kernels.plan.problem import PlanParams, PlanProblem
from doorstep.kernels.simulate.days import day_of
from doorstep.kernels.simulate.scenario import Scenario
from doorstep.kernels.simulate.weights import Weights

Policy = Literal[
    "plan", "nearest", "priority", "fewest_splits", "distance_then_rate", "plan_alone", "plan_priced", "fast"
]
POLICIES: tuple[Policy, ...] = get_args(Policy)
USUAL_POLICIES = POLICIES[:5]  # those that plan together, and the rules of shops
PLANNING: frozenset[Policy] = frozenset(("plan", "plan_alone", "plan_priced"))  # those for which weights weigh
SEARCHED: frozenset[Policy] = frozenset(("plan", "plan_priced", "fast"))  # what a seed may move
MOST_SEEDS = 1_000
MOST_DAYS = 4_000  # of a span: more is a slip of the pen


@dataclass(frozen=True, slots=True)
class SimulateProblem:
    """One span of a brand's orders, and the policies that are to serve them.

    `ground` holds all orders of the span, the stock at its beginning, and goods announced. The days of the span, since
    1970-01-01 by the date as written in `placed_at`, are `first_day` to before `until_day`; None: those of the orders.
    `weights` are those of the folder; they weigh where the scenario says so.
    """

    ground: PlanProblem
    policies: tuple[Policy, ...] = USUAL_POLICIES
    scenario: Scenario = field(default_factory=Scenario)
    first_day: int | None = None
    until_day: int | None = None
    weights: Weights = field(default_factory=Weights)

    def __post_init__(self) -> None:
        if not self.policies or len(set(self.policies)) < len(self.policies):
            raise InvalidProblem("a policy stands twice, or there is none")
        unknown = sorted(set(self.policies) - set(POLICIES))
        if unknown:
            raise InvalidProblem(f"policy {unknown[0]} is not one of {', '.join(POLICIES)}")
        if self.ground.now is not None:
            raise InvalidProblem("a simulation has a clock of its own: `now` must not be set")
        if self.ground.linehauls:
            raise InvalidProblem("a simulation knows no fate of parcels that go by linehaul")
        if "fast" in self.policies and (self.scenario.values or self.scenario.commitment_prices):
            raise InvalidProblem("the policy fast knows nothing that weighs beside cost: leave it or the weights out")
        days = [day_of(order.placed_at) for order in self.ground.orders]
        first, until = self.span
        if any(not first <= day < until for day in days):
            raise InvalidProblem("an order was not placed in the span")
        if until - first > MOST_DAYS:
            raise InvalidProblem(f"the span is longer than {MOST_DAYS} days")
        self.scenario.refuse_unknown(self.ground)

    @property
    def span(self) -> tuple[int, int]:
        """First day, and the day after the last."""
        days = [day_of(order.placed_at) for order in self.ground.orders]
        first = min(days, default=0) if self.first_day is None else self.first_day
        return first, max(first, max(days, default=first - 1) + 1 if self.until_day is None else self.until_day)


@dataclass(frozen=True, slots=True)
class SimulateParams:
    """Limits and effort, each with its default here and nowhere else.

    Attributes
    ----------
    patience_days
        An order that cannot be planned on its own day is tried again on so many days after it; then it is lost.
    batches_per_day
        A day's orders are planned together in so many batches, each at the end of its share of the day.
    seeds
        Runs of the whole simulation, with seeds that follow one another.
    samples, level
        Draws of blocks of days, and how much of them an interval holds.
    least_days
        With fewer days in the span there is no interval over days.
    plan, pack
        Those of the policy `plan`, and of the packer of all policies.
    bids
        How `plan_priced` learns its prices, before each batch.
    fast_bids
        The same of `fast`.
    fast_days
        Days on which `fast` is held against `plan`, in the first seed; 0: none.
    keep_plans
        Keep every batch's plan with layouts, for the verifier; takes much memory.
    """

    patience_days: int = 3
    batches_per_day: int = 1
    seeds: int = 1
    samples: int = 2_000
    level: float = 0.95
    least_days: int = 8
    plan: PlanParams = field(default_factory=PlanParams)
    pack: PackParams = field(default_factory=PackParams)
    bids: BidParams = field(default_factory=BidParams)
    fast_bids: BidParams = field(default_factory=lambda: BidParams(most_orders=2_000, rounds=60))
    fast_days: int = 5
    keep_plans: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.patience_days <= 60:
            raise InvalidProblem("patience_days lies between 0 and 60")
        if not 1 <= self.batches_per_day <= 24:
            raise InvalidProblem("batches_per_day lies between 1 and 24")
        if not 1 <= self.seeds <= MOST_SEEDS:
            raise InvalidProblem(f"seeds lies between 1 and {MOST_SEEDS}")
        if not 0 <= self.fast_days <= MOST_DAYS:
            raise InvalidProblem(f"fast_days lies between 0 and {MOST_DAYS}")
        if self.samples < 1 or self.least_days < 2 or not 0 < self.level < 1:
            raise InvalidProblem("samples < 1, least_days < 2 or a level outside 0 to 1 not understood")
