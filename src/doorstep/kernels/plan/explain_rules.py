"""Explanations that name rules: what they ruled out, and which of them left an order unplanned."""

from __future__ import annotations

import numpy as np

from doorstep.domain.decision import Rejected, Unplanned
from doorstep.domain.rule_words import told
from doorstep.domain.rules import RuleKind
from doorstep.kernels.plan.alternatives import Alternatives
from doorstep.kernels.plan.blame import Blame
from doorstep.kernels.plan.compiled import NEVER
from doorstep.kernels.plan.market import Market

MOST_BARRED = 4  # options that one decision names as barred, and as moved
REMEDIES: dict[RuleKind, str] = {
    "only_from_sites": "bring its goods to a site that the rule allows",
    "never_from_sites": "bring its goods to another site",
    "only_services": "let another service in",
    "never_services": "add another service",
    "only_carriers": "let another carrier in",
    "hazmat_ground": "add a service that the rule allows",
    "never_split": "bring its goods together at one site, or add a larger carton",
    "max_parcels": "bring its goods together, or add a larger carton",
    "ship_together": "bring the goods together at one site, or add a larger carton",
    "safety_stock": "bring more of its goods in",
    "blackout_days": "plan it with the next batch",
}


def unplanned_by_rule(order: str, blame: Blame, i: int) -> Unplanned:
    """Why an order is left that could be sent without its rules."""
    rules, together = blame[i]
    one = len(rules) == 1
    short = all(rule.kind == "safety_stock" for rule in rules)  # nothing but goods that are there and not for sale
    if together:
        without = "alone it leaves the order no way, nor would others" if one else "together they leave it no way"
    else:
        without = f"without {'it' if one else 'any one of them'} the order could be sent"
    remedies = dict.fromkeys(REMEDIES[rule.kind] for rule in rules)
    names = " or ".join(rule.rule for rule in rules)
    return Unplanned(
        order,
        "stock_out" if short else "rule",
        f"{'; '.join(told(rule) for rule in rules)}; {without}",
        f"{', or '.join(remedies)}, or change rule {names}",
    )


def put_first(market: Market, i: int) -> str:
    """Which rule may have put others before an order; empty: none."""
    ruled = market.ruled
    if ruled is None:
        return ""
    mine = int(ruled.weight[i])
    first = [rule for m, rule in enumerate(ruled.rules) if rule.times > mine and ruled.orders[m].any()]
    return f"; {told(first[0])}" if first else ""


def ruled_options(seen: Alternatives) -> list[Rejected]:
    """What rules took from a planned order: dearer or cheaper, as far as it has a price."""
    ruled = seen.market.ruled
    if ruled is None:
        return []
    return [*_barred(seen), *_splits(seen), *_moved(seen), *_left(seen)]


def _barred(seen: Alternatives) -> list[Rejected]:
    """Sites and services that would have taken the whole order, else those for its parcels."""
    blocks = [seen.whole] if seen.whole >= 0 else []
    found = [one for block in blocks for one in _barred_of(seen, block, len(seen.rows) == 1)]
    if found or len(seen.rows) == 1:
        return found
    parts = [int(seen.picks.block[row]) for row in seen.rows]
    return [one for block in parts for one in _barred_of(seen, block, False)][:MOST_BARRED]


def _barred_of(seen: Alternatives, block: int, priced: bool) -> list[Rejected]:
    """The cheapest barred parcels of a block, each site and service once."""
    market, barred, ruled = seen.market, seen.quotes.barred, seen.market.ruled
    rows = seen.quotes_of(block)
    if barred is None or ruled is None or len(rows) == 0:
        return []
    total, rule = barred.total_minor[rows.start : rows.stop], barred.rule[rows.start : rows.stop]
    r, v = np.nonzero((rule >= 0) & (total < NEVER))
    site = seen.quotes.site[rows.start + r]
    cost = total[r, v] + market.pick_order_minor[site]
    named: dict[tuple[int, int], Rejected] = {}
    for at in np.lexsort((v, r, cost)).tolist():
        pair = int(site[at]), int(v[at])
        if pair in named:
            continue
        option = f"{market.problem.sites[pair[0]].site} by {market.problem.tariff.services[pair[1]].service}"
        if block == seen.whole:
            option += f" in {market.carton_name(int(seen.quotes.carton[rows.start + r[at]]))}"
        else:
            load = int(seen.table.blocks.block_load[block])
            option += f" ({', '.join(market.problem.products[j].sku for j, _ in seen.book.keys[load])})"
        amount = int(cost[at]) if block == seen.whole and (priced or len(seen.rows) > 1) else None
        named[pair] = Rejected(option, amount, told(ruled.rules[rule[r[at], v[at]]]))
        if len(named) == MOST_BARRED:
            break
    return list(named.values())


def _splits(seen: Alternatives) -> list[Rejected]:
    """Partings of the order that a rule forbids."""
    ruled, atoms = seen.market.ruled, seen.atoms
    assert ruled is not None
    most, m = ruled.most(seen.i)
    found = []
    if most and len(atoms) > most:
        found.append(Rejected(f"in more than {most} parcel{'s' * (most > 1)}", None, told(ruled.rules[m])))
    for m in ruled.of_order(seen.i):
        bound = [j for j, _ in atoms if ruled.goods[m, j]]
        if ruled.together[m] and len(bound) > 1:
            skus = sorted({seen.market.problem.products[j].sku for j in bound})
            found.append(Rejected(f"{', '.join(skus)} apart", None, told(ruled.rules[m])))
    return found


def _moved(seen: Alternatives) -> list[Rejected]:
    """Days that were shut, of the chosen parcels' services first."""
    market, ruled, barred, lanes = seen.market, seen.market.ruled, seen.quotes.barred, seen.table.terms.lanes
    if ruled is None or barred is None or len(barred.moved) == 0:
        return []
    first = (seen.i - seen.lo) * len(lanes.site)
    moved = barred.moved[first : first + len(lanes.site)]
    chosen = {(int(seen.picks.site[row]), int(seen.picks.service[row])) for row in seen.rows}
    named: dict[str, tuple[bool, Rejected]] = {}
    for lane in np.flatnonzero(moved >= 0).tolist():
        pair = int(lanes.site[lane]), int(lanes.service[lane])
        option = (
            f"{market.problem.sites[pair[0]].site} by {market.problem.tariff.services[pair[1]].service} on a shut day"
        )
        named.setdefault(option, (pair not in chosen, Rejected(option, None, told(ruled.rules[moved[lane]]))))
    return [one for _, one in sorted(named.values(), key=lambda pair: pair[0])][:MOST_BARRED]


def _left(seen: Alternatives) -> list[Rejected]:
    """To be left unplanned, where a rule makes that dear."""
    ruled = seen.market.ruled
    assert ruled is not None
    weight = int(ruled.weight[seen.i])
    if weight == 1:
        return []
    rule = next(rule for m, rule in enumerate(ruled.rules) if ruled.orders[m, seen.i] and rule.times == weight)
    return [Rejected("left unplanned", int(seen.table.board.unplanned[seen.i]), told(rule))]
