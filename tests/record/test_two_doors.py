"""A brand folder and the record become one problem: planned through either, the output is the same to the byte.

What a folder leaves unplanned because a person must mend it is held in the record, for the same reason.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.files.bordered_brand import OPEN, bordered_brand
from tests.files.published_brand import published_brand
from tests.files.wrapped_brand import wrapped_brand
from tests.record.brand import NOW, loaded

from doorstep.core.accounts.actions import add_operator
from doorstep.core.orders.models import Order
from doorstep.core.orders.snapshot import open_orders
from doorstep.domain.errors import Conflict, InputRefused, InvalidProblem
from doorstep.files.demo import demo_brand
from doorstep.files.folder import read_folder
from doorstep.files.plan_out import write_plan
from doorstep.flows.load_brand import load_brand
from doorstep.flows.plan_folder import problem_of
from doorstep.flows.record_problem import day_problem
from doorstep.kernels.plan.plan import PlanParams, PlanProblem, plan

pytestmark = pytest.mark.django_db
FILES = ("plan.csv", "placements.csv", "unplanned.csv")


def written(problem: PlanProblem, folder: Path) -> dict[str, bytes]:
    folder.mkdir()
    made = plan(problem, PlanParams(sharing=False)).plan  # the record keeps one order a parcel
    write_plan(folder, made.parcels, made.unplanned, problem.brand.currency)
    return {name: (folder / name).read_bytes() for name in FILES}


@pytest.mark.parametrize("make", [demo_brand, wrapped_brand, bordered_brand, published_brand])
def test_a_demonstration_day_is_planned_alike(tmp_path: Path, make: Callable[[Path, int, int], object]) -> None:
    make(tmp_path / "brand", 250, 5)
    folder = read_folder(tmp_path / "brand")
    _, brand_id = loaded(tmp_path / "brand")
    through_files = written(problem_of(folder, folder.orders), tmp_path / "files")
    through_record = written(day_problem(brand_id, open_orders(brand_id).values(), None), tmp_path / "record")
    assert through_files["plan.csv"].count(b"\n") > 200
    for name in ("plan.csv", "placements.csv"):
        assert through_record[name] == through_files[name]
    held = dict(Order.objects.filter(state="held").values_list("code", "reason"))
    assert 0 < len(held) < 5
    rows = through_files["unplanned.csv"].splitlines()
    assert [row for row in rows if row.split(b",")[0].decode() not in held] == (
        through_record["unplanned.csv"].splitlines()
    )
    left_by_files = {row.split(b",")[0].decode(): row.split(b",")[1].decode() for row in rows[1:]}
    assert held.items() <= left_by_files.items()


def test_a_declared_disruption_delays_alike(tmp_path: Path) -> None:
    demo_brand(tmp_path / "brand", 80, 5)
    plain = read_folder(tmp_path / "brand")
    first = min(one.placed_at.date() for one in plain.orders)
    rows = "kind,site,starts_on,ends_on,delay_days,declared_on,reason,excuses\n"
    for site in plain.sites:
        rows += f"weather,{site.site},{first},{max(first, NOW.date())},3,{min(first, NOW.date())},snow,1\n"
    (tmp_path / "brand" / "disruptions.csv").write_text(rows)
    folder = read_folder(tmp_path / "brand")
    _, brand_id = loaded(tmp_path / "brand")
    kept = {one.order: one for one in open_orders(brand_id).values()}
    sound = tuple(one for one in folder.orders if one.order in kept and kept[one.order].place == one.place)
    assert len(sound) > 60  # regions that are written out become codes in the record
    through_files = written(problem_of(folder, sound), tmp_path / "files")
    through_record = written(day_problem(brand_id, [kept[one.order] for one in sound], None), tmp_path / "record")
    assert through_record["plan.csv"] == through_files["plan.csv"]
    assert written(problem_of(plain, sound), tmp_path / "plain")["plan.csv"] != through_files["plan.csv"]


def test_goods_that_cross_a_border_cost_duty_and_tax_through_both_doors(tmp_path: Path) -> None:
    bordered_brand(tmp_path / "brand", 60, 5)
    _, brand_id = loaded(tmp_path / "brand")
    planned = plan(day_problem(brand_id, open_orders(brand_id).values(), None)).plan
    paid = [one for one in planned.parcels if one.cost.duty_tax_minor]
    assert len(paid) > 5
    assert all(one.service != OPEN for one in paid)


def test_duties_that_contradict_one_another_are_not_loaded(tmp_path: Path) -> None:
    bordered_brand(tmp_path / "brand", 20, 5)
    duties = tmp_path / "brand" / "duties.csv"
    duties.write_text(duties.read_text() + "duty,FR,,,3,,,,20,,,EUR\n" * 2)
    with pytest.raises(InputRefused) as refused:
        load_brand(add_operator("north", "North"), tmp_path / "brand", now=NOW)
    assert "repeats row" in refused.value.faults[0].why
    assert not Order.objects.exists()


def test_a_brand_with_linehauls_is_refused_rather_than_loaded_without_them(tmp_path: Path) -> None:
    demo_brand(tmp_path / "brand", 20, 5)
    folder = read_folder(tmp_path / "brand")
    site, offer = folder.sites[0], folder.tariff.services[0].service
    with (tmp_path / "brand" / "sites.csv").open("a", encoding="utf-8") as sites:
        cells = (tmp_path / "brand" / "sites.csv").read_text(encoding="utf-8").splitlines()
        row = dict(zip(cells[0].split(","), cells[1].split(","), strict=True)) | {"site": "hub", "kind": "depot"}
        sites.write(",".join(row.values()) + "\n")
    with (tmp_path / "brand" / "collections.csv").open("a", encoding="utf-8") as calls:
        calls.write(f"hub,{offer},10:00,Mon-Fri,\n")
    head = "linehaul,site,depot,departure_time,working_days,transit_days,arrival_time"
    hauls = tmp_path / "brand" / "linehauls.csv"
    hauls.write_text(f"{head}\nnight,{site.site},hub,20:00,Mon-Fri,1,06:00\n", encoding="utf-8")
    with pytest.raises(InputRefused) as refused:
        load_brand(add_operator("north", "North"), tmp_path / "brand", now=NOW)
    assert "does not carry parcels by linehaul" in str(refused.value.faults[0])
    assert not Order.objects.exists()
    hauls.write_text(f"{head}\n", encoding="utf-8")
    assert load_brand(add_operator("south", "South"), tmp_path / "brand", now=NOW).orders == 20


def test_a_brand_with_vans_is_refused_rather_than_loaded_without_them(tmp_path: Path) -> None:
    demo_brand(tmp_path / "brand", 20, 5)
    folder = read_folder(tmp_path / "brand")
    call = next(one for one in folder.collections if one.collection_time_s < 20 * 3600)
    doors = {one.service for one in folder.tariff.services if one.delivers_to == "home"}
    assert call.service in doors
    head = (
        "vehicle,depot_latitude,depot_longitude,capacity_g,shift_from,shift_to,cost_per_km,cost_per_hour,service,site"
    )
    vehicles = tmp_path / "brand" / "vehicles.csv"
    row = f"v1,51.4,6.1,800000,08:00,23:00,0.4,18,{call.service},{call.site}"
    vehicles.write_text(f"{head}\n{row}\n", encoding="utf-8")
    with pytest.raises(InputRefused) as refused:
        load_brand(add_operator("north", "North"), tmp_path / "brand", now=NOW)
    assert "does not know vans" in str(refused.value.faults[0])
    assert not Order.objects.exists()


def test_a_brand_is_loaded_once(tmp_path: Path) -> None:
    demo_brand(tmp_path / "brand", 20, 5)
    scope, brand_id = loaded(tmp_path / "brand")
    with pytest.raises(Conflict, match="already"):
        load_brand(scope.operator, tmp_path / "brand", now=NOW)
    assert Order.objects.filter(brand_id=brand_id).count() == 20


def test_a_tariff_that_contradicts_itself_is_not_loaded_nor_is_anything_with_it(tmp_path: Path) -> None:
    demo_brand(tmp_path / "brand", 20, 5)
    zones = tmp_path / "brand" / "zones.csv"
    head, first, *rest = zones.read_text().splitlines()
    cells = dict(zip(head.split(","), first.split(","), strict=True))
    other = next(
        one["zone"]
        for one in (dict(zip(head.split(","), line.split(","), strict=True)) for line in rest)
        if one["service"] == cells["service"] and one["zone"] != cells["zone"]
    )
    route = f"{cells['service']},{cells['origin_country']},,{cells['destination_country']}"
    ranges = [f"{route},970,979,{cells['zone']}", f"{route},979,985,{other}"]
    names = "service,origin_country,origin_prefix,destination_country,destination_prefix,destination_to,zone"
    kept = [names]
    for line in (first, *rest):
        row = dict(zip(head.split(","), line.split(","), strict=True))
        kept.append(",".join(row.get(name, "") for name in names.split(",")))
    zones.write_text("\n".join([*kept, *ranges]))
    with pytest.raises(InvalidProblem, match="two zones for"):
        load_brand(add_operator("north", "North"), tmp_path / "brand", now=NOW)
    assert not Order.objects.exists()


def test_operators_may_serve_the_same_brand_each_for_itself(tmp_path: Path) -> None:
    demo_brand(tmp_path / "brand", 20, 5)
    loaded(tmp_path / "brand")
    other = add_operator("south", "South")
    assert load_brand(other, tmp_path / "brand", now=NOW).orders == 20


RULES = """
[[rule]]
id = "candles-from-venlo"
kind = "only_from_sites"
sites = ["venlo"]
categories = ["candles"]

