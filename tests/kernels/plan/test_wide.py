"""Orders with many partitions: leaving out what no site could send, and packing by parts, change no answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.plan.builders import Shape, problem

from doorstep.domain.decision import Decision, Unplanned
from doorstep.domain.plan import Plan
from doorstep.kernels.plan.board import Table
from doorstep.kernels.plan.load_lines import Lines, lines_of, nest
from doorstep.kernels.plan.market import IntArray
from doorstep.kernels.plan.nearest import distances_m, serve_nearest
from doorstep.kernels.plan.plan import PlanResult, plan
from doorstep.kernels.plan.problem import PlanProblem
from doorstep.kernels.plan.ready import make_ready
from doorstep.kernels.plan.wide import all_rows, in_reach, rows_of, ways_of

WIDE = Shape(orders=3, lines=6, products=8, stock=3, capacity=0.4)
Answer = tuple[Plan, int, list[Decision], tuple[Unplanned, ...]]


def answer(result: PlanResult) -> Answer:
    """What a plan tells, but for how much of the packing is proven."""
    told = [replace(one, packing_proven=True) for one in result.decisions()]
    return result.plan, result.lower_bound_minor, told, result.conflicts()


def ground(asked: PlanProblem) -> PlanProblem:
    return replace(asked, orders=(), products=(), stock=(), inbound=())


@pytest.mark.parametrize("seed", range(12))
def test_what_no_site_could_send_is_left_out_and_the_answer_stays(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = problem(Random(seed), WIDE)
    monkeypatch.setattr("doorstep.kernels.plan.blocks.FEW_PARTITIONS", 10**9)
    whole = answer(plan(asked))
    monkeypatch.setattr("doorstep.kernels.plan.blocks.FEW_PARTITIONS", 0)
    assert answer(plan(asked)) == whole


@pytest.mark.parametrize("seed", range(100, 108))
def test_what_was_packed_in_haste_before_changes_nothing(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even what is proven: what is remembered of a load hangs on nothing but the load."""
    monkeypatch.setattr("doorstep.kernels.plan.blocks.FEW_PARTITIONS", 0)
    monkeypatch.setattr("doorstep.kernels.plan.blocks.HASTY_ATOMS", 1)
    monkeypatch.setattr("doorstep.kernels.plan.blocks.HASTY_PARTITIONS", 1)
    monkeypatch.setattr("doorstep.kernels.plan.loads.HASTY_NODES", 3)
    asked = problem(Random(seed), replace(WIDE, orders=4, fewest_orders=4, faults=0.0))
    ready = make_ready(ground(asked))
    for order in asked.orders:
        alone = replace(asked, orders=(order,))
        known, fresh = plan(alone, ready=ready), plan(alone)
        assert list(known.decisions()) == list(fresh.decisions())
        assert known.plan == fresh.plan


def test_a_block_that_no_site_holds_is_left_out_and_the_whole_stays() -> None:
    asked = problem(Random(3), replace(WIDE, orders=1, fewest_orders=1))
    result = plan(asked)
    market = result.reasons.market
    market = replace(market, ships=np.ones(2, bool), stock=np.array([[1, 0, 5], [0, 2, 5]], np.int64))
    atoms = ((0, 1), (1, 2), (2, 3), (2, 3))
    every = ways_of(rows_of([(15,), (1, 14), (9, 6), (13, 2), (5, 8, 2), (5, 10)]))
    near = in_reach(market, atoms, every)
    left = [tuple(near.masks[near.parts[p]][near.parts[p] >= 0].tolist()) for p in range(len(near))]
    assert left == [(15,), (9, 6), (5, 8, 2), (5, 10)]  # 14 and 13 ask one site for six units of what it has five of
    assert near.masks.tolist() == [2, 5, 6, 8, 9, 10, 15]


def test_masks_beyond_the_table_are_indexed_by_sorting() -> None:
    ways = ways_of(rows_of([((1 << 40) + 3,), (1 << 40, 3), (1, 2, 1 << 40)]))
    assert ways.masks.tolist() == [1, 2, 3, 1 << 40, (1 << 40) + 3]
    assert ways.parts.tolist() == [[4, -1, -1], [3, 2, -1], [0, 1, 3]]


@given(st.lists(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 3)), min_size=1, max_size=4), min_size=1))
def test_parts_of_loads_are_found_line_by_line(given_loads: list[list[tuple[int, int]]]) -> None:
    keys = list({tuple(sorted(dict(load).items())): None for load in given_loads})
    found = nest(lines_of(keys))
    stood = keys_of(found.lines)
    assert [keys[n] for n in found.order] == stood[found.first :]
    for n, key in enumerate(stood):
        for at, line in enumerate(key):
            part = int(found.part[found.lines.start[n] + at])
            rest = tuple(one for one in key if one != line)
            assert part < n
            assert stood[part] == rest if part >= 0 else rest not in stood[:n] or rest == ()
    there = set(stood)

    def whole(key: tuple[tuple[int, int], ...]) -> bool:
        parts = [tuple(one for one in key if one != line) for line in key] if len(key) > 1 else []
        return all(part in there and whole(part) for part in parts)

    assert found.sure.tolist() == [whole(key) for key in keys]


