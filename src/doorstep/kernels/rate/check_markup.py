"""The reference for mark-ups: one price at a time, in decimal arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Context, Decimal, localcontext

from doorstep.domain.carriage import Markup
from doorstep.domain.money import Currency
from doorstep.kernels.rate.result import IntArray, RateResult

_MILLION = Decimal(1_000_000)


def check_markup(
    result: RateResult,
    services: Sequence[str],
    ship_day: IntArray,
    rules: Sequence[Markup],
    currency: Currency,
    given: IntArray,
) -> tuple[str, ...]:
    """Mark every price up again, slowly, and list every difference; none: the prices are right."""
    if given.shape != result.reason.shape:
        return (f"prices have shape {given.shape}, not {result.reason.shape}",)
    faults = []
    with localcontext(Context(prec=60)):
        for p in range(given.shape[0]):
            day = date(1970, 1, 1) + timedelta(days=int(ship_day[p]))
            for s, service in enumerate(services):
                wanted = Decimal(0)
                if result.eligible[p, s]:
                    price = Decimal(int(result.freight_minor[p, s]) + int(result.surcharges_minor[p, s]))
                    wanted = _price(price, [rule for rule in rules if _holds(rule, service, day)], currency)
                if int(given[p, s]) != wanted:
                    faults.append(f"parcel {p}, service {service}: {int(given[p, s])}, not {wanted}")
    return tuple(faults)


def _holds(rule: Markup, service: str, day: date) -> bool:
    in_force = (rule.valid_from is None or rule.valid_from <= day) and (rule.valid_to is None or day <= rule.valid_to)
    return in_force and (not rule.service or rule.service == service)


def _price(price: Decimal, rules: Sequence[Markup], currency: Currency) -> Decimal:
    scale = Decimal(10) ** currency.digits
    for sequence in sorted({rule.sequence for rule in rules}):
        seen = price
        for rule in (one for one in rules if one.sequence == sequence):
            amount = Decimal(rule.amount_micros) / _MILLION
            if rule.kind == "percent":
                price += _round(seen * amount / 100)
            elif rule.kind == "fixed":
                price += _round(amount * scale)
            else:
                price += max(_round(amount * scale) - seen, Decimal(0))
    return price


def _round(minor: Decimal) -> Decimal:
    return (minor + Decimal("0.5")).to_integral_value(ROUND_FLOOR)
