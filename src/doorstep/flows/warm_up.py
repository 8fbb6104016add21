"""Compile the kernels before somebody waits for them, and keep them on disk for all processes to come."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from doorstep.files.demo import demo_brand
from doorstep.files.folder import read_folder
from doorstep.flows.plan_folder import problem_of
from doorstep.flows.promise_quote import quote_promises
from doorstep.flows.promise_wish import Wish
from doorstep.kernels.plan.offer import offer
from doorstep.kernels.plan.plan import plan
from doorstep.kernels.plan.ready import make_ready
from doorstep.kernels.run import Run

ORDERS = 30  # of a made-up brand: enough for them to want the same goods


def warm_up(folder: Path) -> None:
    """Plan a batch, plan an order, quote a cart and promises of a made-up brand; `folder` is where it is written."""
    demo_brand(folder, ORDERS, 1)
    brand = read_folder(folder)
    batch = problem_of(brand, brand.orders)
    plan(batch)
    ready = make_ready(replace(batch, products=(), stock=(), inbound=(), orders=()))
    for order in batch.orders[:3]:
        single = replace(batch, orders=(order,), now=order.placed_at)
        for _ in plan(single, ready=ready).decisions():
            pass
        offer(single, ready=ready)
    first = batch.orders[0]
    quote_promises(folder, Wish(first.place.country, "", "", (), first.placed_at), Run())
