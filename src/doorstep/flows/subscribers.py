"""Who is told of what has happened. A table: add a line to have something done about a fact.

A subscriber is told within the transaction in which the fact ceases to be pending, so that what it writes happens once.
It writes rows, such as a job or a message, and calls nobody: what takes long or goes out is for the worker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from doorstep.core.events.queries import Told
from doorstep.core.jobs.actions import put, put_many
from doorstep.flows.webhooks import announce

LABELLED_BY_THEN = timedelta(seconds=20)  # at the bench, as a rule
GOODS_CAME = frozenset({"StockReceived", "TransferReceived", "StockAdjusted", "ReturnGraded", "OrderCancelled"})


class Take(Protocol):
    """What a subscriber does with facts that it wants."""

    def __call__(self, facts: Sequence[Told], now: datetime) -> None: ...


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Its name stands by what it could not take; it is told of facts of its kinds, or of all, in their order."""

    name: str
    kinds: frozenset[str] | None
    take: Take

    def wants(self, facts: Sequence[Told]) -> tuple[Told, ...]:
        return tuple(one for one in facts if self.kinds is None or one.kind in self.kinds)


def fill_soon(facts: Sequence[Told], now: datetime) -> None:
    """Goods have come, or are free again: whoever waits for them is served now, not at the next round."""
    for operator, brand in sorted({(one.operator, one.brand) for one in facts if one.brand is not None}):
        put("fill back-orders", key=f"brand:{brand}", data={"brand": brand}, operator=operator, at=now)


def label_soon(facts: Sequence[Told], now: datetime) -> None:
    """Whoever packs buys the label as well; should that fail, or its process die, a worker buys it a moment later."""
    for operator in sorted({one.operator for one in facts}):
        wanted = {
            f"fact:{one.id}": {"brand": one.brand, "parcel": one.data["parcel"]}
            for one in facts
            if one.operator == operator
        }
        put_many("buy label", wanted, operator=operator, at=now, due_at=now + LABELLED_BY_THEN)


SUBSCRIBERS: tuple[Subscriber, ...] = (
    Subscriber("back-orders", GOODS_CAME, fill_soon),
    Subscriber("labels", frozenset({"ParcelPacked"}), label_soon),
    Subscriber("webhooks", None, announce),
)
