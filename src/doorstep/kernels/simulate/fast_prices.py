"""Prices of what is short for the fast mode: learned from a sample of the orders of the batches before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from doorstep.kernels.plan.bid import foresee, price_foreseen, smooth
from doorstep.kernels.run import Run
from doorstep.kernels.simulate.course import Course
from doorstep.kernels.simulate.days import begins_at
from doorstep.kernels.simulate.problem import SimulateParams
from doorstep.kernels.simulate.world import Stage


def learn_fast(stage: Stage, course: Course, number: int, params: SimulateParams, run: Run) -> None:
    """Price what is on the shelves by some of the orders of the days before, stock and room in proportion.

    `next_bids` reads all known orders; here a sample stands for them, so that a batch costs the same however many
    orders there are. Nothing that comes later is looked at.
    """
    if not course.known:
        return
    now, bids = stage.slots[number - 1].now, params.fast_bids
    since = begins_at(stage.slots, params.batches_per_day)
    begin = max(since, now - bids.recent_days * timedelta(days=1))
    recent = [i for slot in stage.slots[:number] if slot.now > begin for i in slot.orders]
    if not recent:
        return
    count = min(len(recent), bids.most_orders)
    drawn = np.sort(np.random.default_rng((run.seed, number)).choice(len(recent), count, replace=False))
    some = [recent[at] for at in drawn.tolist()]
    ground = stage.foreseen(some, course.stock, now, course.due)
    foreseen = foresee(ground, [stage.problem.orders[i] for i in some], since, bids, run.seed)
    if not foreseen.problem.orders:
        return
    share = count / len(recent)
    thinned = replace(foreseen, stock_times=foreseen.stock_times * share, room_times=foreseen.room_times * share)
    found = price_foreseen(thinned, bids, params.plan, run, stage.grounds)
    course.bids = smooth(course.bids, found, bids)
