"""summary.json of rounds; keys are those of docs/formats.md."""

from __future__ import annotations

from doorstep.domain.rounds import Rounds
from doorstep.domain.units import PPM
from doorstep.files.route_instance import Instance
from doorstep.kernels.route.result import RouteResult

MICROS = 1_000_000  # a day of one's own costs millionths of the major unit


def cost_scale(instance: Instance) -> int:
    """How many units of cost make one that people read."""
    return instance.scale if instance.research else MICROS


def cost_number(cost: int, instance: Instance) -> int | float:
    """A cost as a JSON number: the nearest one to the decimal, so that it prints as that decimal."""
    scale = cost_scale(instance)
    return cost if scale == 1 else cost / scale


def cost_text(cost: int, instance: Instance) -> str:
    """A cost as solution.sol has it: exact, without zeros at its end."""
    scale = cost_scale(instance)
    whole, part = divmod(cost, scale)
    digits = f"{part:0{len(str(scale)) - 1}d}".rstrip("0") if part else ""
    return f"{whole}.{digits}" if digits else str(whole)


def people_cost(cost: int, instance: Instance) -> str:
    """A cost to be read: hundredths of the major unit, or what an instance counts."""
    digits = len(str(instance.scale)) - 1 if instance.research else 2
    return f"{cost / cost_scale(instance):,.{digits}f}"


def gap_of(result: RouteResult) -> float | None:
    """How far the objective lies above its lower bound, as a share of the objective; None: no bound is known."""
    if result.lower_bound is None or not result.objective:
        return None
    return (result.objective - result.lower_bound) / result.objective


def summarise_rounds(instance: Instance, result: RouteResult, rounds: Rounds, seed: int) -> dict[str, object]:
    chances = [visit.on_time_ppm for one in rounds.rounds for visit in one.visits if visit.on_time_ppm is not None]
    summary: dict[str, object] = {
        "name": instance.name,
        "stops": rounds.stops,
        "routes": len(rounds.rounds),
        "trips": sum(one.trips for one in rounds.rounds),
        "unserved": len(rounds.unserved),
        "left": len(rounds.left),
        "cost": cost_number(result.cost, instance),
        "objective": cost_number(result.objective, instance),
        "distance_m": _in_units(sum(one.distance_m for one in rounds.rounds), rounds.scale),
        "duration_s": _in_units(sum(one.duration_s for one in rounds.rounds), rounds.scale),
        "engine": result.engine,
        "iterations": result.iterations,
        "seed": seed,
        "data_version": instance.data_version,
    }
    if instance.research and instance.measure:
        summary["measure"] = instance.measure
    if chances:
        summary["on_time"] = round(sum(chances) / len(chances) / PPM, 6)
    gap = gap_of(result)
    if gap is not None and result.lower_bound is not None:
        summary |= {"lower_bound": cost_number(result.lower_bound, instance), "gap_pct": round(100 * gap, 4)}
    return summary


def _in_units(amount: int, scale: int) -> int | float:
    return amount if scale == 1 else amount / scale
