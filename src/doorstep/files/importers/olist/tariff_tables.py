"""The fitted card as services, zones and rates; every service is a stated multiple of the standard one."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from doorstep.files.importers.olist.assumptions import Assumptions
from doorstep.files.importers.olist.brazil import METROPOLITAN, STATE_PREFIXES, STATES
from doorstep.files.importers.olist.fit_error import zone_name
from doorstep.files.importers.olist.freight import LOCAL, RateCard
from doorstep.files.importers.olist.tables import TableRows

CARRIER = "olist"
CENT = Decimal("0.01")


def service_table(assumptions: Assumptions) -> TableRows:
    columns = (
        *("service", "carrier", "name", "speed", "delivers_to", "max_weight_g", "max_length_mm"),
        *("dim_divisor_cm3_per_kg", "working_days", "min_days", "max_days", "tracked"),
    )
    rows = [
        (
            rule.service,
            CARRIER,
            rule.name,
            rule.speed,
            "home",
            rule.max_weight_g,
            rule.max_length_mm,
            assumptions.freight.dim_divisor_cm3_per_kg,
            rule.working_days,
            rule.min_days,
            rule.max_days,
            1,
        )
        for rule in assumptions.services
    ]
    return columns, rows


def zone_table(card: RateCard, assumptions: Assumptions) -> TableRows:
    """All states to all states, so that a site added anywhere has its zones; and inside each large city."""
    zone_of: dict[tuple[str, str], int] = {}
    for origin, state in enumerate(STATES):
        for target, to_state in enumerate(STATES):
            zone = int(card.zone_of_pair[origin * len(STATES) + target])
            for prefix in STATE_PREFIXES[state]:
                zone_of.update({(prefix, to_prefix): zone for to_prefix in STATE_PREFIXES[to_state]})
    for prefixes in METROPOLITAN.values():
        zone_of.update({(prefix, to_prefix): LOCAL for prefix in prefixes for to_prefix in prefixes})
    columns = ("service", "origin_country", "origin_prefix", "destination_country", "destination_prefix", "zone")
    rows = [
        (rule.service, "BR", origin, "BR", target, zone_name(zone))
        for rule in assumptions.services
        for (origin, target), zone in sorted(zone_of.items())
    ]
    return columns, rows


def rate_table(card: RateCard, assumptions: Assumptions) -> TableRows:
    """The last break's price per extra kg carries what is heavier, up to the service's own limit."""
    rows = []
    for rule in assumptions.services:
        for zone, prices in enumerate(card.price_cents.tolist()):
            for position, (grams, cents) in enumerate(zip(card.breaks_g, prices, strict=True)):
                last = position == len(card.breaks_g) - 1
                extra = _times(int(card.extra_kg_cents[zone]), rule.multiple) if last else ""
                rows.append((rule.service, zone_name(zone), grams, _times(cents, rule.multiple), extra))
    return ("service", "zone", "up_to_g", "price", "per_extra_kg"), rows


def _times(cents: int, multiple: str) -> str:
    return str((Decimal(cents) / 100 * Decimal(multiple)).quantize(CENT, ROUND_HALF_UP))
