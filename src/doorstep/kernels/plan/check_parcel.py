"""Verifier of one parcel: goods in a carton of its site, laid out, carried, dated and charged as it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import ceil, floor, prod

import numpy as np

from doorstep.domain.carriage import SPEEDS, Tariff
from doorstep.domain.catalog import Carton, Product
from doorstep.domain.demand import Order, nominated_day
from doorstep.domain.parcel import OWN_BOX, Parcel
from doorstep.domain.supply import SHIPPING_KINDS
from doorstep.kernels.pack.check import check as check_layout
from doorstep.kernels.pack.problem import MAILER_STEPS, FitProblem
from doorstep.kernels.plan.check_customs import declared_minor, duty_tax_minor
from doorstep.kernels.plan.check_injected import injected_chance, injected_dates, linehaul_minor
from doorstep.kernels.plan.check_rules import opening_instants
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.promise.check import chance_by
from doorstep.kernels.promise.check import check as check_legs
from doorstep.kernels.promise.problem import Legs
from doorstep.kernels.promise.promise import OK, TARGET_NOT_REACHED, PromiseResult
from doorstep.kernels.rate.check import check as check_rates
from doorstep.kernels.rate.problem import Parcels
from doorstep.kernels.rate.result import RateResult

EPOCH = date(1970, 1, 1)
LATEST_SHIFT = 8  # more collection days than any plan looks ahead


def parcel_faults(problem: PlanProblem, parcel: Parcel) -> Iterator[str]:
    """List what is wrong with one parcel: with one that is shared, for each of its orders."""
    for name in parcel.orders or ("",):
        yield from _faults_for(problem, parcel, next((one for one in problem.orders if one.order == name), None))


def _faults_for(problem: PlanProblem, parcel: Parcel, order: Order | None) -> Iterator[str]:
    site = next((one for one in problem.sites if one.site == parcel.site), None)
    if order is None or site is None or site.kind not in SHIPPING_KINDS:
        yield f"{parcel.parcel} has no order or no site that ships"
        return
    units = Counter({one.sku: 0 for one in parcel.contents})
    for one in parcel.contents:
        units[one.sku] += one.quantity
    if Counter(placed.sku for placed in parcel.placements) != units:
        yield f"{parcel.parcel} does not place what it holds"
    weight = sum(next(p for p in problem.products if p.sku == sku).weight_g * n for sku, n in units.items())
    if parcel.carton == OWN_BOX:
        size, tare, box_minor = _own_box(problem, units), 0, 0
        if size is None:
            yield f"{parcel.parcel} goes without a carton, though it is not one product in its own box"
            return
        yield from _charges(problem, order, parcel, size)
    else:
        carton = next((one for one in problem.cartons if one.carton == parcel.carton), None)
        if carton is None or carton.site not in ("", parcel.site):
            yield f"{parcel.parcel} takes a carton that {parcel.site} does not have"
            return
        tare, box_minor = carton.tare_g, _rounded(problem, Fraction(carton.cost_micros)) + _fill(problem, carton, units)
        yield from _boxed(problem, order, parcel, carton, units)
    if parcel.weight_g != weight + tare:
        yield f"{parcel.parcel} weighs {weight + tare} g, not {parcel.weight_g} g"
    yield from _dated(problem, order, parcel, box_minor)
    owed = duty_tax_minor(problem, order, parcel)
    if parcel.cost.duty_tax_minor != owed:
        yield f"{parcel.parcel}: duty and tax cost {owed}, not {parcel.cost.duty_tax_minor}"


def _dated(problem: PlanProblem, order: Order, parcel: Parcel, box_minor: int) -> Iterator[str]:
    """Dates, and what is charged by them, as ready when it came in or when a day that was shut to it had passed."""
    found: tuple[str, ...] = ()
    for ready in ready_at(problem, order, parcel):
        found = (*_dates(problem, order, parcel, ready), *_lines(problem, order, parcel, box_minor, ready))
        if not found:
            return
    yield from found


def _lines(problem: PlanProblem, order: Order, parcel: Parcel, box_minor: int, ready: datetime) -> Iterator[str]:
    late = Fraction(problem.brand.late_cost_micros * (1_000_000 - _as_wished(problem, order, parcel, ready)), 1_000_000)
    lines = (parcel.cost.carton_minor, parcel.cost.lateness_minor)
    wanted = (box_minor, _rounded(problem, late))
    if lines != wanted:
        yield f"{parcel.parcel}: carton and lateness cost {wanted}, not {lines}"


def _as_wished(problem: PlanProblem, order: Order, parcel: Parcel, ready: datetime) -> int:
    """How probably it arrives by the day that its lateness is charged by: a nominated one, else the promised one."""
    day = nominated_day(order.not_before, order.promised_by)
    return parcel.on_time_ppm if day is None else chance_of(problem, order, parcel, ready, day)


def chance_of(problem: PlanProblem, order: Order, parcel: Parcel, ready: datetime, day: date) -> int:
    """How probably a parcel, ready at an instant, arrives by a day."""
    if parcel.injection is not None:
        return injected_chance(problem, order, parcel, ready, day)
    site = next(one for one in problem.sites if one.site == parcel.site)
    service = next((one for one in problem.tariff.services if one.service == parcel.service), None)
    if service is None:
        return parcel.on_time_ppm
    calls = [call for call in problem.collections if (call.site, call.service) == (site.site, service.service)]
    if not any(weekday in call.working_days and weekday in site.working_days for call in calls for weekday in range(7)):
        return 0
    return chance_by(site, calls, service, order.place, problem.transit, ready, parcel.ship_at.date(), day)


def ready_at(problem: PlanProblem, order: Order, parcel: Parcel) -> tuple[datetime, ...]:
    """Instants from which a parcel may have been ready: when it came in, or when a day that was shut had passed."""
    return (_ready(problem, order), *opening_instants(problem, order, parcel))


def _ready(problem: PlanProblem, order: Order) -> datetime:
    return order.placed_at if problem.now is None else max(order.placed_at, problem.now)


def _rounded(problem: PlanProblem, micros: Fraction) -> int:
    whole: int = floor(micros * 10**problem.brand.currency.digits / 1_000_000 + Fraction(1, 2))
    return whole


def _fill(problem: PlanProblem, carton: Carton, units: Counter[str]) -> int:
    """Price of what fills up the carton around its goods; the price of less than a litre is cut to a millionth."""
    if carton.mailer:
        return 0
    goods = sum(prod(_wrapped(one)) * units[one.sku] for one in problem.products if units[one.sku])
    void = max(prod(edge - 2 * carton.padding_mm for edge in carton.inner_mm) - goods, 0)
    litre = problem.brand.void_fill_micros_per_l * 10**problem.brand.currency.digits
    return floor(Fraction(floor(Fraction(void * litre, 10**6)), 10**6) + Fraction(1, 2))


def _own_box(problem: PlanProblem, units: Counter[str]) -> tuple[int, int, int] | None:
    if sum(units.values()) != 1:
        return None
    product = next(p for p in problem.products if p.sku == next(iter(units)))
    return (product.length_mm, product.width_mm, product.height_mm) if product.ships_in_own_box else None


def _boxed(problem: PlanProblem, order: Order, parcel: Parcel, carton: Carton, units: Counter[str]) -> Iterator[str]:
    """Layout and charges; those of a mailer must hold at one of the thicknesses that it may be billed as."""
    length, width, most = carton.inner_mm
    if not carton.mailer:
        yield from (f"{parcel.parcel}: {fault}" for fault in _layout(problem, parcel, carton, units, carton.inner_mm))
        yield from _charges(problem, order, parcel, carton.outer_mm)
        return
    found: tuple[str, ...] = ()
    for thick in sorted({min(most, ceil(most / MAILER_STEPS) * n) for n in range(1, MAILER_STEPS + 1)}):
        outer = (carton.outer_mm[0], carton.outer_mm[1], carton.outer_mm[2] - most + thick)
        laid = _layout(problem, parcel, carton, units, (length - thick, width - thick, thick))
        found = (*(f"{parcel.parcel}: {fault}" for fault in laid), *_charges(problem, order, parcel, outer))
        if not found:
            return
    yield from found


def _layout(
    problem: PlanProblem, parcel: Parcel, carton: Carton, units: Counter[str], inner_mm: tuple[int, int, int]
) -> tuple[str, ...]:
    """Give the pack kernel's verifier the parcel as a problem of one load and one carton."""
    products = [next(p for p in problem.products if p.sku == sku) for sku in sorted(units)]
    if any(product.ships_in_own_box for product in products):
        return ("a product that ships in its own box lies in a carton",)
    free = carton.padding_mm
    room = [edge - 2 * free for edge in inner_mm]
    if min(room) < 1:
        return ("the padding leaves no room",)
    classes = sorted({p.hazmat_class for p in products} - {""})
    at = {product.sku: n for n, product in enumerate(products)}
    one = FitProblem(
        item_size_mm=np.array([_wrapped(p) for p in products], np.int64),
        item_weight_g=np.array([p.weight_g for p in products], np.int64),
        item_upright=np.array([p.this_side_up for p in products], bool),
        item_fragile=np.array([p.fragile for p in products], bool),
        item_max_load_g=np.array([-1 if p.max_load_g is None else p.max_load_g for p in products], np.int64),
        item_class=np.array([1 + classes.index(p.hazmat_class) if p.hazmat_class else 0 for p in products], np.int64),
        load_start=np.array([0, len(products)], np.int64),
        load_item=np.arange(len(products), dtype=np.int64),
        load_quantity=np.array([units[p.sku] for p in products], np.int64),
        carton_inner_mm=np.array([room], np.int64),
        carton_tare_g=np.array([carton.tare_g], np.int64),
        carton_max_weight_g=np.array([carton.max_weight_g], np.int64),
        item_soft=np.array([p.soft for p in products], bool),
    )
    rows = [
        (at[p.sku], p.x_mm - free, p.y_mm - free, p.z_mm - free, p.length_mm, p.width_mm, p.height_mm)
        for p in parcel.placements
        if p.sku in at
    ]
    return check_layout(one, 0, 0, np.array(rows, np.int64).reshape(-1, 7))


