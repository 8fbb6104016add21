"""Promises quoted of a folder: what is an option, what is told of it, and what is refused."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from doorstep.domain.errors import InputRefused
from doorstep.files.demo import demo_brand
from doorstep.files.folder import read_folder
from doorstep.flows.plan_folder import problem_of
from doorstep.flows.promise_quote import PromiseQuote, quote_promises
from doorstep.flows.promise_wish import Wish, order_of
from doorstep.kernels.run import Run

NOON = datetime.fromisoformat("2026-10-15T11:46:00+02:00")
PLAIN = Wish("DE", "BY", "80331", (), NOON)


@pytest.fixture(scope="module")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("promises") / "brand"
    demo_brand(folder, 150, 6)
    return folder


def quoted(brand: Path, wish: Wish = PLAIN) -> PromiseQuote:
    return quote_promises(brand, wish, Run())


def test_every_option_is_told_with_dates_and_probabilities(brand: Path) -> None:
    found = quoted(brand)
    assert len(found.options) > 3
    assert found.handled_sites > 0
    assert found.lanes > 10
    for one in found.options:
        shares = [share for _, share in one.arrived_by]
        assert shares == sorted(shares)
        assert one.on_time_ppm == dict(one.arrived_by)[one.promised_by]
        assert one.target_reached == (one.on_time_ppm >= found.target_ppm)
        days = [day for _, day in one.quantiles if day]
        assert days == sorted(days)
        assert one.ship_at.date() <= one.promised_by
        assert one.best is None
    assert [one.promised_by for one in found.options] == sorted(one.promised_by for one in found.options)


def test_an_option_promises_what_a_plan_does(brand: Path) -> None:
    folder = read_folder(brand)
    problem = problem_of(folder, (order_of(PLAIN, folder),), NOON)
    assert problem.transit.handling
    assert {one.service.service for one in quoted(brand).options} <= {one.service for one in problem.tariff.services}


def test_only_sites_that_hold_all_the_goods_are_options(brand: Path) -> None:
    folder = read_folder(brand)
    level = next(one for one in folder.stock if one.on_hand > 1)
    found = quoted(brand, replace(PLAIN, goods=(f"{level.sku}:{level.on_hand}",)))
    held = {one.site for one in folder.stock if one.sku == level.sku and one.on_hand >= level.on_hand}
    assert {one.site.site for one in found.options} == held
    lacking = {one.site: one.detail for one in found.not_offered if one.reason == "no_stock"}
    assert lacking.keys() == {one.site for one in folder.sites} - held
    assert all(f"of {level.on_hand} {level.sku}" in detail for detail in lacking.values())


def test_goods_asked_for_twice_are_added_up(brand: Path) -> None:
    folder = read_folder(brand)
    sku = folder.products[0].sku
    (line,) = order_of(replace(PLAIN, goods=(sku, f"{sku}:2")), folder).lines
    assert (line.sku, line.quantity) == (sku, 3)


def test_a_service_that_does_not_take_them_says_why(brand: Path) -> None:
    folder = read_folder(brand)
    heavy = max(folder.products, key=lambda one: one.weight_g)
    found = quoted(brand, replace(PLAIN, goods=(f"{heavy.sku}:{100_000_000 // heavy.weight_g}",)))
    assert found.options == ()
    reasons = {one.reason for one in quoted(brand).not_offered}
    assert reasons == {"no_collection", "not_carried"}
    assert any("delivers to pickup_point" in one.detail for one in quoted(brand).not_offered)


def test_a_nominated_day_is_told_by_its_own_probability(brand: Path) -> None:
    day = date(2026, 10, 20)
    for one in quoted(brand, replace(PLAIN, on=day)).options:
        assert one.promised_by >= day
        assert one.as_wished_ppm == dict(one.arrived_by).get(day, 0)
        assert (one.promised_by == day) == (one.as_wished_ppm >= 950_000)


def test_nothing_is_told_before_the_day_that_is_early_enough(brand: Path) -> None:
    day = date(2026, 11, 20)
    found = quoted(brand, replace(PLAIN, not_before=day, value_per_day_micros=1)).options
    assert found
    for one in found:
        assert one.promised_by >= day
        assert one.best is not None
        assert one.best[0] >= day
        assert one.as_wished_ppm is None
        assert all(by >= day for _, by in one.quantiles if by)


def test_a_higher_target_is_never_earlier_and_the_best_date_follows_the_cost(brand: Path) -> None:
    def by_option(wish: Wish) -> dict[tuple[str, str], tuple[date, date]]:
        return {
            (one.site.site, one.service.service): (one.promised_by, one.best[0] if one.best else date.max)
            for one in quoted(brand, wish).options
        }

    cheap = by_option(replace(PLAIN, target_ppm=800_000, late_cost_micros=1_000_000, value_per_day_micros=2_000_000))
    dear = by_option(replace(PLAIN, target_ppm=970_000, late_cost_micros=90_000_000, value_per_day_micros=2_000_000))
    assert cheap.keys() == dear.keys()
    assert all(cheap[one][0] <= dear[one][0] and cheap[one][1] <= dear[one][1] for one in cheap)
    assert any(cheap[one][0] < dear[one][0] for one in cheap)
    assert any(cheap[one][1] < dear[one][1] for one in cheap)


def test_a_later_order_is_never_promised_earlier(brand: Path) -> None:
    last: dict[tuple[str, str], date] = {}
    for hours in range(0, 60, 6):
        for one in quoted(brand, replace(PLAIN, at=NOON + timedelta(hours=hours))).options:
            key = one.site.site, one.service.service
            assert one.promised_by >= last.get(key, one.promised_by)
            last[key] = one.promised_by


def test_disruptions_known_at_the_instant_delay_and_later_ones_do_not(brand: Path, tmp_path: Path) -> None:
    shut = tmp_path / "brand"
    shut.mkdir()
    for file in brand.glob("*.csv"):
        (shut / file.name).write_bytes(file.read_bytes())
    rows = "kind,country,starts_on,ends_on,delay_days,declared_on\n"
    (shut / "disruptions.csv").write_text(rows + "strike,DE,2026-10-15,2026-10-25,3,2026-10-15\n")
    plain, hit = quoted(brand), quoted(shut)
    assert (plain.disruptions, hit.disruptions) == (0, 1)
    before = {(one.site.site, one.service.service): one.promised_by for one in plain.options}
    assert all(one.promised_by > before[one.site.site, one.service.service] for one in hit.options)
    (shut / "disruptions.csv").write_text(rows + "strike,DE,2026-10-15,2026-10-25,3,2026-10-16\n")
    assert quoted(shut).options == plain.options


@pytest.mark.parametrize(
    ("wrong", "option", "why"),
    [
        ({"country": "Germany"}, "--to-country", "is not a country code"),
        ({"region": "Bavaria-la"}, "--to-region", "is no region of DE"),
        ({"postcode": "0x33"}, "--to-postcode", "is not a postcode of DE such as"),
        ({"postcode": "00"}, "--to-postcode", "is not a postcode of DE such as"),
        ({"goods": ("no-such",)}, "--sku", "names no sku of products.csv"),
        ({"goods": ("no-such:2",)}, "--sku", "names no sku of products.csv"),
        ({"on": date(2026, 10, 13)}, "--on", "is before the order, of 2026-10-15"),
        ({"on": date(2026, 10, 20), "not_before": date(2026, 10, 21)}, "--not-before", "is after --on"),
        ({"not_before": date(2027, 10, 17)}, "--not-before", "more than 366 days ahead"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(brand: Path, wrong: dict[str, object], option: str, why: str) -> None:
    with pytest.raises(InputRefused) as refused:
        quoted(brand, replace(PLAIN, **wrong))  # type: ignore[arg-type]
    (fault,) = refused.value.faults
    assert fault.file == option
    assert why in fault.why


def test_all_that_is_wrong_is_told_at_once_and_quantities_must_be_some(brand: Path) -> None:
    sku = read_folder(brand).products[0].sku
    with pytest.raises(InputRefused) as refused:
        quoted(brand, replace(PLAIN, country="XX", goods=(f"{sku}:0", "x"), on=date(2030, 1, 1)))
    assert [one.file for one in refused.value.faults] == ["--sku", "--sku", "--to-country", "--on"]


@pytest.mark.parametrize("region", ["BY", "DE-BY", "", "Madrid"])
def test_regions_may_be_written_in_several_ways(brand: Path, region: str) -> None:
    country, postcode = ("ES", "28013") if region == "Madrid" else ("DE", "80331")
    assert quoted(brand, replace(PLAIN, country=country, region=region, postcode=postcode)).options


def under(brand: Path, folder: Path, *rules: str) -> Path:
    shutil.copytree(brand, folder / "ruled")
    text = "\n".join(f'[[rule]]\nid = "r{n}"\n{rule}\n' for n, rule in enumerate(rules))
    (folder / "ruled" / "rules.toml").write_text(text, encoding="utf-8")
    return folder / "ruled"


def ways(found: PromiseQuote) -> set[tuple[str, str]]:
    return {(one.site.site, one.service.service) for one in found.options}


def test_what_a_rule_forbids_is_not_offered_and_says_so(brand: Path, tmp_path: Path) -> None:
    before = quoted(brand)
    site, service = before.options[0].site.site, before.options[0].service.service
    rules = (f'kind = "never_services"\nservices = ["{service}"]\nsites = ["{site}"]\nreason = "out of labels"',
             'kind = "never_split"\ncountries = ["FR"]')  # fmt: skip
    found = quoted(under(brand, tmp_path, *rules))
    assert ways(found) == ways(before) - {(site, service)}
    (why,) = [one for one in found.not_offered if one.reason == "rule"]
    assert (why.site, why.service, why.detail) == (site, service, "rule r0: out of labels")


def test_nothing_is_promised_off_a_day_that_is_shut(brand: Path, tmp_path: Path) -> None:
    before = {(one.site.site, one.service.service): one for one in quoted(brand).options}
    first = min(one.ship_at.date() for one in before.values())
    shut = [first + timedelta(days=n) for n in range(4)]
    rule = f'kind = "blackout_days"\ndays = ["{shut[0]}..{shut[-1]}"]'
    found = quoted(under(brand, tmp_path, rule))
    assert ways(found) == set(before)
    moved = 0
    for one in found.options:
        was = before[one.site.site, one.service.service]
        assert one.ship_at.date() not in shut
        assert one.promised_by >= was.promised_by
        if was.ship_at.date() in shut:
            moved += 1
            assert one.countdown_s is not None
            assert was.countdown_s is not None
            assert one.countdown_s > was.countdown_s
        else:
            assert one == was
    assert moved


def test_what_a_rule_keeps_back_is_not_there(brand: Path, tmp_path: Path) -> None:
    folder = read_folder(brand)
    level = next(one for one in folder.stock if one.on_hand > 1)
    wish = replace(PLAIN, goods=(f"{level.sku}:{level.on_hand}",))
    assert level.site in {one.site.site for one in quoted(brand, wish).options} | {
        one.site for one in quoted(brand, wish).not_offered if one.reason == "not_carried"
    }
    rule = f'kind = "safety_stock"\nunits = 1\nsites = ["{level.site}"]'
    kept = [one for one in quoted(under(brand, tmp_path, rule), wish).not_offered if one.site == level.site]
    assert [one.reason for one in kept] == ["no_stock"]
    assert kept[0].detail == f"holds {level.on_hand - 1} of {level.on_hand} {level.sku}"
