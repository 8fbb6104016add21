"""What a folder tells of its customers, in: any of its files may be missing but brand.csv."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from doorstep.domain.customer import ContactMade, OptionShown, SurveyReply
from doorstep.domain.demand import Brand, Order
from doorstep.domain.learned import PastParcel
from doorstep.files import build
from doorstep.files.faults import Faults
from doorstep.files.folder import collector_at_rest, read_tables
from doorstep.files.rules import Tables
from doorstep.files.rules_customers import CUSTOMER_RULES, FILE_RULES
from doorstep.files.schema_customers import CHOICES, CONTACTS, CUSTOMER_TABLES, SURVEY
from doorstep.files.schema_demand import BRAND, HISTORY, ORDER_LINES, ORDERS
from doorstep.files.schema_supply import PRODUCTS
from doorstep.kernels.run import Progress, silent

_LINES = replace(
    ORDER_LINES,
    optional=True,
    columns=tuple(replace(column, refers_to=None) for column in ORDER_LINES.columns),
)
_WANTED = (
    BRAND,
    replace(PRODUCTS, optional=True, needs_rows=False),
    replace(ORDERS, optional=True, needs_rows=False),
    replace(_LINES, needs_rows=False),
    HISTORY,
    CHOICES,
    SURVEY,
    CONTACTS,
)


@dataclass(frozen=True, slots=True)
class CustomersFolder:
    brand: Brand
    product_names: dict[str, str]  # by sku
    orders: tuple[Order, ...]
    history: tuple[PastParcel, ...]
    shown: tuple[OptionShown, ...]  # as they stand in choices.csv
    replies: tuple[SurveyReply, ...]
    contacts: tuple[ContactMade, ...]
    files: frozenset[str]  # names of the tables that are there
    data_version: str  # sha256 of the content


def read_customers(path: Path, progress: Progress = silent) -> CustomersFolder:
    """Read and check what a folder tells of its customers.

    Raises InputRefused with the first thousand faults and the count of all.
    """
    with collector_at_rest():
        faults = Faults()
        tables, version = read_tables(path, _WANTED, faults, progress)
        for rule in CUSTOMER_RULES:
            rule(tables)
        faults.refuse_if_any()
        whole = "orders" in tables and "order_lines" in tables
        products = tables.get("products")
        names = {} if products is None else dict(_rows(tables, "products", "sku name"))
        return CustomersFolder(
            build.brand(tables["brand"]),
            names,
            build.orders(tables["orders"], tables["order_lines"]) if whole else (),
            build.history(tables.get("history")),
            _shown(tables),
            tuple(SurveyReply(*row) for row in _rows(tables, "survey", "order answered_at wish satisfied")),
            tuple(
                ContactMade(*row)
                for row in _rows(tables, "contacts", "contact contacted_at reason order outcome channel")
            ),
            frozenset(tables),
            version,
        )


def check_customer_files(path: Path) -> None:
    """Check choices.csv, survey.csv and contacts.csv, as far as they are there.

    Raises InputRefused with the faults of these files alone; those of brand.csv are for whoever reads the folder.
    """
    faults = Faults()
    tables, _ = read_tables(path, CUSTOMER_TABLES, faults, silent)
    for rule in FILE_RULES:
        rule(tables)
    faults.refuse_if_any()


def _shown(tables: Tables) -> tuple[OptionShown, ...]:
    names = (
        "quote option shown_at country price days taken customer segment position next_day pickup co2e_g propensity"
        " sampled_at order"
    )
    return tuple(OptionShown(*row) for row in _rows(tables, "choices", names))


def _rows(tables: Tables, table: str, names: str) -> Iterator[tuple[Any, ...]]:
    read = tables.get(table)
    if read is not None:
        yield from zip(*(read.values[name] for name in names.split()), strict=True)
