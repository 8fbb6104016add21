"""Take in many orders: each row is answered by itself, and a bad one never spoils a good one.

Orders go in by chunks, each committed before its rows are answered, and wait for the next planning. A row sent again
finds its order there: the same content is no fault, other content is a conflict. A digest of the row as it came is kept
with the personal data, so that a row that comes once more is known though its order was edited since.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from operator import attrgetter
from typing import Any, Literal

from django.db import IntegrityError, transaction

from doorstep.core.events.actions import NewFact, record_all
from doorstep.core.orders.intake import Arrival, Known, add_arrivals, held_for, known_orders, standing_of
from doorstep.core.statements import together
from doorstep.domain.demand import Contact, Order
from doorstep.domain.errors import NotFound
from doorstep.domain.place import Place
from doorstep.domain.rights import Scope
from doorstep.flows.address import as_sent
from doorstep.flows.faults import examine_all
from doorstep.flows.keep_plan import order_reference
from doorstep.flows.kits import settled
from doorstep.flows.plan_day import plan_day
from doorstep.flows.standing import Standing, standing
from doorstep.kernels.run import Run

CHUNK = 500
MOST_ORDERS = 10_000
_SAID = tuple((one.name, one.default) for one in fields(Order) if one.compare)
_place, _contact = (attrgetter(*(one.name for one in fields(kind))) for kind in (Place, Contact))


@dataclass(frozen=True, slots=True)
class Wrong:
    field: str
    why: str


@dataclass(frozen=True, slots=True)
class Sent:
    """One order as it was sent: sound, or with what is wrong. `dated`: it says itself when it was placed."""

    row: int
    code: str
    order: Order | None
    wrong: tuple[Wrong, ...] = ()
    dated: bool = True


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a row. `state` is the order's, empty if it was not taken."""

    row: int
    order: str
    result: Literal["accepted", "exists", "conflict", "refused", "planned"]
    state: str = ""
    reason: str = ""
    errors: tuple[Wrong, ...] = ()


def take_in(scope: Scope, brand_id: int, sent: Iterable[Sent], *, now: datetime, plan: bool = False) -> Iterator[Taken]:
    """Take orders in, chunk by chunk; with `plan` they are planned together at the end, and told a second time."""
    if brand_id not in scope.brands:
        raise NotFound("no such brand")
    return _take_in(scope, brand_id, sent, now, plan)


def _take_in(scope: Scope, brand_id: int, sent: Iterable[Sent], now: datetime, plan: bool) -> Iterator[Taken]:
    taken: dict[int, Taken] = {}  # of those that wait, by row id
    count = 0
    for chunk in _chunks(sent):
        room = max(0, MOST_ORDERS - count)
        count += len(chunk)
        for pk, one in _take_chunk(scope, brand_id, chunk[:room], now):
            if plan and pk and one.state == "open":
                taken[pk] = one
            yield one
        yield from (
            Taken(one.row, one.code, "refused", errors=(Wrong("", f"is beyond the {MOST_ORDERS} orders of a request"),))
            for one in chunk[room:]
        )
    if taken:
        plan_day(scope, brand_id, now=now, run=Run(), leaving_from=now, only=taken.keys())
        states = standing_of(taken.keys())
        for pk, one in taken.items():
            state, reason = states[pk]
            yield replace(one, result="planned", state=state, reason=reason)


