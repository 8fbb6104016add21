"""Options are what the planner's own way finds when quotes that come too late are struck out, for every latest day."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from tests.kernels.plan.builders import Shape, problems
from tests.seeds import examples

from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.assemble import EPOCH
from doorstep.kernels.plan.atoms import split_orders
from doorstep.kernels.plan.blocks import form_blocks
from doorstep.kernels.plan.board import board_scratch, chunk_of, make_board, reduce, unpriced
from doorstep.kernels.plan.compiled import NEVER
from doorstep.kernels.plan.improve import own_choices
from doorstep.kernels.plan.loads import LoadBook
from doorstep.kernels.plan.market import open_market
from doorstep.kernels.plan.offer import MOST_DATES, Offer, offer
from doorstep.kernels.plan.plan import PlanParams, PlanProblem
from doorstep.kernels.plan.quote import quote
from doorstep.kernels.plan.ready import make_ready
from doorstep.kernels.plan.terms import ask, terms_of
from doorstep.kernels.run import Run

Costs = dict[int, int]  # by the latest day that will do
NOT_SERVED = -1
WIDE = Shape(orders=4, capacity=0.5, wishes=0.2, services=6)


def costs_by_day(problem: PlanProblem) -> list[Costs]:
    """Cost of each cart, decided anew for each day that a quote of it reaches."""
    market, params = open_market(problem), PlanParams()
    book = LoadBook(market, PackParams())
    atoms = split_orders(market, book, params.max_parcels, Run())
    blocks = form_blocks(market, atoms, book, params.max_parcels, params.exact_atoms, Run())
    terms = terms_of(market, params)
    quotes = quote(chunk_of(market, terms, ask(market), blocks, book, 0, len(problem.orders)))
    day = quotes.legs.promised_day[quotes.leg]
    served = quotes.total_minor < NEVER
    cart = np.broadcast_to(blocks.block_order[quotes.block][:, None], served.shape)
    found: list[Costs] = [{} for _ in problem.orders]
    for latest in np.unique(day[served]).tolist():
        timely = replace(quotes, total_minor=np.where(day > latest, NEVER, quotes.total_minor))
        best = reduce(timely, len(blocks.block_order), len(terms.lanes.column_site), terms)
        board, held = make_board(market, terms.lanes, blocks, best.cost, quotes.days)
        ledger = unpriced(board, market.stock, held)
        choice, cost = own_choices(board, ledger, board_scratch(board))
        for i in np.unique(cart[served & (day == latest)]).tolist():
            found[i][latest] = int(cost[i]) if choice[i, 0] >= 0 else NOT_SERVED
    return found


@settings(max_examples=examples(25, 80), deadline=None)
@given(problems(WIDE))
def test_every_option_is_the_least_cost_for_its_day(problem: PlanProblem) -> None:
    for one, costs in zip(offer(problem), costs_by_day(problem), strict=True):
        by_day = {(option.promised_by - EPOCH).days: option.cost_minor for option in one.options}
        # What is offered for a day is the least that anything due by then costs, and so is what is not offered.
        for day, cost in by_day.items():
            assert cost == costs[day]
        if len(costs) <= MOST_DATES:
            for day, cost in costs.items():
                assert min([other for due, other in by_day.items() if due <= day], default=NOT_SERVED) == cost


@settings(max_examples=examples(25, 80), deadline=None)
@given(problems(Shape(orders=3)))
def test_what_is_remembered_changes_no_offer(problem: PlanProblem) -> None:
    ready = make_ready(replace(problem, orders=(), products=(), stock=(), inbound=()))
    first: tuple[Offer, ...] = offer(problem, ready=ready)
    assert first == offer(problem)
    assert first == offer(problem, ready=ready)
