"""Parcels of the Olist marketplace, and how well transit learned before a month serves the parcels of the month."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from time import process_time

import numpy as np

from doorstep.domain.carriage import Service
from doorstep.domain.clock import WorkingDays
from doorstep.domain.learned import PastParcel, TransitModel
from doorstep.domain.place import Place
from doorstep.domain.supply import Collection, Site
from doorstep.kernels.promise.network import compile_network
from doorstep.kernels.promise.problem import Legs, PromiseProblem
from doorstep.kernels.promise.promise import promise
from doorstep.kernels.promise.transit import fit_transit

BRAZIL = timezone(timedelta(hours=-3))
DELIVERED_WEIGHT = 5.97  # the sample holds every order that was not delivered, and about a sixth of the others
EVERY_DAY = WorkingDays.parse("Mon-Sun")
EPOCH = date(1970, 1, 1)
POST = Service(
    service="post",
    carrier="",
    name="",
    speed="standard",
    delivers_to="home",
    max_weight_g=30_000,
    max_length_mm=1_000,
    max_girth_mm=None,
    dim_divisor_cm3_per_kg=0,
    working_days=WorkingDays.parse("Mon-Fri"),
    min_days=3,
    max_days=12,
)


def read_parcels(folder: Path) -> list[PastParcel]:
    """One parcel per order and seller."""
    sellers = {row["seller_id"]: row for row in _rows(folder / "sellers.csv.gz")}
    customers = {row["customer_id"]: row for row in _rows(folder / "customers.csv.gz")}
    sold_by = {(row["order_id"], row["seller_id"]) for row in _rows(folder / "order_items.csv.gz")}
    orders = {row["order_id"]: row for row in _rows(folder / "orders.csv.gz")}
    parcels = []
    for order_id, seller_id in sorted(sold_by):
        order = orders.get(order_id)
        if order is None or seller_id not in sellers:
            continue
        customer = customers[order["customer_id"]]
        placed_at = _instant(order["order_purchase_timestamp"])
        assert placed_at is not None
        parcels.append(
            PastParcel(
                parcel=f"{order_id}/{seller_id}",
                order=order_id,
                service="",
                site="",
                seller=seller_id,
                origin_country="BR",
                origin_postcode=sellers[seller_id]["seller_zip_code_prefix"],
                destination_country="BR",
                destination_region=customer["customer_state"],
                destination_postcode=customer["customer_zip_code_prefix"],
                weight_g=0,
                placed_at=placed_at,
                status=order["order_status"],
                handed_over_at=_instant(order["order_delivered_carrier_date"]),
                delivered_at=_instant(order["order_delivered_customer_date"]),
                sample_weight=DELIVERED_WEIGHT if order["order_status"] == "delivered" else 1.0,
            )
        )
    return parcels


def score_month(parcels: Sequence[PastParcel], month: str, target_ppm: int) -> str:
    """Fit before the month in three ways, promise the parcels handed over in it, and report."""
    as_of = datetime.fromisoformat(f"{month}-01").replace(tzinfo=BRAZIL)
    until = (as_of + timedelta(days=32)).replace(day=1)
    asked = [parcel for parcel in parcels if parcel.handed_over_at and as_of <= parcel.handed_over_at < until]
    asked = [parcel for parcel in asked if parcel.status not in ("canceled", "unavailable")]
    start = process_time()
    model = fit_transit(parcels, as_of, services=(POST,))
    seconds = process_time() - start
    coarse = TransitModel(as_of, tuple(lane for lane in model.lanes if lane.level == 4))
    known = [parcel for parcel in parcels if parcel.delivered_at is not None and parcel.delivered_at < as_of]
    dropping = fit_transit(known, as_of, services=(POST,))
    scores = " | ".join(_score(asked, one, target_ppm) for one in (model, coarse, dropping))
    return f"{month} {len(asked):>9,} {len(model.lanes):>6,} {seconds:>6.2f} | {scores}"


def _score(asked: Sequence[PastParcel], transit: TransitModel, target_ppm: int) -> str:
    """On-time rate (a parcel never delivered is late) and mean calendar days from hand-over to the promised date."""
    origins = {postcode: index for index, postcode in enumerate(sorted({p.origin_postcode for p in asked}))}
    places = {Place("BR", p.destination_region, "", p.destination_postcode): None for p in asked}
    ends = {place: index for index, place in enumerate(places)}
    sites = [_always_open(postcode) for postcode in origins]
    calls = [Collection(site.site, POST.service, 86_399, EVERY_DAY) for site in sites]
    handed_over = [parcel.handed_over_at for parcel in asked if parcel.handed_over_at is not None]
    ready = np.array([int(at.timestamp()) for at in handed_over])
    tables = compile_network(
        sites, calls, (POST,), tuple(ends), transit, target_ppm, int(ready.min()) // 86_400, int(ready.max()) // 86_400
    )
    nothing = np.zeros(len(asked), dtype=np.int64)
    legs = Legs(
        site=np.array([origins[parcel.origin_postcode] for parcel in asked]),
        service=nothing,
        destination=np.array([ends[Place("BR", p.destination_region, "", p.destination_postcode)] for p in asked]),
        ready_at=ready,
        shift=nothing,
        not_before=nothing - 1,
        promised_by=nothing - 1,
    )
    result = promise(PromiseProblem(tables, legs))
    never = np.iinfo(np.int64).max
    arrived = np.array([(p.delivered_at.date() - EPOCH).days if p.delivered_at else never for p in asked])
    weight = np.array([parcel.sample_weight for parcel in asked])
    on_time = np.average(arrived <= result.promised_day, weights=weight)
    days = np.average(result.promised_day - result.ship_day, weights=weight)
    return f"{on_time:6.1%} {days:5.1f}"


def _always_open(postcode: str) -> Site:
    """Where a parcel leaves on the day it is ready, so that the promise starts at the real hand-over."""
    return Site(
        site=postcode,
        kind="fulfilment_centre",
        name="",
        place=Place("BR", "", "", postcode),
        time_zone="Etc/GMT+3",
        working_days=EVERY_DAY,
        holiday_calendar="",
        order_cutoff_s=86_399,
        pick_cost_per_order_micros=0,
        pick_cost_per_unit_micros=0,
    )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=BRAZIL) if text else None
