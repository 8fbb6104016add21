"""The report of carriers: who keeps promises, how sure that is, whose doing lateness is, what to look into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from doorstep.documents.report.carrier_charts import control, day, forest, span
from doorstep.documents.report.page import dress, write_page
from doorstep.documents.report.tiles import Tile
from doorstep.documents.report.wording import amount, count, counted, decimal, percent
from doorstep.domain.demand import Brand
from doorstep.domain.money import Currency
from doorstep.kernels.learn.carrier_record import CarrierParams, CarrierRecord, Comparison, Standing
from doorstep.kernels.learn.explore import Proposal

STYLES = ("page.css", "figures.css", "pack.css", "cartons.css", "record.css", "carriers.css", "print.css")
SHOWN = 60  # rows of a table; the files have them all
CHARTS = 12
Rows = list[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class CarriersReport:
    """What is told of carriers, and what is proposed to be measured."""

    brand: Brand
    record: CarrierRecord
    params: CarrierParams
    letters: tuple[tuple[str, str], ...]
    exploration: tuple[Proposal, ...]
    data_version: str
    seed: int


def write_carriers_report(path: Path, report: CarriersReport) -> None:
    """Write one self-contained HTML page."""
    record, money = report.record, report.brand.currency
    ranked = sorted(record.standings, key=lambda one: (one.group, one.rank or len(record.standings) + 1, one.service))
    drawn = [one for one in record.charts if one.state != "too few weeks"]
    drawn.sort(key=lambda one: (one.alarm_day is None, one.service))
    contents = {
        **dress(STYLES, ()),
        "report": report,
        "headline": headline(record),
        "tiles": tiles(report),
        "forest": forest(ranked, report.params.level) if any(one.on_time for one in ranked) else None,
        "standings": [standing_row(one) for one in ranked[:SHOWN]],
        "more": max(0, len(ranked) - SHOWN),
        "whose": [whose_row(one) for one in ranked[:SHOWN]],
        "other": [other_row(one) for one in ranked[:SHOWN] if one.undamaged or one.first_attempt],
        "costs": [cost_row(one, money) for one in ranked[:SHOWN] if one.freight_parcels],
        "pairs": [pair_row(one) for one in pairs_by_sureness(record.comparisons)[:SHOWN]],
        "lanes": lane_rows(record),
        "charts": [control(one, f"control-{place}") for place, one in enumerate(drawn[:CHARTS])],
        "lengths": [length_row(one.service, one.weeks_between_false_alarms, one.weeks_to_alarm) for one in drawn],
        "unwatched": [one.service for one in record.charts if one.state == "too few weeks"],
        "cases": list(zip(record.investigations, report.letters, strict=True)),
        "exploration": [shares_row(one, money) for one in report.exploration],
        "left_out": sorted(record.left_out.items()),
        "level": percent(report.params.level, 0),
        "count": count,
        "counted": counted,
        "decimal": decimal,
        "percent": percent,
        "day": day,
    }
    write_page(path, "carriers.html", contents)


def shares_row(one: Proposal, money: Currency) -> tuple[str, str, str, str]:
    """Name a service that is to be measured: decided parcels, share of orders, and what one may cost more at most."""
    extra = amount(money, money.minor(one.most_extra_micros))
    return one.service, count(one.parcels), percent(one.share_ppm / 1_000_000, 2), extra


def headline(record: CarrierRecord) -> str:
    """Say in a sentence how carriers do."""
    if not record.parcels:
        return "No parcel is decided yet: nothing can be said of any carrier."
    late = sum(one.late for one in record.standings)
    shipper = sum(one.late_after for one in record.standings)
    told = (
        f"{count(late)} of {counted(record.parcels, 'parcel')} came late or never; {count(shipper)} of those had been"
    )
    told += " handed over too late."
    if record.investigations:
        return f"{told} {counted(len(record.investigations), 'service')} to be looked into."
    return f"{told} No chart left its limit."


def tiles(report: CarriersReport) -> tuple[Tile, ...]:
    """Give the figures at the top of the page."""
    record = report.record
    late = sum(one.late for one in record.standings)
    shipper = sum(one.late_after for one in record.standings)
    behind = sum(one.shipper_late for one in record.standings)
    ranked = sum(one.rank is not None for one in record.standings)
    each = max(1, record.parcels)
    alarms = len(record.investigations)
    return (
        Tile("Parcels", count(record.parcels), "handed over, and past their promised day"),
        Tile("Kept", percent(1 - late / each), f"{count(late)} late or never, all counted"),
        Tile(
            "Handed over late", percent(behind / each), f"{count(shipper)} of them came late: ours, not the carrier’s"
        ),
        Tile("Services ranked", count(ranked), f"with {report.params.least_parcels} parcels or more"),
        Tile("To look into", count(alarms), "alarms of control charts", "worse" if alarms else ""),
    )


def standing_row(one: Standing) -> tuple[str, ...]:
    """Service, rank, its interval, parcels, adjusted, interval, raw, best, served."""
    rank = "–" if one.rank is None else str(one.rank)
    between = "" if one.rank is None else f"{one.rank_low} to {one.rank_high}"
    adjusted = "too few" if one.on_time is None else percent(one.on_time.mean)
    sure = "" if one.best is None else percent(one.best, 0)
    group = str(one.group + 1)
    raw = "–" if one.raw is None else percent(one.raw)
    return (
        one.service,
        group,
        rank,
        between,
        count(one.parcels),
        adjusted,
        span(one.on_time),
        raw,
        sure,
        _part(one.served),
    )


def _part(share: float) -> str:
    return percent(share, 0)


def whose_row(one: Standing) -> tuple[str, ...]:
    """Service, late, never, handed over late, late of those, late by the carrier."""
    own = one.late - one.late_after
    return tuple((one.service, *map(count, (one.late, one.never, one.shipper_late, one.late_after, own))))


def other_row(one: Standing) -> tuple[str, ...]:
    """Service, undamaged with its interval, first attempt with its interval."""
    found = [one.service]
    for rate, told in ((one.undamaged, one.told_undamaged), (one.first_attempt, one.told_first_attempt)):
        found += ["–" if rate is None else percent(rate.mean), span(rate), count(told)]
    return tuple(found)


def cost_row(one: Standing, money: Currency) -> tuple[str, ...]:
    """Service, freight a parcel, over promises kept, with what late ones cost."""
    each = one.freight_micros // one.freight_parcels
    cells = (each, one.per_kept_micros, one.per_kept_with_late_micros)
    shown = ("none kept" if micros is None else amount(money, money.minor(micros)) for micros in cells)
    return (one.service, count(one.freight_parcels), *shown)


def pairs_by_sureness(found: Sequence[Comparison]) -> list[Comparison]:
    """Sort comparisons, the surest first."""
    return sorted(found, key=lambda one: (one.better is None, -abs((one.better or 0.5) - 0.5), one.a, one.b))


def pair_row(one: Comparison) -> tuple[str, ...]:
    """Name the better one first; say so where no lane is shared."""
    if one.better is None or one.difference is None:
        return one.a, one.b, "0", f"{count(one.parcels_a)} / {count(one.parcels_b)}", "cannot be compared", "", ""
    turned = one.better < 0.5
    a, b = (one.b, one.a) if turned else (one.a, one.b)
    parcels = (one.parcels_b, one.parcels_a) if turned else (one.parcels_a, one.parcels_b)
    mean, low, high = one.difference.mean, one.difference.low, one.difference.high
    if turned:
        mean, low, high = -mean, -high, -low
    sure = percent(1 - one.better if turned else one.better)
    between = f"{decimal(low * 100, 1)} to {decimal(high * 100, 1)}"
    return a, b, count(one.lanes), f"{count(parcels[0])} / {count(parcels[1])}", sure, decimal(mean * 100, 1), between


def lane_rows(record: CarrierRecord) -> Rows:
    """Rows of services on lanes, the worst first."""
    worst = sorted(record.lanes, key=lambda one: (one.on_time.mean, one.service, one.lane))
    return [
        (one.lane, one.service, count(one.parcels), count(one.late), percent(one.on_time.mean), span(one.on_time))
        for one in worst[:SHOWN]
    ]


def length_row(service: str, between: float | None, to: float | None) -> tuple[str, ...]:
    """Service, weeks between false alarms, weeks to an alarm."""
    return service, *("more than could be simulated" if one is None else decimal(one, 0) for one in (between, to))
