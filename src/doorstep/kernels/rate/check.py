"""The reference: rates one pair at a time in decimal arithmetic, straight from the tariff's lines.

It shares no code with the solver, so that an error would have to be made twice to pass. Slow on purpose.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal, localcontext

from doorstep.domain.carriage import (
    DELIVERS_TO,
    SPEEDS,
    ExchangeRate,
    RateBreak,
    Service,
    Surcharge,
    Tariff,
    ZoneRule,
)
from doorstep.domain.money import Currency
from doorstep.domain.place import Place
from doorstep.kernels.rate.problem import Parcels
from doorstep.kernels.rate.result import RateResult, Reason

_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class _Parcel:
    origin: Place
    destination: Place
    ship_day: int
    weight_g: int
    sides_mm: tuple[int, ...]  # longest first
    residential: bool
    signature: bool
    saturday: bool
    accepts: frozenset[str]
    slowest: int
    value: Decimal  # minor units

    @property
    def girth_mm(self) -> int:
        return self.sides_mm[0] + 2 * sum(self.sides_mm[1:])

    def exceeds(self, when: str, threshold: int) -> bool:
        """Whether a condition `over_...` holds, that of the value apart."""
        measured = {
            "over_length_mm": Decimal(self.sides_mm[0]),
            "over_second_mm": Decimal(self.sides_mm[1]),
            "over_girth_mm": Decimal(self.girth_mm),
            "over_weight_g": Decimal(self.weight_g),
            "over_volume_cm3": Decimal(self.sides_mm[0] * self.sides_mm[1] * self.sides_mm[2]) / 1000,
        }
        return measured[when] > threshold


@dataclass(frozen=True, slots=True)
class _Quote:
    reason: Reason
    billed_g: int
    zone: str | None
    freight: Decimal = Decimal(0)  # minor units, like surcharges
    surcharges: Decimal = Decimal(0)


def check(
    tariff: Tariff,
    currency: Currency,
    origins: Sequence[Place],
    destinations: Sequence[Place],
    parcels: Parcels,
    result: RateResult,
) -> tuple[str, ...]:
    """Rate everything again, slowly, and list every difference; none: the result is right.

    Parameters
    ----------
    tariff, currency, origins, destinations
        What the tables were compiled from.
    parcels
        n parcels.
    result
        The solver's answer, arrays [n, s].
    """
    shape = (len(parcels), len(tariff.services))
    fields = ("reason", "freight_minor", "surcharges_minor", "billed_weight_g", "zone")
    misshapen = [f"{name} has shape {getattr(result, name).shape}" for name in fields]
    misshapen = [text for name, text in zip(fields, misshapen, strict=True) if getattr(result, name).shape != shape]
    if misshapen:
        return tuple(f"{text}, not {shape}" for text in misshapen)
    zones = sorted({rule.zone for rule in tariff.zones} | {line.zone for line in tariff.rates})
    faults: list[str] = []
    with localcontext(Context(prec=60)):
        for p in range(shape[0]):
            for s, service in enumerate(tariff.services):
                quote = _quote(tariff, currency, service, _parcel(origins, destinations, parcels, p, s))
                expected = (
                    int(quote.reason),
                    int(quote.freight),
                    int(quote.surcharges),
                    quote.billed_g,
                    -1 if quote.zone is None else zones.index(quote.zone),
                )
                for name, wanted in zip(fields, expected, strict=True):
                    given = int(getattr(result, name)[p, s])
                    if given != wanted:
                        faults.append(f"parcel {p}, service {service.service}: {name} is {given}, not {wanted}")
    return tuple(faults)


def _parcel(origins: Sequence[Place], destinations: Sequence[Place], parcels: Parcels, p: int, s: int) -> _Parcel:
    day = parcels.ship_day[p] if parcels.ship_day.ndim == 1 else parcels.ship_day[p, s]
    sides = tuple(sorted((int(side) for side in parcels.size_mm[p]), reverse=True))
    kinds = {kind for power, kind in zip((1, 2, 4), DELIVERS_TO, strict=True) if parcels.accepts[p] // power % 2 == 1}
    return _Parcel(
        origin=origins[parcels.origin[p]],
        destination=destinations[parcels.destination[p]],
        ship_day=int(day),
        weight_g=int(parcels.weight_g[p]),
        sides_mm=sides,
        residential=bool(parcels.residential[p]),
        signature=bool(parcels.signature[p]),
        saturday=bool(parcels.saturday[p]),
        accepts=frozenset(kinds),
        slowest=int(parcels.slowest[p]),
        value=Decimal(int(parcels.value_minor[p])),
    )


def _quote(tariff: Tariff, currency: Currency, service: Service, parcel: _Parcel) -> _Quote:
    billed_g = parcel.weight_g
    divisor = _divisor(tariff, service, parcel)
    if divisor:
        length, width, height = (Decimal(side) / 10 for side in parcel.sides_mm)
        kilograms = length * width * height / divisor
        billed_g = max(billed_g, int((kilograms * 1000).to_integral_value(ROUND_CEILING)))
    rule = _rule(tariff.zones, service, parcel)
    if rule is None:
        return _Quote(Reason.NO_ZONE, billed_g, None)
    surcharges = [
        line
        for line in tariff.surcharges
        if line.service == service.service
        and _valid(line, parcel.ship_day)
        and _worth(tariff, line, parcel, currency) is not None
    ]
    reason = _refusal(service, surcharges, parcel)
    if reason is not Reason.ELIGIBLE:
        return _Quote(reason, billed_g, rule.zone)
    freight = _freight(tariff, rule, billed_g, parcel, currency)
    if freight is None:
        return _Quote(Reason.NO_RATE, billed_g, rule.zone)
    rounded = _round(freight, currency)
    charged = _Charged(tariff, service, rule, parcel, currency).all(surcharges, rounded)
    return _Quote(Reason.ELIGIBLE, billed_g, rule.zone, rounded, charged)


def _divisor(tariff: Tariff, service: Service, parcel: _Parcel) -> int:
    holding = [
        rule
        for rule in tariff.divisors
        if rule.service == service.service and parcel.exceeds(rule.when, rule.threshold)
    ]
    if not holding:
        return service.dim_divisor_cm3_per_kg
    return max(holding, key=lambda rule: rule.sequence).dim_divisor_cm3_per_kg


def _worth(tariff: Tariff, line: RateBreak | Surcharge, parcel: _Parcel, currency: Currency) -> Decimal | None:
    """What a unit of the line's currency is worth on the day; None: nobody knows."""
    if line.currency in ("", currency.code):
        return Decimal(1)
    known = [rate for rate in tariff.exchange_rates if rate.currency == line.currency and _valid(rate, parcel.ship_day)]
    return Decimal(known[0].rate_nanos) / 1_000_000_000 if known else None


