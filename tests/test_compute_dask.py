"""Tasks on a Dask cluster: a real scheduler and real workers, some of which are killed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from time import perf_counter

import pytest
from tests.dask_cluster import ROOT, Cluster, cluster
from tests.dask_tasks import die, process_of, run_out_of_time
from tests.test_compute import fail_at_three, square, until

import doorstep.compute
from doorstep.compute import ClusterLost, ClusterRefused, Map, chosen_map, dask_map, local_map, made_of
from doorstep.files.demo import demo_brand
from doorstep.flows.plan_folder import Selection, plan_folder
from doorstep.kernels.run import Run

WAITING = """
import sys
from doorstep.compute import dask_map
from tests.dask_tasks import tell_and_wait

if __name__ == "__main__":
    with dask_map(sys.argv[1]) as spread:
        list(spread(tell_and_wait, [sys.argv[2]] * 9))
"""
STEPS = 50  # the search is done here, and is not what is tried
SAME = ("plan.csv", "placements.csv", "unplanned.csv", "decisions.jsonl")


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("dask")) as made:
        yield made


def test_results_come_in_the_order_of_the_tasks_from_all_workers(healthy: Cluster) -> None:
    with chosen_map(None, healthy.setting) as spread:
        assert list(spread(square, range(20))) == [n * n for n in range(20)]
        assert list(spread(square, range(2))) == [0, 1]
        assert list(spread(square, [])) == []
        assert set(spread(process_of, range(40))) == {one.pid for one in healthy.workers}


def test_who_says_how_many_processes_wants_them_here(healthy: Cluster) -> None:
    with chosen_map(1, healthy.setting) as spread:
        assert set(spread(process_of, range(9))) == {os.getpid()}


def test_what_a_task_raises_is_raised(healthy: Cluster) -> None:
    with dask_map(healthy.setting) as spread:
        with pytest.raises(ValueError, match="three is not understood"):
            list(spread(fail_at_three, range(20)))
        with pytest.raises(TimeoutError, match="0 took too long"):
            list(spread(run_out_of_time, range(20)))


def test_tasks_are_drawn_no_faster_than_they_are_done(healthy: Cluster) -> None:
    drawn: list[int] = []
    tasks = (drawn.append(n) or n for n in range(1_000))  # type: ignore[func-returns-value]
    with dask_map(healthy.setting) as spread:
        for done, _ in enumerate(spread(square, tasks)):
            assert len(drawn) - done <= 2 * len(healthy.workers) + 1
            if done == 50:
                break


def test_a_large_task_is_sent_without_a_word(healthy: Cluster) -> None:
    with dask_map(healthy.setting) as spread:
        assert list(spread(len, [bytes(12_000_000)] * 3)) == [12_000_000] * 3


def test_stopped_it_leaves_nothing_with_the_cluster(healthy: Cluster, tmp_path: Path) -> None:
    script = tmp_path / "waiting.py"
    script.write_text(WAITING)
    told = tmp_path / "told"
    told.mkdir()
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    command = [sys.executable, str(script), healthy.setting, str(told)]
    process = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": path}, stderr=subprocess.DEVNULL)
    assert until(lambda: len(list(told.iterdir())) == 2)
    process.send_signal(signal.SIGINT)
    assert process.wait(20) != 0
    with healthy.watched() as client:
        assert until(lambda: not any(client.processing().values()))
    assert len(list(told.iterdir())) < 9


NOT_UNDERSTOOD = ("dask://", "dask://host", "dask://host:port", "tcp://127.0.0.1:8786", "dask://host:1/x", "processes")


@pytest.mark.parametrize("setting", NOT_UNDERSTOOD)
def test_a_setting_that_is_not_understood_is_refused(setting: str) -> None:
    with pytest.raises(ClusterRefused, match="not understood: DOORSTEP_COMPUTE names a scheduler"), dask_map(setting):
        pass


def test_a_scheduler_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorstep.compute, "JOIN_SECONDS", 1)
    with (
        pytest.raises(ClusterRefused, match=r"no scheduler answers at dask://127\.0\.0\.1:1"),
        dask_map("dask://127.0.0.1:1"),
    ):
        pass


def test_a_worker_with_other_kernels_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "src"
    leave_out = shutil.ignore_patterns("__pycache__", "static", "templates")
    shutil.copytree(ROOT / "src" / "doorstep", other / "doorstep", ignore=leave_out)
    with (other / "doorstep" / "kernels" / "run.py").open("a") as file:
        file.write("# another version\n")
    with cluster(tmp_path / "dask", workers=0) as made:
        with pytest.raises(ClusterRefused, match="has no workers"), dask_map(made.setting):
            pass
        made.add_worker(other)
        with pytest.raises(ClusterRefused, match=r"has kernels [0-9a-f]+, and this process"), dask_map(made.setting):
            pass


def test_a_worker_that_came_later_is_looked_at_with_each_task() -> None:
    other = tuple((name, "2.7" if name == "Python" else version) for name, version in made_of())
    assert doorstep.compute._checked(made_of(), square, 3) == 9
    with pytest.raises(ClusterRefused, match=r"has Python 3\.\d+, and this process 2\.7"):
        doorstep.compute._checked(other, square, 3)


def test_what_kills_workers_and_who_is_gone_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doorstep.compute, "PATIENCE_SECONDS", 1)
    with cluster(tmp_path / "dask") as made:
        with dask_map(made.setting) as spread, pytest.raises(ClusterLost, match="has no workers left"):
            list(spread(die, range(3)))
        made.add_worker()
        with dask_map(made.setting) as spread, pytest.raises(ClusterLost, match=r"the scheduler of dask://.* is gone"):
            list(spread(square, (made.scheduler.kill() or n if n == 400 else n for n in range(1_000))))  # type: ignore[func-returns-value]


def planned(folder: Path, out: Path, spread: Map) -> dict[str, bytes]:
    run = Run(seed=1, iterations=STEPS, map=spread)
    plan_folder(folder, out, selection=Selection(), run=run, stopwatch=perf_counter)
    return {name: (out / name).read_bytes() for name in SAME}


@pytest.mark.parametrize("orders", [2_000, pytest.param(10_000, marks=pytest.mark.long)])
def test_a_plan_is_the_same_though_a_worker_is_killed_in_the_middle(tmp_path: Path, orders: int) -> None:
    demo_brand(tmp_path / "brand", orders, 1)
    with cluster(tmp_path / "dask") as made, made.watched() as client:
        killed: list[str] = []
        over = Event()

        def kill_one() -> None:
            processes = client.run(os.getpid)
            while not killed and not over.wait(0.005):
                busy = [worker for worker, tasks in client.processing().items() if tasks]
                if busy:
                    made.kill(processes[busy[0]])
                    killed.append(busy[0])

        with ThreadPoolExecutor(1) as beside, dask_map(made.setting) as spread:
            watching = beside.submit(kill_one)
            far = planned(tmp_path / "brand", tmp_path / "far", spread)
            over.set()
            watching.result()
        assert killed, "one was at work in the middle"
        assert len(client.nthreads()) == 1, "and one is left"
    with local_map() as spread:
        near = planned(tmp_path / "brand", tmp_path / "near", spread)
    assert near["plan.csv"].count(b"\n") > orders
    assert far == near
