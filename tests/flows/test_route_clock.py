"""What a search is told of its time."""

from __future__ import annotations

from tests.flows.route_day import Watching, clock

from doorstep.flows.route_clock import spent


def test_the_share_runs_from_the_beginning_of_the_search_to_the_end_of_its_time() -> None:
    ages = iter([2.0, 2.0, 4.0, 6.0, 7.0])
    watching = Watching()
    share = spent(clock(watching, lambda: next(ages)), 6.0)
    assert [share() for _ in range(4)] == [0.0, 0.5, 1.0, 1.0]
    assert watching.ages == [2.0, 4.0, 6.0, 7.0]


def test_time_that_is_over_before_it_begins_is_used_up() -> None:
    assert spent(clock(Watching(), lambda: 3.0), 2.0)() == 1.0


def test_who_ends_the_search_uses_it_up() -> None:
    assert spent(clock(Watching(), lambda: 1.0, ended=True), 9.0)() == 1.0
