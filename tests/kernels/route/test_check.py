"""The verifier of rounds: right plans pass, and every kind of fault is found and named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernels.route.plans import line, plans, result, whole

from doorstep.kernels.route.check import check, leave_cost
from doorstep.kernels.route.check_travel import Roads
from doorstep.kernels.route.problem import (
    NEVER,
    RELOAD,
    RouteParams,
    RouteProblem,
    Travel,
    plain_fleet,
    plain_stops,
)
from doorstep.kernels.route.result import RouteResult

FROM, TO = whole(0, 0, 0), whole(100, 100, 100)


def three(stops: dict[str, Any] | None = None, fleet: dict[str, Any] | None = None, **travel: Any) -> RouteProblem:
    """A depot at 0 and stops at 10, 20 and 30, one van of capacity 6; each stop is brought 2."""
    cells = {"count": whole(1), "capacity": whole(6)[:, None]} | (fleet or {})
    return RouteProblem(
        line(0, 10, 20, 30, **travel),
        plain_stops(whole(1, 2, 3), **({"delivery": whole(2, 2, 2)[:, None]} | (stops or {}))),
        plain_fleet(**cells),
    )


def codes(problem: RouteProblem, plan: RouteResult, **params: Any) -> set[str]:
    return {fault.code for fault in check(problem, plan, RouteParams(**params))}


ALL = result([(0, [0, 1, 2])], 60)


def test_a_right_plan_has_no_fault() -> None:
    assert check(three(), ALL) == ()


@given(plans())
def test_right_plans_are_accepted(drawn: tuple[RouteProblem, RouteResult]) -> None:
    problem, plan = drawn
    assert check(problem, plan) == ()


@given(plans(), st.data())
def test_broken_plans_are_rejected(drawn: tuple[RouteProblem, RouteResult], data: st.DataObject) -> None:
    problem, plan = drawn
    stop = data.draw(st.integers(0, problem.stops.count - 1))
    visit, fleet, stops = plan.visit, problem.fleet, problem.stops
    fault, broken = data.draw(
        st.sampled_from(
            [
                ("twice", (problem, replace(plan, visit=np.append(visit, visit[:1]), start=_longer(plan)))),
                ("both", (problem, replace(plan, unserved=whole(stop)))),
                ("cost", (problem, replace(plan, cost=plan.cost - 1))),
                ("objective", (problem, replace(plan, objective=plan.objective + 1))),
                ("bound", (problem, replace(plan, lower_bound=plan.objective + 1))),
                ("count", (_with(problem, fleet=replace(fleet, count=fleet.count - 1)), plan)),
                ("distance", (_with(problem, fleet=replace(fleet, max_distance_m=whole(0))), plan)),
                ("skill", (_with(problem, stops=replace(stops, skills=stops.skills + 4)), plan)),
            ]
        )
    )
    if fault == "distance" and not problem.travel.x.any() and not problem.travel.y.any():
        return  # nothing is driven
    found = codes(*broken)
    assert fault in found or (fault == "distance" and not _metres(problem, plan))


def _metres(problem: RouteProblem, plan: RouteResult) -> int:
    """Metres, if the van's other costs are taken off."""
    cheap = _with(problem, fleet=replace(problem.fleet, fixed=whole(0), per_s=whole(0)))
    (fault,) = [one for one in check(cheap, replace(plan, cost=-1, objective=-1)) if one.code == "cost"]
    return int(fault.why.split()[-3])


def _with(problem: RouteProblem, **parts: Any) -> RouteProblem:
    return replace(problem, **parts)


def _longer(plan: RouteResult) -> Any:
    return np.append(plan.start[:-1], plan.start[-1] + 1)


