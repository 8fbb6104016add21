"""What the carbon of a parcel is reckoned from."""

from __future__ import annotations

from doorstep.domain.carriage import DELIVERS_TO
from doorstep.domain.emission import LEGS, MODES
from doorstep.files.columns import Table, may, must, opt
from doorstep.files.kinds import one_of, text, whole
from doorstep.kernels.carbon.problem import MAX_ADD_KM, MAX_ADD_PCT, MAX_FACTOR_G

_GRAMS = whole(0, MAX_FACTOR_G)

EMISSION_FACTORS = Table(
    "emission_factors",
    "Grams of CO2e of a leg, in place of those that come with Doorstep: of line haul per tonne-kilometre, of hubs per"
    " tonne, of the last mile per parcel.",
    (
        must("leg", one_of(LEGS), "what is done"),
        may(
            "mode",
            one_of((*MODES, *DELIVERS_TO), ""),
            "of line haul: by what; of last mile: where to; of hubs: empty",
        ),
        may("vehicle", text(), "in words"),
        may("up_to_km", whole(1, 40_000), "of line haul: great-circle distance up to which it holds; empty: any"),
        opt("distance_add_pct", whole(0, MAX_ADD_PCT), "how much longer the way is than the great circle").default(0),
        opt("distance_add_km", whole(0, MAX_ADD_KM), "and by how many kilometres besides").default(0),
        must("low_g", _GRAMS, "lower bound"),
        must("mid_g", _GRAMS, "what is reckoned with"),
        must("high_g", _GRAMS, "upper bound"),
        must("source", text(), "where the figures are from"),
        opt("year", whole(1990, 2199), "of the source"),
        opt("note", text(), "what was made of it"),
    ),
    keys=(("leg", "mode", "up_to_km"),),
    optional=True,
)
