"""A batch laid out: its orders cut into blocks, packed, and what their quotes need; and how it is settled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.atoms import Atoms, split_orders
from doorstep.kernels.plan.blocks import Blocks, exact_limit, form_blocks
from doorstep.kernels.plan.board import Table, set_table, table_of
from doorstep.kernels.plan.joints import Joints, may_share, with_joints
from doorstep.kernels.plan.least import Least, least_costs
from doorstep.kernels.plan.loads import LoadBook
from doorstep.kernels.plan.market import Market, open_market
from doorstep.kernels.plan.problem import PlanParams, PlanProblem
from doorstep.kernels.plan.quote import Asked, Terms
from doorstep.kernels.plan.ready import Ready, open_book
from doorstep.kernels.plan.requote import columns_of, requote
from doorstep.kernels.plan.rides import least_rides
from doorstep.kernels.plan.rules import under_rules
from doorstep.kernels.plan.search import Assignment, assign
from doorstep.kernels.plan.terms import ask, terms_of
from doorstep.kernels.plan.weigh import under_bids
from doorstep.kernels.plan.widen import find_ways
from doorstep.kernels.plan.wish import given_up
from doorstep.kernels.run import Run


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
    joints: Joints | None = None  # where orders may share parcels


def lay_out(
    problem: PlanProblem,
    params: PlanParams,
    run: Run,
    pack_params: PackParams,
    ready: Ready | None = None,
    sharing: bool = False,
    driven: bool = False,
) -> Laid:
    """Cut the orders into blocks, have them packed, and gather what their quotes need; as in `plan`.

    `sharing`: orders that may share parcels are there together as well, see `joints`. `driven`: own vans may bring
    parcels, at the least that a ride can cost; else they bring none.
    """
    bare = open_market(problem, ready.market if ready else None)
    market = under_bids(under_rules(bare))
    book = open_book(market, pack_params, ready)
    atoms = split_orders(market, book, params.max_parcels, run)
    asked, terms, joints = ask(market), terms_of(market, params, ready), None
    some = may_share(market, atoms, asked, terms, params.exact_atoms) if sharing else None
    if some is not None:
        market, atoms, joints = with_joints(bare, atoms, some)
        market = under_bids(market)
        asked = replace(ask(market), waits=joints.waits)  # their places are known already: the terms stay as they are
    if driven:
        asked = replace(asked, rides=least_rides(market))
    blocks = form_blocks(market, atoms, book, params.max_parcels, exact_limit(atoms, params), run)
    least = least_costs(market, terms, asked, atoms, blocks, book, params.max_parcels, run)
    return Laid(market, book, atoms, blocks, asked, terms, least, joints)


def as_it_is(table: Table) -> Table:
    """Leave a table alone."""
    return table


def settle(
    laid: Laid, params: PlanParams, run: Run, amend: Callable[[Table], Table] = as_it_is
) -> tuple[Table, Assignment]:
    """Assign, large orders parted by what is short as well; then those whose nominated day leaves them without it.

    `amend` sees each table before orders are assigned, to take away what is used up already.
    """
    _, table, assignment = settle_all(laid, params, run, amend)
    return table, assignment


def settle_all(
    laid: Laid, params: PlanParams, run: Run, amend: Callable[[Table], Table] = as_it_is
) -> tuple[Table, Table, Assignment]:
    """Settle; give, too, the table as it was before `amend`."""
    asked = laid.asked
    bare, table = _widened(laid, _quoted(laid, asked, laid.blocks, run), params, run, amend)
    while True:
        assignment = assign(table, laid.least, params, run)
        without = given_up(asked.insists, table.blocks, assignment.choice)
        if not without.any():
            return bare, table, assignment
        asked = replace(asked, insists=asked.insists & ~without)
        bare = _quoted(laid, asked, table.blocks, run)
        table = amend(bare)


def _widened(
    laid: Laid, bare: Table, params: PlanParams, run: Run, amend: Callable[[Table], Table]
) -> tuple[Table, Table]:
    """Add what prices say of how large orders may be parted; the table before `amend`, and after it."""
    market, book = laid.market, laid.book
    table = amend(bare)
    ways = find_ways(table, laid.least, laid.atoms, params, run)
    if not ways:
        return bare, table
    before, columns = bare.blocks.order_block, columns_of(bare)
    del bare, table  # their columns are given up one by one
    limit = exact_limit(laid.atoms, params)
    blocks = form_blocks(market, laid.atoms, book, params.max_parcels, limit, run, ways)
    if market.ruled is not None or market.scales is not None:
        bare = _quoted(laid, laid.asked, blocks, run)
    else:
        best = requote(columns, before, market, laid.terms, laid.asked, blocks, book, sorted(ways), run)
        bare = table_of(market, laid.terms, laid.asked, blocks, best)
    return bare, amend(bare)


def _quoted(laid: Laid, asked: Asked, blocks: Blocks, run: Run) -> Table:
    """Quote all orders."""
    return set_table(laid.market, laid.terms, asked, laid.atoms, blocks, laid.book, run)
