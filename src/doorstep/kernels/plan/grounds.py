"""What an order is tried on without some of its constraints: networks, and cartons made for it, compiled once each."""

from __future__ import annotations

from dataclasses import replace

from doorstep.domain.demand import Order
from doorstep.kernels.plan.alone import Setting
from doorstep.kernels.plan.loads import Verdicts
from doorstep.kernels.plan.market import open_market
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.plan.ready import Networks, Ready, make_ready
from doorstep.kernels.plan.relax import CALLS, CARTONS, NETWORK, RATES, Key, relaxed
from doorstep.kernels.rate.anywhere import AnyDestination

Kinds = frozenset[str]  # of constraints
At = tuple[Kinds, str, bool]  # the country where zones give way, and whether it goes to the door where that does


class Grounds:
    """Networks of a problem without some constraints; of the order tried last, cartons made for it, too."""

    def __init__(self, problem: PlanProblem, setting: Setting) -> None:
        goodless = replace(problem, orders=(), products=(), stock=(), held=(), lying=(), inbound=(), bid_prices=None)
        self.bare = replace(goodless, rules=())
        self.setting = setting
        self.networks: dict[At, Ready] = {}
        self.tariffs: dict[At, AnyDestination] = {}  # by what of their rates is gone
        self.calendars: dict[At, Networks] = {}  # by what of their collections is
        self.order = ""
        self.made: dict[tuple[At, Kinds], Ready] = {}
        self.verdicts: dict[Kinds, Verdicts] = {}

    def network(self, order: Order, without: frozenset[Key]) -> Ready:
        """Give the sites, collections and tariff without these constraints."""
        at = _at(order, without, NETWORK)
        if at not in self.networks:
            keys = [key for key in without if key[0] in NETWORK]
            ground = replace(relaxed(replace(self.bare, orders=(order,)), keys), orders=())
            rates = _at(order, without, RATES)
            ready = make_ready(ground, self.tariffs.get(rates))
            self.tariffs.setdefault(rates, ready.tariff)
            ready.networks = self.calendars.setdefault(_at(order, without, CALLS), ready.networks)
            ready.verdicts[self.setting.pack] = self.setting.verdicts
            self.networks[at] = ready
        return self.networks[at]

    def cartons(self, network: Ready, problem: PlanProblem, without: frozenset[Key]) -> Ready:
        """Give a network the cartons of a problem of one order, from which these constraints were taken."""
        (order,) = problem.orders
        kinds = frozenset(kind for kind, _ in without if kind in CARTONS)
        if not kinds:
            return network
        if order.order != self.order:
            self.order = order.order
            self.made.clear()
            self.verdicts.clear()
        at = _at(order, without, NETWORK), kinds
        if at not in self.made:
            market = open_market(replace(network.ground, cartons=problem.cartons))
            verdicts = {self.setting.pack: self.verdicts.setdefault(kinds, {})}
            self.made[at] = replace(network, market=market, verdicts=verdicts)
        return self.made[at]


def _at(order: Order, without: frozenset[Key], kinds: Kinds) -> At:
    gone = frozenset(kind for kind, _ in without if kind in kinds)
    return gone, order.place.country if "zone" in gone else "", "door" in gone and bool(order.pickup_point)
