"""Ways exchanged among some orders at once: what it saves is saved, and nothing is taken that is not there."""

from __future__ import annotations

from random import Random

import numpy as np
from tests.kernels.plan.builders import Shape, problem

from doorstep.kernels.plan.clusters import find_clusters
from doorstep.kernels.plan.compiled import Ledger
from doorstep.kernels.plan.cuts import make_cuts
from doorstep.kernels.plan.exchange import exchange
from doorstep.kernels.plan.improve import cost_of
from doorstep.kernels.plan.least import nothing_known
from doorstep.kernels.plan.master import open_master
from doorstep.kernels.plan.parts import Ground, one_cluster
from doorstep.kernels.plan.plan import plan

SHORT = Shape(orders=14, fewest_orders=10, lines=3, products=5, stock=4, capacity=0.3)


def saved_from_nothing(seed: int) -> int:
    """Leave all orders of each cluster, and exchange that for their ways."""
    reasons = plan(problem(Random(seed), SHORT)).reasons
    table, known = reasons.table, reasons.assignment
    cuts = make_cuts(table.board, table.ledger.stock, table.ledger.row, table.short, table.row_short)
    stock, rows = table.ledger.stock.copy(), table.ledger.row.copy()
    ledger = Ledger(stock, rows, cuts.at, np.zeros(cuts.length), np.zeros(len(rows)))
    least = nothing_known(reasons.atoms, table.blocks)
    ground = Ground(table.board, table.ledger.stock, cuts, least, table.blocks.exact, table.scratch(), ledger)
    clusters, total = find_clusters(table, known.own_cost), 0
    for c in range(len(clusters)):
        orders = clusters.orders(c)
        master = open_master(ground, one_cluster(cuts, orders, clusters.rows(c)), known.own_choice)
        master.add(orders, known.own_choice[orders])
        choice = np.full_like(known.choice, -1)
        before = cost_of(table.board, orders, choice)
        saved = exchange(master, np.zeros(len(master.some.cut)), ledger, choice)
        assert saved == before - cost_of(table.board, orders, choice) >= 0
        total += saved
    assert (ledger.stock[table.short] >= 0).all()
    assert (ledger.row[table.row_short] >= 0).all()
    return total


def test_what_is_saved_is_there() -> None:
    saved = [saved_from_nothing(seed) for seed in range(12)]
    assert sum(one > 0 for one in saved) > 6
