"""Which options a cart of a folder is shown: all as ever where nothing is learned, else by what they are worth."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from tests.flows.commit_brand import SERVICES, commit_brand

from doorstep.domain.display import MOST_BY_LOT, display_of
from doorstep.domain.errors import InputRefused
from doorstep.domain.units import PPM
from doorstep.flows.promise_options import OptionsToShow, ShowWish, options_to_show
from doorstep.flows.promise_wish import Wish
from doorstep.kernels.run import Run

WISH = Wish("DE", "", "10117", ("mug",), datetime.fromisoformat("2026-05-04T09:00:00+02:00"))
USUAL = ShowWish()
VALUES = "worth,segment,value\nday_sooner,,0.2\nday_sooner,hasty,4\nscatter,,1\nbuying,,9\n"


def shown(folder: Path, show: ShowWish = USUAL) -> OptionsToShow:
    return options_to_show(folder, WISH, show, Run())


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return commit_brand(tmp_path_factory.mktemp("options") / "plain")


@pytest.fixture(scope="module")
def valued(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return commit_brand(tmp_path_factory.mktemp("options") / "valued", values=VALUES)


def test_where_nothing_is_learned_all_are_shown_the_cheapest_first(plain: Path) -> None:
    found = shown(plain)
    assert found.expected is None
    assert len(found.options) >= 2
    assert found.display.order == tuple(range(len(found.options)))
    costs = [one.option.cost_minor for one in found.options]
    assert costs == sorted(costs)
    assert shown(plain, ShowWish(most=1)).display.order == (0,)
    assert shown(plain, ShowWish(segment="hasty")).display == found.display


def test_who_is_in_a_hurry_sees_the_fastest_first_and_the_cheapest_still(valued: Path) -> None:
    calm, hasty = shown(valued), shown(valued, ShowWish(segment="hasty"))
    assert calm.display.order[0] == 0
    assert hasty.display.order[0] == len(hasty.options) - 1
    assert 0 in hasty.display.order
    assert hasty.expected is not None
    assert sum(hasty.expected.share) + hasty.expected.left == pytest.approx(1)
    one = shown(valued, ShowWish(segment="hasty", most=1))
    assert one.display.order == (0,)


def test_carbon_weighs_on_what_is_shown_where_the_way_of_every_option_is_known(tmp_path: Path) -> None:
    """Express flies: who would pay for the day, and more for the kilogram, sees the clean one first."""
    head, *rest = SERVICES.splitlines()
    modes = [f"{one},{'air' if one.startswith('mule-exp') else 'road'}" for one in rest]
    services = "\n".join((f"{head},mode", *modes)) + "\n"
    green = VALUES + "carbon_kg_less,hasty,50\ncarbon_kg_less,sooty,-50\nday_sooner,sooty,4\n"
    folder = commit_brand(tmp_path / "green", services=services, values=green)
    munich = ShowWish(segment="hasty", located=(48.14, 11.58))
    known, unknown, sooty = (
        shown(folder, munich),
        shown(folder, replace(munich, located=None)),
        replace(munich, segment="sooty"),
    )
    fast = len(known.options) - 1
    clean, flown = known.options[0].option.co2e_g, known.options[fast].option.co2e_g
    assert clean is not None
    assert flown is not None
    assert clean < flown
    assert (known.display.order[0], unknown.display.order[0]) == (0, fast)
    plain, heavy = (one.options[fast].worth_micros for one in (unknown, known))
    assert plain is not None
    assert heavy == plain - flown * 50_000
    assert {one.option.co2e_g for one in unknown.options} == {None}
    assert shown(folder, sooty).display.order[0] == fast
    assert shown(folder, sooty).options[fast].worth_micros == plain  # more carbon is worth nothing


def test_a_set_that_earns_more_may_hide_what_the_shop_loses_by(valued: Path) -> None:
    """The shop bears up to 5.00 of each: express, which shoppers love, is what costs it most."""
    generous = ShowWish(segment="hasty", borne_micros=9_000_000, margin_micros=6_000_000, surplus_ppm=0)
    assert len(shown(valued, generous).display.order) < len(shown(valued, generous).options)
    assert len(shown(valued, replace(generous, surplus_ppm=PPM)).display.order) == len(shown(valued).options)


def test_the_lot_draws_among_what_is_shown_with_its_chance(valued: Path) -> None:
    usual = shown(valued, ShowWish(segment="hasty")).display.order
    seen = [shown(valued, ShowWish(segment="hasty", quote=n, test_ppm=PPM)).display for n in range(3)]
    assert all(sorted(one.order) == sorted(usual) for one in seen)
    assert {one.propensity for one in seen} == {1 / 2 if len(usual) == 2 else 1 / 6}


def test_chances_of_all_orders_come_true() -> None:
    """Of quotes whose usual order is 4, 1, 6, each order is seen about as often as its propensity says."""
    usual, times = (4, 1, 6), 6_000
    seen = [display_of(quote, 9, 300_000, usual) for quote in range(times)]
    chance = {one.order: one.propensity for one in seen}
    assert len(chance) == 6
    assert sum(chance.values()) == pytest.approx(1)
    assert chance[usual] == pytest.approx(0.7 + 0.3 / 6)
    for order, expected in chance.items():
        assert sum(one.order == order for one in seen) / times == pytest.approx(expected, abs=0.02)
    assert display_of(1, 20, PPM, tuple(range(MOST_BY_LOT + 1))).propensity == 1


def test_a_point_is_looked_at_and_a_cart_without_goods_is_refused(valued: Path) -> None:
    assert not any(one.pickup for one in shown(valued, ShowWish(pickup_point="p1")).options)  # nobody brings there
    with pytest.raises(InputRefused) as refused:
        options_to_show(valued, replace(WISH, goods=()), ShowWish(), Run())
    assert [one.file for one in refused.value.faults] == ["--sku"]
