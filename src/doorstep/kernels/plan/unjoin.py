"""From joints back to orders: parcels that name all they are for, figures of orders, a decision for each.

Amounts of a shared parcel fall to its orders by the units that each has in it, so that what the decisions hold adds up
to what is paid.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import accumulate

import numpy as np

from doorstep.domain.decision import MAX_REJECTED, Choice, Decision, Rejected, Weight
from doorstep.domain.demand import Order
from doorstep.domain.emission import Footprint
from doorstep.domain.parcel import Content, CostParts, Parcel
from doorstep.domain.plan import Figures
from doorstep.kernels.plan.assemble import Picks, figures
from doorstep.kernels.plan.atoms import Atoms
from doorstep.kernels.plan.board import Table
from doorstep.kernels.plan.market import Market
from doorstep.kernels.plan.sharing import Asunder, Sharing

WEIGHS_MORE = "it weighs more"
ASUNDER = "not all in shared parcels, were the whole stock theirs"


@dataclass(frozen=True, slots=True)
class Shared:
    """Chosen parcels by the orders that they are for."""

    market: Market
    atoms: Atoms
    table: Table
    picks: Picks
    sharing: Sharing

    def rows(self, joint: int) -> range:
        """The parcels of a joint, by their place among the picks."""
        lo, hi = np.searchsorted(self.picks.order, [joint, joint + 1]).tolist()
        return range(lo, hi)

    def joint_of(self, i: int) -> int | None:
        """The joint that is sent for an order, by its number; None: the order goes by itself."""
        return next((joint for joint in self.sharing.sent if i in self.sharing.joints.members[joint]), None)

    def held(self, row: int) -> list[dict[str, int]]:
        """Units of each sku that a parcel of a joint holds of each of its orders."""
        joint = int(self.picks.order[row])
        mask, products = int(self.table.blocks.block_mask[self.picks.block[row]]), self.market.problem.products
        units: list[dict[str, int]] = [{} for _ in self.sharing.joints.members[joint]]
        for bit, ((j, count), owner) in enumerate(zip(self.atoms.of[joint], self.atoms.owners[joint], strict=True)):
            if mask >> bit & 1:
                of_owner, sku = units[owner], products[j].sku
                of_owner[sku] = of_owner.get(sku, 0) + count
        return units

    def orders(self, joint: int) -> list[Order]:
        """What a joint stands for."""
        return [self.market.problem.orders[i] for i in self.sharing.joints.members[joint]]


def parcels_of_orders(shared: Shared, parcels: Sequence[Parcel]) -> tuple[Parcel, ...]:
    """Name in each parcel the orders that it is for, and in its lines whose they are; by the first of their joint.

    `parcels` are those of the picks.
    """
    first = shared.picks.order.copy()
    told = list(parcels)
    for joint in shared.sharing.sent:
        orders, members = shared.orders(joint), shared.sharing.joints.members[joint]
        open_units = [[line.quantity for line in order.lines] for order in orders]
        count = dict.fromkeys(members, 0)
        for row in shared.rows(joint):
            held = shared.held(row)
            owner = next(n for n, one in enumerate(held) if one)
            first[row] = members[0]
            count[members[owner]] += 1
            name = f"{orders[owner].order}-{count[members[owner]]}"
            told[row] = _parcel(parcels[row], name, orders, held, open_units)
    return tuple(told[row] for row in np.argsort(first, kind="stable").tolist())


def _parcel(
    parcel: Parcel, name: str, orders: Sequence[Order], held: list[dict[str, int]], open_units: list[list[int]]
) -> Parcel:
    whose = {sku: [n for n, one in enumerate(held) for _ in range(one.get(sku, 0))] for one in held for sku in one}
    placed = [replace(one, order=orders[whose[one.sku][one.unit - 1]].order) for one in parcel.placements]
    contents = [
        part
        for order, units, left in zip(orders, held, open_units, strict=True)
        for part in _contents(order, units, left)
    ]
    named = tuple(order.order for order, units in zip(orders, held, strict=True) if units)
    return replace(parcel, parcel=name, orders=named, contents=tuple(contents), placements=tuple(placed))


def _contents(order: Order, units: dict[str, int], left: list[int]) -> Iterator[Content]:
    """Give an order's units to its lines, first line first; `left` is what they still ask for."""
    for sku, count in units.items():
        for n, line in enumerate(order.lines):
            taken = min(count, left[n]) if line.sku == sku else 0
            if taken:
                left[n] -= taken
                count -= taken
                yield Content(order.order, line.line, sku, taken)


def figures_of_orders(shared: Shared) -> Figures:
    """Totals of the plan, in which an order counts as one whether it shares a parcel or not."""
    picks, members = shared.picks, shared.sharing.joints.members
    rows: list[int] = []
    orders: list[int] = []
    for row, i in enumerate(picks.order.tolist()):
        mine = [m for m, held in zip(members[i], shared.held(row), strict=True) if held] if i in members else [i]
        rows += [row] * len(mine)
        orders += mine
    spread = Picks(*(getattr(picks, one.name)[rows] for one in fields(Picks)))
    spread = replace(spread, order=np.array(orders, np.int64))
    found = figures(shared.market, spread, "plan")
    singles = len(shared.atoms.of) - len(members)
    return replace(found, orders=singles, parcels=len(picks.order), cost_minor=int(picks.cost.sum()))


