"""Rates that are cut are those of tables that are cut; tables with other limits those compiled anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kernels.rate.strategies import Scene, scenes

from doorstep.domain.carriage import DELIVERS_TO
from doorstep.kernels.rate import RateProblem, compile_tariff, rate
from doorstep.kernels.rate.cuts import CutRates
from doorstep.kernels.rate.problem import Parcels
from doorstep.kernels.rate.tables import TariffTables, with_limits


def parcels_of(scene: Scene) -> Parcels:
    names = scene.rows[0]
    return Parcels(**{name: np.array([row[name] for row in scene.rows]) for name in names})


def tables_of(scene: Scene) -> TariffTables:
    return compile_tariff(scene.tariff, scene.currency, scene.origins, scene.destinations)


@settings(max_examples=60, deadline=None)
@given(scenes(), st.lists(st.integers(0, 1000), min_size=1, max_size=3))
def test_a_cut_asks_what_a_tariff_with_cut_rates_does(scene: Scene, cuts: list[int]) -> None:
    tables, parcels = tables_of(scene), parcels_of(scene)
    every = np.arange(len(parcels))
    for v in range(len(tables.services)):
        cutter = CutRates(RateProblem(tables, parcels), v, every)
        for cut in cuts:
            found = cutter.rated(cut)
            ladders = tables.ladders
            parts = ladders.price_parts * (1000 - cut) // 1000
            extra = np.where(ladders.extra_parts < 0, -1, ladders.extra_parts * (1000 - cut) // 1000)
            minor = (2 * parts + ladders.parts_per_minor) // (2 * ladders.parts_per_minor)
            cheaper = ladders._replace(price_parts=parts, extra_parts=extra, price_minor=minor)
            whole = rate(RateProblem(replace(tables, ladders=cheaper), parcels))
            for name in ("reason", "freight_minor", "surcharges_minor", "billed_weight_g", "zone"):
                assert (getattr(found, name)[:, 0] == getattr(whole, name)[:, v]).all()
            some = every % 2 == 0
            assert (cutter.some(some).price_minor(cut) == whole.price_minor[some, v]).all()


@settings(max_examples=40, deadline=None)
@given(scenes(), st.sampled_from(DELIVERS_TO))
def test_other_limits_give_what_is_compiled_with_them(scene: Scene, to: str) -> None:
    services = tuple(
        replace(one, max_length_mm=2 * one.max_length_mm, max_girth_mm=None, delivers_to=to)  # type: ignore[arg-type]
        for one in scene.tariff.services
    )
    known = with_limits(tables_of(scene), services)
    anew = tables_of(replace(scene, tariff=replace(scene.tariff, services=services)))
    assert known.always_exact == anew.always_exact
    parcels = parcels_of(scene)
    one, other = rate(RateProblem(known, parcels)), rate(RateProblem(anew, parcels))
    assert (one.reason == other.reason).all()
    assert (one.price_minor == other.price_minor).all()
