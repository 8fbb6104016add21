"""Quality against time, drawn from runs that `compare` kept: mean gap of each engine, by the wall seconds it was given.

python -m benchmarks.route.chart runs.jsonl docs/algorithms/route-quality.svg --title "X, 1 core"

A point is the mean over the instances of the gap of the median seed. An engine has a point only where it solved all
instances that any engine was asked for in so many seconds; where it left one, the point is left out and named.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from math import log10
from pathlib import Path
from statistics import mean

from benchmarks.route.tables import Row, gap, middle, reference

from doorstep.documents.svg import element, picture

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 56, 120, 40, 44
INKS = ("#0b6e4f", "#b3541e", "#3b4a9c", "#7a7a7a")
NAMESPACE = "http://www.w3.org/2000/svg"
STYLE = "text{font:13px sans-serif;fill:#333}.end{text-anchor:end}.middle{text-anchor:middle}.grid{stroke:#ddd}"

Points = dict[float, float]
"""Mean gap in percent, by seconds."""


def read(file: Path) -> list[Row]:
    """All runs of a file of JSON lines."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def curves(rows: Sequence[Row]) -> tuple[dict[str, Points], list[str]]:
    """The points of each engine, and what was left out and why."""
    best = {
        name: reference(row for row in rows if row["instance"] == name)[0] for name in {row["instance"] for row in rows}
    }
    found: dict[str, Points] = {}
    missing: list[str] = []
    for seconds in sorted({row["seconds"] for row in rows}):
        asked = [row for row in rows if row["seconds"] == seconds]
        names = {row["instance"] for row in asked}
        for engine in dict.fromkeys(row["engine"] for row in asked):
            gaps = []
            for name in names:
                cost = middle([row for row in asked if row["engine"] == engine and row["instance"] == name])
                least = best[name]
                if cost is not None and least is not None:
                    gaps.append(gap(cost, least))
            if len(gaps) == len(names):
                found.setdefault(engine, {})[seconds] = mean(gaps)
            else:
                missing.append(f"{engine} at {seconds:g} s: {len(names) - len(gaps)} of {len(names)} without an answer")
    return found, missing


def drawn(found: dict[str, Points], title: str) -> str:
    """Draw the curves, seconds on a logarithmic axis."""
    seconds = sorted({one for points in found.values() for one in points})
    most = max(value for points in found.values() for value in points.values()) * 1.05
    low, high = log10(seconds[0]), log10(seconds[-1])

    def across(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (log10(value) - low) / max(1e-9, high - low)

    def down(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / most

    parts = [element("style", STYLE), element("text", title, x=LEFT, y=22)]
    for n in range(5):
        y = down(most * n / 4)
        parts += [
            element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=y, y2=y, class_="grid"),
            element("text", f"{most * n / 4:.1f}%", x=LEFT - 6, y=y + 4, class_="end"),
        ]
    parts += [element("text", f"{one:g} s", x=across(one), y=HEIGHT - 20, class_="middle") for one in seconds]
    for (engine, points), ink in zip(found.items(), INKS, strict=False):
        at = [(across(one), down(value)) for one, value in sorted(points.items())]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
        parts.append(element("polyline", points=line, fill="none", stroke=ink, stroke_width=2))
        parts += [element("circle", cx=x, cy=y, r=3, fill=ink) for x, y in at]
        parts.append(element("text", engine, x=at[-1][0] + 8, y=at[-1][1] + 4))
    told = "; ".join(
        f"{engine}: " + ", ".join(f"{value:.2f}% at {one:g} s" for one, value in sorted(points.items()))
        for engine, points in found.items()
    )
    svg = picture(WIDTH, HEIGHT, title, f"Mean gap to the best known against wall seconds. {told}", parts, "quality")
    return str(svg).replace("<svg ", f'<svg xmlns="{NAMESPACE}" ', 1)  # it stands by itself, not in a page


def main() -> None:
    """Draw, and print the points."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=Path, help="what compare wrote with --out")
    parser.add_argument("picture", type=Path)
    parser.add_argument("--title", default="Mean gap to the best known")
    given = parser.parse_args()
    found, missing = curves(read(given.runs))
    given.picture.write_text(drawn(found, given.title) + "\n", encoding="utf-8")
    for engine, points in found.items():
        print(engine, *(f"{one:g} s {value:.3f}%" for one, value in sorted(points.items())))
    print(*missing, sep="\n")


if __name__ == "__main__":
    main()
