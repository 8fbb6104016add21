"""What positioning writes: placement.csv, transfers.csv, purchases.csv and frontier.csv."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from doorstep.domain.money import Currency
from doorstep.domain.placement import BulkMove, NextSite, Point, Purchase, Shelf
from doorstep.files.write import write_csv

PLACEMENT_COLUMNS = ("site", "sku", "target", "reorder_point", "why", "next_unit_worth")
TRANSFER_COLUMNS = ("origin_site", "destination_site", "sku", "quantity", "worth", "worth_each", "expected_on")
PURCHASE_COLUMNS = ("site", "sku", "quantity", "expected_on")
FRONTIER_COLUMNS = ("share_within_days", "total_cost")
NEXT_COLUMNS = (
    "name",
    "country",
    "latitude",
    "longitude",
    "saving_month",
    "net_month",
    "share_within_days",
    "share_sent",
)
SHARE_DECIMALS = 6


def write_position(
    folder: Path,
    shelves: Sequence[Shelf],
    moved: Sequence[BulkMove],
    bought: Sequence[Purchase],
    points: Sequence[Point],
    currency: Currency,
) -> None:
    """Write the four files into a folder that exists."""
    write_csv(
        folder / "placement.csv",
        PLACEMENT_COLUMNS,
        ((one.site, one.sku, one.target, one.reorder, one.why, currency.text(one.next_minor)) for one in shelves),
    )
    write_csv(
        folder / "transfers.csv",
        TRANSFER_COLUMNS,
        (
            (
                one.origin,
                one.destination,
                one.sku,
                one.quantity,
                currency.text(round(one.worth_minor)),
                currency.text(round(one.worth_minor / one.quantity)),
                one.expected.isoformat(),
            )
            for one in moved
        ),
    )
    write_csv(
        folder / "purchases.csv",
        PURCHASE_COLUMNS,
        ((one.site, one.sku, one.quantity, one.expected and one.expected.isoformat()) for one in bought),
    )
    write_csv(
        folder / "frontier.csv",
        FRONTIER_COLUMNS,
        ((round(one.within, SHARE_DECIMALS), currency.text(one.cost_minor)) for one in points),
    )


def write_next_sites(path: Path, found: Sequence[NextSite], currency: Currency) -> None:
    """Write candidates for another site, as they are ranked."""
    write_csv(
        path,
        NEXT_COLUMNS,
        (
            (
                one.candidate.name,
                one.candidate.place.country,
                one.candidate.place.latitude,
                one.candidate.place.longitude,
                currency.text(one.saving_minor),
                None if one.net_minor is None else currency.text(one.net_minor),
                round(one.within, SHARE_DECIMALS),
                round(one.share, SHARE_DECIMALS),
            )
            for one in found
        ),
    )