def _wrapped(product: Product) -> list[int]:
    return [edge + 2 * product.padding_mm for edge in (product.length_mm, product.width_mm, product.height_mm)]


def _charges(problem: PlanProblem, order: Order, parcel: Parcel, size: tuple[int, int, int]) -> Iterator[str]:
    """Give the rate kernel's reference the parcel and its one service."""
    tariff, name = problem.tariff, parcel.service
    own = Tariff(
        tuple(one for one in tariff.services if one.service == name),
        tuple(rule for rule in tariff.zones if rule.service == name),
        tuple(line for line in tariff.rates if line.service == name),
        tuple(line for line in tariff.surcharges if line.service == name),
        tuple(rule for rule in tariff.divisors if rule.service == name),
        tariff.areas,
        tariff.exchange_rates,
    )
    injection = parcel.injection
    start, taken, line = parcel.site, parcel.ship_at, 0
    ride = 0 if parcel.ride is None else parcel.ride.cost_minor
    if injection is not None:
        haul = next((one for one in problem.linehauls if one.linehaul == injection.linehaul), None)
        line = -1 if haul is None else linehaul_minor(problem, haul, parcel.weight_g)
        start, taken = injection.depot, injection.handed_at
        if injection.cost_minor != line:
            yield f"{parcel.parcel}: linehaul {injection.linehaul} costs {line}, not {injection.cost_minor}"
    site = next((one for one in problem.sites if one.site == start), None)
    if site is None:
        yield f"{parcel.parcel} is handed over at {start}, which is not there"
        return
    parcels = Parcels(
        origin=np.zeros(1, np.int64),
        destination=np.zeros(1, np.int64),
        ship_day=np.array([(taken.date() - EPOCH).days], np.int64),
        weight_g=np.array([parcel.weight_g], np.int64),
        size_mm=np.array([size], np.int64),
        residential=np.array([order.residential]),
        signature=np.array([order.signed_for]),
        saturday=np.array([order.saturday]),
        accepts=np.array([0b110 if order.pickup_point else 0b001], np.int64),
        slowest=np.array([0 if order.speed is None else SPEEDS.index(order.speed)], np.int64),
        value_minor=np.array([declared_minor(problem, parcel)], np.int64),
    )
    claimed = RateResult(
        reason=np.zeros((1, 1), np.uint8),
        freight_minor=np.array([[parcel.cost.freight_minor - line - ride]], np.int64),
        surcharges_minor=np.array([[parcel.cost.surcharges_minor]], np.int64),
        billed_weight_g=np.array([[parcel.billed_weight_g]], np.int64),
        zone=np.zeros((1, 1), np.int32),
    )
    for fault in check_rates(own, problem.brand.currency, [site.place], [order.place], parcels, claimed):
        if ": zone is" not in fault:  # a parcel does not say its zone
            yield f"{parcel.parcel}: {fault}"


