"""How far a rate card is from the freight really paid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from doorstep.files.importers.olist.freight import Paid, RateCard, weight_class


@dataclass(frozen=True, slots=True)
class FitError:
    """Card minus paid, in major units; `mape_pct` over parcels that paid anything, `r2` against their mean."""

    parcels: int
    mean_paid: float
    bias: float
    mae: float
    rmse: float
    mape_pct: float
    r2: float


@dataclass(frozen=True, slots=True)
class CardFit:
    card: FitError
    constant_by_weight: FitError  # the best card without zones, fitted to the same parcels
    by_weight: tuple[tuple[str, FitError], ...]
    by_zone: tuple[tuple[str, FitError], ...]


def fit_error(card: RateCard, paid: Paid) -> FitError:
    count = len(paid.freight)
    if not count:
        return FitError(0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    error = card.price(paid) - paid.freight
    mean = float(paid.freight.mean())
    spread = float(((paid.freight - mean) ** 2).sum())
    some = paid.freight > 0
    return FitError(
        count,
        round(mean, 4),
        round(float(error.mean()), 4),
        round(float(np.abs(error).mean()), 4),
        round(float(np.sqrt((error**2).mean())), 4),
        round(float((np.abs(error[some]) / paid.freight[some]).mean() * 100), 4) if some.any() else 0.0,
        round(1 - float((error**2).sum()) / spread, 4) if spread else 0.0,
    )


def card_fit(card: RateCard, constant: RateCard, paid: Paid) -> CardFit | None:
    """None without parcels."""
    if not len(paid.freight):
        return None
    column, zone = weight_class(card.breaks_g, paid.billed_g), card.zone(paid)
    return CardFit(
        fit_error(card, paid),
        fit_error(constant, paid),
        tuple(
            (f"up to {grams} g", fit_error(card, paid.where(column == position)))
            for position, grams in enumerate(card.breaks_g)
            if (column == position).any()
        ),
        tuple(
            (zone_name(position), fit_error(card, paid.where(zone == position)))
            for position in range(len(card.price_cents))
            if (zone == position).any()
        ),
    )


def zone_name(zone: int) -> str:
    return f"Z{zone}" if zone else "local"
