"""The plan kernel's one public function."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from doorstep.domain.decision import Decision
from doorstep.domain.demand import Order, nominated_day
from doorstep.domain.place import Place
from doorstep.domain.plan import Figures, Plan
from doorstep.domain.units import MICROS
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.assemble import EPOCH, Picks, build_parcels, figures, pick_parcels
from doorstep.kernels.plan.atoms import Atoms, split_orders
from doorstep.kernels.plan.blocks import Blocks, form_blocks
from doorstep.kernels.plan.board import Table, set_table
from doorstep.kernels.plan.customs import book_of, goods_minor, open_customs
from doorstep.kernels.plan.explain import Reasons, explain, why_unplanned
from doorstep.kernels.plan.footprint import ways
from doorstep.kernels.plan.lanes import lay_lanes
from doorstep.kernels.plan.loads import LoadBook
from doorstep.kernels.plan.market import IntArray, Market, accepts, open_market, slowest
from doorstep.kernels.plan.nearest import serve_nearest
from doorstep.kernels.plan.problem import PlanParams, PlanProblem
from doorstep.kernels.plan.quote import Asked, Terms
from doorstep.kernels.plan.ready import Ready, network_to
from doorstep.kernels.plan.search import Assignment, assign
from doorstep.kernels.plan.wish import given_up
from doorstep.kernels.rate.tables import compile_tariff
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


@dataclass(frozen=True, slots=True)
class PlanResult:
    """The plan, the usual rule on the same orders and stock, and the bound.

    `lower_bound_minor` bounds the objective (cost of the planned orders plus the unplanned ones' penalty) of every
    plan, given the packer's verdicts. `decisions()` explains the planned orders one by one, in order.
    """

    plan: Plan
    baseline: Figures
    lower_bound_minor: int
    iterations: int
    reasons: Reasons

    @property
    def gap_pct(self) -> float:
        """Distance of the objective from the bound, in percent of the objective."""
        objective = self.plan.figures.objective_minor
        return 100 * (objective - self.lower_bound_minor) / objective if objective else 0.0

    def decisions(self, run: Run = PLAIN, most_ladders: int = 0) -> Iterator[Decision]:
        """Explain every planned order, so many of them with price ladders; computed as it is asked for."""
        return explain(self.reasons, run, most_ladders)


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
    return PlanResult(
        plan=Plan(parcels, why_unplanned(reasons), figures(market, picks, "plan")),
        baseline=_baseline(market, table, book),
        lower_bound_minor=assignment.lower_bound_minor,
        iterations=assignment.iterations,
        reasons=reasons,
    )


def lay_out(
    problem: PlanProblem, params: PlanParams, run: Run, pack_params: PackParams, ready: Ready | None = None
) -> Laid:
    """Cut the orders into blocks, have them packed, and gather what their quotes need; as in `plan`."""
    market = open_market(problem, ready.market if ready else None)
    book = LoadBook(market, pack_params, ready.verdicts_of(pack_params) if ready else {})
    atoms = split_orders(market, book, params.max_parcels, run)
    blocks = form_blocks(market, atoms, book, params.max_parcels, params.exact_atoms, run)
    return Laid(market, book, atoms, blocks, ask(market), terms_of(market, params, ready))


def as_it_is(table: Table) -> Table:
    """Leave a table alone."""
    return table


def settle(
    laid: Laid, params: PlanParams, run: Run, amend: Callable[[Table], Table] = as_it_is
) -> tuple[Table, Assignment]:
    """Assign; orders whose nominated day leaves them unplanned are taken without it, until there is none.

    `amend` sees each table before orders are assigned, to take away what is used up already.
    """
    asked, blocks = laid.asked, laid.blocks
    while True:
        table = amend(set_table(laid.market, laid.terms, asked, laid.atoms, blocks, laid.book, run))
        assignment = assign(table, params, run)
        without = given_up(asked.insists, blocks, assignment.choice)
        if not without.any():
            return table, assignment
        asked = replace(asked, insists=asked.insists & ~without)


def _baseline(market: Market, table: Table, book: LoadBook) -> Figures:
    picks: Picks = pick_parcels(market, table, book, serve_nearest(market, table), by_rule=True)
    return figures(market, picks, "nearest")


def _places(orders: tuple[Order, ...]) -> tuple[list[Place], IntArray]:
    """Distinct destinations, as far as tariffs and calendars tell them apart, and each order's index."""
    found: dict[tuple[str, str, str], int] = {}
    places: list[Place] = []
    index = np.zeros(len(orders), np.int64)
    for i, order in enumerate(orders):
        key = (order.place.country, order.place.region, order.place.postcode)
        index[i] = found.setdefault(key, len(places))
        if index[i] == len(places):
            places.append(order.place)
    return places, index


def ask(market: Market) -> Asked:
    """What the orders of the problem ask for, as arrays."""
    orders = market.problem.orders
    now = market.problem.now
    floor = -(2**62) if now is None else int(np.ceil(now.timestamp()))
    return Asked(
        destination=_places(orders)[1],
        ready_at=np.array([max(int(o.placed_at.timestamp()), floor) for o in orders], np.int64),
        accepts=np.array([accepts(o) for o in orders], np.int64),
        slowest=np.array([slowest(o) for o in orders], np.int64),
        residential=np.array([o.residential for o in orders], bool),
        signed_for=np.array([o.signed_for for o in orders], bool),
        saturday=np.array([o.saturday for o in orders], bool),
        not_before=_days([o.not_before for o in orders]),
        promised_by=_days([o.promised_by for o in orders]),
        insists=np.array([nominated_day(o.not_before, o.promised_by) is not None for o in orders], bool),
        goods_minor=goods_minor(market) if market.problem.tariff.duties else np.zeros(len(orders), np.int64),
    )


def _days(dates: list[date | None]) -> IntArray:
    return np.array([-1 if day is None else (day - EPOCH).days for day in dates], np.int64)


def terms_of(market: Market, params: PlanParams, ready: Ready | None = None) -> Terms:
    """What all quotes of the problem share; of it, `ready` holds what was compiled before."""
    problem, brand = market.problem, market.problem.brand
    places = _places(problem.orders)[0]
    instants = [order.placed_at for order in problem.orders] + ([problem.now] if problem.now else [])
    days = [int(at.timestamp() // 86_400) for at in instants] or [0]
    wished = [(o.not_before - EPOCH).days for o in problem.orders if o.not_before]
    first_day, last_day = min(days) - 1, max(days + wished) + 1
    origins = [site.place for site in problem.sites]
    return Terms(
        tariff=ready.tariff.to(places) if ready else compile_tariff(problem.tariff, brand.currency, origins, places),
        network=ready.network_to(places, first_day, last_day)
        if ready
        else network_to(problem, places, first_day, last_day),
        lanes=ready.lanes_of(market, params.days_ahead) if ready else lay_lanes(market, params.days_ahead),
        outer_mm=market.outer_mm,
        tare_g=market.tare_g,
        carton_minor=market.carton_minor,
        room_mm3=market.room_mm3,
        fill_micros_per_l=brand.void_fill_micros_per_l * MICROS // brand.currency.micros_per_minor,
        carton_rank=market.carton_rank,
        carton_at=market.carton_at,
        pick_unit_micros=market.pick_unit_micros,
        late_cost_micros=brand.late_cost_micros,
        micros_per_minor=brand.currency.micros_per_minor,
        customs=open_customs(market, places, ready.duties if ready else book_of(problem)),
    )


__all__ = ["PlanParams", "PlanProblem", "PlanResult", "Table", "plan"]
