"""Parcels of the Olist marketplace, and how well transit learned before a month serves the parcels of the month."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from time import process_time

import numpy as np
import numpy.typing as npt

from doorstep.domain.carriage import Service
from doorstep.domain.clock import WorkingDays
from doorstep.domain.learned import PastParcel, TransitModel
from doorstep.domain.place import Place
from doorstep.domain.supply import Collection, Site
from doorstep.kernels.promise.network import compile_network
from doorstep.kernels.promise.pace import PaceParams, at_current_pace
from doorstep.kernels.promise.problem import Legs, PromiseProblem
from doorstep.kernels.promise.promise import promise
from doorstep.kernels.promise.transit import fit_transit

BRAZIL = timezone(timedelta(hours=-3))
DELIVERED_WEIGHT = 5.97  # the sample holds every order that was not delivered, and about a sixth of the others
EVERY_DAY = WorkingDays.parse("Mon-Sun")
EPOCH = date(1970, 1, 1)
Scores = npt.NDArray[np.float64]
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
    """Promise the parcels handed over in a month, learned before it in three ways, and week by week in two; report."""
    as_of, until = month_of(month)
    asked = _handed_over(parcels, as_of, until)
    start = process_time()
    model = fit_transit(parcels, as_of, services=(POST,))
    seconds = process_time() - start
    coarse = TransitModel(as_of, tuple(lane for lane in model.lanes if lane.level == 4))
    known = [parcel for parcel in parcels if parcel.delivered_at is not None and parcel.delivered_at < as_of]
    dropping = fit_transit(known, as_of, services=(POST,))
    scores = [_told(_score(asked, one, target_ppm)) for one in (model, coarse, dropping)]
    scores += [_told(walk_weeks(parcels, month, target_ppm, pace)) for pace in (None, PaceParams())]
    return f"{month} {len(asked):>9,} {len(model.lanes):>6,} {seconds:>6.2f} | {' | '.join(scores)}"


def month_of(month: str) -> tuple[datetime, datetime]:
    """Begin and end of a month, in Brazil."""
    first = datetime.fromisoformat(f"{month}-01").replace(tzinfo=BRAZIL)
    return first, (first + timedelta(days=32)).replace(day=1)


def walk_weeks(parcels: Sequence[PastParcel], month: str, target_ppm: int, pace: PaceParams | None) -> Scores:
    """Learn anew every week of a month, promise the parcels handed over in the week."""
    first, end = month_of(month)
    parts: list[Scores] = []
    while first < end:
        until = min(first + timedelta(days=7), end)
        asked = _handed_over(parcels, first, until)
        if asked:
            model = fit_transit(parcels, first, services=(POST,))
            model = at_current_pace(model, parcels, first, (POST,), pace) if pace else model
            parts.append(_score(asked, model, target_ppm))
        first = until
    return np.concatenate(parts, axis=1)


def _handed_over(parcels: Sequence[PastParcel], since: datetime, until: datetime) -> list[PastParcel]:
    return [
        one
        for one in parcels
        if one.handed_over_at and since <= one.handed_over_at < until and one.status not in ("canceled", "unavailable")
    ]


def _told(scores: Scores) -> str:
    """On-time rate (a parcel never delivered is late) and mean calendar days from hand-over to the promised date."""
    on_time, days, weight = scores
    return f"{np.average(on_time, weights=weight):6.1%} {np.average(days, weights=weight):5.1f}"


def _score(asked: Sequence[PastParcel], transit: TransitModel, target_ppm: int) -> Scores:
    """[3, n]: kept or not, calendar days from hand-over to the promised date, weight."""
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
    days = result.promised_day - result.ship_day
    return np.stack([arrived <= result.promised_day, days, weight]).astype(np.float64)


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
