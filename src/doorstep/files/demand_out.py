"""What foreseen demand writes: demand.csv, demand_total.csv, shares.csv, backtest.csv and summary.json's object."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from doorstep.domain.errors import Fault, InputRefused
from doorstep.domain.units import PPM
from doorstep.files.output import SUMMARY_FILE
from doorstep.kernels.learn.demand_backtest import BacktestRow
from doorstep.kernels.learn.demand_problem import DAYS, Choice, Recipe
from doorstep.kernels.learn.demand_result import DemandForecast, Rival, Verdict

EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
DECIMALS = 4
WEEK_COLUMNS = ("kind", "name", "region", "week", "mean")
TOTAL_COLUMNS = ("kind", "name", "region", "from", "weeks", "mean")
BACKTEST_COLUMNS = (
    "by", "key", "model", "n", "units", "foreseen", "mase", "mase_median", "pinball", "below_90", "at_or_below_90",
)  # fmt: skip


def day_text(day: int) -> str:
    """Write a day since 1970-01-01 as a date."""
    return date.fromordinal(EPOCH_ORDINAL + day).isoformat()


def write_demand(folder: Path, found: DemandForecast) -> None:
    """Write demand.csv, demand_total.csv and shares.csv into a folder that exists."""
    levels = [level_name(level) for level in found.quantiles_ppm]
    weeks = [day_text(found.first_day + DAYS * ahead) for ahead in range(found.mean.shape[1])]
    served = [(found.classes[at].name, found.classes[at].method) for at in found.class_of]
    _write(
        folder / "demand.csv",
        (*WEEK_COLUMNS, *levels, "class", "method"),
        (
            (key.kind, key.name, key.region, week, _short(found.mean[row, ahead]),
             *(f"{value:.0f}" for value in found.quantile[row, ahead]), *served[row])
            for row, key in enumerate(found.series)
            for ahead, week in enumerate(weeks)
        ),
    )  # fmt: skip
    _write(
        folder / "demand_total.csv",
        (*TOTAL_COLUMNS, *levels),
        (
            (key.kind, key.name, key.region, weeks[0], len(weeks), _short(found.total_mean[row]),
             *(f"{value:.0f}" for value in found.total_quantile[row]))
            for row, key in enumerate(found.series)
        ),
    )  # fmt: skip
    _write(
        folder / "shares.csv",
        ("sku", "category", "share"),
        ((one.sku, one.category, f"{one.share:.9f}") for one in found.parts),
    )


def write_backtest(folder: Path, rows: Iterable[BacktestRow]) -> None:
    """Write backtest.csv."""
    _write(folder / "backtest.csv", BACKTEST_COLUMNS, (_backtest_row(row) for row in rows))


def level_name(level_ppm: int) -> str:
    """Name the column of a quantile: q50, q97.5."""
    return f"q{level_ppm / (PPM / 100):g}"


def _backtest_row(row: BacktestRow) -> tuple[object, ...]:
    key = day_text(int(row.key)) if row.by == "week" else row.key
    below, at_or_below = next(((low, high) for level, low, high in row.covered if level == 900_000), (None, None))
    figures = (row.foreseen, row.mase, row.mase_median, row.pinball, below, at_or_below)
    return (row.by, key, row.model, row.n, row.units, *map(_short, figures))


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.{DECIMALS + 2}f}"


def _write(path: Path, columns: Sequence[str], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        writer.writerows(rows)


def demand_object(found: DemandForecast, rows: Sequence[BacktestRow], serving: Recipe) -> dict[str, object]:
    """Say a forecast as summary.json has it."""
    return {
        "from": day_text(found.first_day),
        "weeks": int(found.mean.shape[1]),
        "series": len(found.series),
        "units_foreseen": round(float(found.total_mean.sum()), DECIMALS),
        "served": found.served,
        "published": found.verdict.published,
        "verdict": _verdict(found.verdict),
        "classes": [
            {
                "class": one.name, "series": one.series, "method": one.method, "size": one.size,
                "total_size": one.total_size, "losses": {name: round(lost, 6) for name, lost in one.losses},
            }
            for one in found.classes
        ],
        "backtest": [
            {
                "model": row.model, "n": row.n, "units": row.units, "foreseen": round(row.foreseen, DECIMALS),
                "mase": _rounded(row.mase), "mase_median": _rounded(row.mase_median), "pinball": round(row.pinball, 6),
                "covered": [
                    {"quantile": level / PPM, "below": round(low, DECIMALS), "at_or_below": round(high, DECIMALS)}
                    for level, low, high in row.covered
                ],
            }
            for row in rows
            if row.by == "all"
        ],
        "recipe": [
            {"class": name, "method": one.method, "size": one.size, "total_size": one.total_size}
            for name, one in serving.choices
        ],
    }  # fmt: skip


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DECIMALS)


def _verdict(verdict: Verdict) -> dict[str, object]:
    return {
        "cause": verdict.cause,
        "reason": verdict.reason,
        "origins": verdict.origins,
        "seasonal_naive": _rival(verdict.seasonal_naive),
        "in_force": _rival(verdict.in_force),
    }


def _rival(one: Rival | None) -> dict[str, object] | None:
    if one is None:
        return None
    return {
        "challenger": round(one.challenger, 6),
        "other": round(one.other, 6),
        "worse_by": [round(end, 6) for end in one.worse_by],
    }


def recipe_of(folder: Path) -> Recipe | None:
    """Read the recipe that a former output serves by; None: the folder holds none. Raises InputRefused."""
    path = folder / SUMMARY_FILE
    if not path.exists():
        return None
    try:
        return recipe_in(orjson.loads(path.read_bytes()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = "does not tell what serves: no output of foreseen demand"
        raise InputRefused((Fault(str(path), 0, "recipe", "", why),), 1) from error


def recipe_in(told: Mapping[str, Any]) -> Recipe | None:
    """Read the recipe out of what `demand_object` said; None: it says none, or that nothing serves."""
    choices = tuple(
        (str(one["class"]), Choice(str(one["method"]), float(one["size"]), float(one["total_size"])))
        for one in told.get("recipe", ())
    )
    return Recipe(choices) if choices else None


def named_recipe(folder: Path) -> Recipe:
    """Read the recipe of an output that was named. Raises InputRefused where it holds none."""
    found = recipe_of(folder)
    if found is None:
        raise InputRefused((Fault(str(folder), 0, "", "", "holds no output of foreseen demand"),), 1)
    return found
