"""Plan a folder again and see whether an order's stored answer comes out the same, to the byte."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import orjson

from doorstep.domain.decision import Flip
from doorstep.domain.errors import InvalidProblem
from doorstep.files.folder import BrandFolder, read_folder, select_orders
from doorstep.files.output import SUMMARY_FILE
from doorstep.files.plan_out import decision_record, unplanned_columns, unplanned_row
from doorstep.files.plan_stored import StoredRun, refused, stored_answer, stored_run, unplanned_record
from doorstep.flows.plan_folder import problem_of
from doorstep.kernels.plan.awaited import Awaited, await_goods
from doorstep.kernels.plan.conflicts import MOST_EXPLAINED
from doorstep.kernels.plan.explain import explain_one
from doorstep.kernels.plan.plan import PlanParams, PlanResult, plan
from doorstep.kernels.plan.unjoin import of_joint
from doorstep.kernels.run import Run


@dataclass(frozen=True, slots=True)
class Replayed:
    """An order's answer as stored and as it comes out: a line of decisions.jsonl, or a row of unplanned.csv as JSON.

    `flips` are those of any planned order, also where the stored decision tells none for being one of too many.
    """

    order: str
    stored: bytes
    again: bytes
    flips: tuple[Flip, ...] = ()

    @property
    def same(self) -> bool:
        """To the byte."""
        return self.stored == self.again


def replay_decision(folder: Path, out: Path, order: str, run: Run) -> Replayed:
    """Repeat the plan in `out` of a brand folder; of `run` only progress and map are used.

    Raises InputRefused when `out` holds no plan with that order, or the folder is not as it was.
    """
    asked = stored_run(out)
    stored, _ = stored_answer(out, order)
    read = read_folder(folder, run.progress)
    if read.data_version != asked.data_version:
        why = f"was written from other data: the folder is now {read.data_version}"
        raise refused(SUMMARY_FILE, asked.data_version, why)
    problem = problem_of(read, select_orders(read, asked.first, asked.until), asked.now, asked.seed)
    again_run, params = Run(asked.seed, asked.iterations, run.progress, run.map), _params(asked)
    result, awaited = plan(problem, params, again_run), Awaited()
    if read.inbound and any(one.order == order for one in result.plan.unplanned):
        awaited = await_goods(problem, result, params, again_run)
        result = result.with_inbound(awaited.still)
    again, flips = _answer(read, result, awaited, order)
    return Replayed(order, stored, again, flips)


def _params(asked: StoredRun) -> PlanParams:
    try:
        limits = {name: value for name, value in asked.params.items() if name != "sharing"}
        return PlanParams(**limits, sharing=bool(asked.params.get("sharing", 0)))  # no word of it: nobody shared
    except (TypeError, InvalidProblem) as error:
        raise refused(SUMMARY_FILE, "", f"has params that are not understood: {error}") from error


def _answer(read: BrandFolder, result: PlanResult, awaited: Awaited, order: str) -> tuple[bytes, tuple[Flip, ...]]:
    """Give the order's answer as a plan writes it, and all its flips."""
    for at, left in enumerate(result.plan.unplanned):
        if left.order == order:
            if at < MOST_EXPLAINED:
                (left,) = result.conflicts([left])
            (told,), announced = awaited.told([left]), bool(read.inbound)
            return unplanned_record(unplanned_row(told, announced), unplanned_columns(announced)), ()
    names = [one.order for one in result.reasons.market.problem.orders]
    if order not in names:
        return b"", ()
    at = names.index(order)
    joint = result.shared.joint_of(at) if result.shared else None
    decision, flips = explain_one(result.reasons, at if joint is None else joint)
    if result.shared and joint is not None:
        decision = next(one for one in of_joint(result.shared, joint, decision) if one.order == order)
    return orjson.dumps(decision_record(decision, read.brand.currency)), flips