BROKEN = [
    # code, part of the sentence, problem, plan
    ("missing", "stop 2 is neither", three(), result([(0, [0, 1])], 40)),
    ("twice", "stop 0 is served 2", three(), result([(0, [0, 1, 2, 0])], 60)),
    ("left", "stop 2 is required", three(), result([(0, [0, 1])], 40, left=[2])),
    ("unserved", "stop 2 has a prize", three({"prize": whole(-1, -1, 9)}), result([(0, [0, 1])], 40, [2])),
    ("capacity", "leaves with 6 of load 0, 5", three(fleet={"capacity": whole(5)[:, None]}), ALL),
    (
        "capacity", "7 of load 0 on board after stop 0, 6",
        three({"pickup": whole(3, 0, 0)[:, None]}), ALL,
    ),
    ("window", "stop 1 is begun at 20, at 19", three({"to_s": whole(99, 19, 99)}), ALL),
    ("shift", "back at 60, the shift ends at 59", three(fleet={"to_s": whole(59)}), ALL),
    ("shift", "back at 65, the shift ends at 60", three(fleet={"from_s": whole(5), "to_s": whole(60)}), ALL),
    ("duration", "60 s, 59 at most", three(fleet={"max_duration_s": whole(59)}), ALL),
    ("distance", "60 m, 59 at most", three(fleet={"max_distance_m": whole(59)}), ALL),
    ("trips", "2 trips, 1 at most", three(), result([(0, [0, RELOAD, 1, 2])], 80)),
    ("reload", "a trip without stops", three(fleet={"max_trips": whole(9)}), result([(0, [RELOAD, 0, 1, 2])], 60)),
    ("reload", "without", three(fleet={"max_trips": whole(9)}), result([(0, [0, RELOAD, RELOAD, 1, 2])], 80)),
    ("reload", "without", three(fleet={"max_trips": whole(9)}), result([(0, [0, 1, 2, RELOAD])], 60)),
    ("skill", "lacks a skill of stop 1", three({"skills": whole(0, 6, 0)}, {"skills": whole(5)}), ALL),
    ("count", "1 rounds of vehicle 0, there are 0", three(fleet={"count": whole(0)}), ALL),
    ("pair", "one of stops 0 and 2", three({"pairs": whole(0, 2)[None], "pickup": whole(2, 0, 0)[:, None]}),
     result([(0, [0, 1])], 40, [2])),
    ("group", "2 stops of group 7", three({"group": whole(7, -1, 7)}), ALL),
    ("group", "it is named all the same", three({"group": whole(7, -1, 7)}), result([(0, [0, 1])], 40, [2])),
    ("no_way", "no way from location 0 to 1", RouteProblem(
        Travel("matrix", np.zeros(2), np.zeros(2), distance=np.array([[0, NEVER], [1, 0]]),
               duration=np.array([[0, 1], [1, 0]])),
        plain_stops(whole(1), whole(1)[:, None]), plain_fleet(whole(1), whole(1)[:, None])), result([(0, [0])], 2)),
    ("cost", "61 is told, 60 is reckoned", three(), result([(0, [0, 1, 2])], 61)),
    ("shape", "no stop 3", three(), result([(0, [0, 1, 2, 3])], 60)),
    ("shape", "no stop -2", three(), result([(0, [0, 1, -2])], 60)),
    ("shape", "no vehicle 1", three(), result([(1, [0, 1, 2])], 60)),
    ("shape", "a round without", three(), result([(0, [0, 1, 2]), (0, [])], 60)),
    ("shape", "unserved does not ascend", three(), result([(0, [0])], 20, [2, 1])),
    ("shape", "left does not ascend", three(), result([(0, [0])], 20, left=[1, 1])),
    ("shape", "start does not", three(), replace(ALL, start=whole(0, 2))),
]  # fmt: skip


@pytest.mark.parametrize(("code", "why", "problem", "plan"), BROKEN)
def test_a_fault_is_named(code: str, why: str, problem: RouteProblem, plan: RouteResult) -> None:
    found = check(problem, plan)
    assert any(fault.code == code and why in fault.why for fault in found), [str(fault) for fault in found]


