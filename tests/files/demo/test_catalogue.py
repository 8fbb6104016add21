from __future__ import annotations

from collections import Counter, defaultdict
from itertools import product as every

import numpy as np
from tests.files.demo.conftest import Demo

from doorstep.domain.carriage import SPEEDS
from doorstep.domain.catalog import Carton, Product
from doorstep.domain.gs1 import is_gtin
from doorstep.domain.place import Place
from doorstep.domain.units import girth_mm
from doorstep.files.demo.assortment import CATEGORIES
from doorstep.files.demo.catalogue import LOUNGE_CHAIR, PERGOLA, SOLD_OUT, catalogue
from doorstep.files.demo.geography import cities
from doorstep.kernels.rate.problem import Parcels, RateProblem
from doorstep.kernels.rate.rate import rate
from doorstep.kernels.rate.tables import compile_tariff


def _fits(product: Product, carton: Carton) -> bool:
    if product.weight_g + carton.tare_g > carton.max_weight_g:
        return False
    length, width, height = carton.inner_mm
    if product.this_side_up:
        flat = sorted((product.length_mm, product.width_mm))
        return product.height_mm <= height and all(a <= b for a, b in zip(flat, sorted((length, width)), strict=True))
    sizes = sorted((product.length_mm, product.width_mm, product.height_mm))
    return all(a <= b for a, b in zip(sizes, sorted(carton.inner_mm), strict=True))


def test_categories_are_of_a_kind(demo: Demo) -> None:
    count = Counter(product.category for product in demo.folder.products)
    assert 300 <= len(demo.folder.products) <= 600
    assert set(count) == {kind.category for kind in CATEGORIES}
    assert len(count) == 12
    for product in demo.folder.products:
        assert (product.hazmat_class == "9") == (product.category == "smart home")
        assert product.this_side_up == (product.category == "plants")
    assert all(p.fragile for p in demo.folder.products if p.category == "glassware")
    chair = next(p for p in demo.folder.products if p.sku == LOUNGE_CHAIR)
    assert chair.ships_in_own_box


def test_every_product_fits_a_carton_or_ships_in_its_own_box(demo: Demo) -> None:
    cartons = [carton for carton in demo.folder.cartons if not carton.site]
    for product in demo.folder.products:
        assert product.ships_in_own_box or any(_fits(product, carton) for carton in cartons), product


def test_every_carton_is_the_smallest_for_some_product_or_meant_for_several(demo: Demo) -> None:
    smallest = set()
    for product in demo.folder.products:
        fitting = [c for c in demo.folder.cartons if _fits(product, c) and not product.ships_in_own_box]
        smallest |= {min(fitting, key=lambda c: c.volume_mm3).carton} if fitting else set()
    unused = {carton.carton for carton in demo.folder.cartons} - smallest
    assert unused <= {"box-cushion", "box-xl", "tube-wide"}  # for several pieces together


def test_best_sellers_sell_many_times_what_the_tail_does() -> None:
    goods = catalogue(np.random.default_rng(4))
    ranked = np.sort(goods.popularity)[::-1]
    assert ranked.sum() == 1.0 or abs(ranked.sum() - 1.0) < 1e-12
    assert ranked[: len(ranked) // 5].sum() > 0.5
    assert {goods.products[-2].sku, goods.products[-1].sku} == {PERGOLA, SOLD_OUT}


def test_every_ordinary_product_travels_alone_to_every_city_but_freight_to_the_canaries(demo: Demo) -> None:
    """Rated by the tariff, in the smallest carton that it fits, from the sites that keep it and by what calls there."""
    folder = demo.folder
    keeps = defaultdict(list)
    for level in folder.stock:
        keeps[level.sku].append(level.site)
    goods = [p for p in folder.products if p.sku not in (PERGOLA, SOLD_OUT)]
    sites = [site.site for site in folder.sites]
    places = [Place(c.country, c.region, c.city, str(c.postcode_from).zfill(c.postcode_digits)) for c in cities()]
    tables = compile_tariff(folder.tariff, folder.brand.currency, [site.place for site in folder.sites], places)
    boxes = [_boxed(product, folder.cartons) for product in goods]
    calls = np.zeros((len(sites), len(folder.tariff.services)), dtype=bool)
    names = [service.service for service in folder.tariff.services]
    for call in folder.collections:
        calls[sites.index(call.site), names.index(call.service)] = True
    rows = [(g, sites.index(at), to) for g, p in enumerate(goods) for at, to in every(keeps[p.sku], range(len(places)))]
    good, origin, destination = np.array(rows).T
    no = np.zeros(len(rows), dtype=bool)
    parcels = Parcels(
        origin,
        destination,
        np.full(len(rows), 20_741),
        np.array([weight for weight, _ in boxes])[good],
        np.array([size for _, size in boxes])[good],
        ~no,
        no,
        no,
        np.ones(len(rows), np.int64),
        np.full(len(rows), SPEEDS.index("economy")),
    )
    taken = (rate(RateProblem(tables, parcels)).reason == 0) & calls[origin]
    reached = np.zeros((len(goods), len(places)), dtype=bool)
    np.logical_or.at(reached, (good, destination), taken.any(axis=1))
    overseas = np.array([city.overseas for city in cities()])
    assert reached[:, ~overseas].all()
    small = np.array([not p.ships_in_own_box for p in goods])
    assert reached[small].all()
    assert not reached[[p.sku for p in goods].index(LOUNGE_CHAIR)][overseas].any()


def _boxed(product: Product, cartons: tuple[Carton, ...]) -> tuple[int, tuple[int, int, int]]:
    """Gross weight and outer sizes."""
    if product.ships_in_own_box:
        return product.weight_g, (product.length_mm, product.width_mm, product.height_mm)
    carton = min((c for c in cartons if not c.site and _fits(product, c)), key=lambda c: c.volume_mm3)
    return product.weight_g + carton.tare_g, carton.outer_mm


def test_nobody_carries_the_pergola(demo: Demo) -> None:
    pergola = next(p for p in demo.folder.products if p.sku == PERGOLA)
    sizes = pergola.length_mm, pergola.width_mm, pergola.height_mm
    for service in demo.folder.tariff.services:
        too_heavy = pergola.weight_g > service.max_weight_g
        too_big = max(sizes) > service.max_length_mm or girth_mm(*sizes) > (service.max_girth_mm or 10**9)
        assert too_heavy or too_big


def test_every_product_has_a_bar_code_of_its_own() -> None:
    codes = [product.gtin for product in catalogue(np.random.default_rng(4)).products]
    assert len(set(codes)) == len(codes)
    assert all(is_gtin(code) and len(code) == 13 and code[0] == "2" for code in codes)
