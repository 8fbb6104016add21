"""record.json: the record of promises as other programs read it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import orjson

from doorstep.domain.money import Currency
from doorstep.domain.units import PPM
from doorstep.files.output import MARK, RECORD_FILE, WRITER
from doorstep.kernels.promise.calendars import EPOCH_ORDINAL
from doorstep.kernels.promise.recorded import (
    Alarm,
    DriftChart,
    ExcuseUse,
    Figures,
    Group,
    Interval,
    Record,
    TargetChoice,
)

DECIMALS = 4
COUNTS = ("n", "delivered", "decided", "open", "late", "excused")


def write_record(folder: Path, record: Mapping[str, object]) -> None:
    """Write record.json with the mark by which an output of ours is known."""
    marked = {**record, MARK: WRITER}
    (folder / RECORD_FILE).write_bytes(orjson.dumps(marked, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def record_object(record: Record, currency: Currency) -> dict[str, object]:
    """Give the record as JSON has it: rates to four decimals, days as dates, money in major units."""
    return {
        "target": record.target_ppm / PPM,
        "first_day": day_text(record.first_day),
        "last_day": day_text(record.last_day),
        "known_day": day_text(record.known_day),
        **_group(record.overall),
        "shop": figures_object(record.shop),
        "groups": [{"by": one.by, "key": one.key, **_group(one)} for one in record.groups],
        "reliability": [
            {
                "from": one.from_ppm / PPM,
                "to": one.to_ppm / PPM,
                "n": one.n,
                "stated": _short(one.stated),
                "observed": _short(one.observed),
                "interval": _interval(one.interval),
            }
            for one in record.reliability
        ],
        "calibration_error": _short(record.calibration_error),
        "drift": [_chart(one) for one in record.drift],
        "false_alarms_expected": _short(record.false_alarms_expected),
        "worst": {
            "compared": record.worst.compared,
            "below": record.worst.below,
            "below_by_chance": _short(record.worst.below_by_chance),
            "groups": [
                {
                    "by": one.group.by,
                    "key": one.group.key,
                    "gap": _short(one.group.gap),
                    "gap_shrunk": _short(one.gap_shrunk),
                    "gap_interval": _interval(one.group.gap_interval),
                    "sure": one.sure,
                }
                for one in record.worst.groups
            ],
        },
        "what_if": [_choice(one) for one in record.what_if],
        "cheapest_target": None if record.cheapest_ppm is None else record.cheapest_ppm / PPM,
        "excuses": [_excuse(one) for one in record.excuses],
        "currency": currency.code,
    }


def day_text(day: int | None) -> str | None:
    """Write a day since 1970-01-01 as a date."""
    return None if day is None else date.fromordinal(EPOCH_ORDINAL + day).isoformat()


def figures_object(figures: Figures) -> dict[str, object]:
    """Give figures by their names, the means and rates to four decimals."""
    return {
        name: getattr(figures, name) if name in COUNTS else _short(getattr(figures, name)) for name in Figures.__slots__
    }


def _group(group: Group) -> dict[str, object]:
    return {
        **figures_object(group.figures),
        "interval": _interval(group.interval),
        "gap": _short(group.gap),
        "gap_interval": _interval(group.gap_interval),
    }


def _interval(interval: Interval | None) -> dict[str, object] | None:
    if interval is None:
        return None
    return {"low": _short(interval.low), "high": _short(interval.high), "method": interval.method}


def _chart(chart: DriftChart) -> dict[str, object]:
    points = [[day_text(point.day), _short(point.later), _short(point.earlier)] for point in chart.points]
    return {"by": chart.by, "key": chart.key, "alarms": [_alarm(one) for one in chart.alarms], "points": points}


def _alarm(alarm: Alarm) -> dict[str, object]:
    return {
        "direction": alarm.direction,
        "since": day_text(alarm.since_day),
        "raised": day_text(alarm.raised_day),
        "cleared": day_text(alarm.cleared_day),
        "gap": _short(alarm.gap),
        "promises": round(alarm.promises),
    }


def _choice(choice: TargetChoice) -> dict[str, object]:
    return {
        "target": choice.target_ppm / PPM,
        "on_time_rate": _short(choice.figures.on_time_rate),
        "interval": _interval(choice.interval),
        "stated": _short(choice.figures.stated),
        "mean_promised_days": _short(choice.figures.mean_promised_days),
        "pinball_loss": _short(choice.figures.pinball_loss),
        "late_cost": choice.late_cost_micros / PPM,
        "waiting_cost": choice.waiting_cost_micros / PPM,
        "cost": choice.cost_micros / PPM,
        "implied_day_value": None if choice.implied_day_micros is None else choice.implied_day_micros / PPM,
    }


def _excuse(use: ExcuseUse) -> dict[str, object]:
    what = use.declared.what
    return {
        "kind": use.declared.kind,
        "reason": use.declared.reason,
        "excuses": use.declared.excuses,
        "from": what.starts_on.isoformat(),
        "to": what.ends_on.isoformat(),
        "declared": use.declared.declared_on.isoformat(),
        "country": what.country,
        "region": what.region,
        "postcode_prefix": what.postcode_prefix,
        "site": what.site,
        "carrier": what.carrier,
        "service": what.service,
        "met": use.met,
        "late": use.late,
        "excused": use.excused,
        "told_before": use.told_before,
        "told_after": use.told_after,
    }


def _short(value: float | None) -> float | None:
    return None if value is None else round(float(value), DECIMALS)
