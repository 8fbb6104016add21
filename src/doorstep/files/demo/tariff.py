"""Eight services of four invented carriers, with tariffs in the published style: ladders by zone and weight.

The trade-offs are those of the European market: a local carrier is cheapest from its own country to its own country,
the pan-European one goes everywhere, economy is slower and cheaper, dimensions are billed, islands cost more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from doorstep.files.demo.tabular import Row, Table, euros

SERVICE_COLUMNS = (
    "service", "carrier", "name", "speed", "delivers_to", "max_weight_g", "max_length_mm", "max_girth_mm",
    "dim_divisor_cm3_per_kg", "working_days", "min_days", "max_days", "tracked", "signature",
)  # fmt: skip
RATE_COLUMNS = ("service", "zone", "up_to_g", "price", "per_extra_kg", "valid_from", "valid_to")
ROUND_TO_CENTS = 5
# The local carrier of the south raises its prices overnight, between the two days on which today's orders can leave.
NEW_PRICES_FROM, OLD_PRICES_TO, NEW_PRICE_PERCENT = "2026-10-16", "2026-10-15", 106

_PARCEL = (500, 1000, 2000, 3000, 5000, 10000, 15000, 20000, 25000, 31500)
_EXPRESS = (500, 1000, 1500, 2000, 3000, 4000, 5000, 7500, 10000, 15000, 20000, 30000)
_POSTAL = (1000, 2000, 5000, 10000, 20000, 31500)
_POINT = (1000, 2000, 5000, 10000, 20000)
_FREIGHT = (30000, 50000, 75000, 100000, 150000)


@dataclass(frozen=True, slots=True)
class DemoService:
    """`ladders`: zone -> (cents up to one kilogram, cents of a further kilogram)."""

    service: str
    carrier: str
    name: str
    speed: str
    delivers_to: str
    max_weight_g: int
    max_length_mm: int
    max_girth_mm: int | None
    dim_divisor: int
    working_days: str
    min_days: int
    max_days: int
    signature: bool
    breaks_g: tuple[int, ...]
    tail: bool  # billed weights beyond the ladder are carried
    ladders: dict[str, tuple[int, int]]
    overseas: bool = False  # goes to the Canary Islands

    def row(self) -> Row:
        return (
            self.service, self.carrier, self.name, self.speed, self.delivers_to, self.max_weight_g, self.max_length_mm,
            "" if self.max_girth_mm is None else self.max_girth_mm, self.dim_divisor, self.working_days, self.min_days,
            self.max_days, 1, int(self.signature),
        )  # fmt: skip

    def price_cents(self, zone: str, up_to_g: int, percent: int = 100) -> int:
        """A step of the ladder. Further kilograms get cheaper with weight: their number counts to the power 0.92."""
        base, further = self.ladders[zone]
        cents = base * 0.9 if up_to_g <= 500 else base + further * ((up_to_g - 1000) / 1000) ** 0.92
        return round(cents * percent / 100 / ROUND_TO_CENTS) * ROUND_TO_CENTS


SERVICES = (
    DemoService("meridian-economy", "Meridian Parcel", "Meridian Economy", "economy", "home", 31500, 1200, 3000, 5000,
                "Mon-Fri", 3, 6, False, _PARCEL, True,
                {"0": (395, 27), "1": (560, 45), "2": (690, 62), "3": (850, 80)}),
    DemoService("meridian-standard", "Meridian Parcel", "Meridian Classic", "standard", "home", 31500, 1750, 3000, 5000,
                "Mon-Fri", 2, 4, False, _PARCEL, True,
                {"0": (540, 40), "1": (790, 60), "2": (970, 84), "3": (1210, 112), "4": (2400, 280)}, overseas=True),
    DemoService("meridian-express", "Meridian Parcel", "Meridian Express", "express", "home", 30000, 1500, 3000, 5000,
                "Mon-Sat", 1, 2, True, _EXPRESS, True,
                {"0": (1190, 105), "1": (1750, 165), "2": (2100, 225), "3": (2600, 290)}),
    DemoService("meridian-point", "Meridian Parcel", "Meridian Point", "standard", "pickup_point", 20000, 1000, 2500,
                5000, "Mon-Sat", 2, 5, False, _POINT, False,
                {"0": (420, 30), "1": (590, 48), "2": (720, 66), "3": (890, 85)}),
    DemoService("linden-standard", "Lindenpost", "Lindenpost Paket", "standard", "home", 31500, 1200, 2600, 6000,
                "Mon-Sat", 1, 3, False, _POSTAL, False,
                {"R": (395, 26), "D": (445, 30), "N": (640, 52), "E": (760, 66)}),
    DemoService("azur-standard", "Colis Azur", "Azur Domicile", "standard", "home", 30000, 1500, 3000, 4000,
                "Mon-Sat", 1, 3, False, _PARCEL, True,
                {"R": (390, 28), "D": (460, 33), "N": (715, 58), "E": (845, 72)}),
    DemoService("azur-point", "Colis Azur", "Azur Relais", "standard", "pickup_point", 20000, 1000, 2400, 0,
                "Mon-Sat", 2, 4, False, _POINT, False,
                {"D": (365, 24), "N": (560, 44)}),
    DemoService("titan-freight", "Titan Freight", "Titan Two-Man", "economy", "home", 150000, 2600, None, 6000,
                "Mon-Fri", 3, 7, True, _FREIGHT, True,
                {"0": (1900, 38), "1": (2500, 46), "2": (3200, 56), "3": (4300, 68)}),
)  # fmt: skip
CHANGING_SERVICE = "azur-standard"


def services_table() -> Table:
    return SERVICE_COLUMNS, [service.row() for service in SERVICES]


def _ladder(service: DemoService, percent: int, valid_from: str, valid_to: str) -> Iterator[Row]:
    for zone, (_, further) in service.ladders.items():
        for up_to_g in service.breaks_g:
            last = up_to_g == service.breaks_g[-1] and service.tail
            tail = euros(round(further * 1.1 * percent / 100)) if last else ""
            price = euros(service.price_cents(zone, up_to_g, percent))
            yield (service.service, zone, up_to_g, price, tail, valid_from, valid_to)


def rates_table() -> Table:
    rows: list[Row] = []
    for service in SERVICES:
        if service.service == CHANGING_SERVICE:
            rows += _ladder(service, 100, "", OLD_PRICES_TO)
            rows += _ladder(service, NEW_PRICE_PERCENT, NEW_PRICES_FROM, "")
        else:
            rows += _ladder(service, 100, "", "")
    return RATE_COLUMNS, rows
