"""Explanations of what weighs beside cost: what the chosen parcels take from others, and why a cheaper option lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from doorstep.domain.decision import Flip, Weight
from doorstep.domain.worth import NEXT_DAY
from doorstep.kernels.plan.assemble import Picks
from doorstep.kernels.plan.grams import Sent
from doorstep.kernels.plan.load_lines import Key
from doorstep.kernels.plan.market import Market
from doorstep.kernels.plan.scales import MOST_DAYS, Scales

Parts = Sequence[tuple[int, Key]]  # sites, and what each sends


def weights_of(market: Market, picks: Picks, rows: range, keys: Sequence[Key]) -> tuple[Weight, ...]:
    """Name what the chosen parcels of an order weigh; they sum to what the figures hold of them but for rounding."""
    scales = market.scales
    if scales is None:
        return ()
    named = list(_goods(market, scales, [(int(picks.site[row]), key) for row, key in zip(rows, keys, strict=True)]))
    sites = dict.fromkeys(int(picks.site[row]) for row in rows)
    named += [Weight(f"picking an order at {_site(market, site)}", int(scales.site_minor[site])) for site in sites]
    for row, key in zip(rows, keys, strict=True):
        site, service, order = int(picks.site[row]), int(picks.service[row]), int(picks.order[row])
        by = market.problem.tariff.services[service].service
        named.append(Weight(f"room for a parcel by {by} at {_site(market, site)}", _room(scales, site, service)))
        named.append(Weight(f"a parcel by {by} under its commitment", int(scales.commitment_minor[service])))
        days = min(max(int(picks.promised_day[row] - scales.placed_day[order]), 0), MOST_DAYS)
        own, whole = sum(units for _, units in key), scales.micros_per_minor * int(scales.units[order])
        waited = days * int(scales.speed_micros[order]) * own / whole
        named.append(Weight(f"{days} day{'s' * (days != 1)} until it is promised", int(waited + 0.5)))
        beyond = (days > NEXT_DAY) * int(scales.next_day_micros[order]) * own / whole
        named.append(Weight("it is not promised for the next day", int(beyond + 0.5)))
        named += _carbon(scales, order, site, service, int(picks.weight_g[row]))
    return tuple(one for one in named if one.amount_minor)


def weighs_more(market: Market, scales: Scales, parts: Parts) -> str:
    """Say why an option lost that is cheaper and whose goods are there."""
    currency = market.problem.brand.currency
    goods = sorted(_goods(market, scales, parts), key=lambda one: -one.amount_minor)
    if not goods:
        return "it weighs more, by its carrier's commitment, its carbon or the days until then, or is full that day"
    dearest = goods[0]
    more = sum(one.amount_minor for one in goods[1:])
    others = f", and other goods worth {currency.text(more)}" if more else ""
    return f"it would use {dearest.what}, worth {currency.text(dearest.amount_minor)} to later orders{others}"


def weighed_flip(
    market: Market, order: int, options: Sequence[tuple[int, str, Parts, Sent]], cost: int, own: int
) -> Flip | None:
    """How much cheaper the next best option by weight would have to be; None: a value weighs, so it is not told.

    `options` (cost, name, parts, what is sent) have their goods at hand; `own` is what the choice weighs.
    """
    scales = market.scales
    if scales is None or scales.speed_micros[order] or scales.next_day_micros[order]:
        return None
    if scales.carbon is not None and scales.carbon.kg_micros[order]:
        return None
    text = market.problem.brand.currency.text
    dearer = []
    for amount, name, parts, sent in options:
        weight = sum(one.amount_minor for one in _goods(market, scales, parts))
        weight += sum(int(scales.site_minor[site]) for site in dict.fromkeys(site for site, _ in parts))
        weight += sum(_room(scales, site, v) + int(scales.commitment_minor[v]) for site, v, _ in sent)
        if amount + weight > cost + own:
            dearer.append((amount + weight - cost - own, amount, name))
    if not dearer:
        return None
    more, amount, name = min(dearer)
    share = 100 * more / amount if amount > 0 else 0.0
    return Flip("a lower cost of that option", f"more than {text(more)} ({share:.1f}%)", name)


def _goods(market: Market, scales: Scales, parts: Parts) -> Iterator[Weight]:
    for site, key in parts:
        for sku, units in key:
            micros = int(scales.stock_micros[site, sku]) * units
            if micros:
                name = market.problem.products[sku].sku
                yield Weight(f"{units} x {name} at {_site(market, site)}", market.problem.brand.currency.minor(micros))


def _carbon(scales: Scales, order: int, site: int, service: int, weight_g: int) -> list[Weight]:
    """What the carbon of one parcel weighs, where its way is known and it has a value."""
    if scales.carbon is None or not scales.carbon.kg_micros[order]:
        return []
    one = tuple(np.array([number], np.int64) for number in (order, site, service, weight_g))
    grams = int(scales.carbon.ways.middle_g(*one)[0])
    return [Weight(f"{grams} g of CO2e", int(scales.carbon.minor(*one)[0]))]


def _room(scales: Scales, site: int, service: int) -> int:
    return int(scales.service_minor[site, service])


def _site(market: Market, site: int) -> str:
    return market.problem.sites[site].site
