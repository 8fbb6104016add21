"""Which options to show: against plain arithmetic over all arrangements, and against what the theory says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.learn.check_shown import check_shown
from doorstep.kernels.learn.shown import choose_shown
from doorstep.kernels.learn.shown_problem import ShownProblem

AMOUNTS = st.floats(-20, 20, allow_subnormal=False)


@st.composite
def problems(draw: st.DrawFn) -> ShownProblem:
    count = draw(st.integers(1, 4))
    always = tuple(draw(st.sets(st.integers(0, count - 1), max_size=2)))
    return ShownProblem(
        np.array(draw(st.lists(AMOUNTS, min_size=count, max_size=count))),
        np.array(draw(st.lists(AMOUNTS, min_size=count, max_size=count))),
        draw(st.floats(0.2, 5)),
        draw(st.booleans()),
        draw(st.sampled_from((0.0, 0.5, -0.3))),
        always,
        draw(st.integers(max(1, len(always)), 5)),
        draw(st.sampled_from((0.0, 0.5, 1.0))),
    )


@settings(max_examples=150, deadline=None)
@given(problems())
def test_no_arrangement_is_better(problem: ShownProblem) -> None:
    shown = choose_shown(problem)
    assert check_shown(problem, shown) == ()
    assert shown.left + sum(shown.share) == pytest.approx(1)


def test_the_verifier_refuses_what_is_worse_or_not_as_told() -> None:
    problem = ShownProblem(np.array([1.0, -1.0]), np.array([4.0, 1.0]), 1.0, surplus_share=0.0)
    shown = choose_shown(problem)
    assert shown.order == (0,)
    both = choose_shown(replace(problem, always=(0, 1)))
    assert any("is worth more" in fault for fault in check_shown(problem, both))
    assert any("earned" in fault for fault in check_shown(problem, replace(shown, earned=shown.earned + 1)))
    assert check_shown(problem, replace(shown, order=(0, 0)))


@pytest.mark.parametrize("seed", range(20))
def test_without_a_limit_the_best_set_is_ordered_by_what_is_earned(seed: int) -> None:
    """Talluri and van Ryzin 2004: under the logit it holds the options that earn most, down to some gain."""
    rng = np.random.default_rng(seed)
    gain = rng.uniform(0.5, 9, 7)
    problem = ShownProblem(rng.uniform(-3, 3, 7), gain, 1.0, surplus_share=0.0)
    kept = set(choose_shown(problem).order)
    assert kept == set(np.argsort(-gain)[: len(kept)].tolist())


def test_more_options_please_the_shopper_more_and_are_shown_best_first() -> None:
    problem = ShownProblem(np.array([1.0, 3.0, 2.0]), np.zeros(3), 1.0)
    assert choose_shown(problem).order == (1, 2, 0)
    assert choose_shown(replace(problem, most=2)).order == (1, 2)
    assert choose_shown(replace(problem, most=2, always=(0,))).order == (1, 0)


def test_a_place_that_costs_attention_is_given_to_what_earns() -> None:
    problem = ShownProblem(np.array([0.0, 0.0]), np.array([1.0, 5.0]), 1.0, lower_place=1.0, always=(0, 1))
    assert choose_shown(problem).order == (1, 0)
    assert choose_shown(replace(problem, lower_place=-1.0)).order == (0, 1)


def test_what_makes_no_sense_is_refused() -> None:
    one = np.zeros(1)
    for wrong in (
        {"scatter": 0.0},
        {"surplus_share": 1.5},
        {"always": (1,)},
        {"always": (0, 0)},
        {"most": 0},
        {"surplus": np.zeros(9), "gain": np.zeros(9)},
        {"gain": np.array([np.nan])},
    ):
        with pytest.raises(InvalidProblem):
            ShownProblem(**({"surplus": one, "gain": one, "scatter": 1.0} | wrong))  # type: ignore[arg-type]
