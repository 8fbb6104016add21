"""What is declared in a folder widens the plan, and never brings anything forward."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from doorstep.domain.disruption import DeclaredDisruption, Disruption
from doorstep.domain.parcel import Parcel
from doorstep.files.demo import demo_brand
from doorstep.files.folder import BrandFolder, read_folder
from doorstep.flows.plan_folder import problem_of
from doorstep.flows.widen import known_by
from doorstep.kernels.plan.check import check
from doorstep.kernels.plan.plan import PlanParams, plan

QUICK = PlanParams(improvement_rounds=0, price_rounds=20)


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> BrandFolder:
    folder = tmp_path_factory.mktemp("widen") / "brand"
    demo_brand(folder, 120, 6)
    return read_folder(folder)


def declared(brand: BrandFolder, days_before: int, country: str = "") -> BrandFolder:
    first = min(one.placed_at.date() for one in brand.orders)
    what = Disruption(country, "", "", "", "", "", first, first + timedelta(days=9), 4)
    if not country:
        what = Disruption("", "", "", brand.sites[0].site, "", "", first, first + timedelta(days=9), 4)
    told = DeclaredDisruption(what, "strike", "", False, first - timedelta(days=days_before))
    return replace(brand, disruptions=(told,))


def by_lane(parcels: tuple[Parcel, ...]) -> dict[tuple[str, str, str], Parcel]:
    return {(one.orders[0], one.site, one.service): one for one in parcels}


def test_a_plan_reckons_with_what_was_declared_by_its_day_and_the_verifier_agrees(brand: BrandFolder) -> None:
    country = max({one.place.country for one in brand.orders}, key=[o.place.country for o in brand.orders].count)
    plain, widened = problem_of(brand, brand.orders), problem_of(declared(brand, 1, country), brand.orders)
    before, after = plan(plain, QUICK), plan(widened, QUICK)
    assert check(widened, after.plan) == ()
    there = {one.order: one.place.country for one in brand.orders}
    was, now = by_lane(before.plan.parcels), by_lane(after.plan.parcels)
    both = was.keys() & now.keys()
    later = {key for key in both if there[key[0]] == country}
    assert len(later) > 10
    assert all(now[key].promised_by > was[key].promised_by for key in later)
    assert all(now[key].promised_by == was[key].promised_by for key in both - later)


def test_what_is_declared_only_later_changes_nothing(brand: BrandFolder) -> None:
    assert problem_of(declared(brand, -1), brand.orders) == problem_of(brand, brand.orders)


def test_known_are_those_declared_and_not_over() -> None:
    what = Disruption("", "", "", "", "c", "", date(2024, 5, 3), date(2024, 5, 9), 1)
    one = DeclaredDisruption(what, "other", "", False, date(2024, 5, 1))
    days = [date(2024, 4, 30), date(2024, 5, 1), date(2024, 5, 9), date(2024, 5, 10)]
    assert [known_by([one], day) for day in days] == [(), (what,), (what,), ()]
