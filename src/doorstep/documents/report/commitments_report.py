"""The report of volume commitments: where each account stands, what is shared to whom, what planning is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from doorstep.documents.report.commitments_charts import Account, Past, accounts_chart, periods_chart
from doorstep.documents.report.page import dress, write_page
from doorstep.documents.report.tiles import Tile
from doorstep.documents.report.wording import amount, change, count, counted, day, decimal, percent
from doorstep.domain.demand import Brand

STYLES = ("page.css", "figures.css", "pack.css", "cartons.css", "record.css", "commitments.css", "print.css")
SHOWN = 40  # lanes; shares.csv has them all
KINDS = {
    "all_units": "rebate on all",
    "incremental": "rebate beyond each tier",
    "minimum": "minimum",
    "cap": "cap",
}


@dataclass(frozen=True, slots=True)
class Share:
    """What is planned of a lane's parcels."""

    lane: str
    parcels: float
    service: str
    share: float
    price_minor: float
    weight_minor: float
    cheapest: bool


@dataclass(frozen=True, slots=True)
class CommitmentsReport:
    """All that the page says. Amounts are in minor units."""

    brand: Brand
    as_of: date
    weeks: int
    accounts: tuple[Account, ...]
    shares: tuple[Share, ...]
    past: tuple[Past, ...]
    expected_minor: float
    cheapest_minor: float
    gap: float
    notices: tuple[str, ...]
    data_version: str
    seed: int


def write_commitments_report(path: Path, report: CommitmentsReport) -> None:
    """Write one self-contained HTML page."""
    bent = [one for one in report.shares if not one.cheapest]
    contents = {
        **dress(STYLES, ()),
        "report": report,
        "headline": headline(report),
        "tiles": tiles(report) if report.accounts else (),
        "accounts": accounts_chart(report.accounts, report.brand.currency) if report.accounts else None,
        "periods": periods_chart(report.past, report.brand.currency) if report.past else None,
        "worths": worth_rows(report),
        "bent": share_rows(report, bent),
        "left": max(0, len(bent) - SHOWN),
        "count": count,
        "counted": counted,
        "percent": percent,
        "day": day,
        "kinds": KINDS,
    }
    write_page(path, "commitments.html", contents)


def headline(report: CommitmentsReport) -> str:
    """Say in a sentence what the plan is worth."""
    currency = report.brand.currency
    if not report.accounts:
        return "No commitment runs on this day, or nothing was shipped before it."
    saved = round(report.cheapest_minor - report.expected_minor)
    if saved <= 0:
        return "The cheapest way for each parcel is the best for every contract, too."
    return (
        f"{amount(currency, saved)} less are expected, rebates and penalties counted, "
        "than if every parcel went the cheapest way."
    )


def tiles(report: CommitmentsReport) -> tuple[Tile, ...]:
    """Give the figures at the top of the page."""
    currency = report.brand.currency
    moved = sum(one.share * one.parcels for one in report.shares if not one.cheapest)
    total = sum(one.share * one.parcels for one in report.shares)
    saved = sum(one.greedy_minor - one.planned_minor for one in report.past)
    return (
        Tile("Expected cost", amount(currency, round(report.expected_minor)), "to the ends of the periods, settled"),
        Tile("Cheapest way", amount(currency, round(report.cheapest_minor)), "for each parcel, settled alike"),
        Tile("Moved", percent(moved / total if total else 0.0), "of parcels are not sent the cheapest way"),
        Tile("Gap", percent(report.gap, 2), "no shares are cheaper by more than this"),
        Tile(
            "Past periods",
            change(currency, -round(saved)) if report.past else "–",
            f"against the cheapest way, {counted(len(report.past), 'period')}" if report.past else "none to replay",
            "worse" if saved < 0 else "",
        ),
    )


def worth_rows(report: CommitmentsReport) -> list[tuple[str, ...]]:
    """Rows of what one parcel more is worth to each commitment."""
    return [
        (
            one.name,
            one.whose,
            KINDS[one.kind],
            _cents(report, one.worth_minor) if not one.in_spend else f"{decimal(one.worth_minor * 100, 2)} %",
            _cents(report, one.more_minor),
            _cents(report, one.less_minor),
            percent(one.reached, 0),
        )
        for one in report.accounts
    ]


def _cents(report: CommitmentsReport, minor: float | None) -> str:
    if minor is None:
        return "–"
    currency = report.brand.currency
    return f"{decimal(minor / 10**currency.digits, currency.digits + 1)} {currency.code}"


def share_rows(report: CommitmentsReport, bent: Sequence[Share]) -> list[tuple[str, ...]]:
    """Rows of the lanes that a contract bends, those of most parcels first."""
    ranked = sorted(bent, key=lambda one: (-one.share * one.parcels, one.lane, one.service))
    return [
        (
            one.lane,
            one.service,
            percent(one.share, 0),
            count(round(one.share * one.parcels)),
            _cents(report, one.price_minor),
            _cents(report, one.weight_minor),
        )
        for one in ranked[:SHOWN]
    ]
