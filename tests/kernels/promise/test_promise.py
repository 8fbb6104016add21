from __future__ import annotations

from dataclasses import replace

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
    answers,
    asked_legs,
    call,
    day,
    epoch,
    lane,
    legs,
    networks,
    service,
    site,
)

from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import TransitModel
from doorstep.kernels.promise.check import check
from doorstep.kernels.promise.problem import Legs, PromiseProblem
from doorstep.kernels.promise.promise import (
    BEYOND_CALENDAR,
    NO_COLLECTION,
    OK,
    TARGET_NOT_REACHED,
    PromiseParams,
    PromiseResult,
    promise,
)

PLAIN = Network((site(),), (call(),), (service(),), (SAO_PAULO, MANAUS))


def faults(network: Network, asked: Legs, result: PromiseResult, covered: tuple[int, int] | None) -> tuple[str, ...]:
    return check(
        network.sites,
        network.collections,
        network.services,
        network.destinations,
        network.transit,
        network.target_ppm,
        asked,
        result,
        covered=covered,
    )


def test_an_order_before_the_cut_off_leaves_the_same_day_and_one_at_the_cut_off_does_not() -> None:
    result = answers(PLAIN, legs([epoch("2018-03-07T13:59:59"), epoch("2018-03-07T14:00:00")]))
    assert result.ship_day.tolist() == [day("2018-03-07"), day("2018-03-08")]
    assert result.ship_at.tolist() == [epoch("2018-03-07T17:00"), epoch("2018-03-08T17:00")]


def test_friday_after_cut_off_before_a_monday_holiday_leaves_on_tuesday() -> None:
    # 1 May 2017 was a Monday; of two to four working days of transit, 90% are reached on the fourth.
    result = answers(PLAIN, legs([epoch("2017-04-28T15:00")]), around="2017-05-01")
    assert result.ship_day.tolist() == [day("2017-05-02")]
    assert result.promised_day.tolist() == [day("2017-05-08")]
    assert result.on_time_ppm.tolist() == [950_000]
    assert result.reason.tolist() == [OK]


def test_sao_paulo_to_manaus_follows_its_lane_and_the_holidays_of_amazonas() -> None:
    # Amazonas rests on 5 September and 8 December beside the national days; Sao Paulo does not on 5 September.
    region = {"destination_country": "BR", "destination_region": "AM"}
    transit = TransitModel(AS_OF, (lane((0, 300_000, 1_000_000)), lane((0, 0, 100_000, 950_000), 2, **region)))
    network = replace(PLAIN, transit=transit)
    result = answers(network, legs([epoch("2017-09-04T09:00")] * 2, destination=[0, 1]), around="2017-09-04")
    assert result.promised_day.tolist() == [day("2017-09-06"), day("2017-09-11")]
    assert result.on_time_ppm.tolist() == [1_000_000, 950_000]


def test_a_collection_in_the_hour_that_spring_skips_happens_an_hour_later() -> None:
    night = Network(
        (site(zone="Europe/Berlin", working="Mon-Sun", calendar="", cutoff="23:00"),),
        (call("02:30", "Mon-Sun"),),
        (service(),),
        (SAO_PAULO,),
    )
    asked = legs([epoch("2018-03-25T01:45", "Europe/Berlin"), epoch("2018-03-25T03:45", "Europe/Berlin")])
    result = answers(night, asked)
    assert result.ship_at.tolist() == [
        epoch("2018-03-25T03:30", "Europe/Berlin"),
        epoch("2018-03-26T02:30", "Europe/Berlin"),
    ]
    assert faults(night, asked, result, None) == ()


def test_a_cut_off_passed_before_the_clock_goes_back_stays_passed() -> None:
    night = Network(
        (site(zone="Europe/Berlin", working="Mon-Sun", calendar="", cutoff="02:15"),),
        (call("23:00", "Mon-Sun"),),
        (service(),),
        (SAO_PAULO,),
    )
    ready = [epoch("2018-10-28T02:10", "Europe/Berlin", fold) for fold in (0, 1)]
    result = answers(night, legs(ready), around="2018-10-28")
    assert result.ship_day.tolist() == [day("2018-10-28"), day("2018-10-29")]


def test_the_earliest_of_several_collections_that_is_still_to_come_is_taken() -> None:
    network = replace(PLAIN, collections=(call("18:00"), call("11:00"), call("09:00", "Thu")))
    asked = legs([epoch("2018-03-07T10:00"), epoch("2018-03-07T12:00"), epoch("2018-03-07T15:00")])
    expected = ["2018-03-07T11:00", "2018-03-07T18:00", "2018-03-08T09:00"]
    assert answers(network, asked).ship_at.tolist() == [epoch(text) for text in expected]