def test_a_stop_for_one_van_only() -> None:
    two = three({"only": whole(-1, 1, -1)}, {"count": whole(1, 1), "capacity": whole(6, 6)[:, None]})
    assert codes(two, ALL) == {"only"}
    assert check(two, result([(1, [0, 1, 2])], 60)) == ()


def test_pick_ups_stay_on_board_and_deliveries_leave() -> None:
    both = three({"pickup": whole(2, 2, 2)[:, None]})
    assert check(both, ALL) == ()
    assert codes(three({"pickup": whole(2, 2, 3)[:, None]}), ALL) == {"capacity"}


def test_a_second_dimension_counts_as_the_first() -> None:
    loads = np.array([[2, 1], [2, 1], [2, 2]])
    assert check(three({"delivery": loads, "pickup": 0 * loads}, {"capacity": np.array([[6, 4]])}), ALL) == ()
    assert codes(three({"delivery": loads, "pickup": 0 * loads}, {"capacity": np.array([[9, 3]])}), ALL) == {"capacity"}


def test_goods_of_a_pair_are_on_board_between_its_stops_only() -> None:
    pair = {"pairs": whole(0, 1)[None], "delivery": whole(0, 5, 4)[:, None], "pickup": whole(5, 0, 0)[:, None]}
    assert codes(three(pair), ALL) == {"capacity"}  # 5 of the pair and 4 for the last stop, after the first
    assert check(three(pair), result([(0, [2, 0, 1])], 80)) == ()
    assert codes(three(pair), result([(0, [1, 0, 2])], 80)) >= {"pair"}
    twice = three(pair, {"max_trips": whole(2)})
    assert codes(twice, result([(0, [0, RELOAD, 1, 2])], 80)) >= {"pair"}


def test_reloads_bring_the_load_anew_and_take_their_time() -> None:
    fleet = {"capacity": whole(4)[:, None], "max_trips": whole(2), "reload_s": whole(7)}
    plan = result([(0, [0, 1, RELOAD, 2])], 100)
    assert check(three(fleet=fleet), plan) == ()
    assert codes(three(fleet=fleet), ALL) == {"capacity"}
    assert codes(three({"to_s": whole(99, 99, 76)}, fleet), plan) == {"window"}
    assert check(three({"to_s": whole(99, 99, 77)}, fleet), plan) == ()


def test_what_is_left_costs_its_prize_once_a_group() -> None:
    prized = three({"prize": whole(-1, 9, 9), "group": whole(-1, 4, 4)})
    assert check(prized, result([(0, [0])], 20, left=[1, 2], objective=29)) == ()
    assert codes(prized, result([(0, [0])], 20, left=[1, 2], objective=38)) == {"objective"}
    assert codes(prized, result([(0, [0])], 20, left=[1], objective=29)) == {"missing"}
    assert check(prized, result([(0, [0, 1])], 40)) == ()


def test_what_is_unserved_costs_by_priority() -> None:
    urgent = three({"priority": whole(0, 2, 1)})
    plan = result([(0, [0])], 20, [1, 2], objective=20 + 5 * 5)
    assert codes(urgent, plan, leave_cost=5) == set()
    assert codes(urgent, plan, leave_cost=6) == {"objective"}
    pair = {"pairs": whole(1, 2)[None], "delivery": whole(0, 0, 1)[:, None], "pickup": whole(0, 1, 0)[:, None]}
    paired = three(pair | {"priority": whole(0, 2, 1)})
    assert codes(paired, replace(plan, objective=20 + 5 * 3), leave_cost=5) == set()
    dearest = 10 * 60
    assert check(three(), result([(0, [0, 1])], 40, [2], objective=40 + dearest)) == ()


