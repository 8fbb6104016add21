"""What delays parcels, as declared."""

from __future__ import annotations

from doorstep.domain.disruption import AREA_LENGTH, DISRUPTION_KINDS, MOST_DELAY_DAYS
from doorstep.files.columns import Table, must, opt
from doorstep.files.kinds import code, country, day, flag, one_of, text, whole

DISRUPTIONS = Table(
    "disruptions",
    "Strikes, storms, closed ports, each as it was declared. Of an order's day only those declared by then are known.",
    (
        must("kind", one_of(DISRUPTION_KINDS), "what it is"),
        opt("country", country(), "of the destination; empty: any"),
        opt("region", code(), "of the destination, written as in orders.csv; empty: any"),
        opt("postcode_prefix", code(), f"first {AREA_LENGTH} characters of the postcode, or fewer; empty: any"),
        opt("site", code(), "where parcels leave; empty: any", ("sites", "site")),
        opt("carrier", code(), "whose parcels; empty: any", ("services", "carrier")),
        opt("service", code(), "by which they go; empty: any", ("services", "service")),
        must("starts_on", day(), "first day of it"),
        must("ends_on", day(), "last day of it"),
        must("delay_days", whole(1, MOST_DELAY_DAYS), "by how many working days it delays, of the service"),
        must("declared_on", day(), "known from this day on"),
        opt("reason", text(), "in words; what excuses needs one"),
        opt("excuses", flag(), "1: parcels that met it and came late are excused in the record; empty: 0"),
    ),
    optional=True,
)
