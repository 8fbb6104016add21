"""What is kept of an engine's answers: the same as it would have said, each pair asked for once, whatever happens."""

from __future__ import annotations

import multiprocessing
import os
import random
import sqlite3
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doorstep.plugins.maps.base import (
    NEVER,
    Block,
    Capabilities,
    IntArray,
    MapUnreachable,
    Points,
    RoadMap,
    Way,
    points_of,
)
from doorstep.plugins.maps.conformance import RoadMapConformance, same
from doorstep.plugins.maps.haversine.engine import HaversineMap
from doorstep.plugins.maps.kept import MOST_PAIRS, Kept, keys_of, places_of, rectangles
from doorstep.plugins.maps.store import Store, ways_of

GRID = points_of(np.repeat(np.linspace(41.1, 41.2, 6), 5), np.tile(np.linspace(-8.7, -8.5, 5), 6))


class Counting:
    """An engine whose ways depend on the direction, some of which there are not; it counts each pair asked for."""

    capabilities = Capabilities("Counting")

    def __init__(self, version: str = "one", salt: int = 0) -> None:
        self.version = version
        self.salt = salt
        self.pairs: Counter[tuple[int, int]] = Counter()

    def matrix(self, sources: Points, targets: Points) -> Block:
        a, b = keys_of(sources), keys_of(targets)
        self.pairs.update((int(x), int(y)) for x in a for y in b)
        mixed = (a[:, None] * 31 + b[None, :] * 17 + self.salt) % 100_003
        none = (mixed % 11 == 0) & (a[:, None] != b[None, :])
        distance = np.where(a[:, None] == b[None, :], 0, mixed + 1)
        return Block(np.where(none, NEVER, distance), np.where(none, NEVER, distance // 9))

    def path(self, points: Points) -> Way:
        return HaversineMap().path(points)

    def snap(self, points: Points) -> IntArray:
        return np.zeros(len(points), np.int64)

    def close(self) -> None:
        pass


class TestKept(RoadMapConformance):
    @pytest.fixture
    def roads(self, tmp_path: Path) -> RoadMap:
        return Kept(Worth(), Store(tmp_path / "roads.sqlite3"))

    @pytest.fixture
    def places(self) -> Points:
        return GRID[[0, 7, 12, 23, 29]]


class Worth(HaversineMap):
    capabilities = Capabilities("Worth keeping", draws=False)


subsets = st.lists(st.integers(0, len(GRID) - 1), min_size=1, max_size=12)
requests = st.lists(st.tuples(subsets, subsets), min_size=1, max_size=6)


@settings(deadline=None, max_examples=30)
@given(requests)
def test_any_questions_are_answered_as_the_engine_would_and_each_pair_is_asked_for_once(
    asked: list[tuple[list[int], list[int]]],
) -> None:
    with TemporaryDirectory() as folder:
        engine, plain, told = Counting(), Counting(), list[str]()
        for sources, targets in asked:
            kept = Kept(engine, Store(Path(folder) / "roads.sqlite3", told=told.append))
            assert same(kept.matrix(GRID[sources], GRID[targets]), plain.matrix(GRID[sources], GRID[targets]))
        wanted = {(a, b) for s, t in asked for a in keys_of(GRID[s]).tolist() for b in keys_of(GRID[t]).tolist()}
        assert set(engine.pairs) == wanted
        assert max(engine.pairs.values()) == 1
        assert told == []


@settings(deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.randoms(use_true_random=False), st.floats(0, 1))
def test_rectangles_are_what_is_missing_and_nothing_twice(
    rows: int, columns: int, draw: random.Random, share: float
) -> None:
    missing = np.array([[draw.random() < share for _ in range(columns)] for _ in range(rows)])
    covered = np.zeros((rows, columns), np.int64)
    count = 0
    for r, c in rectangles(missing):
        covered[np.ix_(r, c)] += 1
        count += 1
    assert np.array_equal(covered, missing.astype(np.int64))
    assert count <= min(rows, columns)


def test_all_of_a_day_is_one_question_and_a_new_stop_two(tmp_path: Path) -> None:
    class Questions(Counting):
        asked = 0

        def matrix(self, sources: Points, targets: Points) -> Block:
            self.asked += 1
            return super().matrix(sources, targets)

    engine = Questions()
    for count, questions in ((29, 1), (29, 1), (30, 3)):
        Kept(engine, Store(tmp_path / "s")).matrix(GRID[:count], GRID[:count])
        assert engine.asked == questions


def test_a_new_stop_is_one_row_and_one_column() -> None:
    missing = np.zeros((1_000, 1_000), bool)
    missing[500, :] = missing[:, 500] = True
    assert len(list(rectangles(missing))) == 2


def test_much_is_asked_for_in_parts() -> None:
    missing = np.ones((3, MOST_PAIRS // 2), bool)
    assert [len(r) * len(c) for r, c in rectangles(missing)] == [MOST_PAIRS, MOST_PAIRS // 2]


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_place_is_kept_to_half_a_metre(latitude: float, longitude: float) -> None:
    point = np.array([[latitude, longitude]])
    again = places_of(keys_of(point))
    assert np.abs(again - point).max() <= 0.5001e-5
    assert np.array_equal(keys_of(again), keys_of(point))


def test_what_differs_by_less_than_a_metre_is_one_place(tmp_path: Path) -> None:
    engine = Counting()
    kept = Kept(engine, Store(tmp_path / "roads.sqlite3"))
    twins = np.vstack((GRID[:3], GRID[:3] + 1e-6))
    told = kept.matrix(twins, twins)
    assert sum(engine.pairs.values()) == 3 * 3
    assert not told.distance_m[[0, 3], [3, 0]].any()
    assert np.array_equal(told.distance_m[:3], told.distance_m[3:])


def test_other_data_never_meet_an_old_answer(tmp_path: Path) -> None:
    store = Store(tmp_path / "roads.sqlite3")
    before = Kept(Counting("one"), store).matrix(GRID, GRID)
    other = Kept(Counting("two", salt=5), store)
    after = other.matrix(GRID, GRID)
    assert other.asked == len(GRID) ** 2
    assert same(after, Counting("two", salt=5).matrix(GRID, GRID))
    assert not same(after, before)
    again = Kept(Counting("one"), store)
    assert same(again.matrix(GRID, GRID), before)
    assert again.asked == 0


def test_of_data_that_are_not_known_nothing_is_kept(tmp_path: Path) -> None:
    store = Store(tmp_path / "roads.sqlite3")
    for _ in range(2):
        kept = Kept(Counting(""), store)
        assert same(kept.matrix(GRID, GRID), Counting("").matrix(GRID, GRID))
        assert kept.asked == len(GRID) ** 2
    assert not store.path.exists()


def test_what_was_answered_before_a_failure_is_kept(tmp_path: Path) -> None:
    class Failing(Counting):
        def matrix(self, sources: Points, targets: Points) -> Block:
            if len(self.pairs) > 20:
                raise MapUnreachable("gone")
            return super().matrix(sources, targets)

    store = Store(tmp_path / "roads.sqlite3")
    Kept(Counting(), store).matrix(GRID[:2], GRID[:2])
    with pytest.raises(MapUnreachable):
        Kept(Failing(), store).matrix(GRID, GRID)
    kept = Kept(Counting(), store)
    assert same(kept.matrix(GRID, GRID), Counting().matrix(GRID, GRID))
    assert 0 < kept.asked < len(GRID) ** 2 - 4


def test_progress_is_told_in_pairs(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    Kept(Counting(), Store(tmp_path / "s"), lambda done, total: seen.append((done, total))).matrix(GRID, GRID)
    assert seen[-1] == (len(GRID) ** 2,) * 2
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_the_file_stays_as_large_as_it_may_be_and_gives_up_what_was_used_longest_ago(tmp_path: Path) -> None:
    store = Store(tmp_path / "roads.sqlite3", most_bytes=40_000)
    draw = np.random.default_rng(1)
    often = points_of([41.0, 41.01], [-8.0, -8.01])
    for _ in range(40):
        other = points_of(draw.uniform(40, 42, 12), draw.uniform(-9, -7, 12))
        Kept(Counting(), store).matrix(other, other)
        Kept(Counting(), store).matrix(often, often)
        assert store.size() <= 40_000
    assert store.path.stat().st_size < 4 * 40_000
    kept = Kept(Counting(), store)
    kept.matrix(often, often)
    assert kept.asked == 0


def test_one_question_larger_than_the_file_may_be_is_answered(tmp_path: Path) -> None:
    store = Store(tmp_path / "roads.sqlite3", most_bytes=1_000)
    for _ in range(2):
        assert same(Kept(Counting(), store).matrix(GRID, GRID), Counting().matrix(GRID, GRID))
    assert store.size() <= 1_000


@pytest.fixture
def full(tmp_path: Path) -> Path:
    path = tmp_path / "roads.sqlite3"
    Kept(Counting(), Store(path)).matrix(GRID, GRID)
    return path


def asked_again(path: Path) -> tuple[int, list[str]]:
    """Pairs that had to be asked for, and what was told; the answer is checked."""
    told: list[str] = []
    kept = Kept(Counting(), Store(path, told=told.append))
    assert same(kept.matrix(GRID, GRID), Counting().matrix(GRID, GRID))
    return kept.asked, told


ALL = len(GRID) ** 2


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\0" + bytes(500)])
def test_a_file_of_anything_else_is_told_and_begun_anew(full: Path, content: bytes) -> None:
    full.write_bytes(content)
    asked, told = asked_again(full)
    assert asked == ALL
    assert len(told) == (1 if content else 0)  # an empty one is a new one
    assert asked_again(full) == (0, [])


def test_a_file_that_was_cut_off_is_told_and_begun_anew(full: Path) -> None:
    content = full.read_bytes()
    full.write_bytes(content[: len(content) // 2])
    asked, told = asked_again(full)
    assert "damaged" in told[0]
    assert asked == ALL
    assert asked_again(full) == (0, [])


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_no_spoilt_byte_makes_a_wrong_answer(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "roads.sqlite3"
        Kept(Counting(), Store(path)).matrix(GRID[:8], GRID[:8])
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 4))):
            content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
        path.write_bytes(content)
        told: list[str] = []
        kept = Kept(Counting(), Store(path, told=told.append))
        assert same(kept.matrix(GRID[:8], GRID[:8]), Counting().matrix(GRID[:8], GRID[:8]))


def test_a_file_of_another_form_is_begun_anew(full: Path) -> None:
    with sqlite3.connect(full) as rows:
        rows.execute("PRAGMA user_version = 99")
    rows.close()
    asked, told = asked_again(full)
    assert (asked, len(told)) == (ALL, 1)
    assert asked_again(full) == (0, [])


def test_where_nothing_can_be_written_nothing_is_kept_and_that_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    told: list[str] = []
    kept = Kept(Counting(), Store(tmp_path / "file" / "roads.sqlite3", told=told.append))
    for _ in range(2):
        assert same(kept.matrix(GRID, GRID), Counting().matrix(GRID, GRID))
    assert kept.asked == 2 * ALL
    assert len(told) == 1
    assert "nothing is kept" in told[0]


def ask_in_any_order(path: str, seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(25):
        sources, targets = (draw.sample(range(len(GRID)), draw.randint(1, len(GRID))) for _ in range(2))
        told: list[str] = []
        kept = Kept(Counting(), Store(Path(path), told=told.append))
        assert same(kept.matrix(GRID[sources], GRID[targets]), Counting().matrix(GRID[sources], GRID[targets]))
        assert told == []


def write_for_ever(path: str) -> None:
    draw = np.random.default_rng(os.getpid())
    while True:
        places = points_of(draw.uniform(40, 42, 40), draw.uniform(-9, -7, 40))
        Kept(Counting(), Store(Path(path))).matrix(places, places)


@pytest.fixture
def processes() -> multiprocessing.context.SpawnContext:
    return multiprocessing.get_context("spawn")


def test_processes_that_ask_at_the_same_time_do_not_disturb_each_other(
    tmp_path: Path, processes: multiprocessing.context.SpawnContext
) -> None:
    path = tmp_path / "roads.sqlite3"
    children = [processes.Process(target=ask_in_any_order, args=(str(path), seed)) for seed in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join(120)
    assert [child.exitcode for child in children] == [0, 0, 0]
    assert asked_again(path)[1] == []


def test_a_process_that_is_killed_while_it_writes_leaves_a_file_that_can_be_read(
    tmp_path: Path, processes: multiprocessing.context.SpawnContext
) -> None:
    path = tmp_path / "roads.sqlite3"
    Kept(Counting(), Store(path)).matrix(GRID, GRID)
    child = processes.Process(target=write_for_ever, args=(str(path),))
    child.start()
    before = Store(path).size()
    while Store(path).size() < before + 60_000:
        assert child.is_alive()
    child.kill()
    child.join()
    assert asked_again(path) == (0, [])


def test_columns_are_kept_in_order() -> None:
    ways = ways_of(np.array([5, 1, 3]), np.array([50, 10, 30]), np.array([500, 100, 300]))
    assert ways["target"].tolist() == [1, 3, 5]
    assert ways["duration"].tolist() == [100, 300, 500]


def test_a_way_longer_than_any_on_earth_is_not_believed(tmp_path: Path) -> None:
    class Far(Counting):
        def matrix(self, sources: Points, targets: Points) -> Block:
            far = np.full((len(sources), len(targets)), 2**31)
            return Block(far, far)

    with pytest.raises(MapUnreachable, match="Earth"):
        Kept(Far(), Store(tmp_path / "s")).matrix(GRID, GRID)
