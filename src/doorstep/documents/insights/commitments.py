"""Commitments of all brands together, as the tower shows them to the operator."""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.documents.insights.page import InsightPage, Section, table, tables
from doorstep.documents.report.commitments_charts import accounts_chart
from doorstep.documents.report.commitments_report import (
    CommitmentsReport,
    headline,
    share_rows,
    tiles,
    worth_rows,
)
from doorstep.documents.report.wording import count

WORTHS = ("Commitment", "Account", "Kind", "Shadow price", "A parcel more", "A parcel less", "Aim kept")
SHARES = ("Lane", "Service", "Share", "Parcels", "Price", "Commitment price")


@dataclass(frozen=True, slots=True)
class PooledReport:
    """The plan of an operator; `brands` are those pooled, each with its parcels of the months before."""

    report: CommitmentsReport
    brands: tuple[tuple[str, int], ...]
    months: int


def commitments_page(pooled: PooledReport) -> InsightPage:
    """Lay out where each account stands, what a parcel more is worth, and what does not go the cheapest way."""
    report = pooled.report
    currency = report.brand.currency
    bent = [one for one in report.shares if not one.cheapest]
    key = currency.code.lower()  # a page may show plans in several
    lines = tuple((name, count(parcels)) for name, parcels in pooled.brands)
    sections = (
        Section(
            f"accounts-{key}",
            "Accounts against their tiers",
            (accounts_chart(report.accounts, currency, f"accounts-{key}"),) if report.accounts else (),
            note=LINES if report.accounts else "",
            empty="Nothing was planned.",
            wide=True,
        ),
        Section(
            f"worths-{key}",
            "What one parcel more is worth",
            tables=tables(table("Contracts and their shadow prices", WORTHS, worth_rows(report), words=3)),
            empty="No commitment was planned.",
        ),
        Section(
            f"shares-{key}",
            "What does not go the cheapest way",
            tables=tables(table("Shares that contracts bend", SHARES, share_rows(report, bent), words=2)),
            empty="Every lane goes the cheapest way.",
        ),
        Section(
            f"pooled-{key}",
            "Whose parcels count",
            tables=tables(table("Parcels of each brand", ("Brand", f"Parcels in {pooled.months} months"), lines)),
        ),
    )
    shown = tiles(report)[:-1] if report.accounts else ()  # no period is replayed here
    return InsightPage(headline(report), shown, sections, READING, " ".join(report.notices).rstrip("."))


LINES = (
    "Bar: booked so far. The upper line: where the period ends if parcels go on as before; the lower one: as planned. "
    "Lines span eight of ten scenarios. Dashes: tiers."
)
READING = (
    (
        "Shadow price",
        "What one more unit of volume changes in the expected cost of the plan: below nothing, it saves. Of a contract "
        "on spend it is a percent of the price.",
    ),
    (
        "A parcel more, a parcel less",
        "The same for a whole parcel booked more or less on the account, the rest planned anew within the same tiers.",
    ),
    (
        "Aim kept",
        "The share of scenarios in which the plan ends in the highest tier that it reaches in at least half of them; "
        "of a minimum and a cap, in which it is kept.",
    ),
    ("Commitment price", "What a parcel weighs beside its cost, if it is put in force. Nobody pays it."),
)
