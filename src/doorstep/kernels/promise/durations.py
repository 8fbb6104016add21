"""All durations that a brand's promises rest on, learned by what was known at one instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from doorstep.domain.carriage import Service
from doorstep.domain.learned import PastParcel, TransitModel
from doorstep.domain.supply import Collection, Site
from doorstep.kernels.promise.handling import fit_handling
from doorstep.kernels.promise.pace import at_current_pace
from doorstep.kernels.promise.transit import fit_transit


def learn_durations(
    history: Sequence[PastParcel],
    as_of: datetime,
    sites: Sequence[Site],
    collections: Sequence[Collection],
    services: Sequence[Service],
) -> TransitModel:
    """Learn transit by `fit_transit` and handling by `fit_handling`: the mean of the whole past, as it is published."""
    transit = fit_transit(history, as_of, services=services)
    return replace(transit, handling=fit_handling(history, as_of, sites, collections, services))


def fit_durations(
    history: Sequence[PastParcel],
    as_of: datetime,
    sites: Sequence[Site],
    collections: Sequence[Collection],
    services: Sequence[Service],
) -> TransitModel:
    """Learn durations, and let them run at the pace of the last days: as promises read them."""
    learned = learn_durations(history, as_of, sites, collections, services)
    return at_current_pace(learned, history, as_of, services)


def durations_at(
    published: TransitModel | None,
    history: Sequence[PastParcel],
    known: datetime,
    sites: Sequence[Site],
    collections: Sequence[Collection],
    services: Sequence[Service],
) -> TransitModel:
    """Give the durations in force at the pace of the last days, unless they know more than was known then.

    In that case, and where none are in force (None), durations are learned from history.
    """
    if published is not None and published.as_of <= known:
        return at_current_pace(published, history, known, services)
    return fit_durations(history, known, sites, collections, services)
