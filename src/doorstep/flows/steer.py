"""Put in force what a brand's choices go by beside money: what somebody has looked at, until it is replaced."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from doorstep.core.accounts import queries
from doorstep.core.events.actions import record
from doorstep.core.learned import insights, steering
from doorstep.domain.commitment import DatedCommitmentPrice
from doorstep.domain.errors import Conflict, InvalidProblem, NotFound
from doorstep.domain.rights import Scope
from doorstep.domain.steering import Exploration, Showing, Steering, SteeringKind
from doorstep.domain.units import PPM
from doorstep.domain.worth import WORTHS, LearnedValue
from doorstep.files.schema_commitments import MOST_WEIGHT
from doorstep.files.schema_worth import MOST_WORTH
from doorstep.flows.standing import forget_brand
from doorstep.kernels.learn.shown_problem import MOST_OPTIONS

MICROS = 1_000_000
MOST_ROWS = 1_000
Row = tuple[object, ...]


def put_values(scope: Scope, code: str, values: Sequence[LearnedValue], *, now: datetime) -> Steering:
    """Have these learned values weigh on a brand's choices; none: no value does.

    Raises NotFound for a brand out of scope, InvalidProblem with every fault. As all the others here: what is in force
    already is not put a second time.
    """
    keys = [(one.worth, one.segment, one.country) for one in values]
    faults = [f"{' '.join(filter(None, key))} stands twice" for key in sorted(set(keys)) if keys.count(key) > 1]
    for one in values:
        bad = one.worth not in WORTHS or abs(one.value_micros) > MOST_WORTH * MICROS
        if bad or (one.worth == "scatter" and one.value_micros <= 0):
            faults.append(f"{one.worth} of {one.value_micros} is not understood")
    rows = [(one.worth, one.value_micros, one.segment, one.country) for one in values]
    return _put(scope, code, "values", rows, faults, now)


def put_learned(scope: Scope, code: str, as_of: date, *, now: datetime) -> Steering:
    """Have the values weigh that were learned out of the record as of a day: those that somebody has looked at.

    Raises NotFound, and Conflict where those of another day are kept by now, or none that are sure enough.
    """
    brand_id = _brand(scope, code)
    found = insights.kept(scope, brand_id, "customers")
    rows = () if found is None else tuple(found.document.get("values", ()))
    if found is None or found.as_of != as_of:
        raise Conflict("other values were learned meanwhile: look at them first")
    if not rows:
        raise Conflict("nothing was learned that is sure enough to weigh")
    return put_values(scope, code, [LearnedValue(*row) for row in rows], now=now)


def put_commitments(scope: Scope, code: str, prices: Sequence[DatedCommitmentPrice], *, now: datetime) -> Steering:
    """Have these commitment prices weigh on a brand's choices; none: none does. Raises as `put_values`."""
    keys = [(one.carrier, one.service, one.valid_from or date.min, one.valid_to or date.max) for one in prices]
    faults = []
    for number, (carrier, service, since, until) in enumerate(keys):
        name = service or carrier
        if since > until:
            faults.append(f"the price of {name} ends before it begins")
        if abs(prices[number].price_micros) > MOST_WEIGHT * MICROS:
            faults.append(f"a price of {prices[number].price_micros} of {name} is not understood")
        if any(one[:2] == (carrier, service) and one[2] <= until and since <= one[3] for one in keys[:number]):
            faults.append(f"two prices of {name} hold on one day")
    rows = [(one.carrier, one.service, one.price_micros, one.valid_from, one.valid_to) for one in prices]
    return _put(scope, code, "commitments", rows, faults, now)


def put_showing(scope: Scope, code: str, showing: Showing | None, *, now: datetime) -> Steering:
    """Choose the options that quotes show by what they are worth; None: all, the cheapest first. As `put_values`."""
    if showing is None:
        return _put(scope, code, "showing", [], [], now)
    most = MOST_WORTH * MICROS
    money = 0 <= showing.borne_micros <= most and 0 <= showing.margin_micros <= most
    faults = [] if money else ["what is borne, and the margin, lie between 0 and a million"]
    if not 1 <= showing.most <= MOST_OPTIONS:
        faults.append(f"between 1 and {MOST_OPTIONS} options can be shown")
    if not 0 <= showing.surplus_ppm <= PPM:
        faults.append("a share lies between 0 and 1")
    row = (showing.most, showing.borne_micros, showing.margin_micros, showing.surplus_ppm)
    return _put(scope, code, "showing", [row], faults, now)


def put_exploration(scope: Scope, code: str, bounds: Exploration | None, *, now: datetime) -> Steering:
    """Have a share of orders measure services that nobody has; None: none does. As `put_values`."""
    if bounds is None:
        return _put(scope, code, "exploration", [], [], now)
    row = (bounds.most_ppm, bounds.dearer_ppm, bounds.later_ppm)
    faults = [] if all(0 <= one <= PPM for one in row) else ["a share lies between 0 and 1"]
    return _put(scope, code, "exploration", [row], faults, now)


def _put(
    scope: Scope, code: str, kind: SteeringKind, rows: Sequence[Row], faults: Sequence[str], now: datetime
) -> Steering:
    brand_id = _brand(scope, code)
    if len(rows) > MOST_ROWS:
        faults = [*faults, f"more than {MOST_ROWS} rows"]
    if faults:
        raise InvalidProblem("; ".join(faults))
    with transaction.atomic():
        if steering.rows_of(steering.in_force(brand_id))[kind] != tuple(rows):
            version = steering.put(brand_id, kind, rows, now, scope.actor)
            record(
                scope.operator,
                brand_id,
                kind="SteeringSet",
                subject=f"brand:{brand_id}",
                data={"kind": kind, "rows": len(rows), "version": version},
                at=now,
                actor=scope.actor,
            )
    forget_brand(brand_id)
    return steering.in_force(brand_id)


def _brand(scope: Scope, code: str) -> int:
    brand = next((one for one in queries.brands(scope) if one.code == code), None)
    if brand is None or not scope.may("manage"):
        raise NotFound("no such brand")
    return brand.id
