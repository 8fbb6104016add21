"""What an earlier date is worth to the shoppers of a folder's orders, as the plan of a day weighs it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from doorstep.domain.bids import BidPrices, SpeedValue
from doorstep.domain.demand import Order
from doorstep.domain.worth import LearnedValue, worth_to


def with_values(bids: BidPrices | None, values: Sequence[LearnedValue], orders: Sequence[Order]) -> BidPrices | None:
    """Put the value of speed beside what weighs already; None: nothing does.

    What shoppers would pay to be served later is no reason to be slow: below nothing counts as nothing.
    """
    speed = _speed(values, orders)
    return replace(bids or BidPrices(), speed=speed) if speed else bids


def valued_orders(bids: BidPrices | None, orders: Sequence[Order]) -> int:
    """Count the orders to which an earlier date is worth something."""
    worth = {one.order: bool(one.day_micros or one.next_day_micros) for one in bids.speed} if bids else {}
    return sum(worth.get(one.order, worth.get("", False)) for one in orders)


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
