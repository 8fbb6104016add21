"""Dates and probabilities of options, the best date, and the countdown to the cut-off."""

from __future__ import annotations

from dataclasses import replace
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.promise.networks import (
    AS_OF,
    MANAUS,
    SAO_PAULO,
    STARTS,
    Network,
    asked_legs,
    call,
    day,
    epoch,
    handling,
    legs,
    networks,
    service,
    site,
)

from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import TransitModel
from doorstep.kernels.promise.check_options import check_options
from doorstep.kernels.promise.options import OptionParams, OptionsResult, tell_options
from doorstep.kernels.promise.problem import Legs, PromiseProblem
from doorstep.kernels.run import Run

PLAIN = Network((site(),), (call(),), (service(),), (SAO_PAULO, MANAUS))
HALF, NINE = 500_000, 900_000


def told(network: Network, asked: Legs, around: str = "2018-03-01", **params: int) -> OptionsResult:
    return tell_options(
        PromiseProblem(network.tables(day(around) - 60, day(around) + 120), asked),
        OptionParams(quantiles_ppm=(HALF, NINE), **params),
    )


def test_every_date_has_its_probability_and_every_probability_its_date() -> None:
    # Stated: a third on each of the second to fourth working day, together 95%. Wednesday 7 March leaves at once.
    result = told(PLAIN, legs([epoch("2018-03-07T09:00")]), span_days=9)
    friday, monday, tuesday = 316_666, 633_333, 950_000
    assert result.arrived_ppm.tolist() == [[0, 0, friday, friday, friday, monday, tuesday, 975_000, 987_500]]
    assert result.quantile_day.tolist() == [[day("2018-03-12"), day("2018-03-13")]]
    assert result.promised.promised_day.tolist() == [day("2018-03-13")]


def test_a_probability_that_is_not_reached_within_the_span_has_no_date() -> None:
    result = told(PLAIN, legs([epoch("2018-03-07T09:00")]), span_days=6)
    assert result.quantile_day.tolist() == [[day("2018-03-12"), -1]]


def test_nothing_is_told_of_a_leg_without_a_promise() -> None:
    network = replace(PLAIN, services=(service(), service("other")))
    result = told(network, legs([epoch("2018-03-07T09:00")], service=1), span_days=3)
    assert result.arrived_ppm.tolist() == [[-1] * 3]
    assert (result.quantile_day.tolist(), result.value_day.tolist(), result.countdown_s.tolist()) == (
        [[-1, -1]],
        [-1],
        [-1],
    )


def test_no_date_before_the_day_that_the_shopper_wants_it_on() -> None:
    result = told(PLAIN, legs([epoch("2018-03-07T09:00")], not_before=day("2018-03-24")), late_cost_micros=1)
    assert result.quantile_day.min() >= day("2018-03-24")
    assert result.value_day.min() >= day("2018-03-24")
    assert result.countdown_s.tolist() == [-1]


def test_the_best_date_weighs_a_day_against_the_risk() -> None:
    asked = legs([epoch("2018-03-07T09:00")])

    def best(late: int, per_day: int) -> int:
        return int(told(PLAIN, asked, late_cost_micros=late, value_per_day_micros=per_day).value_day[0])

    # From Friday to Tuesday 63.3% more come, in four days: they are worth 6.33, each day a quarter of it.
    assert best(10_000_000, 1_500_000) == day("2018-03-13")
    assert best(10_000_000, 1_600_000) == day("2018-03-09")
    assert best(10_000_000, 100_000) == day("2018-03-15")
    assert best(0, 0) == day("2018-03-09")  # a tie of all: the earliest that is not hopeless


def test_the_countdown_runs_to_the_cut_off_to_the_second() -> None:
    asked = legs([epoch(f"2018-03-07T{time}") for time in ("11:46:00", "13:59:59", "14:00:00")])
    assert told(PLAIN, asked).countdown_s.tolist() == [2 * 3600 + 14 * 60, 1, 24 * 3600]


