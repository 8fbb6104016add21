"""Reads: who somebody is that facts name by an id, as far as the reader may know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from doorstep.core.accounts.models import ApiKey, User
from doorstep.core.accounts.queries import keys_named, people_named
from doorstep.domain.rights import BRAND_ROLES, Scope


@dataclass(frozen=True, slots=True)
class Actors:
    """What the reader may know of those that were asked for; of whoever is in neither, nothing."""

    names: Mapping[str, str] = field(default_factory=dict)  # by actor: `user:7`, `key:12`
    staff: frozenset[str] = frozenset()  # of the operator, whose people those of a brand do not know by name


def actors_of(scope: Scope, actors: Iterable[str]) -> Actors:
    """Look up people and keys in bulk. At most two queries, whatever their number; four for somebody of a brand."""
    people, keys = _ids(actors, "user"), _ids(actors, "key")
    names = {f"user:{pk}": name for pk, name in people_named(scope, people).items()}
    names |= {f"key:{pk}": name for pk, name in keys_named(scope, keys).items()}
    if scope.role not in BRAND_ROLES:
        return Actors(names)
    own = User.objects.filter(operator_id=scope.operator, pk__in=people).exclude(role__in=BRAND_ROLES)
    issued = ApiKey.objects.filter(operator_id=scope.operator, pk__in=keys, brand__isnull=True)
    staff = {f"user:{pk}" for pk in own.values_list("pk", flat=True)}
    return Actors(names, frozenset(staff | {f"key:{pk}" for pk in issued.values_list("pk", flat=True)}))


def _ids(actors: Iterable[str], kind: str) -> set[int]:
    found = (actor.partition("/")[0].partition(":") for actor in actors)  # `key:12/H7`: somebody who works with a key
    return {int(number) for said, _, number in found if said == kind and number.isascii() and number.isdecimal()}
