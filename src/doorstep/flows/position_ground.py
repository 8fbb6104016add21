"""What a brand folder knew on a day, as positioning needs it: regions, demand, and what parcels cost from each site."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from doorstep.domain.carriage import DELIVERS_TO
from doorstep.domain.catalog import Product
from doorstep.domain.demand import Order
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.place import Place, area_of, distance_m, region_code
from doorstep.domain.supply import SHIPPING_KINDS, Site
from doorstep.files.folder import BrandFolder
from doorstep.kernels.position.forecast import DemandForecast, forecast_of
from doorstep.kernels.position.placement import UNSERVED
from doorstep.kernels.position.problem import FloatArray, IntArray
from doorstep.kernels.promise.calendars import EPOCH_ORDINAL
from doorstep.kernels.rate.problem import Parcels, RateProblem
from doorstep.kernels.rate.rate import rate
from doorstep.kernels.rate.tables import compile_tariff

WEEK = 7
MOST_WEEKS = 52  # of sales that are looked at
CLASSES = 8  # of weight
HOME_BIT = 1 << DELIVERS_TO.index("home")
ANYWHERE = (1 << len(DELIVERS_TO)) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Sites that ship, regions, skus that have ever sold or lie on a shelf, and their demand as known on a day."""

    sites: tuple[Site, ...]
    regions: tuple[Place, ...]  # each a place that stands for it
    region_names: tuple[str, ...]
    region_orders: IntArray
    products: tuple[Product, ...]
    forecast: DemandForecast
    weight_class: IntArray
    class_g: IntArray
    class_mm: IntArray  # [w, 3]
    units_per_order: float
    weeks: int
    orders: tuple[Order, ...]  # placed before the day


