"""The ways to send an order as its page tells them: who is called what, and what stands in an option's way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from doorstep.core.network.queries import SiteRow
from doorstep.core.tariffs.queries import ServiceRow
from doorstep.documents.report.option_words import Names, service_words
from doorstep.documents.report.wording import counted

MOST_SERVICES = 1_000  # that a page knows the names of
_SHORT = re.compile(r"(?P<sku>.+) at (?P<site>.+) goes to other orders: (?P<units>\d+) short")
_HELD = re.compile(r"(?P<held>\d+) of (?P<units>\d+) x (?P<sku>.+) on hand")
_USES = re.compile(
    r"it would use (?P<units>\d+) x (?P<sku>.+) at (?P<site>.+), (?P<worth>worth [\d.]+ to later orders.*)"
)
_MISSES = re.compile(r"misses the nominated day, (?P<day>\d{4}-\d\d-\d\d)")
_SAID = {
    "fits no single carton that a service takes": "it fits no single carton that a service takes",
    "the day's capacity there goes to other orders": "the day’s capacity there goes to other orders",
    "no date in reach": "no day can be promised",
    "the goods do not part like that": "planned so, the goods go together and not apart",
    "a person chose otherwise": "a person chose otherwise",
}


def service_names(services: tuple[ServiceRow, ...]) -> dict[str, str]:
    """What services are called, with their carriers, by code."""
    return {one.service: service_words(one.service, one.carrier, one.name) for one in services}


def names_of(sites: tuple[SiteRow, ...], services: tuple[ServiceRow, ...], goods: Mapping[str, str]) -> Names:
    return Names({one.site: one.name for one in sites}, service_names(services), goods)


def ruled_out(constraint: str, names: Names) -> str:
    """What stands in an option's way. Empty: nothing does."""
    if short := _SHORT.fullmatch(constraint):
        units, product = counted(int(short["units"]), "unit"), names.product(short["sku"])
        return f"{units} of {product} too few at {names.site(short['site'])}: the rest is for other orders"
    if held := _HELD.fullmatch(constraint):
        return f"only {held['held']} of {held['units']} {names.product(held['sku'])} are there"
    if uses := _USES.fullmatch(constraint):
        units, product = counted(int(uses["units"]), "unit"), names.product(uses["sku"])
        return f"it would use {units} of {product} at {names.site(uses['site'])}, {uses['worth']}"
    if misses := _MISSES.fullmatch(constraint):
        return f"it misses the nominated day, {date.fromisoformat(misses['day']):%-d %B}, which another way keeps"
    said = _SAID.get(constraint, constraint)
    codes = "|".join(re.escape(code) for code in sorted(names.services, key=len, reverse=True))
    if not codes:
        return said
    return re.sub(rf"(?<![\w-])(?:{codes})(?![\w-])", lambda found: names.service(found[0]), said)
