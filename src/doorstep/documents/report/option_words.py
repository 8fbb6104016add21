"""The ways to send an order in words: the names of sites and services in place of the codes that a decision keeps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from doorstep.documents.report.wording import day
from doorstep.domain.parcel import OWN_BOX

WHOLE = "everything in one parcel"
_LEAVING = re.compile(r"(?P<option>.+), leaving on (?P<day>\d{4}-\d\d-\d\d)")
_CHEAPER = re.compile(r"(?P<option>.+) for (?P<less>[\d.]+) less")
_SENT = re.compile(r"sent from (?P<site>.+)")
_GOODS = re.compile(r"(?P<sku>.+) from (?P<site>.+)")


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


def then_words(to: str, names: Names) -> str:
    """Say what a change would lead to: an option, or as much of one as is known."""
    if leaving := _LEAVING.fullmatch(to):
        return f"{option_words(leaving['option'], names)}, leaving on {day(date.fromisoformat(leaving['day']))}"
    if cheaper := _CHEAPER.fullmatch(to):
        return f"{option_words(cheaper['option'], names)}, for {cheaper['less']} less"
    if sent := _SENT.fullmatch(to):
        return f"sent from {names.site(sent['site'])}"
    goods = _GOODS.fullmatch(to)
    if goods and goods["site"] in names.sites:
        return f"{names.product(goods['sku'])} from {names.site(goods['site'])}"
    return option_words(to, names)


def carton_words(code: str) -> str:
    return "its own box" if code == OWN_BOX else f"carton {code}"


def service_words(code: str, carrier: str, name: str) -> str:
    """The carrier's name is not said twice where the service bears it."""
    name = name or code
    return name if not carrier or name.casefold().startswith(carrier.casefold()) else f"{carrier} {name}"


def _line(one: Named) -> str:
    goods = f" ({', '.join(one.goods)})" if one.goods else ""
    return f"{one.site}{' by ' + one.service if one.service else ''}{', ' + one.carton if one.carton else ''}{goods}"


def _read(part: str, names: Names) -> Iterator[Named]:
    for site in names.sites:
        if not part.startswith(f"{site} by "):
            continue
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
