from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from doorstep.compute import WorkerLost, local_map, thread_map

PARENT = """
import os, sys, time
from doorstep.compute import local_map
from tests.test_compute import tell_and_wait

if __name__ == "__main__":
    with local_map(2) as spread:
        list(spread(tell_and_wait, [sys.argv[1]] * 4))
"""

MEMORY = """
from doorstep.compute import local_map, peak_memory_mb
from tests.test_compute import square

if __name__ == "__main__":
    for workers in (1, 2):
        with local_map(workers) as spread:
            list(spread(square, range(9)))
            print(peak_memory_mb())
"""


def square(number: int) -> int:
    return number * number


def fail_at_three(number: int) -> int:
    if number == 3:
        raise ValueError("three is not understood")
    return number


def vanish(number: int) -> int:
    if number == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def tell_and_wait(folder: str) -> None:
    (Path(folder) / str(os.getpid())).touch()
    time.sleep(60)


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_tasks(workers: int) -> None:
    with local_map(workers) as spread:
        assert list(spread(square, range(20))) == [n * n for n in range(20)]
        assert list(spread(square, range(2))) == [0, 1]
        assert list(spread(square, [])) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_task_raises_is_raised(workers: int) -> None:
    with local_map(workers) as spread, pytest.raises(ValueError, match="three is not understood"):
        list(spread(fail_at_three, range(20)))


def test_a_lost_worker_is_told_and_not_waited_for() -> None:
    with local_map(2) as spread, pytest.raises(WorkerLost):
        list(spread(vanish, range(20)))


def test_workers_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    told = tmp_path / "told"
    told.mkdir()
    root = Path(__file__).resolve().parent.parent
    parent = subprocess.Popen([sys.executable, str(script), str(told)], env=os.environ | {"PYTHONPATH": str(root)})
    assert until(lambda: len(list(told.iterdir())) == 2)
    workers = [int(one.name) for one in told.iterdir()]
    parent.kill()
    parent.wait()
    assert until(lambda: not any(map(runs, workers)))


def runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):  # gone before it was opened, or before it was read
        return False
    return state.rsplit(")", 1)[1].split()[0] != "Z"


def until(happened: object, seconds: float = 25) -> bool:
    assert callable(happened)
    for _ in range(int(seconds * 10)):
        if happened():
            return True
        time.sleep(0.1)
    return False


def test_memory_of_workers_is_counted(tmp_path: Path) -> None:
    script = tmp_path / "memory.py"
    script.write_text(MEMORY)
    root = Path(__file__).resolve().parent.parent
    told = subprocess.check_output([sys.executable, str(script)], env=os.environ | {"PYTHONPATH": str(root)}, text=True)
    alone, together = map(float, told.split())
    assert 0 < alone < together


def test_threads_give_results_in_the_order_of_the_tasks() -> None:
    with thread_map(2) as spread:
        assert list(spread(lambda n: n * n, range(5))) == [0, 1, 4, 9, 16]
    with thread_map(2) as spread, pytest.raises(ZeroDivisionError):
        list(spread(lambda n: 1 // n, [1, 0]))
