"""Build what a scenario adds into a problem: services, sites, cut-offs, cartons, a target, a placement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from doorstep.domain.carriage import RateBreak, Service, Tariff
from doorstep.domain.learned import TransitModel
from doorstep.domain.place import Place
from doorstep.domain.supply import Collection, Site, StockLevel
from doorstep.domain.units import PPM
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.simulate.changes import CutoffChange, NewService, NewSite, Placed


def times_ppm(micros: int, factor_ppm: int) -> int:
    """Multiply an amount, rounded to a millionth."""
    return (micros * factor_ppm + PPM // 2) // PPM


def with_services(ground: PlanProblem, added: Sequence[NewService]) -> PlanProblem:
    """Add services, each calling where the one that it is like does."""
    for one in added:
        like = one.like
        service = next(own for own in ground.tariff.services if own.service == like)
        calls = tuple(replace(call, service=one.service) for call in ground.collections if call.service == like)
        ground = replace(
            ground,
            tariff=_with_service(ground.tariff, one, service),
            collections=(*ground.collections, *calls),
            transit=_travels_like(ground.transit, one),
        )
    return ground


def _with_service(tariff: Tariff, one: NewService, like: Service) -> Tariff:
    service = replace(like, service=one.service, name=one.service, carrier=one.carrier or like.carrier)
    if one.days is not None:
        service = replace(service, min_days=one.days[0], max_days=one.days[1])
    surcharges = tuple(
        replace(
            row,
            service=one.service,
            amount_micros=row.amount_micros if row.percent else times_ppm(row.amount_micros, one.factor_ppm),
        )
        for row in tariff.surcharges
        if row.service == like.service
    )
    return replace(
        tariff,
        services=(*tariff.services, service),
        zones=(*tariff.zones, *(replace(row, service=one.service) for row in tariff.zones if row.service == one.like)),
        rates=(*tariff.rates, *_rates(tariff, one)),
        surcharges=(*tariff.surcharges, *surcharges),
        divisors=(
            *tariff.divisors,
            *(replace(row, service=one.service) for row in tariff.divisors if row.service == one.like),
        ),
    )


def _rates(tariff: Tariff, one: NewService) -> tuple[RateBreak, ...]:
    theirs = [row for row in tariff.rates if row.service == one.like]
    if not one.rates:
        return tuple(
            replace(
                row,
                service=one.service,
                price_micros=times_ppm(row.price_micros, one.factor_ppm),
                per_extra_kg_micros=None
                if row.per_extra_kg_micros is None
                else times_ppm(row.per_extra_kg_micros, one.factor_ppm),
            )
            for row in theirs
        )
    zones = dict.fromkeys(row.zone for row in theirs)
    return tuple(
        RateBreak(one.service, zone, rate.up_to_g, rate.price_micros, rate.per_extra_kg_micros)
        for zone in zones
        for rate in sorted(one.rates, key=lambda rate: rate.up_to_g)
        if rate.zone in ("", zone)
    )


def _travels_like(transit: TransitModel, one: NewService) -> TransitModel:
    """Repeat what was learned of the other service, unless the transit is stated."""
    handling = tuple(replace(row, service=one.service) for row in transit.handling if row.service == one.like)
    lanes = tuple(replace(row, service=one.service) for row in transit.lanes if row.service == one.like)
    if one.days is not None:
        lanes = ()
    return replace(transit, lanes=(*transit.lanes, *lanes), handling=(*transit.handling, *handling))


def with_sites(ground: PlanProblem, added: Sequence[NewSite]) -> PlanProblem:
    """Add sites, each with the calls, cartons and habits of the one that it is like, and a share of its units."""
    for one in added:
        like = next(site for site in ground.sites if site.site == one.like)
        site = replace(like, site=one.site, name=one.site, place=_placed_at(like.place, one.place))
        calls = tuple(replace(call, site=one.site) for call in ground.collections if call.site == one.like)
        curves = tuple(replace(row, site=one.site) for row in ground.transit.handling if row.site == one.like)
        boxes = tuple(
            replace(box, carton=f"{box.carton}@{one.site}", site=one.site)
            for box in ground.cartons
            if box.site == one.like
        )
        ground = replace(
            ground,
            sites=(*ground.sites, site),
            collections=(*ground.collections, *calls),
            cartons=(*ground.cartons, *boxes),
            transit=replace(ground.transit, handling=(*ground.transit.handling, *curves)),
            stock=_moved(ground.stock, one),
        )
    return ground


def _placed_at(like: Place, place: Place) -> Place:
    return replace(
        place,
        country=place.country or like.country,
        region=place.region or like.region,
        city=place.city or like.city,
        postcode=place.postcode or like.postcode,
    )


def _moved(stock: Sequence[StockLevel], one: NewSite) -> tuple[StockLevel, ...]:
    """Move a share of each product, rounded down."""
    found, moved = list[StockLevel](), list[StockLevel]()
    for level in stock:
        units = level.on_hand * one.stock_ppm // PPM if level.site == one.like else 0
        found.append(replace(level, on_hand=level.on_hand - units) if units else level)
        if units:
            moved.append(StockLevel(one.site, level.sku, units))
    return (*found, *moved)


def with_cutoffs(
    sites: tuple[Site, ...], collections: tuple[Collection, ...], changed: Sequence[CutoffChange]
) -> tuple[tuple[Site, ...], tuple[Collection, ...]]:
    """Move cut-offs and calls; of several that concern a site the last holds."""
    for one in changed:
        sites = tuple(
            replace(site, order_cutoff_s=one.cutoff_s) if one.site in ("", site.site) else site for site in sites
        )
        if one.collection_s is not None:
            time = one.collection_s
            collections = tuple(
                replace(call, collection_time_s=time) if one.site in ("", call.site) else call for call in collections
            )
    return sites, collections


def with_placement(stock: tuple[StockLevel, ...], placement: Sequence[Placed]) -> tuple[StockLevel, ...]:
    """Put the products that a placement names where it says, and nowhere else."""
    named = {one.sku for one in placement}
    cells = Counter({(one.site, one.sku): one.target for one in placement})
    kept = tuple(level for level in stock if level.sku not in named)
    return (*kept, *(StockLevel(site, sku, units) for (site, sku), units in cells.items()))
