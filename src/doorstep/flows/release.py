"""Release planned parcels to the floor, in waves by the time at which the carrier calls, and take a wave back."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from django.db import transaction

from doorstep.core.catalog.snapshot import product_ids
from doorstep.core.events.actions import NewFact, record_all
from doorstep.core.floor import actions, queries, snapshot
from doorstep.core.floor.snapshot import Due
from doorstep.core.network.snapshot import cart_parcels, site_ids
from doorstep.core.orders import actions as orders
from doorstep.core.parcels import actions as parcels
from doorstep.core.stock import floor as stock
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.ledger import Shelf
from doorstep.domain.rights import Scope
from doorstep.flows.keep_plan import order_reference
from doorstep.kernels.dispatch.dispatch import USUAL, dispatch
from doorstep.kernels.dispatch.problem import DispatchParams, DispatchProblem, DispatchResult

ATTEMPTS = 3
USUAL_TOTES = USUAL.cart_parcels  # on a cart of a site that says nothing else
MOST = 2_000  # parcels of one release
ON_THEIR_WAY = frozenset({"planned", "released", "packed", "part_shipped"})


@dataclass(frozen=True, slots=True)
class Released:
    waves: tuple[str, ...]  # codes
    parcels: int
    left_out: int  # parcels that need more units than are reserved at the site, or of whose order some are put back


@dataclass(frozen=True, slots=True)
class _Ready:
    """A parcel and the bins that its units lie in."""

    due: Due
    wanted: Mapping[int, int]
    shelves: tuple[tuple[Shelf, int], ...]


class _Overtaken(Exception):
    """Somebody else released or took back meanwhile."""


def release(
    scope: Scope,
    *,
    site: str,
    until: datetime,
    since: datetime | None = None,
    service: str = "",
    now: datetime,
    params: DispatchParams | None = None,
) -> Released:
    """Put the planned parcels of a site that leave by `until` into waves; at most 2,000 at once.

    A cart holds as many totes as the site says, unless `params` say something else.

    Raises NotFound for a site that is not the operator's or a person who may not, Conflict if others are at it.
    """
    _may_release(scope)
    site_pk = site_ids(scope.operator).get(site)
    if site_pk is None:
        raise NotFound("no such site")
    params = params or _cart(site_pk)
    for _ in range(ATTEMPTS):
        found = snapshot.due(scope, site_pk, since, until, service, MOST)
        told = snapshot.spoken_for({one.order for one in found})
        # Units of an order that are put back and units that leave must not be taken for one another.
        waiting = snapshot.to_put_back({one.order for one in found}, site_pk)
        ready = _ready([one for one in found if one.order not in waiting], site_pk, told)
        if not ready:
            return Released((), 0, len(found))
        problem = _problem(ready)
        try:
            waves = _commit(scope, site_pk, ready, told, dispatch(problem, params), now)
        except _Overtaken:
            continue
        return Released(waves, len(ready), len(found) - len(ready))
    raise Conflict("others release these parcels at this moment")


def withdraw(scope: Scope, wave: str, *, now: datetime) -> int:
    """Take a wave back while nothing of it is picked; its parcels are planned again. Returns how many.

    Raises NotFound, and Conflict once picking has begun.
    """
    _may_release(scope)
    row = queries.get_wave(scope, wave)
    if row is None:
        raise NotFound(f"no wave {wave}")
    inside = queries.parcels_of_wave(row.pk)
    if any(brand not in scope.brands for brand, _, _ in inside):
        raise NotFound(f"no wave {wave} that is yours alone")
    with transaction.atomic():
        ids = sorted({order for _, order, _ in inside})
        if parcels.move_on([parcel for _, _, parcel in inside], "released", "planned") != len(inside):
            raise Conflict("some of its parcels have gone on")
        parcels.settle(ids)
        if not actions.withdraw_unpicked(row.pk):
            raise Conflict("picking has begun: a wave is taken back only before")
        for brand, several in _by_brand(inside).items():
            facts = [
                NewFact("OrderTakenBack", order_reference(order), {"parcels": number, "units": 0})
                for order, number in sorted(several.items())
            ]
            record_all(scope.operator, brand, facts, at=now, actor=scope.actor)
    return len(inside)


def _cart(site_pk: int) -> DispatchParams:
    totes = cart_parcels(site_pk)
    return USUAL if totes is None else replace(USUAL, cart_parcels=totes)


def _may_release(scope: Scope) -> None:
    if not (scope.may("move_stock") or scope.may("plan")):
        raise NotFound("nothing to release")


def _by_brand(inside: Iterable[tuple[int, int, int]]) -> dict[int, Counter[int]]:
    found: dict[int, Counter[int]] = defaultdict(Counter)
    for brand, order, _ in inside:
        found[brand][order] += 1
    return found


def _ready(found: Sequence[Due], site_pk: int, told: Mapping[int, Counter[Shelf]]) -> list[_Ready]:
    """Those parcels whose units are reserved at the site, each with the bins that they lie in."""
    products: dict[int, dict[str, int]] = {}
    free: dict[int, Counter[Shelf]] = {}
    for brand in sorted({one.brand for one in found}):
        mine = [one for one in found if one.brand == brand]
        products[brand] = product_ids(brand, {sku for one in mine for sku, _ in one.contents})
        references = {order_reference(one.order): one.order for one in mine}
        for reference, held in stock.held(brand, references.keys()).items():
            order = references[reference]
            here = Counter({shelf: units for shelf, units in held.items() if shelf.site == site_pk})
            free[order] = here - told.get(order, Counter())
    ready = []
    for one in sorted(found, key=lambda due: due.pk):
        wanted = {products[one.brand].get(sku, 0): units for sku, units in one.contents}
        shelves = choose(wanted, free.get(one.order, Counter()))
        if shelves is not None:
            ready.append(_Ready(one, wanted, tuple(shelves.items())))
    return ready


def choose(wanted: Mapping[int, int], free: Counter[Shelf]) -> dict[Shelf, int] | None:
    """Take units from what is reserved for their order, bin by bin; None, and nothing taken, if it does not suffice."""
    chosen: dict[Shelf, int] = {}
    for product, units in wanted.items():
        short = units
        for shelf in sorted(shelf for shelf in free if shelf.product == product):
            taken = min(short, free[shelf])
            if taken > 0:
                chosen[shelf] = taken
                short -= taken
        if short:
            return None
    free.subtract(chosen)
    return chosen


def _problem(ready: Sequence[_Ready]) -> DispatchProblem:
    lying = [(place, shelf, units) for place, one in enumerate(ready) for shelf, units in one.shelves]
    return DispatchProblem(
        np.array([int(one.due.leaves_at.timestamp()) for one in ready], np.int64),
        np.array([one.due.priority for one in ready], np.int64),
        np.array([place for place, _, _ in lying], np.int64),
        np.array([units for _, _, units in lying], np.int64),
        tuple(shelf.bin for _, shelf, _ in lying),
    )


def _commit(
    scope: Scope,
    site_pk: int,
    ready: Sequence[_Ready],
    told: Mapping[int, Counter[Shelf]],
    result: DispatchResult,
    now: datetime,
) -> tuple[str, ...]:
    ids = sorted({one.due.order for one in ready})
    with transaction.atomic():
        actions.hold_site(site_pk)
        if parcels.move_on([one.due.pk for one in ready], "planned", "released") != len(ready):
            raise _Overtaken
        standing = orders.lock(ids)
        if snapshot.spoken_for(ids) != {order: told[order] for order in ids if order in told}:
            raise _Overtaken
        if any(standing.get(order) not in ON_THEIR_WAY for order in ids):
            raise _Overtaken
        codes = [_open(scope, site_pk, inside, now) for inside in _cut(ready, result)]
        parcels.settle(ids)
        _tell(scope, ready, result, codes, now)
    return tuple(codes)


def _cut(ready: Sequence[_Ready], result: DispatchResult) -> list[list[tuple[Due, actions.NewTote]]]:
    """Sort parcels into the waves that the kernel has cut, each with its tote and its picks."""
    stops = iter(result.stop.tolist())
    waves: list[list[tuple[Due, actions.NewTote]]] = [[] for _ in range(int(result.wave.max(initial=-1)) + 1)]
    for place, one in enumerate(ready):
        picks = tuple(
            actions.NewPick(shelf.product, shelf.bin, shelf.lot, units, next(stops)) for shelf, units in one.shelves
        )
        tote = actions.NewTote(one.due.brand, one.due.pk, int(result.slot[place]) + 1, picks, one.wanted)
        waves[int(result.wave[place])].append((one.due, tote))
    return waves


def _open(scope: Scope, site_pk: int, inside: Sequence[tuple[Due, actions.NewTote]], now: datetime) -> str:
    services = {due.service for due, _ in inside}
    _, code = actions.open_wave(
        scope.operator,
        site_pk,
        inside[0][0].leaves_at,
        services.pop() if len(services) == 1 else "",
        [tote for _, tote in inside],
        at=now,
        actor=scope.actor,
    )
    return code


def _tell(scope: Scope, ready: Sequence[_Ready], result: DispatchResult, codes: Sequence[str], now: datetime) -> None:
    facts: dict[int, dict[tuple[int, str], NewFact]] = defaultdict(dict)
    for place, one in enumerate(ready):
        code = codes[int(result.wave[place])]
        fact = NewFact("OrderReleased", order_reference(one.due.order), {"wave": code})
        facts[one.due.brand][one.due.order, code] = fact
    for brand, several in sorted(facts.items()):
        record_all(scope.operator, brand, several.values(), at=now, actor=scope.actor)
