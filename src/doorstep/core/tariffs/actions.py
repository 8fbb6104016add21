from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from doorstep.core.tariffs.models import (
    AreaRule,
    DivisorRule,
    DutyRule,
    EmissionFactor,
    ExchangeRate,
    Markup,
    RateBreak,
    RuleBook,
    Service,
    Surcharge,
    TerritoryRule,
    ZoneRule,
)
from doorstep.domain import carriage, emission
from doorstep.domain.carriage import Tariff

BATCH = 2_000


def add_tariff(brand_id: int, tariff: Tariff) -> None:
    """Add a brand's services with all that is charged for them."""
    Service.objects.bulk_create(
        Service(
            brand_id=brand_id,
            code=one.service,
            **{name: value for name, value in asdict(one).items() if name not in ("service", "working_days")},
            working_days=one.working_days.mask,
        )
        for one in tariff.services
    )
    ids = dict(Service.objects.filter(brand_id=brand_id).values_list("code", "id"))

    def fields(one: Any) -> dict[str, Any]:
        named: dict[str, Any] = asdict(one)
        return {"service_id": ids[named.pop("service")], **named}

    ZoneRule.objects.bulk_create((ZoneRule(**fields(one)) for one in tariff.zones), batch_size=BATCH)
    RateBreak.objects.bulk_create((RateBreak(**fields(one)) for one in tariff.rates), batch_size=BATCH)
    Surcharge.objects.bulk_create((Surcharge(**fields(one)) for one in tariff.surcharges), batch_size=BATCH)
    DivisorRule.objects.bulk_create((DivisorRule(**fields(one)) for one in tariff.divisors), batch_size=BATCH)
    AreaRule.objects.bulk_create((AreaRule(brand_id=brand_id, **asdict(one)) for one in tariff.areas), batch_size=BATCH)
    ExchangeRate.objects.bulk_create(
        (ExchangeRate(brand_id=brand_id, **asdict(one)) for one in tariff.exchange_rates), batch_size=BATCH
    )
    DutyRule.objects.bulk_create(
        (DutyRule(brand_id=brand_id, **asdict(one)) for one in tariff.duties), batch_size=BATCH
    )
    TerritoryRule.objects.bulk_create(
        (TerritoryRule(brand_id=brand_id, **asdict(one)) for one in tariff.territories), batch_size=BATCH
    )


def add_emission_factors(brand_id: int, factors: Iterable[emission.EmissionFactor]) -> None:
    """Add a brand's own factors, which take the place of those that come with Doorstep."""
    EmissionFactor.objects.bulk_create(
        (EmissionFactor(brand_id=brand_id, **asdict(one)) for one in factors), batch_size=BATCH
    )


def keep_rules(brand_id: int, text: str) -> None:
    """Put the operator's rules, checked before, in the place of those that were there; empty: there are none."""
    RuleBook.objects.filter(brand_id=brand_id).delete()
    if text:
        RuleBook.objects.create(brand_id=brand_id, text=text)


def add_markups(brand_id: int, markups: Iterable[carriage.Markup]) -> None:
    """Add what a brand's clients pay besides the carriers' prices; the services are there already."""
    ids = dict(Service.objects.filter(brand_id=brand_id).values_list("code", "id"))
    Markup.objects.bulk_create(
        (
            Markup(
                brand_id=brand_id,
                service_id=ids[one.service] if one.service else None,
                **{name: value for name, value in asdict(one).items() if name != "service"},
            )
            for one in markups
        ),
        batch_size=BATCH,
    )
