"""A scenario as simulate.json tells it: as the file says it, with factors as they were read."""

from __future__ import annotations

from doorstep.domain.units import PPM
from doorstep.kernels.simulate.changes import NewService, Replenishment
from doorstep.kernels.simulate.scenario import Scenario


def scenario_object(scenario: Scenario) -> dict[str, object]:
    """Say every change; a placement and cartons by how many rows they have."""
    return {
        "demand": scenario.demand_ppm / PPM,
        "stock": [{"factor": one.factor_ppm / PPM, "site": one.site, "sku": one.sku} for one in scenario.stock],
        "closed": [{"site": one.site, "from": one.first, "to": one.until} for one in scenario.closed],
        "service": [
            {"service": one.service, "removed": one.removed, "dearer_pct": one.dearer_ppm / 10_000}
            for one in scenario.services
        ],
        "transit": [
            {"service": one.service, "slower_days": one.days, "from": one.first, "to": one.until}
            for one in scenario.slower
        ],
        **_added(scenario),
    }


def _added(scenario: Scenario) -> dict[str, object]:
    return {
        "new_service": [_service(one) for one in scenario.new_services],
        "new_site": [
            {
                "site": one.site,
                "like": one.like,
                "latitude": one.place.latitude,
                "longitude": one.place.longitude,
                "postcode": one.place.postcode,
                "stock_share": one.stock_ppm / PPM,
            }
            for one in scenario.new_sites
        ],
        "cutoff": [
            {
                "site": one.site,
                "order_cutoff": _clock(one.cutoff_s),
                "collection_time": None if one.collection_s is None else _clock(one.collection_s),
            }
            for one in scenario.cutoffs
        ],
        "values": scenario.values,
        "commitment_prices": scenario.commitment_prices,
        "on_time_target": None if scenario.on_time_target_ppm is None else scenario.on_time_target_ppm / PPM,
        "cartons": None if scenario.cartons is None else len(scenario.cartons),
        "placement": len(scenario.placement) or None,
        "replenish": None if scenario.replenish is None else _terms(scenario.replenish),
        "station": [
            {
                "site": one.site,
                "seconds": one.mean_ms / 1_000,
                "variation": one.cv_ppm / PPM,
                "opens": _clock(one.opens_s),
                "closes": _clock(one.closes_s),
            }
            for one in scenario.stations
        ],
        "disruption": [
            {
                "service": one.service,
                "country": one.country,
                "region": one.region,
                "from": one.first,
                "to": one.until,
                "announced": one.announced,
            }
            for one in scenario.disruptions
        ],
    }


def _service(one: NewService) -> dict[str, object]:
    return {
        "service": one.service,
        "like": one.like,
        "carrier": one.carrier,
        "factor": one.factor_ppm / PPM,
        "own_rates": len(one.rates),
        "min_days": None if one.days is None else one.days[0],
        "max_days": None if one.days is None else one.days[1],
    }


def _terms(one: Replenishment) -> dict[str, object]:
    return {
        "lead_days": one.least_days,
        "most_lead_days": one.most_days,
        "order_cost": one.order_micros / PPM,
        "holding_pct_per_year": one.holding_ppm / 10_000,
    }


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds % 3600 // 60:02}"
