"""Bring a brand folder into the form in which the kernel places stock; what is assumed stands here and is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from doorstep.domain.carriage import DutyRule, apart
from doorstep.domain.catalog import Product
from doorstep.domain.units import MICROS
from doorstep.files.folder import BrandFolder
from doorstep.flows.position_calendar import Ways, ways_of
from doorstep.flows.position_ground import Ground, distances, parcel_prices, unit_prices
from doorstep.flows.position_transit import shares_within
from doorstep.kernels.position.placement import UNSERVED, PlacementProblem
from doorstep.kernels.position.problem import FloatArray, IntArray
from doorstep.kernels.position.transfers import BulkTariff

PERCENT = 100 * MICROS


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What a folder does not say; summary.json repeats it.

    `holding_year`: what a year on a shelf costs, of a product's value. `supplier_weeks` until what is ordered arrives
    at the centre, `transfer_weeks` from there. `bulk_share`: a pallet costs this share of what its weight would in the
    heaviest parcels; from so many pallets on, a share of that. `clearance_parcels`: what clearing a bulk transfer at a
    border costs, in parcels of that lane.
    """

    holding_year: float = 0.25
    supplier_weeks: float = 4.0
    transfer_weeks: float = 1.0
    bulk_share: float = 0.35
    heavy_g: int = 20_000
    pallet_g: int = 300_000
    pallet_mm3: int = 1_150_000_000
    discounts: tuple[tuple[int, float], ...] = ((4, 0.9), (10, 0.8))
    clearance_parcels: float = 4.0


USUAL = Assumptions()


@dataclass(frozen=True, slots=True, eq=False)
class Grounded:
    """The kernel's problem, what pallets cost, the volume [s] of a unit, and how long goods are under way."""

    problem: PlacementProblem
    bulk: BulkTariff
    volume_mm3: IntArray
    ways: Ways


def problem_of(
    read: BrandFolder, ground: Ground, assumed: Assumptions, as_of: date, days: int, among: tuple[int, ...] = ()
) -> Grounded:
    """Compile what was known on `as_of` for parcels within `days`; suppliers deliver to one of `among`, or of all."""
    currency, places = read.brand.currency, [site.place for site in ground.sites]
    price = unit_prices(read, ground, places, as_of)
    left = currency.minor(read.brand.unplanned_cost_micros) / ground.units_per_order
    # Where no service goes an order is left unplanned, and costs that.
    price = np.where(price < UNSERVED, price + _parcel_duty(read, ground, as_of)[..., None], left)
    metres = distances(places, ground.regions)
    within = shares_within(read.history, read.tariff.services, metres, as_of, days)
    centre = centre_of(ground, metres, among)
    bulk, volume = _bulk(read, ground, assumed, as_of), _volumes(ground.products)
    value = np.array([product.value_micros for product in ground.products]) / currency.micros_per_minor
    each = bulk.pallet_minor[centre] * (volume / bulk.pallet_mm3)[:, None] + bulk.unit_minor[:, centre, :]
    ways = ways_of(ground.sites, as_of, assumed.supplier_weeks, assumed.transfer_weeks)
    problem = PlacementProblem(
        forecast=ground.forecast,
        weight_class=ground.weight_class,
        price=price,
        within=within,
        pick=_pick(read, ground),
        bulk=each,
        holding_week=value * assumed.holding_year / 52,
        short=np.full(len(value), left),
        lead_weeks=ways.lead_weeks(centre),
        centre=centre,
    )
    return Grounded(problem, bulk, volume, ways)


def centre_of(ground: Ground, metres: IntArray, among: tuple[int, ...] = ()) -> int:
    """The fulfilment centre, or else the site, that lies nearest to all orders; the first of equals."""
    far = (np.where(metres < 0, metres.max(initial=0), metres) * ground.region_orders).sum(axis=1)
    kind = np.array([site.kind != "fulfilment_centre" for site in ground.sites])
    out = np.array([bool(among) and k not in among for k in range(len(ground.sites))])
    return int(np.lexsort((far, kind, out))[0])


