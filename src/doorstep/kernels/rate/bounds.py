"""The proof that no amount of a batch leaves 64 bits, by exact arithmetic on the worst case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from doorstep.domain.carriage import Service, Surcharge
from doorstep.domain.units import divide_up
from doorstep.kernels.rate.compiled import GRAMS_PER_KG, PERCENT_MICROS, Ladders

MAX_WEIGHT_G = 10**12
MAX_SIZE_MM = 10**6  # the volume of its cube still fits 64 bits
_SAFE = 2**61  # twice a safe amount plus a denominator still fits


def overflow(
    services: Sequence[Service],
    surcharges: Sequence[Surcharge],
    ladders: Ladders,
    micros_per_minor: int,
    max_weight_g: int = MAX_WEIGHT_G,
    max_side_mm: int = MAX_SIZE_MM,
) -> str:
    """Say which service might charge more than can be added exactly; empty: none.

    Parameters
    ----------
    services, surcharges, ladders, micros_per_minor
        Of the compiled tariff.
    max_weight_g, max_side_mm
        Largest gross weight and side of a batch; left out, of any batch that there may be.
    """
    if not len(ladders.price_micros):
        return ""
    price, extra = int(ladders.price_micros.max()), max(0, int(ladders.extra_micros.max()))
    lines: dict[str, list[Surcharge]] = defaultdict(list)
    for line in sorted(surcharges, key=lambda line: line.sequence):
        lines[line.service].append(line)
    for service in services:
        billed_g = min(max_weight_g, service.max_weight_g)
        if service.dim_divisor_cm3_per_kg:
            side = min(max_side_mm, service.max_length_mm)
            billed_g = max(billed_g, divide_up(side**3, service.dim_divisor_cm3_per_kg))
        worst = price + divide_up(billed_g, GRAMS_PER_KG) * extra
        freight = worst // micros_per_minor + 1
        if max(worst, _worst_charges(lines[service.service], freight, micros_per_minor)) > _SAFE:
            return f"service {service.service}: a parcel of {billed_g} g billed may cost more than can be added exactly"
    return ""


def _worst_charges(lines: Iterable[Surcharge], freight_minor: int, micros_per_minor: int) -> int:
    """Return the largest intermediate amount, every surcharge ever in force applied at once."""
    total, largest = freight_minor, freight_minor
    for line in lines:
        if line.percent:
            product = total * abs(line.amount_micros)
            largest = max(largest, product)
            total += product // PERCENT_MICROS + 1
        else:
            total += abs(line.amount_micros) // micros_per_minor + 1
        largest = max(largest, total)
    return largest
