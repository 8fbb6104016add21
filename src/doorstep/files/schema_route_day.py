"""The files of a day under way: rounds as they stand, vans as they stand, and what has happened."""

from __future__ import annotations

from dataclasses import replace

from doorstep.files.columns import Table, must, opt
from doorstep.files.kinds import code, flag, measure, moment, one_of, text, whole
from doorstep.files.schema_route import MOST_CM3, MOST_SECONDS, MOST_TRIPS, STOPS
from doorstep.files.schema_supply import MAX_WEIGHT_G

EVENTS_KNOWN = ("position", "left", "loaded", "paused", "done", "locked", "new", "cancelled", "late")
STATES = ("waiting", "out", "at_depot", "returning", "home")
MOST_LINES = 10_000_000
MOST_METRES = 10**9
MOST_EXTRA_S = 3_600_000  # of a thousand hours, as times go

ROUNDS = Table(
    "routes",
    "Rounds as they stand: routes.csv of `doorstep route` or of `doorstep replan`.",
    (
        opt("round", text(), "not heeded"),
        must("vehicle", code(), "the van, as `doorstep route` names it"),
        opt("trip", whole(1, MOST_TRIPS + 1), "which of its trips; empty: the first").default(1),
        must("position", whole(0, MOST_LINES), "its place in the round: a van's rows follow one another by it"),
        must("stop", code(), "the stop", ("stops", "stop")),
        opt("window_from", moment(any_day=True), "not heeded, as that of STOPS.csv holds; of several it says which"),
        opt("window_to", moment(any_day=True), "one later than in STOPS.csv is held from now on"),
        opt("arrival", text(), "not heeded, as times follow from the order"),
        opt("begins", text(), "not heeded"),
        opt("leaves", text(), "not heeded"),
        opt("pause_seconds", whole(0, MOST_SECONDS), "not heeded"),
        opt("load_weight_g", whole(0, 10**12), "not heeded"),
        opt("load_volume_cm3", whole(0, 10**15), "not heeded"),
        opt("on_time_probability", measure(0, 1), "not heeded"),
        opt("why", text(), "not heeded"),
        opt("on_board", flag(), "1: what it gets lies in the van; of a van under way"),
        opt("under_way", flag(), "1: the van is on its way there"),
        opt("locked", flag(), "1: it stays on its van, in its order to others that are locked"),
    ),
    keys=(("stop",), ("vehicle", "position")),
)  # fmt: skip

VANS = Table(
    "vans_now",
    "Where vans in use are: written by `doorstep replan`, and read where it stands beside routes.csv.",
    (
        must("vehicle", code(), "the van, as `doorstep route` names it"),
        must("as_of", moment(any_day=True), "the instant at which all of this was so"),
        must("state", one_of(STATES), "waiting: it has not left; returning: on its way to load; home: back for good"),
        must("at", moment(any_day=True), "from then on it can drive on"),
        must("latitude", measure(-90, 90), "degrees, WGS 84: where it is"),
        must("longitude", measure(-180, 180), "degrees, WGS 84"),
        opt("left", moment(any_day=True), "when it left its depot; empty: it has not"),
        opt("driven_m", whole(0, MOST_METRES), "metres since it left").default(0),
        opt("reloads", whole(0, MOST_TRIPS), "how often it has loaded since").default(0),
        opt("collected_weight_g", whole(0, MAX_WEIGHT_G), "collected this trip, for the depot").default(0),
        opt("collected_volume_cm3", whole(0, MOST_CM3), "of the same").default(0),
        opt("has_paused", flag(), "1: it has had its break"),
        opt("reports", flag(), "1: it says which stops are done, and others are not"),
        opt("extra_seconds", whole(0, MOST_EXTRA_S), "by how much its shift has been stretched").default(0),
    ),
    keys=(("vehicle",),),
    optional=True,
)  # fmt: skip

EVENTS = Table(
    "events",
    "What has happened, in any order; rows may be added all day long.",
    (
        must("event", one_of(EVENTS_KNOWN), "what has happened (below)"),
        must("at", moment(seconds=True), "when"),
        opt("stop", code(), "of done, locked, new, cancelled", ("stops", "stop")),
        opt("vehicle", code(), "of position, left, loaded, paused, late: as routes.csv names it"),
        opt("latitude", measure(-90, 90), "of position: degrees, WGS 84"),
        opt("longitude", measure(-180, 180), "of position: degrees, WGS 84"),
        opt("seconds", whole(1, MOST_SECONDS), "of late: by how much"),
        opt("note", text(), "for people; not heeded"),
    ),
    optional=True,
)  # fmt: skip

HEEDED = replace(
    EVENTS,
    name="events_known",
    about="Rows of EVENTS.csv that were heeded: written by `doorstep replan`, and read with vans_now.csv.",
    columns=tuple(replace(one, refers_to=None) for one in EVENTS.columns if one.name != "note"),
)

NOT_ASKED = ("window_from", "window_to", "windows", "group", "pair")
ASKED = replace(
    STOPS,
    name="asked",
    about="Shoppers who ask when they could be served: columns of stops.csv, but for windows and who goes with whom.",
    columns=tuple(one for one in STOPS.columns if one.name not in NOT_ASKED),
    needs_rows=True,
)

WINDOWS = Table(
    "windows",
    "Windows that might be offered.",
    (
        must("window_from", moment(), "service begins no sooner"),
        must("window_to", moment(), "service begins no later"),
    ),
    keys=(("window_from", "window_to"),),
    needs_rows=True,
)

SLOT_TABLES = (ASKED, WINDOWS)
DAY_TABLES = (ROUNDS, VANS, HEEDED, EVENTS)
NEEDED = {
    "position": ("vehicle", "latitude", "longitude"),
    "left": ("vehicle",),
    "loaded": ("vehicle",),
    "paused": ("vehicle",),
    "done": ("stop",),
    "locked": ("stop",),
    "new": ("stop",),
    "cancelled": ("stop",),
    "late": ("vehicle", "seconds"),
}
"""Cells that a kind of event needs; the others are empty."""
