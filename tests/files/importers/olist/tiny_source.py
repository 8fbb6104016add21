"""A hand-made source of the Olist kind: three products, two sellers, four orders."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

Files = Mapping[str, list[list[str]]]

TINY: Files = {
    "orders": [
        [
            *("order_id", "customer_id", "order_status", "order_purchase_timestamp", "order_approved_at"),
            *("order_delivered_carrier_date", "order_delivered_customer_date", "order_estimated_delivery_date"),
        ],
        [
            "o1",
            "k1",
            "delivered",
            "2018-01-10 10:00:00",
            "2018-01-10 11:00",
            "2018-01-11 09:00",
            "2018-01-15 12:00",
            "2018-01-25",
        ],
        [
            "o2",
            "k2",
            "delivered",
            "2018-01-20 23:30:00",
            "2018-01-21 11:00",
            "2018-01-22 09:00",
            "2018-01-30 12:00",
            "2018-02-10",
        ],
        ["o3", "k3", "canceled", "2018-02-03 08:00:00", "", "", "", "2018-02-20"],
        ["o4", "k4", "shipped", "2018-03-05 08:00:00", "2018-03-05 09:00", "2018-03-06 09:00", "", "2018-03-20"],
    ],
    "order_items": [
        ["order_id", "order_item_id", "product_id", "seller_id", "price", "freight_value"],
        ["o1", "1", "p-lamp", "s-sp", "50.0", "8.5"],
        ["o2", "1", "p-sofa", "s-rj", "900.00", "80.25"],
        ["o2", "2", "p-sofa", "s-rj", "900.00", "80.25"],
        ["o3", "1", "p-lamp", "s-sp", "55.00", "20"],
        ["o4", "1", "p-lamp", "s-sp", "60.00", "9.00"],
    ],
    "customers": [
        ["customer_id", "customer_unique_id", "customer_city", "customer_state", "customer_zip_code_prefix"],
        ["k1", "ana", "sao paulo", "SP", "01001"],
        ["k2", "", "rio de janeiro", "RJ", "20010"],
        ["k3", "bia", "", "", "40010"],
        ["k4", "ana", "sao paulo", "SP", "01002"],
    ],
    "products": [
        [
            *("product_id", "product_category_name", "product_weight_g", "product_length_cm"),
            *("product_height_cm", "product_width_cm"),
        ],
        ["p-lamp", "casa", "400", "20", "10", "15"],
        ["p-sofa", "moveis", "9000.0", "118", "40", "60"],
        ["p-vase", "casa", "700", "30", "20", "20"],
    ],
    "sellers": [["seller_id", "seller_zip_code_prefix"], ["s-sp", "01001"], ["s-rj", "20010"]],
    "geolocation_by_prefix": [
        ["zip", "lat", "lng", "city", "state"],
        ["01001", "-23.5498", "-46.6338", "sao paulo", "SP"],
        ["01002", "-23.5484", "-46.6352", "são paulo", "SP"],
        ["20010", "-22.9035", "-43.1760", "rio de janeiro", "RJ"],
        ["40010", "-12.9700", "-38.5100", "salvador", "BA"],
    ],
    "demand_by_zip_prefix": [["zip_prefix", "customers"], ["01001", "5"], ["20010", "3"], ["40010", "2"]],
    "order_reviews": [["order_id", "review_score"], ["o1", "5"], ["o2", "1"]],
    "product_category_name_translation": [
        ["product_category_name", "product_category_name_english"],
        ["casa", "home"],
        ["moveis", "furniture"],
    ],
}


def edited(**changes: list[list[str]] | None) -> Files:
    """TINY with whole files replaced, or left out by None."""
    return {name: rows for name, rows in {**TINY, **changes}.items() if rows is not None}


def with_rows(name: str, *rows: list[str]) -> Files:
    """TINY with rows added to a file."""
    return edited(**{name: [*TINY[name], *rows]})


def write_source(folder: Path, files: Files = TINY) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in files.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(rows)
    return folder
