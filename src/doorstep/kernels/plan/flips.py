"""Changes that would alter an order's choice, each told only where it is sure to.

What is claimed: with the change made, and every other order keeping what it holds, the order decided again costs less;
of a later cut-off or collection, the parcel's way then leaves on an earlier day. Stock, capacity and rates are tried on
the board, where the order's choice is exact; cut-offs and weights follow from the tables of promises and tariffs.
"""

from __future__ import annotations

from collections.abc import Sequence

from doorstep.domain.decision import Flip
from doorstep.kernels.plan.alternatives import Alternatives, Priced
from doorstep.kernels.plan.compiled import Ledger
from doorstep.kernels.plan.flip_rates import cheaper_rates
from doorstep.kernels.plan.flip_terms import Turns
from doorstep.kernels.plan.lanes import Lanes
from doorstep.kernels.plan.market import Market
from doorstep.kernels.plan.trial import Trial
from doorstep.kernels.plan.weigh import MOST_PARCELS


def tells_flips(market: Market) -> bool:
    """Whether an order decided again by itself knows all that its choice hung on: no bid price, linehaul or van."""
    return market.scales is None and market.relays is None and market.fleets is None


def find_flips(
    seen: Sequence[Alternatives], priced: Sequence[list[Priced]], turns: Sequence[Turns | None]
) -> list[tuple[Flip, ...]]:
    """Give the changes that flip each choice: stock, capacity, cut-off, collection, rate, weight, as far as there are.

    `turns` holds what hangs on the clock and the scales; without it these two and the rates are not looked for. See
    `tells_flips` for where nothing is told.
    """
    if not seen or not tells_flips(seen[0].market):
        return [() for _ in seen]
    board = [_on_board(one, own, full is not None) for one, own, full in zip(seen, priced, turns, strict=True)]
    told = [n for n, full in enumerate(turns) if full is not None and board[n] is not None]
    rates = dict(zip(told, cheaper_rates([seen[n] for n in told]), strict=True))
    found: list[tuple[Flip, ...]] = []
    for n, (one, flips, full) in enumerate(zip(seen, board, turns, strict=True)):
        rate = rates.get(n)
        terms = [] if full is None or flips is None else [full.earlier(one), [rate] if rate else [], full.lighter(one)]
        found.append(tuple(flip for some in (flips or [], *terms) for flip in some))
    return found


def _on_board(seen: Alternatives, priced: list[Priced], always: bool) -> list[Flip] | None:
    """Flips of stock and capacity; None: nothing is to be told of the order, `always` asks for it though it has none.

    What costs no more than with the whole stock and all room is flipped by neither, but where there is room for fewer
    parcels than one order may take.
    """
    own, cost, limit = int(seen.assignment.own_cost[seen.i]), seen.cost, seen.table.terms.lanes.limit
    roomy = own >= cost and not bool((limit < MOST_PARCELS).any())
    if roomy and not always:
        return []
    with Trial(seen) as trial:
        if _wish_waived(seen) or trial.least() != cost:
            return None  # others have moved since it was settled: what flips it is no change of the world
        found = _more_stock(seen, trial, priced, cost) if own < cost else []
        return found if roomy else found + _more_room(seen, trial, cost)


def _wish_waived(seen: Alternatives) -> bool:
    """The order's nominated day was given up, so that deciding it again would ask for it once more."""
    order, asked = seen.market.problem.orders[seen.i], seen.table.asked
    nominated = order.not_before is not None and order.not_before == order.promised_by
    return nominated and not bool(asked.insists[seen.i])


def _more_stock(seen: Alternatives, trial: Trial, priced: list[Priced], cost: int) -> list[Flip]:
    """The fewest units of one product at one site for which something cheaper is open; one flip for each such pair.

    Goods that are cut into several parcels are left out: more stock may cut them otherwise.
    """
    market, ledger = seen.market, trial.ledger
    skus = [sku for sku, _ in seen.atoms]
    found: list[Flip] = []
    for sku, need in seen.atoms:
        if skus.count(sku) > 1:
            continue
        for k in range(len(market.ships)):
            left = int(ledger.stock[k, sku])
            if not market.ships[k] or not 0 <= left < need or market.stock[k, sku] < need or _kept(market, k, sku):
                continue
            ledger.stock[k, sku] = need
            if trial.least() < cost:
                site, name = market.problem.sites[k].site, market.problem.products[sku].sku
                units = need - left  # the goods go together, so that less is of no use
                to = _cheaper(priced, cost, k, sku) or f"{name} from {site}"
                amount = f"{units} unit{'s' * (units > 1)}"
                found.append(Flip(f"more {name} at {site}", amount, to, "stock", units, "units", site, name))
            ledger.stock[k, sku] = left
    return sorted(found, key=lambda flip: (flip.by, flip.site, flip.sku))


def _kept(market: Market, site: int, sku: int) -> bool:
    """A rule keeps a part of the goods there back, and would of more."""
    return market.ruled is not None and bool(market.ruled.kept_by[site, sku] >= 0)


def _cheaper(priced: list[Priced], cost: int, site: int, sku: int) -> str:
    """Name the cheapest option that takes a product from a site; empty: none of those listed does."""
    for amount, name, parts, _ in priced:
        if amount < cost and any(k == site and any(j == sku for j, _ in key) for k, key in parts):
            return name
    return ""


def _more_room(seen: Alternatives, trial: Trial, cost: int) -> list[Flip]:
    """One more order or parcel a day for which something cheaper is open."""
    board, ledger, lanes = seen.table.board, trial.ledger, seen.table.terms.lanes
    found: dict[int, Flip] = {}
    rows = [*zip(board.column_row[seen.i].tolist(), lanes.column_limit.tolist(), strict=True)]
    rows += zip(board.group_row[seen.i].tolist(), lanes.group_limit.tolist(), strict=True)
    for row, limit in rows:
        if row < 0 or limit in found or ledger.row[row] > 0:
            continue
        if _opens(trial, ledger, row, cost):
            found[limit] = _room(seen.market, lanes, limit)
    return [found[limit] for limit in sorted(found)]


def _opens(trial: Trial, ledger: Ledger, row: int, cost: int) -> bool:
    ledger.row[row] += 1
    opened = trial.least() < cost
    ledger.row[row] -= 1
    return opened


def _room(market: Market, lanes: Lanes, limit: int) -> Flip:
    """One more of what a limit counts."""
    site, v = market.problem.sites[int(lanes.limit_site[limit])].site, int(lanes.limit_service[limit])
    if v < 0:
        return Flip(f"room for orders at {site}", "1 more a day", f"sent from {site}", "capacity", 1, "a_day", site)
    service = market.problem.tariff.services[v].service
    return Flip(
        f"room for parcels of {service} at {site}",
        "1 more a day",
        f"{site} by {service}",
        "capacity",
        1,
        "a_day",
        site,
        service=service,
    )
