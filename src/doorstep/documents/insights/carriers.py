"""Carriers on the page of insight: the figures of their report, fewer of them."""

from __future__ import annotations

from dataclasses import replace

from doorstep.documents.insights.page import InsightPage, Section, table, tables
from doorstep.documents.report.carrier_charts import control, day, forest
from doorstep.documents.report.carriers_report import (
    CarriersReport,
    cost_row,
    headline,
    lane_rows,
    length_row,
    other_row,
    pair_row,
    pairs_by_sureness,
    shares_row,
    standing_row,
    tiles,
    whose_row,
)
from doorstep.documents.report.wording import count, decimal, percent
from doorstep.kernels.learn.carrier_record import Chart, Investigation, Standing

CHARTS = 6  # of the services to look at first


def carriers_page(report: CarriersReport) -> InsightPage:
    """Lay out the record of carriers."""
    record, level = report.record, percent(report.params.level, 0)
    ranked = sorted(record.standings, key=lambda one: (one.group, one.rank or len(record.standings) + 1, one.service))
    left_out = "; ".join(f"{reason} ({count(number)})" for reason, number in sorted(record.left_out.items()))
    sections = (
        _ranking(report, ranked, level),
        _watch(report),
        Section(
            "pairs",
            "Is A really better than B?",
            tables=tables(
                table(
                    "Services two by two",
                    ("A", "B", "Lanes shared", "Parcels there", "A is better", "Points", f"{level} interval"),
                    (pair_row(one) for one in pairs_by_sureness(record.comparisons)),
                    words=2,
                    most=20,
                )
            ),
            empty="There are no two services to compare.",
        ),
        Section(
            "lanes",
            "Lanes, the worst first",
            tables=tables(
                table(
                    "Services on lanes",
                    ("Lane", "Service", "Parcels", "Late", "On time", f"{level} interval"),
                    lane_rows(record),
                    words=2,
                    most=20,
                )
            ),
            empty=f"No service has {report.params.least_parcels} parcels on one lane.",
        ),
        _costs(report, ranked),
    )
    return InsightPage(headline(record), tiles(report), sections, READING, left_out)


def _ranking(report: CarriersReport, ranked: list[Standing], level: str) -> Section:
    sure = f"{level} interval"
    heads = ("Service", "Group", "Rank", "Rank between", "Parcels", "On time", sure, "Raw", "Is best", "Mix served")
    whose = ("Service", "Late in all", "Never came", "Handed over late", "Late of those", "Late by the carrier")
    others = ("Service", "Undamaged", sure, "Told", "First attempt", sure, "Told")
    told = [one for one in ranked if one.undamaged or one.first_attempt]
    return Section(
        "ranking",
        "Ranking",
        (forest(ranked, report.params.level),) if any(one.on_time for one in ranked) else (),
        tables(
            table("Services, the best first", heads, map(standing_row, ranked)),
            table("Lateness by whose doing it is", whose, map(whose_row, ranked)),
            table("Undamaged, and there at the first attempt", others, map(other_row, told)),
        ),
        note=f"Point and line: the share on time had the service carried all parcels of its group, and its {sure}."
        " Ring: the raw share of what was handed over in time.",
        empty="No parcel is decided yet.",
        wide=True,
    )


def _watch(report: CarriersReport) -> Section:
    record, params = report.record, report.params
    drawn = [one for one in record.charts if one.state != "too few weeks"]
    drawn.sort(key=lambda one: (one.alarm_day is None, one.service))
    looked = ("Service", "Alarm", "Since", "Due", "Late", "Expected")
    again = f"Weeks to notice odds times {decimal(params.worse_odds, 1)}"
    unwatched = [one.service for one in record.charts if one.state == "too few weeks"]
    return Section(
        "watch",
        "Control charts",
        tuple(control(one, f"control-{place}") for place, one in enumerate(drawn[:CHARTS])),
        tables(
            replace(table("To look into", looked, map(_case_row, record.investigations)), of_cases=True),
            table(
                "Average run lengths, simulated", ("Service", "Weeks between false alarms", again), map(_length, drawn)
            ),
        ),
        note=f"Too few weeks: {', '.join(unwatched)}." if unwatched and drawn else "",
        empty=f"No service has {params.least_weeks} weeks before the last {params.watch_weeks}, for a chart to know"
        " what is usual.",
    )


def _length(one: Chart) -> tuple[str, ...]:
    return length_row(one.service, one.weeks_between_false_alarms, one.weeks_to_alarm)


def _case_row(one: Investigation) -> tuple[str, ...]:
    days = day(one.alarm_day), day(one.since_day)
    return (one.service, *days, count(one.due), count(one.late), decimal(one.expected, 1))


def _costs(report: CarriersReport, ranked: list[Standing]) -> Section:
    paid = [cost_row(one, report.brand.currency) for one in ranked if one.freight_parcels]
    heads = (
        "Service",
        "Parcels with freight",
        "Freight a parcel",
        "Freight a kept promise",
        "With what late ones cost",
    )
    heads_of_shares = ("Service", "Decided parcels", "Share of eligible orders", "Dearer at most")
    shares = [shares_row(one, report.brand.currency) for one in report.exploration]
    return Section(
        "kept",
        "What a kept promise costs",
        tables=tables(
            table("Cost per kept promise", heads, paid),
            table("Services to be measured more", heads_of_shares, shares),
        ),
        empty="No freight is told.",
    )


READING = (
    (
        "On time",
        "Delivered by the promised day, of all parcels that were handed over in time and whose day has passed. What"
        " never came counts as late. Adjusted: had the service carried every parcel of its group.",
    ),
    (
        "Handed over late",
        "After the day of the plan, or that of the history. Those parcels say nothing of the carrier, and are left out"
        " of its rate.",
    ),
    (
        "Tracked",
        "Parcels of services that are not tracked are left out, unless the history tells when they came.",
    ),
    ("Group", "Services that share lanes, by a chain at least. Between groups nothing can be compared."),
    (
        "Sum of weeks",
        "Each week adds by how many deviations more parcels were late than expected, less half a deviation. Above its"
        " limit the service is to be looked into.",
    ),
)
