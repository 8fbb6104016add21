"""What must hold between vehicles.csv of a brand folder, and the services, sites and collections that it names."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from doorstep.domain.fleet import DAY_S
from doorstep.domain.supply import SHIPPING_KINDS
from doorstep.files.route_places import FAR_M, NEAR_M, nearest_m
from doorstep.files.rules import Rule, Tables, have, sound_rows
from doorstep.files.rules_route import MOMENTS, check_shifts


def check_every_day(tables: Tables) -> None:
    """Vans of a brand drive day after day: their times are of the clock."""
    read = tables.get("vehicles")
    for column in MOMENTS["vehicles"] if read is not None else ():
        if read is None or not have(read, column):
            continue
        finding = read.rule(column)
        for row, cell in sound_rows(read, column):
            if isinstance(cell, datetime):
                finding.add(
                    row, cell.isoformat(), "is an instant; the vans of a brand folder drive every day: write HH:MM"
                )


def check_nights(tables: Tables) -> None:
    """A van is back before it leaves on the next day."""
    read = tables.get("vehicles")
    if read is None or not have(read, "shift_from", "shift_to"):
        return
    finding, texts = read.rule("shift_to"), dict(zip(read.rows, read.texts["shift_to"], strict=True))
    for row, begins, ends in sound_rows(read, "shift_from", "shift_to"):
        if isinstance(begins, int) and isinstance(ends, int) and ends - begins > DAY_S:
            finding.add(row, texts[row], "is more than 24 hours after shift_from, when the van leaves again")


def check_served(tables: Tables) -> None:
    """Each van brings the parcels of a service that goes to doors, from a site that ships and where it calls."""
    read, services, sites, calls = (tables.get(one) for one in ("vehicles", "services", "sites", "collections"))
    if read is None or services is None or sites is None or calls is None or not calls.complete:
        return
    known = have(services, "service", "delivers_to") and have(sites, "site", "kind") and have(calls, "site", "service")
    if not known or not have(read, "service", "site"):
        return
    doors = {service: to for _, service, to in sound_rows(services, "service", "delivers_to")}
    kinds = {site: kind for _, site, kind in sound_rows(sites, "site", "kind")}
    called: dict[str, set[str]] = {}
    for _, site, service in sound_rows(calls, "site", "service"):
        called.setdefault(service, set()).add(site)
    of_service, of_site = read.rule("service"), read.rule("site")
    for row, service, site in sound_rows(read, "service", "site"):
        at = sorted(called.get(service, ()))
        if not service:
            of_service.add(row, "", "is empty; name the service of services.csv whose parcels this van brings")
        elif service in doors and doors[service] != "home":
            of_service.add(row, service, f"delivers to a {doors[service]}; vans bring parcels to doors")
        elif not at:
            of_service.add(row, service, "has no row in collections.csv: nothing is ready for this van")
        elif not site and len(at) > 1:
            of_site.add(
                row, "", f"is empty, and {service} calls at {', '.join(at)}; say from which of them this van leaves"
            )
        elif site and site in kinds and site not in at:
            of_site.add(row, site, f"has no row for {service} in collections.csv: nothing is ready there for this van")
        elif kinds.get(site or at[0], SHIPPING_KINDS[0]) not in SHIPPING_KINDS:
            of_site.add(row, site, f"is a {kinds[site or at[0]]}; orders leave from fulfilment centres and stores")


def check_ready(tables: Tables) -> None:
    """A van is back later than its parcels are collected, on some day at least."""
    read, calls = tables.get("vehicles"), tables.get("collections")
    if read is None or calls is None or not have(read, "service", "site", "shift_to"):
        return
    if not calls.complete or not have(calls, "site", "service", "collection_time"):
        return
    first: dict[tuple[str, str], int] = {}
    for _, *pair, at in sound_rows(calls, "site", "service", "collection_time"):
        for key in ((pair[0], pair[1]), ("", pair[1])):
            first[key] = min(at, first.get(key, at))
    finding, texts = read.rule("shift_to"), dict(zip(read.rows, read.texts["shift_to"], strict=True))
    for row, service, site, ends in sound_rows(read, "service", "site", "shift_to"):
        ready = first.get((site, service))
        if ready is not None and isinstance(ends, int) and ends <= ready:
            clock = f"{ready // 3600:02}:{ready // 60 % 60:02}"
            finding.add(row, texts[row], f"is not after {clock}, when {service} first collects there")


def check_stop_seconds(tables: Tables) -> None:
    """A stop takes as long whichever van of a service comes from a site."""
    read = tables.get("vehicles")
    if read is None or not have(read, "service", "site", "stop_seconds"):
        return
    finding = read.rule("stop_seconds")
    first: dict[tuple[str, str], tuple[int, int]] = {}
    for row, service, site, seconds in sound_rows(read, "service", "site", "stop_seconds"):
        earlier, takes = first.setdefault((service, site), (row, seconds))
        if takes != seconds:
            finding.add(row, str(seconds), f"differs from row {earlier}; vans of one service and site take as long")


def check_depots(tables: Tables) -> None:
    """Latitude and longitude of a depot are not the wrong way round, as far as its site can tell."""
    read, sites = tables.get("vehicles"), tables.get("sites")
    if read is None or sites is None or not have(read, "depot_latitude", "depot_longitude"):
        return
    if not have(sites, "latitude", "longitude"):
        return
    places = np.array([place for _, *place in sound_rows(sites, "latitude", "longitude")], np.float64).reshape(-1, 2)
    finding = read.rule("depot_latitude")
    for row, latitude, longitude in sound_rows(read, "depot_latitude", "depot_longitude"):
        if abs(longitude) > 90 or not len(places):
            continue
        depot = np.array([[latitude], [longitude]])
        here, there = nearest_m(depot[0], depot[1], places)[0], nearest_m(depot[1], depot[0], places)[0]
        if here > FAR_M and there < NEAR_M:
            finding.add(row, f"{latitude:g}", "lies far from all sites; is it the longitude?")


FLEET_RULES: tuple[Rule, ...] = (
    check_every_day,
    check_shifts,
    check_nights,
    check_served,
    check_ready,
    check_stop_seconds,
    check_depots,
)
