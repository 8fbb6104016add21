"""Which arrival curve holds for a journey: the finest lane with history, continued by coarser ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from doorstep.domain.carriage import Service
from doorstep.domain.learned import Lane, TransitModel
from doorstep.domain.units import PPM
from doorstep.kernels.promise.areas import Areas
from doorstep.kernels.promise.calendars import IntArray
from doorstep.kernels.promise.curves import complete, stated_curve, without_same_day

Used = tuple[Lane, tuple[IntArray, IntArray]]  # with its origin and destination areas
STATED = -1  # the end of the evidence of a curve without history


@dataclass(frozen=True, slots=True)
class Curves:
    """The columns `curve_of`, `arrived_ppm`, `target_days` and `beyond_evidence` of `PromiseTables`."""

    curve_of: IntArray
    arrived_ppm: IntArray
    target_days: IntArray
    beyond_evidence: IntArray


def compile_curves(
    services: Sequence[Service],
    origins: Areas,
    ends: Areas,
    transit: TransitModel,
    target_ppm: int,
    stated_on_time_ppm: int,
) -> Curves:
    """Give every origin area, service and destination area its curve, and each curve its day of the target."""
    stated = [stated_curve(service.min_days, service.max_days, stated_on_time_ppm) for service in services]
    stated = [
        curve if _same_day(service) else without_same_day(curve)
        for service, curve in zip(services, stated, strict=True)
    ]
    # One day more than the longest curve: a curve of a single day needs room for its continuation.
    size = 1 + max([len(curve) for curve in stated] + [len(lane.arrived_ppm) for lane in transit.lanes], default=1)
    curve_of = np.zeros((len(origins.areas), len(services), len(ends.areas)), dtype=np.int32)
    rows: list[npt.NDArray[np.int64]] = []
    stated_row: list[int] = []
    evidence_end: list[int] = []
    used = _lanes_by_service(transit, origins, ends)
    for index, service in enumerate(services):
        base = len(rows)
        rows.append(complete(stated[index], np.full(size, PPM, dtype=np.int64)))
        stated_row.append(base)
        evidence_end.append(STATED)
        curve_of[:, index, :] = base
        for lane, cells in _lanes_of(service, used):
            learned = lane.arrived_ppm if _same_day(service) else without_same_day(lane.arrived_ppm)
            block = curve_of[cells[0][:, None], index, cells[1][None, :]]
            continued = np.zeros_like(block)
            for coarser in np.unique(block):
                continued[block == coarser] = len(rows)
                rows.append(complete(learned, rows[coarser]))
                stated_row.append(base)
                evidence_end.append(max(len(learned) - 1, evidence_end[coarser]))
            curve_of[cells[0][:, None], index, cells[1][None, :]] = continued
    arrived = np.array(rows, dtype=np.int32).reshape(len(rows), size)
    target_days, reached = _target_days(arrived, target_ppm)
    target_days = np.where(reached, target_days, np.maximum(target_days, target_days[stated_row]))
    ends_at = np.array(evidence_end, dtype=np.int64)
    beyond = (ends_at != STATED) & (~reached | (target_days > ends_at))
    return Curves(curve_of, arrived, target_days, beyond)


def _target_days(arrived: IntArray, target_ppm: int) -> tuple[IntArray, npt.NDArray[np.bool_]]:
    if not arrived.size:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_)
    reached = arrived[:, -1] >= target_ppm
    goal = np.where(reached, target_ppm, arrived[:, -1])
    return np.argmax(arrived >= goal[:, None], axis=1).astype(np.int64), reached


def _same_day(service: Service) -> bool:
    return service.speed == "same_day" and service.min_days == 0


def _lanes_by_service(transit: TransitModel, origins: Areas, ends: Areas) -> dict[str, list[Used]]:
    """Lanes that some journey of the network uses."""
    found: dict[str, list[Used]] = {}
    for lane in transit.lanes:
        froms = origins.matching.get((lane.origin_country, "", lane.origin_prefix))
        to = ends.matching.get((lane.destination_country, lane.destination_region, lane.destination_prefix))
        if froms is not None and to is not None:
            found.setdefault(lane.service, []).append((lane, (froms, to)))
    return found


def _lanes_of(service: Service, used: dict[str, list[Used]]) -> list[Used]:
    """Lanes that inform a service, coarsest first; its own after those of unrecorded services."""
    lanes = [*(used.get("", ()) if service.speed == "standard" else ()), *used.get(service.service, ())]
    return sorted(lanes, key=lambda one: (-one[0].level, one[0].service))