def test_the_leave_cost_is_ten_times_the_dearest_round() -> None:
    fleet = {
        "count": whole(1, 1, 0), "capacity": whole(6, 6, 6)[:, None], "fixed": whole(1, 5, 999),
        "per_s": whole(0, 2, 2), "speed_ppm": whole(10**6, 2 * 10**6, 10**6),
    }  # fmt: skip
    problem = three({"service_s": whole(0, 0, 3)}, fleet)
    assert leave_cost(problem, Roads(problem.travel)) == 10 * (5 + 60 + 2 * (15 + 15 + 3))


def test_only_rounds_that_are_driven_cost() -> None:
    assert check(three(fleet={"fixed": whole(100)}), result([(0, [0, 1, 2])], 160)) == ()
    nothing = plain_stops(whole(), np.zeros((0, 1), np.int64))
    assert check(replace(three(fleet={"fixed": whole(100)}), stops=nothing), result([], 0)) == ()


def test_time_costs_from_the_latest_departure() -> None:
    fleet = {"per_m": whole(0), "per_s": whole(1)}
    assert check(three(fleet=fleet), ALL) == ()
    late = {"from_s": whole(50, 0, 0)}  # it leaves at 40, and not at 0 to wait
    assert check(three(late, fleet), ALL) == ()
    closing = {"from_s": whole(0, 50, 0), "to_s": whole(15, 99, 99)}  # it must leave at 5 and wait for 25
    assert check(three(closing, fleet), result([(0, [0, 1, 2])], 85)) == ()


@pytest.mark.parametrize(("window", "cost"), [((0, 0), 60), ((5, 8), 60), ((12, 15), 60), ((0, 99), 60)])
def test_a_break_before_departure_costs_nothing(window: tuple[int, int], cost: int) -> None:
    fleet = {"break_s": whole(9), "break_from_s": whole(window[0]), "break_to_s": whole(window[1])}
    assert check(three(fleet=fleet | {"per_m": whole(0), "per_s": whole(1)}), result([(0, [0, 1, 2])], cost)) == ()
    assert codes(three(fleet=fleet | {"from_s": whole(window[1] + 30), "to_s": whole(200)}), ALL) == {"break"}


def test_a_break_on_the_way_takes_its_time() -> None:
    fleet = {"break_s": whole(9), "break_from_s": whole(25), "break_to_s": whole(40), "to_s": whole(69)}
    windows = {"to_s": whole(10, 20, 99)}  # it must leave at once
    on_the_way = three(windows, fleet | {"per_m": whole(0), "per_s": whole(1)})
    assert check(on_the_way, result([(0, [0, 1, 2])], 69)) == ()
    assert codes(three(windows, fleet | {"to_s": whole(68)}), ALL) == {"break"}
    assert codes(three({"to_s": whole(10, 20, 38)}, fleet), ALL) == {"break"}
    home = fleet | {"break_from_s": whole(31), "break_to_s": whole(99)}  # it is back by then, and has had no break
    assert codes(three({"to_s": whole(10, 20, 30)}, home), ALL) == {"break"}


def test_there_is_no_break_at_a_reload() -> None:
    fleet = {"break_s": whole(9), "break_from_s": whole(45), "break_to_s": whole(50), "max_trips": whole(2)}
    windows = {"from_s": whole(0, 0, 0), "to_s": whole(10, 20, 79)}
    plan = result([(0, [0, 1, RELOAD, 2])], 100)
    assert codes(three(windows, fleet), plan) == {"break"}
    assert check(three(windows, fleet | {"break_to_s": whole(79)}), result([(0, [0, 1, RELOAD, 2])], 100)) == ()


def test_speed_halves_durations_and_not_distances() -> None:
    fleet = {"speed_ppm": whole(2_000_000), "per_s": whole(1)}
    assert check(three(fleet=fleet), result([(0, [0, 1, 2])], 60 + 30)) == ()
    fleet = {"speed_ppm": whole(3_000_000), "per_s": whole(1)}
    assert check(three(fleet=fleet), result([(0, [0, 1, 2])], 60 + 4 + 4 + 4 + 10)) == ()  # each leg rounded up


