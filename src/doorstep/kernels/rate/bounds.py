"""The proof that no amount of a batch leaves 64 bits, by exact arithmetic on the worst case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from doorstep.domain.carriage import Service
from doorstep.domain.units import divide_up
from doorstep.kernels.rate.compiled import (
    GRAMS_PER_KG,
    NO_LEAST,
    PERCENT,
    PERCENT_MICROS,
    VALUE_PERCENT,
    VALUE_STEP,
    Charges,
    Ladders,
    Offers,
)

MAX_WEIGHT_G = 10**12
MAX_SIZE_MM = 10**6  # the volume of its cube still fits 64 bits
MAX_VALUE_MINOR = 10**12
_SAFE = 2**61  # twice a safe amount plus a denominator still fits
_Line = tuple[int, int, int]  # kind, size of the amount, size of the least


def overflow(
    services: Sequence[Service],
    offers: Offers,
    ladders: Ladders,
    charges: Charges,
    max_weight_g: int = MAX_WEIGHT_G,
    max_side_mm: int = MAX_SIZE_MM,
    max_value_minor: int = MAX_VALUE_MINOR,
) -> str:
    """Say which service might charge more than can be added exactly; empty: none.

    Parameters
    ----------
    services, offers, ladders, charges
        Of the compiled tariff.
    max_weight_g, max_side_mm, max_value_minor
        Largest gross weight, side and value of a batch; left out, of any batch that there may be.
    """
    if not len(ladders.price_parts):
        return ""
    for at, service in enumerate(services):
        billed_g = min(max_weight_g, service.max_weight_g)
        others = offers.dim_other[offers.dim_start[at] : offers.dim_start[at + 1]].tolist()
        divisors = [divisor for divisor in (service.dim_divisor_cm3_per_kg, *others) if divisor]
        if divisors:
            side = min(max_side_mm, service.max_length_mm)
            billed_g = max(billed_g, divide_up(side**3, min(divisors)))
        freight = _worst_freight(ladders, divide_up(billed_g, GRAMS_PER_KG))
        if freight > _SAFE or _worst_charges(_lines(charges, at, max_value_minor), freight, max_value_minor) > _SAFE:
            return f"service {service.service}: a parcel of {billed_g} g billed may cost more than can be added exactly"
    return ""


def _worst_freight(ladders: Ladders, kilograms: int) -> int:
    """Return the largest freight in minor units; beyond all that is safe if a part of it is."""
    fine, extra = ladders.parts_per_minor, np.maximum(ladders.extra_parts, 0)
    rest = int((ladders.price_parts % fine).max()) + kilograms * int((extra % fine).max())
    if rest > _SAFE:
        return rest
    return int((ladders.price_parts // fine).max()) + kilograms * int((extra // fine).max() + 1) + 1


def _lines(charges: Charges, service: int, value_minor: int) -> list[_Line]:
    """Return every surcharge that is ever in force, at its largest, by sequence."""
    found: dict[tuple[int, int], _Line] = {}
    for one in sorted(set(charges.of[service].tolist())):
        for k in range(int(charges.start[one]), int(charges.start[one + 1])):
            key = int(charges.sequence[k]), int(charges.surcharge[k])
            least = 0 if charges.least[k] == NO_LEAST else abs(int(charges.least[k]))
            kind, amount, before = found.get(key, (int(charges.kind[k]), 0, 0))
            most = abs(int(charges.amount[k]))
            if kind == VALUE_STEP:
                steps = divide_up(value_minor, int(charges.step[k]))
                most = max(steps * (most + 1) + 1, steps * int(charges.rest_parts[k]))
            found[key] = kind, max(amount, most), max(before, least)
    return [found[key] for key in sorted(found)]


def _worst_charges(lines: Iterable[_Line], freight_minor: int, value_minor: int) -> int:
    """Return the largest intermediate amount, every surcharge ever in force applied at once."""
    total, largest = freight_minor, freight_minor
    for kind, amount, least in lines:
        product = amount
        if kind in (PERCENT, VALUE_PERCENT):
            product *= total if kind == PERCENT else value_minor
            largest = max(largest, product)
            product = product // PERCENT_MICROS + 1
        total += max(product, least)
        largest = max(largest, total)
    return largest
