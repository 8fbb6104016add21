"""The problem's nouns as arrays, indexed once: sites k, skus j, cartons c, services v.

A mailer stands for several cartons, one for each thickness that it may be filled to: it is billed as thick as that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.carriage import SPEEDS
from doorstep.domain.catalog import Carton
from doorstep.domain.demand import Order
from doorstep.domain.parcel import OWN_BOX
from doorstep.domain.supply import SHIPPING_KINDS
from doorstep.domain.units import girth_mm
from doorstep.kernels.pack.rooms import Rooms, rooms_of
from doorstep.kernels.plan.fleets import Fleets, index_fleets
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.plan.relays import Relays, index_relays, with_relays
from doorstep.kernels.plan.ruled import Ruled
from doorstep.kernels.plan.scales import Scales

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Market:
    """Arrays of integers; the last carton index stands for "ships in its own box"."""

    problem: PlanProblem
    site: dict[str, int]
    sku: dict[str, int]
    service: dict[str, int]
    ships: BoolArray  # [K] the kind of site that ships orders
    stock: IntArray  # [K, J] units on hand, less what a rule keeps back
    size_mm: IntArray  # [J, 3]
    weight_g: IntArray  # [J]
    own_box: BoolArray  # [J]
    wrapped_mm: IntArray  # [J, 3] in its padding
    named: IntArray  # [C + 1] which of the problem's cartons it is; the own box comes after them
    inner_mm: IntArray  # [C, 3] what padding leaves
    outer_mm: IntArray  # [C, 3]
    padding_mm: IntArray  # [C + 1]
    tare_g: IntArray  # [C]
    carton_minor: IntArray  # [C + 1]
    room_mm3: IntArray  # [C + 1] what is filled up around the goods; 0: nothing is, as in a mailer
    carton_rank: IntArray  # [C + 1] ascending outer volume; the own box first
    carton_carried_g: IntArray  # [C] the most that some service carries of its size, -1: none does
    carton_at: BoolArray  # [K, C + 1]
    pick_order_minor: IntArray  # [K]
    pick_unit_micros: IntArray  # [K]
    site_capacity: IntArray  # [K] orders a day, -1: none set
    service_capacity: IntArray  # [K, V] parcels a day, -1: none set
    calls: BoolArray  # [K, V] the service calls at the site
    ruled: Ruled | None = None  # what rules forbid; see `rules.under_rules`
    relays: Relays | None = None  # services that go by a linehaul, the last of them all
    fleets: Fleets | None = None  # services of own vans
    scales: Scales | None = None  # what weighs beside money; see `weigh.under_bids`

    @property
    def n_cartons(self) -> int:
        """Cartons, the own box not counted."""
        return len(self.outer_mm)

    def carton_name(self, carton: int) -> str:
        """Id of a carton index."""
        return OWN_BOX if carton == self.n_cartons else self.problem.cartons[self.named[carton]].carton


def open_market(problem: PlanProblem, ground: Market | None = None) -> Market:
    """Index the problem; of `ground`, a market with the same sites, services and cartons, only the goods are new.

    The market's own problem has its linehauls as services.
    """
    problem = with_relays(problem)
    ground = ground or _ground(problem)
    sku = {one.sku: j for j, one in enumerate(problem.products)}
    stock = np.zeros((len(ground.site), len(sku)), np.int64)
    for level in problem.stock:
        stock[ground.site[level.site], sku[level.sku]] += level.on_hand
    size_mm = _rows([(p.length_mm, p.width_mm, p.height_mm) for p in problem.products])
    padding_mm = np.array([p.padding_mm for p in problem.products], np.int64)
    return replace(
        ground,
        problem=problem,
        sku=sku,
        stock=stock,
        size_mm=size_mm,
        weight_g=np.array([p.weight_g for p in problem.products], np.int64),
        own_box=np.array([p.ships_in_own_box for p in problem.products], bool),
        wrapped_mm=size_mm + 2 * padding_mm[:, None],
    )


def _ground(problem: PlanProblem) -> Market:
    """Index all but the goods."""
    site = {one.site: k for k, one in enumerate(problem.sites)}
    service = {one.service: v for v, one in enumerate(problem.tariff.services)}
    currency, rooms = problem.brand.currency, _rooms(problem.cartons)
    cartons = [problem.cartons[at] for at in rooms.carton]
    carton_at = np.ones((len(site), len(cartons) + 1), bool)
    for c, carton in enumerate(cartons):
        if carton.site:
            carton_at[:, c] = [one.site == carton.site for one in problem.sites]
    calls, capacity = _collections(problem, site, service)
    return Market(
        problem=problem,
        site=site,
        sku={},
        service=service,
        ships=np.array([one.kind in SHIPPING_KINDS for one in problem.sites], bool),
        stock=np.zeros((len(site), 0), np.int64),
        size_mm=_rows([]),
        weight_g=np.zeros(0, np.int64),
        own_box=np.zeros(0, bool),
        wrapped_mm=_rows([]),
        named=np.append(rooms.carton, len(problem.cartons)),
        inner_mm=rooms.inner_mm,
        outer_mm=rooms.outer_mm,
        padding_mm=np.array([carton.padding_mm for carton in cartons] + [0], np.int64),
        tare_g=np.array([carton.tare_g for carton in cartons], np.int64),
        carton_minor=np.array([currency.minor(carton.cost_micros) for carton in cartons] + [0], np.int64),
        room_mm3=np.append(np.where([one.mailer for one in cartons], 0, rooms.inner_mm.prod(axis=1)), 0),
        carton_rank=_ranks(rooms.outer_mm.prod(axis=1)),
        carton_carried_g=np.array([_carried_g(problem, size) for size in rooms.outer_mm.tolist()], np.int64),
        carton_at=carton_at,
        pick_order_minor=np.array([currency.minor(s.pick_cost_per_order_micros) for s in problem.sites], np.int64),
        pick_unit_micros=np.array([s.pick_cost_per_unit_micros for s in problem.sites], np.int64),
        site_capacity=np.array([_limit(s.daily_order_capacity) for s in problem.sites], np.int64),
        service_capacity=capacity,
        calls=calls,
        relays=index_relays(problem),
        fleets=index_fleets(problem),
    )


def _ranks(volumes: IntArray) -> IntArray:
    rank = np.zeros(len(volumes) + 1, np.int64)
    rank[np.argsort(volumes, kind="stable")] = np.arange(1, len(volumes) + 1)
    return rank


def _carried_g(problem: PlanProblem, size_mm: Sequence[int]) -> int:
    """Say how heavy a parcel of a size may be on some service; -1: none takes the size."""
    longest, girth = max(size_mm), girth_mm(*size_mm)
    return max(
        (
            one.max_weight_g
            for one in problem.tariff.services
            if longest <= one.max_length_mm and (one.max_girth_mm is None or girth <= one.max_girth_mm)
        ),
        default=-1,
    )


def _rows(sizes: list[tuple[int, int, int]]) -> IntArray:
    return np.array(sizes, np.int64).reshape(len(sizes), 3)


def _rooms(cartons: tuple[Carton, ...]) -> Rooms:
    return rooms_of(
        _rows([one.inner_mm for one in cartons]),
        _rows([one.outer_mm for one in cartons]),
        np.array([one.mailer for one in cartons], bool),
        np.array([one.padding_mm for one in cartons], np.int64),
    )


def _limit(capacity: int | None) -> int:
    return -1 if capacity is None else capacity


def _collections(problem: PlanProblem, site: dict[str, int], service: dict[str, int]) -> tuple[BoolArray, IntArray]:
    """Which services call where; the capacities of several calls a day add up, and one without a limit lifts it."""
    calls = np.zeros((len(site), len(service)), bool)
    capacity = np.full((len(site), len(service)), -1, np.int64)
    for call in problem.collections:
        at = site[call.site], service[call.service]
        limit = _limit(call.daily_parcel_capacity)
        if calls[at] and (limit < 0 or capacity[at] < 0):
            limit = -1
        elif calls[at]:
            limit += int(capacity[at])
        calls[at], capacity[at] = True, limit
    return calls, capacity


def carriable(market: Market, load_weight_g: IntArray, own_sku: IntArray) -> BoolArray:
    """Say which load in which carton some service's stated limits admit, wherever it goes.

    `load_weight_g` [L] nets of cartons; `own_sku` [L] the product that ships in its own box, or -1. Returns [L, C + 1].
    """
    admitted = np.zeros((len(load_weight_g), market.n_cartons + 1), bool)
    admitted[:, :-1] = load_weight_g[:, None] + market.tare_g <= market.carton_carried_g
    for load in np.flatnonzero(own_sku >= 0).tolist():
        size = market.size_mm[own_sku[load]].tolist()
        admitted[load, -1] = load_weight_g[load] <= _carried_g(market.problem, size)
    return admitted


def accepts(order: Order) -> int:
    """Bits of DELIVERS_TO that suit an order: its door, or a pick-up point or locker when it names one."""
    return 0b110 if order.pickup_point else 0b001


def slowest(order: Order) -> int:
    """Index into SPEEDS of the slowest service that suits an order."""
    return 0 if order.speed is None else SPEEDS.index(order.speed)
