"""Open orders of one shopper to one door that may share parcels, and joints: orders that stand for several of them.

A joint holds the lines of its orders and travels as one order does, in at most `max_parcels` parcels that link all of
them: each shares a parcel with another. Whether its orders go together or each by itself is chosen in `sharing`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations

import numpy as np

from doorstep.domain.bids import BidPrices, CarbonValue, SpeedValue
from doorstep.domain.carriage import apart
from doorstep.domain.demand import Order, nominated_day
from doorstep.domain.supply import SHIPPING_KINDS
from doorstep.kernels.plan.atoms import Atoms
from doorstep.kernels.plan.market import BoolArray, IntArray, Market
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.plan.quote import Asked, Terms, travel
from doorstep.kernels.plan.rules import under_rules

MOST_TOGETHER = 4  # orders that one joint stands for: all sets of a bunch are looked at
Bunch = tuple[int, ...]  # orders that may share, by their numbers


@dataclass(frozen=True, slots=True)
class Joints:
    """Numbers of orders in a problem that holds joints, too: each stands after the first order that it stands for."""

    bunches: tuple[Bunch, ...]
    members: dict[int, Bunch]  # of each joint
    joint: dict[Bunch, int] = field(default_factory=dict)  # the same the other way round
    waits: BoolArray = field(default_factory=lambda: np.zeros((0, 0), bool))  # [N, E] as in `Asked`


@dataclass(frozen=True, slots=True)
class MayShare:
    """Bunches of orders that may share parcels, and when each order leaves and comes, on every lane."""

    bunches: tuple[Bunch, ...]
    leaves: dict[int, IntArray]  # [E, 5]

    def waits(self, some: Bunch) -> BoolArray:
        """[E] Lanes on which orders would not all leave together as they would by themselves."""
        return _apart([self.leaves[i] for i in some])


def may_share(market: Market, atoms: Atoms, asked: Asked, terms: Terms, most_atoms: int) -> MayShare | None:
    """Bunch the orders that could share parcels, of at most so many atoms together, in order of the problem.

    Orders of a bunch ask for the same in all, see `wishes`. No order waits for another: they share only what leaves
    with one collection and is promised for one day, equally surely, as it would be for each of them.
    """
    problem, alike = market.problem, dict[Hashable, list[int]]()
    customers: dict[str, list[int]] = {}
    for i, order in enumerate(problem.orders):
        if order.customer and 0 < len(atoms.of[i]) < most_atoms:
            customers.setdefault(order.customer, []).append(i)
    for orders in customers.values():
        for i in orders if len(orders) > 1 else ():
            wished = wishes(problem.orders[i])
            if wished is not None and not may_cross(problem, problem.orders[i]):
                alike.setdefault((wished, waits_since(problem.bid_prices, problem.orders[i])), []).append(i)
    groups = [orders for orders in alike.values() if len(orders) > 1]
    some = sorted(i for orders in groups for i in orders)
    if not some:
        return None
    leaves = dict(zip(some, _departures(market, asked, terms, some), strict=True))
    bunches = tuple(sorted(bunch for orders in groups for bunch in _bunches(orders, atoms, leaves, most_atoms)))
    return MayShare(bunches, leaves) if bunches else None


def wishes(order: Order) -> Hashable | None:
    """What orders that share must have in common; None: this one goes by itself.

    A gift does, for the other goods are not for whom it is for; and an order with a nominated day, which may be given
    up. Personal data is only compared here.
    """
    if not order.customer or order.gift_note or nominated_day(order.not_before, order.promised_by) is not None:
        return None
    door = order.customer, order.place, order.contact, order.pickup_point, order.safe_place, order.residential
    asked = order.speed, order.signed_for, order.saturday, order.not_before, order.promised_by
    return (*door, *asked, order.channel, order.priority, order.payment, order.review)


def waits_since(bids: BidPrices | None, order: Order) -> date | None:
    """The day from which an order's waiting is counted, where it weighs: those that share must wait as long."""
    return order.placed_at.date() if bids is not None and bids.speed else None


def may_cross(problem: PlanProblem, order: Order) -> bool:
    """Whether a border of customs lies before an order, from some site: what is owed there hangs on the whole order."""
    lands = {site.place.country for site in problem.sites if site.kind in SHIPPING_KINDS}
    return any(apart(problem.tariff.territories, land, order.place.country) for land in lands)


def _departures(market: Market, asked: Asked, terms: Terms, orders: Sequence[int]) -> list[IntArray]:
    """When and how surely parcels of some orders leave and come, on every lane; -1: never."""
    at = np.array(orders, np.int64)
    some = Asked(*(getattr(asked, name)[at] for name in Asked.__slots__))
    ruled = market.ruled
    legs, _ = travel(terms, some, *((ruled.shut, ruled.order_sort[at]) if ruled else (None, None)))
    columns = legs.promised_day, legs.ship_at, legs.ship_day, legs.on_time_ppm, legs.as_wished_ppm
    return list(np.stack([one.reshape(len(at), -1) for one in columns], axis=2))


def _apart(leaves: Sequence[IntArray]) -> BoolArray:
    found: BoolArray = np.any([(one != leaves[0]).any(axis=1) for one in leaves], axis=0)
    return found


