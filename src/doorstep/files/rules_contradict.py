"""Rules of which no parcel could obey both."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from itertools import combinations

from doorstep.domain.emission import MODES
from doorstep.domain.rules import Rule, RuleScope, matches

Services = Mapping[str, tuple[str, str, str]]  # by id: carrier, speed, mode of the line haul


def contradictions(rules: tuple[Rule, ...], services: Services | None) -> Iterator[tuple[Rule, str]]:
    """The later rule of each two that leave no site or no service to whatever the narrower one concerns."""
    for one, other in combinations(rules, 2):
        if not (covers(one.scope, other.scope) or covers(other.scope, one.scope)):
            continue
        if _no_site(one, other):
            yield other, f"and rule {one.rule} leave no site for the orders that both concern"
        elif services is not None and _no_service(one, other, services):
            yield other, f"and rule {one.rule} leave no service for the orders that both concern"


def covers(wide: RuleScope, narrow: RuleScope) -> bool:
    """Whether all that the narrow scope concerns is concerned by the wide one."""
    names = ("channels", "countries", "regions", "customers", "speeds", "categories")
    return (
        all(_within(getattr(narrow, name), getattr(wide, name)) for name in names)
        and (not wide.skus or (bool(narrow.skus) and all(any(_same(w, n) for w in wide.skus) for n in narrow.skus)))
        and wide.gift in (None, narrow.gift)
        and wide.dangerous <= narrow.dangerous
        and _least(narrow.value_at_least_micros, wide.value_at_least_micros)
        and _most(narrow.value_below_micros, wide.value_below_micros)
        and _least(narrow.priority, wide.priority)
        and _least(_number(narrow.since), _number(wide.since))
        and _most(_number(narrow.until), _number(wide.until))
    )


def _within(narrow: Collection[str], wide: Collection[str]) -> bool:
    return not wide or (bool(narrow) and set(narrow) <= set(wide))


def _same(wide: str, narrow: str) -> bool:
    return wide == narrow or ("*" not in narrow and matches(wide, narrow))


def _least(narrow: int | None, wide: int | None) -> bool:
    return wide is None or (narrow is not None and narrow >= wide)


def _most(narrow: int | None, wide: int | None) -> bool:
    return wide is None or (narrow is not None and narrow <= wide)


def _number(day: date | None) -> int | None:
    return None if day is None else day.toordinal()


def _no_site(one: Rule, other: Rule) -> bool:
    kinds = {one.kind, other.kind}
    if kinds == {"only_from_sites"}:
        return not set(one.sites) & set(other.sites)
    if kinds == {"only_from_sites", "never_from_sites"}:
        only, never = (one, other) if one.kind == "only_from_sites" else (other, one)
        return set(only.sites) <= set(never.sites)
    return False


def _no_service(one: Rule, other: Rule, services: Services) -> bool:
    """Rules about services of some speeds leave the others alone, and those of different sites each other."""
    if one.sites and other.sites and not set(one.sites) & set(other.sites):
        return False
    first, second = _admitted(one, services), _admitted(other, services)
    return first is not None and second is not None and not first & second


def _admitted(rule: Rule, services: Services) -> set[str] | None:
    """What a rule leaves; None: it is not about services."""
    if rule.kind == "never_services":
        return set(services) - set(rule.services)
    if rule.kind not in ("only_services", "only_carriers", "hazmat_ground"):
        return None
    return {
        name
        for name, (carrier, speed, mode) in services.items()
        if (rule.of_speeds and speed not in rule.of_speeds)
        or name in rule.services
        or carrier in rule.carriers
        or (mode or MODES[0]) in rule.modes
    }