def keys_of(lines: Lines) -> list[tuple[tuple[int, int], ...]]:
    pairs = list(zip(lines.sku.tolist(), lines.units.tolist(), strict=True))
    return [tuple(pairs[lines.start[n] : lines.start[n + 1]]) for n in range(len(lines.start) - 1)]


@pytest.mark.parametrize("seed", range(8))
def test_the_quotes_that_were_kept_explain_as_those_made_anew(seed: int) -> None:
    result = plan(problem(Random(seed), replace(WIDE, orders=2)))
    table = result.reasons.table
    assert table.quotes is not None
    anew = replace(result, reasons=replace(result.reasons, table=replace(table, quotes=None)))
    assert list(anew.decisions()) == list(result.decisions())


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_the_usual_rule_is_the_one_that_is_written_down(seed: int) -> None:
    reasons = plan(problem(Random(seed), WIDE)).reasons
    found = serve_nearest(reasons.market, reasons.table)
    placed = np.argsort([one.placed_at.timestamp() for one in reasons.market.problem.orders], kind="stable")
    assert found.tolist() == by_the_rule(reasons.table, distances_m(reasons.market), placed.tolist())


def by_the_rule(table: Table, metres: IntArray, order: list[int]) -> list[list[int]]:
    """Every partition, block after block out of what those before it leave."""
    board, best, rank = table.board, table.best, table.terms.lanes.column_rank
    stock, rows = table.ledger.stock.copy(), table.ledger.row.copy()
    choice = [[-1] * 4 for _ in range(len(board.unplanned))]

    def nearest(i: int, b: int, gone: Counter[tuple[int, int]], full: Counter[int]) -> int:
        use = range(board.use_start[b], board.use_start[b + 1])
        options = []
        for q in np.flatnonzero(best.rule_cost[b] < 1 << 60).tolist():
            k, row, site_row = board.column_site[q], board.column_row[i, q], board.group_row[i, board.column_group[q]]
            there = all(stock[k, board.use_sku[u]] - gone[k, board.use_sku[u]] >= board.use_quantity[u] for u in use)
            if there and (row < 0 or rows[row] - full[row] > 0) and (site_row < 0 or rows[site_row] > 0):
                options.append((metres[i, k], k, rank[q], best.rule_price[b, q], q))
        return min(options)[-1] if options else -1

    for i in order:
        found: list[tuple[int, int, int, list[int]]] = []
        for p in range(board.order_partition[i], board.order_partition[i + 1]):
            gone, full, columns = Counter[tuple[int, int]](), Counter[int](), []
            parts = [int(b) for b in board.partition[p] if b >= 0]
            for b in parts:
                q = nearest(i, b, gone, full)
                if q < 0:
                    break
                columns.append(q)
                for u in range(board.use_start[b], board.use_start[b + 1]):
                    gone[board.column_site[q], board.use_sku[u]] += board.use_quantity[u]
                full[board.column_row[i, q]] += 1
            if len(columns) == len(parts):
                way = sum(int(metres[i, board.column_site[q]]) for q in columns)
                found.append((len(parts), way, p, columns))
        if found:
            _, _, p, columns = min(found)
            choice[i] = [p, *columns, *[-1] * (3 - len(columns))]
            take(table, stock, rows, i, choice[i])
    return choice


def take(table: Table, stock: IntArray, rows: IntArray, i: int, choice: list[int]) -> None:
    board, groups = table.board, set[int]()
    for b, q in zip(board.partition[choice[0]], choice[1:], strict=True):
        if q >= 0:
            for u in range(board.use_start[b], board.use_start[b + 1]):
                stock[board.column_site[q], board.use_sku[u]] -= board.use_quantity[u]
            if board.column_row[i, q] >= 0:
                rows[board.column_row[i, q]] -= 1
            groups.add(int(board.column_group[q]))
    for g in groups:
        if board.group_row[i, g] >= 0:
            rows[board.group_row[i, g]] -= 1


@pytest.mark.parametrize("atoms", range(1, 8))
@pytest.mark.parametrize("most", [1, 2, 3])
def test_all_partitions_are_listed_once_fewest_blocks_first(atoms: int, most: int) -> None:
    every = {
        tuple(sorted(sum(1 << a for a in range(atoms) if of[a] == n) for n in set(of)))
        for of in product(range(most), repeat=atoms)
    }
    rows = [tuple(mask for mask in row if mask) for row in all_rows(atoms, most).tolist()]
    assert {tuple(sorted(row)) for row in rows} == every
    assert len(rows) == len(every)
    assert rows == sorted(rows, key=lambda row: (len(row), row))