def test_the_countdown_runs_to_the_last_collection_where_that_is_before_the_cut_off() -> None:
    network = replace(PLAIN, collections=(call("10:00"), call("12:30")))
    asked = legs([epoch("2018-03-07T09:00"), epoch("2018-03-07T12:29:59"), epoch("2018-03-07T12:30")])
    assert told(network, asked).countdown_s.tolist() == [3 * 3600 + 1800, 1, 24 * 3600]


def test_over_a_weekend_and_a_chain_of_holidays_the_countdown_runs_to_the_next_departure() -> None:
    # Carnival of 2018 is no public holiday in Sao Paulo; Good Friday, 30 March, is.
    asked = legs([epoch("2018-03-29T14:00")])
    result = told(PLAIN, asked)
    assert result.promised.ship_day.tolist() == [day("2018-04-02")]
    assert result.countdown_s.tolist() == [4 * 86_400]


def test_the_night_in_which_the_clock_goes_forward_is_an_hour_shorter() -> None:
    berlin = Network(
        (site(zone="Europe/Berlin", working="Mon-Sun", calendar=""),),
        (call(working="Mon-Sun"),),
        (service(),),
        (SAO_PAULO,),
    )
    spring = told(berlin, legs([epoch("2018-03-24T14:00", "Europe/Berlin")]))
    autumn = told(berlin, legs([epoch("2018-10-27T14:00", "Europe/Berlin")]), around="2018-10-27")
    assert (spring.countdown_s.tolist(), autumn.countdown_s.tolist()) == ([23 * 3600], [25 * 3600])


def test_handling_moves_dates_and_not_the_countdown() -> None:
    slow = replace(PLAIN, transit=TransitModel(AS_OF, (), (handling((0, 1_000_000), (0, 1_000_000)),)))
    asked = legs([epoch("2018-03-07T09:00")])
    one, other = told(PLAIN, asked), told(slow, asked)
    assert (other.countdown_s == one.countdown_s).all()
    assert (other.quantile_day > one.quantile_day).all()
    assert (other.arrived_ppm <= one.arrived_ppm).all()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"quantiles_ppm": (0,)}, "quantiles"),
        ({"quantiles_ppm": (1_000_000,)}, "quantiles"),
        ({"span_days": 0}, "span"),
        ({"span_days": 401}, "span"),
        ({"late_cost_micros": -1}, "late_cost"),
        ({"value_per_day_micros": 10**10 + 1}, "value_per_day"),
    ],
)
def test_parameters_that_mean_nothing_are_refused(wrong: dict[str, int], why: str) -> None:
    with pytest.raises(InvalidProblem, match=why):
        OptionParams(**wrong)  # type: ignore[arg-type]


