"""Verify a choice of options to show by plain arithmetic, one arrangement after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations
from math import exp, log

from doorstep.kernels.learn.shown_problem import Shown, ShownProblem

AGREES = 1e-6


def check_shown(problem: ShownProblem, shown: Shown) -> tuple[str, ...]:
    """Say what is wrong with it; empty: nothing. No arrangement that is allowed may be worth more."""
    if wrong := tuple(_not_allowed(problem, shown.order)):
        return wrong
    shares, earned, surplus = _told(problem, shown.order)
    value = earned + problem.surplus_share * surplus
    found = [
        f"{name} is {true}, not {said}"
        for name, true, said in (
            ("what is earned", earned, shown.earned),
            ("the surplus", surplus, shown.surplus),
            ("the value", value, shown.value),
            ("the share that leaves", 1 - sum(shares), shown.left),
            *(("a share", true, said) for true, said in zip(shares, shown.share, strict=True)),
        )
        if abs(true - said) > AGREES * max(1.0, abs(true))
    ]
    for size in range(1, problem.most + 1):
        for order in permutations(range(len(problem.surplus)), size):
            if any(True for _ in _not_allowed(problem, order)):
                continue
            _, other, left_over = _told(problem, order)
            if other + problem.surplus_share * left_over > value + AGREES * max(1.0, abs(value)):
                return (*found, f"showing {order} is worth more")
    return tuple(found)


def _not_allowed(problem: ShownProblem, order: Sequence[int]) -> Iterator[str]:
    if len(set(order)) != len(order) or not all(0 <= one < len(problem.surplus) for one in order):
        yield "an option is shown twice, or is not there"
    if not 1 <= len(order) <= problem.most:
        yield "too few options are shown, or too many"
    if not set(problem.always) <= set(order):
        yield "an option that is always shown is not"


def _told(problem: ShownProblem, order: Sequence[int]) -> tuple[list[float], float, float]:
    utility = [
        (float(problem.surplus[one]) - problem.lower_place * place) / problem.scatter
        for place, one in enumerate(order, start=1)
    ]
    if problem.may_leave:
        utility.append(0.0)
    top = max(utility)
    whole = sum(exp(one - top) for one in utility)
    shares = [exp(one - top) / whole for one in utility[: len(order)]]
    earned = sum(share * float(problem.gain[one]) for share, one in zip(shares, order, strict=True))
    return shares, earned, problem.scatter * (top + log(whole))