def test_each_shift_is_one_collection_day_later() -> None:
    network = replace(PLAIN, collections=(call("11:00", "Mon,Thu"), call("16:00", "Mon,Thu")))
    asked = legs([epoch("2018-03-05T12:00")] * 3, shift=[0, 1, 2])
    expected = ["2018-03-05T16:00", "2018-03-08T11:00", "2018-03-12T11:00"]
    assert answers(network, asked).ship_at.tolist() == [epoch(text) for text in expected]


def test_a_nominated_day_delays_the_collection_until_it_is_not_missed_on_the_early_side() -> None:
    # Two days of transit at the least: to arrive on Wednesday 21 March the parcel leaves on Monday the 19th.
    asked = legs([epoch("2018-03-07T09:00")], not_before=day("2018-03-21"))
    result = answers(PLAIN, asked)
    assert result.ship_day.tolist() == [day("2018-03-19")]
    assert result.promised_day.tolist() == [day("2018-03-23")]


def test_a_day_not_to_be_preceded_is_promised_if_it_is_in_reach_and_else_the_earliest_later_one() -> None:
    # One service is spread over three days, the other takes one: for Wednesday 21 March it leaves on the 20th.
    network = replace(
        PLAIN,
        services=(service(), service("courier", "express", days=(1, 1))),
        collections=(call(), call("16:00", service="courier")),
    )
    asked = legs([epoch("2018-03-07T09:00")] * 2, service=[0, 1], not_before=day("2018-03-21"))
    result = answers(network, asked)
    assert result.ship_day.tolist() == [day("2018-03-19"), day("2018-03-20")]
    assert result.promised_day.tolist() == [day("2018-03-23"), day("2018-03-21")]
    assert (result.on_time_ppm >= network.target_ppm).all()


def test_a_nominated_day_is_promised_if_it_is_in_reach_and_its_own_chance_is_told_if_not() -> None:
    network = replace(
        PLAIN,
        services=(service(), service("courier", "express", days=(1, 1))),
        collections=(call(), call("16:00", service="courier")),
    )
    # The third is wished for the day before it can be there, the fourth promised for it already.
    wished, soon = day("2018-03-21"), day("2018-03-07")
    asked = legs(
        [epoch("2018-03-07T09:00")] * 4,
        service=[0, 1, 1, 1],
        not_before=[wished, wished, soon, -1],
        promised_by=[wished, wished, soon, soon],
    )
    result = answers(network, asked)
    days = [day(f"2018-03-{one:02}") for one in (23, 21, 8, 7)]
    assert result.promised_day.tolist() == days
    assert result.on_time_ppm.tolist() == [950_000, 950_000, 950_000, 0]
    assert result.as_wished_ppm.tolist() == [316_666, 950_000, 0, 0]


def test_a_day_promised_already_is_kept_and_its_probability_is_told() -> None:
    asked = legs([epoch("2018-03-07T09:00")] * 3, promised_by=[day("2018-03-09"), day("2018-03-06"), day("2018-03-11")])
    result = answers(PLAIN, asked)
    assert result.promised_day.tolist() == [day("2018-03-09"), day("2018-03-06"), day("2018-03-11")]
    assert result.on_time_ppm.tolist() == [316_666, 0, 316_666]


def test_a_same_day_service_arrives_on_its_working_ship_day_only() -> None:
    courier = service(speed="same_day", days=(0, 0))
    network = replace(
        PLAIN, services=(courier,), sites=(site(working="Mon-Sun"),), collections=(call("15:00", "Mon-Sun"),)
    )
    asked = legs([epoch("2018-03-07T09:00"), epoch("2018-03-10T09:00")], promised_by=[-1, day("2018-03-11")])
    result = answers(network, asked)
    assert result.promised_day.tolist() == [day("2018-03-07"), day("2018-03-11")]
    assert result.on_time_ppm.tolist() == [950_000, 0]


def test_a_service_without_collection_at_the_site_promises_nothing() -> None:
    network = replace(PLAIN, services=(service(), service("other")))
    result = answers(network, legs([epoch("2018-03-07T09:00")], service=1))
    assert result.reason.tolist() == [NO_COLLECTION]
    assert (result.ship_at.tolist(), result.promised_day.tolist(), result.on_time_ppm.tolist()) == ([-1], [-1], [0])


def test_a_collection_on_days_the_site_is_closed_never_happens() -> None:
    network = replace(PLAIN, collections=(call(working="Sat,Sun"),))
    assert answers(network, legs([epoch("2018-03-07T09:00")])).reason.tolist() == [NO_COLLECTION]


def test_a_leg_outside_the_calendar_says_so() -> None:
    asked = legs([epoch("2016-03-07T09:00"), epoch("2018-03-07T09:00")], not_before=[-1, day("2020-01-01")])
    assert answers(PLAIN, asked).reason.tolist() == [BEYOND_CALENDAR, BEYOND_CALENDAR]


