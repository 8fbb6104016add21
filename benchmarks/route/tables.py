"""Outcomes as tables: medians of seeds, mean gaps, and how often there was none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import mean, median
from typing import Any

Row = dict[str, Any]
"""A line of `Outcome.record`."""
LATE_S = 1.0


def per_instance(rows: Sequence[Row]) -> list[str]:
    """A line for each instance: the median cost of each engine, its gap, and how many seeds gave a valid answer."""
    engines = list(dict.fromkeys(row["engine"] for row in rows))
    lines = [f"| instance | best | {' | '.join(engines)} |", f"|---|--:|{'--:|' * len(engines)}"]
    for name, of_instance in _by(rows, "instance").items():
        best, known = reference(of_instance)
        cells = [f"{best:,}{'' if known else '*'}" if best is not None else "-"]
        for engine in engines:
            runs = [row for row in of_instance if row["engine"] == engine]
            cells.append(_cell(runs, best) if runs else "")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return [*lines, "", "*: the best of these runs, as nobody states one under this convention."]


def _cell(runs: Sequence[Row], best: int | None) -> str:
    good = sum(row["status"] == "valid" for row in runs)
    cost, seeds = middle(runs), f" ({good}/{len(runs)})" if good < len(runs) else ""
    if cost is None or best is None:
        return f"none{seeds}: {', '.join(sorted({row['status'] for row in runs} - {'valid'}))}"
    return f"{cost:,.0f} {gap(cost, best):+.2f}%{seeds}"


def per_engine(rows: Sequence[Row]) -> list[str]:
    """A line for each engine over all instances; a mean gap counts those solved, and says of how many."""
    lines = [
        "| engine | solved | mean gap | worst | runs valid | CPU s | wall s | late | peak MB |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    best = {name: reference(of)[0] for name, of in _by(rows, "instance").items()}
    for engine, of_engine in _by(rows, "engine").items():
        gaps = []
        instances = _by(of_engine, "instance")
        for name, runs in instances.items():
            cost, least = middle(runs), best[name]
            if cost is not None and least is not None:
                gaps.append(gap(cost, least))
        good = sum(row["status"] == "valid" for row in of_engine)
        late = sum(row["wall_s"] > row["seconds"] + LATE_S for row in of_engine)
        shown = (f"{mean(gaps):.3f}%", f"{max(gaps):.2f}%") if gaps else ("-", "-")
        lines.append(
            f"| {engine} | {len(gaps)} of {len(instances)} | {shown[0]} | {shown[1]} | {good} of {len(of_engine)} | "
            f"{_mean(of_engine, 'cpu_s')} | {_mean(of_engine, 'wall_s')} | {late} | "
            f"{max(row['peak_mb'] for row in of_engine):,.0f} |"
        )
    return lines


def reference(rows: Iterable[Row]) -> tuple[int | None, bool]:
    """The best cost known of an instance, else the best of these valid runs; and which of the two it is."""
    rows = list(rows)
    known = next((row["best"] for row in rows if row["best"]), None)
    if known:
        return known, True
    return min((row["cost"] for row in rows if row["status"] == "valid"), default=None), False


def middle(runs: Sequence[Row]) -> float | None:
    """The median cost, a run without a valid answer being the worst; None: half of them or more have none."""
    costs = [row["cost"] if row["status"] == "valid" else float("inf") for row in runs]
    found = float(median(costs))
    return None if found == float("inf") else found


def gap(cost: float, best: int) -> float:
    """Percent above the best."""
    return 100 * (cost - best) / best


def _mean(rows: Sequence[Row], key: str) -> str:
    return f"{mean(row[key] for row in rows):.1f}"


def _by(rows: Iterable[Row], key: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row[key], []).append(row)
    return found
