"""Weekly demand of Olist by category and state, foreseen from past weeks: ours, seasonal-naive, and a library's models.

    python -m benchmarks.learn.demand $DOORSTEP_DATA/olist --peer-python peers/bin/python

Every origin knows the weeks before it only. The peers are told the same series and origins. Around their means stands
a negative binomial of the one size that loses least on the very weeks judged: a favour that what is ours does not get.
MASE, pinball loss and coverage are computed here for all alike; losses stay in the table.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import process_time

import numpy as np
from benchmarks.peer_versions import versions_of

from doorstep.kernels.learn.demand_backtest import Backtest, BacktestRow, Foreseen, backtest, came_after, rows
from doorstep.kernels.learn.demand_problem import DemandParams, DemandProblem, FloatArray
from doorstep.kernels.learn.demand_series import Sale, SeriesParams, series_of
from doorstep.kernels.learn.demand_spread import SIZES, SpreadTable, quantiles

EPOCH = date(1970, 1, 1).toordinal()
FIRST, AS_OF = date(2017, 1, 1), date(2018, 5, 1)
PEER = Path(__file__).with_name("demand_peer.py")
SMOOTHED = "SimpleExponentialSmoothingOptimized"
MODELS = ("SeasonalNaive", "WindowAverage", "CrostonSBA", "TSB", "ADIDA", "IMAPA", SMOOTHED, "AutoETS")


def read_sales(folder: Path) -> tuple[list[Sale], dict[str, str]]:
    """Items of orders placed from 2017 on (before, the sample has gaps), and the category of every product."""
    state = {row["customer_id"]: row["customer_state"] for row in _rows(folder / "customers.csv.gz")}
    category = {row["product_id"]: row["product_category_name"] for row in _rows(folder / "products.csv.gz")}
    orders = {row["order_id"]: row for row in _rows(folder / "orders.csv.gz")}
    sales = []
    for item in _rows(folder / "order_items.csv.gz"):
        order = orders.get(item["order_id"])
        placed = date.fromisoformat(order["order_purchase_timestamp"][:10]) if order else FIRST
        if order and placed >= FIRST:
            region = f"BR-{state[order['customer_id']]}".rstrip("-")
            sales.append(Sale(placed.toordinal() - EPOCH, item["product_id"], region, 1))
    return sales, category


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def main() -> None:
    """Foresee, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("olist", type=Path)
    parser.add_argument("--peer-python", type=Path)
    parser.add_argument("--models", nargs="*", default=list(MODELS))
    parser.add_argument("--origins", type=int, default=13)
    parser.add_argument("--every", type=int, default=1, help="only each so many of the origins")
    parser.add_argument("--horizon", type=int, default=4)
    asked = parser.parse_args()
    sales, category = read_sales(asked.olist)
    problem = series_of(sales, category, AS_OF.toordinal() - EPOCH, asked.horizon, SeriesParams(own_units=2**40))
    start = process_time()
    tested = thinned(backtest(problem, DemandParams(trial_origins=asked.origins)), asked.every)
    spent = process_time() - start
    print(f"{len(problem.series)} series, {problem.weeks} weeks, {len(tested.origins)} origins x {asked.horizon} weeks")
    print(f"ours: {spent:.1f} s of one core, the choosing at every origin included")
    if asked.peer_python:
        print("peers:", versions_of(asked.peer_python, ["statsforecast", "numpy"], "no peers at {path}; see peers.txt"))
        start_peer = process_time()
        tested = replace(
            tested, models=(*tested.models, *peers(problem, tested.origins, asked.peer_python, asked.models))
        )
        print(f"peers are done ({process_time() - start_peer:.0f} s here)")
    table(tested)


def thinned(tested: Backtest, every: int) -> Backtest:
    """Keep each so many of the origins, the last one among them."""
    keep = list(range(len(tested.origins)))[::-every][::-1]
    models = tuple(Foreseen(one.name, one.mean[keep], one.quantile[keep]) for one in tested.models)
    origins = tuple(tested.origins[at] for at in keep)
    return Backtest(tested.problem, origins, tested.came[keep], tested.scale[keep], models)


def peers(problem: DemandProblem, origins: tuple[int, ...], python: Path, names: list[str]) -> list[Foreseen]:
    """Ask the peers, in their own environment."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.npz"), Path(folder, "out.npz")
        np.savez(source, units=problem.units, origins=np.array(origins), horizon=problem.horizon)
        subprocess.run([python, PEER, source, target, *names], check=True, stdout=sys.stderr)
        told = np.load(target)
        return [spread(problem, origins, name, told[name]) for name in names]


def spread(problem: DemandProblem, origins: tuple[int, ...], name: str, mean: FloatArray) -> Foreseen:
    """Put around means the negative binomial that loses least on what came."""
    table = SpreadTable(float(mean.max(initial=1.0)), problem.quantiles_ppm)
    lost = table.losses(mean, came_after(problem, origins)).mean(axis=(1, 2, 3))
    size = SIZES[int(lost.argmin())]
    return Foreseen(f"statsforecast {name}", mean, quantiles(mean, np.array(size), problem.quantiles_ppm))


def table(tested: Backtest) -> None:
    """Print all together, then what was chosen against the best of the others by group."""
    nothing = Foreseen("nothing at all", np.zeros_like(tested.models[0].mean), np.zeros_like(tested.models[0].quantile))
    tested = replace(tested, models=(*tested.models, nothing))
    found = rows(tested, ("all", "week", "goods", "region", "pair"))
    print("| model | units foreseen | MASE of means | MASE of medians | pinball | below q90 | at or below q90 |")
    print("|---|---|---|---|---|---|---|")
    for row in (row for row in found if row.by == "all"):
        low, high = next((low, high) for level, low, high in row.covered if level == 900_000)
        print(
            f"| {row.model} | {row.foreseen:,.0f} | {row.mase:.3f} | {row.mase_median:.3f} | {row.pinball:.5f}"
            f" | {low:.1%} | {high:.1%} |"
        )
    print(f"units that came: {next(row.units for row in found if row.by == 'all'):,}")
    for by in ("goods", "region", "week", "pair"):
        print(f"by {by}: {against(found, by)}")


def against(found: list[BacktestRow], by: str) -> str:
    """Say in how many groups what was chosen lost less than each other, by pinball loss, ties left out."""
    ours = {row.key: row for row in found if row.by == by and row.model == "chosen"}
    names = dict.fromkeys(row.model for row in found if row.model != "chosen")
    told = []
    for name in names:
        pairs = [(ours[row.key].pinball, row.pinball) for row in found if row.by == by and row.model == name]
        won, lost = sum(a < b for a, b in pairs), sum(a > b for a, b in pairs)
        told.append(f"{name} {won} better, {lost} worse")
    return "; ".join(told)


if __name__ == "__main__":
    main()
