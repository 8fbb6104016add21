"""What an earlier date, and carbon, are worth to the shoppers of a folder's orders, as the plan of a day weighs it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from doorstep.domain.bids import BidPrices, CarbonValue, SpeedValue
from doorstep.domain.demand import Order
from doorstep.domain.worth import LearnedValue, worth_to


def with_values(bids: BidPrices | None, values: Sequence[LearnedValue], orders: Sequence[Order]) -> BidPrices | None:
    """Put the values of speed and carbon beside what weighs already; None: nothing does.

    What shoppers would pay to be served later is no reason to be slow, nor what they would for more carbon to be dirty:
    below nothing counts as nothing.
    """
    speed, carbon = _speed(values, orders), _carbon(values, orders)
    return replace(bids or BidPrices(), speed=speed, carbon=carbon) if speed or carbon else bids


def valued_orders(bids: BidPrices | None, orders: Sequence[Order]) -> int:
    """Count the orders to which an earlier date is worth something."""
    worth = {one.order: bool(one.day_micros or one.next_day_micros) for one in bids.speed} if bids else {}
    return sum(worth.get(one.order, worth.get("", False)) for one in orders)


def valued_carbon(bids: BidPrices | None, orders: Sequence[Order]) -> dict[str, object]:
    """Count the orders to which less carbon is worth something, and those of them of which no way is known."""
    worth = {one.order: one.kg_micros for one in bids.carbon} if bids else {}
    valued = [one for one in orders if worth.get(one.order, worth.get("", 0))]
    unknown = sum(not one.place.located for one in valued)
    return {"carbon_valued_orders": len(valued), "carbon_unknown_orders": unknown}


def _carbon(values: Sequence[LearnedValue], orders: Sequence[Order]) -> tuple[CarbonValue, ...]:
    """What most orders share is said once, the others by name."""
    known: dict[tuple[str, str], int] = {}
    of_order: list[tuple[str, int]] = []
    for order in orders if values else ():
        key = order.segment, order.place.country
        if key not in known:
            known[key] = max(0, worth_to(values, *key).get("carbon_kg_less", 0))
        of_order.append((order.order, known[key]))
    if not any(known.values()):
        return ()
    common = Counter(one for _, one in of_order).most_common(1)[0][0]
    return (CarbonValue("", common), *(CarbonValue(name, one) for name, one in of_order if one != common))


def _speed(values: Sequence[LearnedValue], orders: Sequence[Order]) -> tuple[SpeedValue, ...]:
    """What most orders share is said once, the others by name."""
    found: dict[tuple[str, str], SpeedValue] = {}
    of_order: list[tuple[str, SpeedValue]] = []
    for order in orders if values else ():
        key = order.segment, order.place.country
        if key not in found:
            worth = worth_to(values, *key)
            found[key] = SpeedValue("", max(0, worth.get("day_sooner", 0)), max(0, worth.get("next_day", 0)))
        of_order.append((order.order, found[key]))
    if not any(one.day_micros or one.next_day_micros for one in found.values()):
        return ()
    common = Counter(one for _, one in of_order).most_common(1)[0][0]
    return (common, *(replace(one, order=name) for name, one in of_order if one != common))
