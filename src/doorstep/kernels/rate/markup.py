"""What a client pays: a carrier's prices with the mark-ups that were agreed with the client."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.carriage import Markup
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.money import Currency
from doorstep.kernels.rate.compiled import PERCENT_MICROS
from doorstep.kernels.rate.result import IntArray, RateResult
from doorstep.kernels.rate.validity import days_of

_SAFE = 2**61


def marked_up(
    result: RateResult, services: Sequence[str], ship_day: IntArray, rules: Sequence[Markup], currency: Currency
) -> IntArray:
    """Add mark-ups to the prices of n parcels on s services.

    Rules are applied by sequence. A percent sees the price with all lines of lower sequence, as rounded; a floor is
    what these are brought up to. Each line is rounded once, half up.

    Parameters
    ----------
    result
        Quotes [n, s].
    services
        [s] the names that rules may be limited to.
    ship_day
        [n] days since 1970-01-01; decides which rules are in force.
    rules
        Of one client.
    currency
        Of the prices and the rules.

    Returns
    -------
    IntArray
        [n, s] in minor units; 0 where a service does not take the parcel.

    Raises
    ------
    InvalidProblem
        A price, marked up, may be more than can be added exactly.
    """
    price = result.price_minor.copy()
    for at, service in enumerate(services):
        own = sorted((rule for rule in rules if rule.service in ("", service)), key=lambda rule: rule.sequence)
        total, base, sequence = price[:, at], price[:, at].copy(), None
        for rule in own:
            if rule.sequence != sequence:
                base, sequence = total.copy(), rule.sequence
            first, last = days_of(rule)
            total += np.where((first <= ship_day) & (ship_day <= last), _line(rule, base, currency), 0)
    return np.where(result.eligible, price, 0)


def _line(rule: Markup, base: IntArray, currency: Currency) -> NDArray[np.int64]:
    """Return what a rule adds to each price."""
    largest = int(np.abs(base).max(initial=0))
    if largest * abs(rule.amount_micros) > _SAFE or largest > _SAFE // 2:
        raise InvalidProblem(f"mark-up of client {rule.client}: more than can be added exactly")
    if rule.kind == "percent":
        return (2 * base * rule.amount_micros + PERCENT_MICROS) // (2 * PERCENT_MICROS)
    amount = currency.minor(rule.amount_micros)
    return np.maximum(amount - base, 0) if rule.kind == "floor" else np.full(len(base), amount, np.int64)
