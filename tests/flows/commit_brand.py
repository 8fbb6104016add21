"""A brand with two carriers, a history of weeks, and promises to one of them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from random import Random

from tests.files.tiny_brand import write_tiny

FIRST = date(2026, 1, 5)  # a Monday
SERVICES = """service,carrier,account,name,speed,delivers_to,max_weight_g,max_length_mm,"""
SERVICES += """dim_divisor_cm3_per_kg,working_days,min_days,max_days
pony-std,pony,north,Pony,standard,home,31500,1200,0,Mon-Sat,1,3
mule-std,mule,,Mule,standard,home,31500,1200,0,Mon-Sat,1,3
mule-exp,mule,,Mule Express,express,home,31500,1200,0,Mon-Fri,1,1
"""
ZONES = """service,origin_country,origin_prefix,destination_country,destination_prefix,zone
pony-std,DE,,DE,,1
mule-std,DE,,DE,,a
mule-std,DE,,DE,9,b
mule-exp,DE,,DE,,a
"""
RATES = """service,zone,up_to_g,price
pony-std,1,1000,4.10
pony-std,1,5000,5.10
mule-std,a,1000,4.00
mule-std,a,5000,4.60
mule-std,b,1000,4.00
mule-std,b,5000,4.90
mule-exp,a,5000,9.00
"""
COLLECTIONS = """site,service,collection_time,working_days
ber,pony-std,17:00,Mon-Fri
ber,mule-std,17:00,Mon-Fri
ber,mule-exp,17:00,Mon-Fri
"""
COMMITMENTS = """commitment,carrier,account,kind,measure,per,starts_on,ends_on
pony-q2,pony,north,minimum,parcels,parcels,2026-04-01,2026-06-30
"""
TIERS = """commitment,from_volume,amount
pony-q2,300,2
"""
HISTORY = (
    "parcel,order,service,site,origin_country,origin_postcode,destination_country,destination_region,"
    "destination_postcode,weight_g,placed_at,delivered_at,status,freight_paid\n"
)
ORDERS = """order,channel,placed_at,customer,country,region,city,postcode
o1,web,2026-05-04T09:00:00+02:00,c1,DE,BE,Berlin,10117
"""
ORDER_LINES = """order,line,sku,quantity,unit_price
o1,1,mug,1,4.99
"""


def history(weeks: int, each: int = 40, seed: int = 1) -> str:
    """Draw parcels, so many each week; most went the cheapest way."""
    rng, rows = Random(seed), []
    for number in range(weeks * each):
        placed = FIRST + timedelta(days=7 * (number // each) + rng.randrange(7))
        service = "pony-std" if rng.random() < 0.2 else "mule-exp" if rng.random() < 0.1 else "mule-std"
        weight, area = rng.choice((400, 900, 3_000)), rng.choice(("10117", "90402", "50667"))
        rows.append(
            f"p{number},h{number},{service},ber,DE,10115,DE,,{area},{weight},{placed}T10:00:00+02:00,"
            f"{placed + timedelta(days=2)}T10:00:00+02:00,delivered,"
        )
    return HISTORY + "\n".join(rows) + "\n"


def commit_brand(path: Path, weeks: int = 17, **changed: str | None) -> Path:
    """Write the brand: seventeen weeks end on 3 May."""
    texts: dict[str, str | None] = {
        "services": SERVICES,
        "zones": ZONES,
        "rates": RATES,
        "surcharges": "service,surcharge,when,threshold,kind,amount,sequence\n",
        "collections": COLLECTIONS,
        "commitments": COMMITMENTS,
        "commitment_tiers": TIERS,
        "orders": ORDERS,
        "order_lines": ORDER_LINES,
        "history": history(weeks),
    }
    return write_tiny(path, **(texts | changed))
