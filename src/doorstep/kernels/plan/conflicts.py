"""Why an order has no plan, in full: an irreducible set of constraints that leave it none, and what each would take.

With all else given way, the constraints of a group leave the order no plan; without any one of them it has one. They
are found by the deletion filter (Chinneck and Dravnieks 1991), which is repeated until it drops nothing more. Where a
group does not account for all, it is given way too and the next is looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from doorstep.domain.carriage import SPEEDS
from doorstep.domain.decision import Conflict, Unplanned
from doorstep.domain.demand import Order
from doorstep.domain.supply import SHIPPING_KINDS
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.plan.alone import Setting
from doorstep.kernels.plan.conflict_words import Scene, tell
from doorstep.kernels.plan.explain import Reasons
from doorstep.kernels.plan.problem import PlanParams, PlanProblem
from doorstep.kernels.plan.relax import OTHERS, PARCELS, Key
from doorstep.kernels.plan.taken import Taken
from doorstep.kernels.plan.without import Bench, Sent

MOST_EXPLAINED = 100  # orders of a plan; each takes about as long as a dozen orders by themselves
FAULTY = frozenset({"no_lines", "unknown_sku"})  # nothing can be relaxed
MOST_GROUPS = 4
SUSPECTS: dict[str, tuple[str, ...]] = {  # by the single reason; only where to look first
    "stock_out": ("stock",),
    "stock_taken": ("others", "stock"),
    "capacity": ("capacity",),
    "not_packable": ("carton_size", "carton_weight"),
    "too_many_parcels": ("stock", "carton_size", "carton_weight", "parcels"),
    "no_zone": ("zone",),
    "no_service": ("service_weight", "service_length", "service_girth", "speed", "signature", "saturday", "door"),
    "no_collection": ("collection", "stock"),
    "rule": ("rule",),
    "costs_more_than_unplanned": ("cost",),
}
Holds = Callable[[frozenset[Key]], bool]


@dataclass(frozen=True, slots=True)
class Conflicts:
    """Explains orders of one plan."""

    reasons: Reasons
    bench: Bench

    @classmethod
    def of(cls, reasons: Reasons, params: PlanParams, pack: PackParams) -> Conflicts:
        """Open for a plan."""
        market, known = reasons.market, reasons.book.known
        setting = Setting.of(market.problem, params, pack, known).within(reasons.atoms)
        taken = Taken.of(market, reasons.table, reasons.assignment)
        bench = Bench(as_given(market.problem), market.sku, taken, setting)
        return cls(reasons, bench)

    def explained(self, left: Unplanned) -> Unplanned:
        """Put the conflicts beside the reason of an order; it stays as it is where none are found."""
        if left.reason in FAULTY:
            return left
        order = next(one for one in self.bench.problem.orders if one.order == left.order)
        return replace(left, conflicts=self._find(order, left.reason))

    def offered(self, order: Order, reason: str) -> tuple[Key, ...]:
        """What might give way for an order, in the order in which it is dropped.

        That it is one order does where that is the reason, or where several orders in its place could go as all is.
        """
        keys = tuple(_offered(self.reasons, self.bench, order))
        if PARCELS not in keys or reason == "too_many_parcels" or self.bench.sent(order, frozenset({PARCELS})):
            return keys
        return tuple(key for key in keys if key != PARCELS)

    def groups(self, order: Order, reason: str) -> list[frozenset[Key]]:
        """Irreducible sets of constraints that leave an order no plan, none sharing any with another; [] if unknown."""
        every = self.offered(order, reason)
        whole = frozenset(every)

        def held(kept: frozenset[Key]) -> bool:
            return not self.bench.sent(order, whole - kept)

        if not held(whole):
            return []
        suspects, rest = SUSPECTS.get(reason, ()), whole
        found: list[frozenset[Key]] = []
        while len(found) < MOST_GROUPS and held(rest):
            group = irreducible([key for key in every if key in rest], held, suspects)
            if not group:  # it has no plan though all gives way
                return found
            found.append(group)
            rest -= group
        return found

    def _find(self, order: Order, reason: str) -> tuple[Conflict, ...]:
        every = self.offered(order, reason)
        return tuple(
            self._conflict(order, key, kept, frozenset(every), group)
            for group, kept in enumerate(self.groups(order, reason), 1)
            for key in every
            if key in kept
        )

    def _conflict(self, order: Order, key: Key, kept: frozenset[Key], whole: frozenset[Key], group: int) -> Conflict:
        enough = self.bench.sent(order, frozenset({key}))
        sent: Sequence[Sent] = enough or self.bench.sent(order, whole - kept | {key})
        return tell(Scene(self.reasons.market, self.bench, order, sent), key, group, bool(enough))


def irreducible(keys: Sequence[Key], held: Holds, suspects: Sequence[str] = ()) -> frozenset[Key]:
    """Narrow constraints that hold an order down to some that do, each of which is needed.

    Parameters
    ----------
    keys
        Constraints that together hold it; the first are dropped first.
    held
        Whether some of them do.
    suspects
        Kinds of constraint that may account for it by themselves.
    """
    kept = frozenset(keys)
    guess = frozenset(key for key in keys if key[0] in suspects)
    if guess and guess != kept and held(guess):
        kept = guess
    elif len(found := frozenset(_halved(frozenset(), keys, held))) < len(kept) and held(found):
        kept = found
    while True:
        before = kept
        for key in keys:
            if key in kept and held(kept - {key}):
                kept -= {key}
        if kept == before:
            return kept


def _halved(kept: frozenset[Key], keys: Sequence[Key], held: Holds, grown: bool = True) -> list[Key]:
    """What is needed of `keys` beside those kept, by halves: few tries where few of many do (Junker 2004, QuickXplain).

    As by dropping them one by one, the last are kept. `grown`: more is kept than when it was last tried.
    """
    if grown and kept and held(kept):
        return []
    if len(keys) <= 1:
        return list(keys)
    first, last = keys[: len(keys) // 2], keys[len(keys) // 2 :]
    needed = _halved(kept.union(last), first, held)
    return [*needed, *_halved(kept.union(needed), last, held, bool(needed))]


def explained(
    reasons: Reasons, unplanned: Sequence[Unplanned], params: PlanParams, pack: PackParams
) -> tuple[Unplanned, ...]:
    """Put conflicts beside the reasons of the first `MOST_EXPLAINED` orders; the others keep their reason alone."""
    if not unplanned:
        return ()
    conflicts = Conflicts.of(reasons, params, pack)
    return (*map(conflicts.explained, unplanned[:MOST_EXPLAINED]), *unplanned[MOST_EXPLAINED:])


def as_given(problem: PlanProblem) -> PlanProblem:
    """Give a problem back without the services that stand for its linehauls."""
    if not problem.relays:
        return problem
    names = {one.service for one in problem.relays}
    return replace(
        problem,
        tariff=replace(
            problem.tariff, services=tuple(one for one in problem.tariff.services if one.service not in names)
        ),
        collections=tuple(one for one in problem.collections if one.service not in names),
        relays=(),
    )


def _offered(reasons: Reasons, bench: Bench, order: Order) -> Iterator[Key]:
    """What is asked last stands last: of two conflicts the one is told that is made of it."""
    market, problem = reasons.market, bench.problem
    services, needs = problem.tariff.services, _needs(order)
    columns = [market.sku[sku] for sku in needs]
    yield "carton_size", ""
    if problem.cartons:
        yield "carton_weight", ""
    yield "service_length", ""
    if any(one.max_girth_mm is not None for one in services):
        yield "service_girth", ""
    yield "service_weight", ""
    yield "zone", ""
    calls = {(one.site, one.service) for one in problem.collections}
    if any((s.site, v.service) not in calls for s in problem.sites if s.kind in SHIPPING_KINDS for v in services):
        yield "collection", ""
    yield from _wished(order, bool(services))
    yield "cost", ""
    if sum(needs.values()) > 1:
        yield PARCELS
    if len(reasons.table.terms.lanes.limit):
        yield "capacity", ""
    left = market.stock - bench.taken.stock
    for sku, j in zip(needs, columns, strict=True):
        if (left[market.ships, j] < needs[sku]).any():
            yield "stock", sku
    if (bench.taken.stock[:, columns] > 0).any():
        yield OTHERS
    if market.ruled is not None:
        i = next(i for i, one in enumerate(market.problem.orders) if one.order == order.order)
        binding = (rule for m, rule in enumerate(market.ruled.rules) if market.ruled.orders[m, i])
        yield from (("rule", rule.rule) for rule in binding if rule.kind != "priority")


def _wished(order: Order, served: bool) -> Iterator[Key]:
    if order.signed_for:
        yield "signature", ""
    if order.saturday:
        yield "saturday", ""
    if order.speed is not None and order.speed != SPEEDS[0]:
        yield "speed", ""
    if order.not_before or order.promised_by:
        yield "dates", ""
    if served:
        yield "door", ""


def _needs(order: Order) -> dict[str, int]:
    units: dict[str, int] = {}
    for line in order.lines:
        units[line.sku] = units.get(line.sku, 0) + line.quantity
    return units
