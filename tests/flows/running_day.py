"""A day under way as files: two vans along a road to the north, a third idle, and what has happened by ten."""

from __future__ import annotations

from pathlib import Path

from doorstep.files.route_day_in import DayFiles

STOPS = """stop,latitude,longitude,service_seconds,window_from,window_to,windows,weight_g,pickup_weight_g
a,41.16,-8.61,300,,10:00,,4000,
b,41.17,-8.61,300,,,,6000,
c,41.18,-8.61,300,10:30,12:00,,3000,
d,41.19,-8.61,300,,,,2000,
e,41.165,-8.61,300,,,,,1000
far,41.45,-8.61,300,,10:30,,1000,
two,41.175,-8.61,300,,,08:00/09:00 10:00/17:00,1000,
"""
VEHICLES = """vehicle,depot_latitude,depot_longitude,capacity_g,shift_from,shift_to,cost_per_km,cost_per_hour,\
fixed_cost,max_trips,reload_seconds,count
van,41.15,-8.61,10000,08:00,17:00,0.3,18,20,2,600,3
"""
ROUTES = """round,vehicle,trip,position,stop
1,van-1,1,1,a
1,van-1,1,2,b
2,van-2,1,1,c
2,van-2,1,2,d
"""
EVENTS = """event,at,stop,vehicle,latitude,longitude,seconds,note
done,09:30,a,,,,,
position,10:00,,van-1,41.163,-8.61,,by phone
new,09:45,e,,,,,
new,09:50,two,,,,,
cancelled,09:55,d,,,,,
new,10:00,far,,,,,too late for it
"""


def written(folder: Path, **texts: str) -> DayFiles:
    """Write the files of the day; any of them with another text, and none that is empty."""
    known = {"stops": STOPS, "vehicles": VEHICLES, "routes": ROUTES, "events": EVENTS} | texts
    (folder / "morning").mkdir(exist_ok=True)
    morning = ("routes", "vans_now", "events_known")
    paths = {name: folder / ("morning" if name in morning else "") / f"{name}.csv" for name in known}
    for name, text in known.items():
        paths[name].write_text(text, encoding="utf-8")
    return DayFiles(paths["stops"], paths["vehicles"], folder / "morning", paths["events"])
