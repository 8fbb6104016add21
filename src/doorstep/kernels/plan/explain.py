"""Why: for every planned order what was chosen, what lost and what would change it; for the others the reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from doorstep.domain.decision import MAX_REJECTED, AtBorder, Choice, Decision, Flip, Unplanned
from doorstep.domain.emission import Footprint
from doorstep.domain.parcel import CostParts
from doorstep.domain.rule_words import told
from doorstep.kernels.pack.problem import UNPROVEN
from doorstep.kernels.plan.alone import Blame
from doorstep.kernels.plan.alternatives import Alternatives, Priced, find_flip, kept_back, list_priced, list_rejected
from doorstep.kernels.plan.assemble import EPOCH, Picks
from doorstep.kernels.plan.atoms import Atoms
from doorstep.kernels.plan.board import Table, chunk_of, spans
from doorstep.kernels.plan.compiled import NEVER
from doorstep.kernels.plan.customs import at_border
from doorstep.kernels.plan.explain_bids import weights_of
from doorstep.kernels.plan.explain_rules import put_first, ruled_options, unplanned_by_rule
from doorstep.kernels.plan.flip_terms import Turns, find_turns
from doorstep.kernels.plan.flips import flips_of, tells_flips
from doorstep.kernels.plan.footprint import Ways
from doorstep.kernels.plan.ladder import ladder
from doorstep.kernels.plan.loads import LoadBook
from doorstep.kernels.plan.market import BoolArray, IntArray, Market
from doorstep.kernels.plan.quote import Quotes, quote
from doorstep.kernels.plan.relays import injection, local_name
from doorstep.kernels.plan.search import Assignment
from doorstep.kernels.plan.wish import only_kept
from doorstep.kernels.rate.explain import explain as rate_reason
from doorstep.kernels.rate.result import reason_text as rate_code
from doorstep.kernels.run import Run

MOST_FLIPS = 300  # orders of a plan whose decisions tell all flips
UNASKED = frozenset({"wrong_destination_kind", "too_slow"})  # services of another kind than the order asks for


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


def explain(reasons: Reasons, run: Run, most_ladders: int = 0, most_flips: int = MOST_FLIPS) -> Iterator[Decision]:
    """Decisions of the planned orders, in order of the problem; quotes are made again chunk by chunk.

    The first `most_ladders` of them come with the price ladders of their parcels, the first `most_flips` with all
    changes that would flip them; the others only with those of stock and capacity.
    """
    told = 0
    market, table = reasons.market, reasons.table
    telling = np.setdiff1d(reasons.picks.order, list(reasons.atoms.owners) or [-1])  # others might be parted instead
    turns = _turns(reasons, telling[:most_flips]) if most_flips else None
    starts = np.searchsorted(reasons.picks.order, np.arange(len(market.problem.orders) + 1))
    for lo, hi in spans(table.blocks):
        chunk = chunk_of(market, table.terms, table.asked, table.blocks, reasons.book, lo, hi)
        quotes = only_kept(chunk, quote(chunk))
        planned = [i for i in range(lo, hi) if starts[i] < starts[i + 1]]
        rows = [range(int(starts[i]), int(starts[i + 1])) for i in planned]
        seen = [_seen(reasons, quotes, lo, *one) for one in zip(planned, rows, strict=True)]
        priced = [list_priced(one) for one in seen]
        for one, options, footprints in zip(seen, priced, _footprints(reasons, planned, priced), strict=True):
            decision = _decide(reasons, one, options, footprints, turns if told < most_flips else None)
            yield _with_ladders(reasons, one, decision) if told < most_ladders else decision
            told += 1
        run.progress("explaining", hi, len(market.problem.orders))


def explain_one(reasons: Reasons, i: int, most_flips: int = MOST_FLIPS) -> tuple[Decision, tuple[Flip, ...]]:
    """Give the decision of a planned order as `explain` tells it, and all its flips."""
    market, table, order = reasons.market, reasons.table, reasons.picks.order
    chunk = chunk_of(market, table.terms, table.asked, table.blocks, reasons.book, i, i + 1)
    lo, hi = np.searchsorted(order, [i, i + 1]).tolist()
    seen = _seen(reasons, only_kept(chunk, quote(chunk)), i, i, range(lo, hi))
    priced = list_priced(seen)
    (footprints,) = _footprints(reasons, [i], [priced])
    whole = _decide(reasons, seen, priced, footprints, _turns(reasons, np.array([i])))
    all_told = int((np.unique(order) < i).sum()) < most_flips
    return whole if all_told else _decide(reasons, seen, priced, footprints, None), whole.flips


def _turns(reasons: Reasons, orders: IntArray) -> Turns | None:
    if not tells_flips(reasons.market):
        return None
    return find_turns(reasons.market, reasons.table, reasons.book, reasons.picks, reasons.atoms, orders)


def _seen(reasons: Reasons, quotes: Quotes, lo: int, i: int, rows: range) -> Alternatives:
    known = (reasons.market, reasons.table, reasons.assignment, reasons.book)
    return Alternatives(*known, quotes, lo, i, rows, reasons.picks, reasons.atoms.of[i])


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
    turns: Turns | None,
) -> Decision:
    market, assignment, blocks, i = reasons.market, reasons.assignment, reasons.table.blocks, seen.i
    chosen = tuple(_choice(reasons, row) for row in seen.rows)
    cost = sum(one.cost.total_minor for one in chosen)
    loads = blocks.block_load[blocks.order_block[i] : blocks.order_block[i + 1]]
    exact = bool(blocks.exact[i])
    keys = [reasons.book.keys[int(blocks.block_load[reasons.picks.block[row]])] for row in seen.rows]
    weights = weights_of(market, reasons.picks, seen.rows, keys)
    joint = i in reasons.atoms.owners
    flips = () if joint else flips_of(seen, priced, cost, turns)
    words = None if flips or joint else find_flip(seen, priced, cost, sum(one.amount_minor for one in weights))
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


def why_unplanned(reasons: Reasons, blame: Blame) -> tuple[Unplanned, ...]:
    """Name the reason and the remedy of every order without a plan, in order of the problem."""
    none = reasons.assignment.choice[:, 0] < 0
    left = np.flatnonzero(none if reasons.aside is None else none & ~reasons.aside).tolist()
    names = [order.order for order in reasons.market.problem.orders]
    return tuple(
        unplanned_by_rule(names[i], blame, i) if i in blame else reasons.atoms.faults.get(i) or _diagnose(reasons, i)
        for i in left
    )


def _diagnose(reasons: Reasons, i: int) -> Unplanned:
    blocks, assignment = reasons.table.blocks, reasons.assignment
    name = reasons.market.problem.orders[i].order
    if assignment.own_choice[i, 0] >= 0:
        return _taken(reasons, i)
    if blocks.order_partition[i] == blocks.order_partition[i + 1]:
        return Unplanned(
            name,
            "too_many_parcels",
            f"its lines do not go into {reasons.max_parcels} parcels",
            "split the order, or add a larger carton",
        )
    short = _short_of_stock(reasons, i)
    if short:
        return short
    cheapest = _cheapest(reasons, i)
    if cheapest >= NEVER:
        return _not_carried(reasons, i)
    if cheapest < int(reasons.table.board.unplanned[i]):
        return _full(name)
    return Unplanned(
        name,
        "costs_more_than_unplanned",
        "its cheapest plan costs more than leaving it unplanned",
        "raise unplanned_cost in brand.csv, or negotiate a rate for it",
    )


def _cheapest(reasons: Reasons, i: int) -> int:
    """Cost of the cheapest partition, every block in its cheapest column, full or not; NEVER: none is served."""
    board, found = reasons.table.board, int(NEVER)
    for p in range(board.order_partition[i], board.order_partition[i + 1]):
        parts = [int(board.cost[b].min(initial=int(NEVER))) for b in board.partition[p] if b >= 0]
        if max(parts) < NEVER:
            found = min(found, sum(parts))
    return found


def _full(order: str) -> Unplanned:
    return Unplanned(
        order,
        "capacity",
        "the sites and services that could take it are full on the days considered",
        "raise daily_order_capacity or daily_parcel_capacity, or plan it with the next batch",
    )


def _needs(reasons: Reasons, i: int) -> dict[int, int]:
    units: dict[int, int] = {}
    for sku, quantity in reasons.atoms.of[i]:
        units[sku] = units.get(sku, 0) + quantity
    return units


def _short_of_stock(reasons: Reasons, i: int) -> Unplanned | None:
    market, needs = reasons.market, _needs(reasons, i)
    order = market.problem.orders[i].order
    stock = market.stock if market.ruled is None else market.stock + market.ruled.kept_back
    for sku, quantity in needs.items():
        held = int(stock[market.ships, sku].sum())
        if held < quantity:
            name = market.problem.products[sku].sku
            detail = f"{quantity} x {name} asked, {held} on hand{_elsewhere(market, sku)}"
            return Unplanned(order, "stock_out", detail, _restock(market, name, quantity - held))
    for sku, share in reasons.atoms.of[i]:
        most = int(stock[market.ships, sku].max(initial=0))
        if most < share:
            name = market.problem.products[sku].sku
            detail = f"{needs[sku]} x {name} asked, at most {most} on hand at one site"
            return Unplanned(order, "stock_out", detail, _restock(market, name, share - most))
    return None


def _elsewhere(market: Market, sku: int) -> str:
    """Units that lie where no order is sent from: a depot, a locker."""
    units = int(market.stock[~market.ships, sku].sum())
    return f" where orders are sent from, {units} at other sites" if units else ""


def _restock(market: Market, sku: str, missing: int) -> str:
    due = sorted((one.expected_at, one.site, one.quantity) for one in market.problem.inbound if one.sku == sku)
    enough = next(((at, site, units) for at, site, units in due if units >= missing), None)
    if enough:
        at, site, units = enough
        return f"{units} x {sku} expected at {site} on {at.date()}: plan again then, or move stock in"
    announced = f"only {sum(units for *_, units in due)} more are" if due else "none is"
    return f"bring {missing} more x {sku} to one site; {announced} announced in inbound.csv"


def _taken(reasons: Reasons, i: int) -> Unplanned:
    """Servable alone, but others hold what it wanted."""
    market, table, ledger = reasons.market, reasons.table, reasons.assignment.ledger
    name, want = market.problem.orders[i].order, reasons.assignment.own_choice[i]
    for n in range(3):
        if want[1 + n] < 0:
            continue
        b, k = table.board.partition[want[0], n], int(table.board.column_site[want[1 + n]])
        for sku, quantity in reasons.book.keys[int(table.blocks.block_load[b])]:
            left = int(ledger.stock[k, sku])
            if left < quantity:
                product, site = market.problem.products[sku].sku, market.problem.sites[k].site
                detail = f"{quantity} x {product} asked; other orders leave {left} at {site}"
                detail += kept_back(market, k, sku) + put_first(market, i)
                return Unplanned(name, "stock_taken", detail, _restock(market, product, quantity - left))
    return _full(name)


def _not_carried(reasons: Reasons, i: int) -> Unplanned:
    """Goods and carton there, but no service: quote the lightest part of the order that nobody takes, and say why."""
    market, table = reasons.market, reasons.table
    name = market.problem.orders[i].order
    quotes = quote(chunk_of(market, table.terms, table.asked, table.blocks, reasons.book, i, i + 1))
    served = quotes.block[(quotes.total_minor < NEVER).any(axis=1)]
    rows = np.flatnonzero(~np.isin(quotes.block, served))
    if len(rows) == 0:
        return _apart(reasons, i)
    refused = {_refusal(reasons, quotes, int(r), v)[0] for r in rows for v in range(quotes.total_minor.shape[1])}
    lightest = int(rows[np.argmin(quotes.problem.parcels.weight_g[quotes.rated[rows]])])
    block = int(table.blocks.order_block[i]) + int(quotes.block[lightest])
    skus = [market.problem.products[j].sku for j, _ in reasons.book.keys[int(table.blocks.block_load[block])]]
    part = len(skus) < len(_needs(reasons, i))
    what = f"{', '.join(skus)}: " if part else ""
    texts = [
        f"{service.service}: {_refusal(reasons, quotes, lightest, v)[1]}"
        for v, service in enumerate(market.problem.tariff.services)
    ]
    detail = what + "; ".join(texts)
    if refused <= {"no_zone", "no_collection"} and "no_zone" in refused:
        place = market.problem.orders[i].place
        return Unplanned(
            name,
            "no_zone",
            f"no service has a zone for {place.country} {place.postcode or 'without a postcode'}",
            "add the destination to zones.csv, or mend the address",
        )
    refused -= UNASKED
    if refused <= {"promise_unreachable", "no_collection"} and "promise_unreachable" in refused:
        return Unplanned(name, "promise_unreachable", detail, "lower on_time_target, or add a service")
    return Unplanned(name, "no_service", detail, "add a service that takes it, or change what the order asks")


def _apart(reasons: Reasons, i: int) -> Unplanned:
    """All parts of the order are carried from somewhere, or nobody calls where one of them lies."""
    market, lanes = reasons.market, reasons.table.terms.lanes
    name = market.problem.orders[i].order
    called = (lanes.lane_at >= 0).any(axis=(1, 2)) & market.ships
    for sku, quantity in reasons.atoms.of[i]:
        if not (market.stock[called, sku] >= quantity).any():
            detail = f"no service calls at a site that holds {quantity} x {market.problem.products[sku].sku}"
            return Unplanned(name, "no_collection", detail, "add a row to collections.csv")
    return Unplanned(
        name,
        "too_many_parcels",
        f"its goods lie at such sites that it needs more than {reasons.max_parcels} parcels",
        "split the order, or move stock together",
    )


def _refusal(reasons: Reasons, quotes: Quotes, r: int, v: int) -> tuple[str, str]:
    """Code and words for why a service does not take a quote row."""
    parcel = int(quotes.rated[r])
    code = int(quotes.rates.reason[parcel, v])
    if code:
        return rate_code(code), rate_reason(quotes.problem, quotes.rates, parcel, v)
    if reasons.market.ruled is not None and quotes.barred is not None and quotes.barred.rule[r, v] >= 0:
        return "rule", told(reasons.market.ruled.rules[quotes.barred.rule[r, v]])
    leg = int(quotes.leg[r, v])
    if leg < 0:
        site = reasons.market.problem.sites[int(quotes.site[r])].site
        return "no_collection", f"does not call at {site}"
    if quotes.legs.promised_day[leg] < 0:
        return "promise_unreachable", "its dates lie beyond the calendar"
    return "capacity", "leaves later than the days considered"
