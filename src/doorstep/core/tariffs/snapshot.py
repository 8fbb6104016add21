"""Rows to the nouns of the domain, in bulk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from itertools import starmap
from typing import Any

from doorstep.core.tariffs.models import (
    AreaRule,
    DivisorRule,
    DutyRule,
    EmissionFactor,
    ExchangeRate,
    RateBreak,
    RuleBook,
    Service,
    Surcharge,
    TerritoryRule,
    ZoneRule,
)
from doorstep.core.versions import Rows
from doorstep.domain import carriage, emission
from doorstep.domain.clock import WorkingDays

_OWN = f"service_id IN (SELECT id FROM {Service._meta.db_table} WHERE brand_id = %s)"
OF_BRAND = (
    *(
        Rows(model, "brand_id = %s")
        for model in (Service, AreaRule, ExchangeRate, DutyRule, TerritoryRule, EmissionFactor, RuleBook)
    ),
    *(Rows(model, _OWN) for model in (ZoneRule, RateBreak, Surcharge, DivisorRule)),
)
_ZONE = (
    "service__code", "origin_country", "origin_prefix", "destination_country", "destination_prefix", "zone", "remote",
    "origin_to", "destination_to",
)  # fmt: skip
_RATE = (
    "service__code", "zone", "up_to_g", "price_micros", "per_extra_kg_micros", "valid_from", "valid_to", "currency",
)  # fmt: skip
_SURCHARGE = (
    "service__code", "surcharge", "when", "threshold", "percent", "amount_micros", "sequence", "valid_from", "valid_to",
    "of_value", "floor", "least_micros", "zone", "area", "group", "currency", "step_micros", "free_micros",
)  # fmt: skip
_DIVISOR = ("service__code", "when", "threshold", "dim_divisor_cm3_per_kg", "sequence")
_AREA = ("area", "country", "prefix", "prefix_to")
_EXCHANGE = ("currency", "rate_nanos", "valid_from", "valid_to")
_DUTY = tuple(one.name for one in fields(carriage.DutyRule))
_TERRITORY = ("territory", "country")
_FACTOR = tuple(one.name for one in fields(emission.EmissionFactor))


def tariff(brand_id: int) -> carriage.Tariff:
    """Nine queries, whatever the size."""
    return carriage.Tariff(
        tuple(_service(row) for row in Service.objects.filter(brand_id=brand_id).order_by("id")),
        tuple(starmap(carriage.ZoneRule, _rows(ZoneRule, brand_id, _ZONE))),
        tuple(starmap(carriage.RateBreak, _rows(RateBreak, brand_id, _RATE))),
        tuple(starmap(carriage.Surcharge, _rows(Surcharge, brand_id, _SURCHARGE))),
        tuple(starmap(carriage.DivisorRule, _rows(DivisorRule, brand_id, _DIVISOR))),
        tuple(starmap(carriage.AreaRule, _of_brand(AreaRule, brand_id, _AREA))),
        tuple(starmap(carriage.ExchangeRate, _of_brand(ExchangeRate, brand_id, _EXCHANGE))),
        tuple(starmap(carriage.DutyRule, _of_brand(DutyRule, brand_id, _DUTY))),
        tuple(starmap(carriage.TerritoryRule, _of_brand(TerritoryRule, brand_id, _TERRITORY))),
    )


def emission_factors(brand_id: int) -> tuple[emission.EmissionFactor, ...]:
    """Those that the brand has given itself."""
    return tuple(starmap(emission.EmissionFactor, _of_brand(EmissionFactor, brand_id, _FACTOR)))


def rules_text(brand_id: int) -> str:
    """The operator's rules as they were written; empty: there are none."""
    return RuleBook.objects.filter(brand_id=brand_id).values_list("text", flat=True).first() or ""


def _rows(
    model: type[ZoneRule | RateBreak | Surcharge | DivisorRule], brand_id: int, names: tuple[str, ...]
) -> Iterable[tuple[Any, ...]]:
    return model.objects.filter(service__brand_id=brand_id).order_by("id").values_list(*names)


def _of_brand(
    model: type[AreaRule | ExchangeRate | DutyRule | TerritoryRule | EmissionFactor],
    brand_id: int,
    names: tuple[str, ...],
) -> Iterable[tuple[Any, ...]]:
    return model.objects.filter(brand_id=brand_id).order_by("id").values_list(*names)


def _service(row: Service) -> carriage.Service:
    return carriage.Service(
        row.code,
        row.carrier,
        row.name,
        row.speed,  # type: ignore[arg-type]  # written from the same Literal
        row.delivers_to,  # type: ignore[arg-type]
        row.max_weight_g,
        row.max_length_mm,
        row.max_girth_mm,
        row.dim_divisor_cm3_per_kg,
        WorkingDays(row.working_days),
        row.min_days,
        row.max_days,
        row.tracked,
        row.signature,
        row.account,
        row.incoterm,  # type: ignore[arg-type]
        row.mode,
    )
