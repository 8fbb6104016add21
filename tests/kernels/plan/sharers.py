"""The best plan where orders may share parcels, by trying everything: every way to put the orders of one shopper
together, and every plan of each. Nothing of the planner is used but what `brute.py` uses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from tests.kernels.plan.brute import Brute, Usage, Way
from tests.kernels.plan.parting import Load

from doorstep.domain.carriage import TerritoryRule
from doorstep.domain.demand import Order
from doorstep.kernels.plan.problem import PlanProblem

Atom = tuple[str, int, int]  # sku, units, and which of the orders asks for them


def sharers(asked: PlanProblem, most: int) -> PlanProblem:
    """Give the first orders of a problem the wishes of the first, and let all be ready when the last has come."""
    first, last = asked.orders[0], max(order.placed_at for order in asked.orders)
    named = {"country", "region", "city", "postcode"}
    assert named <= set(first.place.__slots__)
    alike = [
        replace(first, order=one.order, lines=one.lines, placed_at=one.placed_at, promised_by=None, not_before=None)
        for one in asked.orders[:most]
    ]
    lands = sorted({place.country for place in (*(o.place for o in asked.orders), *(s.place for s in asked.sites))})
    one_land = tuple(TerritoryRule("all", land) for land in lands)
    rest = [replace(one, promised_by=None, not_before=None) for one in asked.orders[most:]]
    tariff = replace(asked.tariff, territories=one_land)
    return replace(asked, orders=(*alike, *rest), tariff=tariff, now=last)


class Sharing(Brute):
    """Orders with several ids stand for several, which share: some chain of parcels links all of them."""

    members: dict[str, list[Order]]

    def of_members(self, order: Order) -> list[Atom] | None:
        """What must travel whole, and for whom; None: one of them cannot be planned."""
        found: list[Atom] = []
        for n, one in enumerate(self.members[order.order]):
            atoms = super().atoms(one)
            if not atoms:
                return None
            found += [(sku, units, n) for sku, units in atoms]
        return found

    def ways(self, i: int) -> list[Way]:
        """All but leaving it, where it stands for several."""
        order = self.problem.orders[i]
        if len(self.members[order.order]) == 1:
            return super().ways(i)
        best: dict[Usage, int] = {}
        atoms = self.of_members(order)
        splits = set(_linked(atoms, len(self.members[order.order]))) if atoms else set()
        parcels = self.parcels(i, sorted({load for split in splits for load in split}), insists=False)
        for split in splits:
            for chosen in product(*(parcels[load] for load in split)):
                way = self._together(chosen)
                if self._possible(way.usage):
                    best[way.usage] = min(way.cost, best.get(way.usage, way.cost))
        return [Way(cost, usage) for usage, cost in best.items()]


def _linked(atoms: list[Atom], owners: int) -> Iterator[tuple[Load, ...]]:
    """Every way to spread atoms over at most three parcels in which nobody is by himself."""
    for places in product(range(3), repeat=len(atoms)):
        if any(place > len(set(places[:n])) for n, place in enumerate(places)):
            continue  # the same, the parcels counted otherwise
        parcels = [[atom for atom, at in zip(atoms, places, strict=True) if at == n] for n in range(max(places) + 1)]
        reached = {0}
        for _ in range(owners):
            for parcel in parcels:
                whose = {owner for *_, owner in parcel}
                reached |= whose if whose & reached else set()
        if len(reached) == owners:
            yield tuple(sorted(_load(parcel) for parcel in parcels))


def _load(parcel: list[Atom]) -> Load:
    units: Counter[str] = Counter()
    for sku, count, _ in parcel:
        units[sku] += count
    return tuple(sorted(units.items()))


def best_sharing(asked: PlanProblem, sharing: int) -> int:
    """Least objective if the first `sharing` orders may share, in whatever sets."""
    best = Brute(asked).optimum()
    for parts in _partings(list(asked.orders[:sharing])):
        if all(len(part) == 1 for part in parts):
            continue
        joined = [
            replace(
                part[0],
                order=" ".join(one.order for one in part),
                lines=tuple(line for one in part for line in one.lines),
                placed_at=max(one.placed_at for one in part),
            )
            for part in parts
        ]
        brute = Sharing(replace(asked, orders=(*joined, *asked.orders[sharing:])))
        brute.members = {whole.order: part for whole, part in zip(joined, parts, strict=True)}
        brute.members |= {one.order: [one] for one in asked.orders[sharing:]}
        best = min(best, _least(brute, best))
    return best


def _partings(orders: list[Order]) -> Iterator[list[list[Order]]]:
    if not orders:
        yield []
        return
    for rest in _partings(orders[1:]):
        yield [[orders[0]], *rest]
        for n, part in enumerate(rest):
            yield [*rest[:n], [orders[0], *part], *rest[n + 1 :]]


def _least(brute: Brute, known: int) -> int:
    """Least objective below what is known, else that."""
    ways = [sorted(brute.ways(i), key=lambda way: way.cost) for i in range(len(brute.problem.orders))]
    taken: Counter[tuple[str, ...]] = Counter()
    best = known

    def descend(n: int, cost: int) -> None:
        nonlocal best
        if cost >= best:
            return
        if n == len(ways):
            best = cost
            return
        for way in ways[n]:
            if all(taken[row] + units <= brute.limit(row) for row, units in way.usage):
                taken.update(dict(way.usage))
                descend(n + 1, cost + way.cost)
                taken.subtract(dict(way.usage))

    descend(0, 0)
    return best