def _within(postcode: str, first: str, last: str) -> bool:
    """Whether a postcode stands between two prefixes, both included."""
    code, low, high = _plain(postcode), _plain(first), _plain(last or first)
    return code >= low and (code <= high or code.startswith(high))


def _plain(code: str) -> str:
    return "".join(letter for letter in code.upper() if letter not in {" ", "-"})


def _rule(rules: Iterable[ZoneRule], service: Service, parcel: _Parcel) -> ZoneRule | None:
    matching = [
        rule
        for rule in rules
        if rule.service == service.service
        and rule.origin_country.upper() == parcel.origin.country.upper()
        and rule.destination_country.upper() == parcel.destination.country.upper()
        and _within(parcel.origin.postcode, rule.origin_prefix, rule.origin_to)
        and _within(parcel.destination.postcode, rule.destination_prefix, rule.destination_to)
    ]
    return max(
        matching,
        key=lambda rule: (len(_plain(rule.destination_prefix)), len(_plain(rule.origin_prefix))),
        default=None,
    )


def _valid(line: RateBreak | Surcharge | ExchangeRate, ship_day: int) -> bool:
    day = date(1970, 1, 1) + timedelta(days=ship_day)
    return (line.valid_from is None or line.valid_from <= day) and (line.valid_to is None or day <= line.valid_to)


def _refusal(service: Service, surcharges: Sequence[Surcharge], parcel: _Parcel) -> Reason:
    offered = {line.when for line in surcharges}
    works_saturday = "Sat" in str(service.working_days).split(",")
    refused = [
        (service.delivers_to not in parcel.accepts, Reason.WRONG_DESTINATION_KIND),
        (SPEEDS.index(service.speed) < parcel.slowest, Reason.TOO_SLOW),
        (parcel.weight_g > service.max_weight_g, Reason.TOO_HEAVY),
        (parcel.sides_mm[0] > service.max_length_mm, Reason.TOO_LONG),
        (service.max_girth_mm is not None and parcel.girth_mm > service.max_girth_mm, Reason.GIRTH),
        (parcel.signature and not service.signature and "signature" not in offered, Reason.NO_SIGNATURE),
        (parcel.saturday and not works_saturday and "saturday" not in offered, Reason.NO_SATURDAY),
    ]
    return next((reason for holds, reason in refused if holds), Reason.ELIGIBLE)


