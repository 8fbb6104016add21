"""A disruption: whose promises it endangers, what their shoppers are told, and when it is over.

A shopper is told a date once. Another message goes out only when a later date than that must be told, whether the same
disruption has become worse or another one has come.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction

from doorstep.core.events.actions import NewFact, record, record_all
from doorstep.core.messages import disruptions, outbox
from doorstep.core.messages.disruptions import Touched
from doorstep.core.network.snapshot import site_ids
from doorstep.core.orders import actions as orders
from doorstep.core.parcels import actions as parcels
from doorstep.domain.disruption import AREA_LENGTH, DISRUPTION_KINDS, MOST_DELAY_DAYS, Disruption, later
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.flows.address import rules_of

DELAYED = "delayed"
LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A parcel whose promise is endangered, and the day on which it is expected then."""

    parcel: Touched
    expected_by: date


def at_risk(scope: Scope, what: Disruption) -> tuple[AtRisk, ...]:
    """What a disruption would do, without doing it. Raises Conflict for one that cannot be."""
    _check(scope, what)
    _check_known(scope, what)
    return tuple(_at_risk(scope, what))


def declare(scope: Scope, kind: str, what: Disruption, text: str, *, now: datetime) -> int:
    """Declare it: parcels get their honest day, their shoppers one message each. Raises Conflict, NotFound."""
    if kind not in DISRUPTION_KINDS:
        raise Conflict(f"a disruption is one of {', '.join(DISRUPTION_KINDS)}")
    sites = _check(scope, what)
    _check_known(scope, what)
    if what.ends_on < now.date():
        raise Conflict("it is over already")
    with transaction.atomic():
        pk = disruptions.add(scope.operator, kind, what, sites.get(what.site), text[:LONGEST_TEXT], now)
        _tell_all(scope, pk, what, text, now)
        _fact(scope, "DisruptionDeclared", pk, now)
    return pk


def worsen(scope: Scope, pk: int, *, ends_on: date, delay_days: int, text: str, now: datetime) -> None:
    """Change how long it lasts and delays; only those who must be told a later date are told. Raises NotFound."""
    found = disruptions.get(scope, pk)
    if found is None or found.ended_at is not None:
        raise NotFound("no such disruption")
    what = replace(found.what, ends_on=ends_on, delay_days=delay_days)
    _check(scope, what)
    with transaction.atomic():
        disruptions.change(pk, ends_on, delay_days, text[:LONGEST_TEXT])
        _tell_all(scope, pk, what, text, now)
        _fact(scope, "DisruptionChanged", pk, now)


def end_disruption(scope: Scope, pk: int, *, now: datetime) -> None:
    """New promises no longer reckon with it. What shoppers were told stays said. Raises NotFound."""
    if disruptions.get(scope, pk) is None:
        raise NotFound("no such disruption")
    with transaction.atomic():
        if disruptions.end(pk, now):
            _fact(scope, "DisruptionEnded", pk, now)


def _check(scope: Scope, what: Disruption) -> dict[str, int]:
    if not 1 <= what.delay_days <= MOST_DELAY_DAYS:
        raise Conflict(f"it delays by 1 to {MOST_DELAY_DAYS} days")
    if what.ends_on < what.starts_on:
        raise Conflict("it ends before it begins")
    if len(what.postcode_prefix) > AREA_LENGTH:
        raise Conflict(f"name at most the first {AREA_LENGTH} characters of postcodes: transit is known by such areas")
    if (what.postcode_prefix or what.region) and not what.country:
        raise Conflict("name the country of the region or postcode")
    if not any((what.country, what.site, what.carrier, what.service)):
        raise Conflict("name a place, a site, a carrier or a service")
    sites = site_ids(scope.operator)
    if what.site and what.site not in sites:
        raise NotFound(f"no site {what.site}")
    return sites


def _check_known(scope: Scope, what: Disruption) -> None:
    """What nobody sends by or to would concern nobody, and is a slip of the pen. Asked only when it is declared."""
    carriers, services = disruptions.carriage(scope)
    if what.carrier and what.carrier not in carriers:
        raise Conflict(f"no service is of a carrier {what.carrier}")
    if what.service and what.service not in services:
        raise Conflict(f"there is no service {what.service}")
    if what.country and rules_of(what.country) is None:
        raise Conflict(f"there is no country {what.country}")


def _at_risk(scope: Scope, what: Disruption) -> list[AtRisk]:
    found = []
    for one in disruptions.touched(scope, what):
        expected = later(one.promised_by, one.working_days, what.delay_days)
        if expected > (one.expected_by or one.promised_by):
            found.append(AtRisk(one, expected))
    return found


def _tell_all(scope: Scope, pk: int, what: Disruption, text: str, now: datetime) -> None:
    first = _at_risk(scope, what)
    # Parcels before orders, as everybody locks them: scans of the same parcels come in meanwhile.
    parcels.lock({one.parcel.pk for one in first})
    orders.lock({one.parcel.order_id for one in first})
    found = _at_risk(scope, what)  # again, under the locks: another declaration may have come first
    disruptions.expect({one.parcel.pk: one.expected_by for one in found})
    of_brand: dict[int, list[AtRisk]] = defaultdict(list)
    for one in found:
        of_brand[one.parcel.brand_id].append(one)
    told = outbox.told({one.parcel.order_id for one in found}, DELAYED)
    for brand_id, several in sorted(of_brand.items()):
        facts = [
            NewFact(
                "LateRisk",
                f"order:{one.parcel.order_id}",
                {"parcel": one.parcel.parcel, "expected_by": one.expected_by.isoformat()},
            )
            for one in several
        ]
        record_all(scope.operator, brand_id, facts, at=now, actor=scope.actor)
        outbox.add(brand_id, _messages(pk, several, told, text), at=now)


def _messages(pk: int, found: Sequence[AtRisk], told: dict[int, date], text: str) -> list[outbox.NewMessage]:
    last: dict[int, AtRisk] = {}
    for one in found:
        order = one.parcel.order_id
        if one.parcel.reachable and (order not in last or last[order].expected_by < one.expected_by):
            last[order] = one
    return [
        outbox.NewMessage(
            order,
            DELAYED,
            f"disruption:{pk}:{one.expected_by.isoformat()}",
            {
                "promised_by": one.parcel.promised_by.isoformat(),
                "expected_by": one.expected_by.isoformat(),
                "text": text[:LONGEST_TEXT],
            },
            one.expected_by,
        )
        for order, one in sorted(last.items())
        if order not in told or told[order] < one.expected_by
    ]


def _fact(scope: Scope, kind: str, pk: int, now: datetime) -> None:
    record(scope.operator, None, kind=kind, subject=f"disruption:{pk}", data={}, at=now, actor=scope.actor)
