"""The files of a day's rounds, declared as those of a brand folder are."""

from __future__ import annotations

from dataclasses import replace

from doorstep.domain.fleet import STOP_S
from doorstep.domain.units import PPM
from doorstep.files.columns import Table, must, opt
from doorstep.files.kinds import code, codes, factor, measure, moment, money, text, whole
from doorstep.files.kinds_spans import spans
from doorstep.files.schema_supply import MAX_WEIGHT_G

MOST_VANS = 100_000
MOST_SECONDS = 7 * 86_400
MOST_CM3 = 10**10
MOST_TRIPS = 1_000
MOST_PRIORITY = 1_000

STOPS = Table(
    "stops",
    "Where vans are to stop today. All times of the files are written as HH:MM, or all as instants.",
    (
        must("stop", code(), "id of the stop"),
        must("latitude", measure(-90, 90), "degrees, WGS 84"),
        must("longitude", measure(-180, 180), "degrees, WGS 84"),
        must("service_seconds", whole(0, MOST_SECONDS), "how long it takes there"),
        opt("window_from", moment(), "service begins no sooner; empty: any time"),
        opt("window_to", moment(), "service begins no later; empty: any time"),
        opt("windows", spans(), "several windows, one of which is kept, in place of window_from and window_to"),
        opt("weight_g", whole(0, MAX_WEIGHT_G), "what is delivered, gross; empty: 0").default(0),
        opt("volume_cm3", whole(0, MOST_CM3), "volume of what is delivered; empty: 0").default(0),
        opt("pickup_weight_g", whole(0, MAX_WEIGHT_G), "what is collected, gross; empty: 0").default(0),
        opt("pickup_volume_cm3", whole(0, MOST_CM3), "volume of what is collected; empty: 0").default(0),
        opt("skill", codes(), "what the van must have: tail_lift; several are joined by spaces; empty: nothing"),
        opt("priority", whole(0, MOST_PRIORITY), "if not all can be served, it counts as 1 + this many").default(0),
        opt("group", code(), "exactly one of the stops of a group is served: home, locker, neighbour; empty: alone"),
        opt("prize", money(), "what leaving it costs, in major units; empty: it is left only if it cannot be served"),
        opt("pair", code(), "of a pick-up: the stop to which the same van takes it", ("stops", "stop")),
        opt("only", code(), "the one vehicle that may serve it; empty: any", ("vehicles", "vehicle")),
        opt("name", text(), "what people call it, on sheets and maps; empty: its id"),
    ),
    keys=(("stop",),),
)  # fmt: skip

VEHICLES = Table(
    "vehicles",
    "Who drives today: a row for each van, or for several that are alike.",
    (
        must("vehicle", code(), "id of the van"),
        must("depot_latitude", measure(-90, 90), "degrees, WGS 84; where its rounds begin and end"),
        must("depot_longitude", measure(-180, 180), "degrees, WGS 84"),
        must("capacity_g", whole(0, MAX_WEIGHT_G), "what it may carry"),
        opt("capacity_cm3", whole(0, MOST_CM3), "volume that it holds; empty: any"),
        must("shift_from", moment(), "it leaves no sooner"),
        must("shift_to", moment(), "it is back by then"),
        opt("break_seconds", whole(0, MOST_SECONDS), "a pause of so long; empty: none").default(0),
        opt("break_from", moment(), "the pause begins no sooner; empty: shift_from"),
        opt("break_to", moment(), "the pause begins no later; empty: shift_to"),
        must("cost_per_km", money(), "in major units"),
        must("cost_per_hour", money(), "in major units, from departure to return"),
        opt("fixed_cost", money(), "of using it at all, in major units; empty: 0").default(0),
        opt("max_distance_km", measure(0, 1_000_000), "range of a round; empty: any"),
        opt("max_seconds", whole(0, MOST_SECONDS), "from departure to return; empty: as long as the shift"),
        opt("max_trips", whole(1, MOST_TRIPS), "1: it does not come back to reload; empty: 1").default(1),
        opt("reload_seconds", whole(0, MOST_SECONDS), "how long a reload at the depot takes; empty: 0").default(0),
        opt("skills", codes(), "what it has: tail_lift cooled; joined by spaces; empty: nothing"),
        opt("speed_factor", factor(), "2: it drives twice as fast; empty: 1").default(PPM),
        opt("count", whole(1, MOST_VANS), "how many such vans there are; empty: 1").default(1),
        opt("service", code(), "of a brand folder: whose parcels it brings", ("services", "service")),
        opt(
            "site",
            code(),
            "of a brand folder: from where; empty: from the one site where the service calls",
            ("sites", "site"),
        ),
        opt(
            "stop_seconds", whole(0, MOST_SECONDS), f"of a brand folder: how long a stop takes; empty: {STOP_S}"
        ).default(STOP_S),
    ),
    keys=(("vehicle",),),
    needs_rows=True,
)

TRAFFIC = Table(
    "traffic",
    "How fast roads are at which time of day. Before the first row, as they are without the file.",
    (
        must("from", moment(), "from then on, until the next row"),
        must("speed_factor", factor(), "0.8: at four fifths of the speed"),
    ),
    keys=(("from",),),
    needs_rows=True,
    optional=True,
)

ROUTE_TABLES = (STOPS, VEHICLES, TRAFFIC)

FLEET = replace(
    VEHICLES,
    about="The brand's own vans: a row for each, or for several that are alike. Parcels of their service go on rounds.",
    optional=True,
    needs_rows=False,
)
"""The same file in a brand folder; what must hold there is in `rules_fleet`."""
