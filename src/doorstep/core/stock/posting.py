"""Post to the ledger: levels and moves change together or not at all.

Locks are taken in one order: levels as Shelf sorts, then the brand's clock. A posting takes any number of shifts, so
that a transaction needs one posting; it comes last in it, for the clock stays locked until the transaction ends.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.db import connection, transaction
from django.db.models import Q

from doorstep.core.accounts.models import Brand
from doorstep.core.catalog.models import Product
from doorstep.core.network.models import Site
from doorstep.core.statements import insert
from doorstep.core.stock.models import Clock, Level, Move
from doorstep.domain.errors import NotEnough, NotFound
from doorstep.domain.ledger import Shelf, Shift

BATCH = 200  # shelves named in one statement; SQLite bounds how deep a condition may go
# Both databases give a changed row back; Django's `update` does not, and would need a second statement.
COUNT = f"UPDATE {Clock._meta.db_table} SET version = version + 1 WHERE brand_id = %s RETURNING version"
CHANGE = (
    f"UPDATE {Level._meta.db_table} SET quantity = quantity + %s, received_at = %s, expires_on = %s "
    "WHERE id = %s AND quantity >= %s"
)
SHELF_ORDER = ("site_id", "product_id", "bin", "lot", "state")


@dataclass(slots=True)
class _Change:
    """What one posting does to one level. `since` and `expires_on` are of the units that arrive."""

    out: int = 0
    into: int = 0
    since: datetime | None = None
    expires_on: date | None = None


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
    there: Collection[Shelf] = frozenset(),
) -> int:
    """Do all of the shifts, or none; returns the version of the brand's stock after them.

    `through` are shifts that cancel out on every level, such as units that pass from one reference to another; they
    are recorded and need no units to be there. `there`: shelves whose levels are known to exist; none is ever removed.

    A source must have what it gives before the posting: what arrives in a posting cannot leave in it. `still` is
    asked once the levels are locked, and raises Overtaken by saying no. Raises NotEnough when a source lacks units,
    NotFound when a site or a product is not the brand's.
    """
    told = [*shifts, *through]
    if not told:
        return version_of(brand_id)
    with transaction.atomic():  # within another one a savepoint: whoever reckons again must let go of these locks first
        shelves = sorted({end for shift in told for end in (shift.source, shift.target) if end is not None})
        _create_missing(brand_id, {shift.target for shift in told if shift.target is not None}.difference(there), at)
        levels = _locked(brand_id, shelves)
        if not still():
            raise Overtaken
        _apply(levels, _changes(shifts, levels, at))
        return _record(brand_id, told, levels, at, actor)


def version_of(brand_id: int) -> int:
    """Give how many postings there have been; 0 before the first."""
    return Clock.objects.filter(pk=brand_id).values_list("version", flat=True).first() or 0


def tick(brand_id: int) -> int:
    """Count a posting. The brand's clock is locked until the transaction ends."""
    counted = _count(brand_id)
    if counted is None:
        Clock.objects.bulk_create([Clock(brand_id=brand_id)], ignore_conflicts=True)
        counted = _count(brand_id)
    assert counted is not None
    return counted


def _count(brand_id: int) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [brand_id])
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def check_ends(brand_id: int, sites: set[int], products: set[int]) -> None:
    """Raise NotFound unless the products are the brand's and the sites its operator's."""
    known = Product.objects.filter(brand_id=brand_id, pk__in=products).count()
    near = Site.objects.filter(operator__in=Brand.objects.filter(pk=brand_id).values("operator"), pk__in=sites).count()
    if known != len(products) or near != len(sites):
        raise NotFound("no such site or product of the brand")


def _create_missing(brand_id: int, targets: set[Shelf], at: datetime) -> None:
    """Make empty levels before any is locked.

    Whoever makes the same one waits for us or we for them, holding nothing but levels nobody else can see yet; they
    are made in shelf order, so that two who make the same few do not wait for one another.
    """
    missing = sorted(targets - {shelf_of(level) for level in _levels(brand_id, sorted(targets))})
    if not missing:
        return
    check_ends(brand_id, {shelf.site for shelf in missing}, {shelf.product for shelf in missing})
    Level.objects.bulk_create(
        [
            Level(
                brand_id=brand_id,
                site_id=shelf.site,
                product_id=shelf.product,
                bin=shelf.bin,
                lot=shelf.lot,
                state=shelf.state,
                quantity=0,
                received_at=at,
            )
            for shelf in missing
        ],
        ignore_conflicts=True,
        batch_size=BATCH,
    )


def shelf_of(level: Level) -> Shelf:
    return Shelf(level.site_id, level.product_id, level.bin, level.lot, level.state)  # type: ignore[arg-type]


def _locked(brand_id: int, shelves: Sequence[Shelf]) -> dict[Shelf, Level]:
    return {shelf_of(level): level for level in _levels(brand_id, shelves, lock=True)}


def _levels(brand_id: int, shelves: Sequence[Shelf], *, lock: bool = False) -> Iterator[Level]:
    """Read levels, sorted; those of one site and product in one statement, so that several keep the order, too."""
    rows = Level.objects.filter(brand_id=brand_id).order_by(*SHELF_ORDER)
    if lock:
        rows = rows.select_for_update()
    for batch in _batches(shelves):
        named = [
            Q(site_id=one.site, product_id=one.product, bin=one.bin, lot=one.lot, state=one.state) for one in batch
        ]
        yield from rows.filter(Q(*named, _connector=Q.OR))


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


def _changes(shifts: Sequence[Shift], levels: dict[Shelf, Level], at: datetime) -> dict[Shelf, _Change]:
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


def _apply(levels: dict[Shelf, Level], changes: dict[Shelf, _Change]) -> None:
    """Change the levels by one guarded statement each, all of them in one go."""
    rows = []
    for shelf, change in sorted(changes.items()):
        level = levels.get(shelf)
        if level is None or level.quantity < change.out:
            raise NotEnough(shelf, change.out)
        since, day = _age(level, change)
        dated = connection.ops.adapt_datetimefield_value(since), connection.ops.adapt_datefield_value(day)
        rows.append((change.into - change.out, *dated, level.pk, change.out))
    if rows:
        with connection.cursor() as cursor:
            cursor.executemany(CHANGE, rows)
            if cursor.rowcount != len(rows):
                raise RuntimeError("a locked level has changed")  # never: all that is written goes with it


def _age(level: Level, change: _Change) -> tuple[datetime, date | None]:
    """Of the oldest units, and when the first of them expires, after a change."""
    if not change.into:
        return level.received_at, level.expires_on
    assert change.since is not None
    if level.quantity == change.out:  # what was here is gone; the age is that of what arrives
        # A lot has one date: units that are found again without one have that of the lot, though none were left.
        return change.since, level.expires_on if level.lot and change.expires_on is None else change.expires_on
    return min(level.received_at, change.since), earliest(level.expires_on, change.expires_on)


def _record(brand_id: int, shifts: Sequence[Shift], levels: dict[Shelf, Level], at: datetime, actor: str) -> int:
    """Lock the clock, last of all, and write the moves under its new version."""
    version = tick(brand_id)
    insert(
        [
            Move(
                brand_id=brand_id,
                version=version,
                at=at,
                actor=actor,
                reason=shift.reason,
                note=shift.note,
                reference=shift.reference,
                source=None if shift.source is None else levels[shift.source],
                target=None if shift.target is None else levels[shift.target],
                quantity=shift.quantity,
            )
            for shift in shifts
        ]
    )
    return version
