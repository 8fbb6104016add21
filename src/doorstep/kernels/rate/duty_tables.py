"""Rules of duty and tax as arrays: looked up by what goods are, where they were made and where they go."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from doorstep.domain.carriage import LEVIES, DutyRule, Levy, Tariff, TerritoryRule
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.holds import KNOWN_TERRITORIES
from doorstep.domain.money import Currency
from doorstep.domain.units import divide_half_up
from doorstep.kernels.rate.charges import MAX_AMOUNT
from doorstep.kernels.rate.duty_loop import DutyLists, DutyRows
from doorstep.kernels.rate.exchange import Converted, converted, exchange_rates
from doorstep.kernels.rate.validity import days_of

ANY_VALUE = 2**62
MOST_DIGITS = 12  # of an HS code
_BEYOND = "\uffff"  # sorts after whatever a code goes on with
_PUNCTUATION = str.maketrans("", "", " .-")
Goods = tuple[str, str]  # HS code, country of origin; empty: not known
_Bucket = dict[tuple[str, str], list[int]]  # destination, origin


def hs_key(code: str) -> str:
    """Write an HS code without the points, spaces and hyphens that people put into it."""
    return code.translate(_PUNCTUATION)


def known_code(code: str) -> str:
    """Write the HS code of goods as rules write theirs; empty: it is none, so that nothing is known."""
    digits = hs_key(code)
    return digits if digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS else ""


def territories_of(rules: Sequence[TerritoryRule]) -> dict[str, str]:
    """Give the customs territory of each country that is in one; without any rules, those that are known anyway."""
    if rules:
        return {rule.country: rule.territory for rule in rules}
    return {country: name for name, countries in KNOWN_TERRITORIES.items() for country in countries}


@dataclass(frozen=True, slots=True, eq=False)
class DutyTables:
    """Lists for some countries and kinds of goods; make it with `DutyBook.tables`.

    Attributes
    ----------
    territory
        [c] number of the customs territory of each country; goods that stay in one owe nothing.
    """

    book: DutyBook
    countries: tuple[str, ...]
    goods: tuple[Goods, ...]
    territory: NDArray[np.int64]
    lists: DutyLists

    def list_of(self, levy: int, country: int, kind: int) -> int:
        """Which list holds the rules of a levy for a country and a kind of goods."""
        return (levy * len(self.countries) + country) * len(self.goods) + kind


@dataclass(frozen=True, slots=True, eq=False)
class DutyBook:
    """The rules of a tariff; make it with `duty_book`."""

    rules: tuple[DutyRule, ...]  # what row r comes from
    rows: DutyRows
    currency: Currency
    ioss: bool
    territory: Mapping[str, str]
    by_prefix: Mapping[tuple[Levy, str], _Bucket]
    prefixes: Mapping[Levy, Sequence[str]]  # of each levy, sorted

    def tables(self, countries: Sequence[str], goods: Sequence[Goods]) -> DutyTables:
        """Look up every kind of goods for every country."""
        start, rule, group, sure = [0], list[int](), list[int](), list[bool]()
        for levy in LEVIES:
            for country in countries:
                for one in goods:
                    for r, number, certain in self._strongest_first(levy, country, one):
                        rule.append(r)
                        group.append(number)
                        sure.append(certain)
                    start.append(len(rule))
        named = [self.territory.get(country, country) for country in countries]
        number_of = {name: n for n, name in enumerate(dict.fromkeys(named))}
        return DutyTables(
            self,
            tuple(countries),
            tuple(goods),
            np.array([number_of[name] for name in named], np.int64),
            DutyLists(
                np.array(start, np.int64), np.array(rule, np.int32), np.array(group, np.int32), np.array(sure, bool)
            ),
        )

    def steady(self, first: int, last: int) -> bool:
        """Whether the same rules are in force from one day to another."""
        rows = self.rows
        begins, ends = (
            (first < rows.first_day) & (rows.first_day <= last),
            (first <= rows.last_day) & (rows.last_day < last),
        )
        return not (begins | ends).any()

    def _strongest_first(self, levy: Levy, country: str, goods: Goods) -> Iterator[tuple[int, int, bool]]:
        """Yield rule, group, and whether the group is the last; one for each thing that goods may turn out to be."""
        ends = tuple(dict.fromkeys((country, self.territory.get(country, country))))
        turns = self._turns(levy, ends, known_code(goods[0]), goods[1])
        for group, (code, origin) in enumerate(turns):
            for r in self._of_known(levy, ends, code, origin):
                yield r, group, group == len(turns) - 1

    def _turns(self, levy: Levy, ends: Sequence[str], code: str, origin: str) -> list[Goods]:
        """List what goods may turn out to be, as far as rules tell it apart; what is known for sure comes last.

        A longer code matters with such origins only as rules beginning with it name: with any other it is no stronger
        than a shorter one.
        """
        turns: list[Goods] = []
        for prefix in self._longer(levy, code):
            named = self._sources(levy, ends, prefix)
            own = (origin, self.territory.get(origin, origin), "")
            turns += [(prefix, one) for one in ([origin] * any(one in named for one in own) if origin else named)]
        if origin:
            return [*turns, (code, origin)]
        found = {one for length in range(len(code) + 1) for one in self._sources(levy, ends, code[:length])}
        return [*turns, *((code, one) for one in sorted(found - {""})), (code, "")]

    def _longer(self, levy: Levy, code: str) -> list[str]:
        """List the prefixes that a code which is too short, or not known, may turn out to have, the longest first."""
        known = self.prefixes[levy]
        first, end = bisect_right(known, code), bisect_left(known, code + _BEYOND)
        return sorted(known[first:end], key=lambda one: (-len(one), one))

    def _sources(self, levy: Levy, ends: Sequence[str], prefix: str) -> list[str]:
        """List the origins of the rules of one prefix, none as the last."""
        bucket = self.by_prefix.get((levy, prefix), {})
        return sorted({source for end, source in bucket if end in ends}, key=lambda one: (not one, one))

    def _of_known(self, levy: Levy, ends: Sequence[str], code: str, origin: str) -> Iterator[int]:
        """Yield the rules for a code and an origin, the strongest first."""
        sources = tuple(dict.fromkeys((origin, self.territory.get(origin, origin), "")))
        for length in range(len(code), -1, -1):
            bucket = self.by_prefix.get((levy, code[:length]), {})
            for source in sources:
                for end in ends:
                    yield from bucket.get((end, source), ())


def duty_book(tariff: Tariff, currency: Currency, ioss: bool) -> DutyBook:
    """Index the duties of a tariff.

    Parameters
    ----------
    tariff
        Its duties, territories and rates of exchange; amounts in `currency` or another that has rates.
    currency
        The brand's; decides the minor unit.
    ioss
        The brand has an IOSS number.

    Raises
    ------
    InvalidProblem
        A rule is out of range, or two that are alike are in force on one day.
    """
    lines = list(converted(tariff.duties, exchange_rates(tariff.exchange_rates, currency), currency, duty_name))
    for line in tariff.duties:
        _check(line)
    by_prefix: dict[tuple[Levy, str], _Bucket] = {}
    rows = _rows(lines, currency, ioss)
    strength = [(int(rows.up_to_minor[r]), *days_of(one)) for r, one in enumerate(lines)]
    for r in sorted(range(len(lines)), key=lambda r: strength[r]):
        line = lines[r].line
        bucket = by_prefix.setdefault((line.levy, hs_key(line.hs_prefix)), {})
        bucket.setdefault((line.destination, line.origin), []).append(r)
    for bucket in by_prefix.values():
        for alike in bucket.values():
            for one, other in pairwise(alike):
                if strength[one][0] == strength[other][0] and strength[other][1] <= strength[one][2]:
                    raise InvalidProblem(f"two rules at once: {duty_name(lines[other].line)}")
    rules = tuple(one.line for one in lines)
    prefixes = {levy: sorted(prefix for of, prefix in by_prefix if of == levy) for levy in LEVIES}
    return DutyBook(rules, rows, currency, ioss, territories_of(tariff.territories), by_prefix, prefixes)


def duty_name(line: DutyRule) -> str:
    """Name a rule for people."""
    made = f" made in {line.origin}" if line.origin else ""
    return f"{line.levy} to {line.destination} on HS {line.hs_prefix or 'of any kind'}{made}"


def _check(line: DutyRule) -> None:
    amounts = (line.percent_micros, line.per_kg_micros, line.per_item_micros)
    limits = (line.value_up_to_micros, line.de_minimis_micros, line.ioss_up_to_micros)
    if not all(0 <= one <= MAX_AMOUNT for one in (*amounts, *(limit or 0 for limit in limits))):
        raise InvalidProblem(f"{duty_name(line)}: amount out of range")
    if line.levy == "duty" and (line.with_duty or line.ioss_up_to_micros is not None):
        raise InvalidProblem(f"{duty_name(line)}: with_duty and ioss_up_to are of a tax")
    if days_of(line)[0] > days_of(line)[1]:
        raise InvalidProblem(f"{duty_name(line)} is never valid")


def _rows(lines: Sequence[Converted[DutyRule]], currency: Currency, ioss: bool) -> DutyRows:
    def limit(name: str, none: int) -> NDArray[np.int64]:
        worth = [(one, getattr(one.line, name)) for one in lines]
        return np.array([none if micros is None else one.minor(micros, currency) for one, micros in worth], np.int64)

    def flag(name: str) -> NDArray[np.bool_]:
        return np.array([getattr(one.line, name) for one in lines], bool)

    return DutyRows(
        first_day=np.array([days_of(one)[0] for one in lines], np.int64),
        last_day=np.array([days_of(one)[1] for one in lines], np.int64),
        percent=np.array([one.line.percent_micros for one in lines], np.int64),
        per_kg_micros=np.array(
            [
                divide_half_up(one.line.per_kg_micros * one.exchange.numerator, one.exchange.denominator)
                for one in lines
            ],
            np.int64,
        ),
        per_item_minor=limit("per_item_micros", 0),
        with_freight=flag("with_freight"),
        with_duty=flag("with_duty"),
        up_to_minor=limit("value_up_to_micros", ANY_VALUE),
        de_minimis_minor=limit("de_minimis_micros", -1),
        de_minimis_with_freight=flag("de_minimis_with_freight"),
        ioss_minor=limit("ioss_up_to_micros", -1) if ioss else np.full(len(lines), -1, np.int64),
    )
