"""`doorstep rate` tells duty and tax of what crosses a border, who pays them, and why; without duties.csv nothing."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.cli.run import doorstep

TARIFF = {
    "brand": "brand,name,currency,country,on_time_target,late_cost,unplanned_cost,ioss\n"
    "b,B,EUR,CH,0.9,1,1,IM2760000742\n",
    "services": "service,carrier,name,speed,delivers_to,max_weight_g,max_length_mm,dim_divisor_cm3_per_kg,working_days,"
    "min_days,max_days,incoterm\n"
    "paid,pony,,standard,home,31500,1200,0,Mon-Fri,1,2,DDP\nopen,pony,,standard,home,31500,1200,0,Mon-Fri,1,2,\n",
    "zones": "service,origin_country,origin_prefix,destination_country,destination_prefix,zone\n"
    + "".join(f"{name},CH,,{to},,1\n" for name in ("paid", "open") for to in ("CH", "DE", "US")),
    "rates": "service,zone,up_to_g,price\npaid,1,9000,12\nopen,1,9000,10\n",
    "surcharges": "service,surcharge,when,threshold,kind,amount,sequence\n",
    "duties": "levy,destination,origin,hs_prefix,percent,with_freight,with_duty,de_minimis,ioss_up_to\n"
    "duty,EU,,,4,1,,150,\nduty,EU,CN,61.09,12,1,,150,\ntax,DE,,,19,1,1,,150\nduty,US,CN,,30,,,,\n",
}
PARCELS = """parcel,origin_country,origin_postcode,destination_country,destination_postcode,ship_date,weight_g,\
length_mm,width_mm,height_mm,value,hs_code,made_in
home,CH,8000,CH,9000,2026-03-02,900,100,100,100,200,6109.10,CN
small,CH,8000,DE,10115,2026-03-02,900,100,100,100,150,6109.10,CN
large,CH,8000,DE,10115,2026-03-02,900,100,100,100,200,6109.10,CN
bare,CH,8000,DE,10115,2026-03-02,900,100,100,100,200,,CN
far,CH,8000,US,10001,2026-03-02,900,100,100,100,100,6109.10,CN
mute,CH,8000,US,10001,2026-03-02,900,100,100,100,,6109.10,CN
heavy,CH,8000,DE,10115,2026-03-02,32000,100,100,100,200,6109.10,CN
"""


def rated(folder: Path, parcels: str = PARCELS, **changed: str) -> list[dict[str, str]]:
    tariff = folder / "tariff"
    tariff.mkdir()
    for name, text in (TARIFF | changed).items():
        if text:
            (tariff / f"{name}.csv").write_text(text)
    (folder / "parcels.csv").write_text(parcels)
    out = folder / "rates.csv"
    done = doorstep("rate", folder / "parcels.csv", "--tariffs", tariff, "--out", out)
    assert done.returncode == 0, done.stderr
    with out.open(newline="") as lines:
        return list(csv.DictReader(lines))


def test_duty_and_tax_stand_beside_the_price(tmp_path: Path) -> None:
    told = {(one["parcel"], one["service"]): one for one in rated(tmp_path)}

    def of(parcel: str, service: str = "paid") -> tuple[str, ...]:
        one = told[parcel, service]
        return one["price"], one["duty"], one["tax"], one["duty_tax_paid_by"]

    assert of("home") == ("12.00", "0.00", "0.00", "")
    assert of("small") == ("12.00", "0.00", "0.00", "")
    assert of("large") == ("12.00", "25.44", "45.11", "sender")
    assert of("large", "open") == ("10.00", "25.20", "44.69", "receiver")
    assert of("bare") == of("large")
    assert of("far") == ("12.00", "30.00", "0.00", "sender")
    assert of("mute") == ("12.00", "", "", "")
    assert of("heavy") == ("", "", "", "")
    why = {
        name: told[name, "paid"]["duty_tax_explanation"] for name in ("home", "small", "large", "bare", "far", "mute")
    }
    assert why == {
        "home": "no customs border from CH to CH",
        "small": "no duty under HS 6109: 150.00 is not above the de-minimis of 150.00; "
        "no tax at the border: paid at the sale (IOSS), as 150.00 is not above 150.00",
        "large": "duty 12.0 % of 212.00 (goods 200.00, freight 12.00) under HS 6109: 25.44; "
        "tax 19.0 % of 237.44 (goods 200.00, freight 12.00, duty 25.44) under any HS code: 45.11",
        "bare": "HS code not known, the dearest row taken: duty 12.0 % of 212.00 (goods 200.00, freight 12.00) under "
        "HS 6109: 25.44; tax 19.0 % of 237.44 (goods 200.00, freight 12.00, duty 25.44) under any HS code: 45.11",
        "far": "duty 30.0 % of 100.00 under any HS code: 30.00; "
        "tax on HS 610910 made in CN unknown: no row of duties.csv for US",
        "mute": "no value is declared: unknown; duty 30.0 % of 0.00 under any HS code: 0.00; "
        "tax on HS 610910 made in CN unknown: no row of duties.csv for US",
    }


def test_the_richest_parcel_that_can_be_told_does_not_refuse_the_file(tmp_path: Path) -> None:
    rich = "rich,CH,8000,US,10001,2026-03-02,900,100,100,100,1000000000,6109.10,CN\n"
    told = {(one["parcel"], one["service"]): one for one in rated(tmp_path, PARCELS + rich)}
    assert told["rich", "paid"]["duty"] == "300000000.00"
    assert told["large", "paid"]["duty"] == "25.44"


def test_a_code_that_is_none_is_refused(tmp_path: Path) -> None:
    tariff = tmp_path / "tariff"
    tariff.mkdir()
    for name, text in TARIFF.items():
        (tariff / f"{name}.csv").write_text(text)
    (tmp_path / "parcels.csv").write_text(PARCELS.replace("200,6109.10", "200,hello", 1))
    done = doorstep("rate", tmp_path / "parcels.csv", "--tariffs", tariff, "--out", tmp_path / "rates.csv")
    assert done.returncode == 2
    assert "parcels.csv:2 hs_code: 'hello' is not the beginning of an HS code such as 6109" in done.stderr


def test_parcels_that_differ_in_one_thing_are_explained_apart(tmp_path: Path) -> None:
    like = "{},CH,8000,{},10115,{},{},100,100,100,{},{},{}\n"
    plain = ("DE", "2026-03-02", "900", "200", "6109.10", "CN")
    others = ("US", "2026-03-03", "901", "201", "6404", "TR")
    rows = [like.format("plain", *plain), like.format("again", *plain)]
    rows += [like.format(n, *plain[:n], other, *plain[n + 1 :]) for n, other in enumerate(others)]
    duties = (
        "levy,destination,origin,hs_prefix,percent,per_kg,with_freight,valid_from,valid_to\n"
        "duty,DE,,,4,,1,,\nduty,DE,CN,61,12,1,1,,2026-03-02\nduty,DE,CN,61,13,1,1,2026-03-03,\n"
    )
    told = rated(tmp_path, PARCELS.splitlines(keepends=True)[0] + "".join(rows), duties=duties)
    why = [one["duty_tax_explanation"] for one in told]
    assert len(why) == 16
    assert len(set(why)) == 12 + 2 - 1  # each of two prices, of which the border of US, without rows, knows none
    assert [one["duty_tax_explanation"] for one in told if one["parcel"] == "again"] == why[:2]


def test_without_duties_nothing_is_said_of_them(tmp_path: Path) -> None:
    assert "duty" not in rated(tmp_path, duties="")[0]


def test_a_brand_without_an_ioss_number_owes_tax_at_the_border(tmp_path: Path) -> None:
    told = rated(tmp_path, brand=TARIFF["brand"].replace("IM2760000742", ""))
    small = next(one for one in told if (one["parcel"], one["service"]) == ("small", "paid"))
    assert (small["duty"], small["tax"]) == ("0.00", "30.78")


def test_rows_that_say_two_things_at_once_are_refused(tmp_path: Path) -> None:
    for name, text in TARIFF.items():
        (tmp_path / f"{name}.csv").write_text(text)
    (tmp_path / "duties.csv").write_text(TARIFF["duties"] + "duty,EU,CN,6109,3,1,,150,\n")
    done = doorstep("tariffs", "check", tmp_path)
    assert done.returncode == 2
    assert "duties.csv:6 hs_prefix: '6109' repeats row 3" in done.stderr