def _freight(tariff: Tariff, rule: ZoneRule, billed_g: int, parcel: _Parcel, currency: Currency) -> Decimal | None:
    """In major units of the brand's currency, not rounded; None: not carried."""
    ladder = [
        (line, worth)
        for line in tariff.rates
        if (line.service, line.zone) == (rule.service, rule.zone) and _valid(line, parcel.ship_day)
        if (worth := _worth(tariff, line, parcel, currency)) is not None
    ]
    carrying = [one for one in ladder if one[0].up_to_g >= billed_g]
    if carrying:
        line, worth = min(carrying, key=lambda one: one[0].up_to_g)
        return Decimal(line.price_micros) / _MILLION * worth
    if not ladder:
        return None
    last, worth = max(ladder, key=lambda one: one[0].up_to_g)
    if last.per_extra_kg_micros is None:
        return None
    begun = (Decimal(billed_g - last.up_to_g) / 1000).to_integral_value(ROUND_CEILING)
    return (Decimal(last.price_micros) + begun * last.per_extra_kg_micros) / _MILLION * worth


def _round(major: Decimal, currency: Currency) -> Decimal:
    """Half up (towards the dearer), to minor units."""
    return (major * Decimal(10) ** currency.digits + Decimal("0.5")).to_integral_value(ROUND_FLOOR)


@dataclass(frozen=True, slots=True)
class _Charged:
    """What the surcharges of one pair come to."""

    tariff: Tariff
    service: Service
    rule: ZoneRule
    parcel: _Parcel
    currency: Currency

    def all(self, lines: Sequence[Surcharge], freight: Decimal) -> Decimal:
        """In minor units; `freight` likewise."""
        charged: list[tuple[int, Decimal]] = []
        for sequence in sorted({line.sequence for line in lines}):
            seen = freight + sum(minor for _, minor in charged)
            together: dict[object, Decimal] = {}
            for at, line in enumerate(lines):
                if line.sequence == sequence and self._applies(line):
                    key: object = line.group or at
                    amount = self._amount(line, seen)
                    together[key] = max(together.get(key, amount), amount)
            charged.extend((sequence, minor) for minor in together.values())
        return sum((minor for _, minor in charged), Decimal(0))

    def _amount(self, line: Surcharge, seen: Decimal) -> Decimal:
        if line.step_micros is not None:
            minor = self._stepped(line)
            return minor if line.least_micros is None else max(minor, self._converted(line, line.least_micros))
        amount = Decimal(line.amount_micros) / _MILLION
        minor_per_major = Decimal(10) ** self.currency.digits
        if line.percent:
            base = self.parcel.value if line.of_value else seen
            minor = _round(base / minor_per_major * amount / 100, self.currency)
        else:
            minor = self._converted(line, line.amount_micros)
            if line.floor:
                minor = max(minor - seen, Decimal(0))
        if line.least_micros is not None:
            minor = max(minor, self._converted(line, line.least_micros))
        return minor

    def _stepped(self, line: Surcharge) -> Decimal:
        step = self._converted(line, line.step_micros or 0)
        begun = ((self.parcel.value - self._converted(line, line.free_micros)) / step).to_integral_value(ROUND_CEILING)
        worth = _worth(self.tariff, line, self.parcel, self.currency)
        return _round(begun * line.amount_micros / _MILLION * (worth or 0), self.currency)

    def _converted(self, line: Surcharge, micros: int) -> Decimal:
        worth = _worth(self.tariff, line, self.parcel, self.currency)
        return _round(Decimal(micros) / _MILLION * (worth or 0), self.currency)

    def _applies(self, line: Surcharge) -> bool:
        if line.zone and line.zone != self.rule.zone:
            return False
        if line.step_micros is not None and self.parcel.value <= self._converted(line, line.free_micros):
            return False
        place = self.parcel.destination
        if line.area and not any(
            area.area == line.area
            and area.country.upper() == place.country.upper()
            and _within(place.postcode, area.prefix, area.prefix_to)
            for area in self.tariff.areas
        ):
            return False
        plainly = {
            "always": True,
            "residential": self.parcel.residential,
            "remote": self.rule.remote,
            "saturday": self.parcel.saturday,
            "signature": self.parcel.signature and not self.service.signature,
        }
        if line.when in plainly:
            return plainly[line.when]
        if line.when == "over_value":
            return self.parcel.value > (line.threshold or 0) * Decimal(10) ** self.currency.digits
        return line.threshold is not None and self.parcel.exceeds(line.when, line.threshold)
