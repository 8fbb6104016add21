"""`doorstep promise backtest`."""

from __future__ import annotations

import json
from datetime import date
from time import perf_counter
from typing import Annotated, Any

import typer
from rich.table import Table

from doorstep.cli.options import AsJson, BrandFolder, day
from doorstep.cli.terminal import bars, notice, out, print_table

CalibrateFrom = Annotated[
    date, typer.Option("--calibrate-from", metavar="D1", parser=day, help="Methods that do not walk fit before it.")
]
TrainUntil = Annotated[
    date, typer.Option("--train-until", metavar="D2", parser=day, help="They calibrate on [D1, D2).")
]
TestFrom = Annotated[
    date, typer.Option("--test-from", metavar="D3", parser=day, help="First day whose parcels are promised.")
]
TestUntil = Annotated[
    date, typer.Option("--test-until", metavar="D4", parser=day, help="The day after the last of them.")
]
Target = Annotated[str, typer.Option("--target", metavar="P", help="Probability asked for, such as 0.9.")]
MethodName = Annotated[str, typer.Option("--method", metavar="M", help="How to learn; the best one by default.")]
DeliveredOnly = Annotated[
    bool, typer.Option("--delivered-only", help="Mean the target among the parcels that arrive at all.")
]
SHOWN = 20  # regions in a terminal; JSON has them all
FIGURES = (
    ("on time, of all", "on_time_rate", "%"),
    ("on time, of the delivered", "on_time_rate_delivered", "%"),
    ("days promised, mean", "mean_promised_days", ""),
    ("days early, mean", "mean_early_days", ""),
    ("pinball loss, days", "pinball_loss", ""),
    ("months off the target, mean", "mean_monthly_deviation", "%"),
)


def backtest(
    folder: BrandFolder,
    calibrate_from: CalibrateFrom,
    train_until: TrainUntil,
    test_from: TestFrom,
    test_until: TestUntil,
    target: Target,
    method: MethodName = "",
    delivered_only: DeliveredOnly = False,
    as_json: AsJson = False,
) -> None:
    """Promise every parcel of past days by what was known when it was placed, and tell how the promises held.

    Reads history.csv of a brand folder. D1 < D2 <= D3 < D4; the last days of spans are outside.

    \b
    Examples:
      doorstep promise backtest my-shop --calibrate-from 2018-01-01 --train-until 2018-03-01 \\
        --test-from 2018-03-01 --test-until 2018-05-01 --target 0.9

    Exit codes: 0 done, 2 the input is refused, 1 anything else.
    """
    from doorstep.flows.promise_backtest import Asked, promise_backtest
    from doorstep.kernels.run import Run

    asked = Asked(calibrate_from, train_until, test_from, test_until, probability_ppm(target), method, delivered_only)
    with bars(not as_json) as progress:
        told = promise_backtest(folder, asked, run=Run(progress=progress), stopwatch=perf_counter, today=date.today())  # noqa: DTZ011
    _say_set_aside(told)
    if as_json:
        print(json.dumps(told))
    else:
        _say(told)


def probability_ppm(text: str) -> int:
    """Read a probability of at most 6 decimals."""
    from doorstep.domain.units import PPM
    from doorstep.files.kinds import millionths

    try:
        found = millionths(text)
    except (ValueError, ArithmeticError):
        found = 0
    if not 0 < found < PPM:
        raise typer.BadParameter(
            f"{text!r} is not a probability between 0 and 1, both excluded, such as 0.9", param_hint="'--target'"
        )
    return found


def _say_set_aside(told: dict[str, Any]) -> None:
    for reason, count in told["set_aside_by_reason"].items():
        named = told["set_aside_named"][reason]
        more = " ..." if count > len(named[:3]) else ""
        notice(f"set aside {count:,}: {reason} ({', '.join(named[:3])}{more})")


def _say(told: dict[str, Any]) -> None:
    shop = told["shop"]
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("")
    for name in (told["method"], "90% of draws", *(("the shop's dates",) if shop else ())):
        table.add_column(name, justify="right", no_wrap=True)
    for label, key, unit in FIGURES:
        ends = told["intervals"].get(key)
        cells = [_cell(told[key], unit), "" if ends is None else " to ".join(_cell(end, unit) for end in ends)]
        table.add_row(label, *cells, *((_cell(shop[key], unit),) if shop else ()))
    print_table(table)
    for title, key in (("month", "coverage_by_month"), ("region", "coverage_by_region")):
        _say_rates(title, told[key], shop[key] if shop else {})
    out.print(
        f"{told['n']:,} parcels at {told['target']:.4g}: {told['delivered']:,} delivered,"
        f" {told['undelivered']:,} never, {told['open']:,} open; late once their promise has passed"
    )


def _say_rates(title: str, rates: dict[str, Any], shop: dict[str, Any]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(title)
    for name in ("parcels", "on time", *(("the shop's",) if shop else ())):
        table.add_column(name, justify="right", no_wrap=True)
    order = sorted(rates, key=lambda name: (-rates[name]["n"], name)) if title == "region" else list(rates)
    for name in order[:SHOWN]:
        theirs = (_cell(shop.get(name, {}).get("rate"), "%"),) if shop else ()
        table.add_row(name, f"{rates[name]['n']:,}", _cell(rates[name]["rate"], "%"), *theirs)
    print_table(table)
    if len(rates) > SHOWN:
        out.print(f"and {len(rates) - SHOWN} more, in the JSON")


def _cell(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    return f"{100 * value:.1f} %" if unit else f"{value:.2f}"
