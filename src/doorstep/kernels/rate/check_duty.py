"""The reference for duty and tax: one consignment at a time, in decimal arithmetic, straight from the rules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Context, Decimal, localcontext
from itertools import product

from doorstep.domain.carriage import DutyRule, Levy, Tariff
from doorstep.domain.holds import KNOWN_TERRITORIES
from doorstep.domain.money import Currency
from doorstep.kernels.rate.duty import Consignments, Owed

_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Item:
    """Goods of one HS code and one origin; either is empty where it is not known."""

    hs_code: str
    origin: str
    value_minor: int
    weight_g: int


@dataclass(frozen=True, slots=True)
class Border:
    """What the rules of a tariff ask at borders."""

    tariff: Tariff
    currency: Currency
    ioss: bool

    def owed(
        self, dispatch: str, destination: str, day: date, goods_minor: int, freight_minor: int, items: Sequence[Item]
    ) -> tuple[int, int]:
        """Duty and tax of a consignment, in minor units."""
        if self._territory(dispatch) == self._territory(destination):
            return 0, 0
        with localcontext(Context(prec=60)):
            total = sum(one.value_minor for one in items)
            seen, given, duties, taxes = 0, Decimal(0), Decimal(0), Decimal(0)
            for one in items:
                seen += one.value_minor
                upto = _round(Decimal(freight_minor) * seen / total) if total else Decimal(freight_minor)
                share, given = upto - given, upto
                see = (destination, day, Decimal(goods_minor), Decimal(freight_minor), one, share)
                duty = self._levy("duty", *see, Decimal(0))
                duties += duty
                taxes += self._levy("tax", *see, duty)
            return int(duties), int(taxes)

    def _territory(self, country: str) -> str:
        if self.tariff.territories:
            named = [one.territory for one in self.tariff.territories if one.country == country]
        else:
            named = [name for name, countries in KNOWN_TERRITORIES.items() if country in countries]
        return named[0] if named else country

    def _levy(
        self,
        levy: Levy,
        destination: str,
        day: date,
        goods: Decimal,
        freight: Decimal,
        item: Item,
        share: Decimal,
        duty: Decimal,
    ) -> Decimal:
        """The most that is asked, whatever code and origin the goods turn out to have."""
        code = digits_of(item.hs_code)
        holding: dict[str, list[DutyRule]] = {}
        for rule in self.tariff.duties:
            if (
                rule.levy == levy
                and rule.destination in (destination, self._territory(destination))
                and (code.startswith(rule.hs_prefix) or rule.hs_prefix.startswith(code))
                and (rule.valid_from is None or rule.valid_from <= day)
                and (rule.valid_to is None or day <= rule.valid_to)
                and self._worth(rule, day) is not None
                and (rule.value_up_to_micros is None or goods <= self._minor(rule, rule.value_up_to_micros, day))
            ):
                holding.setdefault(rule.hs_prefix, []).append(rule)
        codes = {code, *(one for one in holding if one.startswith(code))}
        origins = {item.origin} if item.origin else {"", *(one.origin for rules in holding.values() for one in rules)}
        dearest = Decimal(0)
        for supposed, origin in product(codes, origins):
            nearness = (origin, self._territory(origin), "")

            def weakness(rule: DutyRule, nearness: tuple[str, ...] = nearness) -> tuple[object, ...]:
                most = rule.value_up_to_micros
                band = float("inf") if most is None else self._minor(rule, most, day)
                return (nearness.index(rule.origin), rule.destination != destination, band)

            for length in range(len(supposed), -1, -1):
                if found := [one for one in holding.get(supposed[:length], ()) if one.origin in nearness]:
                    strongest = min(found, key=weakness)
                    dearest = max(dearest, self._asked(strongest, day, goods, freight, item, share, duty))
                    break
        return dearest

    def _asked(
        self,
        rule: DutyRule,
        day: date,
        goods: Decimal,
        freight: Decimal,
        item: Item,
        share: Decimal,
        duty: Decimal,
    ) -> Decimal:
        measured = goods + (freight if rule.de_minimis_with_freight else 0)
        if rule.de_minimis_micros is not None and measured <= self._minor(rule, rule.de_minimis_micros, day):
            return Decimal(0)
        at_sale = rule.ioss_up_to_micros
        if self.ioss and at_sale is not None and goods <= self._minor(rule, at_sale, day):
            return Decimal(0)
        base = item.value_minor + (share if rule.with_freight else 0) + (duty if rule.with_duty else 0)
        per_kg = _round(rule.per_kg_micros * (self._worth(rule, day) or Decimal(0)))
        by_weight = per_kg * item.weight_g / 1000 * Decimal(10) ** self.currency.digits / _MILLION
        by_value = base * Decimal(rule.percent_micros) / _MILLION / 100
        return _round(by_value) + _round(by_weight) + self._minor(rule, rule.per_item_micros, day)

    def _worth(self, rule: DutyRule, day: date) -> Decimal | None:
        if rule.currency in ("", self.currency.code):
            return Decimal(1)
        for rate in self.tariff.exchange_rates:
            in_force = (rate.valid_from is None or rate.valid_from <= day) and (
                rate.valid_to is None or day <= rate.valid_to
            )
            if rate.currency == rule.currency and in_force:
                return Decimal(rate.rate_nanos) / 1_000_000_000
        return None

    def _minor(self, rule: DutyRule, micros: int, day: date) -> Decimal:
        worth = self._worth(rule, day) or Decimal(0)
        return _round(Decimal(micros) * worth * Decimal(10) ** self.currency.digits / _MILLION)


def check_duty(
    border: Border, countries: Sequence[str], goods: Sequence[tuple[str, str]], asked: Consignments, given: Owed
) -> tuple[str, ...]:
    """Reckon everything again, slowly, and list every difference; none: the result is right."""
    shape = asked.freight_minor.shape
    if given.duty_minor.shape != shape or given.tax_minor.shape != shape:
        return (f"duty and tax have shapes {given.duty_minor.shape} and {given.tax_minor.shape}, not {shape}",)
    faults = []
    for p in range(shape[0]):
        first, end = (int(asked.item_start[asked.content[p] + n]) for n in (0, 1))
        items = [
            Item(code, origin, int(asked.item_value_minor[i]), int(asked.item_weight_g[i]))
            for i in range(first, end)
            for code, origin in (goods[asked.item_kind[i]],)
        ]
        route = countries[asked.dispatch[p]], countries[asked.destination[p]]
        for s in range(shape[1]):
            day = date(1970, 1, 1) + timedelta(days=int(asked.day[p] if asked.day.ndim == 1 else asked.day[p, s]))
            wanted = border.owed(*route, day, int(asked.goods_minor[p]), int(asked.freight_minor[p, s]), items)
            found = int(given.duty_minor[p, s]), int(given.tax_minor[p, s])
            if found != wanted:
                faults.append(f"consignment {p}, service {s}: duty and tax are {found}, not {wanted}")
    return tuple(faults)


def digits_of(hs_code: str) -> str:
    """Strip the separators from an HS code; of what is no code nothing is left."""
    found = re.fullmatch("[0-9]{0,12}", "".join(letter for letter in hs_code if letter not in " .-"))
    return found[0] if found else ""


def _round(minor: Decimal) -> Decimal:
    return (minor + Decimal("0.5")).to_integral_value(ROUND_FLOOR)
