"""Backtest promises on the history of a brand folder: read what that needs, walk forward, tell the figures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from math import isnan
from pathlib import Path

from doorstep.compute import peak_memory_mb
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.units import PPM
from doorstep.files import build
from doorstep.files.faults import Faults
from doorstep.files.folder import collector_at_rest, read_tables
from doorstep.files.rules_tariff import RULES
from doorstep.files.schema_carriage import SERVICES
from doorstep.files.schema_demand import BRAND, HISTORY
from doorstep.kernels.promise.all_methods import DEFAULT, method_named
from doorstep.kernels.promise.backtest import Figures, Rate, figures, shop_figures
from doorstep.kernels.promise.calendars import EPOCH_ORDINAL
from doorstep.kernels.promise.history import History, SetAside, history_of
from doorstep.kernels.promise.methods import Span
from doorstep.kernels.promise.walk import walk
from doorstep.kernels.run import Progress, Run

_WANTED = (BRAND, replace(SERVICES, optional=True), HISTORY)


@dataclass(frozen=True, slots=True)
class Asked:
    """Days of a backtest as dates, the probability asked for, and by which method; the empty method is the default."""

    calibrate_from: date
    train_until: date
    test_from: date
    test_until: date
    target_ppm: int
    method: str = ""
    delivered_only: bool = False

    def span(self) -> Span:
        return Span(*map(_day, (self.calibrate_from, self.train_until, self.test_from, self.test_until)))


def promise_backtest(
    folder: Path, asked: Asked, *, run: Run, stopwatch: Callable[[], float], today: date
) -> dict[str, object]:
    """Return the figures by their names in docs/formats.md.

    Raises InputRefused with every fault, or InvalidProblem where dates, method or history do not allow a backtest.
    """
    start = stopwatch()
    span, method = asked.span(), method_named(asked.method or DEFAULT)
    if not 0 < asked.target_ppm < PPM:
        raise InvalidProblem("the target is a probability between 0 and 1, both excluded, such as 0.9")
    history, aside, version, carriers = read_history(folder, today, run.progress)
    if not len(history):
        left_out = f"; {aside.total:,} parcels were set aside" if aside.total else ""
        raise InvalidProblem(f"history.csv has no parcel to learn from{left_out}")
    loaded = stopwatch()
    walked = walk(
        history, method, span, (asked.target_ppm,), run, given_arrival=asked.delivered_only, carriers=carriers
    )
    shop = shop_figures(walked, asked.target_ppm)
    return {
        "method": method.name,
        "target": asked.target_ppm / PPM,
        "delivered_only": asked.delivered_only,
        "calibrate_from": asked.calibrate_from.isoformat(),
        "train_until": asked.train_until.isoformat(),
        "test_from": asked.test_from.isoformat(),
        "test_until": asked.test_until.isoformat(),
        **told(figures(walked, asked.target_ppm)),
        "shop": None if shop is None else told(shop),
        "history_parcels": len(history),
        "set_aside": aside.total,
        "set_aside_by_reason": dict(sorted(aside.counts.items())),
        "set_aside_named": {reason: list(codes) for reason, codes in sorted(aside.named.items())},
        "seconds_reading": round(loaded - start, 3),
        "seconds": round(stopwatch() - start, 3),
        "peak_memory_mb": peak_memory_mb(),
        "data_version": version,
    }


def read_history(folder: Path, today: date, progress: Progress) -> tuple[History, SetAside, str, dict[str, str]]:
    """Read brand, services and history of a folder, nothing else: columns, what was set aside, version, carriers.

    What a history tells of days after `today` is set aside.
    """
    with collector_at_rest():
        faults = Faults()
        tables, version = read_tables(folder, _WANTED, faults, progress)
        for rule in RULES:
            rule(tables)
        faults.refuse_if_any()
        history, aside = history_of(build.history(tables.get("history")), _day(today))
        read = tables.get("services")
        pairs = zip(read.values["service"], read.values["carrier"], strict=True) if read is not None else ()
        return history, aside, version, dict(pairs)


def told(found: Figures) -> dict[str, object]:
    """Round figures for JSON: rates to 6 decimals, days to 4; what has no denominator is null."""
    return {
        "n": found.n,
        "delivered": found.delivered,
        "undelivered": found.undelivered,
        "open": found.open,
        "on_time_rate": _rounded(found.on_time_rate, 6),
        "on_time_rate_delivered": _rounded(found.on_time_rate_delivered, 6),
        "mean_promised_days": _rounded(found.mean_promised_days, 4),
        "mean_early_days": _rounded(found.mean_early_days, 4),
        "mean_late_days": _rounded(found.mean_late_days, 4),
        "pinball_loss": _rounded(found.pinball_loss, 4),
        "coverage_by_month": _rates(found.coverage_by_month),
        "coverage_by_region": _rates(found.coverage_by_region),
        "mean_monthly_deviation": _rounded(found.mean_monthly_deviation, 6),
        "worst_region": found.worst_region or None,
        "intervals": {
            name: [_rounded(end, 6 if name.startswith("on_time") else 4) for end in ends]
            for name, ends in found.intervals.items()
        },
    }


def _rates(rates: dict[str, Rate]) -> dict[str, object]:
    return {name: {"n": one.n, "rate": _rounded(one.rate, 6)} for name, one in rates.items()}


def _rounded(value: float, places: int) -> float | None:
    return None if isnan(value) else round(value, places)


def _day(one: date) -> int:
    return one.toordinal() - EPOCH_ORDINAL
