"""What a brand's choices go by beside money, as somebody put it in force. Rows are added, never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import starmap
from typing import Any

from django.db.models import Max, QuerySet

from doorstep.core.learned.account_terms import prices_of_brand
from doorstep.core.learned.models import Steering as Row
from doorstep.core.versions import Rows
from doorstep.domain.commitment import DatedCommitmentPrice
from doorstep.domain.exploration import ServiceTrial
from doorstep.domain.rights import Scope
from doorstep.domain.steering import NOTHING, AccountPrices, Put, Showing, Steering, SteeringKind
from doorstep.domain.worth import LearnedValue

OF_BRAND = (Rows(Row, "brand_id = %s"),)


def put(brand_id: int, kind: SteeringKind, rows: Sequence[Sequence[object]], at: datetime, by: str) -> int:
    """Put rows of a kind in force, none: nothing is any more. Returns the version, which is the row's id."""
    told = [[one.isoformat() if isinstance(one, date) else one for one in row] for row in rows]
    return int(Row.objects.create(brand_id=brand_id, kind=kind, put_at=at, put_by=by, rows=told).pk)


def in_force(brand_id: int) -> Steering:
    """Give all that a brand's choices go by, its operator's prices with it. Two queries."""
    return _newest(Row.objects.filter(brand_id=brand_id), *prices_of_brand(brand_id))


def in_force_of(scope: Scope, brand_id: int) -> Steering:
    """Give what is in force of a brand of the scope; nothing of somebody else's. Two queries."""
    if brand_id not in scope.brands:
        return NOTHING
    mine = Row.objects.filter(brand__operator=scope.operator, brand__in=scope.brands, brand=brand_id)
    return _newest(mine, *prices_of_brand(brand_id))


def rows_of(found: Steering) -> Mapping[SteeringKind, tuple[tuple[object, ...], ...]]:
    """Give what is in force of the brand itself as the rows that were put, by kind."""
    values = ((one.worth, one.value_micros, one.segment, one.country) for one in found.values)
    prices = ((one.carrier, one.service, one.price_micros, one.valid_from, one.valid_to) for one in found.commitments)
    shows = found.showing
    return {
        "values": tuple(values),
        "commitments": tuple(prices),
        "showing": ((shows.most, shows.borne_micros, shows.margin_micros, shows.surplus_ppm),) if shows else (),
        "trials": tuple((one.service, one.share_ppm, one.most_extra_micros) for one in found.trials),
    }


def _newest(mine: QuerySet[Row], pooled: tuple[AccountPrices, ...], pooled_put: Put | None) -> Steering:
    last = mine.order_by().values("kind").annotate(last=Max("id")).values("last")
    rows: dict[SteeringKind, Sequence[Sequence[Any]]] = {}
    by: dict[SteeringKind, Put] = {}
    for name, pk, at, some in Row.objects.filter(pk__in=last).values_list("kind", "pk", "put_at", "rows"):
        kind: SteeringKind = name  # type: ignore[assignment]  # written from the same Literal
        if some:
            rows[kind], by[kind] = some, Put(pk, at)
    return Steering(
        tuple(starmap(LearnedValue, rows.get("values", ()))),
        next(starmap(Showing, rows.get("showing", ())), None),
        tuple(_price(*one) for one in rows.get("commitments", ())),
        tuple(starmap(ServiceTrial, rows.get("trials", ()))),
        by,
        pooled,
        pooled_put,
    )


def _price(carrier: str, service: str, micros: int, since: str | None, until: str | None) -> DatedCommitmentPrice:
    first, last = (date.fromisoformat(one) if one else None for one in (since, until))
    return DatedCommitmentPrice(carrier, service, micros, first, last)
