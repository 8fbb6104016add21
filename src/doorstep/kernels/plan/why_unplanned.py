"""Why an order has no plan: the first reason that holds, and a remedy."""

from __future__ import annotations

from itertools import islice

import numpy as np

from doorstep.domain.decision import Unplanned
from doorstep.domain.rule_words import told
from doorstep.kernels.plan.alternatives import kept_back
from doorstep.kernels.plan.blame import Blame
from doorstep.kernels.plan.blocks import every_block
from doorstep.kernels.plan.board import chunk_of
from doorstep.kernels.plan.compiled import NEVER
from doorstep.kernels.plan.explain import Reasons
from doorstep.kernels.plan.explain_rules import put_first, unplanned_by_rule
from doorstep.kernels.plan.fleets import refusal
from doorstep.kernels.plan.market import Market
from doorstep.kernels.plan.quote import Quotes, quote
from doorstep.kernels.plan.room import MOST_FULL, full_days

# Services of another kind than the order asks for; and own vans, which nobody asks for by name.
UNASKED = frozenset({"wrong_destination_kind", "too_slow", "no_round"})


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
        return _full(reasons, i)
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


def _full(reasons: Reasons, i: int) -> Unplanned:
    market, table = reasons.market, reasons.table
    before = full_days(market, table.terms.lanes, table.best.days[i])
    named = "".join(f"; {name} on {day} {why}" for name, day, why in islice(before, MOST_FULL))
    return Unplanned(
        market.problem.orders[i].order,
        "capacity",
        f"the sites and services that could take it are full on the days considered{named}",
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
    return _full(reasons, i)


def _not_carried(reasons: Reasons, i: int) -> Unplanned:
    """Goods and carton there, but no service: quote the lightest part of the order that nobody takes, and say why."""
    market, table = reasons.market, reasons.table
    name = market.problem.orders[i].order
    blocks = every_block(market, reasons.atoms, reasons.book, table.blocks, i, reasons.max_parcels)
    quotes = quote(chunk_of(market, table.terms, table.asked, blocks, reasons.book, i, i + 1))
    served = quotes.block[(quotes.total_minor < NEVER).any(axis=1)]
    rows = np.flatnonzero(~np.isin(quotes.block, served))
    if len(rows) == 0:
        return _apart(reasons, i)
    refused = {_refusal(reasons, quotes, int(r), v)[0] for r in rows for v in range(quotes.total_minor.shape[1])}
    lightest = int(rows[np.argmin(quotes.problem.parcels.weight_g[quotes.rated[rows]])])
    block = int(blocks.order_block[i]) + int(quotes.block[lightest])
    skus = [market.problem.products[j].sku for j, _ in reasons.book.keys[int(blocks.block_load[block])]]
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
    if quotes.rates.reason[parcel, v]:
        return refusal(quotes.problem, quotes.rates, parcel, v)
    if reasons.market.ruled is not None and quotes.barred is not None and quotes.barred.rule[r, v] >= 0:
        return "rule", told(reasons.market.ruled.rules[quotes.barred.rule[r, v]])
    leg = int(quotes.leg[r, v])
    if leg < 0:
        site = reasons.market.problem.sites[int(quotes.site[r])].site
        return "no_collection", f"does not call at {site}"
    if quotes.legs.promised_day[leg] < 0:
        return "promise_unreachable", "its dates lie beyond the calendar"
    return "capacity", "leaves later than the days considered"