def _dates(problem: PlanProblem, order: Order, parcel: Parcel, ready: datetime) -> Iterator[str]:
    """Some collection the plan may have chosen must give exactly these dates and this probability."""
    if parcel.injection is not None:
        yield from injected_dates(problem, order, parcel, ready)
        return
    for shift in range(LATEST_SHIFT):
        for reason in (OK, TARGET_NOT_REACHED):
            if not _leg_faults(problem, order, parcel, ready, shift, reason):
                return
    yield (
        f"{parcel.parcel}: no collection by {parcel.service} at {parcel.site} leaves at {parcel.ship_at.isoformat()}"
        f" and arrives by {parcel.promised_by} with probability {parcel.on_time_ppm / 1e6}"
    )


def _leg_faults(
    problem: PlanProblem, order: Order, parcel: Parcel, ready: datetime, shift: int, reason: int
) -> tuple[str, ...]:
    one = np.zeros(1, np.int64)
    legs = Legs(
        site=one,
        service=one,
        destination=one,
        ready_at=np.array([int(ready.timestamp())], np.int64),
        shift=np.array([shift], np.int64),
        not_before=_day(order.not_before),
        promised_by=_day(order.promised_by),
    )
    claimed = PromiseResult(
        ship_at=np.array([int(parcel.ship_at.astimezone(UTC).timestamp())], np.int64),
        ship_day=_day(parcel.ship_at.date()),
        promised_day=_day(parcel.promised_by),
        on_time_ppm=np.array([parcel.on_time_ppm], np.int64),
        as_wished_ppm=np.array([_as_wished(problem, order, parcel, ready)], np.int64),
        reason=np.array([reason], np.uint8),
    )
    return check_legs(
        [site for site in problem.sites if site.site == parcel.site],
        [call for call in problem.collections if call.site == parcel.site],
        [service for service in problem.tariff.services if service.service == parcel.service],
        [order.place],
        problem.transit,
        problem.brand.on_time_target_ppm,
        legs,
        claimed,
    )


def _day(day: date | None) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([-1 if day is None else (day - EPOCH) // timedelta(days=1)], np.int64)
