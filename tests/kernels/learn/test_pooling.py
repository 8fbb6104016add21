"""Groups are drawn towards all where they say little; small ones are not told apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernels.learn.choosers import TRUE, choosers

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.learn.choice import fit_choice
from doorstep.kernels.learn.choice_problem import ChoiceProblem, plain_sets
from doorstep.kernels.learn.pooling import fit_groups
from doorstep.kernels.learn.privacy import told_apart

HASTY = np.array([-0.5, -0.9, -0.8])


def two_groups(calm: int, hasty: int, true: object = HASTY) -> tuple[ChoiceProblem, list[str]]:
    one, two = choosers(calm, 20), choosers(hasty, 21, true=np.asarray(true))
    rows = len(one.features)
    both = plain_sets(
        one.names,
        np.vstack([one.features, two.features]),
        np.concatenate([one.start, two.start[1:] + rows]),
        np.concatenate([one.taken, two.taken + rows]),
    )
    return both, ["calm"] * calm + ["hasty"] * hasty


def test_groups_that_differ_are_told_apart() -> None:
    problem, group = two_groups(800, 800)
    found = fit_groups(problem, group, least_shoppers=20)
    days = {one.group: one.fit.of("days") for one in found.groups if one.fit}
    assert days["calm"] == pytest.approx(TRUE[1], abs=0.07)
    assert days["hasty"] == pytest.approx(HASTY[1], abs=0.12)
    assert found.between[1] > 0.02


def test_a_group_that_says_little_is_close_to_all() -> None:
    problem, group = two_groups(1_500, 25, true=TRUE)
    found = fit_groups(problem, group, least_shoppers=20)
    few = next(one for one in found.groups if one.group == "hasty")
    assert few.fit is not None
    own = fit_choice(problem.part(np.array(group) == "hasty"))
    assert abs(few.fit.of("days") - found.overall.of("days")) <= abs(own.of("days") - found.overall.of("days"))
    assert few.fit.covariance[1, 1] < own.covariance[1, 1]


def test_small_groups_are_not_told_apart() -> None:
    problem, group = two_groups(300, 5)
    found = fit_groups(problem, group, least_shoppers=20)
    assert [(one.group, one.fit) for one in found.groups] == [("calm", None), ("hasty", None)]  # 300 less 295 is 5
    assert found.overall.sound


def test_a_group_of_few_shoppers_who_choose_often_is_small() -> None:
    problem = choosers(400, 22)
    shopper = np.where(np.arange(400) < 200, np.arange(400) % 4, np.arange(400))
    group = ["often"] * 200 + ["x"] * 100 + ["y"] * 100
    found = fit_groups(replace(problem, shopper=shopper), group, least_shoppers=20)
    assert [one.fit is None for one in found.groups] == [True, True, False]


def test_groups_of_another_length_are_refused() -> None:
    with pytest.raises(InvalidProblem):
        fit_groups(choosers(5, 0), ["a"], 1)


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 60), max_size=8), st.integers(1, 30))
def test_no_small_group_can_be_worked_out(people: dict[str, int], least: int) -> None:
    told = told_apart(people, least)
    left = sum(count for name, count in people.items() if name not in told)
    assert all(people[name] >= least for name in told)
    assert left == 0 or left >= least or not told
