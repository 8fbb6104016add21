"""What weighs on the choices of a policy beside cost: learned values, and the commitment prices of a day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from doorstep.domain.bids import BidPrices, CommitmentPrice, SpeedValue
from doorstep.domain.carriage import Service
from doorstep.domain.commitment import DatedCommitmentPrice
from doorstep.domain.demand import Order


@dataclass(frozen=True, slots=True)
class Weights:
    """The value of speed to the orders of the folder, and commitment prices with the days on which they hold."""

    speed: tuple[SpeedValue, ...] = ()
    commitments: tuple[DatedCommitmentPrice, ...] = ()


def in_world(weights: Weights, orders: Iterable[Order], services: Iterable[Service]) -> Weights:
    """Give repeated orders the worth of those they repeat, and leave out prices of carriers that are gone."""
    by_name = {one.order: one for one in weights.speed}
    offered = {(one.carrier, one.service) for one in services}
    offered |= {(carrier, "") for carrier, _ in offered}
    return Weights(
        tuple(_speed(by_name, orders)),
        tuple(one for one in weights.commitments if (one.carrier, one.service) in offered),
    )


def weighed(bids: BidPrices | None, weights: Weights, orders: Collection[str], day: date) -> BidPrices | None:
    """Put beside the prices of goods what else weighs on these orders on a day; None: nothing does."""
    speed = tuple(one for one in weights.speed if not one.order or one.order in orders)
    commitments = tuple(
        CommitmentPrice(one.carrier, one.service, one.price_micros)
        for one in weights.commitments
        if (one.valid_from or date.min) <= day <= (one.valid_to or date.max)
    )
    if not speed and not commitments:
        return bids
    return replace(bids or BidPrices(), speed=speed, commitments=commitments)


def _speed(by_name: dict[str, SpeedValue], orders: Iterable[Order]) -> Iterator[SpeedValue]:
    if "" in by_name:
        yield by_name[""]
    for order in orders:
        # A repetition is named after the first: `A#2`, with more signs behind it where that name was taken.
        name = order.order if order.order in by_name else order.order.rstrip("#").rpartition("#")[0]
        if name in by_name and name:
            yield replace(by_name[name], order=order.order)
