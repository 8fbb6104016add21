"""The five sites of the brand and which carriers call there. Places are real, everything else is invented."""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.files.demo.tabular import Row, Table, euros

SITE_COLUMNS = (
    "site", "kind", "name", "country", "region", "city", "postcode", "latitude", "longitude", "time_zone",
    "working_days", "holiday_calendar", "order_cutoff", "pick_cost_per_order", "pick_cost_per_unit",
    "daily_order_capacity",
)  # fmt: skip
COLLECTION_COLUMNS = ("site", "service", "collection_time", "working_days", "daily_parcel_capacity")


@dataclass(frozen=True, slots=True)
class DemoSite:
    site: str
    kind: str
    name: str
    country: str
    region: str
    city: str
    postcode: str
    latitude: float
    longitude: float
    time_zone: str
    working_days: str
    holiday_calendar: str
    cutoff: str
    pick_order_cents: int
    pick_unit_cents: int
    range_share: float  # of the catalogue that it keeps
    capacity_share: float | None  # of all orders of the day that it can pick in one day


# Venlo keeps everything; the store keeps small goods only and picks at shop wages.
SITES = (
    DemoSite("venlo", "fulfilment_centre", "Venlo Trade Port", "NL", "Limburg", "Venlo", "5928 RC", 51.391, 6.115,
             "Europe/Amsterdam", "Mon-Sat", "NL", "16:00", 85, 28, 1.0, None),
    DemoSite("leipzig", "fulfilment_centre", "Leipzig Nord", "DE", "Sachsen", "Leipzig", "04158", 51.405, 12.330,
             "Europe/Berlin", "Mon-Fri", "DE-SN", "14:00", 78, 24, 0.85, 0.14),
    DemoSite("lyon", "fulfilment_centre", "Lyon Saint-Priest", "FR", "Auvergne-Rhône-Alpes", "Saint-Priest", "69800",
             45.697, 4.944, "Europe/Paris", "Mon-Fri", "FR", "13:00", 95, 32, 0.75, 0.085),
    DemoSite("zaragoza", "fulfilment_centre", "Zaragoza Plaza", "ES", "Aragón", "Zaragoza", "50197", 41.632, -0.995,
             "Europe/Madrid", "Mon-Fri", "ES-AR", "13:30", 72, 21, 0.62, None),
    DemoSite("milano-store", "store", "Store Milano Brera", "IT", "Lombardia", "Milano", "20121", 45.472, 9.188,
             "Europe/Rome", "Mon-Sat", "IT", "11:30", 160, 60, 0.30, 0.03),
)  # fmt: skip

# site: service, hour, days, and the share of the day's orders that the vehicle takes at most.
COLLECTIONS: tuple[tuple[str, str, str, str, float | None], ...] = (
    ("venlo", "meridian-economy", "17:30", "Mon-Fri", None),
    ("venlo", "meridian-standard", "19:00", "Mon-Fri", None),
    ("venlo", "meridian-express", "20:00", "Mon-Fri", None),
    ("venlo", "meridian-point", "17:30", "Mon-Fri", None),
    ("venlo", "linden-standard", "18:30", "Mon-Sat", None),
    ("venlo", "titan-freight", "15:00", "Mon,Wed,Fri", None),
    ("leipzig", "meridian-economy", "16:30", "Mon,Wed,Fri", None),
    ("leipzig", "meridian-standard", "18:00", "Mon-Fri", None),
    ("leipzig", "meridian-express", "20:30", "Mon-Fri", None),
    ("leipzig", "meridian-point", "16:30", "Mon-Fri", None),
    ("leipzig", "linden-standard", "19:00", "Mon-Fri", None),
    ("leipzig", "titan-freight", "14:30", "Tue,Thu", None),
    ("lyon", "meridian-standard", "18:30", "Mon-Fri", None),
    ("lyon", "meridian-express", "18:30", "Mon-Fri", None),
    ("lyon", "azur-standard", "17:00", "Mon-Fri", None),
    ("lyon", "azur-point", "17:00", "Mon-Fri", None),
    ("lyon", "titan-freight", "14:00", "Tue,Thu", None),
    ("zaragoza", "meridian-economy", "17:00", "Mon-Fri", None),
    ("zaragoza", "meridian-standard", "19:00", "Mon-Fri", None),
    ("zaragoza", "meridian-express", "19:00", "Mon-Fri", None),
    ("zaragoza", "azur-standard", "18:00", "Mon-Fri", 0.035),
    ("zaragoza", "azur-point", "18:00", "Mon-Fri", None),
    ("zaragoza", "titan-freight", "14:00", "Mon,Wed,Fri", None),
    ("milano-store", "meridian-express", "18:00", "Mon-Fri", None),
    ("milano-store", "azur-standard", "17:30", "Mon-Sat", None),
    ("milano-store", "azur-point", "17:30", "Mon-Sat", None),
)


def _capacity(share: float | None, orders: int) -> str:
    return "" if share is None else str(max(2, round(share * orders)))


def sites_table(orders: int) -> Table:
    rows: list[Row] = [
        (
            s.site, s.kind, s.name, s.country, s.region, s.city, s.postcode, s.latitude, s.longitude, s.time_zone,
            s.working_days, s.holiday_calendar, s.cutoff, euros(s.pick_order_cents), euros(s.pick_unit_cents),
            _capacity(s.capacity_share, orders),
        )
        for s in SITES
    ]  # fmt: skip
    return SITE_COLUMNS, rows


def collections_table(orders: int) -> Table:
    return COLLECTION_COLUMNS, [(*call, _capacity(share, orders)) for *call, share in COLLECTIONS]


def calling(site: str) -> tuple[str, ...]:
    """The services that call at a site."""
    return tuple(service for at, service, *_ in COLLECTIONS if at == site)