def decisions_of_orders(shared: Shared, decisions: Iterable[Decision]) -> Iterator[Decision]:
    """Give each planned order its decision, in order of the problem; `decisions` has one for each joint."""
    orders, sent = shared.market.problem.orders, {}
    for joint in shared.sharing.sent:
        sent[orders[joint].order] = joint
    first = {order.order: n for n, order in enumerate(orders)}
    waiting: dict[int, Decision] = {}
    for decision in decisions:
        told = of_joint(shared, sent[decision.order], decision) if decision.order in sent else (decision,)
        at = first[told[0].order]
        yield from (waiting.pop(n) for n in sorted(n for n in waiting if n < at))
        waiting |= {first[one.order]: one for one in told}
        yield waiting.pop(at)
    yield from (waiting[n] for n in sorted(waiting))


def of_joint(shared: Shared, joint: int, decision: Decision) -> tuple[Decision, ...]:
    """Part the decision of a joint: to each order its parcels, with its share of what they cost."""
    orders = [order.order for order in shared.orders(joint)]
    held = [[sum(one.values()) for one in shared.held(row)] for row in shared.rows(joint)]
    chosen: list[list[Choice]] = [[] for _ in orders]
    ladders = [
        tuple(rungs for rungs, units in zip(decision.ladders, held, strict=True) if units[n])
        for n in range(len(orders) if decision.ladders else 0)
    ] or [()] * len(orders)
    for choice, units in zip(decision.chosen, held, strict=True):
        for n, part in enumerate(_shares(choice, tuple(orders), units)):
            chosen[n] += [part] if units[n] else []
    cost = [sum(one.cost.total_minor for one in mine) for mine in chosen]
    units = [sum(one[n] for one in held) for n in range(len(orders))]
    bound = split(decision.lower_bound_minor, cost if min(cost) >= 0 < sum(cost) else units)
    rejected = _with_asunder(decision, shared.sharing.asunder[joint])
    weights = _weights(decision.weights, units)
    return tuple(
        replace(
            decision,
            order=order,
            chosen=tuple(chosen[n]),
            cost_minor=cost[n],
            lower_bound_minor=bound[n],
            rejected=rejected,
            weights=weights[n],
            ladders=ladders[n],
            shared_with=tuple(one for one in orders if one != order),
            together_minor=decision.cost_minor,
        )
        for n, order in enumerate(orders)
    )


def _shares(choice: Choice, orders: tuple[str, ...], units: list[int]) -> list[Choice]:
    """Part what a parcel costs and emits."""
    named = tuple(order for order, count in zip(orders, units, strict=True) if count)
    if len(named) == 1:
        return [choice for _ in orders]
    parts = [split(getattr(choice.cost, one.name), units) for one in fields(CostParts)]
    footprint, injection = choice.footprint, choice.injection
    grams = [split(getattr(footprint, one.name), units) for one in fields(Footprint)] if footprint else []
    hauled = split(injection.cost_minor, units) if injection else []
    driven = split(choice.ride.cost_minor, units) if choice.ride else []
    return [
        replace(
            choice,
            cost=CostParts(*(part[n] for part in parts)),
            orders=named,
            footprint=Footprint(*(gram[n] for gram in grams)) if grams else None,
            injection=replace(injection, cost_minor=hauled[n]) if injection else None,
            ride=replace(choice.ride, cost_minor=driven[n]) if choice.ride else None,
        )
        for n in range(len(orders))
    ]


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Cut an amount by weights, which sum to more than nothing, into whole parts that add up to it."""
    whole = sum(weights)
    ends = [amount * upto // whole for upto in accumulate(weights)]
    return [end - begin for begin, end in zip([0, *ends], ends, strict=False)]


def _weights(weights: Sequence[Weight], units: Sequence[int]) -> list[tuple[Weight, ...]]:
    """Part what weighed on the choice by the units of the orders."""
    parts = [[Weight(one.what, part) for part in split(one.amount_minor, units)] for one in weights]
    return [tuple(mine[n] for mine in parts if mine[n].amount_minor) for n in range(len(units))]


def _with_asunder(decision: Decision, asunder: Asunder) -> tuple[Rejected, ...]:
    """Name among what lost, by cost, that the orders go asunder."""
    rejected, minor = decision.rejected, asunder.paid_minor
    why = (
        "" if minor >= decision.cost_minor else WEIGHS_MORE if asunder.weighs_more else "its stock goes to other orders"
    )
    costly = [one for one in rejected if one.cost_minor is not None and not one.constraint]
    at = next((n for n, one in enumerate(rejected) if one in costly and (one.cost_minor or 0) > minor), len(costly))
    return (*rejected[:at], Rejected(ASUNDER, minor, why), *rejected[at:])[:MAX_REJECTED]
