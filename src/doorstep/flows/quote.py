"""Quote a cart, reserve what was chosen for a while, and let go of what nobody ordered in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from doorstep.core.decisions import quotes
from doorstep.core.stock import actions as stock
from doorstep.core.stock.snapshot import inbound
from doorstep.domain.decision import Unplanned
from doorstep.domain.demand import Order, OrderFault
from doorstep.domain.display import Display, display_of
from doorstep.domain.errors import Conflict, NotFound
from doorstep.domain.rights import Scope
from doorstep.domain.steering import SteeringKind
from doorstep.domain.worth import worth_to
from doorstep.flows.customs import clearable
from doorstep.flows.faults import faults_of_cart
from doorstep.flows.remedies import in_the_record
from doorstep.flows.shown_choice import choose_options, comparable, shown_option, weighs_carbon
from doorstep.flows.standing import Standing, cart_problem, ready_for, standing
from doorstep.kernels.plan.offer import Option, offer

RESERVED_FOR = timedelta(minutes=15)  # unless the shop asks for another time
OFFERED_FOR = timedelta(minutes=30)  # prices and stock move on
KEPT_FOR = timedelta(days=2)  # quotes that nobody took up
MOST_TRIED = 5  # options of a quote: each more makes choosing several times as long
SHOWN_BY: tuple[SteeringKind, ...] = ("values", "showing")
AT_ONCE = 500  # expired in one go


@dataclass(frozen=True, slots=True)
class Quoted:
    """`pk` names the quote from now on; `why` there are no options."""

    pk: int
    options: tuple[Option, ...]
    why: Unplanned | None
    display: Display
    faults: tuple[OrderFault, ...] = ()  # for which an order of this cart would be held


def quote_cart(scope: Scope, brand_id: int, cart: Order, *, now: datetime) -> Quoted:
    """Offer a cart its options on the stock of this moment; nothing is reserved. Stock is read, not locked."""
    if brand_id not in scope.brands:
        raise NotFound("no such brand")
    skus = {line.sku for line in cart.lines}
    here = standing(scope.operator, brand_id, now, skus)
    problem = clearable(cart_problem(here, cart, now, speed=False), cart)  # dates weigh in what is shown
    ready = ready_for(here, problem)
    found = offer(problem, ready=ready, carbon=_weighs_carbon(here, cart))[0]
    if not found.options:  # goods on their way matter only to the remedy
        wanted = {one.sku for one in problem.products}
        coming = tuple(one for one in inbound(brand_id) if one.sku in wanted)
        found = offer(replace(problem, inbound=coming), ready=ready)[0]
    left = in_the_record(found.why) if found.why else None
    why = {} if left is None else {name: getattr(left, name) for name in ("reason", "detail", "remedy")}
    kept = [option_record(one) for one in found.options]
    usual = usual_order(here, cart, found.options)
    shown: dict[str, Any] = {}
    if usual is not None:
        shown = {"usual": usual, **{kind: here.steering.put[kind].version for kind in SHOWN_BY}}
    pk, share_ppm = quotes.keep_quote(brand_id, cart_record(cart), kept, why, shown, now)
    display = display_of(pk, len(kept), share_ppm, usual)
    return Quoted(pk, found.options, left, display, faults_of_cart(brand_id, cart, problem.tariff.zones))


def usual_order(here: Standing, cart: Order, options: Sequence[Option]) -> tuple[int, ...] | None:
    """Give the numbers of the options to show, the first on top, by what they are worth; None: all, as numbered."""
    rules = here.steering.showing
    if rules is None or len(options) < 2:
        return None
    currency = here.ground.problem.brand.currency
    worth = worth_to(here.steering.values, cart.segment, cart.place.country)
    borne = currency.minor(rules.borne_micros)
    counts = comparable(worth, options)
    found = [shown_option(one, cart, bool(cart.pickup_point), borne, counts) for one in options]
    expected = choose_options(found, worth, rules, currency.micros_per_minor, MOST_TRIED)
    return None if expected is None else expected.order


def _weighs_carbon(here: Standing, cart: Order) -> bool:
    """Whether what is shown hangs on what options emit: else nobody reckons it while a shopper waits."""
    worth = worth_to(here.steering.values, cart.segment, cart.place.country)
    return here.steering.showing is not None and weighs_carbon(worth)


def accept_quote(
    scope: Scope,
    pk: int,
    option: int,
    *,
    now: datetime,
    reserved_for: timedelta = RESERVED_FOR,
    asked: Sequence[int] = (),
) -> datetime:
    """Reserve the stock of an option; returns until when. A second time answers as the first.

    `asked` is what the shopper was to pay for each option, in minor units, so that wants can be learned; empty: not
    said. Raises NotFound, Conflict when the quote is past that, another option was chosen or `asked` is of another
    length, NotEnough when its goods went.
    """
    ids = standing(scope.operator, quotes.get_quote(scope, pk).brand_id, now).ids
    with transaction.atomic():
        row = quotes.get_quote(scope, pk, lock=True)
        if not 0 <= option < len(row.options):
            raise Conflict(f"quote {pk} has {len(row.options)} options, counted from 0")
        if asked and len(asked) != len(row.options):
            raise Conflict(f"quote {pk} has {len(row.options)} options; say what was asked for each, or for none")
        if row.state == "accepted" and row.option == option and row.reserved_until and now < row.reserved_until:
            return row.reserved_until
        if row.state != "offered":
            raise Conflict(f"quote {pk} is {row.state} already; ask for a new one")
        if now >= offered_until(row.options[option], row.made_at):
            raise Conflict(f"the offer of quote {pk} has ended; ask for a new one")
        until = now + reserved_for
        quotes.accept_quote(pk, option, until, asked)
        wanted = [
            stock.Wanted(ids.sites[parcel["site"]], ids.products[sku], units)
            for parcel in row.options[option]["parcels"]
            for sku, units in parcel["contents"]
        ]
        stock.reserve(row.brand_id, wanted, quote_reference(pk), at=now, actor=scope.actor)
    return until


def expire(now: datetime) -> int:
    """Release what accepted quotes still hold after their time; returns how many. For a worker, as often as it likes.

    Each quote is a transaction of its own, and whoever comes second finds nothing to do.
    """
    done = 0
    for pk, brand_id in quotes.overdue(now, AT_ONCE):
        with transaction.atomic():
            if quotes.lock_overdue(pk, now):
                quotes.expire_quote(pk)
                stock.release(brand_id, quote_reference(pk), at=now, actor="system")
                done += 1
    quotes.forget_offered(now - KEPT_FOR, AT_ONCE * 10)
    return done


def offered_until(option: Mapping[str, Any], made_at: datetime) -> datetime:
    """When an option ends: after a while, or when its first parcel would have left."""
    leaving = [datetime.fromisoformat(one["ship_at"]) for one in option["parcels"]]
    return min([made_at + OFFERED_FOR, *leaving])


def quote_reference(pk: int) -> str:
    """How stock moves name a quote."""
    return f"quote:{pk}"


def cart_record(cart: Order) -> dict[str, Any]:
    """What a cart asks for, as it is kept: an order is compared with it. A place by its postcode, nobody by name."""
    return {
        "lines": sorted([sku, units] for sku, units in _units(cart).items()),
        "to": [cart.place.country, cart.place.region, cart.place.postcode],
        "speed": cart.speed or "",
        "residential": cart.residential,
        "signed_for": cart.signed_for,
        "saturday": cart.saturday,
        "pickup_point": cart.pickup_point,
        "segment": cart.segment,
        "not_before": cart.not_before.isoformat() if cart.not_before else "",
    }


def _units(cart: Order) -> dict[str, int]:
    units: dict[str, int] = {}
    for line in cart.lines:
        units[line.sku] = units.get(line.sku, 0) + line.quantity
    return units


def option_record(option: Option) -> Mapping[str, Any]:
    """An option as it is kept, and as a program reads it."""
    return {
        "speed": option.speed,
        "promised_by": option.promised_by.isoformat(),
        "on_time_ppm": option.on_time_ppm,
        "cost_minor": option.cost_minor,
        **({} if option.co2e_g is None else {"co2e_g": option.co2e_g}),  # where it weighed on what is shown
        "parcels": [
            {
                "site": one.site,
                "carton": one.carton,
                "service": one.service,
                "ship_at": one.ship_at.isoformat(),
                "promised_by": one.promised_by.isoformat(),
                "on_time_ppm": one.on_time_ppm,
                "weight_g": one.weight_g,
                "cost": {
                    "pick_minor": one.cost.pick_minor,
                    "carton_minor": one.cost.carton_minor,
                    "freight_minor": one.cost.freight_minor,
                    "surcharges_minor": one.cost.surcharges_minor,
                    "duty_tax_minor": one.cost.duty_tax_minor,
                    "lateness_minor": one.cost.lateness_minor,
                },
                "contents": [list(part) for part in one.contents],
                **({} if one.at_border is None else {"at_border": asdict(one.at_border)}),
            }
            for one in option.parcels
        ],
    }
