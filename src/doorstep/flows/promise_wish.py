"""What somebody asks a promise for, checked against the folder: goods, destination, days."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import get_close_matches

from doorstep.domain.demand import Order, OrderLine
from doorstep.domain.errors import Fault, InputRefused
from doorstep.domain.place import Place
from doorstep.files.codes import COUNTRIES
from doorstep.files.folder import BrandFolder
from doorstep.flows.address import Rules, packed, rules_of
from doorstep.kernels.promise.calendars import known_calendar

MOST_DAYS_AHEAD = 366
MOST_UNITS = 1_000_000
AREA = 2  # characters of a postcode by which transit is known
_QUANTITY = re.compile(r"(.+):([0-9]{1,7})")


@dataclass(frozen=True, slots=True)
class Wish:
    """A question for a promise, as it is asked."""

    country: str
    region: str
    postcode: str
    goods: tuple[str, ...]  # each SKU or SKU:QTY
    at: datetime  # aware
    target_ppm: int | None = None  # None: the brand's
    late_cost_micros: int | None = None  # None: the brand's
    value_per_day_micros: int = 0
    not_before: date | None = None
    on: date | None = None  # a nominated day


def order_of(wish: Wish, folder: BrandFolder) -> Order:
    """Make an order of a wish. Raises InputRefused with everything that is wrong with it."""
    faults = [*_goods_faults(wish, folder), *_place_faults(wish, folder), *_day_faults(wish)]
    if faults:
        raise InputRefused(tuple(faults), len(faults))
    known = {one.sku for one in folder.products}
    units: Counter[str] = Counter()
    for text in wish.goods:
        sku, quantity = _parsed(text, known)
        units[sku] += quantity
    return Order(
        order="quote",
        channel="",
        placed_at=wish.at,
        customer="",
        place=Place(wish.country, wish.region, "", wish.postcode),
        lines=tuple(OrderLine(str(n), sku, units[sku], 0) for n, sku in enumerate(units, start=1)),
        not_before=wish.on or wish.not_before,
        promised_by=wish.on,
    )


def _parsed(text: str, known: set[str]) -> tuple[str, int]:
    """An id may hold a colon of its own."""
    match = _QUANTITY.fullmatch(text)
    return (text, 1) if text in known or not match else (match[1], int(match[2]))


def _goods_faults(wish: Wish, folder: BrandFolder) -> Iterator[Fault]:
    known = {one.sku for one in folder.products}
    for text in wish.goods:
        sku, quantity = _parsed(text, known)
        if sku not in known:
            near = get_close_matches(sku, known, n=1)
            yield _fault("--sku", text, "names no sku of products.csv" + (f"; is {near[0]} meant?" if near else ""))
        elif not 1 <= quantity <= MOST_UNITS:
            yield _fault("--sku", text, f"is not between 1 and {MOST_UNITS} units")


def _place_faults(wish: Wish, folder: BrandFolder) -> Iterator[Fault]:
    if wish.country not in COUNTRIES:
        yield _fault("--to-country", wish.country, "is not a country code of ISO 3166-1 such as BR or DE")
        return
    rules = rules_of(wish.country)
    places = [one.place for one in folder.orders if one.place.country == wish.country]
    past = [one for one in folder.history if one.destination_country == wish.country]
    if wish.region and not known_calendar(f"{wish.country}-{wish.region.removeprefix(f'{wish.country}-')}"):
        names = {one.region for one in places} | {one.destination_region for one in past}
        names |= {key for one in rules.regions for key in (one.key, *one.names)} if rules else set()
        if wish.region not in names and wish.region.casefold() not in names:
            near = get_close_matches(wish.region, sorted(names), n=1)
            hint = f"; is {near[0]} meant?" if near else ""
            yield _fault("--to-region", wish.region, f"is no region of {wish.country} that anybody knows{hint}")
    postcode = packed(wish.postcode)
    if not postcode or rules is None or not rules.postcode or _well_formed(wish.postcode, rules):
        return
    beginnings = {packed(one.postcode)[:AREA] for one in places} | {packed(p.destination_postcode)[:AREA] for p in past}
    if postcode[:AREA] not in beginnings or not postcode.isalnum():
        yield _fault("--to-postcode", wish.postcode, f"is not a postcode of {wish.country} such as {rules.example}")


def _well_formed(postcode: str, rules: Rules) -> bool:
    bare = postcode.strip().upper().removeprefix(rules.prefix)
    return any(re.fullmatch(rules.postcode, one) for one in (bare, packed(bare)))


def _day_faults(wish: Wish) -> Iterator[Fault]:
    if wish.on and wish.not_before and wish.not_before > wish.on:
        yield _fault("--not-before", wish.not_before.isoformat(), f"is after --on, which is {wish.on}")
    for name, day in (("--on", wish.on), ("--not-before", wish.not_before)):
        if day is None:
            continue
        # A day of grace: the destination may lie a day behind the clock of the question.
        if name == "--on" and day < wish.at.date() - timedelta(days=1):
            yield _fault(name, day.isoformat(), f"is before the order, of {wish.at.date()}")
        if day > wish.at.date() + timedelta(days=MOST_DAYS_AHEAD):
            yield _fault(name, day.isoformat(), f"is more than {MOST_DAYS_AHEAD} days ahead")


def _fault(option: str, value: str, why: str) -> Fault:
    return Fault(option, 0, "", value, why)
