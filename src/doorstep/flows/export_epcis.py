"""Facts as a document of GS1 EPCIS 2.0, streamed: memory holds a batch of facts, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import orjson
from django.conf import settings

from doorstep.core.accounts.queries import operator_code
from doorstep.core.catalog.queries import gtins
from doorstep.core.events.queries import BrandFact, recorded
from doorstep.core.floor.queries import waves_of_parcels
from doorstep.core.network.queries import sites
from doorstep.core.parcels.boxed import BoxedRow, boxed
from doorstep.core.returns.labels import ssccs_of
from doorstep.core.returns.queries import of_orders
from doorstep.documents.epcis import KINDS, Backed, Boxed, Dealing, Happening, World, document, events
from doorstep.domain.rights import Scope
from doorstep.flows.keep_plan import order_reference

AT_ONCE = 500  # facts of a batch
CONTENT_TYPE = "application/ld+json"
_UNDONE = ("ParcelPacked", "ParcelLabelled", "OrderTakenBack")  # by others that may come much later


def epcis_events(
    scope: Scope,
    brand: int,
    *,
    order: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterator[dict[str, Any]]:
    """Give the events of a brand's facts in the order in which they were recorded; of one order (row id) if named."""
    world = _world(scope, brand)
    subjects = None if order is None else [order_reference(order)]
    last = 0
    while facts := recorded(
        scope, KINDS, brand=brand, subjects=subjects, since=since, until=until, after=last, limit=AT_ONCE
    ):
        last = facts[-1].id
        dealings = _dealings(scope, brand, facts)
        for fact in facts:
            happening = Happening(
                fact.id, fact.at, fact.kind, fact.actor, fact.brand or "", fact.data, dealings.get(fact.subject)
            )
            yield from events(happening, world)


def epcis_document(found: Iterator[dict[str, Any]], made_at: datetime) -> Iterator[bytes]:
    """Write events as one EPCIS document, piece by piece."""
    head, tail = orjson.dumps(document(made_at)).split(b"[]")
    yield head + b"["
    for number, event in enumerate(found):
        yield (b",\n" if number else b"\n") + orjson.dumps(event)
    yield b"\n]" + tail + b"\n"


def _world(scope: Scope, brand: int) -> World:
    zones = {one.site: one.time_zone for one in sites(scope)}
    return World(settings.PUBLIC_ADDRESS, operator_code(scope), zones, gtins([brand]))


def _dealings(scope: Scope, brand: int, facts: Sequence[BrandFact]) -> dict[str, Dealing]:
    """The orders that facts are of, with their parcels and returns, by subject; a fixed number of queries."""
    subjects = sorted({fact.subject for fact in facts if fact.subject.startswith("order:")})
    ids = [int(subject.partition(":")[2]) for subject in subjects]
    if not ids:
        return {}
    rows = boxed(ids)
    parcels = _parcels(rows)
    returns = _returns(ids)
    undone = _undone(scope, brand, subjects)
    named = {row.order_id: (row.order, row.brand) for row in rows}
    dealings = {pk: undone.of(order_reference(pk), *named[pk]) for pk in ids if pk in named}
    return {
        order_reference(pk): replace(one, parcels=parcels[pk], returns=returns.get(pk, {}))
        for pk, one in dealings.items()
    }


@dataclass(slots=True)
class _Undone:
    """Facts by what they are of: subject and parcel."""

    packed: dict[str, dict[str, list[int]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    labelled: dict[str, dict[str, list[tuple[int, datetime]]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    taken_back: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def take(self, fact: BrandFact) -> None:
        if fact.kind == "OrderTakenBack":
            self.taken_back[fact.subject].append(fact.id)
        elif fact.kind == "ParcelPacked":
            self.packed[fact.subject][str(fact.data["parcel"])].append(fact.id)
        else:
            self.labelled[fact.subject][str(fact.data["parcel"])].append((fact.id, fact.at))

    def of(self, subject: str, order: str, brand: str) -> Dealing:
        return Dealing(
            order,
            brand,
            packed={parcel: tuple(ids) for parcel, ids in self.packed[subject].items()},
            labelled={parcel: tuple(told) for parcel, told in self.labelled[subject].items()},
            taken_back=tuple(self.taken_back[subject]),
        )


def _undone(scope: Scope, brand: int, subjects: Sequence[str]) -> _Undone:
    """What may have been undone of orders, over all their time: the span that is exported does not bound it."""
    found, last = _Undone(), 0
    while told := recorded(scope, _UNDONE, brand=brand, subjects=subjects, after=last, limit=10 * AT_ONCE):
        last = told[-1].id
        for fact in told:
            found.take(fact)
    return found


def _parcels(rows: Sequence[BoxedRow]) -> dict[int, dict[str, Boxed]]:
    waves = waves_of_parcels([row.pk for row in rows])
    found: dict[int, dict[str, Boxed]] = defaultdict(dict)
    for row in rows:
        goods = tuple((sku, units) for _, sku, units in row.contents)
        box = Boxed(row.parcel, row.sscc, row.site, goods, waves.get(row.pk, ()))
        found[row.order_id][row.parcel] = box
    return found


def _returns(ids: Collection[int]) -> dict[int, dict[str, Backed]]:
    numbers = ssccs_of(ids)
    found: dict[int, dict[str, Backed]] = defaultdict(dict)
    for one in of_orders(ids):
        row = one.row
        goods = tuple((line.sku, line.quantity) for line in one.lines)
        graded = tuple(
            (line.sku, unit.grade, unit.disposition, unit.quantity) for line in one.lines for unit in line.found
        )
        found[row.order_id][row.rma] = Backed(row.rma, numbers.get(row.rma, ""), row.site, goods, graded)
    return found
