"""What users ask of packing. Numbers are those of docs/asks.md."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import combinations
from pathlib import Path

from tests.asks.shop import carton, line, order, planned, product, rate, service, shop, stock

SIDES = (("x_mm", "length_mm"), ("y_mm", "width_mm"), ("z_mm", "height_mm"))


def overlap(one: dict[str, str], other: dict[str, str]) -> bool:
    return all(
        int(one[at]) < int(other[at]) + int(other[size]) and int(other[at]) < int(one[at]) + int(one[size])
        for at, size in SIDES
    )


def test_ask_31_the_cheapest_carton_and_not_the_smallest(tmp_path: Path) -> None:
    """A larger carton that costs less is taken, until its volume is billed."""
    boxes = [carton("tight", (130, 100, 110), "1.50"), carton("roomy", (300, 250, 200), "0.25")]
    by_weight = planned(tmp_path / "weight", shop(cartons=boxes))
    assert [one["carton"] for one in by_weight.parcels] == ["roomy"]
    by_volume = planned(
        tmp_path / "volume",
        shop(
            cartons=boxes,
            services=[service("ground", dim_divisor_cm3_per_kg=5_000)],
            rates=[rate("ground", "4.20", up_to_g=1_000), rate("ground", "7.20", up_to_g=20_000)],
        ),
    )
    assert [one["carton"] for one in by_volume.parcels] == ["tight"]


def test_ask_32_ten_different_items_are_packed(tmp_path: Path) -> None:
    """No clock bounds the search, a count does: the same layout on any machine. Two of each of ten odd sizes."""
    sizes = [(60 + 17 * n % 90, 50 + 29 * n % 80, 40 + 41 * n % 70) for n in range(10)]
    skus = [f"item-{n}" for n in range(10)]
    tables = shop(
        products=[product(sku, size, 200) for sku, size in zip(skus, sizes, strict=True)],
        stock=[stock("hamburg", sku, 5) for sku in skus],
        order_lines=[line("o1", sku, 2, n) for n, sku in enumerate(skus)],
    )
    found = planned(tmp_path, tables)
    (parcel,) = found.parcels
    inner = {"small": (200, 150, 120), "large": (400, 300, 250)}[parcel["carton"]]
    assert Counter(one["sku"] for one in found.placements) == dict.fromkeys(skus, 2)
    for one in found.placements:
        assert sorted(int(one[size]) for _, size in SIDES) == sorted(sizes[skus.index(one["sku"])])
        assert all(0 <= int(one[at]) <= most - int(one[size]) for (at, size), most in zip(SIDES, inner, strict=True))
    assert not any(overlap(one, other) for one, other in combinations(found.placements, 2))


def test_ask_34_the_size_sent_to_the_carrier_is_that_of_all_items(tmp_path: Path) -> None:
    """One mug travels in the small carton, seven do not, and the service that takes small parcels only is out."""
    tables = shop(
        services=[service("ground"), service("slim", max_length_mm=250)],
        zones=[{**zone, "service": name} for name in ("ground", "slim") for zone in shop()["zones"]],
        rates=[rate("ground", "4.20"), rate("slim", "2.00")],
        collections=[{**one, "service": name} for name in ("ground", "slim") for one in shop()["collections"]],
        orders=[*shop()["orders"], {**shop()["orders"][0], "order": "o7", "customer": "o7"}],
        order_lines=[line("o1", "mug"), line("o7", "mug", 7)],
    )
    found = planned(tmp_path, tables)
    chosen = {one["orders"]: (one["carton"], one["service"], int(one["weight_g"])) for one in found.parcels}
    assert chosen == {"o1": ("small", "slim", 430), "o7": ("large", "ground", 7 * 350 + 80)}


def test_ask_35_what_exceeds_a_limit_is_divided_over_parcels(tmp_path: Path) -> None:
    """Three stones of 14 kg: the carrier takes 31.5 kg, the carton bears 30 kg, so two parcels and no more."""
    tables = shop(
        products=[product("stone", (200, 100, 100), 14_000)],
        stock=[stock("hamburg", "stone", 3)],
        order_lines=[line("o1", "stone", 3)],
    )
    found = planned(tmp_path, tables)
    assert sorted(int(one["weight_g"]) for one in found.parcels) == [14_080, 28_080]
    assert len(found.placements) == 3


def test_ask_29_one_parcel_over_several_orders(tmp_path: Path) -> None:
    """Two open orders of one customer to one address share it; another customer's next door does not."""
    orders = [order("o1", customer="ana"), order("o2", customer="bo"), order("o3", customer="ana")]
    lines = [line("o1", "mug"), line("o2", "mug"), line("o3", "mug", 2)]
    found = planned(tmp_path, shop(orders=orders, order_lines=lines))
    assert sorted(one["orders"] for one in found.parcels) == ["o1 o3", "o2"]
    (parcel,) = [one for one in found.parcels if " " in one["orders"]]
    units = Counter(one["order"] for one in found.placements if one["parcel"] == parcel["parcel"])
    assert units == {"o1": 1, "o3": 2}
    parts = [Decimal(str(found.decisions[name]["cost"])) for name in ("o1", "o3")]
    assert sum(parts) == Decimal(parcel["cost"])
    assert found.decisions["o1"]["shared_with"] == ["o3"]
    assert (found.summary["planned"], found.summary["parcels"], found.summary["shared_parcels"]) == (3, 2, 1)