def test_a_target_beyond_the_evidence_is_promised_by_the_stated_transit_and_marked() -> None:
    transit = TransitModel(AS_OF, (lane((0, 100_000, 300_000)),))
    result = answers(replace(PLAIN, transit=transit), legs([epoch("2018-03-07T09:00")]))
    # The 70% still under way after two days arrive like the stated transit from there on: 30% + 70% of 63/68 on day 4.
    assert result.reason.tolist() == [TARGET_NOT_REACHED]
    assert result.promised_day.tolist() == [day("2018-03-13")]
    assert result.on_time_ppm.tolist() == [948_780]


def test_nothing_asked_gives_nothing() -> None:
    assert len(answers(PLAIN, legs([])).ship_at) == 0


def test_blocks_do_not_change_the_answers() -> None:
    ready = [epoch("2018-03-07T09:00") + 7_000 * step for step in range(50)]
    problem = PromiseProblem(PLAIN.tables(day("2018-03-01"), day("2018-04-01")), legs(ready, destination=1))
    whole, parts = promise(problem), promise(problem, PromiseParams(block_legs=7))
    for name in PromiseResult.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(whole, name), getattr(parts, name))


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_the_verifier_accepts_every_answer(data: st.DataObject) -> None:
    network, start = data.draw(networks()), data.draw(st.sampled_from(STARTS))
    asked = data.draw(asked_legs(network, start))
    tables = network.tables(start, start + 4)
    result = promise(PromiseProblem(tables, asked))
    covered = (tables.calendars.first_day, tables.calendars.last_day)
    assert faults(network, asked, result, covered) == ()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_verifier_rejects_every_altered_answer(data: st.DataObject) -> None:
    network, start = data.draw(networks()), data.draw(st.sampled_from(STARTS))
    asked = data.draw(asked_legs(network, start))
    tables = network.tables(start, start + 4)
    result = promise(PromiseProblem(tables, asked))
    name = data.draw(st.sampled_from(sorted(PromiseResult.__dataclass_fields__)))
    row = data.draw(st.integers(0, len(asked) - 1))
    column = getattr(result, name).copy()
    column[row] += data.draw(st.sampled_from([1, 2]))
    covered = (tables.calendars.first_day, tables.calendars.last_day)
    found = faults(network, asked, replace(result, **{name: column}), covered)
    assert [fault.split(":")[0] for fault in found] == [f"leg {row}"]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_later_order_never_leaves_earlier(data: st.DataObject) -> None:
    network, start = data.draw(networks()), data.draw(st.sampled_from(STARTS))
    ready = sorted(data.draw(st.lists(st.integers(start * 86_400, (start + 3) * 86_400), min_size=20, max_size=20)))
    result = promise(PromiseProblem(network.tables(start, start + 4), legs(ready)))
    assert (np.diff(result.ship_at) >= 0).all()
    assert (np.diff(result.promised_day) >= 0).all()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_higher_target_never_gives_an_earlier_promise(data: st.DataObject) -> None:
    network, start = data.draw(networks()), data.draw(st.sampled_from(STARTS))
    higher = replace(network, target_ppm=data.draw(st.integers(network.target_ppm, 999_999)))
    asked = data.draw(asked_legs(network, start))
    low, high = (promise(PromiseProblem(one.tables(start, start + 90), asked)) for one in (network, higher))
    assert (low.promised_day <= high.promised_day).all()


@pytest.mark.parametrize(
    ("column", "value"), [("site", 1), ("service", -1), ("destination", 2), ("shift", -1), ("not_before", -2)]
)
def test_legs_outside_the_network_are_refused(column: str, value: int) -> None:
    tables = PLAIN.tables(day("2018-03-01"), day("2018-04-01"))
    with pytest.raises(InvalidProblem, match=column):
        PromiseProblem(tables, legs([epoch("2018-03-07T09:00")], **{column: value}))


def test_columns_of_unequal_length_or_of_fractions_are_refused() -> None:
    asked = legs([epoch("2018-03-07T09:00")])
    with pytest.raises(InvalidProblem, match="shift"):
        replace(asked, shift=np.zeros(2, dtype=np.int64))
    with pytest.raises(InvalidProblem, match="whole numbers"):
        replace(asked, ready_at=np.zeros(1))  # type: ignore[arg-type]


def test_the_verifier_rejects_a_result_of_another_length() -> None:
    asked = legs([epoch("2018-03-07T09:00")])
    found = faults(PLAIN, legs([epoch("2018-03-07T09:00")] * 2), answers(PLAIN, asked), None)
    assert found == ("the result does not have one answer per leg",)
