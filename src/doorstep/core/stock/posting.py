"""Post to the ledger: levels and moves change together or not at all.

Locks are taken in one order: levels as Shelf sorts, then the brand's clock. A posting takes any number of shifts, so
that a transaction needs one posting; it comes last in it, for the clock stays locked until the transaction ends.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db import connection, transaction

from doorstep.core.accounts.models import Brand
from doorstep.core.catalog.models import Product
from doorstep.core.network.models import Site
from doorstep.core.statements import Statement, at_once, day, instant, rows_of
from doorstep.core.stock.models import Clock, Level, Move
from doorstep.domain.errors import NotEnough, NotFound
from doorstep.domain.ledger import Shelf, Shift

BATCH = 200  # shelves named in one statement; SQLite bounds how deep a condition may go
MOVES = 1_000  # put in by one statement
_LEVELS, _CLOCKS, _MOVES = (one._meta.db_table for one in (Level, Clock, Move))
_NAMES = "site_id, product_id, bin, lot, state, id, quantity, received_at, expires_on"
_END = "(site_id = %s AND product_id = %s AND bin = %s AND lot = %s AND state = %s)"
_SORTED = "ORDER BY site_id, product_id, bin, lot, state"
# The brand's clock moves on and stays locked; the first posting makes it.
COUNT = (
    f"INSERT INTO {_CLOCKS} (brand_id, version) VALUES (%s, 1) "
    f"ON CONFLICT (brand_id) DO UPDATE SET version = {_CLOCKS}.version + 1 RETURNING version"
)
MAKE = (
    f"INSERT INTO {_LEVELS} (brand_id, site_id, product_id, bin, lot, state, received_at, quantity) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s, 0) ON CONFLICT DO NOTHING"
)
CHANGE = (
    f"UPDATE {_LEVELS} SET quantity = quantity + %s, received_at = %s, expires_on = %s WHERE id = %s AND quantity >= %s"
)
RECORD = (
    f"INSERT INTO {_MOVES} "
    "(brand_id, version, at, actor, reason, note, reference, source_id, target_id, quantity) VALUES "
)
ONE_MOVE = f"(%s, (SELECT version FROM {_CLOCKS} WHERE brand_id = %s), %s, %s, %s, %s, %s, %s, %s, %s)"
SAVE, LET_GO, KEEP = "SAVEPOINT posting", "ROLLBACK TO SAVEPOINT posting", "RELEASE SAVEPOINT posting"


@dataclass(slots=True)
class _Change:
    """What one posting does to one level. `since` and `expires_on` are of the units that arrive."""

    out: int = 0
    into: int = 0
    since: datetime | None = None
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class _Held:
    """A level that is locked."""

    pk: int
    quantity: int
    received_at: datetime
    expires_on: date | None


class Overtaken(Exception):
    """What a posting was reckoned from is no longer so; reckon again."""


def post(
    brand_id: int,
    shifts: Sequence[Shift],
    *,
    at: datetime,
    actor: str,
    still: Callable[[], bool] = lambda: True,
    through: Sequence[Shift] = (),
    there: Collection[Shelf] | None = None,
) -> int:
    """Do all of the shifts, or none; returns the version of the brand's stock after them.

    `through` are shifts that cancel out on every level, such as units that pass from one reference to another; they
    are recorded and need no units to be there. `there`: all shelves of these products at these sites that have a
    level, as somebody has just seen them; none is ever removed.

    A source must have what it gives before the posting: what arrives in a posting cannot leave in it. `still` is
    asked once the levels are locked, and raises Overtaken by saying no. Raises NotEnough when a source lacks units,
    NotFound when a site or a product is not the brand's.
    """
    told = [*shifts, *through]
    if not told:
        return version_of(brand_id)
    missing = _missing(brand_id, {shift.target for shift in told if shift.target is not None}, there)
    made: list[Statement] = [(MAKE, one) for one in _empty(brand_id, missing, at)]
    if not connection.in_atomic_block:
        with transaction.atomic():
            return _post(brand_id, shifts, told, still, at, actor, made, [])
    try:  # whoever reckons again must let go of these locks first
        return _post(brand_id, shifts, told, still, at, actor, [(SAVE, ()), *made], [(KEEP, ())])
    except (NotEnough, Overtaken):
        at_once([(LET_GO, ()), (KEEP, ())])
        raise


def _post(
    brand_id: int,
    shifts: Sequence[Shift],
    told: Sequence[Shift],
    still: Callable[[], bool],
    at: datetime,
    actor: str,
    before: Sequence[Statement],
    after: Sequence[Statement],
) -> int:
    levels = _locked(brand_id, sorted({end for one in told for end in (one.source, one.target) if end}), before)
    if not still():
        raise Overtaken
    changes = _rows(levels, _changes(shifts, levels, at))
    # The clock comes last, and nothing is asked of anybody while it is locked.
    recorded = _records(brand_id, told, levels, at, actor)
    done = at_once([*((CHANGE, one) for one in changes), (COUNT, (brand_id,)), *recorded, *after])
    if changes and done[0].count != len(changes):
        raise RuntimeError("a locked level has changed")  # never: all that is written goes with it
    return int(done[1 if changes else 0].rows[0][0])


def version_of(brand_id: int) -> int:
    """Give how many postings there have been; 0 before the first."""
    return Clock.objects.filter(pk=brand_id).values_list("version", flat=True).first() or 0


def tick(brand_id: int) -> int:
    """Count a posting. The brand's clock is locked until the transaction ends."""
    return int(rows_of(COUNT, [brand_id])[0][0])


