"""summary.json, carriers.csv, lanes.csv, pairs.csv and investigations.csv: carriers as other programs read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson

from doorstep.domain.days import day_of
from doorstep.domain.money import Currency
from doorstep.files.output import MARK, SUMMARY_FILE, WRITER
from doorstep.files.write import write_csv
from doorstep.kernels.learn.carrier_record import CarrierRecord, Chart, Comparison, Credible, Investigation, Standing

DECIMALS = 4
CARRIERS = (
    "service", "group", "rank", "rank_low", "rank_high", "best", "parcels", "late", "never", "shipper_late",
    "late_after_shipper", "raw", "on_time", "on_time_low", "on_time_high", "undamaged", "undamaged_low",
    "undamaged_high", "undamaged_told", "first_attempt", "first_attempt_low", "first_attempt_high",
    "first_attempt_told", "served", "freight", "freight_parcels", "per_kept", "per_kept_with_late",
)  # fmt: skip
PAIR_COLUMNS = (
    "a", "b", "lanes", "parcels_a", "parcels_b", "difference", "difference_low", "difference_high", "a_better",
)  # fmt: skip
INVESTIGATIONS = ("case", "service", "alarm", "since", "due", "late", "expected", "worst_lanes", "parcels", "letter")


def day_text(number: int | None) -> str:
    """Write a day as a date; none: empty."""
    return "" if number is None else day_of(number).isoformat()


def short(value: float | None) -> float | None:
    """Round a rate."""
    return None if value is None else round(value, DECIMALS)


def ends(one: Credible | None) -> tuple[float | None, ...]:
    """Mean, low, high."""
    return (None,) * 3 if one is None else (short(one.mean), short(one.low), short(one.high))


def write_carriers(
    folder: Path, record: CarrierRecord, letters: Sequence[tuple[str, str]], told: Mapping[str, object], money: Currency
) -> None:
    """Write all files but the report; `letters`: name of the file and its text, one for each investigation."""
    write_csv(folder / "carriers.csv", CARRIERS, (_row(one, money) for one in record.standings))
    write_csv(
        folder / "lanes.csv",
        ("service", "lane", "parcels", "late", "on_time", "on_time_low", "on_time_high"),
        ((one.service, one.lane, one.parcels, one.late, *ends(one.on_time)) for one in record.lanes),
    )
    write_csv(
        folder / "pairs.csv",
        PAIR_COLUMNS,
        (
            (one.a, one.b, one.lanes, one.parcels_a, one.parcels_b, *ends(one.difference), short(one.better))
            for one in record.comparisons
        ),
    )
    cases = zip(record.investigations, letters, strict=True)
    write_csv(folder / "investigations.csv", INVESTIGATIONS, (_case(n, *one) for n, one in enumerate(cases, 1)))
    if letters:
        (folder / "letters").mkdir()
    for name, text in letters:
        (folder / "letters" / name).write_text(text, encoding="utf-8", newline="\n")
    marked = {**told, MARK: WRITER}
    (folder / SUMMARY_FILE).write_bytes(orjson.dumps(marked, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _row(one: Standing, money: Currency) -> tuple[object, ...]:
    def amount(micros: int | None) -> str | None:
        return None if micros is None else money.text(money.minor(micros))

    return (
        one.service, one.group, one.rank, one.rank_low, one.rank_high, short(one.best), one.parcels, one.late,
        one.never, one.shipper_late, one.late_after, short(one.raw), *ends(one.on_time), *ends(one.undamaged),
        one.told_undamaged, *ends(one.first_attempt), one.told_first_attempt, short(one.served),
        amount(one.freight_micros if one.freight_parcels else None), one.freight_parcels, amount(one.per_kept_micros),
        amount(one.per_kept_with_late_micros),
    )  # fmt: skip


def _case(number: int, one: Investigation, letter: tuple[str, str]) -> tuple[object, ...]:
    lanes = "; ".join(f"{lane}: {late} of {due}, {usual:.1f} expected" for lane, due, late, usual in one.lanes)
    days = day_text(one.alarm_day), day_text(one.since_day)
    counts = one.due, one.late, round(one.expected, 1)
    return (number, one.service, *days, *counts, lanes, " ".join(one.parcels), f"letters/{letter[0]}")


def record_object(record: CarrierRecord, money: Currency) -> dict[str, object]:
    """Give the record as JSON has it: rates to four decimals, days as dates, money in major units as text."""
    return {
        "as_of": day_text(record.as_of_day),
        "parcels": record.parcels,
        "left_out": dict(sorted(record.left_out.items())),
        "carriers": [dict(zip(CARRIERS, _row(one, money), strict=True)) for one in record.standings],
        "pairs": [_pair(one) for one in record.comparisons],
        "charts": [_chart(one) for one in record.charts],
        "investigations": [_investigation(one) for one in record.investigations],
        "sd": {name: short(value) for name, value in record.sd.items()},
        "dispersion": short(record.dispersion),
    }


def _pair(one: Comparison) -> dict[str, object]:
    return {
        "a": one.a,
        "b": one.b,
        "lanes": one.lanes,
        "parcels": [one.parcels_a, one.parcels_b],
        "difference": None if one.difference is None else list(ends(one.difference)),
        "a_better": short(one.better),
        "comparable": one.better is not None,
    }


def _chart(one: Chart) -> dict[str, object]:
    return {
        "service": one.service,
        "state": one.state,
        "alarm": day_text(one.alarm_day) or None,
        "since": day_text(one.since_day) or None,
        "scatter": short(one.scatter),
        "limit": short(one.limit),
        "weeks_between_false_alarms": short(one.weeks_between_false_alarms),
        "weeks_to_alarm": short(one.weeks_to_alarm),
        "weeks": [
            {
                "monday": day_text(week.first_day),
                "due": week.due,
                "late": week.late,
                "expected": short(week.expected),
                "watched": week.watched,
                "sum": short(week.sum),
            }
            for week in one.weeks
        ],
    }


def _investigation(one: Investigation) -> dict[str, object]:
    return {
        "service": one.service,
        "alarm": day_text(one.alarm_day),
        "since": day_text(one.since_day),
        "due": one.due,
        "late": one.late,
        "expected": short(one.expected),
        "lanes": [
            {"lane": lane, "due": due, "late": late, "expected": short(usual)} for lane, due, late, usual in one.lanes
        ],
        "parcels": list(one.parcels),
    }
