"""Verifier of what carbon weighs in a plan: every way reckoned anew, parcel by parcel, from the factors themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from doorstep.domain.bids import BidPrices
from doorstep.domain.carriage import Service
from doorstep.domain.demand import Order
from doorstep.domain.landmass import landmass
from doorstep.domain.parcel import Parcel
from doorstep.domain.place import Place, distance_m
from doorstep.domain.supply import Site
from doorstep.kernels.carbon.check import due_g
from doorstep.kernels.carbon.problem import MAX_WEIGHT_G
from doorstep.kernels.plan.problem import PlanProblem

MOST_PARCELS = 3


def parcel_carbon_minor(problem: PlanProblem, bids: BidPrices, orders: Sequence[Order], parcel: Parcel) -> int:
    """What the carbon of a parcel weighs: by the most that a kilogram is worth to one of those who share it."""
    value = max(_kg_micros(bids, one) for one in orders)
    if not value:
        return 0
    site = next(one for one in problem.sites if one.site == parcel.site)
    service = next(one for one in problem.tariff.services if one.service == parcel.service)
    by = None if parcel.injection is None else next(one for one in problem.sites if one.site == parcel.injection.depot)
    grams = _grams(problem, orders[0], site, by, service, parcel.weight_g)
    return floor(Fraction(value * grams, 1000 * problem.brand.currency.micros_per_minor) + Fraction(1, 2))


def most_carbon_minor(problem: PlanProblem, bids: BidPrices, order: Order) -> int:
    """What is added to the price of leaving an order: three parcels, each as heavy as all of it, on the worst way."""
    value = _kg_micros(bids, order)
    if bids.may_leave or not value:
        return 0
    weights = {one.sku: one.weight_g for one in problem.products}
    goods = sum(weights.get(line.sku, 0) * line.quantity for line in order.lines)
    heaviest = min(goods + max((one.tare_g for one in problem.cartons), default=0), MAX_WEIGHT_G)
    most = max(_grams(problem, order, *way, heaviest) for way in _ways(problem))
    return MOST_PARCELS * ceil(Fraction(value * most, 1000 * problem.brand.currency.micros_per_minor))


def _kg_micros(bids: BidPrices, order: Order) -> int:
    of_order = {one.order: one.kg_micros for one in bids.carbon}
    return of_order.get(order.order, of_order.get("", 0))


def _ways(problem: PlanProblem) -> Iterator[tuple[Site, Site | None, Service]]:
    """Every site with every service, and with every linehaul from there each service that calls at its depot."""
    sites = {one.site: one for one in problem.sites}
    for service in problem.tariff.services:
        yield from ((site, None, service) for site in problem.sites)
        for haul in problem.linehauls:
            if any((one.site, one.service) == (haul.depot, service.service) for one in problem.collections):
                yield sites[haul.site], sites[haul.depot], service


def _grams(problem: PlanProblem, order: Order, site: Site, by: Site | None, service: Service, weight_g: int) -> int:
    """The middle figure; 0 where nobody knows where the order goes."""
    if not order.place.located or weight_g > MAX_WEIGHT_G:
        return 0
    stops = [one.place for one in (site, by) if one is not None] + [order.place]
    metres = sum(_metres(at, to) for at, to in pairwise(stops))
    overseas = landmass(order.place.country) != landmass(site.place.country)
    return due_g(problem.emission_factors, service, weight_g, metres, overseas)[1]


def _metres(at: Place, to: Place) -> int:
    """As the crow flies. Sites are located: folders and the record ask for it."""
    return distance_m(at.latitude or 0.0, at.longitude or 0.0, to.latitude or 0.0, to.longitude or 0.0)
