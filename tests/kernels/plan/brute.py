"""The best plan by trying everything: every partition, site, carton, service and leaving day of every order, and every
combination of the orders' ways under the shared stock and capacity. Verdicts, prices and dates are those of the
kernels that give them; nothing of the planner is used but its limits.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from itertools import product
from math import floor

import numpy as np
from tests.kernels.plan.before import gone_before
from tests.kernels.plan.borders import declared, duty_tax
from tests.kernels.plan.filling import filling_minor, rooms
from tests.kernels.plan.hauling import Hauled, hauled, hauls_of
from tests.kernels.plan.parting import Load, partitions
from tests.kernels.plan.waiting import leaving_minor, waiting_minor

from doorstep.domain.carriage import SPEEDS
from doorstep.domain.catalog import Carton
from doorstep.domain.demand import Order, nominated_day
from doorstep.domain.parcel import OWN_BOX
from doorstep.domain.supply import SHIPPING_KINDS, Site
from doorstep.kernels.pack.check import check as check_layout
from doorstep.kernels.pack.fit import fit
from doorstep.kernels.pack.layout import place
from doorstep.kernels.pack.problem import FITS, FitProblem
from doorstep.kernels.plan.problem import PlanParams, PlanProblem
from doorstep.kernels.promise.network import compile_network
from doorstep.kernels.promise.problem import Legs, PromiseProblem
from doorstep.kernels.promise.promise import PromiseResult, promise
from doorstep.kernels.rate.problem import Parcels, RateProblem
from doorstep.kernels.rate.rate import rate
from doorstep.kernels.rate.tables import compile_tariff

DAYS = PlanParams().days_ahead
SPREAD = DAYS + 4  # distinct leaving days of a site that the planner keeps apart
Usage = tuple[tuple[tuple[str, ...], int], ...]


@dataclass(frozen=True)
class Way:
    """A parcel, or a whole order: what it costs and what it takes of what is shared."""

    cost: int
    usage: Usage
    fee: tuple[str, int] = ("", 0)  # a parcel's site, and day where the site's days are told apart


@dataclass
class Brute:
    """All ways of a small problem."""

    problem: PlanProblem
    boxes: dict[Load, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        p = self.problem
        self.products = {one.sku: one for one in p.products}
        self.cartons = {name: one for carton in p.cartons for name, one in rooms(carton)}
        ready = [self._ready(one) for one in p.orders]
        wished = [(one.not_before - one.placed_at.date()).days for one in p.orders if one.not_before]
        days = [at // 86_400 for at in ready] or [0]
        places = [one.place for one in p.orders]
        self.tariff = compile_tariff(p.tariff, p.brand.currency, [one.place for one in p.sites], places)
        self.network = compile_network(
            p.sites,
            p.collections,
            p.tariff.services,
            places,
            p.transit,
            p.brand.on_time_target_ppm,
            min(days) - 1,
            max(days) + max(wished, default=0) + 10,
        )
        self.limits = self._limits()
        self.unplanned = self._minor(Fraction(p.brand.unplanned_cost_micros))

    def _ready(self, order: Order) -> int:
        return int(max(order.placed_at, self.problem.now or order.placed_at).timestamp())

    def _minor(self, micros: Fraction) -> int:
        whole: int = floor(micros * 10**self.problem.brand.currency.digits / 1_000_000 + Fraction(1, 2))
        return whole

    def _parcel_capacity(self, site: str, service: str) -> int | None:
        rooms = [
            one.daily_parcel_capacity for one in self.problem.collections if (one.site, one.service) == (site, service)
        ]
        known = [room for room in rooms if room is not None]
        return sum(known) if rooms and len(known) == len(rooms) else None

    def _limits(self) -> dict[tuple[str, ...], int]:
        limits: dict[tuple[str, ...], int] = Counter()
        for level in self.problem.stock:
            limits["stock", level.site, level.sku] += level.on_hand
        return limits

    def limit(self, row: tuple[str, ...]) -> int:
        if row[0] == "stock":
            return self.limits.get(row, 0)
        if row[0] == "orders":
            most = next(one.daily_order_capacity for one in self.problem.sites if one.site == row[1])
            return (most or 0) - gone_before(self.problem, row[1], "", row[2])
        if row[0] == "hauled":
            haul = next(one for one in self.problem.linehauls if one.linehaul == row[1])
            return haul.daily_parcel_capacity or 0
        return (self._parcel_capacity(row[1], row[2]) or 0) - gone_before(self.problem, *row[1:])

    def fits(self, load: Load) -> list[str]:
        """Cartons that hold a load, each by a layout that the packer's verifier accepts."""
        if load not in self.boxes:
            self.boxes[load] = self._fitting(load)
        return self.boxes[load]

    def _fitting(self, load: Load) -> list[str]:
        goods = [self.products[sku] for sku, _ in load]
        if any(one.ships_in_own_box for one in goods):
            return [OWN_BOX] if len(load) == 1 and load[0][1] == 1 else []
        classes = sorted({one.hazmat_class for one in goods} - {""})
        cartons = list(self.cartons.values())
        problem = FitProblem(
            item_size_mm=np.array([(p.length_mm, p.width_mm, p.height_mm) for p in goods], np.int64)
            + 2 * np.array([[p.padding_mm] for p in goods], np.int64),
            item_weight_g=np.array([p.weight_g for p in goods], np.int64),
            item_upright=np.array([p.this_side_up for p in goods], np.bool_),
            item_fragile=np.array([p.fragile for p in goods], np.bool_),
            item_max_load_g=np.array([-1 if p.max_load_g is None else p.max_load_g for p in goods], np.int64),
            item_class=np.array([1 + classes.index(p.hazmat_class) if p.hazmat_class else 0 for p in goods], np.int64),
            load_start=np.array([0, len(goods)], np.int64),
            load_item=np.arange(len(goods), dtype=np.int64),
            load_quantity=np.array([units for _, units in load], np.int64),
            carton_inner_mm=np.array([one.inner_mm for one in cartons], np.int64).reshape(-1, 3),
            carton_tare_g=np.array([one.tare_g for one in cartons], np.int64),
            carton_max_weight_g=np.array([one.max_weight_g for one in cartons], np.int64),
            item_soft=np.array([p.soft for p in goods], np.bool_),
        )
        found = np.flatnonzero(fit(problem).verdict[0] == FITS).tolist()
        for c in found:
            assert check_layout(problem, 0, c, place(problem, 0, c)) == ()
        return [list(self.cartons)[c] for c in found]

    def _box(self, load: Load, name: str) -> tuple[tuple[int, int, int], int, int]:
        """Outer size, gross weight, cost in millionths."""
        net = sum(self.products[sku].weight_g * units for sku, units in load)
        if name == OWN_BOX:
            one = self.products[load[0][0]]
            return (one.length_mm, one.width_mm, one.height_mm), net, 0
        carton: Carton = self.cartons[name]
        return carton.outer_mm, net + carton.tare_g, carton.cost_micros

    def _travels(self, load: Load) -> bool:
        """Say whether the stated limits of some service admit the load in some carton."""
        for name in self.fits(load):
            size, weight, _ = self._box(load, name)
            for one in self.problem.tariff.services:
                girth = max(size) + 2 * (sum(size) - max(size))
                small = max(size) <= one.max_length_mm and (one.max_girth_mm is None or girth <= one.max_girth_mm)
                if small and weight <= one.max_weight_g:
                    return True
        return False

    def atoms(self, order: Order) -> list[tuple[str, int]] | None:
        """What must travel whole; None: the order cannot be planned at all."""
        needs: Counter[str] = Counter()
        for line in order.lines:
            if line.sku not in self.products:
                return None
            needs[line.sku] += line.quantity
        atoms = []
        for sku, units in needs.items():
            for parts in range(1, min(3, units) + 1):
                sizes = [units // parts + (n < units % parts) for n in range(parts)]
                if all(self._travels(((sku, size),)) for size in sizes):
                    atoms += [(sku, size) for size in self._stocked(sku, units, sizes)]
                    break
            else:
                return None
        return atoms

    def _stocked(self, sku: str, units: int, sizes: list[int]) -> list[int]:
        """The sizes, or where no site holds the largest: what one site after the other can give, best stocked first."""
        shipping = [one.site for one in self.problem.sites if one.kind in SHIPPING_KINDS]
        held = sorted((self.limit(("stock", site, sku)) for site in shipping), reverse=True)
        if not held or held[0] >= max(sizes) or sum(held) < units:
            return sizes
        given = []
        for most in held:
            share = min(most, units)
            units -= share
            given += [max(sizes)] * (share // max(sizes)) + [share % max(sizes)] * (share % max(sizes) > 0)
        return given if len(given) <= 3 else sizes

    def ways(self, i: int) -> list[Way]:
        """Every way to serve order i that what there is allows, the cheapest of each usage; leaving it comes last.

        A nominated day is waived where nothing that keeps it as far as it can be kept is possible. Speed may have a
        value: an order that money alone would serve is then dearer to leave, and another one is left.
        """
        order, leave = self.problem.orders[i], self.unplanned
        if beyond := leaving_minor(self.problem, order):
            leave += beyond
            if len(Brute(replace(self.problem, bid_prices=None), self.boxes).ways(i)) == 1:
                return [Way(leave, ())]
        best = self._ways(i, leave, insists=True) or self._ways(i, leave, insists=False)
        return [*(Way(cost, usage) for usage, cost in best.items()), Way(leave, ())]

    def _ways(self, i: int, leave: int, insists: bool) -> dict[Usage, int]:
        atoms = self.atoms(self.problem.orders[i])
        best: dict[Usage, int] = {}
        if atoms:
            splits = list(partitions(atoms))
            parcels = self.parcels(i, sorted({block for split in splits for block in split}), insists)
            for split in splits:
                for chosen in product(*(parcels[block] for block in split)):
                    way = self._together(chosen)
                    if way.cost < best.get(way.usage, leave) and self._possible(way.usage):
                        best[way.usage] = way.cost
        return best

    def _possible(self, usage: Usage) -> bool:
        return all(units <= self.limit(row) for row, units in usage)

    def _together(self, parcels: tuple[Way, ...]) -> Way:
        cost, usage = sum(one.cost for one in parcels), Counter[tuple[str, ...]]()
        for one in parcels:
            usage.update(dict(one.usage))
        for fee in {one.fee for one in parcels}:
            cost += self.picking(fee[0])
            usage.update(self.picked_orders(fee))
        return Way(cost, tuple(sorted(usage.items())))

    def picking(self, name: str) -> int:
        """What picking an order costs at a site."""
        site = next(one for one in self.problem.sites if one.site == name)
        return self._minor(Fraction(site.pick_cost_per_order_micros))

    def picked_orders(self, fee: tuple[str, int]) -> list[tuple[str, ...]]:
        """Rows of which an order that is picked at a site on a day takes one each."""
        name, day = fee
        site = next(one for one in self.problem.sites if one.site == name)
        return [] if site.daily_order_capacity is None else [("orders", name, str(day))]

    def parcels(self, i: int, loads: list[Load], insists: bool) -> dict[Load, list[Way]]:
        """Parcels of each load: the cheapest per site, day (where days are told apart) and limited service."""
        rows = [
            (load, k, name, v, shift, haul)
            for load in loads
            for k, site in enumerate(self.problem.sites)
            if site.kind in SHIPPING_KINDS and self._held(site, load)
            for name in self.fits(load)
            if name == OWN_BOX or self.cartons[name].site in ("", site.site)
            for v, shift, haul in self._departures(k)
        ]
        found: dict[Load, dict[tuple[object, ...], Way]] = {load: {} for load in loads}
        if not rows:
            return {load: [] for load in loads}
        legs, sent = self._legs(i, [(k, v, shift, haul) for _, k, _, v, shift, haul in rows])
        quotes = rate(RateProblem(self.tariff, self._rated(i, rows, legs, sent)))
        days = {k: self._days(i, k) for k in {row[1] for row in rows}}
        usable = [
            n
            for n, (_, k, _, v, *_) in enumerate(rows)
            if legs.promised_day[n] >= 0
            and quotes.reason[n, v] == 0
            and (not days[k] or int(legs.ship_day[n]) in days[k])
        ]
        wish = self._wish(i) if insists else None
        keeps = {n for n in usable if int(legs.promised_day[n]) == wish}
        keepable = {rows[n][0] for n in keeps}
        for n in (n for n in usable if n in keeps or rows[n][0] not in keepable):
            load, k, name, v, _, haul = rows[n]
            day, site = int(legs.ship_day[n]), self.problem.sites[k]
            cost = int(quotes.freight_minor[n, v]) + int(quotes.surcharges_minor[n, v])
            if haul >= 0:
                one = self.problem.linehauls[haul]
                kilos = Fraction(one.cost_per_kg_micros * self._box(load, name)[1], 1000)
                cost += self._minor(one.cost_per_parcel_micros + kilos)
            cost += duty_tax(self.problem, self.problem.orders[i], site, v, load, cost, day)
            cost += self._own_costs(site, load, name, int(legs.as_wished_ppm[n]))
            cost += waiting_minor(self.problem, self.problem.orders[i], load, int(legs.promised_day[n]))
            service = self.problem.tariff.services[v].service
            usage: dict[tuple[str, ...], int] = {("stock", site.site, sku): units for sku, units in load}
            if haul >= 0:
                if self.problem.linehauls[haul].daily_parcel_capacity is not None:
                    usage["hauled", self.problem.linehauls[haul].linehaul, str(day)] = 1
            elif self._parcel_capacity(site.site, service) is not None:
                usage["parcels", site.site, service, str(day)] = 1
            way = Way(cost, tuple(sorted(usage.items())), (site.site, day if days[k] else 0))
            known = found[load].setdefault((way.usage, way.fee), way)
            if way.cost < known.cost:
                found[load][way.usage, way.fee] = way
        return {load: list(ways.values()) for load, ways in found.items()}

    def _wish(self, i: int) -> int | None:
        day = nominated_day(self.problem.orders[i].not_before, self.problem.orders[i].promised_by)
        return None if day is None else (day - date(1970, 1, 1)).days

    def _held(self, site: Site, load: Load) -> bool:
        return all(self.limits.get(("stock", site.site, sku), 0) >= units for sku, units in load)

    def _departures(self, k: int) -> list[tuple[int, int, int]]:
        """(service, shift, linehaul), the last -1 where the service calls at the site itself."""
        site = self.problem.sites[k]
        called = {one.service for one in self.problem.collections if one.site == site.site}
        found, limited = [], site.daily_order_capacity is not None
        for v, one in enumerate(self.problem.tariff.services):
            if one.service in called:
                dated = limited or self._parcel_capacity(site.site, one.service) is not None
                found += [(v, shift, -1) for shift in range(DAYS if dated else 1)]
        for v, haul in hauls_of(self.problem, site):
            dated = limited or self.problem.linehauls[haul].daily_parcel_capacity is not None
            found += [(v, shift, haul) for shift in range(DAYS if dated else 1)]
        return found

    def _days(self, i: int, k: int) -> set[int]:
        """Leaving days that the planner keeps apart at a site; none where no capacity is set."""
        departures = self._departures(k)
        if not any(shift for _, shift, _ in departures):
            return set()
        legs, _ = self._legs(i, [(k, v, shift, haul) for v, shift, haul in departures])
        return set(sorted(set(legs.ship_day[legs.promised_day >= 0].tolist()))[:SPREAD])

    def _legs(self, i: int, lanes: list[tuple[int, int, int, int]]) -> tuple[PromiseResult, dict[int, Hauled]]:
        """Dates of lanes; of those that go by a linehaul they are the verifier's, and their hand-overs come too."""
        order, n = self.problem.orders[i], len(lanes)
        asked = [
            -1 if day is None else int(np.datetime64(day).astype(int)) for day in (order.not_before, order.promised_by)
        ]
        site, service, shift, haul = np.array(lanes, np.int64).T
        whole = [np.full(n, value, np.int64) for value in (i, self._ready(order), *asked)]
        legs = promise(PromiseProblem(self.network, Legs(site, service, whole[0], whole[1], shift, whole[2], whole[3])))
        sent: dict[int, Hauled] = {}
        for at in np.flatnonzero(haul >= 0).tolist():
            one = sent[at] = hauled(self.problem, order, int(haul[at]), int(service[at]), int(shift[at]))
            legs.ship_day[at], legs.promised_day[at], legs.as_wished_ppm[at] = one.ship_day, one.promised_day, one.ppm
        return legs, sent

    def _rated(
        self,
        i: int,
        rows: list[tuple[Load, int, str, int, int, int]],
        legs: PromiseResult,
        sent: dict[int, Hauled],
    ) -> Parcels:
        order, n = self.problem.orders[i], len(rows)
        boxes = [self._box(load, name) for load, _, name, *_ in rows]
        origin, day = np.array([row[1] for row in rows], np.int64), np.maximum(legs.ship_day, 0)
        for at, one in sent.items():
            origin[at], day[at] = one.depot, one.handed_day
        return Parcels(
            origin=origin,
            destination=np.full(n, i, np.int64),
            ship_day=day,
            weight_g=np.array([weight for _, weight, _ in boxes], np.int64),
            size_mm=np.array([size for size, _, _ in boxes], np.int64),
            residential=np.full(n, order.residential),
            signature=np.full(n, order.signed_for),
            saturday=np.full(n, order.saturday),
            accepts=np.full(n, 6 if order.pickup_point else 1, np.int64),
            slowest=np.full(n, SPEEDS.index(order.speed) if order.speed else 0, np.int64),
            value_minor=np.array([declared(self.problem, row[0]) for row in rows], np.int64),
        )

    def _own_costs(self, site: Site, load: Load, name: str, on_time_ppm: int) -> int:
        units = sum(count for _, count in load)
        late = Fraction(self.problem.brand.late_cost_micros * (1_000_000 - on_time_ppm), 1_000_000)
        lines = (Fraction(units * site.pick_cost_per_unit_micros), Fraction(self._box(load, name)[2]), late)
        goods = [(self.products[sku], count) for sku, count in load]
        filled = 0 if name == OWN_BOX else filling_minor(self.problem.brand, self.cartons[name], goods)
        return sum(self._minor(line) for line in lines) + filled

    def optimum(self) -> int:
        """Least objective of all orders together, what weighs beside it included."""
        found = [self.ways(i) for i in range(len(self.problem.orders))]
        best = sum(one[-1].cost for one in found)
        ways = [sorted(one, key=lambda way: way.cost) for one in found]
        rest = [sum(one[0].cost for one in ways[n:]) for n in range(len(ways) + 1)]
        taken: Counter[tuple[str, ...]] = Counter()

        def descend(n: int, cost: int) -> None:
            nonlocal best
            if cost + rest[n] >= best:
                return
            if n == len(ways):
                best = cost
                return
            for way in ways[n]:
                if all(taken[row] + units <= self.limit(row) for row, units in way.usage):
                    taken.update(dict(way.usage))
                    descend(n + 1, cost + way.cost)
                    taken.subtract(dict(way.usage))

        descend(0, 0)
        return best
