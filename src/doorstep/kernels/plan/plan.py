"""The plan kernel's one public function."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from doorstep.domain.decision import Decision, Unplanned
from doorstep.domain.plan import Figures, Plan
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.assemble import Picks, build_parcels, figures, pick_parcels
from doorstep.kernels.plan.atoms import Atoms, split_orders
from doorstep.kernels.plan.blame import blamed
from doorstep.kernels.plan.blocks import Blocks, exact_limit, form_blocks
from doorstep.kernels.plan.board import Table, set_table, table_of
from doorstep.kernels.plan.conflicts import explained
from doorstep.kernels.plan.explain import MOST_FLIPS, Reasons, explain
from doorstep.kernels.plan.footprint import ways
from doorstep.kernels.plan.least import Least, least_costs
from doorstep.kernels.plan.loads import LoadBook
from doorstep.kernels.plan.market import Market, open_market
from doorstep.kernels.plan.nearest import serve_nearest
from doorstep.kernels.plan.problem import PlanParams, PlanProblem
from doorstep.kernels.plan.quote import Asked, Terms
from doorstep.kernels.plan.ready import Ready, open_book
from doorstep.kernels.plan.requote import columns_of, requote
from doorstep.kernels.plan.rules import under_rules
from doorstep.kernels.plan.search import Assignment, assign
from doorstep.kernels.plan.terms import ask, terms_of
from doorstep.kernels.plan.weigh import bids_minor, under_bids
from doorstep.kernels.plan.why_unplanned import why_unplanned
from doorstep.kernels.plan.widen import find_ways
from doorstep.kernels.plan.wish import given_up
from doorstep.kernels.run import Run

PLAIN = Run()


@dataclass(frozen=True, slots=True)
class Laid:
    """A batch before anything is decided."""

    market: Market
    book: LoadBook
    atoms: Atoms
    blocks: Blocks
    asked: Asked
    terms: Terms
    least: Least  # what orders of a restricted family cost


@dataclass(frozen=True, slots=True)
class PlanResult:
    """The plan, the usual rule on the same orders and stock, and the bound.

    `lower_bound_minor` bounds the objective (cost of the planned orders plus the unplanned ones' penalty) of every
    plan, given the packer's verdicts. `decisions()` explains the planned orders one by one, in order, `conflicts()` the
    others.
    """

    plan: Plan
    baseline: Figures
    lower_bound_minor: int
    iterations: int
    reasons: Reasons
    params: PlanParams
    pack_params: PackParams

    @property
    def gap_pct(self) -> float:
        """Distance of the objective, as rules weigh it, from the bound, in percent of it."""
        objective = self.plan.figures.weighed_minor
        return 100 * (objective - self.lower_bound_minor) / abs(objective) if objective else 0.0

    def decisions(self, run: Run = PLAIN, most_ladders: int = 0, most_flips: int = MOST_FLIPS) -> Iterator[Decision]:
        """Explain every planned order, so many of them with price ladders and flips; computed as it is asked for."""
        return explain(self.reasons, run, most_ladders, most_flips)

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
    laid = lay_out(problem, params, run, pack_params, ready)
    market, book, atoms = laid.market, laid.book, laid.atoms
    table, assignment = settle(laid, params, run)
    picks = pick_parcels(market, table, book, assignment.choice)
    led = ways(market)
    footprints = led.grams(picks.order, picks.site, picks.service, picks.weight_g) if led else [None] * len(picks.order)
    parcels = build_parcels(market, table, book, picks, footprints, pack_params, run)
    reasons = Reasons(market, table, atoms, book, assignment, picks, led, footprints, run.seed, params.max_parcels)
    blame = blamed(market, atoms, book, assignment, params, pack_params)
    return PlanResult(
        plan=Plan(parcels, why_unplanned(reasons, blame), _figures(market, table, picks, assignment)),
        baseline=_baseline(market, table, book),
        lower_bound_minor=assignment.lower_bound_minor + table.beyond_minor,
        iterations=assignment.iterations,
        reasons=reasons,
        params=params,
        pack_params=pack_params,
    )


def lay_out(
    problem: PlanProblem, params: PlanParams, run: Run, pack_params: PackParams, ready: Ready | None = None
) -> Laid:
    """Cut the orders into blocks, have them packed, and gather what their quotes need; as in `plan`."""
    market = under_bids(under_rules(open_market(problem, ready.market if ready else None)))
    book = open_book(market, pack_params, ready)
    atoms = split_orders(market, book, params.max_parcels, run)
    blocks = form_blocks(market, atoms, book, params.max_parcels, exact_limit(atoms, params), run)
    asked, terms = ask(market), terms_of(market, params, ready)
    least = least_costs(market, terms, asked, atoms, blocks, book, params.max_parcels, run)
    return Laid(market, book, atoms, blocks, asked, terms, least)


def as_it_is(table: Table) -> Table:
    """Leave a table alone."""
    return table


def settle(
    laid: Laid, params: PlanParams, run: Run, amend: Callable[[Table], Table] = as_it_is
) -> tuple[Table, Assignment]:
    """Assign, large orders parted by what is short as well; then those whose nominated day leaves them without it.

    `amend` sees each table before orders are assigned, to take away what is used up already.
    """
    asked = laid.asked
    table = _widened(laid, amend(_set(laid, asked, laid.blocks, run)), params, run, amend)
    while True:
        assignment = assign(table, laid.least, params, run)
        without = given_up(asked.insists, table.blocks, assignment.choice)
        if not without.any():
            return table, assignment
        asked = replace(asked, insists=asked.insists & ~without)
        table = amend(_set(laid, asked, table.blocks, run))


def _widened(laid: Laid, table: Table, params: PlanParams, run: Run, amend: Callable[[Table], Table]) -> Table:
    """Add what prices say of how large orders may be parted."""
    market, book, before = laid.market, laid.book, table.blocks.order_block
    ways = find_ways(table, laid.least, laid.atoms, params, run)
    if not ways:
        return table
    columns = columns_of(table)
    del table  # its columns are given up one by one
    limit = exact_limit(laid.atoms, params)
    blocks = form_blocks(market, laid.atoms, book, params.max_parcels, limit, run, ways)
    if market.ruled is not None or market.scales is not None:
        return amend(_set(laid, laid.asked, blocks, run))
    best = requote(columns, before, market, laid.terms, laid.asked, blocks, book, sorted(ways), run)
    return amend(table_of(market, laid.terms, laid.asked, blocks, best))


def _set(laid: Laid, asked: Asked, blocks: Blocks, run: Run) -> Table:
    return set_table(laid.market, laid.terms, asked, laid.atoms, blocks, laid.book, run)


def _figures(market: Market, table: Table, picks: Picks, assignment: Assignment) -> Figures:
    """Totals of the plan, with what it weighs."""
    found = figures(market, picks, "plan")
    weighs = bids_minor(market, table.board, assignment.choice, found.cost_minor)
    return replace(found, bids_minor=weighs) if weighs else found


def _baseline(market: Market, table: Table, book: LoadBook) -> Figures:
    picks: Picks = pick_parcels(market, table, book, serve_nearest(market, table), by_rule=True)
    return figures(market, picks, "nearest")


__all__ = ["PlanParams", "PlanProblem", "PlanResult", "Table", "plan"]