def _chunks(sent: Iterable[Sent]) -> Iterator[list[Sent]]:
    chunk: list[Sent] = []
    for one in sent:
        chunk.append(one)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _take_chunk(scope: Scope, brand_id: int, chunk: Sequence[Sent], now: datetime) -> list[tuple[int, Taken]]:
    """Answer rows in their order, each with its order's row id or 0."""
    sound = [one for one in chunk if one.order is not None]
    there = known_orders(brand_id, {one.code for one in sound})
    here = standing(scope.operator, brand_id, now, {line.sku for one in sound if one.order for line in one.order.lines})
    fresh: dict[str, Sent] = {}
    for one in sound:
        if one.code not in there:
            fresh.setdefault(one.code, one)
    added = _add(scope, here, list(fresh.values()), now)
    if added is None:  # somebody else has put one of them in meanwhile
        added = {}
        for code, one in fresh.items():
            alone = _add(scope, here, [one], now)
            if alone is None:
                there |= known_orders(brand_id, {code})
            else:
                added |= alone
    return [_answer(one, fresh, added, there) for one in chunk]


def _add(scope: Scope, here: Standing, sent: Sequence[Sent], now: datetime) -> dict[str, tuple[int, Arrival]] | None:
    """Put orders in with their facts, all or none; None: one of their codes is there already."""
    brand_id, products = here.ids.brand, here.ids.products
    arrivals = _arrivals(here, sent, now)
    if not arrivals:
        return {}
    try:
        with transaction.atomic(), together():
            pks = add_arrivals(brand_id, arrivals, products)
            facts = []
            for pk, one in zip(pks, arrivals, strict=True):
                facts.append(NewFact("OrderPlaced", order_reference(pk)))
                if one.reason:
                    facts.append(NewFact("OrderHeld", order_reference(pk), {"reason": one.reason}))
            record_all(scope.operator, brand_id, facts, at=now, actor=scope.actor)
    except IntegrityError:
        return None
    return {one.order.order: (pk, one) for pk, one in zip(pks, arrivals, strict=True)}


def _arrivals(here: Standing, sent: Sequence[Sent], now: datetime) -> list[Arrival]:
    """Orders as they go in: what a person must mend is held, as an order that comes alone is."""
    orders = [settled(one.order, here.kits) for one in sent if one.order is not None]
    examined = examine_all(here.ids.brand, orders, here.ground.problem, here.ids.products, now=now)
    arrivals = [held_for(one.order, one.faults) if one.faults else Arrival(one.order) for one in examined]
    digests = [digest_of(one.order, one.dated) for one in sent if one.order is not None]
    return [replace(one, digest=digest) for one, digest in zip(arrivals, digests, strict=True)]


def _answer(
    one: Sent, fresh: dict[str, Sent], added: dict[str, tuple[int, Arrival]], there: dict[str, Known]
) -> tuple[int, Taken]:
    if one.order is None:
        return 0, Taken(one.row, one.code, "refused", errors=one.wrong)
    if one.code in added:
        pk, arrival = added[one.code]
        if fresh[one.code] is one:
            return pk, Taken(one.row, one.code, "accepted", arrival.state, arrival.reason)
        known = Known(pk, arrival.state, arrival.reason, arrival.order, arrival.digest)
    else:
        known = there[one.code]
    if _alike(one, known):
        return known.pk, Taken(one.row, one.code, "exists", known.state, known.reason)
    wrong = Wrong("order", "is there already, with other content")
    return 0, Taken(one.row, one.code, "conflict", known.state, known.reason, (wrong,))


def _alike(one: Sent, known: Known) -> bool:
    """The same row, or the same content; an order that does not say when it was placed was placed when it came."""
    assert one.order is not None
    if known.digest == digest_of(one.order, one.dated):
        return True
    kept = known.order
    return as_sent(kept) == (one.order if one.dated else replace(one.order, placed_at=kept.placed_at))


def digest_of(order: Order, dated: bool) -> str:
    """Tell a row again without keeping it. What is at its default is left out: a new wish changes no old digest."""
    said: dict[str, Any] = {name: told for name, default in _SAID if (told := getattr(order, name)) != default}
    said["placed_at"] = order.placed_at.timestamp() if dated else None
    said["place"], said["contact"] = _place(order.place), _contact(order.contact)
    said["lines"] = [(line.line, line.sku, line.quantity, line.unit_price_micros) for line in order.lines]
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()
