"""Orders that a plan leaves wait for goods that are announced, all of them out of one supply: soonest goods first.

What is on hand goes out with the plan; an order that it leaves is planned once more, together with the others that the
next announcement could serve, as if those goods lay there and nothing could leave before they do. What an order counts
on is taken from the later ones, so that no unit is promised twice, and days that parcels fill are full.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import groupby

from doorstep.domain.decision import Unplanned, Waiting
from doorstep.domain.demand import Order
from doorstep.domain.parcel import Parcel, picked_together
from doorstep.domain.supply import SHIPPING_KINDS, Booked, Inbound, StockLevel, Units, levels_of, units_of
from doorstep.kernels.plan.alone import with_orders
from doorstep.kernels.plan.plan import PlanResult, plan
from doorstep.kernels.plan.problem import PlanParams, PlanProblem
from doorstep.kernels.plan.ready import make_ready
from doorstep.kernels.plan.rules import spare, today_of
from doorstep.kernels.run import Run, silent

PLAIN = Run()
STAGE = "goods on their way"


@dataclass(frozen=True, slots=True)
class Awaited:
    """Who waits, by order, and what nobody counts on of the announcements that are still to come."""

    waits: Mapping[str, Waiting] = field(default_factory=dict)
    still: tuple[Inbound, ...] = ()

    def left(self, result: PlanResult) -> tuple[Unplanned, ...]:
        """Give the orders that a plan leaves, with conflicts.

        Of those that can wait, that is what is to be done; remedies of the others name no goods that are counted on.
        """
        return self.told(result.with_inbound(self.still).conflicts())

    def told(self, left: Iterable[Unplanned]) -> tuple[Unplanned, ...]:
        """Tell those that can wait to do so."""
        return tuple(
            replace(one, waiting=self.waits[one.order], remedy=_wait(self.waits[one.order]))
            if one.order in self.waits
            else one
            for one in left
        )


def await_goods(
    problem: PlanProblem, result: PlanResult, params: PlanParams | None = None, run: Run = PLAIN
) -> Awaited:
    """Find the orders that a plan leaves and announced goods can serve, each with its day and what it counts on.

    An announcement whose time is past is not counted on: the goods are not there, and nobody says when they will be.
    Neither own vans nor linehauls are counted on, and nothing is tried. An order is told a day of its own, whatever it
    was promised before. That day assumes that goods come when they are announced; what may delay a parcel after that is
    in its probability, as always. Deterministic, as `plan` is.

    Raises InvalidProblem where `plan` would.
    """
    coming = _to_come(problem)
    names = {one.order for one in result.plan.unplanned}
    wishes = {one.order: _Wish(one) for one in problem.orders if one.order in names and one.lines}
    stages = _stages(problem, coming, {sku for one in wishes.values() for sku in one.units})
    if not stages:
        return Awaited(still=coming)
    base = _what_concerns(problem, wishes)
    ready, supply = make_ready(base), _supply(base, result.plan.parcels)
    quiet, waits = replace(run, progress=silent), dict[str, Waiting]()
    for stage, (due, arrived) in enumerate(stages):
        _announce(supply, arrived)
        able = _able(wishes, supply, {one.sku for one in arrived})
        if able:
            sent = plan(_then(base, able, supply, due), params, quiet, ready=ready).plan.parcels
            found = _take(supply, sent, due, wishes)
            waits |= found
            wishes = {name: one for name, one in wishes.items() if name not in found}
        run.progress(STAGE, stage + 1, len(stages))
    return Awaited(waits, _less(coming, waits))


@dataclass(slots=True)
class _Wish:
    """An order that is left, as it is planned again, and what it asks for."""

    order: Order
    units: Counter[str] = field(init=False)

    def __post_init__(self) -> None:
        self.units = Counter()
        for line in self.order.lines:
            self.units[line.sku] += line.quantity
        self.order = replace(self.order, promised_by=None)  # that day is lost, or is told anew


@dataclass(slots=True)
class _Supply:
    """What is left for those who wait, and the days that are taken."""

    hand: Units  # on hand, less what is sent and what rules keep back: nobody has to wait for these
    there: Units  # all that is on hand, less what is sent, and what has come so far
    lying: Units  # what a rule's share is one of
    booked: Counter[tuple[str, str, date]]  # site, service or none, day


def _wait(one: Waiting) -> str:
    units = ", ".join(f"{level.on_hand} x {level.sku} at {level.site}" for level in one.units)
    why = f"for {units}, counted for it in this plan" if units else "with an order that waits"
    return f"wait until {one.due.date()} {why}; expected by {one.expected_by}"


def _to_come(problem: PlanProblem) -> tuple[Inbound, ...]:
    """Announcements whose time is not past, the soonest first."""
    if not problem.inbound or not problem.orders:
        return ()
    known = problem.now or min(one.placed_at for one in problem.orders)
    coming = [one for one in problem.inbound if one.expected_at > known]
    return tuple(sorted(coming, key=lambda one: (one.expected_at, one.site, one.sku, one.quantity)))


def _stages(problem: PlanProblem, coming: Sequence[Inbound], wanted: set[str]) -> list[tuple[datetime, list[Inbound]]]:
    """Announcements of goods that are asked for, where orders are sent from, by their instant."""
    ships = {one.site for one in problem.sites if one.kind in SHIPPING_KINDS}
    useful = (one for one in coming if one.site in ships and one.sku in wanted)
    return [(due, list(group)) for due, group in groupby(useful, key=lambda one: one.expected_at)]


def _what_concerns(problem: PlanProblem, wishes: Mapping[str, _Wish]) -> PlanProblem:
    """Leave out goods that nobody left asks for; own vans, whose rounds are today's; linehauls and trials.

    Rules about stock are those of today: one that ends before the goods come frees what was kept, and nobody waits for
    that.
    """
    skus = {sku for one in wishes.values() for sku in one.units}
    driven, bids = {one.service for one in problem.vans}, problem.bid_prices
    if bids is not None:
        bids = replace(bids, rows=tuple(one for one in bids.rows if not one.sku or one.sku in skus))
    base = replace(
        problem,
        products=tuple(one for one in problem.products if one.sku in skus),
        stock=tuple(one for one in problem.stock if one.sku in skus),
        lying=tuple(one for one in problem.lying if one.sku in skus),
        held=(),
        inbound=(),
        bid_prices=bids,
        vans=(),
        linehauls=(),
        exploration=None,
        collections=tuple(one for one in problem.collections if one.service not in driven),
        today=today_of(problem),
    )
    return with_orders(base, [one.order for one in wishes.values()])


def _supply(base: PlanProblem, sent: Sequence[Parcel]) -> _Supply:
    there = units_of(base.stock)
    lying = units_of(base.lying) if base.lying else Counter(there)
    booked = Counter({(one.site, one.service, one.day): one.number for one in base.booked})
    supply = _Supply(Counter(), there, lying, booked)
    _send(supply, sent)
    supply.hand = units_of(spare(replace(base, stock=levels_of(supply.there), lying=levels_of(lying))))
    return supply


def _send(supply: _Supply, parcels: Sequence[Parcel]) -> None:
    """Take goods, and room of the days that parcels leave on: orders by the site, parcels by their service."""
    together = picked_together(parcels)
    picked = {(one.site, "", one.ship_at.date(), together[one.orders[0]]) for one in parcels}
    supply.booked.update((site, service, day) for site, service, day, _ in picked)
    for parcel in parcels:
        if parcel.injection is None:
            supply.booked[parcel.site, parcel.service, parcel.ship_at.date()] += 1
        for part in parcel.contents:
            if (parcel.site, part.sku) in supply.there:
                supply.there[parcel.site, part.sku] -= part.quantity


def _announce(supply: _Supply, arrived: Sequence[Inbound]) -> None:
    for one in arrived:
        supply.there[one.site, one.sku] += one.quantity
        supply.lying[one.site, one.sku] += one.quantity


def _able(wishes: Mapping[str, _Wish], supply: _Supply, arrived: set[str]) -> list[Order]:
    """Orders that ask for what arrives, and whose units suffice; where they lie is the plan's to see."""
    asking = [one for one in wishes.values() if not arrived.isdisjoint(one.units)]
    have: Counter[str] = Counter()
    for (_, sku), units in supply.there.items() if asking else ():
        have[sku] += units
    return [one.order for one in asking if have >= one.units]


