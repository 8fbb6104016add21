"""Pounds and inches as grams and millimetres, exactly: a pound is 453.59237 g, an inch 25.4 mm, by definition."""

from __future__ import annotations

from fractions import Fraction

G_PER_LB = Fraction(45_359_237, 100_000)
MM_PER_IN = Fraction(254, 10)
CM3_PER_IN3 = Fraction(254, 100) ** 3  # 16.387064


def grams(weight: str | Fraction, pounds: bool) -> int:
    """Whole grams that do not exceed a weight in pounds or kilograms.

    A parcel of whole grams weighs at most n pounds just when it weighs at most so many grams: a break keeps its
    meaning.
    """
    return int(Fraction(weight) * (G_PER_LB if pounds else 1000))


def millimetres(length: str, inches: bool) -> int:
    """Whole millimetres that do not exceed a length in inches or centimetres."""
    return int(Fraction(length) * (MM_PER_IN if inches else 10))


def divisor_cm3_per_kg(in3_per_lb: int) -> int:
    """The divisor in whole cm3 for a kilogram, rounded: 166 cubic inches for a pound are 5,997.2 cm3 for a kilogram."""
    return round(in3_per_lb * CM3_PER_IN3 * 1000 / G_PER_LB)
