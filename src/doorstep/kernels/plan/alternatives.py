"""What lost, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from doorstep.domain.decision import MAX_REJECTED, Flip, Rejected, Trial
from doorstep.domain.emission import Footprint
from doorstep.domain.rule_words import told
from doorstep.kernels.plan.assemble import Picks
from doorstep.kernels.plan.board import Table
from doorstep.kernels.plan.compiled import NEVER
from doorstep.kernels.plan.explain_bids import weighed_flip, weighs_more
from doorstep.kernels.plan.fleets import refusal
from doorstep.kernels.plan.grams import Sent
from doorstep.kernels.plan.load_lines import Key
from doorstep.kernels.plan.loads import LoadBook
from doorstep.kernels.plan.market import Market
from doorstep.kernels.plan.quote import Quotes
from doorstep.kernels.plan.room import MOST_FULL, full_days
from doorstep.kernels.plan.search import Assignment

PRICED = 14  # at most so many that lost by cost, so that constraints are named too
SPLITS = 3


@dataclass(frozen=True, slots=True)
class Alternatives:
    """One planned order i with the quotes of its chunk, whose first order is `lo`; `rows` are its picks."""

    market: Market
    table: Table
    assignment: Assignment
    book: LoadBook
    quotes: Quotes
    lo: int
    i: int
    rows: range
    picks: Picks
    atoms: tuple[tuple[int, int], ...] = ()  # of the order
    trial: Trial | None = None

    @property
    def cost(self) -> int:
        """What the choice costs."""
        return int(self.picks.cost[self.rows.start : self.rows.stop].sum())

    @property
    def whole(self) -> int:
        """The block that holds the whole order, or -1."""
        board = self.table.board
        p = int(board.order_partition[self.i])
        return int(board.partition[p, 0]) if board.partition[p, 1] < 0 else -1

    def quotes_of(self, block: int) -> range:
        """Quote rows of a block."""
        local = block - int(self.table.blocks.order_block[self.lo])
        lo, hi = np.searchsorted(self.quotes.block, [local, local + 1])
        return range(int(lo), int(hi))

    def used(self, site: int, sku: int) -> int:
        """Units of a sku that the order itself draws from a site."""
        units = 0
        for row in self.rows:
            if self.picks.site[row] == site:
                key = self.book.keys[int(self.table.blocks.block_load[self.picks.block[row]])]
                units += sum(q for j, q in key if j == sku)
        return units


Priced = tuple[int, str, tuple[tuple[int, Key], ...], Sent]  # cost, name, (site, load) and what is sent


def list_priced(seen: Alternatives) -> list[Priced]:
    """What could have been chosen with the whole stock, cheapest first; the choice itself is left out."""
    return sorted(_single_parcels(seen) + _splits(seen), key=lambda one: (one[0], one[1]))


def list_rejected(
    seen: Alternatives,
    priced: list[Priced],
    cost: int,
    footprints: Sequence[Footprint | None],
    by_rule: Sequence[Rejected] = (),
) -> tuple[Rejected, ...]:
    """At most `MAX_REJECTED`: cheapest first, then what a rule or another constraint ruled out.

    Footprints are those of the first.
    """
    constrained = [*by_rule, *_ruled_out(seen), *_full(seen)]
    room = max(PRICED, MAX_REJECTED - len(constrained))
    listed = [
        Rejected(name, amount, _shortage(seen, parts) if amount < cost else "", footprint)
        for (amount, name, parts, _), footprint in zip(priced, footprints, strict=False)
    ]
    return tuple((listed[:room] + constrained)[:MAX_REJECTED])


def find_flip(seen: Alternatives, priced: list[Priced], cost: int, weight: int = 0) -> Flip | None:
    """The lower cost that would let the next best win, told in words: of the options that what is left suffices for.

    `weight`: of the choice, beside its cost.
    """
    if seen.market.scales is not None:
        there = [one for one in priced if not _lacking(seen, one[2])]
        return weighed_flip(seen.market, seen.i, there, cost, weight)
    for amount, name, parts, _ in priced:
        if amount < cost or _lacking(seen, parts):
            continue
        text = seen.market.problem.brand.currency.text
        share = 100 * (amount - cost) / amount if amount else 0.0
        return Flip("a lower cost of that option", f"more than {text(amount - cost)} ({share:.1f}%)", name)
    return None


def _single_parcels(seen: Alternatives) -> list[Priced]:
    """The whole order in one parcel: the best carton and day of each site and service, and the chosen one's cartons."""
    if seen.whole < 0:
        return []
    rows = seen.quotes_of(seen.whole)
    quotes, market = seen.quotes, seen.market
    total = quotes.total_minor[rows.start : rows.stop]
    r, v = np.nonzero(total < NEVER)
    site, carton = quotes.site[rows.start + r], quotes.carton[rows.start + r]
    named = market.named[carton]
    weight = quotes.problem.parcels.weight_g[quotes.rated[rows.start : rows.stop]]
    cost = total[r, v] + market.pick_order_minor[site]
    chosen = _chosen_single(seen)
    lane = site * total.shape[1] + v
    what = lane * (len(market.problem.cartons) + 2)
    if chosen is not None:
        mine = (site == chosen[0]) & (v == chosen[1])
        what[mine] += 1 + named[mine]
    order = np.lexsort((v, r, cost))
    best = np.sort(np.unique(what[order], return_index=True)[1])[: MAX_REJECTED + 1]
    key: Key = seen.book.keys[int(seen.table.blocks.block_load[seen.whole])]
    found: list[Priced] = []
    for at in order[best].tolist():
        k, c, service = int(site[at]), int(carton[at]), int(v[at])
        if (k, service, int(named[at])) != chosen:
            name = f"{_site(market, k)} by {_service(market, service)} in {market.carton_name(c)}"
            found.append((int(cost[at]), name, ((k, key),), ((k, service, int(weight[r[at]])),)))
    return found[:MAX_REJECTED]


