"""Which zone a route falls in: longest destination prefix, then longest origin prefix.

Places that no prefix tells apart form one class. The class of a place is the longest prefix, among all that any
service names for its country, that the postcode begins with: shorter matches are prefixes of it, so it decides every
rule. Sorted as text, the classes below a prefix lie side by side; a rule therefore paints one rectangle of the
class-by-class table, and painting in ascending order of precedence leaves the right rule on top.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.carriage import ZoneRule
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.place import Place
from doorstep.kernels.rate.compiled import Lanes

_DROPPED = str.maketrans("", "", " -")
_AFTER_ALL = "\U0010ffff"


def route_key(country: str, code: str) -> str:
    """Write a postcode or prefix so that `startswith` compares it; country included."""
    return f"{country.upper()} {code.upper().translate(_DROPPED)}"


def resolve_lanes(
    rules: Sequence[ZoneRule],
    services: Mapping[str, int],
    lane_of: Mapping[tuple[str, str], int],
    lane_zone: Sequence[int],
    origins: Sequence[Place],
    destinations: Sequence[Place],
) -> Lanes:
    """Resolve the lane of every route.

    Parameters
    ----------
    rules
        Zone rules, in any order.
    services
        Index of each service.
    lane_of
        Index of each (service, zone) pair.
    lane_zone
        Zone index of each lane.
    origins, destinations
        The places that parcels leave from and go to.

    Raises
    ------
    InvalidProblem
        Two rules of equal precedence contradict each other.
    """
    painted = _by_precedence(rules)
    origin_names, origin_class = _classes({key[1] for key in painted}, origins)
    destination_names, destination_class = _classes({key[2] for key in painted}, destinations)
    code = np.full((len(origin_names), len(destination_names), len(services)), -1, np.int32)
    for (service, origin, destination), rule in painted.items():
        rows = _below(origin_names, origin)
        columns = _below(destination_names, destination)
        code[rows, columns, services[service]] = 2 * lane_of[service, rule.zone] + rule.remote
    return Lanes(origin_class, destination_class, code, np.asarray(lane_zone, np.int32))


def _by_precedence(rules: Sequence[ZoneRule]) -> dict[tuple[str, str, str], ZoneRule]:
    """Return the rules by (service, origin key, destination key), the weakest first."""
    keyed: dict[tuple[str, str, str], ZoneRule] = {}
    for rule in rules:
        key = (
            rule.service,
            route_key(rule.origin_country, rule.origin_prefix),
            route_key(rule.destination_country, rule.destination_prefix),
        )
        other = keyed.setdefault(key, rule)
        if (other.zone, other.remote) != (rule.zone, rule.remote):
            raise InvalidProblem(
                f"service {rule.service}: two zones for {key[1].strip()} to {key[2].strip()}: "
                f"{other.zone}{' remote' if other.remote else ''} and {rule.zone}{' remote' if rule.remote else ''}"
            )
    return dict(sorted(keyed.items(), key=lambda item: (len(item[0][2]), len(item[0][1]))))


def _classes(prefixes: set[str], places: Iterable[Place]) -> tuple[list[str], NDArray[np.int32]]:
    """Return the sorted names of the classes in use (the empty name: no prefix matches) and each place's class."""
    lengths = sorted({len(prefix) for prefix in prefixes}, reverse=True)
    class_of: dict[tuple[str, str], str] = {}
    names = []
    for place in places:
        route = (place.country, place.postcode)
        name = class_of.get(route)
        if name is None:
            key = route_key(*route)
            name = next((key[:length] for length in lengths if len(key) >= length and key[:length] in prefixes), "")
            class_of[route] = name
        names.append(name)
    ordered = sorted({"", *names})
    index = {name: i for i, name in enumerate(ordered)}
    return ordered, np.fromiter((index[name] for name in names), np.int32, len(names))


def _below(names: list[str], prefix: str) -> slice:
    return slice(bisect_left(names, prefix), bisect_left(names, prefix + _AFTER_ALL))
