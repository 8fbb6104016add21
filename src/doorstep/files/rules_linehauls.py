"""What must hold between linehauls.csv, and the sites and collections that it names."""

from __future__ import annotations

from doorstep.domain.carriage import TerritoryRule, apart
from doorstep.domain.supply import SHIPPING_KINDS
from doorstep.files.rules import Rule, Tables, have, sound_rows


def check_ends(tables: Tables) -> None:
    """A linehaul leads from a site that ships orders to a depot, inside one customs territory."""
    read, sites = tables.get("linehauls"), tables.get("sites")
    if read is None or sites is None or not have(read, "site", "depot") or not have(sites, "site", "kind", "country"):
        return
    known = {site: (kind, country) for _, site, kind, country in sound_rows(sites, "site", "kind", "country")}
    territories = _territories(tables)
    from_site, to_depot = read.rule("site"), read.rule("depot")
    for row, site, depot in sound_rows(read, "site", "depot"):
        if site not in known or depot not in known:
            continue
        (kind, country), (other, there) = known[site], known[depot]
        if kind not in SHIPPING_KINDS:
            from_site.add(row, site, f"is a {kind}; orders leave from fulfilment centres and stores")
        if other != "depot":
            to_depot.add(row, depot, f"is a {other}; a linehaul leads to a depot")
        elif territories is not None and apart(territories, country, there):
            to_depot.add(row, depot, f"lies in another customs territory than {site}: {there} and {country}")


def _territories(tables: Tables) -> list[TerritoryRule] | None:
    """Rules of territories.csv; None: it could not be read whole."""
    read = tables.get("territories")
    if read is None:
        return []
    if not read.complete or not have(read, "territory", "country"):
        return None
    return [TerritoryRule(territory, country) for _, territory, country in sound_rows(read, "territory", "country")]


def check_calls(tables: Tables) -> None:
    """Somebody takes over at the depot; how much a day is for the linehaul to say."""
    read, calls = tables.get("linehauls"), tables.get("collections")
    if read is None or calls is None or not have(read, "depot") or not calls.complete or not have(calls, "site"):
        return
    finding, called = read.rule("depot"), {site for _, site in sound_rows(calls, "site")}
    depots = set()
    for row, depot in sound_rows(read, "depot"):
        depots.add(depot)
        if depot not in called:
            finding.add(row, depot, "has no row in collections.csv: nobody takes over there")
    if have(calls, "site", "daily_parcel_capacity"):
        limits = calls.rule("daily_parcel_capacity")
        for row, site, limit in sound_rows(calls, "site", "daily_parcel_capacity"):
            if site in depots and limit is not None:
                limits.add(row, str(limit), f"{site} is the depot of a linehaul: give the capacity in linehauls.csv")


def check_timetable(tables: Tables) -> None:
    """What arrives on the day on which it leaves arrives later; told where both clocks are the same."""
    names = ("site", "depot", "departure_time", "transit_days", "arrival_time")
    read, sites = tables.get("linehauls"), tables.get("sites")
    if read is None or sites is None or not have(read, *names) or not have(sites, "site", "time_zone"):
        return
    zones = {site: zone for _, site, zone in sound_rows(sites, "site", "time_zone")}
    finding = read.rule("arrival_time")
    texts = dict(zip(read.rows, read.texts["arrival_time"], strict=True))
    for row, site, depot, leaves, days, arrives in sound_rows(read, *names):
        if days == 0 and arrives <= leaves and site in zones and zones[site] == zones.get(depot):
            finding.add(row, texts[row], "is not after departure_time; with transit_days 0 it must be")


LINEHAUL_RULES: tuple[Rule, ...] = (check_ends, check_calls, check_timetable)
