"""Which options to show for a cart of a folder, and in which order, by what their dates and places are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from doorstep.domain.decision import Unplanned
from doorstep.domain.demand import Brand, Order
from doorstep.domain.display import Display, display_of
from doorstep.domain.errors import Fault, InputRefused
from doorstep.domain.units import PPM
from doorstep.domain.worth import NEXT_DAY, Worth, worth_to
from doorstep.files.folder import read_folder
from doorstep.flows.plan_folder import problem_of
from doorstep.flows.promise_wish import Wish, order_of
from doorstep.kernels.learn.shown import choose_shown
from doorstep.kernels.learn.shown_problem import MOST_OPTIONS, Shown, ShownProblem
from doorstep.kernels.plan.offer import Option, offer
from doorstep.kernels.run import Run


@dataclass(frozen=True, slots=True)
class ShowWish:
    """What is wished of the options. Money in millionths of the major unit."""

    segment: str = ""
    pickup_point: str = ""  # options to it are looked at beside those to the door; empty: to the door only
    most: int = MOST_OPTIONS
    borne_micros: int = 0  # of an option's cost, which the shop does not ask the shopper for
    margin_micros: int = 0  # what the shop earns of the goods, if they are bought
    surplus_ppm: int = PPM  # of the shopper's expected surplus that counts beside what the shop earns
    quote: int = 0  # by whose id the lot is drawn
    test_ppm: int = 0  # share of quotes whose order is drawn by lot


@dataclass(frozen=True, slots=True)
class ShownOption:
    """One option that could be shown. `worth_micros` is beside its price, and None where nothing was learned."""

    option: Option
    pickup: bool
    days: int  # from placing to the promised date
    asked_minor: int
    worth_micros: int | None


@dataclass(frozen=True, slots=True)
class OptionsToShow:
    """All options, the cheapest first, and the numbers of those to show; `why` there are none."""

    brand: Brand
    order: Order
    worth: Mapping[Worth, int]  # to this shopper; without a scatter, nothing is chosen by it
    options: tuple[ShownOption, ...]
    expected: Shown | None  # of the usual order; None: nothing was learned, and it is the cheapest first
    display: Display
    why: Unplanned | None
    data_version: str


def options_to_show(folder: Path, wish: Wish, show: ShowWish, run: Run) -> OptionsToShow:
    """Choose the options of a cart. Raises InputRefused with every fault of the folder, or else of the wish."""
    if not wish.goods:
        raise InputRefused((Fault("--sku", 0, "", "", "is missing: options are those of a cart"),), 1)
    read = read_folder(folder, run.progress)
    order = replace(order_of(wish, read), segment=show.segment)
    carts = [order]
    if show.pickup_point:
        carts.append(replace(order, order="quote to a point", pickup_point=show.pickup_point))
    problem = replace(problem_of(read, tuple(carts), wish.at), bid_prices=None)  # dates weigh in what is shown
    offers = offer(problem, run=run)
    worth = worth_to(read.values, order.segment, order.place.country)
    minor = read.brand.currency.micros_per_minor
    borne = read.brand.currency.minor(show.borne_micros)
    found = [
        _option(one, order, bool(cart.pickup_point), borne, worth)
        for cart, offered in zip(carts, offers, strict=True)
        for one in offered.options
    ]
    found.sort(key=lambda one: (one.option.cost_minor, one.option.promised_by, one.pickup))
    expected = _chosen(found, worth, show, minor) if found and "scatter" in worth else None
    usual = expected.order if expected else _plainly(found, show.most)
    display = display_of(show.quote, len(usual), show.test_ppm, usual)
    why = None if found else offers[0].why
    return OptionsToShow(read.brand, order, worth, tuple(found), expected, display, why, read.data_version)


def _option(one: Option, order: Order, pickup: bool, borne_minor: int, worth: Mapping[Worth, int]) -> ShownOption:
    days = max(0, (one.promised_by - order.placed_at.date()).days)
    value = None
    if "scatter" in worth:
        value = worth.get("buying", 0) - days * worth.get("day_sooner", 0)
        value += worth.get("next_day", 0) * (days <= NEXT_DAY) + worth.get("pickup", 0) * pickup
    return ShownOption(one, pickup, days, max(0, one.cost_minor - borne_minor), value)


def _chosen(found: Sequence[ShownOption], worth: Mapping[Worth, int], show: ShowWish, minor: int) -> Shown:
    """Choose among the options that shoppers like best, the cheapest one always shown: nobody is led past it."""
    liked = sorted(range(len(found)), key=lambda n: (found[n].asked_minor * minor - (found[n].worth_micros or 0), n))
    cheapest = _cheapest(found)
    tried = sorted({cheapest, *[n for n in liked if n != cheapest][: MOST_OPTIONS - 1]})
    shown = choose_shown(
        ShownProblem(
            surplus=np.array([((found[n].worth_micros or 0) - found[n].asked_minor * minor) / PPM for n in tried]),
            gain=np.array(
                [
                    (show.margin_micros + (found[n].asked_minor - found[n].option.cost_minor) * minor) / PPM
                    for n in tried
                ]
            ),
            scatter=worth["scatter"] / PPM,
            may_leave="buying" in worth,
            lower_place=worth.get("place_higher", 0) / PPM,
            always=(tried.index(cheapest),),
            most=show.most,
            surplus_share=show.surplus_ppm / PPM,
        )
    )
    return replace(shown, order=tuple(tried[n] for n in shown.order))


def _cheapest(found: Sequence[ShownOption]) -> int:
    """What is asked least for; of several the one that is there first."""
    return min(range(len(found)), key=lambda n: (found[n].asked_minor, found[n].option.promised_by, n))


def _plainly(found: Sequence[ShownOption], most: int) -> tuple[int, ...]:
    """All, the cheapest first; if there are too many, the cheapest, the fastest and the cheapest between them."""
    if len(found) <= most:
        return tuple(range(len(found)))
    fastest = min(range(len(found)), key=lambda n: (found[n].option.promised_by, n))
    ranked = dict.fromkeys((_cheapest(found), fastest, *range(len(found))))
    return tuple(sorted(list(ranked)[:most]))