def check_ends(brand_id: int, sites: set[int], products: set[int]) -> None:
    """Raise NotFound unless the products are the brand's and the sites its operator's."""
    known = Product.objects.filter(brand_id=brand_id, pk__in=products).count()
    near = Site.objects.filter(operator__in=Brand.objects.filter(pk=brand_id).values("operator"), pk__in=sites).count()
    if known != len(products) or near != len(sites):
        raise NotFound("no such site or product of the brand")


def _missing(brand_id: int, targets: set[Shelf], there: Collection[Shelf] | None) -> list[Shelf]:
    """Those of the shelves that have no level yet, in their order. Raises NotFound when an end is not the brand's."""
    if there is None:
        there = {_shelf(row) for row in _levels(brand_id, sorted(targets))}
    missing = sorted(targets.difference(there))
    known = {(shelf.site, shelf.product) for shelf in there}  # looked at when their levels were made
    new = [shelf for shelf in missing if (shelf.site, shelf.product) not in known]
    if new:
        check_ends(brand_id, {shelf.site for shelf in new}, {shelf.product for shelf in new})
    return missing


def _empty(brand_id: int, missing: Iterable[Shelf], at: datetime) -> Iterator[tuple[Any, ...]]:
    """Give empty levels, to be made before any is locked.

    Whoever makes the same one waits for us or we for them, holding nothing but levels nobody else can see yet; they
    are made in shelf order, so that two who make the same few do not wait for one another.
    """
    moment = connection.ops.adapt_datetimefield_value(at)
    return ((brand_id, one.site, one.product, one.bin, one.lot, one.state, moment) for one in missing)


def shelf_of(level: Level) -> Shelf:
    return Shelf(level.site_id, level.product_id, level.bin, level.lot, level.state)  # type: ignore[arg-type]


def _shelf(row: tuple[Any, ...]) -> Shelf:
    return Shelf(*row[:5])


def _locked(brand_id: int, shelves: Sequence[Shelf], before: Sequence[Statement]) -> dict[Shelf, _Held]:
    locking = "FOR UPDATE" if connection.features.has_select_for_update else ""
    rows = _levels(brand_id, shelves, locking, before)
    return {_shelf(row): _Held(row[5], row[6], _received(row[7]), day(row[8])) for row in rows}


