"""Load a brand folder into the record: the same goods, sites, contracts and orders, now in the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import transaction

from doorstep.core.accounts import actions as accounts
from doorstep.core.catalog import actions as catalog
from doorstep.core.catalog import barcodes
from doorstep.core.events.actions import NewFact, record, record_all
from doorstep.core.learned import actions as learned
from doorstep.core.learned.account_terms import Putting
from doorstep.core.learned.steering import rows_of
from doorstep.core.messages import disruptions
from doorstep.core.network import actions as network
from doorstep.core.orders.intake import Arrival, add_arrivals, held_for
from doorstep.core.stock import loading as stock
from doorstep.core.tariffs import actions as tariffs
from doorstep.domain.demand import Order
from doorstep.domain.errors import Fault, InputRefused
from doorstep.domain.steering import Steering
from doorstep.files.folder import BrandFolder, read_folder
from doorstep.flows.account_contracts import is_sent_by, set_contracts
from doorstep.flows.account_prices import services_of
from doorstep.flows.commit_terms import account_of
from doorstep.flows.durations import keep_published
from doorstep.flows.faults import examine_all
from doorstep.flows.keep_plan import order_reference
from doorstep.flows.record_problem import ground
from doorstep.flows.steer import put_in_force
from doorstep.kernels.promise.transit import fit_transit
from doorstep.kernels.rate.duty_tables import duty_book
from doorstep.kernels.rate.tables import compile_tariff
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

    A tariff that contradicts itself is refused before anything is written (InvalidProblem).

    Sites belong to the operator: those of a code that is there already are shared, and must be alike. Its orders are
    examined as those that come one by one are, and held for the same faults.
    """
    read = read_folder(folder, progress)
    _refuse_linehauls(read)
    _refuse_vans(read)
    compile_tariff(read.tariff, read.brand.currency, (), ())
    duty_book(read.tariff, read.brand.currency, bool(read.brand.ioss))
    with transaction.atomic():
        brand_id = accounts.add_brand(operator_id, read.brand, channels=sorted({one.channel for one in read.orders}))
        sites = network.add_sites(operator_id, read.sites)
        network.add_collections(sites, read.collections)
        products = catalog.add_products(brand_id, read.products)
        barcodes.add_barcodes(brand_id, products, read.barcodes)
        catalog.add_cartons(brand_id, read.cartons)
        tariffs.add_tariff(brand_id, read.tariff)
        tariffs.add_markups(brand_id, read.markups)
        tariffs.add_emission_factors(brand_id, read.emission_factors)
        tariffs.keep_rules(brand_id, read.rules_text)
        learned.add_history(brand_id, read.history)
        if read.durations is not None:
            keep_published(brand_id, read.durations)
        _steer(operator_id, brand_id, read, now, actor)
        _declare(operator_id, read, sites, now)
        stock.open_with(brand_id, sites, products, read.stock, read.inbound, at=now, actor=actor)
        count, held = _take_in(brand_id, read, products, now)
        units = sum(level.on_hand for level in read.stock)
        record_all(operator_id, brand_id, held, at=now, actor=actor)
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


def _refuse_linehauls(read: BrandFolder) -> None:
    """Nobody's manifest lists what a truck takes to a depot, so that the record would lose it on the way."""
    if read.linehauls:
        name, why = read.linehauls[0].linehaul, "the record does not carry parcels by linehaul yet: leave the file out"
        raise InputRefused((Fault("linehauls.csv", 0, "", name, why),), 1)


def _refuse_vans(read: BrandFolder) -> None:
    """The record has no rounds yet: nobody would load the van."""
    if read.vans:
        name, why = read.vans[0].vehicle, "the record does not know vans yet: leave the file out"
        raise InputRefused((Fault("vehicles.csv", 0, "", name, why),), 1)


def _steer(operator_id: int, brand_id: int, read: BrandFolder, now: datetime, actor: str) -> None:
    """What weighs on a plan of the folder weighs on those of the record: somebody has put it there."""
    found = rows_of(Steering(read.values, commitments=read.commitment_prices, trials=read.trials))
    for kind, rows in found.items():
        if rows:
            put_in_force(operator_id, brand_id, kind, rows, now=now, actor=actor)
    if read.commitments:  # contracts are the operator's; those that other folders brought go on
        _refuse_unsent(operator_id, read)
        how = Putting(now, actor, f"came with the folder of {read.brand.brand}")
        set_contracts(operator_id, read.commitments, read.brand.currency.code, how, ending=False)


def _refuse_unsent(operator_id: int, read: BrandFolder) -> None:
    """Nothing would ever count towards a contract about what no brand sends by, and nobody notice."""
    known = services_of(operator_id)
    unsent = [one for one in read.commitments if not is_sent_by(one, read.brand.currency.code, known)]
    faults = tuple(
        Fault(
            "commitments.csv",
            0,
            "commitment",
            one.commitment,
            f"is about {one.service} by {account_of(one)}, by which no brand sends",
        )
        for one in unsent
    )
    if faults:
        raise InputRefused(faults, len(faults))


def _declare(operator_id: int, read: BrandFolder, sites: Mapping[str, int], now: datetime) -> None:
    """Disruptions that are declared and not over; nobody is told of them, as no parcel is under way yet."""
    for one in read.disruptions:
        if one.declared_on <= now.date() <= one.what.ends_on:
            disruptions.add(operator_id, one.kind, one.what, sites.get(one.what.site), "", now)


def _take_in(brand_id: int, read: BrandFolder, products: Mapping[str, int], now: datetime) -> tuple[int, list[NewFact]]:
    """Put the orders in; gives how many, and what is to be told of those that are held."""
    unlearned = fit_transit((), now, services=read.tariff.services)  # no fault depends on it
    streets = any(one.contact.address_1 for one in read.orders)  # else the folder keeps them to itself
    examined = examine_all(
        brand_id, read.orders, ground(brand_id, now, unlearned).problem, products, now=now, street=streets
    )
    arrivals = [held_for(one.order, one.faults) if one.faults else _sound(one.order, streets) for one in examined]
    rows = add_arrivals(brand_id, arrivals, products)
    held = [
        NewFact("OrderHeld", order_reference(pk), {"reason": one.reason})
        for pk, one in zip(rows, arrivals, strict=True)
        if one.faults
    ]
    return len(rows), held


def _sound(order: Order, streets: bool) -> Arrival:
    return Arrival(order, settled=() if streets else ("address",))
