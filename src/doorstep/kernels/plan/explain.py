"""Why: for every planned order what was chosen, what lost and what would change it; for the others the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import numpy as np

from doorstep.domain.decision import MAX_REJECTED, AtBorder, Choice, Decision, Flip, Trial
from doorstep.domain.emission import Footprint
from doorstep.domain.fleet import Ride
from doorstep.domain.parcel import CostParts
from doorstep.kernels.pack.problem import UNPROVEN
from doorstep.kernels.plan.alternatives import Alternatives, Priced, find_flip, list_priced, list_rejected
from doorstep.kernels.plan.assemble import EPOCH, Picks
from doorstep.kernels.plan.atoms import Atoms
from doorstep.kernels.plan.board import Table, chunk_of, quotes_of, spans
from doorstep.kernels.plan.customs import at_border
from doorstep.kernels.plan.explain_bids import weights_of
from doorstep.kernels.plan.explain_rules import ruled_options
from doorstep.kernels.plan.flip_terms import Turns, find_turns
from doorstep.kernels.plan.flips import find_flips, tells_flips
from doorstep.kernels.plan.grams import Ways
from doorstep.kernels.plan.ladder import ladder
from doorstep.kernels.plan.loads import LoadBook
from doorstep.kernels.plan.market import BoolArray, IntArray, Market
from doorstep.kernels.plan.outdone import Told
from doorstep.kernels.plan.quote import Quotes
from doorstep.kernels.plan.relays import injection, local_name
from doorstep.kernels.plan.search import Assignment
from doorstep.kernels.run import Run

MOST_FLIPS = 300  # orders of a plan whose decisions tell all flips


@dataclass(frozen=True, slots=True)
class Reasons:
    """All that explanations are read from."""

    market: Market
    table: Table
    atoms: Atoms
    book: LoadBook
    assignment: Assignment
    picks: Picks
    ways: Ways | None
    footprints: Sequence[Footprint | None]  # of the picks
    seed: int
    max_parcels: int
    aside: BoolArray | None = None  # [N] orders that others stand for, and what is not sent for others; see `sharing`
    rides: Sequence[Ride | None] | None = None  # of the picks, where there are vans
    could: BoolArray | None = None  # [N] orders that a van could serve, so that their optimum is not known
    trials: Mapping[int, Trial] = field(default_factory=dict)  # of orders that try a service

    def by_lot(self, i: int) -> bool:
        """Whether no change of what there is would flip the choice, or none is known: it is shared, or tried."""
        return i in self.atoms.owners or i in self.trials


def explain(reasons: Reasons, run: Run, most_ladders: int = 0, most_flips: int = MOST_FLIPS) -> Iterator[Decision]:
    """Decisions of the planned orders, in order of the problem; quotes are made again chunk by chunk.

    The first `most_ladders` of them come with the price ladders of their parcels, the first `most_flips` with all
    changes that would flip them; the others only with those of stock and capacity.
    """
    planned = np.unique(reasons.picks.order)
    fully = _alone(reasons, planned)[:most_flips] if most_flips and tells_flips(reasons.market) else planned[:0]
    turns, told = _turns(reasons, fully), 0
    for lo, hi in spans(reasons.table.blocks):
        mine = planned[np.searchsorted(planned, lo) : np.searchsorted(planned, hi)]
        for one, decision in _explain_some(reasons, lo, hi, mine, turns, fully):
            yield _with_ladders(reasons, one, decision) if told < most_ladders else decision
            told += 1
        run.progress("explaining", hi, len(reasons.market.problem.orders))


def explain_one(reasons: Reasons, i: int, most_flips: int = MOST_FLIPS) -> tuple[Decision, tuple[Flip, ...]]:
    """Give the decision of a planned order as `explain` tells it, and all its flips."""
    mine = np.array([i])
    fully = _alone(reasons, mine) if tells_flips(reasons.market) else mine[:0]
    ((_, whole),) = _explain_some(reasons, i, i + 1, mine, _turns(reasons, fully), fully)
    if int((_alone(reasons, reasons.picks.order) < i).sum()) < most_flips:
        return whole, whole.flips
    ((_, told),) = _explain_some(reasons, i, i + 1, mine, None, mine[:0])
    return told, whole.flips


def _alone(reasons: Reasons, orders: IntArray) -> IntArray:
    """Give those that share with nobody and try nothing: of others no flips are told, they might be parted instead."""
    return np.setdiff1d(orders, [*reasons.atoms.owners, *reasons.trials] or [-1])


def _explain_some(
    reasons: Reasons, lo: int, hi: int, planned: IntArray, turns: Turns | None, fully: IntArray
) -> Iterator[tuple[Alternatives, Decision]]:
    """Decisions of the planned ones among orders lo to hi, those named in `fully` with all flips."""
    order = reasons.picks.order
    quotes = _quoted(reasons, lo, hi, planned, fully)
    starts, stops = np.searchsorted(order, planned), np.searchsorted(order, planned, side="right")
    rows = [range(*pair) for pair in zip(starts.tolist(), stops.tolist(), strict=True)]
    seen = [_seen(reasons, quotes, lo, *one) for one in zip(planned.tolist(), rows, strict=True)]
    priced = [list_priced(one) for one in seen]
    footprints = _footprints(reasons, planned.tolist(), priced)
    flips = find_flips(seen, priced, [turns if full else None for full in np.isin(planned, fully).tolist()])
    for one, options, carbon, changes in zip(seen, priced, footprints, flips, strict=True):
        yield one, _decide(reasons, one, options, carbon, () if reasons.by_lot(one.i) else changes)


def _quoted(reasons: Reasons, lo: int, hi: int, planned: IntArray, fully: IntArray) -> Quotes:
    """Quotes of orders lo to hi: of all blocks of some, of the others the whole order in one and what is chosen."""
    blocks, picks, board = reasons.table.blocks, reasons.picks, reasons.table.board
    first, last = (int(at) for at in blocks.order_block[[lo, hi]])
    kept = np.isin(blocks.block_order[first:last], fully)
    whole = board.partition[board.order_partition[planned]]
    kept[whole[whole[:, 1] < 0, 0] - first] = True
    kept[picks.block[np.isin(picks.order, planned)] - first] = True
    known = reasons.table.quotes
    if known is not None and kept.all() and (first, last) == (0, len(blocks.block_order)):
        return known
    at = np.flatnonzero(kept)
    known_of = reasons.market, reasons.table.terms, reasons.table.asked, blocks, reasons.book
    chunk = chunk_of(*known_of, lo, hi, at, told=Told.WHOLE)
    quotes = quotes_of(chunk)
    return replace(quotes, block=at[quotes.block])


def _turns(reasons: Reasons, orders: IntArray) -> Turns | None:
    if len(orders) == 0:
        return None
    return find_turns(reasons.market, reasons.table, reasons.book, reasons.picks, reasons.atoms, orders)


def _seen(reasons: Reasons, quotes: Quotes, lo: int, i: int, rows: range) -> Alternatives:
    known = (reasons.market, reasons.table, reasons.assignment, reasons.book)
    return Alternatives(*known, quotes, lo, i, rows, reasons.picks, reasons.atoms.of[i], reasons.trials.get(i))


def _footprints(
    reasons: Reasons, planned: list[int], priced: list[list[Priced]]
) -> Sequence[Sequence[Footprint | None]]:
    """Footprints of what a decision may list."""
    if reasons.ways is None:
        return [[None] * MAX_REJECTED] * len(planned)
    return reasons.ways.options(planned, [[sent for *_, sent in options[:MAX_REJECTED]] for options in priced])


def _decide(
    reasons: Reasons,
    seen: Alternatives,
    priced: list[Priced],
    footprints: Sequence[Footprint | None],
    flips: tuple[Flip, ...],
) -> Decision:
    market, assignment, blocks, i = reasons.market, reasons.assignment, reasons.table.blocks, seen.i
    chosen = tuple(_choice(reasons, row) for row in seen.rows)
    cost = sum(one.cost.total_minor for one in chosen)
    loads = blocks.block_load[blocks.order_block[i] : blocks.order_block[i + 1]]
    exact = bool(blocks.exact[i]) and not (reasons.could is not None and reasons.could[i])
    keys = [reasons.book.keys[int(blocks.block_load[reasons.picks.block[row]])] for row in seen.rows]
    weights = weights_of(market, reasons.picks, seen.rows, keys)
    told = bool(flips) or reasons.by_lot(i)
    words = None if told else find_flip(seen, priced, cost, sum(one.amount_minor for one in weights))
    return Decision(
        order=market.problem.orders[i].order,
        chosen=chosen,
        cost_minor=cost,
        rejected=list_rejected(seen, priced, cost, footprints, ruled_options(seen)),
        flip=flips[0] if flips else words,
        lower_bound_minor=int(assignment.own_bound[i]),
        exact=exact,
        packing_proven=not bool((reasons.book.verdict[loads] == UNPROVEN).any()),
        data_version=market.problem.data_version,
        seed=reasons.seed,
        weights=weights,
        flips=flips,
        trial=reasons.trials.get(i),
    )


def _with_ladders(reasons: Reasons, seen: Alternatives, decision: Decision) -> Decision:
    """Put beside each chosen parcel what every service asks for it."""
    rows = zip(seen.rows, decision.chosen, strict=True)
    return replace(decision, ladders=tuple(ladder(seen, row, choice, reasons.ways) for row, choice in rows))


def _choice(reasons: Reasons, row: int) -> Choice:
    picks, market = reasons.picks, reasons.market
    key = reasons.book.keys[int(reasons.table.blocks.block_load[picks.block[row]])]
    site = market.problem.sites[int(picks.site[row])]
    return Choice(
        site=site.site,
        carton=market.carton_name(int(picks.carton[row])),
        service=local_name(market.problem, int(picks.service[row])),
        ship_date=_date(int(picks.ship_day[row])),
        promised_by=_date(int(picks.promised_day[row])),
        on_time_ppm=int(picks.on_time_ppm[row]),
        cost=CostParts(
            pick_minor=int(picks.pick[row]),
            carton_minor=int(picks.carton_minor[row]),
            freight_minor=int(picks.freight[row]),
            surcharges_minor=int(picks.surcharges[row]),
            duty_tax_minor=int(picks.duty_tax[row]),
            lateness_minor=int(picks.lateness[row]),
        ),
        skus=tuple(market.problem.products[j].sku for j, _ in key),
        at_border=_at_border(reasons, row),
        footprint=reasons.footprints[row],
        injection=injection(
            market.problem,
            market.relays,
            reasons.table.terms.network,
            int(picks.service[row]),
            int(picks.ship_day[row]),
            int(picks.weight_g[row]),
        ),
        ride=None if reasons.rides is None else reasons.rides[row],
    )


def _at_border(reasons: Reasons, row: int) -> AtBorder | None:
    picks, asked = reasons.picks, reasons.table.asked
    order = int(picks.order[row])
    return at_border(
        reasons.market,
        reasons.table.terms.customs,
        reasons.book.keys[int(reasons.table.blocks.block_load[picks.block[row]])],
        site=int(picks.site[row]),
        service=int(picks.service[row]),
        destination=int(asked.destination[order]),
        goods=int(asked.goods_minor[order]),
        day=int(picks.ship_day[row]),
        freight=int(picks.freight[row] + picks.surcharges[row]),
    )


def _date(day: int) -> str:
    return (EPOCH + timedelta(days=day)).isoformat()
