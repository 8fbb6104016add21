"""Erase a shopper: their data go for good, and the ledger, the facts and the statistics stand as they stood.

An order that has not ended needs its address. Erasing it is refused, or waits for its end and is done by a chore.
Whatever was said in free words goes, too: nobody can tell whom it names. All of it is one transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from doorstep.core import idempotency
from doorstep.core.decisions import erasing as decisions
from doorstep.core.events.actions import NewFact, record_all
from doorstep.core.events.queries import instants_of
from doorstep.core.floor import erasing as floor
from doorstep.core.learned import erasing as learned
from doorstep.core.messages import erasing as messages
from doorstep.core.orders import actions as orders
from doorstep.core.orders import erasing
from doorstep.core.orders.erasing import ShopperOrder
from doorstep.core.parcels import actions as parcels
from doorstep.core.parcels import erasing as travelled
from doorstep.core.returns import erasing as returns
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.domain.shopper import Shopper
from doorstep.flows.keep_plan import order_reference

AT_ONCE = 200  # orders of a turn of the chore
SHOWN = 5  # orders that a refusal names


@dataclass(frozen=True, slots=True)
class Erased:
    """What was done. Of an erasure that is asked for again all of it is nothing."""

    orders: tuple[str, ...] = ()  # codes
    waiting: tuple[str, ...] = ()  # those that are erased when they have ended
    rows: Mapping[str, int] = field(default_factory=dict)  # changed or deleted, by what they are


def orders_of(scope: Scope, brands: Collection[int], who: Shopper) -> tuple[ShopperOrder, ...]:
    """Orders of a shopper at brands of the scope. Raises NotFound for an order that is not there; one query."""
    own = scope.brands & frozenset(brands)
    if bool(who.email.strip()) == bool(who.order):
        raise Conflict("name the shopper by an e-mail address or by an order, and not by both")
    if who.email:
        return erasing.of_email(own, who.email)
    found = erasing.of_code(own, who.order)
    if not found:
        raise NotFound(f"no order {who.order}")
    return found


def erase(scope: Scope, brands: Collection[int], who: Shopper, *, now: datetime, when_done: bool = False) -> Erased:
    """Erase a shopper from what they ordered of these brands; again it does nothing.

    Orders that have not ended are refused by a Conflict that names them, and nothing is done; with `when_done` each is
    erased when it has. Raises NotFound for an order that is not there.
    """
    with transaction.atomic():
        told = [one.pk for one in orders_of(scope, brands, who) if one.erased_at is None]
        found = [one for one in _locked(told) if one.erased_at is None]  # another may have been faster
        busy = _busy(found, now)
        if busy and not when_done:
            named = ", ".join(f"{one.order} ({busy[one.pk]})" for one in found if one.pk in busy)
            raise Conflict(f"their address is needed still: {named}; ask to have it erased when they have ended")
        asked = erasing.ask([one.pk for one in found], at=now, actor=scope.actor)
        waiting = [one for one in found if one.pk in busy]
        _tell("ErasureAsked", [one for one in waiting if one.pk in asked], scope.actor, now)
        done = [one for one in found if one.pk not in busy]
        rows = _erase(done, scope.actor, now)
    return Erased(tuple(one.order for one in done), tuple(one.order for one in waiting), rows)


def erase_due(now: datetime) -> int:
    """Erase the shoppers of orders that have ended since it was asked for; gives how many orders."""
    done = 0
    due = erasing.due()
    held = returns.under_way(due)  # maybe for weeks: they are not to keep the others from their turn
    for pk in [one for one in due if one not in held][:AT_ONCE]:
        with transaction.atomic():
            found = [one for one in _locked([pk]) if one.asked_at and not one.erased_at]
            if not _busy(found, now):
                _erase(found, "system", now)
                done += len(found)
    return done


def _locked(pks: Iterable[int]) -> tuple[ShopperOrder, ...]:
    """Orders as they stand, locked until the end: their parcels first, as whoever reads a carrier's scans does."""
    asked = list(pks)
    parcels.lock(travelled.parcels_of(asked))
    orders.lock(asked)
    return erasing.of_ids(asked)


def _busy(found: Sequence[ShopperOrder], now: datetime) -> dict[int, str]:
    """Why orders cannot be erased yet, by their row ids. Messages of the others that wait end here."""
    busy = {one.pk: f"is {one.state.replace('_', ' ')}" for one in found if not one.ended}
    ended = [one.pk for one in found if one.ended]
    busy |= dict.fromkeys(travelled.being_settled(ended) | returns.being_settled(ended), "its carrier is being asked")
    busy |= dict.fromkeys(returns.under_way(ended), "its return is under way")
    messages.end([pk for pk in ended if pk not in busy], at=now)
    return busy | dict.fromkeys(messages.being_sent(ended), "a message is being sent")


def _erase(found: Sequence[ShopperOrder], actor: str, now: datetime) -> dict[str, int]:
    if not found:
        return {}
    pks, operator = [one.pk for one in found], found[0].operator
    counted: Counter[str] = Counter()
    numbers = travelled.numbers_of(pks) | returns.numbers_of(pks)
    names = travelled.names_of(pks) | returns.names_of(pks)
    for part in (
        travelled.blank(operator, pks, numbers, names, at=now),
        floor.blank(pks),
        returns.blank(pks),
        messages.blank(pks),
        decisions.blank(pks),
        erasing.blank(pks, at=now),
    ):
        counted.update(part)
    for one in found:
        counted.update(learned.blank(one.brand_id, [one.order]))
        told = instants_of(order_reference(one.pk))
        counted["answers"] += idempotency.forget_words(operator, one.order, one.brand, told)
    _tell("PersonErased", found, actor, now)
    return {name: number for name, number in sorted(counted.items()) if number}


def _tell(kind: str, found: Sequence[ShopperOrder], actor: str, now: datetime) -> None:
    for brand in sorted({one.brand_id for one in found}):
        facts = [NewFact(kind, order_reference(one.pk)) for one in found if one.brand_id == brand]
        record_all(found[0].operator, brand, facts, at=now, actor=actor)
