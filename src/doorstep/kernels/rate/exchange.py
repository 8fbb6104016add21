"""Lines in another currency become lines in the brand's, one for each span of days with its own rate of exchange."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Generic, TypeVar

from doorstep.domain.carriage import DutyRule, ExchangeRate, RateBreak, Surcharge
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.money import Currency
from doorstep.domain.units import divide_half_up
from doorstep.kernels.rate.validity import days_of

NANOS = 10**9
MAX_RATE_NANOS = 10**6 * NANOS
Priced = TypeVar("Priced", RateBreak, Surcharge, DutyRule)
Rates = Mapping[str, Sequence[ExchangeRate]]
_EVEN = Fraction(1)


@dataclass(frozen=True, slots=True)
class Converted(Generic[Priced]):
    """A line of a tariff during the days that its rate of exchange holds for."""

    line: Priced
    index: int  # in the tariff
    exchange: Fraction
    valid_from: date | None
    valid_to: date | None

    def minor(self, micros: int, currency: Currency) -> int:
        """Convert an amount of the line and round it once, half up."""
        if self.exchange is _EVEN:
            return currency.minor(micros)
        return divide_half_up(micros * self.exchange.numerator, currency.micros_per_minor * self.exchange.denominator)


def exchange_rates(rates: Sequence[ExchangeRate], currency: Currency) -> Rates:
    """Sort the rates of each currency by day.

    Raises
    ------
    InvalidProblem
        A rate is out of range or never valid, two of a currency are in force on one day, or one is of the brand's own.
    """
    found: dict[str, list[ExchangeRate]] = {}
    for rate in rates:
        if not 0 < rate.rate_nanos <= MAX_RATE_NANOS or days_of(rate)[0] > days_of(rate)[1]:
            raise InvalidProblem(f"rate of exchange of {rate.currency}: out of range, or never valid")
        if rate.currency == currency.code:
            raise InvalidProblem(f"{rate.currency} is the tariff's own currency; it has no rate of exchange")
        found.setdefault(rate.currency, []).append(rate)
    for code, of_currency in found.items():
        of_currency.sort(key=days_of)
        for one, other in pairwise(of_currency):
            if days_of(other)[0] <= days_of(one)[1]:
                raise InvalidProblem(f"two rates of exchange of {code} on {other.valid_from}")
    return found


def converted(
    lines: Sequence[Priced], rates: Rates, currency: Currency, name: Callable[[Priced], str]
) -> Iterator[Converted[Priced]]:
    """Yield each line in the brand's currency, as often as its rate of exchange changes.

    Raises
    ------
    InvalidProblem
        A line is in a currency without any rate of exchange.
    """
    for index, line in enumerate(lines):
        if not line.currency or line.currency == currency.code:
            yield Converted(line, index, _EVEN, line.valid_from, line.valid_to)
            continue
        if line.currency not in rates:
            raise InvalidProblem(f"{name(line)}: {line.currency} has no rate of exchange")
        for rate in rates[line.currency]:
            first = max((one for one in (line.valid_from, rate.valid_from) if one), default=None)
            last = min((one for one in (line.valid_to, rate.valid_to) if one), default=None)
            if first is None or last is None or first <= last:
                yield Converted(line, index, Fraction(rate.rate_nanos, NANOS), first, last)
