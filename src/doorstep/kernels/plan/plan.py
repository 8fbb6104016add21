"""The plan kernel's one public function."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from doorstep.domain.decision import Decision, Unplanned
from doorstep.domain.plan import Figures, Plan
from doorstep.domain.supply import Inbound
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.assemble import Picks, build_parcels, figures, pick_parcels
from doorstep.kernels.plan.blame import Blame, blamed
from doorstep.kernels.plan.board import Table
from doorstep.kernels.plan.conflicts import explained
from doorstep.kernels.plan.explain import MOST_FLIPS, Reasons, explain
from doorstep.kernels.plan.footprint import ways
from doorstep.kernels.plan.laid import Laid, lay_out, settle
from doorstep.kernels.plan.loads import LoadBook
from doorstep.kernels.plan.market import Market
from doorstep.kernels.plan.nearest import serve_nearest
from doorstep.kernels.plan.own_fleet import settle_driven
from doorstep.kernels.plan.problem import PlanParams, PlanProblem
from doorstep.kernels.plan.ready import Ready
from doorstep.kernels.plan.search import Assignment
from doorstep.kernels.plan.sharing import Sharing, each_by_itself, settle_batch
from doorstep.kernels.plan.tried import Trials, explored
from doorstep.kernels.plan.unjoin import Shared, decisions_of_orders, figures_of_orders, parcels_of_orders
from doorstep.kernels.plan.van_rounds import tell_rounds, with_parcels
from doorstep.kernels.plan.weigh import bids_minor
from doorstep.kernels.plan.why_unplanned import why_unplanned
from doorstep.kernels.run import Run

PLAIN = Run()


class Usual:
    """The usual rule on the orders and stock of a plan, served when it is asked for: of one order nobody asks."""

    def __init__(self, market: Market, book: LoadBook, table: Table, sharing: Sharing | None) -> None:
        self._given = market, book, table, sharing

    @cached_property
    def figures(self) -> Figures:
        """Totals of its parcels; every order goes by itself."""
        market, book, table, sharing = self._given
        alone = table if sharing is None else each_by_itself(market, sharing)
        picks: Picks = pick_parcels(market, alone, book, serve_nearest(market, alone), by_rule=True)
        found = figures(market, picks, "nearest")
        return found if sharing is None else replace(found, orders=len(sharing.aside) - len(sharing.joints.members))


@dataclass(frozen=True, slots=True)
class PlanResult:
    """The plan, the usual rule on the same orders and stock, and the bound.

    `lower_bound_minor` bounds the objective (cost of the planned orders plus the unplanned ones' penalty) of every
    plan, given the packer's verdicts. `decisions()` explains the planned orders one by one, in order, `conflicts()` the
    others.
    """

    plan: Plan
    usual: Usual
    lower_bound_minor: int
    iterations: int
    reasons: Reasons
    params: PlanParams
    pack_params: PackParams
    shared: Shared | None = None  # where orders could share parcels
    blame: Blame = field(default_factory=dict)  # of rules, for orders that they leave

    @property
    def baseline(self) -> Figures:
        """Totals of the usual rule on the same orders and stock."""
        return self.usual.figures

    @property
    def gap_pct(self) -> float:
        """Distance of the objective, as rules weigh it, from the bound, in percent of it."""
        objective = self.plan.figures.weighed_minor
        return 100 * (objective - self.lower_bound_minor) / abs(objective) if objective else 0.0

    def with_inbound(self, inbound: tuple[Inbound, ...]) -> PlanResult:
        """Give the same plan, in which remedies and conflicts of the orders left speak of these announcements alone."""
        market = self.reasons.market
        if inbound == market.problem.inbound:
            return self
        market = replace(market, problem=replace(market.problem, inbound=inbound))
        reasons = replace(self.reasons, market=market)
        return replace(self, reasons=reasons, plan=replace(self.plan, unplanned=why_unplanned(reasons, self.blame)))

    def decisions(self, run: Run = PLAIN, most_ladders: int = 0, most_flips: int = MOST_FLIPS) -> Iterator[Decision]:
        """Explain every planned order, so many of them with price ladders and flips; computed as it is asked for."""
        told = explain(self.reasons, run, most_ladders, most_flips)
        return told if self.shared is None else decisions_of_orders(self.shared, told)

    def conflicts(self, unplanned: Sequence[Unplanned] | None = None) -> tuple[Unplanned, ...]:
        """Give the unplanned orders, or some of them, with their conflicts; of many only the first have any."""
        left = self.plan.unplanned if unplanned is None else unplanned
        return explained(self.reasons, left, self.params, self.pack_params)


def plan(
    problem: PlanProblem,
    params: PlanParams | None = None,
    run: Run = PLAIN,
    pack_params: PackParams | None = None,
    ready: Ready | None = None,
) -> PlanResult:
    """Decide site, split, carton, service and date of every order, out of one stock.

    The order's own decision is exact over all partitions of its atoms into at most `max_parcels` parcels, all sites,
    cartons, services and leaving days, given the packer's verdicts. Shared stock and capacity are priced by Lagrangian
    relaxation and settled by insertion, sweeps, and ruin and recreate. Deterministic for a seed and iteration limit.

    Parameters
    ----------
    problem
        The batch; see `PlanProblem`.
    params, pack_params
        Limits and effort.
    run
        Seed, iteration limit, progress, and the map over which packing and quoting are spread.
    ready
        What was compiled before of the same sites, collections, tariff and transit; for small batches it is most of the
        work. It changes nothing else.

    Raises
    ------
    InvalidProblem
        When the problem contradicts itself. Faulty orders do not raise: they come back unplanned.
    """
    params, pack_params = params or PlanParams(), pack_params or PackParams()
    laid = lay_out(problem, params, run, pack_params, ready, params.sharing, bool(problem.vans))
    market, book, atoms = laid.market, laid.book, laid.atoms
    driven = None if market.fleets is None else settle_driven(laid, params, run)
    if driven is None:
        table, assignment, sharing = settle_batch(laid, params, run)
        picks = pick_parcels(market, table, book, assignment.choice)
    else:
        table, assignment, sharing = driven.settled
        picks = driven.picks
    untried, tries = table, explored(Trials(market, table, assignment, book, picks), atoms.owners, pack_params, run)
    table, assignment, picks = tries.table, tries.assignment, tries.picks
    told = None if driven is None else tell_rounds(market, driven)
    led = ways(market)
    footprints = led.grams(picks.order, picks.site, picks.service, picks.weight_g) if led else [None] * len(picks.order)
    parcels = build_parcels(market, table, book, picks, footprints, pack_params, run)
    found = (market, table, atoms, book, assignment, picks, led, footprints, run.seed, params.max_parcels)
    reasons = Reasons(*found, sharing.aside if sharing else None, trials=tries.brief)
    if driven is not None and told is not None:
        reasons = replace(reasons, rides=told.rides, could=driven.could)
    blame = blamed(market, atoms, book, _there(assignment, sharing), params, pack_params)
    shared = None if sharing is None else Shared(market, atoms, table, picks, sharing)
    if told is not None:
        parcels = tuple(replace(one, ride=ride) for one, ride in zip(parcels, told.rides, strict=True))
    parcels = parcels if shared is None else parcels_of_orders(shared, parcels)
    paid = int(picks.cost.sum()) if driven is None else driven.paid_minor
    return PlanResult(
        plan=Plan(
            parcels,
            why_unplanned(reasons, blame),
            _figures(laid, table, picks, assignment, paid, shared),
            () if told is None else with_parcels(told, parcels),
            tries.told,
        ),
        usual=Usual(market, book, *((untried, sharing) if driven is None else driven.usual)),
        lower_bound_minor=assignment.lower_bound_minor + table.beyond_minor if driven is None else driven.bound_minor,
        iterations=assignment.iterations,
        reasons=reasons,
        params=params,
        pack_params=pack_params,
        shared=shared,
        blame=blame,
    )


def _there(assignment: Assignment, sharing: Sharing | None) -> Assignment:
    """Count as served alone what is not there by itself, so that nothing is blamed for it."""
    if sharing is None:
        return assignment
    return replace(assignment, own_choice=np.where(sharing.aside[:, None], 0, assignment.own_choice))


def _figures(
    laid: Laid, table: Table, picks: Picks, assignment: Assignment, paid_minor: int, shared: Shared | None
) -> Figures:
    """Totals of the plan, with what it weighs; `paid_minor` as the board has it."""
    found = figures(laid.market, picks, "plan") if shared is None else figures_of_orders(shared)
    aside = None if shared is None else shared.sharing.aside
    weighs = bids_minor(laid.market, table.board, assignment.choice, paid_minor, aside)
    return replace(found, bids_minor=weighs) if weighs else found


__all__ = ["Laid", "PlanParams", "PlanProblem", "PlanResult", "Table", "lay_out", "plan", "settle"]
