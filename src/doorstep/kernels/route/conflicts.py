"""Which constraints together leave a stop no place, and what it takes and costs to give it one.

A conflict is irreducible: with all else given way, its constraints leave the stop no place; without any one of them
there is one. Conflicts of one constraint and of two are looked for first, so that the smallest is told; larger ones are
found by the deletion filter (Chinneck and Dravnieks 1991). What is found gives way, and the next is looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, islice, product

from doorstep.kernels.route.eased import OF_THE_STOP, SIDES, Bench, Ease, Key, least
from doorstep.kernels.route.insertion import Insertion

MOST_GROUPS = 4
MOST_COMBINED = 8
Holds = Callable[[frozenset[Key]], bool]


@dataclass(frozen=True, slots=True)
class Remedy:
    """Constraints that give way, the least that is enough, and how the stop is served then.

    `eases` with the row of vans on which it is served; `insertion.cost` is what the rounds cost more.
    """

    eases: tuple[Ease, ...]
    insertion: Insertion

    @property
    def cost(self) -> int:
        """What the rounds cost more."""
        return self.insertion.cost


@dataclass(frozen=True, slots=True)
class Found:
    """What stands in the way of a stop.

    Parameters
    ----------
    groups
        Irreducible conflicts, the smallest first; something of each has to give way. Empty: nothing stands in the way,
        or no way leads there.
    remedies
        The cheapest first.
    servable
        How it could be served as all is; None: it cannot be.
    reachable
        Whether it could be served if everything gave way.
    """

    groups: tuple[tuple[Key, ...], ...]
    remedies: tuple[Remedy, ...]
    servable: Insertion | None
    reachable: bool


def conflicts(bench: Bench) -> Found:
    """Find what stands in the way of a stop, and every way out of it that needs one constraint of each conflict."""
    now, every = bench.insertion(), tuple(bench.offered())
    if now is not None:
        return Found((), (), now, True)
    if bench.insertion(map(_wholly, every)) is None:
        return Found((), (), None, False)
    groups = _groups(bench, every)
    remedies: list[Remedy] = []
    for keys in islice(product(*groups), MOST_COMBINED):
        remedies += _remedies(bench, keys)
    bench.forget()
    unlike = {one.eases: one for one in reversed(remedies)}
    return Found(groups, tuple(sorted(unlike.values(), key=_rank)), None, True)


def _rank(one: Remedy) -> tuple[int, int, tuple[str, ...]]:
    return len(one.eases), one.cost, tuple(ease.kind for ease in one.eases)


def _wholly(key: Key) -> Ease:
    return Ease(key[0], key[1])


def _groups(bench: Bench, every: Sequence[Key]) -> tuple[tuple[Key, ...], ...]:
    def held(kept: frozenset[Key]) -> bool:
        return bench.insertion(_wholly(key) for key in every if key not in kept) is None

    rest, found = frozenset(every), list[tuple[Key, ...]]()
    while len(found) < MOST_GROUPS and held(rest):
        group = irreducible([key for key in every if key in rest], held)
        found.append(group)
        rest -= frozenset(group)
    return tuple(sorted(found, key=len))


def irreducible(keys: Sequence[Key], held: Holds) -> tuple[Key, ...]:
    """Narrow constraints that together hold a stop off down to some that do, each of which is needed.

    One or two that do are told before more; beyond, the first are dropped first.
    """
    for few in (*((key,) for key in keys), *combinations(keys, 2)):
        if held(frozenset(few)):
            return few
    kept = frozenset(keys)
    for key in keys:
        if held(kept - {key}):
            kept -= {key}
    return tuple(key for key in keys if key in kept)


def _remedies(bench: Bench, keys: Sequence[Key]) -> list[Remedy]:
    """All ways out by some constraints together, one side of a window or a shift at a time."""
    sides = [[Ease(side, k) for side in SIDES.get(kind, (kind,))] for kind, k in keys]
    found = (_least_of(bench, list(eases)) for eases in product(*sides))
    return [one for one in found if one is not None]


def _least_of(bench: Bench, eases: list[Ease]) -> Remedy | None:
    """Shrink one after the other; the vans that give way are those of the row that serves it then."""
    for at in range(len(eases)):
        shrunk = least(bench.insertion, eases[at], eases[:at] + eases[at + 1 :])
        if shrunk is None:
            return None
        eases[at] = shrunk
    insertion = bench.insertion(eases)
    assert insertion is not None
    of_row = tuple(_in_row(one, insertion.row) for one in eases)
    return Remedy(of_row, insertion)


def _in_row(one: Ease, row: int) -> Ease:
    return one if one.kind in OF_THE_STOP else replace(one, row=row)


def one_remedy(found: Found, kind: str) -> Remedy | None:
    """The cheapest remedy in which a kind of constraint gives way."""
    return next((one for one in found.remedies if kind in {ease.kind for ease in one.eases}), None)
