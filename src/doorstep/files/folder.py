"""A brand folder in: read, checked in every cell, and either whole or refused with every fault."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from doorstep.domain.carriage import Markup, Tariff
from doorstep.domain.catalog import Carton, Product, ProductCode
from doorstep.domain.commitment import Commitment, DatedCommitmentPrice
from doorstep.domain.demand import Brand, Order
from doorstep.domain.disruption import DeclaredDisruption
from doorstep.domain.emission import EmissionFactor
from doorstep.domain.exploration import ServiceTrial
from doorstep.domain.fleet import Van
from doorstep.domain.learned import PastParcel
from doorstep.domain.rules import Rule
from doorstep.domain.supply import Collection, Inbound, Linehaul, Site, StockLevel
from doorstep.domain.worth import LearnedValue
from doorstep.files import build, build_commitments, content
from doorstep.files.build_fleet import vans
from doorstep.files.columns import Table
from doorstep.files.durations_in import PublishedDurations, read_durations
from doorstep.files.faults import Faults
from doorstep.files.folder_rules import read_rules, with_rules
from doorstep.files.rules import Tables
from doorstep.files.rules_tariff import RULES
from doorstep.files.schema import TABLES
from doorstep.files.table import read_table
from doorstep.kernels.run import Progress, silent

_FILES = frozenset(table.file for table in TABLES)


@dataclass(frozen=True, slots=True)
class BrandFolder:
    brand: Brand
    products: tuple[Product, ...]
    barcodes: tuple[ProductCode, ...]
    sites: tuple[Site, ...]
    collections: tuple[Collection, ...]
    stock: tuple[StockLevel, ...]
    inbound: tuple[Inbound, ...]
    cartons: tuple[Carton, ...]
    tariff: Tariff
    emission_factors: tuple[EmissionFactor, ...]  # its own; see `with_defaults`
    orders: tuple[Order, ...]  # as they stand in orders.csv, each with its lines as they stand in order_lines.csv
    history: tuple[PastParcel, ...]
    data_version: str  # sha256 of the content: equal for equal data, packed or not
    markups: tuple[Markup, ...] = ()
    disruptions: tuple[DeclaredDisruption, ...] = ()
    durations: PublishedDurations | None = None  # in force, as `promise fit` published them
    rules: tuple[Rule, ...] = ()
    rules_text: str = ""  # rules.toml as it is written; empty: there is none
    linehauls: tuple[Linehaul, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    commitment_prices: tuple[DatedCommitmentPrice, ...] = ()
    vans: tuple[Van, ...] = ()
    values: tuple[LearnedValue, ...] = ()
    trials: tuple[ServiceTrial, ...] = ()


def read_folder(path: Path | str, progress: Progress = silent) -> BrandFolder:
    """Read and check a brand folder.

    An order that cannot be planned (an unknown sku, no lines, no zone for its postcode) is well-formed and read; a cell
    that is not what docs/formats.md says is not. Raises InputRefused with the first thousand faults and the count of
    all.
    """
    with collector_at_rest():
        return _read(Path(path), progress)


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Millions of cells and no cycle among them: searching them for garbage again and again doubles the time."""
    at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if at_work:
            gc.enable()


def _read(path: Path, progress: Progress) -> BrandFolder:
    faults = Faults()
    tables, version = read_tables(path, TABLES, faults, progress)
    for step, rule in enumerate(RULES):
        progress("checking", step, len(RULES))
        rule(tables)
    progress("checking", len(RULES), len(RULES))
    durations, raw = read_durations(path, faults, len(TABLES)) if path.is_dir() else (None, b"")
    if raw:
        version = hashlib.sha256(f"{version} {len(raw)}\n".encode() + raw).hexdigest()
    read = read_rules(path, tables, faults)
    faults.refuse_if_any()
    return BrandFolder(
        brand=build.brand(tables["brand"]),
        products=build.products(tables["products"]),
        barcodes=build.barcodes(tables["products"]),
        sites=build.sites(tables["sites"]),
        collections=build.collections(tables["collections"]),
        stock=build.stock(tables["stock"]),
        inbound=build.inbound(tables.get("inbound")),
        cartons=build.cartons(tables["cartons"]),
        tariff=build.tariff(tables),
        emission_factors=build.emission_factors(tables),
        orders=build.orders(tables["orders"], tables["order_lines"]),
        history=build.history(tables.get("history")),
        data_version=with_rules(version, read.text),
        markups=build.markups(tables),
        disruptions=build.disruptions(tables),
        durations=durations,
        rules=read.rules,
        rules_text=read.text,
        linehauls=build.linehauls(tables.get("linehauls")),
        commitments=build_commitments.commitments(tables),
        commitment_prices=build_commitments.prices(tables),
        vans=vans(tables),
        values=build.values(tables),
        trials=build.trials(tables),
    )


def read_tables(folder: Path, wanted: Sequence[Table], faults: Faults, progress: Progress) -> tuple[Tables, str]:
    """Read the files of a folder, and the sha256 of their content; no rule is applied."""
    tables: Tables = {}
    version = hashlib.sha256()
    try:
        if not folder.is_dir():
            raise content.Unreadable("is not a folder" if folder.exists() else "is not there")
        for rank, table in enumerate(wanted):
            progress("reading", rank, len(wanted))
            file = table.file
            try:
                found = content.find(folder, file)
                if found is None:
                    if not table.optional:
                        faults.rule(file, rank).add(0, "", content.missing(folder, file, _FILES))
                    continue
                file = found.name
                text = content.decode(content.read_bytes(found))
            except content.Unreadable as error:
                faults.rule(file, rank).add(error.row, "", error.why)
                continue
            canonical = content.canonical(text)
            version.update(f"{table.file} {len(canonical)}\n".encode() + canonical)
            tables[table.name] = read_table(text, table, file, rank, faults)
    except content.Unreadable as error:
        faults.rule(str(folder), -1).add(0, "", error.why)
    except (OSError, ValueError) as error:
        faults.rule(str(folder), -1).add(0, "", f"cannot be read: {error}")
    progress("reading", len(wanted), len(wanted))
    return tables, version.hexdigest()


def select_orders(folder: BrandFolder, from_date: date | None, to_date: date | None) -> tuple[Order, ...]:
    """Orders placed on `from_date` or later and before `to_date`, by the date as written in `placed_at`."""
    return tuple(
        order
        for order in folder.orders
        if (from_date is None or order.placed_at.date() >= from_date)
        and (to_date is None or order.placed_at.date() < to_date)
    )
