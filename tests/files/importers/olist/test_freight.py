from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from doorstep.domain.errors import InputRefused
from doorstep.files.importers.olist.assumptions import load_assumptions
from doorstep.files.importers.olist.brazil import STATES
from doorstep.files.importers.olist.fit_error import card_fit, fit_error
from doorstep.files.importers.olist.freight import Paid, constant_card, fit_card, weight_class
from doorstep.files.importers.olist.market import Prefix
from doorstep.files.importers.olist.monotone import natural_breaks, rising, rising_table
from doorstep.files.importers.olist.tariff_tables import rate_table, zone_table

RULES = load_assumptions().freight
DAY = date(2018, 3, 1)
PLACES = {
    "01001": Prefix("01001", "a", "SP", -23.5, -46.6),
    "20010": Prefix("20010", "b", "RJ", -22.9, -43.2),
    "69005": Prefix("69005", "c", "AM", -3.1, -60.0),
}
SP, RJ, AM = (STATES.index(state) for state in ("SP", "RJ", "AM"))


def parcels(count: int, seed: int, noise: float) -> Paid:
    """Freight of a known card: 8, 12, 20 and 35 by place, and 2 per kg begun."""
    random = np.random.default_rng(seed)
    target = random.choice([SP, RJ, AM], size=count)
    local = (target == SP) & (random.random(count) < 0.5)
    billed = random.integers(100, 29_000, count)
    base = np.select([local, target == SP, target == RJ], [8.0, 12.0, 20.0], 35.0)
    column = weight_class(RULES.breaks_g, billed)
    freight = base * (1 + column / 4) * np.exp(noise * random.standard_normal(count))
    return Paid(SP * len(STATES) + target, local, billed, freight, np.full(count, DAY.toordinal() - 10))


def test_a_card_without_noise_is_found_again() -> None:
    paid = parcels(4000, 1, 0.0)
    error = fit_error(fit_card(paid, PLACES, DAY, replace(RULES, cell_prior_parcels=0.01)), paid)
    assert error.r2 > 0.9999
    assert error.mae < 0.05


def test_a_noisy_card_is_found_better_than_without_zones_also_on_other_parcels() -> None:
    paid, others = parcels(3000, 1, 0.2), parcels(1000, 2, 0.2)
    card = fit_card(paid, PLACES, DAY, RULES)
    fit = card_fit(card, constant_card(card, paid, DAY, RULES), others)
    assert fit is not None
    assert fit.card.r2 > 0.8 > fit.constant_by_weight.r2
    assert abs(fit.card.bias) < 1
    assert sum(error.parcels for _, error in fit.by_weight) == fit.card.parcels == 1000
    assert sum(error.parcels for _, error in fit.by_zone) == 1000


def test_a_card_rises_with_weight_and_with_zone() -> None:
    card = fit_card(parcels(300, 3, 0.6), PLACES, DAY, RULES)
    assert (np.diff(card.price_cents, axis=0) >= 0).all()
    assert (np.diff(card.price_cents, axis=1) >= 0).all()
    assert (card.extra_kg_cents >= 0).all()
    assert card.price_cents.min() > 0


def test_nothing_paid_on_the_day_or_later_moves_the_card() -> None:
    paid = parcels(500, 4, 0.3)
    later = Paid(paid.pair, paid.local, paid.billed_g, paid.freight * 9, np.full(500, DAY.toordinal()))
    both = Paid(*(np.concatenate((getattr(paid, name), getattr(later, name))) for name in paid.__slots__))
    one, other = fit_card(paid, PLACES, DAY, RULES), fit_card(both, PLACES, DAY, RULES)
    assert one.price_cents.tolist() == other.price_cents.tolist()
    assert one.zone_of_pair.tolist() == other.zone_of_pair.tolist()


def test_no_parcel_before_the_day_is_refused() -> None:
    paid = parcels(5, 4, 0.3)
    with pytest.raises(InputRefused) as caught:
        fit_card(paid, PLACES, date(2018, 1, 1), RULES)
    assert "nothing to fit" in caught.value.faults[0].why


def test_services_are_stated_multiples_of_the_card_and_every_zone_has_prices() -> None:
    card, assumptions = fit_card(parcels(300, 3, 0.1), PLACES, DAY, RULES), load_assumptions()
    _, zone_rows = zone_table(card, assumptions)
    _, rate_rows = rate_table(card, assumptions)
    price = {(row[0], row[1], row[2]): float(str(row[3])) for row in rate_rows}
    assert {(row[0], row[5]) for row in zone_rows} <= {(service, zone) for service, zone, _ in price}
    for (service, zone, grams), amount in price.items():
        multiple = next(float(rule.multiple) for rule in assumptions.services if rule.service == service)
        assert amount == pytest.approx(price["standard", zone, grams] * multiple, abs=0.0051)


@settings(max_examples=50, deadline=None)
@given(arrays(np.float64, st.integers(1, 12), elements=st.floats(-100, 100)), st.integers(0, 99))
def test_the_rising_sequence_rises_and_is_the_nearest(values: np.ndarray, seed: int) -> None:
    random = np.random.default_rng(seed)
    weights = random.uniform(0.1, 3, len(values))
    level = rising(values, weights)
    assert (np.diff(level) >= 0).all()
    other = np.sort(values + random.normal(size=len(values)))
    assert (weights * (level - values) ** 2).sum() <= (weights * (other - values) ** 2).sum() + 1e-6
    assert (weights * level).sum() == pytest.approx((weights * values).sum(), abs=1e-6)


def test_a_table_that_rises_is_left_as_it_is_and_another_is_made_to() -> None:
    random = np.random.default_rng(5)
    ordered = np.sort(np.sort(random.uniform(0, 9, (4, 6)), axis=0), axis=1)
    assert rising_table(ordered, np.ones((4, 6))) == pytest.approx(ordered)
    made = rising_table(random.uniform(0, 9, (4, 6)), random.uniform(0.1, 2, (4, 6)))
    assert (np.diff(made, axis=0) >= 0).all()
    assert (np.diff(made, axis=1) >= 0).all()


def test_natural_breaks_part_the_groups_of_a_line() -> None:
    values = np.array([5.0, 1.0, 1.1, 9.0, 5.2, 0.9, 9.1])
    assert natural_breaks(values, np.ones(7), 3).tolist() == [1, 0, 0, 2, 1, 0, 2]
    assert natural_breaks(np.array([2.0, 2.0]), np.ones(2), 3).tolist() == [0, 0]