def _chosen_single(seen: Alternatives) -> tuple[int, int, int] | None:
    if len(seen.rows) != 1:
        return None
    row = seen.rows[0]
    named = seen.market.named[seen.picks.carton[row]]
    return int(seen.picks.site[row]), int(seen.picks.service[row]), int(named)


def _splits(seen: Alternatives) -> list[Priced]:
    """The best of the partitions into several parcels, each block where it is cheapest."""
    board, i, fees = seen.table.board, seen.i, seen.market.pick_order_minor
    first, lo = int(board.order_block[i]), int(board.order_partition[i])
    partition = board.partition[lo : board.order_partition[i + 1]]
    several = np.flatnonzero(partition[:, 1] >= 0)
    several = several[several + lo != seen.assignment.choice[i, 0]]
    own = seen.table.paid[first : board.order_block[i + 1]]
    if len(several) == 0:
        return []
    column = np.argmin(own + fees[board.column_site], axis=1)
    group, used = board.column_group[column], partition[several] >= 0
    parts = np.where(used, partition[several] - first, 0)
    fresh = used.copy()
    fresh[:, 1] &= group[parts[:, 1]] != group[parts[:, 0]]
    fresh[:, 2] &= (group[parts[:, 2]] != group[parts[:, 0]]) & (group[parts[:, 2]] != group[parts[:, 1]])
    least = own[np.arange(len(own)), column]
    cost = np.where(used, least[parts], 0).sum(axis=1)
    cost += np.where(fresh, fees[board.group_site[group]][parts], 0).sum(axis=1)
    cost[(used & (least[parts] >= NEVER)).any(axis=1)] = NEVER
    most = min(int(np.sort(cost)[:SPLITS][-1]), int(NEVER) - 1)
    found: list[Priced] = []
    for at in np.flatnonzero(cost <= most).tolist():
        blocks = parts[at][used[at]]
        found.append(_split(seen, int(cost[at]), (first + blocks).tolist(), column[blocks].tolist()))
    return sorted(found)[:SPLITS]


def _split(seen: Alternatives, cost: int, parts: list[int], columns: list[int]) -> Priced:
    """Name blocks, each sent in its column by what is best there."""
    market, best, blocks = seen.market, seen.table.best, seen.table.blocks
    sites = [int(seen.table.board.column_site[q]) for q in columns]
    services = [int(best.service[b, q]) for b, q in zip(parts, columns, strict=True)]
    loads = [int(blocks.block_load[b]) for b in parts]
    keys = [seen.book.keys[load] for load in loads]
    name = " + ".join(
        f"{_site(market, k)} by {_service(market, v)} ({', '.join(market.problem.products[j].sku for j, _ in key)})"
        for k, v, key in zip(sites, services, keys, strict=True)
    )
    cartons = [int(best.carton[b, q]) for b, q in zip(parts, columns, strict=True)]
    tares = [0 if c == market.n_cartons else int(market.tare_g[c]) for c in cartons]
    weights = [int(seen.book.weight_g[load]) + tare for load, tare in zip(loads, tares, strict=True)]
    sent = tuple(zip(sites, services, weights, strict=True))
    return cost, name, tuple(zip(sites, keys, strict=True)), sent