def _bunches(orders: list[int], atoms: Atoms, leaves: dict[int, IntArray], most_atoms: int) -> Iterator[Bunch]:
    """Cut orders of the same wishes into bunches, one after the other, each with some lane on which nobody waits."""
    bunch: list[int] = []
    held = 0
    for i in orders:
        lanes = ~_apart([leaves[one] for one in (*bunch, i)]) & (leaves[i][:, 0] >= 0)
        if bunch and (len(bunch) == MOST_TOGETHER or held + len(atoms.of[i]) > most_atoms or not lanes.any()):
            if len(bunch) > 1:
                yield tuple(bunch)
            bunch, held = [], 0
        bunch.append(i)
        held += len(atoms.of[i])
    if len(bunch) > 1:
        yield tuple(bunch)


def with_joints(bare: Market, atoms: Atoms, sharing: MayShare) -> tuple[Market, Atoms, Joints]:
    """Put a joint for each set of a bunch's orders into a market that neither rules nor weights were applied to.

    Rules are applied then; weights are not yet.

    One whose orders a rule tells apart, or that is itself another order to a rule, gets no atoms: it cannot be sent.
    """
    orders = bare.problem.orders
    written: list[Order] = []
    number = np.zeros(len(orders), np.int64)
    sets: dict[int, Bunch] = {}
    first = _sets_by_first(sharing.bunches)
    for i, order in enumerate(orders):
        number[i] = len(written)
        written.append(order)
        for some in first.get(i, ()):
            sets[len(written)] = some
            written.append(_joined([orders[one] for one in some]))
    bids = _bids(bare.problem.bid_prices, [[orders[one] for one in some] for some in sets.values()])
    market = under_rules(replace(bare, problem=replace(bare.problem, orders=tuple(written), bid_prices=bids)))
    members = {i: tuple(number[list(some)].tolist()) for i, some in sets.items()}
    alike = {i for i, some in members.items() if _under_the_same_rules(market, i, some)}
    if market.ruled is not None:
        weight = market.ruled.weight.copy()
        weight[list(members)] = 1
        market = replace(market, ruled=replace(market.ruled, weight=weight))
    waits = np.zeros((len(written), len(next(iter(sharing.leaves.values())))), bool)
    for i, some in sets.items():
        waits[i] = sharing.waits(some)
    known = tuple(tuple(number[list(bunch)].tolist()) for bunch in sharing.bunches)
    joints = Joints(known, members, {some: i for i, some in members.items()}, waits)
    return market, _atoms(atoms, number, sets, alike), joints


def _sets_by_first(bunches: Sequence[Bunch]) -> dict[int, list[Bunch]]:
    """Sets of two and more of each bunch, by their first order."""
    found: dict[int, list[Bunch]] = {}
    for bunch in bunches:
        for size in range(2, len(bunch) + 1):
            for some in combinations(bunch, size):
                found.setdefault(some[0], []).append(some)
    return found


def _joined(orders: Sequence[Order]) -> Order:
    """Give one order the lines of several."""
    return replace(orders[-1], order=_name(orders), lines=tuple(line for one in orders for line in one.lines))


def _name(orders: Sequence[Order]) -> str:
    """A name with spaces is no order's."""
    return " ".join(one.order for one in orders)


def _bids(bids: BidPrices | None, sets: Sequence[Sequence[Order]]) -> BidPrices | None:
    """Give each joint the sum of what a day is worth to its orders, and of carbon the most that it is worth to one.

    A day is waited by all of them; what a parcel emits is emitted once.
    """
    if bids is None or not (bids.speed or bids.carbon):
        return bids
    of_order, green = {one.order: one for one in bids.speed}, {one.order: one for one in bids.carbon}
    common, usual = of_order.get("", SpeedValue()), green.get("", CarbonValue())
    summed, most = [], []
    for orders in sets:
        values = [of_order.get(one.order, common) for one in orders]
        day, next_day = sum(one.day_micros for one in values), sum(one.next_day_micros for one in values)
        summed.append(SpeedValue(_name(orders), day, next_day))
        most.append(CarbonValue(_name(orders), max(green.get(one.order, usual).kg_micros for one in orders)))
    speed, carbon = summed if bids.speed else (), most if bids.carbon else ()
    return replace(bids, speed=(*bids.speed, *speed), carbon=(*bids.carbon, *carbon))


def _under_the_same_rules(market: Market, joint: int, members: Bunch) -> bool:
    if market.ruled is None:
        return True
    return bool((market.ruled.orders[:, list(members)] == market.ruled.orders[:, [joint]]).all())


def _atoms(atoms: Atoms, number: IntArray, sets: dict[int, Bunch], alike: set[int]) -> Atoms:
    """Put the atoms of joints between those of the orders, ascending as these are, and remember whose they are."""
    of: list[tuple[tuple[int, int], ...]] = [()] * (len(number) + len(sets))
    for i, n in enumerate(number.tolist()):
        of[n] = atoms.of[i]
    owners: dict[int, tuple[int, ...]] = {}
    for joint, some in sets.items():
        rows = sorted((atom, owner) for owner, i in enumerate(some) for atom in atoms.of[i])
        owners[joint] = tuple(owner for _, owner in rows) if joint in alike else ()
        of[joint] = tuple(atom for atom, _ in rows) if joint in alike else ()
    return Atoms(tuple(of), {int(number[i]): fault for i, fault in atoms.faults.items()}, owners)
