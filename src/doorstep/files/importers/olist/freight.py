"""One standard rate card, fitted to the freight really paid before a day.

Zones: the effect of each pair of states on the logarithm of the price is estimated beside that of the weight class,
leaning on the distance between the states where few parcels went; the pairs are then cut into zones by natural breaks.
Prices: the mean of each zone and weight class, leaning on the product form where few parcels went, and then the
nearest card that falls neither with weight nor with zone. Freight is paid by item, so only orders of one unit are read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from doorstep.domain.errors import Fault, InputRefused
from doorstep.files.importers.olist.assumptions import FreightRules
from doorstep.files.importers.olist.brazil import STATES, metropolis_of, state_of
from doorstep.files.importers.olist.market import Market, PastOrder, Prefix
from doorstep.files.importers.olist.monotone import natural_breaks, rising, rising_table
from doorstep.files.importers.olist.sites import great_circle_m

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
LOCAL = 0  # the zone inside one large city
DISTANCE_BANDS_KM = (1, 400, 700, 1000, 1400, 1800, 2200, 2700)
EFFECT_ROUNDS = 30


@dataclass(frozen=True, slots=True)
class Paid:
    """Freight of single-unit orders as arrays, one entry each."""

    pair: Ints  # origin state x 27 + destination state
    local: npt.NDArray[np.bool_]
    billed_g: Ints  # of the product, unpacked
    freight: Floats  # major units
    day: Ints

    def where(self, keep: npt.NDArray[np.bool_]) -> Paid:
        return Paid(self.pair[keep], self.local[keep], self.billed_g[keep], self.freight[keep], self.day[keep])


@dataclass(frozen=True, slots=True)
class RateCard:
    breaks_g: tuple[int, ...]
    zone_of_pair: Ints  # zone of each pair of states, 1..
    price_cents: Ints  # zone x break
    extra_kg_cents: Ints  # by zone, per kg begun beyond the last break

    def zone(self, paid: Paid) -> Ints:
        return np.where(paid.local, LOCAL, self.zone_of_pair[paid.pair]).astype(np.int64)

    def price(self, paid: Paid) -> Floats:
        """Major units."""
        zone, column = self.zone(paid), weight_class(self.breaks_g, paid.billed_g)
        over = -(-np.maximum(0, paid.billed_g - self.breaks_g[-1]) // 1000)
        return np.asarray((self.price_cents[zone, column] + over * self.extra_kg_cents[zone]) / 100)


def weight_class(breaks_g: Sequence[int], billed_g: Ints) -> Ints:
    """Index of the first break that holds the weight; the last one for what is heavier."""
    return np.minimum(np.searchsorted(np.array(breaks_g), billed_g), len(breaks_g) - 1).astype(np.int64)


def paid_freight(market: Market, orders: Sequence[PastOrder], rules: FreightRules) -> Paid:
    index = {state: position for position, state in enumerate(STATES)}
    rows = []
    for order in orders:
        if len(order.units) != 1:
            continue
        unit = order.units[0]
        product, origin = market.products[unit.product], market.sellers[unit.seller].postcode
        target = order.place.postcode
        metropolis = metropolis_of(origin)
        rows.append(
            (
                index[state_of(origin)] * len(STATES) + index[state_of(target)],
                bool(metropolis) and metropolis == metropolis_of(target),
                max(product.weight_g, -(-product.volume_mm3 // rules.dim_divisor_cm3_per_kg)),  # mm3 / (cm3/kg) = g
                unit.freight_cents / 100,
                order.placed_at.date().toordinal(),
            )
        )
    pair, local, billed, freight, day = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    return Paid(
        np.array(pair, dtype=np.int64),
        np.array(local, dtype=np.bool_),
        np.array(billed, dtype=np.int64),
        np.array(freight, dtype=np.float64),
        np.array(day, dtype=np.int64),
    )


def fit_card(paid: Paid, prefixes: Mapping[str, Prefix], day: date, rules: FreightRules) -> RateCard:
    """Fit to parcels paid for before `day`; free freight is a promotion and is left out.

    Raises InputRefused when there are none.
    """
    paid = paid.where((paid.day < day.toordinal()) & (paid.freight > 0))
    if not len(paid.freight):
        why = "no order of one unit with freight paid lies before it: there is nothing to fit a rate card to"
        raise InputRefused((Fault("--as-of", 0, "", day.isoformat(), why),), 1)
    weight = 0.5 ** ((day.toordinal() - paid.day) / rules.half_life_days)
    column = weight_class(rules.breaks_g, paid.billed_g)
    effect, parcels = _pair_effects(paid, weight, column, len(rules.breaks_g), state_distances_km(prefixes), rules)
    zone_of_pair = natural_breaks(effect, parcels + 0.1, rules.zones) + 1
    zone = np.where(paid.local, LOCAL, zone_of_pair[paid.pair])
    price = _price_table(paid.freight, weight, zone, column, (int(zone_of_pair.max()) + 1, len(rules.breaks_g)), rules)
    kilograms = (rules.breaks_g[-1] - rules.breaks_g[-3]) / 1000 if len(rules.breaks_g) > 2 else 1.0
    extra = (price[:, -1] - price[:, -3]) / kilograms if len(rules.breaks_g) > 2 else np.zeros(len(price))
    cents = np.floor(price * 100 + 0.5).astype(np.int64)
    extra_cents = np.floor(np.maximum.accumulate(extra) * 100 + 0.5).astype(np.int64)
    return RateCard(rules.breaks_g, zone_of_pair, cents, extra_cents)


def constant_card(card: RateCard, paid: Paid, day: date, rules: FreightRules) -> RateCard:
    """The best card without zones, to measure what they add: the rising mean by weight class of the same parcels."""
    paid = paid.where((paid.day < day.toordinal()) & (paid.freight > 0))
    weight = 0.5 ** ((day.toordinal() - paid.day) / rules.half_life_days)
    column = weight_class(rules.breaks_g, paid.billed_g)
    classes = len(rules.breaks_g)
    mass = _totals(column, weight, classes)
    total = _totals(column, weight * paid.freight, classes)
    overall = float(total.sum() / mass.sum())
    level = rising((total + 1e-6 * overall) / (mass + 1e-6), mass + 1e-6)
    cents = np.tile(np.floor(level * 100 + 0.5).astype(np.int64), (len(card.price_cents), 1))
    return RateCard(card.breaks_g, card.zone_of_pair, cents, np.zeros(len(cents), dtype=np.int64))


def state_distances_km(prefixes: Mapping[str, Prefix]) -> Floats:
    """Between the middles of the states' prefixes, shape (27, 27); a state without any lies at the middle of all."""
    everywhere = np.median([(each.latitude, each.longitude) for each in prefixes.values()], axis=0)
    inside: dict[str, list[tuple[float, float]]] = {}
    for each in prefixes.values():
        inside.setdefault(state_of(each.postcode), []).append((each.latitude, each.longitude))
    at = np.array([np.median(inside[state], axis=0) if state in inside else everywhere for state in STATES])
    return great_circle_m(at[:, 0], at[:, 1], at[:, 0], at[:, 1]) / 1000


