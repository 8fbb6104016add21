"""Parcels of a year that carriers have told of, in the rows of the record; their rates are known."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from benchmarks.learn.carrier_truth import Drawn, Truth, drawn

from doorstep.core.accounts.models import Brand
from doorstep.core.network.models import Site
from doorstep.core.orders.models import Order
from doorstep.core.parcels.models import CarrierAccount, Parcel, Scan
from doorstep.core.tariffs.models import Service
from doorstep.domain.learned import PastParcel

WORSE = Truth(parcels=1_600, carriers=2, lanes=2, lane_sd=0.3, pair_sd=0.0, worse_from=126, worse_odds=8.0)
STEADY = Truth(parcels=400, carriers=1, lanes=1)
CARRIER = "north-post"


def made(truth: Truth = WORSE) -> Drawn:
    return drawn(truth, 3)


def carry(brand: Brand, site: Site, told: list[PastParcel], *, tracked: bool = True) -> None:
    """Put parcels into the record as if it had sent them, with the scans that tell of their arrival."""
    account, _ = CarrierAccount.objects.get_or_create(
        operator=brand.operator, code="north", defaults={"carrier": CARRIER, "plugin": "sandbox"}
    )
    for code in sorted({one.service for one in told}):
        Service.objects.create(
            brand=brand, code=code, carrier=CARRIER, name=code, speed="standard", delivers_to="home", tracked=tracked,
            max_weight_g=31_500, max_length_mm=1_200, dim_divisor_cm3_per_kg=5_000, working_days=0b0011111,
            min_days=1, max_days=3,
        )  # fmt: skip
    orders = Order.objects.bulk_create(
        Order(
            brand=brand, code=one.order, channel="shop", placed_at=one.placed_at, state="shipped", country="DE",
            region=one.destination_region, postcode="34117", city="Kassel", latitude=51.3, longitude=9.5,
        )
        for one in told
    )  # fmt: skip
    parcels = Parcel.objects.bulk_create(
        _parcel(brand, site, order, one) for order, one in zip(orders, told, strict=True)
    )
    Scan.objects.bulk_create(
        Scan(
            account=account, parcel=parcel, event=f"{brand.pk}-{one.parcel}", tracking=parcel.tracking,
            milestone="delivered", at=one.delivered_at, received_at=one.delivered_at,
        )
        for parcel, one in zip(parcels, told, strict=True)
        if one.delivered_at
    )  # fmt: skip


def _parcel(brand: Brand, site: Site, order: Order, one: PastParcel) -> Parcel:
    assert one.handed_over_at is not None
    assert one.ready_by is not None
    assert one.promised_by is not None
    costs = ("pick", "carton", "freight", "surcharges", "duty_tax", "lateness")
    return Parcel(
        brand=brand, order=order, code=one.parcel, site=site, carton="S", service=one.service, weight_g=one.weight_g,
        billed_weight_g=one.weight_g, ship_at=datetime.combine(one.ready_by, time(17), ZoneInfo(site.time_zone)),
        promised_by=one.promised_by, on_time_ppm=950_000, contents=[], placements=[], left_at=one.handed_over_at,
        tracking=f"T{one.parcel}", state="delivered" if one.delivered_at else "in_transit",
        **{f"{name}_minor": 0 for name in costs},
    )  # fmt: skip


def morning_after(one: Drawn) -> datetime:
    """When the drawn parcels are looked at."""
    return datetime.combine(one.as_of, time(6), UTC)
