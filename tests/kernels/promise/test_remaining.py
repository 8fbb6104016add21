"""When a parcel under way arrives: the same as its promise at first, and worse with every day that nothing happens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from time import process_time

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.kernels.promise.networks import (
    AS_OF,
    MANAUS,
    SAO_PAULO,
    STARTS,
    Network,
    call,
    day,
    epoch,
    handling,
    lane,
    legs,
    networks,
    service,
    site,
)

from doorstep.domain.errors import InvalidProblem
from doorstep.domain.learned import TransitModel
from doorstep.kernels.promise.check_remaining import check_remaining
from doorstep.kernels.promise.options import OptionParams, tell_options
from doorstep.kernels.promise.problem import PromiseProblem
from doorstep.kernels.promise.promise import BEYOND_CALENDAR, NO_COLLECTION, OK, promise
from doorstep.kernels.promise.remaining import (
    OUTLIVED,
    RemainingParams,
    RemainingProblem,
    RemainingResult,
    RemainingTables,
    UnderWay,
    compile_remaining,
    remaining,
)
from doorstep.kernels.run import Run

DAY_S = 86_400
PLAIN = Network((site(),), (call(),), (service(),), (SAO_PAULO, MANAUS))
LEARNED = replace(
    PLAIN, transit=TransitModel(AS_OF, (lane((0, 200_000, 600_000, 900_000, *[980_000] * 40)),))
)  # 2 % never arrive


def tables_of(network: Network, first_day: int, last_day: int) -> RemainingTables:
    return compile_remaining(
        network.sites, network.collections, network.services, network.destinations, network.transit,
        network.target_ppm, first_day, last_day,
    )  # fmt: skip


def under_way(
    ready_at: Sequence[int],
    left_at: int | Sequence[int] = -1,
    ship_day: int | Sequence[int] = -1,
    promised_by: int | Sequence[int] = -1,
    site: int | Sequence[int] = 0,
    service: int | Sequence[int] = 0,
    destination: int | Sequence[int] = 0,
) -> UnderWay:
    ready = np.array(ready_at, np.int64)
    columns = [
        np.broadcast_to(np.array(value, np.int64), ready.shape)
        for value in (site, service, destination, ship_day, left_at, promised_by)
    ]
    at, by, to, meant, left, promised = columns
    return UnderWay(at, by, to, ready, meant, left, promised)


def told(
    parcels: UnderWay, now: str | int, network: Network = LEARNED, params: RemainingParams | None = None
) -> RemainingResult:
    tables = tables_of(network, day("2018-01-01"), day("2018-05-01"))
    at = now if isinstance(now, int) else epoch(now)
    result = remaining(RemainingProblem(tables, parcels, at), params)
    faults = check_remaining(
        network.sites, network.collections, network.services, network.destinations, network.transit,
        network.target_ppm, parcels, at, params or RemainingParams(), result,
    )  # fmt: skip
    assert faults == ()
    return result


MONDAY = "2018-03-05"  # no holiday until Good Friday, 30 March
LEFT = epoch(f"{MONDAY}T17:00")


def test_what_has_left_arrives_by_its_curve() -> None:
    result = told(under_way([LEFT], LEFT, promised_by=day("2018-03-07")), f"{MONDAY}T18:00")
    assert result.today.tolist() == [day(MONDAY)]
    assert result.arrived_ppm[0, :5].tolist() == [0, 200_000, 600_000, 900_000, 980_000]
    assert result.quantile_day[0].tolist() == [day("2018-03-07"), day("2018-03-08"), day("2018-03-08")]
    assert (result.expected_day.tolist(), result.late_ppm.tolist()) == ([day("2018-03-08")], [400_000])
    assert (result.likely_late.tolist(), result.reason.tolist()) == ([False], [OK])


def test_what_is_not_there_after_two_days_is_one_of_those_that_take_longer() -> None:
    result = told(under_way([LEFT], LEFT, promised_by=day("2018-03-08")), "2018-03-08T09:00")
    assert result.arrived_ppm[0, :3].tolist() == [750_000, 950_000, 950_000]  # of the 40 % that are left
    assert result.late_ppm.tolist() == [250_000]
    assert result.expected_day.tolist() == [day("2018-03-09")]
    later = told(under_way([LEFT], LEFT, promised_by=day("2018-03-08")), "2018-03-09T00:00")
    assert (later.late_ppm.tolist(), later.likely_late.tolist()) == ([1_000_000], [True])
    assert later.arrived_ppm[0, :2].tolist() == [800_000, 800_000]
    assert later.expected_day.tolist() == [-1]  # a fifth of those never come: no day is 90 % sure
    assert later.quantile_day[0].tolist() == [day("2018-03-09"), day("2018-03-09"), -1]


def test_days_off_bring_nothing_and_cost_nothing() -> None:
    friday = epoch("2018-03-09T17:00")
    on = [told(under_way([friday], friday), f"2018-03-{at:02d}T18:00") for at in (9, 10, 11)]
    assert [one.arrived_ppm[0, 0].tolist() for one in on] == [0, 0, 0]
    monday = [int(one.arrived_ppm[0, day("2018-03-12") - one.today[0]]) for one in on]
    assert monday == [200_000] * 3


def test_beyond_the_evidence_of_its_lane_the_whole_country_tells_and_then_nothing_does() -> None:
    narrow = lane((0, 1_000_000), 2, destination_country="BR", destination_region="SP")
    broad = lane((0, 400_000, 700_000, 850_000, *[950_000] * 40), 3, destination_country="BR")
    network = replace(PLAIN, transit=TransitModel(AS_OF, (broad, narrow)))
    parcels = under_way([LEFT], LEFT, promised_by=day("2018-03-14"))
    first = told(parcels, "2018-03-06T09:00", network)
    assert (first.arrived_ppm[0, 0], first.reason[0]) == (1_000_000, OK)
    second = told(parcels, "2018-03-07T09:00", network)  # its lane has never seen that
    assert second.reason.tolist() == [OUTLIVED]
    assert second.arrived_ppm[0, :3].tolist() == [500_000, 750_000, 916_666]
    ages = [told(parcels, epoch("2018-03-07T09:00") + n * DAY_S, network).late_ppm[0] for n in range(40)]
    assert (np.diff(ages) >= 0).all()
    assert ages[-1] == 1_000_000


def test_without_history_a_parcel_far_behind_the_stated_transit_is_not_expected_tomorrow() -> None:
    """Half of those left arrive each day, as stated; but one in a thousand never does, and soon it is that one."""
    parcels = under_way([LEFT], LEFT)
    week, month = (told(parcels, now, PLAIN).arrived_ppm[0] for now in ("2018-03-14T09:00", "2018-04-12T09:00"))
    assert week[0] > 450_000
    assert month.max() < 10_000


def test_a_departure_that_went_without_a_parcel_is_news() -> None:
    curve = handling((600_000, 900_000, 950_000), (800_000, 920_000, 950_000))
    network = replace(LEARNED, transit=replace(LEARNED.transit, handling=(curve,)))
    parcels = under_way([epoch(f"{MONDAY}T09:00")], promised_by=day("2018-03-08"))
    before = told(parcels, f"{MONDAY}T18:59:59", network)  # the van may be late, and so may the record
    assert before.late_ppm[0] == 1_000_000 - (600_000 * 900_000 + 300_000 * 600_000 + 50_000 * 200_000) // 1_000_000
    after = told(parcels, f"{MONDAY}T19:00", network)
    assert after.late_ppm[0] == 1_000_000 - (300_000 * 600_000 + 50_000 * 200_000) // 400_000
    night = epoch("2018-03-04T20:00")
    slept = told(under_way([night], promised_by=day("2018-03-08")), f"{MONDAY}T09:00", network)
    assert slept.late_ppm[0] == 1_000_000 - (800_000 * 900_000 + 120_000 * 600_000 + 30_000 * 200_000) // 1_000_000


def test_a_site_as_stated_that_missed_its_departure_takes_each_next_one_half_the_time() -> None:
    parcels = under_way([epoch(f"{MONDAY}T09:00")], promised_by=day("2018-03-08"))
    assert told(parcels, f"{MONDAY}T18:00").late_ppm.tolist() == [100_000]
    missed = told(parcels, "2018-03-06T09:00")
    assert missed.reason.tolist() == [OUTLIVED]
    assert missed.late_ppm[0] == 1_000_000 - (600_000 + 200_000 // 2) // 2


def test_what_is_meant_for_a_later_departure_is_not_late_before_it() -> None:
    parcels = under_way([epoch(f"{MONDAY}T09:00")] * 2, ship_day=[-1, day("2018-03-08")], promised_by=day("2018-03-13"))
    on_time = told(parcels, "2018-03-08T09:00")
    assert on_time.reason.tolist() == [OUTLIVED, OK]
    assert on_time.late_ppm[1] == 100_000


def test_leaving_early_is_good_news() -> None:
    parcels = under_way([epoch(f"{MONDAY}T09:00")] * 2, ship_day=day("2018-03-07"), promised_by=day("2018-03-09"))
    waiting = told(parcels, "2018-03-05T18:00")
    gone = told(replace(parcels, left_at=np.array([LEFT, LEFT])), "2018-03-05T18:00")
    assert (gone.late_ppm < waiting.late_ppm).all()


def test_today_changes_with_midnight_at_the_site() -> None:
    indian = replace(LEARNED, sites=(site(zone="Asia/Kolkata", calendar=""),))
    left = epoch(f"{MONDAY}T17:00", "Asia/Kolkata")
    seconds = [epoch("2018-03-08T00:00", "Asia/Kolkata") + step for step in (-1, 0)]
    assert [told(under_way([left], left), at, indian).today[0] for at in seconds] == [
        day("2018-03-07"), day("2018-03-08"),
    ]  # fmt: skip
    # In the night of 18 February 2018 clocks went from midnight back to 23:00: that hour of the 17th came twice.
    night = [epoch("2018-02-17T23:30", fold=fold) for fold in (0, 1)]
    friday = epoch("2018-02-16T17:00")
    results = [told(under_way([friday], friday), at) for at in night]
    assert [one.today[0] for one in results] == [day("2018-02-17")] * 2
    np.testing.assert_array_equal(results[0].arrived_ppm, results[1].arrived_ppm)


def test_a_parcel_is_not_answered_where_nothing_calls_or_beyond_the_calendar() -> None:
    network = replace(PLAIN, services=(service(), service("rare")))
    left, meant, promised = [-1, LEFT, -1, -1], [-1, -1, 80_000, -1], [-1, -1, -1, 90_000]
    parcels = under_way([LEFT] * 4, left, meant, promised, service=[1, 1, 0, 0])
    result = remaining(RemainingProblem(tables_of(network, day(MONDAY), day(MONDAY)), parcels, LEFT))
    assert result.reason.tolist() == [NO_COLLECTION, OK, BEYOND_CALENDAR, BEYOND_CALENDAR]
    assert result.today.tolist() == [-1, day(MONDAY), -1, -1]
    assert (result.arrived_ppm[[0, 2, 3]] == -1).all()
    assert result.late_ppm.tolist() == [-1] * 4
    early = tables_of(network, day("2018-04-01"), day("2018-04-01"))
    assert remaining(RemainingProblem(early, under_way([LEFT]), LEFT)).reason.tolist() == [BEYOND_CALENDAR]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"span_days": 0}, "span"),
        ({"span_days": 401}, "span"),
        ({"quantiles_ppm": (0,)}, "quantiles"),
        ({"likely_late_ppm": 1_000_000}, "likely_late"),
        ({"least_ppm": 0}, "least"),
        ({"never_ppm": 0}, "never"),
        ({"grace_s": -1}, "grace"),
    ],
)
def test_parameters_that_mean_nothing_are_refused(wrong: dict[str, int], why: str) -> None:
    with pytest.raises(InvalidProblem, match=why):
        RemainingParams(**wrong)  # type: ignore[arg-type]


def test_parcels_that_mean_nothing_are_refused() -> None:
    tables = tables_of(PLAIN, day(MONDAY), day(MONDAY))
    with pytest.raises(InvalidProblem, match="after now"):
        RemainingProblem(tables, under_way([LEFT]), LEFT - 1)
    with pytest.raises(InvalidProblem, match="after now"):
        RemainingProblem(tables, under_way([LEFT - 9], LEFT), LEFT - 1)
    with pytest.raises(InvalidProblem, match="not in the network"):
        RemainingProblem(tables, under_way([LEFT], destination=2), LEFT)
    with pytest.raises(InvalidProblem, match="left_at < -1"):
        under_way([LEFT], -2)
    with pytest.raises(InvalidProblem, match="promised_by < -1"):
        under_way([LEFT], promised_by=-2)
    with pytest.raises(InvalidProblem, match="another length"):
        replace(under_way([LEFT]), left_at=np.array([1, 2]))
    with pytest.raises(InvalidProblem, match="whole numbers"):
        replace(under_way([LEFT]), left_at=np.array([1.0]))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Network, int, UnderWay, int]:
    """A network, its first day, parcels under way, and an instant after the last of their milestones."""
    network, start = draw(networks()), draw(st.sampled_from(STARTS))
    size = draw(st.integers(1, 6))

    def column(values: st.SearchStrategy[int]) -> list[int]:
        return draw(st.lists(values, min_size=size, max_size=size))

    ready = column(st.integers(start * DAY_S, (start + 4) * DAY_S))
    left = [-1 if gap < 0 else at + gap for at, gap in zip(ready, column(st.integers(-DAY_S, 3 * DAY_S)), strict=True)]
    maybe_day = st.one_of(st.just(-1), st.integers(start - 3, start + 40))
    parcels = under_way(
        ready,
        left,
        column(maybe_day),
        column(maybe_day),
        column(st.integers(0, len(network.sites) - 1)),
        column(st.integers(0, len(network.services) - 1)),
        column(st.integers(0, len(network.destinations) - 1)),
    )
    now = max(*ready, *left) + draw(st.integers(0, 25 * DAY_S))
    return network, start, parcels, now


PARAMS = st.builds(
    RemainingParams,
    st.integers(1, 50),
    st.lists(st.integers(1, 999_999), max_size=3).map(tuple),
    least_ppm=st.sampled_from([1, 50_000, 400_000]),
    never_ppm=st.sampled_from([1, 1_000, 100_000]),
    grace_s=st.sampled_from([0, 7_200]),
)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_the_verifier_accepts_every_answer_and_no_altered_one(data: st.DataObject) -> None:
    network, start, parcels, now = data.draw(cases())
    params = data.draw(PARAMS)
    tables = tables_of(network, start, start + 40)
    result = remaining(RemainingProblem(tables, parcels, now), params)
    covered = (tables.own.calendars.first_day, tables.own.calendars.last_day)

    def faults(one: RemainingResult) -> tuple[str, ...]:
        return check_remaining(
            network.sites, network.collections, network.services, network.destinations, network.transit,
            network.target_ppm, parcels, now, params, one, covered=covered,
        )  # fmt: skip

    assert faults(result) == ()
    name = data.draw(st.sampled_from(["today", "arrived_ppm", "quantile_day", "expected_day", "late_ppm", "reason"]))
    column = getattr(result, name).copy()
    if column.size:
        at = data.draw(st.integers(0, column.size - 1))
        column.ravel()[at] += 1
        row = at // (column.size // len(parcels))
        assert [fault.split(":")[:2] for fault in faults(replace(result, **{name: column}))] == [
            [f"parcel {row}", f" {name}"]
        ]


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_while_nothing_happens_the_chance_of_each_day_only_falls(data: st.DataObject) -> None:
    network, start, parcels, now = data.draw(cases())
    params = replace(data.draw(PARAMS), span_days=60)
    later = now + data.draw(st.integers(0, 20 * DAY_S))
    tables = tables_of(network, start, start + 60)
    one, other = (remaining(RemainingProblem(tables, parcels, at), params) for at in (now, later))
    assert one.reason.tolist()[0] in (OK, NO_COLLECTION, BEYOND_CALENDAR, OUTLIVED)
    for n in np.flatnonzero(other.today >= 0):
        moved = int(other.today[n] - one.today[n])
        assert moved >= 0
        assert (other.arrived_ppm[n, : 60 - moved] <= one.arrived_ppm[n, moved:]).all()
        assert other.late_ppm[n] >= one.late_ppm[n]


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_probabilities_lie_in_range_rise_with_the_day_and_no_day_lies_before_today(data: st.DataObject) -> None:
    network, start, parcels, now = data.draw(cases())
    result = remaining(RemainingProblem(tables_of(network, start, start + 40), parcels, now), data.draw(PARAMS))
    told_of = result.today >= 0
    shares = result.arrived_ppm[told_of]
    assert ((shares >= 0) & (shares <= 1_000_000)).all()
    assert (np.diff(shares) >= 0).all()
    for column in (result.expected_day[:, None], result.quantile_day):
        assert ((column == -1) | (column >= result.today[:, None])).all()
    late = result.late_ppm[told_of & (parcels.promised_by >= 0)]
    assert ((late >= 0) & (late <= 1_000_000)).all()


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_at_the_instant_of_placing_it_is_the_promise(data: st.DataObject) -> None:
    network, start = data.draw(networks()), data.draw(st.sampled_from(STARTS))
    ready = data.draw(st.integers(start * DAY_S, (start + 4) * DAY_S))
    at, by, to = (
        data.draw(st.integers(0, len(rows) - 1)) for rows in (network.sites, network.services, network.destinations)
    )
    shift = data.draw(st.integers(0, 3))
    tables = tables_of(network, start, start + 40)
    promised = promise(PromiseProblem(tables.own, legs([ready], at, by, to, shift)))
    assume(promised.ship_day[0] >= 0)
    parcels = under_way([ready], -1, promised.ship_day.tolist(), promised.promised_day.tolist(), at, by, to)
    result = remaining(RemainingProblem(tables, parcels, ready))
    assert 1_000_000 - result.late_ppm[0] == promised.on_time_ppm[0]
    options = tell_options(PromiseProblem(tables.own, legs([ready], at, by, to, shift)), OptionParams(span_days=60))
    ahead = int(promised.ship_day[0] - result.today[0])
    within = 60 - ahead
    if within > 0:
        np.testing.assert_array_equal(result.arrived_ppm[0, ahead:60], options.arrived_ppm[0, :within])


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_to_leave_with_the_departure_that_it_waits_for_only_helps(data: st.DataObject) -> None:
    network, start, parcels, now = data.draw(cases())
    tables = tables_of(network, start, start + 60)
    waiting = replace(parcels, left_at=np.full(len(parcels), -1, np.int64))
    left = replace(parcels, left_at=np.full(len(parcels), now, np.int64))
    one, other = (remaining(RemainingProblem(tables, rows, now)) for rows in (waiting, left))
    told_of = (one.today >= 0) & (other.today >= 0)
    assert (other.arrived_ppm[told_of] >= one.arrived_ppm[told_of]).all()
    assert (other.late_ppm[told_of] <= one.late_ppm[told_of]).all()


def test_answers_do_not_depend_on_blocks_and_progress_is_told() -> None:
    ready = [epoch(f"{MONDAY}T09:00") + 7 * step for step in range(20_000)]
    tables = tables_of(LEARNED, day(MONDAY), day("2018-03-20"))
    stages: list[tuple[str, int, int]] = []
    run = Run(progress=lambda *stage: stages.append(stage))
    whole = remaining(RemainingProblem(tables, under_way(ready), ready[-1]), run=run)
    assert ("foreseeing", 20_000, 20_000) in stages
    some = remaining(RemainingProblem(tables, under_way(ready[16_000:17_000]), ready[-1]))
    np.testing.assert_array_equal(whole.arrived_ppm[16_000:17_000], some.arrived_ppm)


def test_ten_thousand_parcels_take_no_second() -> None:
    curve = handling((500_000, 900_000, 990_000), (700_000, 950_000, 990_000))
    network = replace(LEARNED, transit=replace(LEARNED.transit, handling=(curve,)))
    ready = np.array([epoch(f"{MONDAY}T00:00") + 17 * step for step in range(10_000)])
    parcels = under_way(ready.tolist(), np.where(np.arange(10_000) % 2, ready, -1).tolist())
    problem = RemainingProblem(tables_of(network, day("2018-03-01"), day("2018-03-20")), parcels, int(ready[-1]))
    remaining(replace(problem, parcels=under_way([LEFT - DAY_S])))  # compiles
    begun = process_time()
    remaining(problem)
    assert process_time() - begun < 1
