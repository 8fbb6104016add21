"""Months of orders that have come and gone, for pages that tell what was learned of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from doorstep.core.accounts.models import Brand
from doorstep.core.catalog.models import Product
from doorstep.core.network.models import Site
from doorstep.core.orders.models import Order, OrderLine
from doorstep.core.parcels.models import Parcel
from doorstep.core.tariffs.models import Service

PLACES = (("FR", "75011", "FR-IDF"), ("DE", "10115", "DE-BE"), ("IT", "20121", "IT-25"))
SERVICES = ("gp-std", "swift")
LATE_ONE_IN = {"gp-std": 4, "swift": 20}  # of a service's parcels comes two days late
PARTS = {"pick": 80, "carton": 45, "freight": 600, "surcharges": 58, "duty_tax": 0, "lateness": 9}
COST = sum(PARTS.values())


def let_travel(brand: Brand, now: datetime, orders: int = 420, days: int = 182) -> None:
    """Have orders placed evenly over so many days until two weeks ago, each with one parcel that came."""
    Service.objects.filter(brand=brand, code__in=SERVICES).update(tracked=True)
    site = Site.objects.filter(operator=brand.operator).earliest("pk")
    products = list(Product.objects.filter(brand=brand).order_by("pk"))
    placed = [now - timedelta(days=14 + (days - 14) * (orders - at) / orders) for at in range(orders)]
    made = Order.objects.bulk_create(
        Order(
            brand=brand,
            code=f"P-{at:05d}",
            placed_at=placed[at],
            customer=f"R-{at * 11 % (orders // 2)}",
            country=PLACES[at % 3][0],
            postcode=PLACES[at % 3][1],
            region=PLACES[at % 3][2],
            state="delivered",
        )
        for at in range(orders)
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=one,
            line="1",
            sku=products[at % len(products)].sku,
            product=products[at % len(products)],
            quantity=1 + at % 2,
            unit_price_micros=12_990_000,
        )
        for at, one in enumerate(made)
    )
    Parcel.objects.bulk_create(_parcel(one, site, at, products[at % len(products)].sku) for at, one in enumerate(made))


def _parcel(order: Order, site: Site, at: int, sku: str) -> Parcel:
    service = SERVICES[at // 3 % 2]
    ships = order.placed_at + timedelta(days=1)
    promised = ships.date() + timedelta(days=3)
    late = at // 6 % LATE_ONE_IN[service] == 0
    return Parcel(
        brand=order.brand,
        order=order,
        code=f"{order.code}-1",
        site=site,
        carton="S",
        service=service,
        weight_g=470,
        billed_weight_g=1_000,
        ship_at=ships,
        promised_by=promised,
        on_time_ppm=950_000,
        **{f"{part}_minor": minor for part, minor in PARTS.items()},
        contents=[["1", sku, 1 + at % 2]],
        placements=[],
        state="delivered",
        left_at=ships,
        ended_at=ships + timedelta(days=5 if late else 2),
    )
