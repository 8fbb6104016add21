"""The whole trail of an order: facts, decisions, labels, messages and stock moves, each with who, when and why.

A fixed number of queries, however much happened; an order's trail is hundreds of entries, and is put in order here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from doorstep.core.accounts.actors import Actors, actors_of
from doorstep.core.decisions.queries import Receipt, history
from doorstep.core.events.queries import FactRow, chain, timeline
from doorstep.core.messages.outbox import Written, of_order
from doorstep.core.paging import Page, instant_of, micros_of, page, read_cursor
from doorstep.core.parcels.labels import LabelPast, bought_for
from doorstep.core.stock.queries import MoveRow, moves_of
from doorstep.domain.history import AsItStood, PastFact, fold
from doorstep.domain.rights import Scope
from doorstep.flows.keep_plan import order_reference

Source = Literal["fact", "decision", "label", "message", "move"]
SOURCES: tuple[Source, ...] = get_args(Source)
MOST = 20_000  # facts, decisions or moves of one order that are read


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `id` is the row's, `cause` the entry that it followed from."""

    at: datetime
    source: Source
    id: int
    kind: str
    actor: str
    subject: str
    data: Mapping[str, Any]
    cause: str = ""

    @property
    def name(self) -> str:
        """How causes name it."""
        return f"{self.source}:{self.id}"


def whole_trail(scope: Scope, order: int, brand: int) -> tuple[Entry, ...]:
    """All that concerns an order (row id), the oldest first; of one instant facts first, each as it was recorded."""
    subject = order_reference(order)
    written = of_order(scope, order)
    facts = timeline(scope, subject, limit=MOST)
    found = [
        *_facts([*facts, *chain(scope, _elsewhere(facts, written))]),
        *_decisions(history(scope, order, limit=MOST)),
        *_labels(bought_for(scope, order), subject),
        *_messages(written, subject),
        *_moves(moves_of(scope, brand, subject, limit=MOST), subject),
    ]
    return tuple(sorted(found, key=_key))


def trail(
    scope: Scope,
    order: int,
    brand: int,
    *,
    kind: str = "",
    source: str = "",
    as_of: datetime | None = None,
    after: str | None = None,
    limit: int = 50,
) -> Page[Entry]:
    """A page of it; `kind` and `source` narrow it, and nothing after `as_of` is told. Raises InvalidCursor."""
    rows = [
        one
        for one in whole_trail(scope, order, brand)
        if kind in ("", one.kind) and source in ("", one.source) and (as_of is None or one.at <= as_of)
    ]
    if after is not None:
        micros, rank, last = read_cursor(after, int, int, int)
        beyond = (instant_of(micros), int(rank), int(last))
        rows = [one for one in rows if _key(one) > beyond]
    return page(rows, limit, lambda one: one, lambda one: (micros_of(one.at), SOURCES.index(one.source), one.id))


def as_it_stood(scope: Scope, order: int, as_of: datetime | None = None) -> AsItStood:
    """How an order stood, by its facts alone. One query."""
    facts = timeline(scope, order_reference(order), limit=MOST)
    return fold((PastFact(one.id, one.at, one.kind, one.data) for one in facts), as_of)


def known_actors(scope: Scope, entries: Iterable[Entry]) -> Actors:
    return actors_of(scope, {one.actor for one in entries})


def _key(one: Entry) -> tuple[datetime, int, int]:
    return one.at, SOURCES.index(one.source), one.id


def _elsewhere(facts: Iterable[FactRow], messages: Iterable[Written]) -> tuple[set[int], set[str]]:
    """What of other subjects led to something here: causes by their ids, disruptions of which the shopper was told."""
    facts = tuple(facts)
    here = {one.id for one in facts}
    causes = {one.cause for one in facts if one.cause is not None} - here
    told = {":".join(one.cause.split(":")[:2]) for one in messages if one.cause.startswith("disruption:")}
    return causes, told


def _facts(rows: Iterable[FactRow]) -> Iterator[Entry]:
    for row in rows:
        cause = "" if row.cause is None else f"fact:{row.cause}"
        yield Entry(row.at, "fact", row.id, row.kind, row.actor, row.subject, row.data, cause)


def _decisions(rows: Iterable[Receipt]) -> Iterator[Entry]:
    for one in rows:
        data = {
            "cost_minor": one.cost_minor,
            "chosen": [f"{choice.service} from {choice.site} in {choice.carton}" for choice in one.chosen],
            "options": 1 + len(one.rejected),
            "data_version": one.data_version,
            "seed": one.seed,
            "overridden": one.override is not None,
        }
        actor = one.override.by if one.override else "system"
        yield Entry(one.at, "decision", one.pk, "decided", actor, order_reference(one.order_id), data)


def _labels(rows: Iterable[LabelPast], subject: str) -> Iterator[Entry]:
    for one in rows:
        data = {"parcel": one.parcel, "account": one.account, "state": one.state, "settled_at": one.settled_at}
        yield Entry(one.asked_at, "label", one.pk, "label_asked", "system", subject, data)


def _messages(rows: Iterable[Written], subject: str) -> Iterator[Entry]:
    for one in rows:
        data = {"template": one.template, "because": one.cause, "state": one.state, "ended_at": one.ended_at}
        yield Entry(one.created_at, "message", one.pk, "message_written", "system", subject, data)


def _moves(rows: Iterable[MoveRow], subject: str) -> Iterator[Entry]:
    for one in rows:
        ends = {
            name: None if end is None else {"site": end.site, "bin": end.bin, "lot": end.lot, "state": end.state}
            for name, end in (("out_of", one.source), ("into", one.target))
        }
        data = {"sku": one.sku, "quantity": one.quantity, "reason": one.reason, "version": one.version, **ends}
        yield Entry(one.at, "move", one.id, "stock_moved", one.actor, subject, data)