PARAMS = st.builds(
    OptionParams,
    st.lists(st.integers(1, 999_999), max_size=4).map(tuple),
    st.integers(1, 70),
    st.sampled_from([0, 1, 5_000_000, 4 * 10**12]),
    st.sampled_from([0, 1, 300_000, 10**10]),
)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_the_verifier_accepts_every_answer_and_no_altered_one(data: st.DataObject) -> None:
    network, start = data.draw(networks()), data.draw(st.sampled_from(STARTS))
    asked, params = data.draw(asked_legs(network, start)), data.draw(PARAMS)
    tables = network.tables(start, start + 4)
    result = tell_options(PromiseProblem(tables, asked), params)
    covered = (tables.calendars.first_day, tables.calendars.last_day)

    def faults(one: OptionsResult) -> tuple[str, ...]:
        return check_options(
            network.sites, network.collections, network.services, network.destinations, network.transit,
            network.target_ppm, asked, params, one, covered=covered,
        )  # fmt: skip

    assert faults(result) == ()
    name = data.draw(st.sampled_from(["quantile_day", "arrived_ppm", "value_day", "value_ppm", "countdown_s"]))
    column = getattr(result, name).copy()
    if column.size:
        at = data.draw(st.integers(0, column.size - 1))
        column.ravel()[at] += 1
        row = at // (column.size // len(asked))
        assert [fault.split(":")[:2] for fault in faults(replace(result, **{name: column}))] == [
            [f"leg {row}", f" {name}"]
        ]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_probabilities_rise_and_higher_ones_are_never_earlier(data: st.DataObject) -> None:
    network, start = data.draw(networks()), data.draw(st.sampled_from(STARTS))
    asked = data.draw(asked_legs(network, start))
    shares = tuple(sorted(data.draw(st.sets(st.integers(1, 999_999), min_size=2, max_size=6))))
    result = tell_options(PromiseProblem(network.tables(start, start + 4), asked), OptionParams(shares, 150))
    kept = result.promised.promised_day >= 0
    within = result.arrived_ppm[kept][:, 1:] >= 0  # the calendar ends
    assert (np.diff(result.arrived_ppm[kept]) >= 0)[within].all()
    days = np.where(result.quantile_day < 0, 2**40, result.quantile_day)
    assert (np.diff(days) >= 0).all()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_quantile_of_the_target_is_the_promise(data: st.DataObject) -> None:
    network, start = data.draw(networks()), data.draw(st.sampled_from(STARTS))
    drawn = data.draw(asked_legs(network, start))
    asked = replace(drawn, promised_by=np.full(len(drawn), -1, np.int64))
    tables = network.tables(start, start + 90)
    result = tell_options(PromiseProblem(tables, asked), OptionParams((network.target_ppm,), 200))
    found = result.quantile_day[:, 0]
    assert (found[found >= 0] == result.promised.promised_day[found >= 0]).all()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_until_the_countdown_ends_an_order_leaves_on_the_same_day_and_then_later(data: st.DataObject) -> None:
    network, start = data.draw(networks()), data.draw(st.sampled_from(STARTS))
    ready = data.draw(st.lists(st.integers(start * 86_400, (start + 4) * 86_400), min_size=8, max_size=8))
    tables = network.tables(start, start + 40)
    result = tell_options(PromiseProblem(tables, legs(ready)), OptionParams(span_days=1))
    told = result.countdown_s >= 0
    ends = np.array(ready)[told] + result.countdown_s[told]
    days = result.promised.ship_day[told]
    assert (result.countdown_s[told] > 0).all()
    for seconds, moved in ((-1, False), (0, True)):
        after = tell_options(PromiseProblem(tables, legs((ends + seconds).tolist())), OptionParams(span_days=1))
        kept = after.promised.ship_day >= 0
        assert ((after.promised.ship_day > days) == moved)[kept].all()


def test_answers_do_not_depend_on_blocks_and_progress_is_told() -> None:
    ready = [epoch("2018-03-07T09:00") + 7 * step for step in range(20_000)]
    problem = PromiseProblem(PLAIN.tables(day("2018-03-01"), day("2018-04-01")), legs(ready))
    stages: list[tuple[str, int, int]] = []
    whole = tell_options(problem, run=Run(progress=lambda *stage: stages.append(stage)))
    assert ("telling options", 20_000, 20_000) in stages
    some = tell_options(replace(problem, legs=legs(ready[16_000:17_000])))
    np.testing.assert_array_equal(whole.arrived_ppm[16_000:17_000], some.arrived_ppm)
    np.testing.assert_array_equal(whole.countdown_s[16_000:17_000], some.countdown_s)


def test_twenty_thousand_legs_take_no_second() -> None:
    curve = handling((500_000, 900_000, 990_000), (700_000, 950_000, 990_000))
    slow = replace(PLAIN, transit=TransitModel(AS_OF, (), (curve,)))
    asked = legs([epoch("2018-03-05T00:00") + 17 * step for step in range(20_000)])
    problem = PromiseProblem(slow.tables(day("2018-03-01"), day("2018-04-01")), asked)
    tell_options(replace(problem, legs=legs([epoch("2018-03-07T09:00")])))  # compiles
    begun = process_time()
    tell_options(problem)
    assert process_time() - begun < 1