def _lacking(seen: Alternatives, parts: tuple[tuple[int, Key], ...]) -> tuple[str, str, int] | None:
    """First (site, sku, units) that others left too little of."""
    for site, key in parts:
        for sku, quantity in key:
            left = int(seen.assignment.ledger.stock[site, sku]) + seen.used(site, sku)
            if left < quantity:
                return _site(seen.market, site), seen.market.problem.products[sku].sku, quantity - left
    return None


def _shortage(seen: Alternatives, parts: tuple[tuple[int, Key], ...]) -> str:
    if seen.trial is not None and _lacking(seen, parts) is None:
        return f"this order tries {seen.trial.service}, so that it gets measured"
    lacking = _lacking(seen, parts)
    if lacking is None and seen.market.scales is not None:
        return weighs_more(seen.market, seen.market.scales, parts)
    if lacking is None and seen.market.fleets is not None:
        return "the day's capacity there goes to other orders, or rounds were settled without it"
    if lacking is None:
        return "the day's capacity there goes to other orders"
    site, sku, units = lacking
    return f"{sku} at {site} goes to other orders: {units} short"


def _full(seen: Alternatives) -> list[Rejected]:
    """Days on which the order could have left, had decisions before this batch left room."""
    days = seen.table.best.days[seen.i]
    found = full_days(seen.market, seen.table.terms.lanes, days)
    return [Rejected(f"{name} on {day}", None, why) for name, day, why in islice(found, MOST_FULL)]


def _ruled_out(seen: Alternatives) -> list[Rejected]:
    """Sites without the goods, services that refuse, and a whole that fits no carton."""
    market = seen.market
    named: list[Rejected] = []
    if seen.whole < 0:
        named.append(Rejected("everything in one parcel", None, "fits no single carton that a service takes"))
        return named
    key = seen.book.keys[int(seen.table.blocks.block_load[seen.whole])]
    for k in np.flatnonzero(market.ships).tolist():
        lacking = [(j, q) for j, q in key if market.stock[k, j] < q]
        if lacking:
            sku, quantity = lacking[0]
            held = int(market.stock[k, sku])
            why = f"{held} of {quantity} x {market.problem.products[sku].sku} on hand{kept_back(market, k, sku)}"
            named.append(Rejected(f"{_site(market, k)}, everything in one parcel", None, why))
    return named + _refusals(seen, MAX_REJECTED - len(named))


def _refusals(seen: Alternatives, most: int) -> list[Rejected]:
    """Services that call at a site with the goods and take the whole order in no carton and on no day."""
    market, quotes, rows = seen.market, seen.quotes, seen.quotes_of(seen.whole)
    if len(rows) == 0:
        return []
    sites, first = np.unique(quotes.site[rows.start : rows.stop], return_index=True)  # rows go by site
    total = quotes.total_minor if quotes.barred is None else quotes.barred.total_minor  # rules are told by themselves
    taken = np.logical_or.reduceat(total[rows.start : rows.stop] < NEVER, first)
    named: list[Rejected] = []
    for at, v in np.argwhere(~taken & market.calls[sites])[: max(0, most)].tolist():
        row = rows.start + int(first[at])
        parcel = int(quotes.rated[row])
        refused = quotes.rates.reason[parcel, v]
        why = refusal(quotes.problem, quotes.rates, parcel, v)[1] if refused else undated(seen, row, v)
        named.append(Rejected(f"{_site(market, int(sites[at]))} by {_service(market, v)}", None, why))
    return named


def undated(seen: Alternatives, row: int, service: int) -> str:
    """Say why a service that would take the parcel of a quote has no date for it."""
    barred, ruled = seen.quotes.barred, seen.market.ruled
    if ruled is not None and barred is not None and barred.rule[row, service] >= 0:
        return told(ruled.rules[barred.rule[row, service]])
    leg = int(seen.quotes.leg[row, service])
    waits = seen.table.asked.waits[seen.i]
    if leg >= 0 and len(waits) and waits[leg % len(waits)]:
        return "the order that came first would wait for the others"
    in_reach = leg >= 0 and seen.quotes.legs.promised_day[leg] >= 0
    if in_reach and seen.table.asked.insists[seen.i]:
        return f"misses the nominated day, {seen.market.problem.orders[seen.i].not_before}"
    return "no date in reach"


def kept_back(market: Market, site: int, sku: int) -> str:
    """What a rule keeps back there, to be added to a sentence; empty: nothing."""
    ruled = market.ruled
    if ruled is None or not ruled.kept_back[site, sku]:
        return ""
    return f", {ruled.kept_back[site, sku]} kept back by {told(ruled.rules[ruled.kept_by[site, sku]])}"


def _site(market: Market, site: int) -> str:
    return market.problem.sites[site].site


def _service(market: Market, service: int) -> str:
    return market.problem.tariff.services[service].service
