"""Foreseen demand in the form in which stock is placed: by sku and region of positioning, with its dispersion."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.files.demand_in import LEVELS, ForeseenDemand
from doorstep.files.folder import BrandFolder
from doorstep.flows.insight_demand import region_key
from doorstep.flows.position_ground import Ground, ground_of
from doorstep.kernels.position.forecast import DemandForecast, dispersion_of
from doorstep.kernels.position.problem import FloatArray


def ground_by(read: BrandFolder, as_of: date, demand: ForeseenDemand | None) -> Ground:
    """Give what was known on the day, with past sales, or foreseen demand in their place."""
    ground = ground_of(read, as_of, demand.skus if demand else ())
    return with_foreseen(ground, demand) if demand else ground


def with_foreseen(ground: Ground, demand: ForeseenDemand) -> Ground:
    """Give the ground with foreseen demand in place of past sales. Raises InvalidProblem where none of it is known."""
    mean, dispersion = _by_name(ground, demand)
    nothing = np.zeros(len(ground.regions))
    rows, spreads = [], []
    for product in ground.products:
        category, share = demand.shares.get(product.sku, (product.category, 0.0))
        own = ("sku", product.sku)
        key, part = (own, 1.0) if own in mean else (("category", category), share)
        units = mean.get(key, nothing) * part
        # A part of a negative binomial has a part of its extra variance (binomial thinning).
        spread = 1 + part * (dispersion.get(key, nothing + 1) - 1)
        total = float(units.sum())
        rows.append(units)
        spreads.append(float((units * spread).sum()) / total if total > 0 else 1.0)
    forecast = DemandForecast(np.array(rows), np.maximum(1.0, np.array(spreads)))
    if not forecast.mean_week.any():
        raise InvalidProblem("none of the products and regions of this folder is in the foreseen demand")
    return replace(ground, forecast=forecast)


Series = dict[tuple[str, str], FloatArray]


def _by_name(ground: Ground, demand: ForeseenDemand) -> tuple[Series, Series]:
    """By kind and name: units a week [r] and dispersions [r]; a region of the forecast is divided by past orders."""
    regions = [region_key(place.country, place.region) for place in ground.regions]
    inside: dict[str, list[int]] = {}
    for at, region in enumerate(regions):
        inside.setdefault(region, []).append(at)
    orders = np.maximum(ground.region_orders, 1).astype(np.float64)
    values = np.array([one.quantiles for one in demand.series], np.float64)
    means = np.array([one.mean for one in demand.series])
    spread = dispersion_of(means, np.array(list(LEVELS.values())), values)
    mean: Series = {}
    dispersion: Series = {}
    for one, wide in zip(demand.series, spread.tolist(), strict=True):
        here = inside.get(one.region, [])
        key = (one.kind, one.name)
        if here:
            share = orders[here] / orders[here].sum()
            mean.setdefault(key, np.zeros(len(regions)))[here] = one.mean / demand.weeks * share
            # Parts of a region wander together, so each keeps the whole dispersion: stock errs on the safe side.
            dispersion.setdefault(key, np.ones(len(regions)))[here] = wide
    return mean, dispersion
