"""The queue: a job is done by one at a time, tried again when it fails, and taken from a worker that has died."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.core_fixtures import NOW

from doorstep.core.accounts.models import Brand, Operator
from doorstep.core.jobs import actions as jobs
from doorstep.core.jobs import queries, turns, workers
from doorstep.core.jobs.actions import BACKOFF_S, LEASE
from doorstep.domain.rights import Scope

pytestmark = pytest.mark.django_db
KINDS = ("dig", "plant")


def test_the_job_due_the_longest_is_taken_first_and_by_one_alone() -> None:
    jobs.put("dig", at=NOW, due_at=NOW + timedelta(seconds=5), data={"hole": 2})
    jobs.put("plant", at=NOW, data={"tree": 1})
    jobs.put("other", at=NOW)  # of a kind that nobody here knows
    [first] = jobs.take("a", NOW, KINDS)
    assert (first.kind, first.data, first.attempt) == ("plant", {"tree": 1}, 1)
    assert jobs.take("b", NOW, KINDS) == ()
    [second] = jobs.take("b", NOW + timedelta(seconds=5), KINDS)
    assert second.data == {"hole": 2}
    assert jobs.finish(first)
    assert jobs.finish(second)
    assert jobs.take("a", NOW + timedelta(days=1), KINDS) == ()


def test_several_are_taken_at_once() -> None:
    jobs.put("dig", key="3", data={"hole": 3}, at=NOW)
    jobs.put_many("dig", {str(n): {"hole": n} for n in range(5)}, at=NOW)
    assert [one.data["hole"] for one in jobs.take("a", NOW, KINDS, most=3)] == [3, 0, 1]
    assert [one.data["hole"] for one in jobs.take("b", NOW, KINDS, most=3)] == [2, 4]


def test_of_one_key_one_waits_and_what_comes_while_it_is_done_follows() -> None:
    for hole in (1, 2):
        jobs.put("dig", key="garden", data={"hole": hole}, at=NOW)
    jobs.put("plant", key="garden", at=NOW)  # another kind is another job
    taken = jobs.take("a", NOW, ("dig",), most=9)
    assert [one.data["hole"] for one in taken] == [1]
    jobs.put("dig", key="garden", data={"hole": 3}, at=NOW)
    assert jobs.finish(taken[0])
    assert [one.data["hole"] for one in jobs.take("a", NOW, ("dig",), most=9)] == [3]


def test_a_failed_job_waits_longer_each_time_and_is_given_up_in_the_end(
    operator: Operator, brand: Brand, scope: Scope
) -> None:
    jobs.put("dig", at=NOW, operator=operator.pk, data={"brand": brand.pk})
    now = NOW
    for wait in BACKOFF_S:
        [taken] = jobs.take("a", now, KINDS)
        assert not jobs.fail(taken, now, "stone")
        assert jobs.take("a", now + timedelta(seconds=0.79 * wait), KINDS) == ()
        now += timedelta(seconds=1.21 * wait)
    [taken] = jobs.take("a", now, KINDS)
    assert jobs.fail(taken, now, "stone" * 200)
    assert jobs.take("a", now + timedelta(days=9), KINDS) == ()
    [row] = queries.jobs(scope, "dead")
    assert row.attempts == len(BACKOFF_S) + 1
    assert row.error.startswith("stone")
    assert row.ended_at == now

    assert jobs.put_back(operator.pk + 1, row.pk, now) == ""  # somebody else's
    assert jobs.put_back(operator.pk, row.pk, now) == "dig"
    [again] = jobs.take("a", now, KINDS)
    assert again.attempt == 1


def test_a_job_that_was_given_up_is_put_back_unless_another_does_for_it(
    operator: Operator, brand: Brand, scope: Scope
) -> None:
    jobs.put("dig", key="garden", at=NOW, operator=operator.pk, data={"brand": brand.pk})
    [taken] = jobs.take("a", NOW, KINDS)
    assert jobs.fail(taken, NOW, "no spade", for_good=True)
    jobs.put("dig", key="garden", at=NOW, operator=operator.pk, data={"brand": brand.pk})
    [row] = queries.jobs(scope, "dead")
    assert jobs.put_back(operator.pk, row.pk, NOW) == "dig"
    assert queries.jobs(scope, "dead") == ()
    assert len(jobs.take("a", NOW, KINDS, most=9)) == 1


def test_a_failed_job_gives_way_to_one_of_its_key_that_waits() -> None:
    jobs.put("dig", key="garden", at=NOW)
    [taken] = jobs.take("a", NOW, KINDS)
    jobs.put("dig", key="garden", at=NOW, data={"newer": 1})
    jobs.fail(taken, NOW, "rain")
    later = jobs.take("a", NOW + timedelta(hours=1), KINDS, most=9)
    assert [one.data for one in later] == [{"newer": 1}]


def test_a_worker_that_is_not_heard_of_loses_its_job_and_cannot_end_it() -> None:
    jobs.put("dig", at=NOW)
    [lost] = jobs.take("dead", NOW, KINDS)
    assert jobs.take("b", NOW + LEASE, KINDS) == ()
    after = NOW + LEASE + timedelta(seconds=1)
    [taken] = jobs.take("b", after, KINDS)
    assert (taken.pk, taken.attempt) == (lost.pk, 2)
    assert not jobs.finish(lost)
    assert not jobs.fail(lost, after, "late")
    assert jobs.renew("dead", [lost.pk], after) == 0
    assert jobs.finish(taken)


def test_whoever_is_heard_of_keeps_its_job() -> None:
    jobs.put("dig", at=NOW)
    [mine] = jobs.take("a", NOW, KINDS)
    assert jobs.renew("a", [mine.pk], NOW + LEASE) == 1
    assert jobs.take("b", NOW + LEASE + timedelta(seconds=1), KINDS) == ()


def test_a_turn_is_one_workers_and_comes_round_again() -> None:
    turns.enter(["dig", "plant"], NOW)
    turns.enter(["dig"], NOW)
    assert set(turns.due(["dig", "plant"], NOW)) == {"dig", "plant"}
    again = NOW + timedelta(minutes=1)
    assert turns.begin("dig", "a", NOW, again)
    assert not turns.begin("dig", "b", NOW, again)
    assert turns.end("dig", "a", NOW, 7)
    assert not turns.begin("dig", "b", NOW, again)  # not due yet
    assert turns.due(["dig"], again) == ("dig",)
    row = turns.turns()[0]
    assert (row.name, row.done, row.failures, row.running) == ("dig", 7, 0, False)


def test_failures_of_a_chore_are_counted_until_it_goes_well() -> None:
    turns.enter(["dig"], NOW)
    now = NOW
    for error, failures in (("stone", 1), ("stone", 2), ("", 0)):
        assert turns.begin("dig", "a", now, now + timedelta(seconds=10))
        assert turns.end("dig", "a", now, 0, error)
        [row] = turns.turns()
        assert (row.failures, row.error) == (failures, error)
        now += timedelta(seconds=10)


def test_the_turn_of_a_dead_worker_is_free_when_its_lease_has_run_out() -> None:
    turns.enter(["dig"], NOW)
    assert turns.begin("dig", "dead", NOW, NOW + timedelta(seconds=1))
    assert turns.due(["dig"], NOW + timedelta(seconds=2)) == ()
    after = NOW + LEASE + timedelta(seconds=1)
    assert turns.begin("dig", "b", after, after + timedelta(seconds=1))
    assert not turns.end("dig", "dead", after, 1)
    assert turns.renew("b", ["dig"], after) == 1


def test_workers_are_heard_of_until_they_leave() -> None:
    workers.beat("a", "host-1", NOW)
    workers.beat("b", "host-2", NOW)
    later = NOW + LEASE + timedelta(seconds=1)
    workers.beat("a", "host-1", later)
    assert [(one.worker, one.alive) for one in workers.workers(later)] == [("a", True), ("b", False)]
    workers.leave("a", later)
    assert [one.worker for one in workers.workers(later)] == ["b"]


def test_operators_see_their_own_jobs_alone(operator: Operator, brand: Brand, scope: Scope) -> None:
    jobs.put("dig", at=NOW, operator=operator.pk, data={"brand": brand.pk})
    jobs.put("dig", at=NOW)
    assert len(queries.jobs(scope, "waiting")) == 1
    assert [(one.kind, one.state, one.count) for one in queries.standing()] == [("dig", "waiting", 2)]


def test_a_job_that_was_given_up_can_be_forgotten(operator: Operator, brand: Brand, scope: Scope) -> None:
    jobs.put("dig", at=NOW, operator=operator.pk, data={"brand": brand.pk})
    [taken] = jobs.take("a", NOW, KINDS)
    assert jobs.drop(operator.pk, taken.pk) == ""  # it is being done
    jobs.fail(taken, NOW, "no spade", for_good=True)
    assert jobs.drop(operator.pk + 1, taken.pk) == ""
    assert jobs.drop(operator.pk, taken.pk) == "dig"
    assert queries.jobs(scope, "dead") == ()


def test_a_job_whose_workers_all_died_is_given_up() -> None:
    jobs.put("dig", at=NOW)
    now = NOW
    for _ in range(len(BACKOFF_S) + 1):
        [taken] = jobs.take("dies", now, KINDS)
        now += LEASE + timedelta(seconds=1)
    assert jobs.take("another", now, KINDS) == ()
    assert not jobs.finish(taken)
    assert [(one.state, one.count) for one in queries.standing()] == [("dead", 1)]


def test_putting_what_waits_after_a_failure_has_it_done_soon() -> None:
    jobs.put("dig", key="garden", at=NOW)
    now = NOW
    for wait in BACKOFF_S:
        [taken] = jobs.take("a", now, KINDS)
        jobs.fail(taken, now, "stone")
        now += timedelta(seconds=1.21 * wait)
    later = now - timedelta(minutes=90)  # within the last and longest wait
    assert jobs.take("a", later, KINDS) == ()
    jobs.put("dig", key="garden", at=later)
    assert [one.attempt for one in jobs.take("a", later, KINDS)] == [1]
