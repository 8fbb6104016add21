"""What holds for every method of learning promises."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from tests.kernels.promise.histories import FIRST_DAY, altered_after, drawn, noon, parcel

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.promise.adaptive import Adaptive, AdaptiveParams
from doorstep.kernels.promise.all_methods import METHODS, method_named
from doorstep.kernels.promise.boosted_quantiles import BoostedMethod, BoostedParams
from doorstep.kernels.promise.conformal import KINDS, Conformal
from doorstep.kernels.promise.history import History, history_of
from doorstep.kernels.promise.lanes_learned import LaneMethod, LaneParams
from doorstep.kernels.promise.methods import HORIZON_DAYS, Method, Span
from doorstep.kernels.promise.relative_risk import TreeParams
from doorstep.kernels.promise.walk import walk
from doorstep.kernels.promise.walked import Walked
from doorstep.kernels.run import Run

QUICK = BoostedMethod(BoostedParams(levels_ppm=(500_000, 900_000, 950_000), trees=15))
QUICK_ADAPTIVE = Adaptive(AdaptiveParams(warm_up_days=(28, 14), trees=TreeParams(rounds=5)))
TARGETS = (500_000, 700_000, 800_000, 900_000, 950_000, 990_000)
DAY = 100  # of the test that is looked at


def span(test_from: int = 95, test_until: int = 106) -> Span:
    return Span(FIRST_DAY + 50, FIRST_DAY + 90, FIRST_DAY + test_from, FIRST_DAY + test_until)


def quick(name: str) -> Method:
    """A method as it is, but with few trees."""
    base, _, kind = name.partition("+")
    few_trees: dict[str, Method] = {"boosted": QUICK, "adaptive": QUICK_ADAPTIVE}
    method = few_trees.get(base, METHODS[base])
    return Conformal(method, kind) if kind else method


NAMES = [*METHODS, *(f"{base}+{kind}" for base in METHODS for kind in KINDS)]


@lru_cache(maxsize=1)
def history() -> History:
    return history_of(drawn(1, 130, 6))[0]


@lru_cache(maxsize=20)
def walked(name: str) -> Walked:
    return walk(history(), quick(name), span(), TARGETS)


@pytest.mark.parametrize("name", NAMES)
def test_what_comes_later_changes_no_answer(name: str) -> None:
    parcels = drawn(1, 130, 6)
    later = history_of(altered_after(parcels, DAY))[0]
    assert np.any(later.delivered_day != history().delivered_day)
    ours, theirs = walked(name), walk(later, quick(name), span(), TARGETS)
    for day in range(95, DAY + 1):
        here = ours.placed_day == FIRST_DAY + day
        assert here.sum() == 6
        assert np.array_equal(here, theirs.placed_day == FIRST_DAY + day)
        assert np.array_equal(ours.promised_days[here], theirs.promised_days[here])
        assert np.array_equal(ours.stated_ppm[here], theirs.stated_ppm[here])


@pytest.mark.parametrize("name", ["lane", "lane+aci"])
def test_what_came_before_does_change_answers(name: str) -> None:
    slow = history_of(drawn(1, 130, 6, slower_from=60))[0]
    theirs = walk(slow, quick(name), span(), TARGETS)
    assert theirs.promised_days[:, 3].mean() > walked(name).promised_days[:, 3].mean() + 2


@pytest.mark.parametrize("name", NAMES)
def test_a_higher_target_is_never_an_earlier_date(name: str) -> None:
    found = walked(name)
    assert np.all(np.diff(found.promised_days.astype(int), axis=1) >= 0)
    assert np.all(np.diff(found.stated_ppm, axis=1) >= 0)
    assert np.any(found.promised_days[:, 0] < found.promised_days[:, -1])


@pytest.mark.parametrize("name", NAMES)
def test_a_date_reaches_its_target_or_is_the_best_there_is(name: str) -> None:
    method = quick(name)
    found = walked(name)
    assert np.all((found.stated_ppm >= np.array(TARGETS)) | (found.promised_days > 0))
    first = np.flatnonzero(history().placed_day == FIRST_DAY + 95)
    curves = method.on(history(), span()).fit(FIRST_DAY + 95, Run()).curves(first, FIRST_DAY + 95)
    assert curves.shape == (6, HORIZON_DAYS + 1)
    assert np.all(np.diff(curves, axis=1) >= -1e-12)
    assert np.all((curves >= 0) & (curves <= 1 + 1e-12))
    for column, target in enumerate(TARGETS):
        days = found.promised_days[:6, column]
        before = np.where(days > 0, curves[np.arange(6), np.maximum(days - 1, 0)], 0.0)
        assert np.all(before < np.minimum(target / 1e6, curves[:, -1]))


def test_lanes_of_a_worked_example() -> None:
    # Placed on day 0: two arrive after 1 day, one after 3, one is still open on day 10. Nothing fades, nothing leans.
    told = [parcel("a", 0, 1), parcel("b", 0, 1), parcel("c", 0, 3), parcel("d", 0, None), parcel("e", 10, 1)]
    plain = LaneMethod(LaneParams(half_life_days=10**6, prior_parcels=1))
    found = walk(
        history_of(told)[0],
        plain,
        Span(FIRST_DAY + 1, FIRST_DAY + 2, FIRST_DAY + 10, FIRST_DAY + 11),
        (500_000, 900_000),
    )
    # A level that has seen the same parcels as the one above leaves it as it is.
    assert found.promised_days.tolist() == [[1, 3]]
    assert found.stated_ppm.tolist() == [[500_000, 750_000]]
    among = walk(
        history_of(told)[0],
        plain,
        Span(FIRST_DAY + 1, FIRST_DAY + 2, FIRST_DAY + 10, FIRST_DAY + 11),
        (500_000, 900_000),
        given_arrival=True,
    )
    assert among.stated_ppm.tolist() == [[666_666, 1_000_000]]


def test_open_parcels_count_and_are_not_dropped() -> None:
    fast = [parcel(f"f{k}", 5, 2) for k in range(10)]
    open_ = [parcel(f"o{k}", 5, None) for k in range(10)]
    days = Span(FIRST_DAY + 1, FIRST_DAY + 2, FIRST_DAY + 9, FIRST_DAY + 10)
    asked = [parcel("asked", 9, 2)]
    alone = walk(history_of(fast + asked)[0], METHODS["lane"], days, (400_000,)).stated_ppm[0, 0]
    both = walk(history_of(fast + open_ + asked)[0], METHODS["lane"], days, (400_000,)).stated_ppm[0, 0]
    assert (alone, both) == (1_000_000, 500_000)


def test_what_was_called_off_is_not_promised() -> None:
    told = [parcel("a", 0, 1), parcel("b", 9, None, status="cancelled"), parcel("c", 9, 2)]
    days = Span(FIRST_DAY + 1, FIRST_DAY + 2, FIRST_DAY + 9, FIRST_DAY + 10)
    assert walk(history_of(told)[0], METHODS["lane"], days, (900_000,)).parcel == ("c",)
    with pytest.raises(InvalidProblem, match="called off"):
        walk(history_of(told[:2])[0], METHODS["lane"], days, (900_000,))


def test_carriers_and_known_days_are_told() -> None:
    told = [parcel("a", 0, 1), parcel("b", 9, 3), parcel("c", 9, None, handed_over_at=noon(20))]
    days = Span(FIRST_DAY + 1, FIRST_DAY + 2, FIRST_DAY + 9, FIRST_DAY + 10)
    found = walk(history_of(told)[0], METHODS["lane"], days, (900_000,), carriers={"post": "PTT"})
    assert (found.carrier, found.origin_region, found.destination_region) == (
        ("PTT",) * 2,
        ("DE 1",) * 2,
        ("DE-BY",) * 2,
    )
    assert found.arrived_days.tolist() == [3, -1]
    assert found.known_days.tolist() == [11, 11]
    assert found.shop_days.tolist() == [9, 9]


@pytest.mark.parametrize("targets", [(), (0,), (1_000_000,), (900_000, 900_000), (950_000, 900_000)])
def test_targets_that_are_none_are_refused(targets: tuple[int, ...]) -> None:
    with pytest.raises(InvalidProblem, match="targets ascend"):
        walk(history(), METHODS["lane"], span(), targets)


@pytest.mark.parametrize("name", ["", "lanes", "lane+magic", "+aci", "boosted+aci+aci"])
def test_a_method_that_is_not_known_is_named(name: str) -> None:
    with pytest.raises(InvalidProblem, match="boosted, lane"):
        method_named(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_history_that_begins_too_late_is_refused(name: str) -> None:
    young = history_of([one for one in drawn(1, 130, 6) if one.placed_at >= noon(95)])[0]
    with pytest.raises(InvalidProblem, match=r"too few|no parcel placed before"):
        walk(young, quick(name), span(), (900_000,))
