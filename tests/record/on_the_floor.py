"""Orders that are planned and reserved, ready for the floor."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from tests.core_fixtures import NOW

from doorstep.core.events.models import Fact
from doorstep.core.floor import bench
from doorstep.core.parcels.models import Parcel
from doorstep.core.stock import actions as stock
from doorstep.core.stock.models import Level
from doorstep.domain.rights import Scope
from doorstep.flows import pack, pick
from doorstep.flows.release import Released, release

if TYPE_CHECKING:
    from doorstep.core.accounts.models import Brand
    from doorstep.core.catalog.models import Product
    from doorstep.core.network.models import Site
    from doorstep.core.orders.models import Order

LEAVES = NOW + timedelta(hours=6)
TARE_G = 100


def carton(brand: Brand, code: str = "S", max_weight_g: int = 8_000, tare_g: int = TARE_G) -> None:
    from doorstep.core.catalog.models import Carton

    Carton.objects.create(
        brand=brand,
        code=code,
        inner_length_mm=400,
        inner_width_mm=300,
        inner_height_mm=200,
        outer_length_mm=410,
        outer_width_mm=310,
        outer_height_mm=210,
        tare_g=tare_g,
        max_weight_g=max_weight_g,
        cost_micros=400_000,
    )


def stocked(brand: Brand, site: Site, product: Product, **bins: int) -> None:
    """Put units into bins: `stocked(..., A1=3)`."""
    for bin, units in bins.items():
        stock.receive(brand.pk, site.pk, product.pk, units, bin, at=NOW, actor="user:1")


def planned(
    brand: Brand,
    site: Site,
    code: str,
    *parcels: dict[Product, int],
    leaves_at: datetime = LEAVES,
    priority: int = 0,
    carton: str = "S",
    service: str = "std",
) -> Order:
    """An order in as many parcels as are given, its units reserved."""
    from doorstep.core.orders.models import Order

    order = Order.objects.create(
        brand=brand, code=code, placed_at=NOW, country="DE", state="planned", priority=priority
    )
    for number, contents in enumerate(parcels, start=1):
        Parcel.objects.create(
            brand=brand,
            order=order,
            code=f"{code}-{number}",
            site=site,
            carton=carton,
            service=service,
            weight_g=TARE_G + sum(product.weight_g * units for product, units in contents.items()),
            billed_weight_g=1_000,
            ship_at=leaves_at,
            promised_by=date(2026, 3, 5),
            on_time_ppm=950_000,
            pick_minor=0,
            carton_minor=0,
            freight_minor=0,
            surcharges_minor=0,
            duty_tax_minor=0,
            lateness_minor=0,
            contents=[[str(line), one.sku, units] for line, (one, units) in enumerate(contents.items(), start=1)],
            placements=[],
        )
    wanted = [stock.Wanted(site.pk, one.pk, units) for contents in parcels for one, units in contents.items()]
    stock.reserve(brand.pk, wanted, f"order:{order.pk}", at=NOW, actor="system")
    return order


def released(scope: Scope) -> Released:
    return release(scope, site="north", until=LEAVES, now=NOW)


def units(product: Product) -> dict[str, int]:
    """Units of a product by bin and state, as `A1 picked`."""
    rows = Level.objects.filter(product=product, quantity__gt=0).values_list("bin", "state", "quantity")
    return {f"{bin} {state}": number for bin, state, number in rows}


def picked(scope: Scope, wave: str, now: datetime = NOW) -> None:
    while (task := pick.next_pick(scope, wave, now=now)) is not None:
        if task.bin:
            assert pick.scan(scope, task.pk, task.bin, now=now).refused == ""
        assert pick.scan(scope, task.pk, task.sku, now=now).done


def packed(scope: Scope, tote: int, now: datetime = NOW) -> None:
    pack.open_tote(scope, tote)
    row = bench.get_tote(scope, tote)
    assert row is not None
    for one in row.checks:
        for _ in range(one.wanted):
            assert pack.scan(scope, tote, one.sku, now=now).refused == ""
    assert pack.scan(scope, tote, row.planned_carton, now=now).refused == ""
    assert pack.scan(scope, tote, str(row.planned_weight_g), now=now).packed


def facts(order: Order) -> list[str]:
    return list(Fact.objects.filter(subject=f"order:{order.pk}").order_by("id").values_list("kind", flat=True))


def state(order: Order) -> tuple[str, list[str]]:
    order.refresh_from_db()
    return order.state, list(Parcel.objects.filter(order=order).order_by("pk").values_list("state", flat=True))
