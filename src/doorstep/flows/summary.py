"""summary.json of a plan; keys are those of docs/formats.md."""

from __future__ import annotations

from collections.abc import Sequence

from doorstep.domain.exploration import ServiceTrial
from doorstep.domain.money import Currency
from doorstep.domain.parcel import Parcel
from doorstep.domain.plan import Figures
from doorstep.files.plan_out import major
from doorstep.kernels.plan.plan import PlanResult


def summarise(
    result: PlanResult, seconds: float, peak_memory_mb: float, data_version: str, seed: int
) -> dict[str, object]:
    """Amounts in major units as numbers; rates with their denominators beside them."""
    figures, baseline = result.plan.figures, result.baseline
    currency = result.reasons.market.problem.brand.currency
    return {
        "orders": figures.orders,
        "planned": figures.planned,
        "unplanned": figures.unplanned,
        "parcels": figures.parcels,
        "cost_total": major(figures.cost_minor, currency),
        "objective": major(figures.objective_minor, currency),
        "lower_bound": major(result.lower_bound_minor, currency),
        "gap_pct": round(float(result.gap_pct), 4),
        **({"precedence": major(figures.precedence_minor, currency)} if figures.precedence_minor else {}),
        **({"weights": major(figures.bids_minor, currency)} if figures.bids_minor else {}),
        "cost_per_order": per(currency, figures.cost_minor, figures.planned),
        "cost_per_parcel": per(currency, figures.cost_minor, figures.parcels),
        "split_rate": round(figures.split_rate, 6),
        "mean_promised_days": round(figures.mean_promised_days, 4),
        "expected_on_time": round(figures.expected_on_time, 6),
        "baseline_objective": major(baseline.objective_minor, currency),
        "saving_pct": round(saving_pct(figures, baseline), 4),
        "seconds": round(seconds, 3),
        "orders_per_second": round(figures.orders / seconds, 1) if seconds else 0.0,
        "peak_memory_mb": peak_memory_mb,
        "data_version": data_version,
        "seed": seed,
        "iterations": result.iterations,
        "currency": currency.code,
        **carbon_of(result.plan.parcels),
        **sharing_of(result.plan.parcels),
        "baseline_unplanned": baseline.unplanned,
        "baseline_parcels": baseline.parcels,
        "baseline_cost_per_order": per(currency, baseline.cost_minor, baseline.planned),
        "baseline_cost_per_parcel": per(currency, baseline.cost_minor, baseline.parcels),
        "baseline_split_rate": round(baseline.split_rate, 6),
        "baseline_mean_promised_days": round(baseline.mean_promised_days, 4),
        "baseline_expected_on_time": round(baseline.expected_on_time, 6),
    }


def carbon_of(parcels: Sequence[Parcel]) -> dict[str, object]:
    """Kilograms of CO2e of all parcels whose way is known, and how many these are; null: of none."""
    known = [parcel.footprint for parcel in parcels if parcel.footprint]
    sums = (sum(one.mid_g for one in known), sum(one.low_g for one in known), sum(one.high_g for one in known))
    kilograms = [grams / 1000 if known else None for grams in sums]
    return {**dict(zip(("co2e_kg", "co2e_low_kg", "co2e_high_kg"), kilograms, strict=True)), "co2e_parcels": len(known)}


def sharing_of(parcels: Sequence[Parcel]) -> dict[str, object]:
    """How many parcels are for several orders, and how many orders these are."""
    shared = [parcel for parcel in parcels if len(parcel.orders) > 1]
    return {"shared_parcels": len(shared), "sharing_orders": len({one for parcel in shared for one in parcel.orders})}


def trials_of(trials: Sequence[ServiceTrial], result: PlanResult) -> dict[str, object]:
    """How many orders try each service that may be tried, and what they cost more for it, of all planned orders."""
    currency, tried = result.reasons.market.problem.brand.currency, result.plan.tried
    each = {
        one.service: {
            "orders": sum(of.service == one.service for of in tried),
            "extra_cost": major(sum(of.extra_minor for of in tried if of.service == one.service), currency),
        }
        for one in trials
    }
    extra = major(sum(of.extra_minor for of in tried), currency)
    return {"tried_orders": len(tried), "tried_extra_cost": extra, "tried": each}


def saving_pct(figures: Figures, baseline: Figures) -> float:
    """Of the baseline's objective; 0 where that is 0."""
    if not baseline.objective_minor:
        return 0.0
    return 100 * (baseline.objective_minor - figures.objective_minor) / baseline.objective_minor


def per(currency: Currency, minor: int, count: int) -> float:
    """Mean in major units with two more digits than the currency; 0 of nothing."""
    return round(float(major(minor, currency)) / count, currency.digits + 2) if count else 0.0
