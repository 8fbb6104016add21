"""Reads of stock, within a scope."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet, Sum

from doorstep.core.accounts.models import Brand
from doorstep.core.paging import Page, page, reach, read_cursor
from doorstep.core.statements import rows_of
from doorstep.core.stock.expiry import expired, quarter
from doorstep.core.stock.models import Clock, Inbound, Level, Move
from doorstep.domain.errors import NotFound
from doorstep.domain.ledger import STATES
from doorstep.domain.rights import Scope

STATE = (
    f"WITH near AS (SELECT id FROM {Brand._meta.db_table} WHERE operator_id = %s AND id IN ({{}})) "
    f"SELECT brand_id, 0, 0, version FROM {Clock._meta.db_table} WHERE brand_id IN (SELECT id FROM near) UNION ALL "
    f"SELECT brand_id, site_id, product_id, SUM(quantity) FROM {Inbound._meta.db_table} "
    "WHERE received_at IS NULL AND brand_id IN (SELECT id FROM near) GROUP BY brand_id, site_id, product_id"
)
CHANGES = 500  # moves of one answer, unless one posting has more


@dataclass(frozen=True, slots=True)
class StockRow:
    brand: str
    site: str
    sku: str
    available: int
    reserved: int
    picked: int
    quarantined: int
    damaged: int
    in_transit: int
    expected: int  # announced and not received
    expired: int = 0  # past their day at the site: there, and not available


@dataclass(frozen=True, slots=True)
class Place:
    """One end of a move."""

    site: str
    bin: str
    lot: str
    state: str


@dataclass(frozen=True, slots=True)
class MoveRow:
    id: int
    version: int
    at: datetime
    actor: str
    reason: str
    note: str
    reference: str
    sku: str
    quantity: int
    source: Place | None  # None: the world outside
    target: Place | None


@dataclass(frozen=True, slots=True)
class Changes:
    moves: tuple[MoveRow, ...]
    version: int  # ask for what came after this next
    more: bool  # there was more already


class _Key(NamedTuple):
    site: str
    sku: str
    product_id: int
    site_id: int
    brand: str


_KEY = ("site__code", "product__sku", "product_id", "site_id", "brand__code")


def stock(
    scope: Scope,
    *,
    at: datetime | None = None,
    brand: int | None = None,
    site: str | None = None,
    sku: str | None = None,
    search: str | None = None,
    after: str | None = None,
    limit: int = 100,
) -> Page[StockRow]:
    """Give units by site and product, sorted by their codes; `search` begins the sku. Raises InvalidCursor.

    Lots that have expired `at` are told apart from those that are available; without it none has.
    """
    within = Q(brand__in=scope.brands, brand__operator=scope.operator)
    if brand is not None:
        within &= Q(brand=brand)
    if site is not None:
        within &= Q(site__code=site)
    if sku is not None:
        within &= Q(product__sku=sku)
    if search is not None:
        within &= Q(product__sku__istartswith=search)
    keys = _keys(within, after, reach(limit))
    states, expected, late = _sums(keys, at)

    def row(key: _Key) -> StockRow:
        here = key.site_id, key.product_id
        units = states[here]
        by_state = {str(state): units[state] for state in STATES}
        return StockRow(key.brand, key.site, key.sku, **by_state, expected=expected[here], expired=late[here])

    return page(keys, limit, row, lambda key: (key.site, key.sku, key.product_id))


def _keys(within: Q, after: str | None, most: int) -> list[_Key]:
    """Give the next sites and products that have a level, or of which goods are expected."""
    if after is not None:
        site, sku, product = read_cursor(after, str, str, int)
        within &= (
            Q(site__code__gt=site)
            | Q(site__code=site, product__sku__gt=sku)
            | Q(site__code=site, product__sku=sku, product_id__gt=product)
        )
    held = Level.objects.filter(within).order_by().values_list(*_KEY)
    coming = Inbound.objects.filter(within, received_at=None).order_by().values_list(*_KEY)
    return [_Key(*one) for one in held.union(coming).order_by(*_KEY[:3])[:most]]


def _sums(
    keys: Sequence[_Key], at: datetime | None
) -> tuple[dict[tuple[int, int], Counter[str]], Counter[tuple[int, int]], Counter[tuple[int, int]]]:
    """Add up units by state, those expected, and those of the available that have expired."""
    here = Q(site_id__in={key.site_id for key in keys}, product_id__in={key.product_id for key in keys})
    states: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    late: Counter[tuple[int, int]] = Counter()
    grouped = Level.objects.filter(here).order_by()
    by_day = grouped.values_list("site_id", "product_id", "state", "site__time_zone", "expires_on")
    for site, product, state, zone, day, units in by_day.annotate(units=Sum("quantity")):
        if state == "available" and at is not None and expired(day, zone, at):
            late[site, product] += units
        else:
            states[site, product][state] += units
    coming = Inbound.objects.filter(here, received_at=None).order_by().values_list("site_id", "product_id")
    expected = Counter({(site, product): units for site, product, units in coming.annotate(units=Sum("quantity"))})
    return states, expected, late


def version(scope: Scope, at: datetime | None = None) -> str:
    """Name the state of the scope's stock: another name means that something has changed. Fit for an ETag.

    What is expected is told in full, for announcements may be written past the brand's clock. One query.
    """
    brands = sorted(scope.brands)
    rows = rows_of(STATE.format(", ".join(["%s"] * len(brands))), [scope.operator, *brands]) if brands else []
    told = ";".join(
        map(str, (*sorted(tuple(map(int, row)) for row in rows), quarter(at) if at else 0))
    )  # a new day may make lots expire
    return sha256(told.encode()).hexdigest()[:20]


def holds_any(brand_id: int, product: int) -> bool:
    """Whether units of a product are anywhere in the brand's stock, or announced."""
    here = Level.objects.filter(brand_id=brand_id, product_id=product, quantity__gt=0)
    return here.exists() or Inbound.objects.filter(brand_id=brand_id, product_id=product, received_at=None).exists()


