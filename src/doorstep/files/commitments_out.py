"""What `doorstep commitments` writes: names of its columns, and how a cell is written."""

from __future__ import annotations

SHARE_COLUMNS = (
    "until", "site", "country", "zones", "over_g", "up_to_g", "speed", "delivers_to", "parcels", "service", "carrier",
    "account", "price", "commitment_price", "share", "cheapest",
)  # fmt: skip
PRICE_COLUMNS = (
    "commitment", "carrier", "account", "service", "kind", "measure", "starts_on", "ends_on", "booked", "as_before",
    "as_before_low", "as_before_high", "as_planned", "as_planned_low", "as_planned_high", "next_volume", "reached",
    "worth", "worth_of_spend", "parcel_more", "parcel_less",
)  # fmt: skip
REGRET_COLUMNS = (
    "commitments", "first", "last", "parcels", "planned", "greedy", "hindsight", "hindsight_gap", "regret",
    "greedy_regret",
)  # fmt: skip
COMMITMENT_PRICE_COLUMNS = ("carrier", "service", "price", "valid_from", "valid_to")
FILES = ("shares.csv", "prices.csv", "regret.csv", "commitment_prices.csv")


def major(minor: float, micros_per_minor: int) -> str:
    """Write an amount of minor units in major ones, to the micro: it may be part of a minor unit."""
    text = f"{round(minor * micros_per_minor) / 1_000_000:.6f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def plain(number: float, digits: int = 1) -> str:
    """Write a number that is no money."""
    text = f"{number:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
