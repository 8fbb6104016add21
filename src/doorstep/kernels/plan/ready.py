"""What stays the same from one small batch to the next, found once: market, tariff, network, lanes and verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from doorstep.domain.place import Place
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.customs import book_of
from doorstep.kernels.plan.lanes import Lanes, lay_lanes
from doorstep.kernels.plan.loads import LoadBook, Verdicts, hasty
from doorstep.kernels.plan.market import Market, open_market
from doorstep.kernels.plan.outdone import Outdone, find_outdone
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.plan.relays import relayed_network, tariff_anywhere
from doorstep.kernels.promise.areas import Area, destination_areas
from doorstep.kernels.promise.network import compile_network
from doorstep.kernels.promise.tables import PromiseTables
from doorstep.kernels.rate.anywhere import AnyDestination
from doorstep.kernels.rate.duty_tables import DutyBook

Networks = dict[tuple[tuple[Area, ...], int, int], PromiseTables]  # by destinations and days
MOST_NETWORKS = 256  # of one Ready: beyond it the oldest goes


@dataclass(slots=True)
class Ready:
    """Belongs to one brand's sites, collections, cartons, tariff and transit; orders, products and stock may be any.

    What is found in it equals what would be compiled anew. It only fills tables, so that threads may share it.
    """

    ground: PlanProblem
    market: Market
    tariff: AnyDestination
    duties: DutyBook | None = None
    networks: Networks = field(default_factory=dict)
    lanes: dict[int, Lanes] = field(default_factory=dict)
    verdicts: dict[PackParams, Verdicts] = field(default_factory=dict)
    outdone: Outdone = field(init=False)

    def __post_init__(self) -> None:
        self.outdone = find_outdone(self.market, self.tariff.tables)

    def verdicts_of(self, params: PackParams) -> Verdicts:
        """What the packer has found with these parameters."""
        return self.verdicts.setdefault(params, {})

    def lanes_of(self, market: Market, days_ahead: int) -> Lanes:
        """Lanes, as `lay_lanes` numbers them."""
        found = self.lanes.get(days_ahead)
        if found is None:
            found = self.lanes[days_ahead] = lay_lanes(market, days_ahead)
        return found

    def network_to(self, places: Sequence[Place], first_day: int, last_day: int) -> PromiseTables:
        """Give the tables of `compile_network` to these destinations; places of one area share them."""
        key = (tuple(destination_areas([place]).areas[0] for place in places), first_day, last_day)
        found = self.networks.get(key)
        if found is None:
            found = network_to(self.ground, places, first_day, last_day)
            if len(self.networks) >= MOST_NETWORKS:
                oldest, *_ = tuple(self.networks)
                self.networks.pop(oldest, None)
            self.networks[key] = found
        return found


def make_ready(ground: PlanProblem, tariff: AnyDestination | None = None) -> Ready:
    """Compile what orders do not change. `tariff`: of a ground whose services differ in nothing but their limits.

    Raises InvalidProblem when the tariff contradicts itself.
    """
    market = open_market(ground)
    ground = market.problem
    known = tariff.with_limits(ground.tariff.services) if tariff else tariff_anywhere(ground, market.relays)
    return Ready(ground, market, known, book_of(ground))


def network_to(ground: PlanProblem, places: Sequence[Place], first_day: int, last_day: int) -> PromiseTables:
    """Compile the network of a problem to these destinations."""
    tables = compile_network(
        ground.sites,
        ground.collections,
        ground.tariff.services,
        places,
        ground.transit,
        ground.brand.on_time_target_ppm,
        first_day,
        last_day,
    )
    return relayed_network(ground, tables)


def open_book(market: Market, params: PackParams, ready: Ready | None) -> LoadBook:
    """Open a book of loads that remembers what `ready` does."""
    if ready is None:
        return LoadBook(market, params)
    quick = hasty(params)
    return LoadBook(market, params, ready.verdicts_of(params), ready.verdicts_of(quick) if quick != params else {})
