"""Quote the promises of a brand folder for a destination: read it, learn what was known, tell every option."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from doorstep.domain.carriage import Service
from doorstep.domain.demand import Brand, Order
from doorstep.domain.learned import ServicePace
from doorstep.domain.supply import SHIPPING_KINDS, Site, StockLevel
from doorstep.files.folder import read_folder
from doorstep.flows.plan_folder import problem_of
from doorstep.flows.promise_rules import rules_for
from doorstep.flows.promise_wish import Wish, order_of
from doorstep.flows.widen import known_by
from doorstep.kernels.plan.plan import PlanProblem
from doorstep.kernels.plan.rules import spare
from doorstep.kernels.promise.calendars import DAY_S
from doorstep.kernels.promise.network import compile_network
from doorstep.kernels.promise.options import OptionParams, OptionsResult, tell_options
from doorstep.kernels.promise.problem import Legs, PromiseProblem
from doorstep.kernels.promise.promise import BEYOND_CALENDAR, NO_COLLECTION, TARGET_NOT_REACHED
from doorstep.kernels.rate.obstacles import refusals_of
from doorstep.kernels.rate.problem import Parcels, RateProblem
from doorstep.kernels.rate.rate import rate
from doorstep.kernels.rate.tables import compile_tariff
from doorstep.kernels.run import Run

EPOCH = date(1970, 1, 1)
HOME = 0b001


@dataclass(frozen=True, slots=True)
class QuotedOption:
    """A service from a site, and what can be told of it. Dates are local at the destination, `ship_at` at the site."""

    site: Site
    service: Service
    ship_at: datetime
    countdown_s: int | None  # None: the parcel is held back, an order has time
    promised_by: date
    on_time_ppm: int
    as_wished_ppm: int | None  # of a nominated day: by that day
    target_reached: bool
    quantiles: tuple[tuple[int, date | None], ...]  # parts per million, and the day by which it is reached
    arrived_by: tuple[tuple[date, int], ...]  # from the first day with hope on
    best: tuple[date, int] | None  # the day of the greatest value, and its probability; None: no value was given


@dataclass(frozen=True, slots=True)
class NotOffered:
    """Why a service from a site, or a site, is no option."""

    site: str
    service: str  # empty: none from this site
    reason: str  # no_stock, no_collection, rule, not_carried, beyond_calendar
    detail: str


@dataclass(frozen=True, slots=True)
class PromiseQuote:
    """All options, the earliest promise first, and what rests on what."""

    brand: Brand
    order: Order
    target_ppm: int
    late_cost_micros: int
    options: tuple[QuotedOption, ...]
    not_offered: tuple[NotOffered, ...]
    lanes: int
    handled_sites: int
    disruptions: int
    paces: tuple[ServicePace, ...]  # of the services, as of the instant asked for
    data_version: str
    durations_as_of: datetime
    published: bool  # these durations were published; else they were learned for this very question


def quote_promises(folder: Path, wish: Wish, run: Run) -> PromiseQuote:
    """Quote what `folder` can promise. Raises InputRefused with every fault of the folder or else of the wish."""
    read = read_folder(folder, run.progress)
    order = order_of(wish, read)
    problem = problem_of(read, (order,), wish.at)
    target = read.brand.on_time_target_ppm if wish.target_ppm is None else wish.target_ppm
    late = read.brand.late_cost_micros if wish.late_cost_micros is None else wish.late_cost_micros
    params = OptionParams(late_cost_micros=late, value_per_day_micros=wish.value_per_day_micros)
    options, refused = _options(problem, order, target, params, run)
    return PromiseQuote(
        brand=read.brand,
        order=order,
        target_ppm=target,
        late_cost_micros=late,
        options=tuple(sorted(options, key=_rank)),
        not_offered=tuple(sorted(refused, key=lambda one: (one.site, one.service))),
        lanes=len(problem.transit.lanes),
        handled_sites=len({one.site for one in problem.transit.handling}),
        disruptions=len(known_by(read.disruptions, wish.at.date())),
        paces=problem.transit.paces,
        data_version=read.data_version,
        durations_as_of=problem.transit.as_of,
        published=read.durations is not None and read.durations.model.as_of == problem.transit.as_of,
    )


def _rank(one: QuotedOption) -> tuple[date, int, str, str]:
    return one.promised_by, -one.on_time_ppm, one.site.site, one.service.service


def _options(
    problem: PlanProblem, order: Order, target_ppm: int, params: OptionParams, run: Run
) -> tuple[list[QuotedOption], list[NotOffered]]:
    sites = [one for one in problem.sites if one.kind in SHIPPING_KINDS]
    services = problem.tariff.services
    at = int(order.placed_at.timestamp())
    names = {one.site for one in sites}
    rules = rules_for(problem, sites)
    last_day = max(at // DAY_S + 1, _number(order.not_before), rules.last_shut)
    tables = compile_network(
        sites,
        [one for one in problem.collections if one.site in names],
        services,
        (order.place,),
        problem.transit,
        target_ppm,
        at // DAY_S - 1,
        last_day,
    )
    site, service = (column.ravel() for column in np.indices((len(sites), len(services))))
    same = np.ones(len(site), np.int64)
    legs = Legs(site, service, 0 * same, at * same, 0 * same, _number(order.not_before) * same,
                _number(order.promised_by) * same)  # fmt: skip
    legs = rules.open_legs(PromiseProblem(tables, legs))
    told = tell_options(PromiseProblem(tables, legs), params, run=run)
    told.countdown_s[told.countdown_s >= 0] += (legs.ready_at - at)[told.countdown_s >= 0]
    carried = _carried(problem, sites, order, told.promised.ship_day.reshape(len(sites), -1))
    free = spare(problem)
    lacking = [_lacking(free, one, order) for one in sites]
    found: list[QuotedOption] = []
    refused = [NotOffered(one.site, "", "no_stock", why) for one, why in zip(sites, lacking, strict=True) if why]
    for leg, (k, v) in enumerate(zip(site.tolist(), service.tolist(), strict=True)):
        if lacking[k]:
            continue
        why = _why_not(int(told.promised.reason[leg]), rules.barred[k][v], carried[k][v], sites[k], services[v])
        if why is not None:
            refused.append(why)
        else:
            found.append(_option(told, leg, sites[k], services[v], order, params))
    return found, refused


def _number(day: date | None) -> int:
    return -1 if day is None else (day - EPOCH).days


def _lacking(stock: Sequence[StockLevel], site: Site, order: Order) -> str:
    """What of the goods a site lacks, in words; empty: nothing. What a rule keeps back is not there."""
    there: Counter[tuple[str, str]] = Counter()
    for level in stock:
        there[level.site, level.sku] += level.on_hand
    short = [
        f"{there[site.site, line.sku]} of {line.quantity} {line.sku}"
        for line in order.lines
        if there[site.site, line.sku] < line.quantity
    ]
    return f"holds {', '.join(short)}" if short else ""


def _carried(
    problem: PlanProblem, sites: list[Site], order: Order, ship_day: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
) -> list[list[str]]:
    """Why each service does not take the bare goods from each site, in words; empty: it does."""
    of = {one.sku: one for one in problem.products}
    goods = [(of[line.sku], line.quantity) for line in order.lines]
    sides = [sorted((one.length_mm, one.width_mm, one.height_mm)) for one, _ in goods] or [[1, 1, 1]]
    count = len(sites)
    tables = compile_tariff(problem.tariff, problem.brand.currency, [one.place for one in sites], (order.place,))
    one = np.ones(count, np.int64)
    parcels = Parcels(
        origin=np.arange(count),
        destination=0 * one,
        ship_day=np.where(ship_day < 0, _number(order.placed_at.date()), ship_day),
        weight_g=sum(product.weight_g * units for product, units in goods) * one,
        size_mm=np.tile(np.max(sides, axis=0), (count, 1)),
        residential=one > 0,
        signature=one < 0,
        saturday=one < 0,
        accepts=HOME * one,
        slowest=0 * one,
    )
    rated = RateProblem(tables, parcels)
    result = rate(rated)
    words = [refusals_of(rated, result, service)[0] for service in range(len(tables.services))]
    return [[words[v][k] for v in range(len(words))] for k in range(count)]


def _why_not(reason: int, barred: str, not_carried: str, site: Site, service: Service) -> NotOffered | None:
    if reason == NO_COLLECTION:
        return NotOffered(site.site, service.service, "no_collection", "does not call there")
    if barred:
        return NotOffered(site.site, service.service, "rule", barred)
    if not_carried:
        return NotOffered(site.site, service.service, "not_carried", not_carried)
    if reason == BEYOND_CALENDAR:
        return NotOffered(site.site, service.service, "beyond_calendar", "its dates lie too far ahead")
    return None


def _option(
    told: OptionsResult, leg: int, site: Site, service: Service, order: Order, params: OptionParams
) -> QuotedOption:
    promised, begins = told.promised, int(told.promised.ship_day[leg])
    shares = told.arrived_ppm[leg]
    hopeful = [(_day(begins + step), int(share)) for step, share in enumerate(shares) if share > 0]
    at = datetime.fromtimestamp(int(promised.ship_at[leg]), UTC)
    countdown = int(told.countdown_s[leg])
    best = (_day(int(told.value_day[leg])), int(told.value_ppm[leg])) if told.value_day[leg] >= 0 else None
    quantiles = zip(params.quantiles_ppm, told.quantile_day[leg].tolist(), strict=True)
    return QuotedOption(
        site=site,
        service=service,
        ship_at=at.astimezone(ZoneInfo(site.time_zone)),
        countdown_s=None if countdown < 0 else countdown,
        promised_by=_day(int(promised.promised_day[leg])),
        on_time_ppm=int(promised.on_time_ppm[leg]),
        as_wished_ppm=int(promised.as_wished_ppm[leg]) if order.promised_by else None,
        target_reached=int(promised.reason[leg]) != TARGET_NOT_REACHED,
        quantiles=tuple((share, _day(day) if day >= 0 else None) for share, day in quantiles),
        arrived_by=tuple(hopeful),
        best=best if params.value_per_day_micros else None,
    )


def _day(day: int) -> date:
    return EPOCH + timedelta(days=day)
