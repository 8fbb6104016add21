"""Reports of packing and of cartons, made up by hand."""

from __future__ import annotations

from doorstep.documents.report.cartons_report import CartonsReport
from doorstep.documents.report.pack_report import PackReport
from doorstep.domain.catalog import Carton
from doorstep.domain.demand import Brand
from doorstep.domain.money import Currency
from doorstep.domain.packing import CartonSet, Left, PackedParcel, StockedCarton
from doorstep.domain.parcel import OWN_BOX, Placement

BOX = Carton("box", (250, 200, 150), (256, 206, 156), 80, 10_000, 400_000, padding_mm=10)
BAG = Carton("bag", (350, 300, 60), (352, 302, 62), 20, 2_000, 100_000, mailer=True)
SUMMARY: dict[str, object] = {
    "orders": 4,
    "unpacked": 1,
    "one_box_rate": 0.75,
    "proven_rate": 0.5,
    "fill_rate": 0.6,
    "gap_pct": 1.5,
    "seconds": 0.2,
    "support": 0.8,
    "data_version": "0" * 64,
}
CHOICE: dict[str, object] = {
    "today_objective": 30.0,
    "today_packed": 9,
    "asked_for": 2,
    "today_one_box_rate": 0.8,
    "choice_gap_pct": 0.5,
    "data_version": "0" * 64,
    "baskets": 7,
    "candidates": 90,
    "freight": "std (zone 1)",
    "seed": 0,
    "seconds": 2.0,
}


def pack_report(name: str = "mug", drawn: int = 100, currency: Currency | None = None) -> PackReport:
    mugs = tuple(
        Placement("o1", name, n + 1, 10 + 100 * (n % 2), 10 + 90 * (n // 2), 10, 100, 90, 120) for n in range(3)
    )
    shirt = (Placement("o2", "shirt", 1, 0, 0, 0, 300, 200, 20),)
    television = (Placement("o3", "tv", 1, 0, 0, 0, 700, 400, 120),)
    parcels = (
        PackedParcel("o1-1", "o1", "box", 1_280, (256, 206, 156), 1_646, 40, 10, 490, mugs),
        PackedParcel("o2-1", "o2", "bag", 270, (352, 302, 22), 468, 10, 0, 350, shirt),
        PackedParcel("o3-1", "o3", OWN_BOX, 9_000, (700, 400, 120), 9_000, 0, 0, 1_790, television),
    )
    left = (Left("o4", name, 2, "too_large"),)
    return PackReport((BOX, BAG), parcels, left, SUMMARY, currency, drawn)


def cartons_report(name: str = "Hearth", costs: tuple[int, ...] = (4_000, 2_900, 2_500)) -> CartonsReport:
    euros = Currency("EUR")
    brand = Brand("b", name, euros, "DE", 950_000, 1_000_000, 250_000_000)
    curve = tuple(
        CartonSet(tuple(f"c{n}" for n in range(size)), cost, cost, (3_000 - cost) / 3_000, 10, 9, 10)
        for size, cost in enumerate(costs, start=1)
    )
    stocked = tuple(StockedCarton(BOX, n == 0, 5, 700 - n) for n in range(2))
    return CartonsReport(brand, stocked, curve, (BOX, BAG), (7, 3), CHOICE)
