"""Own vans in a plan: whom they serve, on which rounds, and what each parcel bears of them.

First all is settled without vans. Then who would take a van at an estimated price is put before the route kernel, each
with what its order saves by it as a prize: so rounds and customers are chosen together. All is settled again, a ride
priced by what its stop makes its round dearer and others without one, and the rounds are driven once more. The next
turn prices all rides by these rounds. The cheapest of all plans that came up is kept, the one without vans among them.

References
----------
Young (1985), Methods and principles of cost allocation, in: Cost Allocation: Methods, Principles, Applications. The
parts of a round are "separable costs, remaining benefits".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from doorstep.kernels.plan.assemble import Picks, pick_parcels
from doorstep.kernels.plan.board import Table
from doorstep.kernels.plan.compiled import NEVER
from doorstep.kernels.plan.drives import Drive, send, volumes_cm3
from doorstep.kernels.plan.fleets import NO_RIDE, IntArray
from doorstep.kernels.plan.improve import cost_of
from doorstep.kernels.plan.laid import Laid
from doorstep.kernels.plan.market import BoolArray
from doorstep.kernels.plan.problem import PlanParams
from doorstep.kernels.plan.rides import Yard, estimated_rides, inserted_rides, least_rides, open_yards
from doorstep.kernels.plan.search import Assignment
from doorstep.kernels.plan.sharing import Sharing, settle_batch
from doorstep.kernels.plan.unjoin import split
from doorstep.kernels.route.problem import NEVER as OUT_OF_REACH
from doorstep.kernels.run import Run

TURNS = 2  # of prices, rounds, and prices again
TRIES = 4  # to find room for all who have chosen a van


@dataclass(frozen=True, slots=True)
class Stand:
    """A plan at given prices of rides [N, Z], and the rounds of its parcels."""

    rides: IntArray
    table: Table
    assignment: Assignment
    sharing: Sharing | None
    picks: Picks  # with rides at those prices
    fleet: IntArray  # [picks] fleet z that takes each, -1: none
    drives: tuple[Drive, ...] = ()
    shares: IntArray | None = None  # [picks] minor units of the rounds that each parcel bears; None: there are none

    @property
    def total(self) -> int:
        """What it weighs with its rounds as they are driven, orders included that are left whatever they weigh."""
        choice = self.assignment.choice
        weighed = int(cost_of(self.table.board, np.arange(len(choice)), choice)) + self.table.left_minor
        return weighed if self.shares is None else weighed + int((self.shares - self.priced).sum())

    def cost_minor(self, i: int) -> int:
        """What an order or joint weighs at these prices; one that is left, what leaving it does."""
        beyond = 0 if self.table.beyond is None else int(self.table.beyond[i])
        return int(cost_of(self.table.board, np.array([i]), self.assignment.choice)) + beyond

    @property
    def priced(self) -> IntArray:
        """[picks] the price of the ride in the freight of each."""
        return np.where(self.fleet >= 0, self.rides[self.picks.order, self.fleet], 0)


@dataclass(frozen=True, slots=True)
class Driven:
    """The plan that was kept."""

    stand: Stand
    without: Stand  # no vans
    bound_minor: int  # of the objective, rides at their least
    own_bound: IntArray  # [N] of orders by themselves
    could: BoolArray  # [N] a van could be had
    told: IntArray  # [N, Z] prices of rides by the rounds that there are

    @property
    def settled(self) -> tuple[Table, Assignment, Sharing | None]:
        """The plan as its explanations see it: rides at the prices that are told, bounds at their least."""
        stand = self.stand
        asked = replace(stand.table.asked, rides=self.told)
        table = replace(stand.table, asked=asked, quotes=None)  # those that were kept are of other prices
        return table, replace(stand.assignment, own_bound=self.own_bound), stand.sharing

    @property
    def usual(self) -> tuple[Table, Sharing | None]:
        """Quotes for the usual rule, which takes no vans."""
        return self.without.table, self.without.sharing

    @property
    def picks(self) -> Picks:
        """The chosen parcels, each with its part of its round in its freight."""
        picks, shares = self.stand.picks, self.stand.shares
        return picks if shares is None else replace(picks, freight=picks.freight - self.stand.priced + shares)

    @property
    def paid_minor(self) -> int:
        """What the parcels cost at the prices that were chosen by."""
        return int(self.stand.picks.cost.sum())


def settle_driven(laid: Laid, params: PlanParams, run: Run) -> Driven:
    """Settle a batch of a market that has vans, laid out with rides at their least."""
    market, yards = laid.market, open_yards(laid.market)
    least = least_rides(market)
    free = _settled(laid, least, params, run)
    could: BoolArray = np.any(least < NO_RIDE, axis=1)
    without = _settled(laid, np.full_like(least, NO_RIDE), params, run)
    best, rides = without, estimated_rides(market)
    for _ in range(TURNS if could.any() else 0):
        found = _turn(laid, yards, without, rides, params, run)
        if found is None or found.total >= best.total:
            break
        best, rides = found, _priced_by(laid, yards, found)
    return Driven(
        stand=best,
        without=without,
        bound_minor=free.assignment.lower_bound_minor + free.table.beyond_minor,
        own_bound=_own_bound(free, best, could),
        could=could,
        told=_told(laid, yards, best),
    )


def _settled(laid: Laid, rides: IntArray, params: PlanParams, run: Run) -> Stand:
    """Settle with rides at some prices."""
    asked = replace(laid.asked, rides=rides)
    table, assignment, sharing = settle_batch(replace(laid, asked=asked), params, run)
    picks = pick_parcels(laid.market, table, laid.book, assignment.choice)
    fleets = laid.market.fleets
    assert fleets is not None
    fleet = np.full(len(picks.order), -1)
    for z, (site, service) in enumerate(zip(fleets.site.tolist(), fleets.service.tolist(), strict=True)):
        fleet[(picks.site == site) & (picks.service == service)] = z
    return Stand(rides, table, assignment, sharing, picks, fleet)


def _turn(
    laid: Laid, yards: Sequence[Yard], without: Stand, rides: IntArray, params: PlanParams, run: Run
) -> Stand | None:
    """Whom vans serve if rides cost about that; None: nobody, or no rounds were found for all who chose one."""
    wish = _settled(laid, rides, params, run)
    drives = _sent(laid, yards, wish, _prizes(wish, without), (), run)
    kept = np.full_like(rides, NO_RIDE)
    minor = laid.market.problem.brand.currency.micros_per_minor
    for drive in drives:
        more = np.maximum(0, (2 * drive.marginal() + minor) // (2 * minor))
        for n, (i, _) in enumerate(drive.stops):
            kept[i, drive.z] = more[n] if kept[i, drive.z] == NO_RIDE else max(more[n], kept[i, drive.z])
    _bar(kept, drives)
    for _ in range(TRIES):
        if (kept == NO_RIDE).all():
            return None
        stand = _settled(laid, kept, params, run)
        drives, prizes = _sent(laid, yards, stand, None, drives, run), _prizes(stand, without)
        missed, losing = any(len(one.missed) for one in drives), _losing(laid, drives, prizes)
        if not drives or not (missed or losing):
            shares = _shares(laid, stand.picks, drives, prizes)
            return replace(stand, drives=tuple(drives), shares=shares) if drives else None
        kept = kept.copy()
        _bar(kept, drives)
        for i, z in losing:
            kept[i, z] = NO_RIDE
    return None


def _sent(
    laid: Laid, yards: Sequence[Yard], stand: Stand, prizes: IntArray | None, former: Sequence[Drive], run: Run
) -> list[Drive]:
    volumes = volumes_cm3(laid.market, stand.table, laid.book, stand.picks)
    return send(laid.market, yards, stand.picks, volumes, prizes, former, run)


def _bar(rides: IntArray, drives: Sequence[Drive]) -> None:
    """No ride for an order of which some parcel is not served."""
    for drive in drives:
        for n in drive.missed.tolist():
            rides[drive.stops[n][0], drive.z] = NO_RIDE


def _prizes(wish: Stand, without: Stand) -> IntArray:
    """[picks] what each order saves by its rides, were they for nothing; shared by its parcels that take one."""
    picks, priced = wish.picks, wish.priced
    found = np.zeros(len(picks.order), np.int64)
    on_board = wish.fleet >= 0
    for i in np.unique(picks.order[on_board]).tolist():
        mine = np.flatnonzero((picks.order == i) & on_board)
        saved = _otherwise(without, wish, i) - (wish.cost_minor(i) - int(priced[mine].sum()))
        found[mine] = max(0, saved) // len(mine)
    return found


def _otherwise(without: Stand, wish: Stand, i: int) -> int:
    """What an order or joint weighs without vans."""
    sharing = without.sharing
    if sharing is None or not sharing.aside[i]:
        return without.cost_minor(i)
    members = sharing.joints.members
    if i in members:  # its orders are sent apart, or by other joints: what it would cost by itself is not known there
        return sum(without.cost_minor(one) for one in members[i])
    alone = wish.cost_minor(i)
    joint = next(one for one in sharing.sent if i in members[one])
    return max(alone, without.cost_minor(joint) // len(members[joint]))


def _losing(laid: Laid, drives: Sequence[Drive], prizes: IntArray) -> list[tuple[int, int]]:
    """Orders and fleets z of rounds that cost more than all their orders save by them."""
    minor = laid.market.problem.brand.currency.minor
    return [
        (drive.stops[stop][0], drive.z)
        for drive in drives
        for cost, line in zip(drive.rounds_minor(minor), drive.result.rounds(), strict=True)
        if cost > int(prizes[drive.rows[line[line >= 0]]].sum())
        for stop in line[line >= 0].tolist()
    ]


def _shares(laid: Laid, picks: Picks, drives: Sequence[Drive], prizes: IntArray) -> IntArray:
    """[picks] parts of rounds, which add up to them: each bears what its stop adds, and of the rest by what it saves.

    So no parcel bears more than its order saves, as long as the round saves anything.
    """
    money = laid.market.problem.brand.currency
    found = np.zeros(len(picks.order), np.int64)
    for drive in drives:
        added = np.maximum(0, drive.marginal()) // money.micros_per_minor
        for cost, line in zip(drive.rounds_minor(money.minor), drive.result.rounds(), strict=True):
            stops = line[line >= 0]
            rows, bears = drive.rows[stops], np.minimum(added[stops], prizes[drive.rows[stops]])
            rest = cost - int(bears.sum())
            if rest < 0:
                bears, rest = np.zeros_like(bears), cost
            saved = (prizes[rows] - bears).tolist()
            found[rows] = bears + split(rest, saved if sum(saved) else [1] * len(saved))
    return found


def _priced_by(laid: Laid, yards: Sequence[Yard], stand: Stand) -> IntArray:
    """[N, Z] what rides cost by the rounds of a plan: those on them what they add, others what they would."""
    minor = laid.market.problem.brand.currency.micros_per_minor
    found = np.full_like(stand.rides, NO_RIDE)
    for z, yard in enumerate(yards):
        micros = inserted_rides(yard, [(one.problem, one.result) for one in stand.drives if one.z == z])
        reached = micros < OUT_OF_REACH
        found[reached, z] = (2 * micros[reached] + minor) // (2 * minor)
    on_board = np.flatnonzero(stand.fleet >= 0)
    at = stand.picks.order[on_board], stand.fleet[on_board]
    found[at] = stand.rides[at]
    return found


def _told(laid: Laid, yards: Sequence[Yard], stand: Stand) -> IntArray:
    """[N, Z] prices for the explanations: what parcels bear, and what others would add; none of who is left."""
    found = _priced_by(laid, yards, stand)
    found[stand.assignment.choice[:, 0] < 0] = NO_RIDE
    if stand.shares is not None:
        on_board = np.flatnonzero(stand.fleet >= 0)
        found[stand.picks.order[on_board], stand.fleet[on_board]] = stand.shares[on_board]
    return found


def _own_bound(free: Stand, best: Stand, could: BoolArray) -> IntArray:
    """[N] with rides at their least. Of joints that are sent in one plan only nothing is known of the other."""
    found = free.assignment.own_bound.copy()
    if best.sharing is not None:
        joints = list(best.sharing.joints.members)
        found[joints] = np.where(could[joints], 0, best.assignment.own_bound[joints])
    return np.minimum(found, NEVER)
