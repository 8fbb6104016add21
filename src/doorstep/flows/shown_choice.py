"""Which options of a cart to show, and in which order: what `promise options` and the quotes of the record share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from doorstep.domain.demand import Order
from doorstep.domain.steering import Showing
from doorstep.domain.units import PPM
from doorstep.domain.worth import NEXT_DAY, Worth
from doorstep.kernels.learn.shown import choose_shown
from doorstep.kernels.learn.shown_problem import MOST_OPTIONS, Shown, ShownProblem
from doorstep.kernels.plan.offer import Option

GRAMS_PER_KG = 1000


@dataclass(frozen=True, slots=True)
class ShownOption:
    """One option that could be shown. `worth_micros` is beside its price, and None where nothing was learned."""

    option: Option
    pickup: bool
    days: int  # from placing to the promised date
    asked_minor: int
    worth_micros: int | None


def weighs_carbon(worth: Mapping[Worth, int]) -> bool:
    """Whether less CO2e is worth something to a shopper; what more of it is worth counts as nothing, as in a plan."""
    return "scatter" in worth and worth.get("carbon_kg_less", 0) > 0


def comparable(worth: Mapping[Worth, int], options: Iterable[Option]) -> dict[Worth, int]:
    """Give the worths by which options can be compared: carbon weighs where it is known of all, or else on none."""
    known = weighs_carbon(worth) and all(one.co2e_g is not None for one in options)
    return {name: micros for name, micros in worth.items() if known or name != "carbon_kg_less"}


def shown_option(one: Option, order: Order, pickup: bool, borne_minor: int, worth: Mapping[Worth, int]) -> ShownOption:
    """Put an option in terms of what it is worth to the shopper of an order, by worths that are comparable."""
    days = max(0, (one.promised_by - order.placed_at.date()).days)
    value = None
    if "scatter" in worth:
        value = worth.get("buying", 0) - days * worth.get("day_sooner", 0)
        value += worth.get("next_day", 0) * (days <= NEXT_DAY) + worth.get("pickup", 0) * pickup
        value -= round(worth.get("carbon_kg_less", 0) * (one.co2e_g or 0) / GRAMS_PER_KG)
    return ShownOption(one, pickup, days, max(0, one.cost_minor - borne_minor), value)


def choose_options(
    found: Sequence[ShownOption], worth: Mapping[Worth, int], rules: Showing, minor: int, tried: int = MOST_OPTIONS
) -> Shown | None:
    """Choose among the `tried` options that shoppers like best, the cheapest one always shown: nobody is led past it.

    `minor` is how many millionths a minor unit has. None: there is nothing to choose from, or to choose by.
    """
    if not found or "scatter" not in worth:
        return None
    liked = sorted(range(len(found)), key=lambda n: (found[n].asked_minor * minor - (found[n].worth_micros or 0), n))
    cheapest = _cheapest(found)
    among = sorted({cheapest, *[n for n in liked if n != cheapest][: tried - 1]})
    shown = choose_shown(
        ShownProblem(
            surplus=np.array([((found[n].worth_micros or 0) - found[n].asked_minor * minor) / PPM for n in among]),
            gain=np.array(
                [
                    (rules.margin_micros + (found[n].asked_minor - found[n].option.cost_minor) * minor) / PPM
                    for n in among
                ]
            ),
            scatter=worth["scatter"] / PPM,
            may_leave="buying" in worth,
            lower_place=worth.get("place_higher", 0) / PPM,
            always=(among.index(cheapest),),
            most=rules.most,
            surplus_share=rules.surplus_ppm / PPM,
        )
    )
    return replace(shown, order=tuple(among[n] for n in shown.order))


def plainly(found: Sequence[ShownOption], most: int) -> tuple[int, ...]:
    """All, the cheapest first; if there are too many, the cheapest, the fastest and the cheapest between them."""
    if len(found) <= most:
        return tuple(range(len(found)))
    fastest = min(range(len(found)), key=lambda n: (found[n].option.promised_by, n))
    ranked = dict.fromkeys((_cheapest(found), fastest, *range(len(found))))
    return tuple(sorted(list(ranked)[:most]))


def _cheapest(found: Sequence[ShownOption]) -> int:
    """What is asked least for; of several the one that is there first."""
    return min(range(len(found)), key=lambda n: (found[n].asked_minor, found[n].option.promised_by, n))
