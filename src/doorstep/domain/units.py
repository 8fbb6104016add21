"""Integer measures and the one way of rounding.

Rates are integers in millionths (`_micros`) of the major currency unit; a charge line is rounded once, half up, to the
minor unit (`_minor`). Probabilities are integers in millionths (`_ppm`).
"""

from __future__ import annotations

MICROS = 1_000_000
PPM = 1_000_000


def divide_half_up(numerator: int, denominator: int) -> int:
    """Divide with halves going up: 5/2 -> 3, -5/2 -> -2. `denominator` > 0."""
    return (2 * numerator + denominator) // (2 * denominator)


def divide_up(numerator: int, denominator: int) -> int:
    """Divide, rounding any remainder up. `denominator` > 0."""
    return -(-numerator // denominator)


def girth_mm(length_mm: int, width_mm: int, height_mm: int) -> int:
    """Longest side plus twice the other two."""
    longest = max(length_mm, width_mm, height_mm)
    return longest + 2 * (length_mm + width_mm + height_mm - longest)