def changes(scope: Scope, brand: int, since: int, limit: int = CHANGES) -> Changes:
    """Give the moves after a version, in the order in which they were committed; a posting is never cut in two.

    Raises NotFound when the brand is outside the scope.
    """
    if brand not in scope.brands:
        raise NotFound("no such brand")
    limit = max(1, min(limit, CHANGES))
    moves = Move.objects.filter(brand_id=brand, brand__operator=scope.operator, version__gt=since)
    rows = _move_rows(moves.order_by("version", "id")[: limit + 1])
    if len(rows) <= limit:
        return Changes(rows, rows[-1].version if rows else since, more=False)
    whole = tuple(row for row in rows if row.version < rows[-1].version)
    if not whole:  # one posting larger than the answer was to be: all of it
        whole = _move_rows(moves.filter(version=rows[0].version).order_by("id"))
    return Changes(whole, whole[-1].version, more=True)


def moves_of(scope: Scope, brand: int, reference: str, limit: int = CHANGES) -> tuple[MoveRow, ...]:
    """Moves of a reference, `order:17`, in the order in which they were committed. One query."""
    moves = Move.objects.filter(brand_id=brand, brand_id__in=scope.brands, reference=reference)
    return _move_rows(moves.order_by("version", "id")[:limit])


_ENDS = tuple(f"{end}__{field}" for end in ("source", "target") for field in ("site__code", "bin", "lot", "state"))


def _move_rows(moves: QuerySet[Move]) -> tuple[MoveRow, ...]:
    values = moves.annotate(sku_out=F("source__product__sku"), sku_in=F("target__product__sku")).values(
        "id", "version", "at", "actor", "reason", "note", "reference", "quantity", "sku_out", "sku_in", *_ENDS
    )
    return tuple(_move_row(one) for one in values)


def _move_row(one: dict[str, Any]) -> MoveRow:
    ends = [
        None
        if one[f"{end}__state"] is None
        else Place(one[f"{end}__site__code"], one[f"{end}__bin"], one[f"{end}__lot"], one[f"{end}__state"])
        for end in ("source", "target")
    ]
    return MoveRow(
        id=one["id"],
        version=one["version"],
        at=one["at"],
        actor=one["actor"],
        reason=one["reason"],
        note=one["note"],
        reference=one["reference"],
        sku=one["sku_out"] or one["sku_in"],
        quantity=one["quantity"],
        source=ends[0],
        target=ends[1],
    )
