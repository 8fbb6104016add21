"""Verify traced costs and their changes: everything adds up, to the minor unit; no code is shared with the tracing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from fractions import Fraction

from doorstep.kernels.learn.costs_change import Change
from doorstep.kernels.learn.costs_problem import CM3_PER_G, KEYS, PARTS, CostProblem, CostResult, CostRow


def check_costs(problem: CostProblem, result: CostResult) -> list[str]:
    """Say all that is wrong with traced costs; an empty list: nothing is.

    Nothing is negative; each part's sum is what was charged of it, over all and over rows that alone bear a charge; and
    each row bears its exact share of each part but for less than a minor unit a charge.
    """
    if result.rows != problem.rows or result.amount_minor.shape != (len(problem.rows), len(PARTS)):
        return ["rows or shape are not those of the problem"]
    wrong = ["a negative amount"] if (result.amount_minor < 0).any() else []
    due: defaultdict[tuple[int, str], Fraction] = defaultdict(Fraction)
    times: Counter[tuple[int, str]] = Counter()
    charged: Counter[str] = Counter()
    places = _places(problem)
    for charge in problem.charges:
        charged[charge.part] += charge.amount_minor
        named = ("parcel", charge.parcel) if charge.parcel else ("order", charge.order)
        rows = [charge.row] if charge.row >= 0 else places[named]
        weights = [_weight(KEYS[charge.part], problem.rows[at]) for at in rows]
        whole = sum(weights)
        for at, weight in zip(rows, weights, strict=True):
            share = Fraction(weight, whole) if whole else Fraction(1, len(rows))
            due[at, charge.part] += charge.amount_minor * share
            times[at, charge.part] += len(rows) > 1
    for column, part in enumerate(PARTS):
        borne = result.amount_minor[:, column].tolist()
        if sum(borne) != charged[part]:
            wrong.append(f"{part}: {sum(borne)} borne, {charged[part]} charged")
        for at, amount in enumerate(borne):
            off = abs(amount - due[at, part])
            if off >= times[at, part] if times[at, part] else off:
                wrong.append(f"{part} of row {at}: {amount} borne, {due[at, part]} due")
    return wrong


def _places(problem: CostProblem) -> dict[tuple[str, str], list[int]]:
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for at, row in enumerate(problem.rows):
        found["parcel", row.parcel].append(at)
        found["order", row.order].append(at)
    return found


def _weight(key: str, row: CostRow) -> int:
    if key == "billed":
        return max(row.weight_g, row.volume_cm3 // CM3_PER_G)
    return {"units": row.units, "volume": row.volume_cm3, "value": row.value_minor}[key]


def check_changes(result: CostResult, before: str, after: str, found: Sequence[Change]) -> list[str]:
    """Say where an explanation does not add up to what the months cost."""
    wrong: list[str] = []
    told = {one.part: one for one in found}
    for at, part in enumerate(PARTS):
        ends = [
            sum(int(result.amount_minor[n, at]) for n, row in enumerate(result.rows) if row.month == month)
            for month in (before, after)
        ]
        one = told.get(part)
        if one is None:
            wrong += [f"{part} is missing"] if any(ends) else []
            continue
        if [one.before_minor, one.after_minor] != ends:
            wrong.append(f"{part}: months cost {ends}")
        if one.before_minor + one.volume_minor + one.mix_minor + one.price_minor != one.after_minor:
            wrong.append(f"{part}: effects do not add up")
    return wrong
