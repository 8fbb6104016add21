"""A verifier of the carbon kernel, written anew: parcel by parcel, from the factors themselves, in fractions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import floor

from doorstep.domain.carriage import Service
from doorstep.domain.emission import EmissionFactor
from doorstep.kernels.carbon.problem import CarbonProblem
from doorstep.kernels.carbon.result import CarbonResult

HALF = Fraction(1, 2)


def check(
    factors: Sequence[EmissionFactor], services: Sequence[Service], problem: CarbonProblem, result: CarbonResult
) -> tuple[str, ...]:
    """Say where a result differs from the factors; empty where it does not."""
    wrong: list[str] = []
    grams = result.grams
    parcels = zip(problem.weight_g.tolist(), problem.distance_m.tolist(), problem.overseas.tolist(), strict=True)
    for n, (weight_g, distance_m, overseas) in enumerate(parcels):
        if bool(result.known[n]) != (distance_m >= 0):
            wrong.append(f"parcel {n}: known")
            continue
        for s, service in enumerate(services):
            told = [int(one) for one in grams[:, n, s]]
            due = due_g(factors, service, weight_g, distance_m, overseas) if distance_m >= 0 else [0, 0, 0]
            if told != due:
                wrong.append(f"parcel {n} on {service.service}: {told}, not {due}")
    return tuple(wrong)


def due_g(
    factors: Sequence[EmissionFactor], service: Service, weight_g: int, distance_m: int, overseas: bool
) -> list[int]:
    """Reckon one parcel on one service: grams, low, middle, high."""
    mode = service.mode or ("air" if overseas else "road")
    hauls = [one for one in factors if one.leg == "line_haul" and one.mode == mode]
    near = [one for one in hauls if one.up_to_km is not None and distance_m <= one.up_to_km * 1000]
    haul = min(near, key=lambda one: one.up_to_km or 0) if near else next(one for one in hauls if one.up_to_km is None)
    hub = next(one for one in factors if one.leg == "hub")
    last = next(one for one in factors if one.leg == "last_mile" and one.mode == service.delivers_to)
    way_m = floor(distance_m * (1 + Fraction(haul.distance_add_pct, 100)) + HALF) + 1000 * haul.distance_add_km
    tonnes, km = Fraction(weight_g, 1_000_000), Fraction(way_m, 1000)
    due = []
    for bound in ("low_g", "mid_g", "high_g"):
        legs = (getattr(haul, bound) * tonnes * km, getattr(hub, bound) * tonnes, Fraction(getattr(last, bound)))
        milligrams = sum(floor(grams * 1000 + HALF) for grams in legs)
        due.append(floor(Fraction(milligrams, 1000) + HALF))
    return due