def test_a_slow_period_is_driven_through_piece_by_piece() -> None:
    """Twice as long from 15 to 30: the leg from 10 takes 5 and 2 x 5, that from 25 takes 5 and 7.5."""
    slow = {"period_from_s": whole(15, 30), "period_pace_ppm": whole(2_000_000, 1_000_000)}
    fleet = {"to_s": whole(68)}
    late = three({"to_s": whole(10, 25, 38)}, fleet, **slow)
    assert check(late, ALL) == ()
    assert codes(three({"to_s": whole(10, 24, 38)}, fleet, **slow), ALL) == {"window"}
    assert codes(three({"to_s": whole(10, 25, 37)}, fleet, **slow), ALL) == {"window"}
    assert codes(three({"to_s": whole(10, 25, 38)}, {"to_s": whole(67)}, **slow), ALL) == {"shift"}


ROADS = Roads(
    line(0, 1, period_from_s=whole(10, 25, 60, 61), period_pace_ppm=whole(1_600_000, 400_000, 3_200_000, 900_000))
)


@given(st.integers(-20, 120), st.integers(0, 90_000_000))
def test_leaving_later_arrives_no_sooner(leaves: int, driving: int) -> None:
    arrives = ROADS.arrival(leaves, driving)
    assert leaves <= arrives <= ROADS.arrival(leaves + 1, driving)
    assert arrives <= ROADS.arrival(leaves, driving + 1)


@given(st.integers(-20, 120), st.integers(0, 90_000_000))
def test_an_arrival_is_the_first_second_by_which_all_is_driven(leaves: int, driving: int) -> None:
    paces = [(61, 1_111_111), (60, 312_500), (25, 2_500_000), (10, 625_000), (-(10**9), 1_000_000)]
    arrives = leaves
    while driving > 0:
        driving -= next(drives for start, drives in paces if arrives >= start)
        arrives += 1
    assert ROADS.arrival(leaves, driving=_driven(leaves, arrives, paces) + min(driving, 0)) == arrives


def _driven(leaves: int, arrives: int, paces: list[tuple[int, int]]) -> int:
    return sum(next(drives for start, drives in paces if now >= start) for now in range(leaves, arrives))


@st.composite
def timed(draw: st.DrawFn) -> tuple[RouteProblem, Sequence[int]]:
    """One van with a break and windows, on a line."""
    small = st.integers(0, 12)
    places = draw(st.lists(small, min_size=2, max_size=4))
    n = len(places) - 1
    opens = draw(st.lists(st.integers(0, 30), min_size=n, max_size=n))
    closes = [begin + draw(small) for begin in opens]
    pause_from, begins = draw(st.integers(0, 40)), draw(st.integers(0, 10))
    problem = RouteProblem(
        line(*places),
        plain_stops(
            np.arange(1, n + 1), np.zeros((n, 1), np.int64), from_s=whole(*opens), to_s=whole(*closes),
            service_s=whole(*draw(st.lists(small, min_size=n, max_size=n))),
        ),
        plain_fleet(
            whole(1), whole(0)[:, None], per_m=whole(0), per_s=whole(1), from_s=whole(begins),
            to_s=whole(draw(st.integers(20, 70))), break_s=whole(draw(st.integers(0, 9))),
            break_from_s=whole(pause_from), break_to_s=whole(pause_from + draw(small)),
        ),
    )  # fmt: skip
    return problem, range(n)


@given(timed())
def test_the_duration_is_the_shortest_of_all_schedules(drawn: tuple[RouteProblem, Sequence[int]]) -> None:
    problem, visits = drawn
    _compare(problem, visits, 1)