[[rule]]
id = "whole-in-germany"
kind = "never_split"
countries = ["DE"]

[[rule]]
id = "works"
kind = "blackout_days"
sites = ["leipzig"]
days = ["2026-10-15..2026-10-16"]

[[rule]]
id = "reserve"
kind = "safety_stock"
sites = ["lyon"]
units = 1
"""


def test_rules_are_obeyed_alike(tmp_path: Path) -> None:
    demo_brand(tmp_path / "brand", 80, 5)
    plain = read_folder(tmp_path / "brand")
    (tmp_path / "brand" / "rules.toml").write_text(RULES)
    folder = read_folder(tmp_path / "brand")
    _, brand_id = loaded(tmp_path / "brand")
    kept = {one.order: one for one in open_orders(brand_id).values()}
    sound = tuple(one for one in folder.orders if one.order in kept and kept[one.order].place == one.place)
    assert len(sound) > 60  # regions that are written out become codes in the record
    through_files = written(problem_of(folder, sound), tmp_path / "files")
    through_record = written(day_problem(brand_id, [kept[one.order] for one in sound], None), tmp_path / "record")
    assert through_record == through_files
    assert b",rule," in through_files["unplanned.csv"]
    assert written(problem_of(plain, sound), tmp_path / "plain")["plan.csv"] != through_files["plan.csv"]


def test_rules_that_name_what_is_not_there_are_not_loaded(tmp_path: Path) -> None:
    demo_brand(tmp_path / "brand", 20, 5)
    (tmp_path / "brand" / "rules.toml").write_text(RULES.replace('"venlo"', '"venice"'))
    with pytest.raises(InputRefused) as refused:
        load_brand(add_operator("north", "North"), tmp_path / "brand", now=NOW)
    assert [str(one) for one in refused.value.faults] == [
        "rules.toml:2 candles-from-venlo.sites: 'venice' names no site of sites.csv"
    ]
    assert not Order.objects.exists()
