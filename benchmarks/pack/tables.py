"""Rows of the comparison, and whether the aims are met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from benchmarks.pack.own import Times
from benchmarks.pack.scores import Answer, Score

OUR_DEFAULT, OUR_BEST, OUR_CHEAPEST = "doorstep usual", "doorstep utmost", "doorstep usual, least cost"
AHEAD_AIM = ("olist", "olist_geometric")
MOST_BEHIND, LEAST_AHEAD = 0.005, 0.05
PROVEN_AIM = {"real": 0.995, "olist": 0.95}
SPEED_AIM = {"real": (6_000, 3.0), "olist": (2_000, 15.0)}


@dataclass(frozen=True, slots=True)
class Row:
    """Answers of one packer to a set, from the first order on, and what they are worth.

    Parameters
    ----------
    ranked
        It is after the fewest boxes and least volume, and may set the best known.
    proven
        Per order; empty: it does not tell.
    times
        Orders packed one by one, where that was timed.
    """

    name: str
    answers: Sequence[Answer]
    scores: Sequence[Score]
    own: bool
    ranked: bool = True
    proven: Sequence[bool] = ()
    times: Times | None = None

    @property
    def cpu_s(self) -> float:
        """All orders together."""
        return sum(answer.cpu_s for answer in self.answers)


Rank = tuple[int, int]


def best_known(rows: Sequence[Row], orders: int) -> list[Rank]:
    """Fewest boxes and least volume that anyone found for each order."""
    return [
        min(row.scores[order].rank for row in rows if row.ranked and order < len(row.scores))
        if any(row.ranked and order < len(row.scores) for row in rows)
        else (10**9, 0)
        for order in range(orders)
    ]


def quality(rows: Sequence[Row], orders: int) -> list[str]:
    """What was packed and how well, as a Markdown table."""
    best = best_known(rows, orders)
    ours = next((row for row in rows if row.name == OUR_DEFAULT), None)
    head = (
        "| packer | done | invalid | incomplete | units left | one box where known | boxes (best) | at best | volume | "
        "billed kg | cost | better / worse / equal than ours | one box proven |"
    )
    return [head, "|---|" + "--:|" * 12, *(_quality_row(row, best, ours) for row in rows)]


def _quality_row(row: Row, best: list[Rank], ours: Row | None) -> str:
    done = range(len(row.scores))
    good = [order for order in done if row.scores[order].good]
    single = [order for order in done if best[order][0] == 1]
    one = sum(row.scores[order].good and row.scores[order].boxes == 1 for order in single)
    boxes = sum(row.scores[order].boxes for order in good)
    least = [best[order] for order in good]
    volume = sum(row.scores[order].volume_mm3 for order in good) / max(sum(rank[1] for rank in least), 1)
    at_best = sum(row.scores[order].rank == best[order] and row.scores[order].good for order in done)
    cells = [
        row.name,
        f"{len(done):,}",
        f"{sum(bool(one.faults) for one in row.scores)}",
        f"{sum(not one.faults and one.unpacked > 0 for one in row.scores)}",
        f"{sum(one.unpacked for one in row.scores)}",
        f"{one / max(len(single), 1):.2%}",
        f"{boxes:,} ({sum(rank[0] for rank in least):,})",
        f"{at_best / max(len(done), 1):.2%}",
        f"{volume:.4f}",
        f"{sum(row.scores[order].billed_g for order in good) / 1_000:,.0f}",
        f"{sum(row.scores[order].cost_minor for order in good) / 100:,.0f}",
        "-" if ours is None or ours is row else "{} / {} / {}".format(*against(row, ours)),
        _proven(row),
    ]
    return "| " + " | ".join(cells) + " |"


def _proven(row: Row) -> str:
    share = proven_share(row)
    return "-" if share is None else f"{share:.2%}"


def proven_share(row: Row) -> float | None:
    """Of the orders that it packs into one box, those with a proof that nothing is better."""
    told = [known for known, one in zip(row.proven, row.scores, strict=False) if one.good and one.boxes == 1]
    return sum(told) / len(told) if told else None


def against(row: Row, other: Row) -> tuple[int, int, int]:
    """Orders of both on which the first is better, worse, equal."""
    pairs = [(one.rank, two.rank) for one, two in zip(row.scores, other.scores, strict=False)]
    return sum(a < b for a, b in pairs), sum(a > b for a, b in pairs), sum(a == b for a, b in pairs)


def speed(rows: Sequence[Row]) -> list[str]:
    """How quickly, as a Markdown table."""
    head = "| packer | orders done | CPU s | orders / CPU s | p50 ms | p99 ms | one more in a batch: p50 ms | p99 ms |"
    lines = [head, "|---|" + "--:|" * 7]
    for row in rows:
        calls = [answer.cpu_s for answer in row.answers] if row.times is None else row.times.call_s
        told = not row.own or row.times is not None
        single = _percentiles(calls) if told and len(calls) else ("-", "-")
        added = ("-", "-") if row.times is None else _percentiles(row.times.added_s)
        rate = len(row.answers) / max(row.cpu_s, 1e-9)
        done, used = f"{len(row.answers):,}", f"{row.cpu_s:,.2f}"
        cells = [row.name, done, used, f"{rate:,.1f}", *single, *added]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def _percentiles(seconds: Sequence[float]) -> tuple[str, str]:
    p50, p99 = np.percentile(np.asarray(seconds) * 1_000, (50, 99))
    return f"{p50:.2f}", f"{p99:.2f}"


def aims(name: str, rows: Sequence[Row], units: Sequence[int]) -> list[str]:
    """The aims that this set can show, met or missed, with the figure; `units` of each order."""
    peers = [row for row in rows if not row.own and row.scores]
    lines = []
    ours = next((row for row in rows if row.name == OUR_DEFAULT), None)
    if ours is not None:
        lines += _valid(rows)
        if peers:
            lines += _against_best(name, ours, peers, units)
        lines += _quick(name, ours)
    cheap = next((row for row in rows if row.name == OUR_CHEAPEST), None)
    if cheap is not None and peers:
        lines.append(_costs(cheap, peers, units))
    most = next((row for row in rows if row.name == OUR_BEST), None)
    if most is not None and peers:
        worse = sum(_worse(most, peers))
        line = f"utmost effort worse than some peer on {worse} of {len(most.scores):,} orders (aim 0)"
        lines.append(_verdict(worse == 0, line))
    return [f"{name}: {line}" for line in lines]


def _valid(rows: Sequence[Row]) -> list[str]:
    invalid = sum(bool(one.faults) for row in rows if row.own for one in row.scores)
    left = sum(one.unpacked > 0 for row in rows if row.own for one in row.scores)
    return [_verdict(invalid + left == 0, f"{invalid} invalid and {left} incomplete answers of ours (aim 0)")]


def _costs(ours: Row, peers: Sequence[Row], units: Sequence[int]) -> str:
    """How often the answer after the least cost costs less than the cheapest of any peer, and how often more."""
    best = [
        min((row.scores[order].cost_minor for row in peers if _good(row, order)), default=None)
        for order in range(len(ours.scores))
    ]
    pairs = [
        (one.cost_minor, least, many > 1)
        for one, least, many in zip(ours.scores, best, units, strict=False)
        if one.good and least is not None
    ]
    several = [(own, least) for own, least, many in pairs if many]
    less, more = (sum(own < least for own, least, _ in pairs), sum(own > least for own, least, _ in pairs))
    spent, peer_spent = sum(own for own, _, _ in pairs), sum(least for _, least, _ in pairs)
    among = sum(own < least for own, least in several) / max(len(several), 1)
    return (
        f"figure: after the least cost, cheaper than the cheapest peer on {less / len(pairs):.2%} of orders, "
        f"{among:.2%} of those of several units; dearer on {more / len(pairs):.2%}; "
        f"{1 - spent / peer_spent:.2%} less in all"
    )


def _good(row: Row, order: int) -> bool:
    return order < len(row.scores) and row.scores[order].good


def _against_best(name: str, ours: Row, peers: Sequence[Row], units: Sequence[int]) -> list[str]:
    best = best_known(peers, len(ours.scores))
    pairs = [(one.rank, rank) for one, rank in zip(ours.scores, best, strict=False)]
    more = sum(own[0] > rank[0] for own, rank in pairs)
    behind = sum(own[0] == rank[0] and own[1] > rank[1] for own, rank in pairs) / len(pairs)
    ahead = sum(own < rank for own, rank in pairs) / len(pairs)
    lines = [
        _verdict(more == 0, f"more boxes than the best peer of each order on {more} orders (aim 0)"),
        _verdict(behind <= MOST_BEHIND, f"more volume on {behind:.2%} of orders (aim {MOST_BEHIND:.1%} at most)"),
    ]
    several = [own < rank for (own, rank), many in zip(pairs, units, strict=False) if many > 1]
    among = f"{sum(several) / max(len(several), 1):.2%} of those of several units"
    if name in AHEAD_AIM:
        line = f"better on {ahead:.2%} of orders, {among} (aim {LEAST_AHEAD:.0%} of orders)"
        lines.append(_verdict(ahead >= LEAST_AHEAD, line))
    return lines


def _quick(name: str, ours: Row) -> list[str]:
    lines = []
    if name in SPEED_AIM:
        rate, p99 = len(ours.answers) / max(ours.cpu_s, 1e-9), SPEED_AIM[name][1]
        lines.append(
            _verdict(rate >= SPEED_AIM[name][0], f"{rate:,.0f} orders a CPU second (aim {SPEED_AIM[name][0]:,})")
        )
        if ours.times is not None:
            for what, taken in (("a call", ours.times.call_s), ("one more in a batch", ours.times.added_s)):
                value = float(np.percentile(taken, 99)) * 1_000
                lines.append(_verdict(value <= p99, f"p99 of {what} {value:.2f} ms (aim {p99:g})"))
    share = proven_share(ours)
    if name in PROVEN_AIM and share is not None:
        lines.append(
            _verdict(share >= PROVEN_AIM[name], f"{share:.2%} of one-box choices proven (aim {PROVEN_AIM[name]:.1%})")
        )
    return lines


def losses(row: Row, rows: Sequence[Row]) -> list[str]:
    """Orders on which someone did better, with what was found."""
    best = best_known(rows, len(row.scores))
    return [
        f"{row.name}, order {order}: {_found(one.rank)}; {', '.join(_holders(order, best[order], rows))}: "
        f"{_found(best[order])}"
        for order, one in enumerate(row.scores)
        if one.rank > best[order]
    ]


def _holders(order: int, rank: Rank, rows: Sequence[Row]) -> list[str]:
    return [row.name for row in rows if row.ranked and order < len(row.scores) and row.scores[order].rank == rank]


def _found(rank: Rank) -> str:
    return f"{rank[0]} boxes of {rank[1] / 10**6:,.1f} l"


def _worse(row: Row, peers: Sequence[Row]) -> list[bool]:
    best = best_known(peers, len(row.scores))
    return [one.rank > rank for one, rank in zip(row.scores, best, strict=True)]


def _verdict(met: bool, figure: str) -> str:
    return f"{'met' if met else 'MISSED'}: {figure}"