@given(timed(), st.lists(st.integers(-10, 70), min_size=1, max_size=3, unique=True), st.data())
def test_with_periods_it_is_the_shortest_of_whole_minutes(
    drawn: tuple[RouteProblem, Sequence[int]], begin: list[int], data: st.DataObject
) -> None:
    """Minutes of the problem are made of tens of its seconds, so that there are several of them."""
    problem, visits = drawn
    paces = data.draw(st.lists(st.integers(300_000, 3_000_000), min_size=len(begin), max_size=len(begin)))
    stops, fleet, travel = problem.stops, problem.fleet, problem.travel
    times = {name: 10 * getattr(stops, name) for name in ("from_s", "to_s", "service_s")}
    shift = {name: 10 * getattr(fleet, name) for name in ("from_s", "to_s", "break_s", "break_from_s", "break_to_s")}
    slow = replace(
        travel, seconds_per_km=10_000, period_from_s=10 * whole(*sorted(begin)), period_pace_ppm=whole(*paces)
    )
    _compare(RouteProblem(slow, replace(stops, **times), replace(fleet, **shift)), visits, 60)


def _compare(problem: RouteProblem, visits: Sequence[int], step: int) -> None:
    shortest = min(_durations(problem, visits, step), default=None)
    faults = check(problem, result([(0, visits)], shortest or 0))
    if shortest is None:
        assert {fault.code for fault in faults} & {"window", "shift", "break"}
    else:
        assert faults == ()


def _durations(problem: RouteProblem, visits: Sequence[int], step: int) -> list[int]:
    """Of every departure with every place of the break."""
    names = ("from_s", "to_s", "break_s", "break_from_s", "break_to_s")
    begins, ends, pause_s, pause_from, pause_to = (int(getattr(problem.fleet, name)[0]) for name in names)
    rested = max(begins, pause_from) + pause_s
    found = []
    for leaves in range(begins, ends + 1, step):
        for pause in range(-1, len(visits)) if pause_s else [len(visits)]:
            back = _drive(problem, visits, leaves, pause, (pause_s, pause_from, pause_to))
            if back is None or back > ends or (pause == -1 and (rested > leaves or rested > pause_to + pause_s)):
                continue
            found.append(back - leaves)
    return found


def _drive(
    problem: RouteProblem, visits: Sequence[int], leaves: int, pause: int, window: tuple[int, int, int]
) -> int | None:
    x, stops, roads = problem.travel.x, problem.stops, Roads(problem.travel)
    each = problem.travel.seconds_per_km // 1000
    now, place = leaves, 0
    for number, stop in enumerate([*visits, None]):
        to = 0 if stop is None else stop + 1
        now = roads.arrival(now, 10**6 * each * int(abs(x[to] - x[place])))
        place = to
        if stop is None:
            break
        if pause == number:
            if max(now, window[1]) > window[2]:
                return None
            now = max(now, window[1]) + window[0]
        now = max(now, int(stops.from_s[stop]))
        if now > stops.to_s[stop]:
            return None
        now += int(stops.service_s[stop])
    return now


def test_distances_follow_each_rule() -> None:
    x, y = np.array([0.0, 3.0, 0.25]), np.array([0.0, 4.1, 0.25])
    assert Roads(Travel("rounded", x, y)).distance(0, 1) == 5
    assert Roads(Travel("truncated", x, y)).distance(0, 1) == 50
    assert Roads(Travel("truncated", x, y)).distance(0, 2) == 3
    earth = Roads(Travel("haversine", np.array([-8.61, 8.69]), np.array([41.15, 49.41]), 120, detour_ppm=1_300_000))
    assert abs(earth.distance(0, 1) - 1_300 * 1_622) < 13_000  # Porto to Heidelberg: 1,622 km
    assert earth.driving(0, 1, 1_000_000) == 10**6 * round(earth.distance(0, 1) * 0.12)
    given = Travel("matrix", x, y, distance=np.arange(9).reshape(3, 3) * (1 - np.eye(3, dtype=np.int64)),
                   duration=2 * np.arange(9).reshape(3, 3) * (1 - np.eye(3, dtype=np.int64)))  # fmt: skip
    assert (Roads(given).distance(1, 0), Roads(given).driving(1, 0, 3_000_000)) == (3, 2_000_000)
