"""Which options to show for a cart of a folder, and in which order, by what their dates and places are worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from doorstep.domain.decision import Unplanned
from doorstep.domain.demand import Brand, Order
from doorstep.domain.display import Display, display_of
from doorstep.domain.errors import Fault, InputRefused
from doorstep.domain.steering import Showing
from doorstep.domain.units import PPM
from doorstep.domain.worth import Worth, worth_to
from doorstep.files.folder import read_folder
from doorstep.flows.plan_folder import problem_of
from doorstep.flows.promise_wish import Wish, order_of
from doorstep.flows.shown_choice import ShownOption, choose_options, comparable, plainly, shown_option
from doorstep.kernels.learn.shown_problem import MOST_OPTIONS, Shown
from doorstep.kernels.plan.offer import offer
from doorstep.kernels.run import Run


@dataclass(frozen=True, slots=True)
class ShowWish:
    """What is wished of the options. Money in millionths of the major unit."""

    segment: str = ""
    located: tuple[float, float] | None = None  # latitude and longitude; None: not known, nor what options emit
    pickup_point: str = ""  # options to it are looked at beside those to the door; empty: to the door only
    most: int = MOST_OPTIONS
    borne_micros: int = 0  # of an option's cost, which the shop does not ask the shopper for
    margin_micros: int = 0  # what the shop earns of the goods, if they are bought
    surplus_ppm: int = PPM  # of the shopper's expected surplus that counts beside what the shop earns
    quote: int = 0  # by whose id the lot is drawn
    test_ppm: int = 0  # share of quotes whose order is drawn by lot


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
    if show.located:
        latitude, longitude = show.located
        order = replace(order, place=replace(order.place, latitude=latitude, longitude=longitude))
    carts = [order]
    if show.pickup_point:
        carts.append(replace(order, order="quote to a point", pickup_point=show.pickup_point))
    problem = replace(problem_of(read, tuple(carts), wish.at), bid_prices=None)  # dates weigh in what is shown
    worth = worth_to(read.values, order.segment, order.place.country)
    offers = offer(problem, run=run, carbon=True)
    counts = comparable(worth, (one for offered in offers for one in offered.options))
    minor = read.brand.currency.micros_per_minor
    borne = read.brand.currency.minor(show.borne_micros)
    found = [
        shown_option(one, order, bool(cart.pickup_point), borne, counts)
        for cart, offered in zip(carts, offers, strict=True)
        for one in offered.options
    ]
    found.sort(key=lambda one: (one.option.cost_minor, one.option.promised_by, one.pickup))
    rules = Showing(show.most, show.borne_micros, show.margin_micros, show.surplus_ppm)
    expected = choose_options(found, worth, rules, minor)
    usual = expected.order if expected else plainly(found, show.most)
    display = display_of(show.quote, len(usual), show.test_ppm, usual)
    why = None if found else offers[0].why
    return OptionsToShow(read.brand, order, worth, tuple(found), expected, display, why, read.data_version)
