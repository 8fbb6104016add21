"""Every input file of a brand folder, declared once, as data.

The reader, the writer, the blank folder, its datapackage.json and the tables of docs/formats.md all follow from here.
"""

from __future__ import annotations

from doorstep.files.columns import Table
from doorstep.files.schema_carriage import AREAS, DIVISORS, EXCHANGE_RATES, RATES, SERVICES, SURCHARGES, ZONES
from doorstep.files.schema_commitments import COMMITMENT_PRICES, COMMITMENT_TIERS, COMMITMENTS
from doorstep.files.schema_customers import CUSTOMER_TABLES
from doorstep.files.schema_demand import BRAND, HISTORY, ORDER_LINES, ORDERS
from doorstep.files.schema_disruptions import DISRUPTIONS
from doorstep.files.schema_duty import DUTIES, TERRITORIES
from doorstep.files.schema_emissions import EMISSION_FACTORS
from doorstep.files.schema_explore import EXPLORE
from doorstep.files.schema_rate import MARKUPS
from doorstep.files.schema_route import FLEET
from doorstep.files.schema_supply import CARTONS, COLLECTIONS, INBOUND, LINEHAULS, PRODUCTS, SITES, STOCK
from doorstep.files.schema_worth import VALUES

TABLES: tuple[Table, ...] = (
    BRAND,
    PRODUCTS,
    SITES,
    COLLECTIONS,
    LINEHAULS,
    FLEET,
    STOCK,
    INBOUND,
    CARTONS,
    SERVICES,
    ZONES,
    RATES,
    SURCHARGES,
    DIVISORS,
    AREAS,
    EXCHANGE_RATES,
    DUTIES,
    TERRITORIES,
    EMISSION_FACTORS,
    MARKUPS,
    ORDERS,
    ORDER_LINES,
    HISTORY,
    DISRUPTIONS,
    COMMITMENTS,
    COMMITMENT_TIERS,
    COMMITMENT_PRICES,
    VALUES,
    EXPLORE,
)
WRITTEN = (*TABLES, *CUSTOMER_TABLES)  # what a brand folder may hold; of customers only their insights are learned
BY_NAME: dict[str, Table] = {table.name: table for table in TABLES}
