"""Put in force what a brand's choices go by beside money: what somebody has looked at, until it is replaced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import starmap

from django.db import transaction

from doorstep.core.accounts import queries
from doorstep.core.events.actions import record
from doorstep.core.learned import insights, steering
from doorstep.domain.commitment import DatedCommitmentPrice
from doorstep.domain.errors import Conflict, InvalidProblem, NotFound
from doorstep.domain.exploration import MOST_TRYING_PPM, ServiceTrial
from doorstep.domain.rights import Scope
from doorstep.domain.steering import Showing, Steering, SteeringKind
from doorstep.domain.units import PPM
from doorstep.domain.worth import WORTHS, LearnedValue
from doorstep.files.schema_commitments import MOST_WEIGHT
from doorstep.files.schema_explore import MOST_EXTRA
from doorstep.files.schema_worth import MOST_WORTH
from doorstep.flows.standing import forget_brand
from doorstep.kernels.learn.shown_problem import MOST_OPTIONS

MICROS = 1_000_000
Rows = Sequence[Sequence[object]]
MOST_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Wished:
    """What to put in force of each kind, None: nothing new; and of which kinds nothing is to be any more."""

    values: tuple[LearnedValue, ...] | None = None
    commitments: tuple[DatedCommitmentPrice, ...] | None = None
    showing: Showing | None = None
    trials: tuple[ServiceTrial, ...] | None = None
    off: frozenset[SteeringKind] = frozenset()


def steer(scope: Scope, code: str, wished: Wished, *, now: datetime) -> Steering:
    """Put in force what is wished, all of it or nothing; what is in force already is not put a second time.

    Raises NotFound for a brand out of scope, InvalidProblem with every fault.
    """
    brand_id = _brand(scope, code)
    if faults := faults_of(wished):
        raise InvalidProblem("; ".join(why for _, why in faults))
    given = Steering(wished.values or (), wished.showing, wished.commitments or (), wished.trials or ())
    rows = {kind: some for kind, some in steering.rows_of(given).items() if some or kind in wished.off}
    with transaction.atomic():
        before = steering.rows_of(steering.in_force(brand_id))
        for kind, some in rows.items():
            if before[kind] == some:
                continue
            put_in_force(scope.operator, brand_id, kind, some, now=now, actor=scope.actor)
    forget_brand(brand_id)
    return steering.in_force(brand_id)


def put_in_force(operator_id: int, brand_id: int, kind: SteeringKind, rows: Rows, *, now: datetime, actor: str) -> None:
    """Put rows of a kind in force, and tell it as a fact; within a transaction of the caller."""
    version = steering.put(brand_id, kind, rows, now, actor)
    record(
        operator_id,
        brand_id,
        kind="SteeringSet",
        subject=f"brand:{brand_id}",
        data={"kind": kind, "rows": len(rows), "version": version},
        at=now,
        actor=actor,
    )


def faults_of(wished: Wished) -> tuple[tuple[SteeringKind, str], ...]:
    """Say what cannot be put in force: of which kind, and why; all of it at once."""
    found: dict[SteeringKind, Iterator[str]] = {
        "values": _of_values(wished),
        "commitments": _of_prices(wished),
        "showing": _of_showing(wished.showing),
        "trials": _of_trials(wished),
    }
    return tuple((kind, why) for kind, some in found.items() for why in some)


def weigh_learned(scope: Scope, code: str, learned_at: datetime, *, now: datetime) -> Steering:
    """Have the values weigh that were learned out of the record at an instant: those that somebody has looked at.

    Raises NotFound, and Conflict where they were learned anew by now, or none are sure enough.
    """
    found = insights.kept(scope, _brand(scope, code), "customers")
    if found is None or found.learned_at != learned_at:
        raise Conflict("other values were learned meanwhile: look at them first")
    values = tuple(starmap(LearnedValue, found.document.get("values", ())))
    if not values:
        raise Conflict("nothing was learned that is sure enough to weigh")
    return steer(scope, code, Wished(values), now=now)


def try_proposed(scope: Scope, code: str, learned_at: datetime, *, now: datetime) -> Steering:
    """Have the services tried that were proposed out of the record at an instant, as somebody has looked at them.

    Raises NotFound, and Conflict where others were proposed by now, or none are.
    """
    found = insights.kept(scope, _brand(scope, code), "carriers")
    if found is None or found.learned_at != learned_at:
        raise Conflict("other services were proposed meanwhile: look at them first")
    trials = tuple(starmap(ServiceTrial, found.document.get("trials", ())))
    if not trials:
        raise Conflict("no service is proposed: all are measured, or nothing is")
    return steer(scope, code, Wished(trials=trials), now=now)


def _of_values(wished: Wished) -> Iterator[str]:
    values = wished.values or ()
    keys = Counter((one.worth, one.segment, one.country) for one in values)
    yield from (f"{' '.join(filter(None, key))} stands twice" for key, count in keys.items() if count > 1)
    if len(values) > MOST_ROWS:
        yield f"more than {MOST_ROWS} values"
    for one in values:
        bad = one.worth not in WORTHS or abs(one.value_micros) > MOST_WORTH * MICROS
        if bad or (one.worth == "scatter" and one.value_micros <= 0):
            yield f"{one.worth} of {one.value_micros} is not understood"


def _of_prices(wished: Wished) -> Iterator[str]:
    prices = wished.commitments or ()
    if len(prices) > MOST_ROWS:
        yield f"more than {MOST_ROWS} commitment prices"
        return
    spans: dict[tuple[str, str], list[tuple[date, date]]] = {}
    for one in prices:
        name, since, until = one.service or one.carrier, one.valid_from or date.min, one.valid_to or date.max
        if since > until:
            yield f"the price of {name} ends before it begins"
        if abs(one.price_micros) > MOST_WEIGHT * MICROS:
            yield f"a price of {one.price_micros} of {name} is not understood"
        others = spans.setdefault((one.carrier, one.service), [])
        if any(first <= until and since <= last for first, last in others):
            yield f"two prices of {name} hold on one day"
        others.append((since, until))


def _of_showing(shows: Showing | None) -> Iterator[str]:
    if shows is None:
        return
    most = MOST_WORTH * MICROS
    if not (0 <= shows.borne_micros <= most and 0 <= shows.margin_micros <= most):
        yield "what is borne, and the margin, lie between 0 and a million"
    if not 1 <= shows.most <= MOST_OPTIONS:
        yield f"between 1 and {MOST_OPTIONS} options can be shown"
    if not 0 <= shows.surplus_ppm <= PPM:
        yield "a share lies between 0 and 1"


def _of_trials(wished: Wished) -> Iterator[str]:
    trials = wished.trials or ()
    services = Counter(one.service for one in trials)
    yield from (f"{name} stands twice" for name, count in services.items() if count > 1)
    if len(trials) > MOST_ROWS:
        yield f"more than {MOST_ROWS} services"
    for one in trials:
        if one.share_ppm < 1 or not 0 <= one.most_extra_micros <= MOST_EXTRA * MICROS:
            yield f"{one.share_ppm} ppm to {one.service}, each for {one.most_extra_micros} more, is not understood"
    if sum(one.share_ppm for one in trials) > MOST_TRYING_PPM:
        yield f"more than {MOST_TRYING_PPM} ppm of the orders would try a service"


def _brand(scope: Scope, code: str) -> int:
    brand = next((one for one in queries.brands(scope) if one.code == code), None)
    if brand is None or not scope.may("manage"):
        raise NotFound("no such brand")
    return brand.id
