"""Commitment prices of a folder, as the plan of a day weighs them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from doorstep.domain.bids import BidPrices, CommitmentPrice
from doorstep.domain.commitment import DatedCommitmentPrice


def commitment_prices_on(prices: Iterable[DatedCommitmentPrice], day: date) -> BidPrices | None:
    """Give the prices that hold on a day; None: there are none, and nothing is weighed."""
    found = tuple(
        CommitmentPrice(one.carrier, one.service, one.price_micros)
        for one in prices
        if (one.valid_from or date.min) <= day <= (one.valid_to or date.max)
    )
    return BidPrices(commitments=found) if found else None
