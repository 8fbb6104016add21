"""A tariff that is said to rise with size never asks less for a larger or heavier parcel, cut rates or not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.kernels.rate.strategies import SIDES, WEIGHTS, Scene, scenes

from doorstep.domain.carriage import DivisorRule, RateBreak, Service, Surcharge, Tariff, ZoneRule
from doorstep.domain.clock import WorkingDays
from doorstep.domain.money import Currency
from doorstep.domain.place import Place
from doorstep.kernels.plan.rising import rises_with_size, rises_with_weight
from doorstep.kernels.rate.cuts import CutRates
from doorstep.kernels.rate.problem import Parcels, RateProblem
from doorstep.kernels.rate.rate import rate
from doorstep.kernels.rate.result import RateResult
from doorstep.kernels.rate.tables import TariffTables, compile_tariff

NEVER = 1 << 60


def mended(scene: Scene) -> Tariff:
    """The tariff of a scene without what falls in price or gives something, so that it may rise."""
    rates: dict[tuple[str, str], dict[int, RateBreak]] = {}
    for line in scene.tariff.rates:
        plain = replace(line, valid_from=None, valid_to=None, currency="")
        rates.setdefault((line.service, line.zone), {})[line.up_to_g] = plain
    steps: list[RateBreak] = []
    for lines in rates.values():
        prices = sorted(line.price_micros for line in lines.values())
        steps += [replace(lines[up_to], price_micros=price) for up_to, price in zip(sorted(lines), prices, strict=True)]
    surcharges = [
        replace(one, amount_micros=abs(one.amount_micros), floor=False, currency="") for one in scene.tariff.surcharges
    ]
    return replace(scene.tariff, rates=tuple(steps), surcharges=tuple(surcharges))


def prices(found: RateResult) -> np.ndarray:
    return np.where(found.reason == 0, found.price_minor, NEVER)


@settings(max_examples=100, deadline=None)
@given(scenes(), st.data())
def test_larger_and_heavier_parcels_cost_no_less(scene: Scene, data: st.DataObject) -> None:
    tables = compile_tariff(mended(scene), scene.currency, scene.origins, scene.destinations)
    assume(rises_with_size(tables))
    larger = []
    for row in scene.rows:
        edges = [max(edge, data.draw(SIDES)) for edge in sorted(row["size_mm"])]
        size = data.draw(st.permutations(edges))
        larger.append({**row, "size_mm": tuple(size), "weight_g": max(row["weight_g"], data.draw(WEIGHTS))})
    small, large = (problem_of(tables, rows) for rows in (scene.rows, tuple(larger)))
    assert (prices(rate(small)) <= prices(rate(large))).all()
    cut, every = data.draw(st.integers(1, 900)), np.arange(len(scene.rows))
    for service in range(len(tables.services)):
        one, other = (prices(CutRates(given, service, every).rated(cut)) for given in (small, large))
        assert (one <= other).all()


def problem_of(tables: TariffTables, rows: tuple[dict[str, object], ...]) -> RateProblem:
    return RateProblem(tables, Parcels(**{name: np.array([row[name] for row in rows]) for name in rows[0]}))


HERE = Place("NL", "", "", "")


def tables_with(
    *,
    falls: bool = False,
    surcharge: Surcharge | None = None,
    divisor: int = 5_000,
    rules: tuple[DivisorRule, ...] = (),
) -> TariffTables:
    week = WorkingDays.parse("Mon-Fri")
    service = Service("post", "post", "Post", "standard", "home", 30_000, 2_000, None, divisor, week, 1, 2)
    rates = (RateBreak("post", "z", 1_000, 5_000_000), RateBreak("post", "z", 9_000, 4_000_000 if falls else 6_000_000))
    zones = (ZoneRule("post", "NL", "", "NL", "", "z"),)
    surcharges = () if surcharge is None else (surcharge,)
    tariff = Tariff((service,), zones, rates, surcharges, divisors=rules)
    return compile_tariff(tariff, Currency("EUR"), (HERE,), (HERE,))


def rule(sequence: int, divisor: int, threshold: int = 100) -> DivisorRule:
    return DivisorRule("post", "over_length_mm", threshold, divisor, sequence)


def test_a_plain_tariff_rises() -> None:
    assert rises_with_size(tables_with())
    assert rises_with_weight(tables_with())


def test_a_heavier_step_that_costs_less_does_not() -> None:
    assert not rises_with_size(tables_with(falls=True))
    assert not rises_with_weight(tables_with(falls=True))


@pytest.mark.parametrize(
    ("amount", "floor", "rises"), [(1_000_000, False, True), (-1_000_000, False, False), (9_000_000, True, False)]
)
def test_what_gives_something_or_fills_up_does_not(amount: int, floor: bool, rises: bool) -> None:
    tables = tables_with(surcharge=Surcharge("post", "x", "always", None, False, amount, 1, floor=floor))
    assert rises_with_size(tables) is rises


@pytest.mark.parametrize(
    ("usual", "rules", "rises"),
    [
        (0, (rule(1, 5_000),), True),  # bulky parcels are billed by volume, others are not
        (5_000, (rule(1, 4_000),), True),
        (5_000, (rule(1, 6_000),), False),
        (5_000, (rule(1, 0),), False),
        (5_000, (rule(1, 4_500), rule(2, 4_000, 300)), True),
        (5_000, (rule(1, 4_000), rule(2, 4_500, 300)), False),
    ],
)
def test_a_larger_parcel_must_not_get_a_greater_divisor(
    usual: int, rules: tuple[DivisorRule, ...], rises: bool
) -> None:
    assert rises_with_size(tables_with(divisor=usual, rules=rules)) is rises
