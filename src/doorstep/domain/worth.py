"""What a delivery is worth to shoppers, as it was learned from what they were shown and took."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

Worth = Literal["day_sooner", "next_day", "pickup", "carbon_kg_less", "place_higher", "buying", "scatter"]
WORTHS: tuple[Worth, ...] = get_args(Worth)
NEXT_DAY = 1  # days from showing, or placing, to a promised date that is of the next day


@dataclass(frozen=True, slots=True)
class LearnedValue:
    """What one unit of something is worth to the shoppers of a segment and a country, in money.

    buying: to take an option at all instead of leaving. scatter: the money that makes an option e times as likely to
    be taken, beside another one; the smaller, the more surely the option of the greatest worth is taken.
    """

    worth: Worth
    value_micros: int  # of the major unit; below nothing: they would pay to be spared it
    segment: str = ""  # empty: of all
    country: str = ""  # empty: of all


def worth_to(values: Iterable[LearnedValue], segment: str, country: str) -> dict[Worth, int]:
    """Give what each is worth to a shopper: by the row of both, else of the segment, of the country, or of all."""
    ranked = sorted(
        (one for one in values if one.segment in ("", segment) and one.country in ("", country)),
        key=lambda one: (bool(one.segment), bool(one.country)),
    )
    return {one.worth: one.value_micros for one in ranked}
