"""What a plan with own vans writes beside plan.csv: routes.csv, a row a stop, and rounds.csv, a row a round."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from doorstep.domain.fleet import VanRound
from doorstep.domain.money import Currency
from doorstep.domain.parcel import Parcel
from doorstep.domain.plan import Plan
from doorstep.files.write import write_csv

ROUTE_COLUMNS = (
    "round", "vehicle", "trip", "position", "stop", "arrival", "leaves", "site", "service", "ship_date",
    "weight_g", "round_cost",
)  # fmt: skip
ROUND_COLUMNS = (
    "round", "vehicle", "trips", "stops", "departs", "returns", "duration_s", "distance_m", "site", "service",
    "ship_date", "weight_g", "cost",
)  # fmt: skip


def write_rounds(folder: Path, plan: Plan, currency: Currency) -> None:
    """Write both files into a folder that exists; with their headers alone where no van drives."""
    parcels = {one.parcel: one for one in plan.parcels}
    stops = (row for one in plan.rounds for row in _stops(one, parcels, currency))
    write_csv(folder / "routes.csv", ROUTE_COLUMNS, stops)
    write_csv(folder / "rounds.csv", ROUND_COLUMNS, (_round(one, parcels, currency) for one in plan.rounds))


def _stops(one: VanRound, parcels: dict[str, Parcel], currency: Currency) -> Iterator[tuple[object, ...]]:
    for name in (name for trip in one.trips for name in trip):
        parcel = parcels[name]
        ride = parcel.ride
        assert ride is not None
        yield (
            one.round,
            one.vehicle,
            ride.trip,
            ride.position,
            name,
            ride.arrives_at.isoformat(timespec="seconds"),
            ride.leaves_at.isoformat(timespec="seconds"),
            one.site,
            one.service,
            parcel.ship_at.date(),
            parcel.weight_g,
            currency.text(ride.cost_minor),
        )


def _round(one: VanRound, parcels: dict[str, Parcel], currency: Currency) -> tuple[object, ...]:
    on_board = [parcels[name] for trip in one.trips for name in trip]
    return (
        one.round,
        one.vehicle,
        len(one.trips),
        len(on_board),
        one.departs_at.isoformat(timespec="seconds"),
        one.returns_at.isoformat(timespec="seconds"),
        one.duration_s,
        one.distance_m,
        one.site,
        one.service,
        on_board[0].ship_at.date(),
        sum(parcel.weight_g for parcel in on_board),
        currency.text(one.cost_minor),
    )
