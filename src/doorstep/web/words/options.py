"""The ways to send an order in words: the names of sites and services in place of the codes that a decision keeps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from doorstep.core.network.queries import SiteRow
from doorstep.core.tariffs.queries import ServiceRow
from doorstep.documents.report.wording import counted
from doorstep.domain.parcel import OWN_BOX

MOST_SERVICES = 1_000  # that a page knows the names of
WHOLE = "everything in one parcel"
_SHORT = re.compile(r"(?P<sku>.+) at (?P<site>.+) goes to other orders: (?P<units>\d+) short")
_HELD = re.compile(r"(?P<held>\d+) of (?P<units>\d+) x (?P<sku>.+) on hand")
_MORE = re.compile(r"more (?P<sku>.+) at (?P<site>.+)")
_MISSES = re.compile(r"misses the nominated day, (?P<day>\d{4}-\d\d-\d\d)")
_SAID = {
    "fits no single carton that a service takes": "it fits no single carton that a service takes",
    "the day's capacity there goes to other orders": "the day’s capacity there goes to other orders",
    "no date in reach": "no day can be promised",
    "the goods do not part like that": "planned so, the goods go together and not apart",
    "a person chose otherwise": "a person chose otherwise",
}


@dataclass(frozen=True, slots=True)
class Named:
    """One parcel of an option as people call it."""

    site: str
    service: str = ""  # with its carrier; empty: any
    carton: str = ""
    goods: tuple[str, ...] = ()  # empty: all of the order


@dataclass(frozen=True, slots=True)
class Names:
    """What codes are called: of sites, services and products."""

    sites: Mapping[str, str]
    services: Mapping[str, str]
    goods: Mapping[str, str] = field(default_factory=dict)

    def site(self, code: str) -> str:
        return self.sites.get(code) or code

    def service(self, code: str) -> str:
        return self.services.get(code) or code

    def product(self, sku: str) -> str:
        return self.goods.get(sku) or sku


def service_names(services: tuple[ServiceRow, ...]) -> dict[str, str]:
    """What services are called, with their carriers, by code."""
    return {one.service: _service(one) for one in services}


def names_of(sites: tuple[SiteRow, ...], services: tuple[ServiceRow, ...], goods: Mapping[str, str]) -> Names:
    return Names({one.site: one.name for one in sites}, service_names(services), goods)


def named(option: str, names: Names) -> tuple[Named, ...]:
    """Read what a decision calls an option; one that cannot be read keeps its own words."""
    if option == WHOLE:
        return (Named("Everything in one parcel"),)
    site = option.removesuffix(f", {WHOLE}")
    if site != option and site in names.sites:
        return (Named(f"Everything in one parcel from {names.site(site)}"),)
    parts = [list(_read(part, names)) for part in option.split(" + ")]
    if any(len(one) != 1 for one in parts):
        return (Named(option),)
    return tuple(one[0] for one in parts)


def option_words(option: str, names: Names) -> str:
    """An option in one line: its parcels, each with site, service, carton and goods."""
    return " + ".join(_line(one) for one in named(option, names))


def change_words(change: str, names: Names) -> str:
    """What would have to change: `more SKU at SITE` by their names."""
    found = _MORE.fullmatch(change)
    return f"more {names.product(found['sku'])} at {names.site(found['site'])}" if found else change


def _line(one: Named) -> str:
    goods = f" ({', '.join(one.goods)})" if one.goods else ""
    return f"{one.site}{' by ' + one.service if one.service else ''}{', ' + one.carton if one.carton else ''}{goods}"


def ruled_out(constraint: str, names: Names) -> str:
    """What stands in an option's way. Empty: nothing does."""
    if short := _SHORT.fullmatch(constraint):
        units, product = counted(int(short["units"]), "unit"), names.product(short["sku"])
        return f"{units} of {product} too few at {names.site(short['site'])}: the rest is for other orders"
    if held := _HELD.fullmatch(constraint):
        return f"only {held['held']} of {held['units']} {names.product(held['sku'])} are there"
    if misses := _MISSES.fullmatch(constraint):
        return f"it misses the nominated day, {date.fromisoformat(misses['day']):%-d %B}, which another way keeps"
    said = _SAID.get(constraint, constraint)
    codes = "|".join(re.escape(code) for code in sorted(names.services, key=len, reverse=True))
    if not codes:
        return said
    return re.sub(rf"(?<![\w-])(?:{codes})(?![\w-])", lambda found: names.service(found[0]), said)


def _read(part: str, names: Names) -> Iterator[Named]:
    for site in names.sites:
        for service in names.services:
            start = f"{site} by {service}"
            if not part.startswith(start):
                continue
            rest = part.removeprefix(start)
            called = (names.site(site), names.service(service))
            if not rest:
                yield Named(*called)
            elif rest.startswith(" in "):
                yield Named(*called, carton=carton_words(rest.removeprefix(" in ")))
            elif inside := re.fullmatch(r" \((.+)\)", rest):
                yield Named(*called, goods=tuple(names.product(sku) for sku in inside[1].split(", ")))


def carton_words(code: str) -> str:
    return "its own box" if code == OWN_BOX else f"carton {code}"


def _service(one: ServiceRow) -> str:
    """The carrier's name is not said twice where the service bears it."""
    name = one.name or one.service
    return name if not one.carrier or name.casefold().startswith(one.carrier.casefold()) else f"{one.carrier} {name}"
