"""The report of a promise record: what was stated, what became of it, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from doorstep.documents.report.page import dress, write_page
from doorstep.documents.report.promise_charts import choices_chart, reliability_chart, span, weeks_chart
from doorstep.documents.report.tiles import Tile, Verdict
from doorstep.documents.report.wording import count, counted, day, decimal, percent, percent_ppm
from doorstep.domain.demand import Brand
from doorstep.kernels.promise.calendars import EPOCH_ORDINAL
from doorstep.kernels.promise.record import RecordParams
from doorstep.kernels.promise.recorded import Group, GroupKind, Record

STYLES = ("page.css", "figures.css", "pack.css", "cartons.css", "record.css", "print.css")
SHOWN = 40  # groups of a kind; record.json has them all
KINDS: tuple[tuple[GroupKind, str], ...] = (
    ("carrier", "Carrier"),
    ("service", "Service"),
    ("lane", "Lane"),
    ("destination_region", "Region of the destination"),
    ("month", "Month"),
)
NAMES = {"all": "all parcels", "carrier": "carrier", "service": "service", "lane": "lane"}
NAMES |= {"destination_region": "region"}


@dataclass(frozen=True, slots=True)
class RecordReport:
    brand: Brand
    record: Record
    params: RecordParams
    data_version: str
    seed: int


def write_record_report(path: Path, report: RecordReport) -> None:
    """Write one self-contained HTML page."""
    record = report.record
    decided = record.overall.figures.on_time_rate is not None
    charts = (reliability_chart(record), choices_chart(record, report.brand.currency)) if record.reliability else ()
    contents = {
        **dress(STYLES, ()),
        "report": report,
        "headline": headline(record),
        "tiles": tiles(record) if decided else (),
        "decided": decided,
        "weeks": weeks_chart(record) if decided else None,
        "charts": charts,
        "alarms": alarms(record),
        "tables": [(name, *group_rows(record.of(by))) for by, name in KINDS if record.of(by)],
        "worst": worst_rows(record),
        "excuses": excuse_rows(record),
        "count": count,
        "counted": counted,
        "decimal": decimal,
        "percent_ppm": percent_ppm,
        "day": lambda number: day(date.fromordinal(EPOCH_ORDINAL + number)),
    }
    write_page(path, "promise_record.html", contents)


def headline(record: Record) -> str:
    """Say in a sentence whether promises hold."""
    own, gap = record.overall.figures, record.overall.gap_interval
    if not own.n:
        return "No promise of the past could be told: there is no history yet."
    if own.on_time_rate is None or gap is None:
        return f"{counted(own.n, 'promise')} of the past, and none of them decided yet."
    kept = f"{percent(own.on_time_rate)} of {counted(own.decided, 'date')} were kept"
    kept += f"; {percent(own.stated or 0.0)} was stated"
    if gap.high < 0:
        return f"{kept}. That is surely fewer than stated."
    if gap.low > 0:
        return f"{kept}. That is surely more than stated: dates could be earlier."
    return f"{kept}. The difference is within what chance allows."


def tiles(record: Record) -> tuple[Tile, ...]:
    """Give the figures at the top of the page."""
    own, shop = record.overall.figures, record.shop
    gap = record.overall.gap_interval
    verdict: Verdict = "worse" if gap and gap.high < 0 else ""
    blocks = "weeks drawn anew" if record.overall.interval and record.overall.interval.method != "wilson" else "Wilson"
    excused = own.on_time_rate_without_excused
    own_dates = "–" if shop.on_time_rate is None else percent(shop.on_time_rate)
    promised = "" if shop.mean_promised_days is None else f"{decimal(shop.mean_promised_days, 1)} days, "
    return (
        Tile("On time", percent(own.on_time_rate or 0.0), f"{span(record.overall.interval)} ({blocks})", verdict),
        Tile("Stated", percent(own.stated or 0.0), f"target {percent_ppm(record.target_ppm)}"),
        Tile(
            "Without excused", "–" if excused is None else percent(excused), f"{counted(own.excused, 'parcel')} excused"
        ),
        Tile("Days promised", decimal(own.mean_promised_days or 0.0, 1), f"{count(own.open)} not decided yet"),
        Tile("Shop’s own dates", own_dates, f"on time; {promised}{counted(shop.n, 'parcel')}"),
    )


def group_rows(groups: Sequence[Group]) -> tuple[list[tuple[str, ...]], int]:
    """Rows of a table of groups, those with most parcels first, and how many are not shown."""
    ranked = sorted(groups, key=lambda one: (-one.figures.n, one.key))
    if groups and groups[0].by == "month":
        ranked = list(groups)
    rows: list[tuple[str, ...]] = [
        (
            one.key or "not recorded",
            count(one.figures.decided),
            "–" if one.figures.on_time_rate is None else percent(one.figures.on_time_rate),
            span(one.interval) + ("" if one.interval is None or one.interval.method == "wilson" else " *"),
            "–" if one.figures.stated is None else percent(one.figures.stated),
            _points(one.gap),
            decimal(one.figures.mean_promised_days or 0.0, 1),
            "worse" if one.gap_interval and one.gap_interval.high < 0 else "",
        )
        for one in ranked[:SHOWN]
    ]
    return rows, max(0, len(ranked) - SHOWN)


def _points(gap: float | None) -> str:
    if gap is None:
        return "–"
    return ("+" if gap > 0 else "") + decimal(gap * 100, 1)


def alarms(record: Record) -> list[tuple[str, ...]]:
    """Rows of alarms, the last ones first."""
    found = [(alarm, chart) for chart in record.drift for alarm in chart.alarms]
    found.sort(key=lambda pair: (-pair[0].raised_day, pair[1].by, pair[1].key))
    return [
        (
            _date(alarm.raised_day),
            f"{NAMES[chart.by]} {chart.key}".strip(),
            "fewer kept than stated" if alarm.direction == "later" else "more kept than stated",
            _points(alarm.gap),
            f"{_date(alarm.since_day)}, {count(round(alarm.promises))} promises’ worth",
            "still on" if alarm.cleared_day is None else _date(alarm.cleared_day),
        )
        for alarm, chart in found
    ]


def _date(number: int) -> str:
    return date.fromordinal(EPOCH_ORDINAL + number).isoformat()


def worst_rows(record: Record) -> list[tuple[str, ...]]:
    """Rows of the groups that fall shortest."""
    return [
        (
            f"{NAMES[one.group.by]} {one.group.key or 'not recorded'}",
            count(one.group.figures.decided),
            _points(one.gap_shrunk),
            _points(one.group.gap),
            "–" if one.group.gap_interval is None else
            f"{_points(one.group.gap_interval.low)} to {_points(one.group.gap_interval.high)}",
            "sure" if one.sure else "may be chance",
        )
        for one in record.worst.groups
    ]  # fmt: skip


def excuse_rows(record: Record) -> list[tuple[str, ...]]:
    """Rows of declared disruptions."""
    found: list[tuple[str, ...]] = []
    for use in record.excuses:
        what = use.declared.what
        fields = (what.country, what.region, what.postcode_prefix, what.site, what.carrier, what.service)
        where = ", ".join(part for part in fields if part) or "everywhere"
        found.append(
            (
                use.declared.reason or use.declared.kind,
                f"{what.starts_on} to {what.ends_on}, {where}",
                count(use.met),
                count(use.late),
                count(use.excused) if use.declared.excuses else "does not excuse",
                f"{count(use.told_before)} promised knowing of it, {count(use.told_after)} past when it was declared",
            )
        )
    return found
