"""A network over which the generated histories of this folder travel every day of the week."""

from __future__ import annotations

from dataclasses import replace

from tests.kernels.promise.networks import call, service, site

from doorstep.domain.learned import TransitModel
from doorstep.domain.place import Place
from doorstep.kernels.promise.judged import Ground

BERLIN = Place("DE", "BE", "Berlin", "10115")
EVERY_DAY = "Mon-Sun"
GROUND = Ground(
    sites=(site(BERLIN, "UTC", EVERY_DAY, "", "10:00", "berlin"),),
    collections=tuple(call("17:00", EVERY_DAY, "berlin", one) for one in ("post", "express")),
    services=(service("post", working=EVERY_DAY), service("express", speed="express", working=EVERY_DAY)),
    target_ppm=900_000,
)


def later(model: TransitModel, days: int) -> TransitModel:
    """The same model, each of its lanes so many working days slower."""
    lanes = tuple(replace(one, arrived_ppm=(*(0,) * days, *one.arrived_ppm)) for one in model.lanes)
    return replace(model, lanes=lanes)