def ground_of(read: BrandFolder, as_of: date, also: Iterable[str] = ()) -> Ground:
    """Gather what was known on the morning of `as_of`: orders placed before it. Raises InvalidProblem without any.

    Products are those that ever sold, lie on a shelf, or are named in `also`.
    """
    orders = tuple(one for one in read.orders if one.placed_at.date() < as_of)
    sites = tuple(site for site in read.sites if site.kind in SHIPPING_KINDS)
    known = {product.sku: product for product in read.products}
    lines = [(order, line) for order in orders for line in order.lines if line.sku in known]
    if not lines:
        raise InvalidProblem(f"no order with a known product was placed before {as_of}: there is nothing to go by")
    if not sites:
        raise InvalidProblem("no site is a fulfilment_centre or a store")
    names, places, counts = _regions([order for order in orders if order.lines])
    at = {name: n for n, name in enumerate(names)}
    sold = {line.sku for _, line in lines} | {level.sku for level in read.stock if level.on_hand and level.sku in known}
    sold |= known.keys() & set(also)
    products = tuple(known[sku] for sku in sorted(sold))
    sku_at = {product.sku: n for n, product in enumerate(products)}
    first = min(order.placed_at.date() for order, _ in lines)
    weeks = max(1, min(MOST_WEEKS, (as_of - first).days // WEEK))
    rows = [
        (sku_at[line.sku], at[region_name(order.place)], weeks - 1 - ago, line.quantity)
        for order, line in lines
        if (ago := ((as_of - order.placed_at.date()).days - 1) // WEEK) < weeks
    ]
    if not rows:
        raise InvalidProblem(f"no known product was ordered in the {weeks} whole weeks before {as_of}: too long ago")
    sku, region, week, units = np.array(rows, np.int64).reshape(-1, 4).T
    categories = {name: n for n, name in enumerate(sorted({product.category for product in products}))}
    category = np.array([categories[product.category] for product in products], np.int64)
    forecast = forecast_of(sku, region, week, units, category, len(names), weeks)
    weight_class, class_g, class_mm = _classes(products)
    per_order = sum(line.quantity for _, line in lines) / len({order.order for order, _ in lines})
    shown = (sites, places, names, counts, products, forecast, weight_class, class_g, class_mm, per_order)
    return Ground(*shown, weeks, orders)


def region_name(place: Place) -> str:
    """Name the region of a destination: its country with a region's code, or with the area of its postcode."""
    return "-".join(part for part in (place.country, region_code(place.region) or area_of(place.postcode)) if part)


def _regions(orders: Sequence[Order]) -> tuple[tuple[str, ...], tuple[Place, ...], IntArray]:
    """Regions by name, a place for each (its commonest postcode, in the middle of its orders), and their orders."""
    inside: dict[str, list[Place]] = {}
    for order in orders:
        inside.setdefault(region_name(order.place), []).append(order.place)
    names = tuple(sorted(inside))
    return names, tuple(map(_middle, map(inside.__getitem__, names))), np.array([len(inside[n]) for n in names])


def _middle(places: list[Place]) -> Place:
    counted = Counter((place.postcode, place.city, place.region) for place in places)
    postcode, city, region = min(counted, key=lambda one: (-counted[one], one))
    located = [(place.latitude, place.longitude) for place in places if place.located]
    where = np.median(np.array(located, np.float64), axis=0).tolist() if located else [None, None]
    return replace(places[0], postcode=postcode, city=city, region=region, latitude=where[0], longitude=where[1])


def _classes(products: Sequence[Product]) -> tuple[IntArray, IntArray, IntArray]:
    """Sort products into classes of weight of equal number; a class is as heavy and as large as its middle."""
    weight = np.array([product.weight_g for product in products], np.int64)
    edges = np.unique(np.quantile(weight, np.arange(1, CLASSES) / CLASSES))
    found = np.unique(np.searchsorted(edges, weight), return_inverse=True)[1]
    sizes = np.array([sorted((p.length_mm, p.width_mm, p.height_mm)) for p in products], np.int64)
    kinds = range(int(found.max()) + 1)
    class_g = np.array([int(np.median(weight[found == kind])) for kind in kinds], np.int64)
    return found, class_g, np.array([np.median(sizes[found == kind], axis=0) for kind in kinds]).astype(np.int64)


def unit_prices(read: BrandFolder, ground: Ground, origins: Sequence[Place], as_of: date) -> FloatArray:
    """Price a unit of each class, [k, r, w, v] in minor units, from origins to regions on every service to the door.

    A parcel holds as many units as an order has on average, and a unit bears its part of the price.
    """
    together = max(1, round(ground.units_per_order))
    grams, sizes = ground.class_g * together, ground.class_mm * np.array([1, 1, together])
    price = parcel_prices(read, origins, ground.regions, grams, sizes, as_of)
    return np.asarray(np.where(price < UNSERVED, price / together, UNSERVED))


def parcel_prices(
    read: BrandFolder,
    origins: Sequence[Place],
    destinations: Sequence[Place],
    grams: IntArray,
    sizes: IntArray,
    as_of: date,
) -> FloatArray:
    """Price parcels of w weights and sizes, [k, r, w, v]; `UNSERVED` where a service does not take one."""
    tables = compile_tariff(read.tariff, read.brand.currency, origins, destinations)
    shape = (len(origins), len(destinations), len(grams))
    origin, destination, kind = (axis.ravel() for axis in np.indices(shape))
    count = len(origin)
    home = any(service.delivers_to == "home" for service in tables.services)
    yes, no = np.ones(count, np.bool_), np.zeros(count, np.bool_)
    parcels = Parcels(
        origin=origin,
        destination=destination,
        ship_day=np.full(count, as_of.toordinal() - EPOCH_ORDINAL),
        weight_g=grams[kind],
        size_mm=np.maximum(sizes[kind], 1),
        residential=yes,
        signature=no,
        saturday=no,
        accepts=np.full(count, HOME_BIT if home else ANYWHERE),
        slowest=np.zeros(count, np.int64),
    )
    result = rate(RateProblem(tables, parcels))
    price = np.where(result.eligible, result.price_minor, UNSERVED).astype(np.float64)
    return price.reshape(*shape, len(tables.services))


def distances(origins: Sequence[Place], destinations: Sequence[Place]) -> IntArray:
    """Great-circle metres [k, r]; -1 where one end is not located."""
    return np.array([[_metres(a, b) for b in destinations] for a in origins], np.int64).reshape(len(origins), -1)


def _metres(a: Place, b: Place) -> int:
    if a.latitude is None or a.longitude is None or b.latitude is None or b.longitude is None:
        return -1
    return distance_m(a.latitude, a.longitude, b.latitude, b.longitude)