def _then(base: PlanProblem, orders: Sequence[Order], supply: _Supply, due: datetime) -> PlanProblem:
    """Give the batch as it would be when the goods are there."""
    services = {"", *(one.service for one in base.tariff.services)}
    booked = tuple(Booked(*taken, number) for taken, number in sorted(supply.booked.items()) if taken[1] in services)
    then = with_orders(base, orders)
    return replace(then, stock=levels_of(supply.there), lying=levels_of(supply.lying), now=due, booked=booked)


def _take(supply: _Supply, sent: Sequence[Parcel], due: datetime, wishes: Mapping[str, _Wish]) -> dict[str, Waiting]:
    """Give the orders that wait, and take what they wait for; who needs nothing announced leaves all as it was.

    Orders that share parcels wait together or not at all.
    """
    together, groups = picked_together(sent), defaultdict[str, list[Parcel]](list)
    for parcel in sent:
        groups[together[parcel.orders[0]]].append(parcel)
    found: dict[str, Waiting] = {}
    for parcels in groups.values():
        here: Units = Counter()
        names = dict.fromkeys(name for one in parcels for name in one.orders)
        claimed = {name: _claims(supply.hand, here, name, parcels) for name in names}
        if not any(claimed.values()):
            continue
        for spot, units in here.items():
            supply.hand[spot] -= units
        _send(supply, parcels)
        for name, levels in claimed.items():
            own = tuple(one for one in parcels if name in one.orders)
            until = max(due, wishes[name].order.placed_at).astimezone(own[0].ship_at.tzinfo)
            found[name] = Waiting(until, max(one.promised_by for one in own), levels, own)
    return found


def _claims(hand: Units, here: Units, order: str, parcels: Sequence[Parcel]) -> tuple[StockLevel, ...]:
    """Give the announced units that an order counts on, beyond what is on hand for it, which is added to `here`."""
    wanted: Units = Counter()
    for parcel in parcels:
        for part in parcel.contents:
            if part.order == order:
                wanted[parcel.site, part.sku] += part.quantity
    for spot in wanted:
        lies = min(wanted[spot], max(0, hand[spot] - here[spot]))
        here[spot] += lies
        wanted[spot] -= lies
    return levels_of(wanted)


def _less(coming: Sequence[Inbound], waits: Mapping[str, Waiting]) -> tuple[Inbound, ...]:
    """What is left of announcements, each claim taken from the latest ones that its order can have counted on."""
    left = [one.quantity for one in coming]
    at: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for n, one in enumerate(coming):
        at[one.site, one.sku].append(n)
    for wait in sorted(waits.values(), key=lambda one: one.due):
        for level in wait.units:
            wanted = level.on_hand
            for n in reversed([n for n in at[level.site, level.sku] if coming[n].expected_at <= wait.due]):
                taken = min(wanted, left[n])
                left[n], wanted = left[n] - taken, wanted - taken
    return tuple(replace(one, quantity=units) for one, units in zip(coming, left, strict=True) if units)
