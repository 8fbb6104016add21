"""A brand folder small enough to read at a glance, and ways to spoil it."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorstep.domain.errors import Fault, InputRefused
from doorstep.files.folder import BrandFolder, read_folder

TINY = {
    "brand": """brand,name,currency,country,on_time_target,late_cost,unplanned_cost
b,Bê,EUR,DE,0.95,5,40.5
""",
    "products": """sku,name,category,length_mm,width_mm,height_mm,weight_g,value,"""
    """this_side_up,max_load_g,ships_in_own_box
mug,Mug,home,100,90,80,350,4.99,1,2000,
lamp,Lamp,home,400,200,200,2500,39.9,,,0
""",
    "sites": """site,kind,name,country,region,city,postcode,latitude,longitude,time_zone,working_days,"""
    """holiday_calendar,order_cutoff,pick_cost_per_order,pick_cost_per_unit,daily_order_capacity
ber,fulfilment_centre,,DE,BE,Berlin,10115,52.53,13.38,Europe/Berlin,Mon-Fri,DE-BE,14:00,0.8,0.25,500
muc,store,,DE,BY,München,80331,48.137,11.575,Europe/Berlin,Mon-Sat,,16:30,1,0.3,
""",
    "collections": """site,service,collection_time,working_days,daily_parcel_capacity
ber,std,17:00,Mon-Fri,
ber,std,12:00,Sat,50
muc,exp,18:15,Mon-Fri,10
""",
    "stock": """site,sku,on_hand
ber,mug,10
muc,mug,0
muc,lamp,3
""",
    "inbound": """site,sku,quantity,expected_at
ber,lamp,5,2024-05-03T08:00:00Z
""",
    "cartons": """carton,inner_length_mm,inner_width_mm,inner_height_mm,outer_length_mm,outer_width_mm,"""
    """outer_height_mm,tare_g,max_weight_g,cost,site
S,200,150,100,206,156,106,80,5000,0.35,
L,500,400,300,510,410,310,300,20000,0.9,ber
""",
    "services": """service,carrier,name,speed,delivers_to,max_weight_g,max_length_mm,max_girth_mm,"""
    """dim_divisor_cm3_per_kg,working_days,min_days,max_days,tracked
std,pony,Standard,standard,home,31500,1200,3000,5000,Mon-Sat,1,3,1
exp,pony,Express,express,home,20000,1000,,0,Mon-Fri,1,1,1
""",
    "zones": """service,origin_country,origin_prefix,destination_country,destination_prefix,zone,remote
std,DE,,DE,,1,
std,DE,,DE,25999,1,1
exp,DE,,DE,,1,0
""",
    "rates": """service,zone,up_to_g,price,per_extra_kg,currency,valid_from,valid_to
std,1,2000,4.2,,EUR,,2024-12-31
std,1,2000,4.4,,EUR,2025-01-01,
std,1,10000,7,0.5,,,
exp,1,5000,12.123456,,,,
""",
    "surcharges": """service,surcharge,when,threshold,kind,amount,sequence,valid_from,valid_to
std,long,over_length_mm,1000,fixed,3,1,,
std,fuel,always,,percent,12.5,2,,
""",
    "orders": """order,channel,placed_at,customer,country,region,city,postcode,latitude,longitude,speed,"""
    """email,residential
o1,web,2024-05-01T23:30:00-03:00,c1,DE,BE,Berlin,10117,52.51,13.39,,a@example.com,
o2,web,2024-05-02T09:00:00+02:00,c2,DE,BY,"Ober
dorf",99999,,,express,,0
o3,web,2024-05-03 09:00Z,,DE,,,,,,,,1
""",
    "order_lines": """order,line,sku,quantity,unit_price
o1,1,mug,2,4.99
o2,1,lamp,1,39.9
o1,2,no-such-sku,1,0
""",
    "history": """parcel,order,origin_country,origin_postcode,destination_country,destination_region,"""
    """destination_postcode,weight_g,placed_at,delivered_at,status,freight_paid
p1,h1,DE,10115,DE,BY,80331,500,2024-04-01T10:00:00+02:00,2024-04-03T11:00:00+02:00,delivered,4.2
""",
}


def write_tiny(folder: Path, **changed: str | None) -> Path:
    """Write the tiny brand, with whole files replaced, or left out where None."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (TINY | changed).items():
        if text is not None:
            (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    return folder


def edited(name: str, old: str, new: str) -> dict[str, str]:
    """A file of the tiny brand with one text in it replaced."""
    assert TINY[name].count(old) == 1, f"{old!r} must be in {name}.csv once"
    return {name: TINY[name].replace(old, new)}


def refusal(folder: Path) -> InputRefused:
    with pytest.raises(InputRefused) as refused:
        read_folder(folder)
    return refused.value


def faults_of(folder: Path) -> tuple[Fault, ...]:
    return refusal(folder).faults


def the_fault(folder: Path) -> Fault:
    """The one fault of a folder."""
    faults = faults_of(folder)
    assert len(faults) == 1, faults
    return faults[0]


def read_tiny(folder: Path, **changed: str | None) -> BrandFolder:
    return read_folder(write_tiny(folder, **changed))
