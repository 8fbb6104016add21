"""Put the demonstration brand together and write its folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from doorstep.files.demo.awkward import make_awkward
from doorstep.files.demo.baskets import baskets
from doorstep.files.demo.catalogue import Catalogue, catalogue
from doorstep.files.demo.demand import LINE_COLUMNS, ORDER_COLUMNS, line_rows, order_rows
from doorstep.files.demo.geography import addresses
from doorstep.files.demo.history import HISTORY_COLUMNS, history_rows
from doorstep.files.demo.network import SITES, collections_table, sites_table
from doorstep.files.demo.packaging import cartons_table
from doorstep.files.demo.people import EMAIL_DOMAIN
from doorstep.files.demo.stock import INBOUND_COLUMNS, STOCK_COLUMNS, inbound_rows, stock
from doorstep.files.demo.surcharges import surcharges_table
from doorstep.files.demo.tabular import DAY, Row, Table, euros
from doorstep.files.demo.tariff import SERVICES, rates_table, services_table
from doorstep.files.demo.voices import voices
from doorstep.files.demo.wishes import customers_of, placing_seconds, wishes
from doorstep.files.demo.zones import zones_table
from doorstep.files.write import write_brand_folder
from doorstep.kernels.run import Progress, silent

BRAND_COLUMNS = (
    "brand", "name", "currency", "country", "on_time_target", "late_cost", "unplanned_cost", "operator", "company",
    "address_1", "city", "postcode", "email",
)  # fmt: skip
BRAND_ROW = (
    "hearth-harbour", "Hearth & Harbour", "EUR", "NL", "0.95", "6.00", "250.00", "hearth-harbour-logistics",
    "Hearth & Harbour B.V.", "Havenlicht 1", "Venlo", "5928 RC", f"hello@{EMAIL_DOMAIN}",
)  # fmt: skip
NOTE = f"""# Hearth & Harbour: a demonstration brand

Generated: {{orders}} orders of {DAY.isoformat()}, seed {{seed}}. The brand, its products, its carriers and their
prices, its customers and what happened to its parcels are invented. Cities, their places and the beginnings of their
postcodes are real. No address is anybody's on purpose, and every e-mail address goes to {EMAIL_DOMAIN}.
"""


@dataclass(frozen=True, slots=True)
class DemoReport:
    """How much of everything was generated."""

    orders: int
    order_lines: int
    customers: int
    units_ordered: int  # of the products that the brand sells in the normal way
    units_in_stock: int  # of the same
    awkward_orders: int  # made so that they cannot be planned
    products: int
    sites: int
    services: int
    history: int


def demo_brand(folder: Path, orders: int, seed: int, progress: Progress = silent, force: bool = False) -> DemoReport:
    """Generate the brand folder of an invented shop with `orders` orders; equal arguments give equal bytes.

    Catalogue, network and tariffs depend on the seed alone; stock and capacities grow with the orders. Raises
    ValueError for a negative number of orders or seed, OutputRefused when the folder cannot be written.
    """
    if orders < 0:
        raise ValueError("orders < 0 not understood")
    if seed < 0:
        raise ValueError("seed < 0 not understood")
    # A stream for each part: more orders leave the catalogue as it was.
    goods, people, asked, shelves, odd, past, said = (np.random.default_rng([seed, part]) for part in range(7))
    progress("generating", 0, 4)
    products = catalogue(goods)
    day = _day(orders, products, (people, asked, shelves, odd))
    progress("generating", 2, 4)
    history = history_rows(orders, past)
    progress("generating", 3, 4)
    tables = {
        **_fixed(orders, products),
        **day.tables,
        "history": (HISTORY_COLUMNS, history),
        **voices(history, said),
    }
    write_brand_folder(folder, tables, force, {"README.md": NOTE.format(orders=orders, seed=seed)})
    progress("generating", 4, 4)
    return DemoReport(
        orders=orders,
        order_lines=len(day.tables["order_lines"][1]),
        customers=day.customers,
        units_ordered=day.units_ordered,
        units_in_stock=day.units_in_stock,
        awkward_orders=day.awkward,
        products=len(products.products),
        sites=len(SITES),
        services=len(SERVICES),
        history=len(history),
    )


@dataclass(frozen=True, slots=True)
class _Day:
    tables: dict[str, Table]
    customers: int
    units_ordered: int
    units_in_stock: int
    awkward: int


def _fixed(orders: int, products: Catalogue) -> dict[str, Table]:
    return {
        "brand": (BRAND_COLUMNS, [BRAND_ROW]),
        "products": products.table(),
        "sites": sites_table(orders),
        "collections": collections_table(orders),
        "cartons": cartons_table(),
        "services": services_table(),
        "zones": zones_table(),
        "rates": rates_table(),
        "surcharges": surcharges_table(),
    }


def _day(orders: int, products: Catalogue, streams: tuple[np.random.Generator, ...]) -> _Day:
    people, asked, shelves, odd = streams
    customer = customers_of(orders, people)
    homes = addresses(int(customer.max(initial=-1)) + 1, people)
    city = homes.city[customer]
    lines = baskets(orders, products, asked)
    wanted = wishes(lines, city, products, asked)
    held = stock(lines, city, products, shelves)
    rows = order_rows(customer, homes, wanted, placing_seconds(orders, asked), people)
    prices = {product.sku: euros(product.price_cents) for product in products.products}
    rows, lined, awkward = make_awkward(rows, line_rows(lines, products, asked), prices, odd)
    on_shelf: list[Row] = held.rows(products)
    tables: dict[str, Table] = {
        "orders": (ORDER_COLUMNS, rows),
        "order_lines": (LINE_COLUMNS, lined),
        "stock": (STOCK_COLUMNS, on_shelf),
        "inbound": (INBOUND_COLUMNS, inbound_rows(held, products, shelves)),
    }
    who = len({row[ORDER_COLUMNS.index("customer")] for row in rows})
    return _Day(tables, who, int(lines.quantity.sum()), int(held.on_hand.sum()), awkward)
