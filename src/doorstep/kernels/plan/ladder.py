"""The price ladder of a chosen parcel: what every service asks for the same goods from the same site."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from doorstep.domain.decision import Choice, Rung
from doorstep.kernels.plan.alternatives import Alternatives, undated
from doorstep.kernels.plan.assemble import EPOCH
from doorstep.kernels.plan.compiled import NEVER
from doorstep.kernels.plan.fleets import refusal
from doorstep.kernels.plan.grams import Ways
from doorstep.kernels.plan.market import IntArray


def ladder(seen: Alternatives, row: int, choice: Choice, ways: Ways | None) -> tuple[Rung, ...]:
    """Rungs of the parcel of a pick, the cheapest first, each service in its best carton and on its best day.

    The chosen service stands with the price that is paid. Those that do not carry it come last.
    """
    picks, quotes = seen.picks, seen.quotes
    rows = seen.quotes_of(int(picks.block[row]))
    at = rows.start + np.flatnonzero(quotes.site[rows.start : rows.stop] == picks.site[row])
    total = quotes.total_minor[at]
    best = at[total.argmin(axis=0)]
    taken, refused, sent = [], [], []
    relays = seen.market.relays
    for v, offer in enumerate(seen.market.problem.tariff.services):
        if relays is not None and v >= relays.first and not seen.market.calls[picks.site[row], v]:
            continue  # a linehaul of another site
        if v == picks.service[row]:
            taken.append(_chosen(choice, offer.service))
            sent.append((v, int(picks.weight_g[row])))
        elif quotes.total_minor[best[v], v] < NEVER:
            taken.append(_priced(seen, offer.service, int(best[v]), v))
            sent.append((v, int(quotes.problem.parcels.weight_g[quotes.rated[best[v]]])))
        else:
            refused.append(Rung(offer.service, refusal=_refusal(seen, row, at, v)))
    if ways is not None:
        service, weight_g = np.array(sent, np.int64).T
        order, site = (np.full(len(sent), one) for one in (seen.i, picks.site[row]))
        found = ways.grams(order, site, service, weight_g)
        taken = [replace(rung, footprint=one) for rung, one in zip(taken, found, strict=True)]
    return (*sorted(taken, key=lambda rung: (rung.price_minor, rung.service)), *refused)


def _chosen(choice: Choice, service: str) -> Rung:
    cost = choice.cost
    parts = cost.freight_minor, cost.surcharges_minor, cost.duty_tax_minor
    return Rung(service, *parts, promised_by=choice.promised_by, on_time_ppm=choice.on_time_ppm, chosen=True)


def _priced(seen: Alternatives, service: str, row: int, v: int) -> Rung:
    """What a quote asks."""
    quotes = seen.quotes
    parcel, leg = quotes.rated[row], quotes.leg[row, v]
    return Rung(
        service,
        int(quotes.rates.freight_minor[parcel, v]),
        int(quotes.rates.surcharges_minor[parcel, v]),
        int(quotes.duty_tax_minor[parcel, v]),
        promised_by=(EPOCH + timedelta(days=int(quotes.legs.promised_day[leg]))).isoformat(),
        on_time_ppm=int(quotes.legs.on_time_ppm[leg]),
    )


def _refusal(seen: Alternatives, pick: int, at: IntArray, v: int) -> str:
    """Everything that stands in the way of the parcel as it is chosen, with what would have to change."""
    quotes, picks = seen.quotes, seen.picks
    same = at[quotes.carton[at] == picks.carton[pick]]
    row = int((same if len(same) else at)[0])
    parcel = int(quotes.rated[row])
    told = [refusal(quotes.problem, quotes.rates, parcel, v)[1]] if quotes.rates.reason[parcel, v] else []
    if not seen.market.calls[picks.site[pick], v]:
        told.append(f"does not call at {seen.market.problem.sites[int(picks.site[pick])].site}")
    return "; ".join(told) or undated(seen, row, v)