def _levels(
    brand_id: int, shelves: Sequence[Shelf], locking: str = "", before: Sequence[Statement] = ()
) -> Iterator[tuple[Any, ...]]:
    """Read levels, sorted; those of one site and product in one statement, so that several keep the order, too."""
    for batch in _batches(shelves):
        named = " OR ".join([_END] * len(batch))
        text = f"SELECT {_NAMES} FROM {_LEVELS} WHERE brand_id = %s AND ({named}) {_SORTED} {locking}"
        ends = [part for one in batch for part in (one.site, one.product, one.bin, one.lot, one.state)]
        yield from at_once([*before, (text, [brand_id, *ends])])[-1].rows
        before = ()


def _batches(shelves: Sequence[Shelf]) -> Iterator[list[Shelf]]:
    batch: list[Shelf] = []
    for _, group in groupby(shelves, key=lambda one: (one.site, one.product)):
        here = list(group)
        if batch and len(batch) + len(here) > BATCH:
            yield batch
            batch = []
        batch += here
    if batch:
        yield batch


def _changes(shifts: Sequence[Shift], levels: Mapping[Shelf, _Held], at: datetime) -> dict[Shelf, _Change]:
    """Add up what each level gives and takes. Units keep their age and their date as they move."""
    changes: dict[Shelf, _Change] = {}
    for shift in shifts:
        level = None if shift.source is None else levels.get(shift.source)
        if shift.source is not None:
            changes.setdefault(shift.source, _Change()).out += shift.quantity
        if shift.target is not None:
            change = changes.setdefault(shift.target, _Change())
            change.into += shift.quantity
            change.since = min(change.since or at, at if level is None else level.received_at)
            dated = shift.expires_on if level is None else shift.expires_on or level.expires_on
            change.expires_on = earliest(change.expires_on, dated)
    return changes


def earliest(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)


def _rows(levels: Mapping[Shelf, _Held], changes: Mapping[Shelf, _Change]) -> list[tuple[Any, ...]]:
    """What the guarded statement of each level takes. Raises NotEnough."""
    rows = []
    for shelf, change in sorted(changes.items()):
        level = levels.get(shelf)
        if level is None or level.quantity < change.out:
            raise NotEnough(shelf, change.out)
        since, until = _age(shelf, level, change)
        dated = connection.ops.adapt_datetimefield_value(since), connection.ops.adapt_datefield_value(until)
        rows.append((change.into - change.out, *dated, level.pk, change.out))
    return rows


def _age(shelf: Shelf, level: _Held, change: _Change) -> tuple[datetime, date | None]:
    """Of the oldest units, and when the first of them expires, after a change."""
    if not change.into:
        return level.received_at, level.expires_on
    assert change.since is not None
    if level.quantity == change.out:  # what was here is gone; the age is that of what arrives
        # A lot has one date: units that are found again without one have that of the lot, though none were left.
        lot_date = level.expires_on if shelf.lot and change.expires_on is None else change.expires_on
        return change.since, lot_date
    return min(level.received_at, change.since), earliest(level.expires_on, change.expires_on)


def _records(
    brand_id: int, shifts: Sequence[Shift], levels: Mapping[Shelf, _Held], at: datetime, actor: str
) -> Iterator[Statement]:
    """Write the moves under the version that the clock shows by then."""
    moment = connection.ops.adapt_datetimefield_value(at)
    for start in range(0, len(shifts), MOVES):
        values: list[Any] = []
        some = shifts[start : start + MOVES]
        for one in some:
            ends = (None if end is None else levels[end].pk for end in (one.source, one.target))
            values += (brand_id, brand_id, moment, actor, one.reason, one.note, one.reference, *ends, one.quantity)
        yield RECORD + ", ".join([ONE_MOVE] * len(some)), values


def _received(told: datetime | str) -> datetime:
    at = instant(told)
    assert at is not None
    return at