def _pick(read: BrandFolder, ground: Ground) -> FloatArray:
    """Minor units of picking a unit, with its part of an order."""
    per_minor = read.brand.currency.micros_per_minor
    return np.array(
        [
            (site.pick_cost_per_unit_micros + site.pick_cost_per_order_micros / ground.units_per_order) / per_minor
            for site in ground.sites
        ]
    )


def _volumes(products: tuple[Product, ...]) -> IntArray:
    return np.array([one.length_mm * one.width_mm * one.height_mm for one in products], np.int64)


def _bulk(read: BrandFolder, ground: Ground, assumed: Assumptions, as_of: date) -> BulkTariff:
    places = [site.place for site in ground.sites]
    heavy = np.array([assumed.heavy_g, min(assumed.heavy_g, 5_000)])
    price = parcel_prices(read, places, places, heavy, np.full((2, 3), 300), as_of).min(axis=3)
    per_g = np.where(price < UNSERVED, price, np.inf) / heavy
    best = per_g.min(axis=2)
    known = best[np.isfinite(best)]
    best = np.where(np.isfinite(best), best, known.max() if len(known) else 0.0)  # no parcels go there: as the dearest
    pallet = best * assumed.bulk_share * assumed.pallet_g
    np.fill_diagonal(pallet, 0.0)
    border = np.array([[apart(read.tariff.territories, a.country, b.country) for b in places] for a in places])
    clearance = np.where(border, best * assumed.heavy_g * assumed.clearance_parcels, 0.0)
    unit = np.zeros((len(ground.products), len(places), len(places)))
    per_minor = read.brand.currency.micros_per_minor
    for n, product in enumerate(ground.products):
        if border.any():
            share = [_duty(read, product, place.country, as_of, None) for place in places]
            unit[n] = np.where(border, np.array(share) * product.value_micros / per_minor, 0.0)
    return BulkTariff(pallet, unit, clearance, assumed.discounts, assumed.pallet_mm3)


def _parcel_duty(read: BrandFolder, ground: Ground, as_of: date) -> FloatArray:
    """Duty on a unit in a parcel across a border, [k, r, w] minor units: none below what a country lets in free."""
    kinds = len(ground.class_g)
    found = np.zeros((len(ground.sites), len(ground.regions), kinds))
    countries = sorted({region.country for region in ground.regions})
    weight = ground.forecast.mean_week.sum(axis=1)
    for country in countries:
        crossed = [
            n for n, site in enumerate(ground.sites) if apart(read.tariff.territories, site.place.country, country)
        ]
        if not crossed or not read.tariff.duties:
            continue
        due = np.array(
            [
                _duty(read, one, country, as_of, one.value_micros * ground.units_per_order) * one.value_micros
                for one in ground.products
            ]
        )
        mean = np.bincount(ground.weight_class, due * weight, kinds) / np.maximum(
            np.bincount(ground.weight_class, weight, kinds), 1e-12
        )
        inside = [n for n, region in enumerate(ground.regions) if region.country == country]
        found[np.ix_(crossed, inside)] = mean / read.brand.currency.micros_per_minor
    return found


def _duty(read: BrandFolder, product: Product, country: str, as_of: date, value_micros: float | None) -> float:
    """Share of a product's value that is due as duty; `value_micros` of a parcel may be below what is free."""
    rules = [rule for rule in read.tariff.duties if rule.levy == "duty" and _matches(rule, product, country, as_of)]
    if not rules:
        return 0.0
    best = max(
        rules, key=lambda rule: (len(rule.hs_prefix), rule.origin == product.origin_country, rule.percent_micros)
    )
    if value_micros is not None and best.de_minimis_micros is not None and value_micros <= best.de_minimis_micros:
        return 0.0
    return best.percent_micros / PERCENT


def _matches(rule: DutyRule, product: Product, country: str, as_of: date) -> bool:
    valid = (rule.valid_from or date.min) <= as_of <= (rule.valid_to or date.max)
    origin = rule.origin in ("", product.origin_country)
    return valid and origin and rule.destination == country and product.hs_code.startswith(rule.hs_prefix)