def _pair_effects(
    paid: Paid, weight: Floats, column: Ints, classes: int, distances_km: Floats, rules: FreightRules
) -> tuple[Floats, Floats]:
    """Effect of each pair of states on log price, and the (aged) number of parcels behind it."""
    band_of_pair = np.searchsorted(np.array(DISTANCE_BANDS_KM), distances_km.ravel(), side="right")
    pairs, bands = distances_km.size, len(DISTANCE_BANDS_KM) + 1
    far = ~paid.local
    log_price, pair, column, weight = np.log(paid.freight[far]), paid.pair[far], column[far], weight[far]
    parcels = _totals(pair, weight, pairs)
    of_class, of_pair = np.zeros(classes), np.zeros(pairs)
    mass = _totals(column, weight, classes)
    band_mass = _totals(band_of_pair, parcels, bands) + 1e-6
    for _ in range(EFFECT_ROUNDS):
        rest = _totals(column, weight * (log_price - of_pair[pair]), classes)
        of_class = np.where(mass > 0, rest / np.maximum(mass, 1e-9), of_class)
        total = _totals(pair, weight * (log_price - of_class[column]), pairs)
        of_band = _totals(band_of_pair, total, bands)
        overall = of_band.sum() / band_mass.sum()
        of_band = rising((of_band + 1e-6 * overall) / band_mass, band_mass)
        prior = rules.effect_prior_parcels
        of_pair = (total + prior * of_band[band_of_pair]) / (parcels + prior)
    return of_pair, parcels


def _price_table(
    freight: Floats, weight: Floats, zone: Ints, column: Ints, shape: tuple[int, int], rules: FreightRules
) -> Floats:
    zones, classes = shape
    cell = zone * classes + column
    mass = _totals(cell, weight, zones * classes).reshape(shape)
    total = _totals(cell, weight * freight, zones * classes).reshape(shape)
    form = _product_form(mass, total)
    prior = rules.cell_prior_parcels
    return rising_table((total + prior * form) / (mass + prior), mass + prior)


def _product_form(mass: Floats, total: Floats) -> Floats:
    """Zone level x weight level with the same totals by zone and by weight; levels rise, also where nothing went."""
    by_zone = np.full(mass.shape[0], total.sum() / mass.sum())
    by_class = np.ones(mass.shape[1])
    faint = 1e-3
    for _ in range(EFFECT_ROUNDS):
        expected = mass * by_zone[:, None]
        by_class = rising(
            (total.sum(axis=0) + faint * by_class) / (expected.sum(axis=0) + faint), expected.sum(axis=0) + faint
        )
        expected = mass * by_class[None, :]
        by_zone = rising(
            (total.sum(axis=1) + faint * by_zone) / (expected.sum(axis=1) + faint), expected.sum(axis=1) + faint
        )
    return by_zone[:, None] * by_class[None, :]


def _totals(index: Ints, weights: Floats, length: int) -> Floats:
    return np.bincount(index, weights=weights, minlength=length).astype(np.float64)
