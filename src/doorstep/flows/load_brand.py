"""Load a brand folder into the record: the same goods, sites, contracts and orders, now in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from doorstep.core.accounts import actions as accounts
from doorstep.core.catalog import actions as catalog
from doorstep.core.catalog import barcodes
from doorstep.core.events.actions import record
from doorstep.core.learned import actions as learned
from doorstep.core.network import actions as network
from doorstep.core.orders import actions as orders
from doorstep.core.stock import loading as stock
from doorstep.core.tariffs import actions as tariffs
from doorstep.files.folder import read_folder
from doorstep.kernels.run import Progress, silent


@dataclass(frozen=True, slots=True)
class Loaded:
    brand_id: int
    orders: int
    products: int
    units: int


def load_brand(
    operator_id: int, folder: Path, *, now: datetime, actor: str = "system", progress: Progress = silent
) -> Loaded:
    """Load the folder whole or not at all. Raises InputRefused with every fault; DoorstepError if the brand is there.

    Sites belong to the operator: those of a code that is there already are shared, and must be alike.
    """
    read = read_folder(folder, progress)
    with transaction.atomic():
        brand_id = accounts.add_brand(operator_id, read.brand, channels=sorted({one.channel for one in read.orders}))
        sites = network.add_sites(operator_id, read.sites)
        network.add_collections(sites, read.collections)
        products = catalog.add_products(brand_id, read.products)
        barcodes.add_barcodes(brand_id, products, read.barcodes)
        catalog.add_cartons(brand_id, read.cartons)
        tariffs.add_tariff(brand_id, read.tariff)
        learned.add_history(brand_id, read.history)
        stock.open_with(brand_id, sites, products, read.stock, read.inbound, at=now, actor=actor)
        count = orders.add_orders(brand_id, read.orders, products)
        units = sum(level.on_hand for level in read.stock)
        record(
            operator_id,
            brand_id,
            kind="BrandLoaded",
            subject=f"brand:{brand_id}",
            data={"orders": count, "products": len(products), "units": units, "data_version": read.data_version},
            at=now,
            actor=actor,
        )
    return Loaded(brand_id, count, len(products), units)
