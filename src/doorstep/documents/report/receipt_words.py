"""What would change a decision, and why an order has no plan, in the words of a warehouse."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

from doorstep.documents.report.option_words import Names, then_words
from doorstep.documents.report.wording import day, decimal, weight
from doorstep.domain.decision import Conflict, Flip, FlipKind

FLIP_NAMES: Mapping[FlipKind, str] = {
    "": "Cost",
    "stock": "Stock",
    "capacity": "Capacity",
    "cut_off": "Order cut-off",
    "collection": "Collection",
    "rate": "Freight rate",
    "weight": "Weight",
}
CONFLICT_NAMES: Mapping[str, str] = {
    "stock": "Stock",
    "others": "Stock taken by other orders",
    "capacity": "Capacity",
    "carton_size": "Carton size",
    "carton_weight": "Carton weight",
    "service_weight": "Parcel weight",
    "service_length": "Parcel length",
    "service_girth": "Parcel girth",
    "zone": "Destination",
    "collection": "Collection",
    "speed": "Speed asked for",
    "signature": "Signature asked for",
    "saturday": "Saturday asked for",
    "dates": "Day asked for",
    "door": "Place of delivery",
    "rule": "Rule",
    "parcels": "Number of parcels",
    "cost": "Cost",
}


_MORE = re.compile(r"more (?P<sku>.+) at (?P<site>.+)")


@dataclass(frozen=True, slots=True)
class Turn:
    """A change that would alter a decision: what kind it is, what it takes, and what would be chosen then."""

    about: str
    change: str
    then: str


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Something that keeps an order from its plan, and what would help."""

    about: str
    detail: str
    fix: str
    enough: bool  # this alone


@dataclass(frozen=True, slots=True)
class Deadlock:
    """Obstacles that together leave an order no plan; something of them must give way."""

    lead: str
    obstacles: tuple[Obstacle, ...]


def turns(flips: Sequence[Flip], first: Flip | None, names: Names) -> tuple[Turn, ...]:
    """Say every change that would alter a decision; where none can be made, the first as it was told."""
    told = flips or (() if first is None else (first,))
    return tuple(Turn(FLIP_NAMES[one.kind], flip_words(one, names), then_words(one.to, names)) for one in told)


def unsought(
    told: bool, *, shared: bool = False, weighed: bool = False, hauled: bool = False, tried: bool = False
) -> str:
    """Say why no changes, or no more than those told, were looked for. Empty: they were."""
    if tried:
        return "No changes are told of an order that tries a service: it was drawn by lot."
    if shared:
        return "Of orders that share a parcel no changes are told."
    no = "No other changes are looked for" if told else "No changes are looked for"
    if weighed:
        return f"{no} under prices of scarce goods."
    return f"{no} where parcels may go by linehaul." if hauled else ""


def flip_words(flip: Flip, names: Names) -> str:
    """Say in one sentence what would have to change."""
    return _FLIPS[flip.kind](flip, names)


def deadlocks(conflicts: Iterable[Conflict]) -> tuple[Deadlock, ...]:
    """Say why an order has no plan, a deadlock for each reason that has nothing in common with the others."""
    groups = [tuple(group) for _, group in groupby(conflicts, key=attrgetter("group"))]
    return tuple(
        Deadlock(
            _lead(group, number, len(groups)),
            tuple(
                Obstacle(CONFLICT_NAMES.get(one.constraint, one.constraint), one.detail, one.fix, one.enough)
                for one in group
            ),
        )
        for number, group in enumerate(groups, 1)
    )


def _lead(group: Sequence[Conflict], number: int, groups: int) -> str:
    which = f"Reason {number} of {groups}. " if groups > 1 else ""
    if len(group) == 1:
        if group[0].enough:
            return f"{which}One thing stands in the way."
        return f"{which}This must give way, and it is not enough by itself."
    if all(one.enough for one in group):
        return f"{which}These stand in the way together. Any one of the changes is enough."
    if groups > 1:
        return f"{which}These stand in the way together. One of them must give way, and something of each other reason."
    return f"{which}These stand in the way together. One of them must give way."


def _minutes(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h"] * (hours > 0) + [f"{rest} min"] * (rest > 0 or not hours)
    return " ".join(parts)


def _in_words(flip: Flip, names: Names) -> str:
    """One that is only told in words: `more SKU at SITE` by their names."""
    more = _MORE.fullmatch(flip.change)
    change = f"more {names.product(more['sku'])} at {names.site(more['site'])}" if more else flip.change
    return f"{change[:1].upper()}{change[1:]}: {flip.amount}"


def _stock(flip: Flip, names: Names) -> str:
    units = f"{flip.by:,} more unit{'s' * (flip.by != 1)}"
    return f"{units} of {names.product(flip.sku)} at {names.site(flip.site)}"


def _capacity(flip: Flip, names: Names) -> str:
    what = "parcel" if flip.service else "order"
    by = f" by {names.service(flip.service)}" if flip.service else ""
    return f"Room for {flip.by:,} more {what}{'s' * (flip.by != 1)} a day{by} at {names.site(flip.site)}"


def _cut_off(flip: Flip, names: Names) -> str:
    return f"The order cut-off at {names.site(flip.site)} {_minutes(flip.by)} later"


def _collection(flip: Flip, names: Names) -> str:
    on = f" on {day(date.fromisoformat(flip.day))}" if flip.day else ""
    service, site = names.service(flip.service), names.site(flip.site)
    return f"The last collection of {service} at {site} {_minutes(flip.by)} later{on}"


def _rate(flip: Flip, names: Names) -> str:
    less = "" if flip.least else ", perhaps by less"
    return f"Freight of {names.service(flip.service)} {decimal(flip.by / 10, 1)} % lower{less}"


def _weight(flip: Flip, names: Names) -> str:
    less = "" if flip.least else ", perhaps by less"
    return f"Each unit of {names.product(flip.sku)} {weight(flip.by)} lighter{less}"


_FLIPS: Mapping[FlipKind, Callable[[Flip, Names], str]] = {
    "": _in_words,
    "stock": _stock,
    "capacity": _capacity,
    "cut_off": _cut_off,
    "collection": _collection,
    "rate": _rate,
    "weight": _weight,
}
