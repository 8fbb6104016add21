"""What `doorstep rate` writes: a row for each parcel and service, put together from whole columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TextIO

import numpy as np

from doorstep.domain.money import Currency
from doorstep.kernels.carbon.result import CarbonResult
from doorstep.kernels.rate.result import BoolArray, IntArray, RateResult, Reason, reason_text
from doorstep.kernels.rate.tables import TariffTables

RATE_COLUMNS = (
    "parcel",
    "service",
    "eligible",
    "reason",
    "billed_weight_g",
    "zone",
    "freight",
    "surcharges",
    "price",
    "explanation",
    "smallest_change",
)
CLIENT_COLUMN = "client_price"
DUTY_COLUMNS = ("duty", "tax", "duty_tax_paid_by", "duty_tax_explanation")  # where the tariff has duties
DutyCells = tuple[str, str, str, str]
CARBON_COLUMNS = ("co2e_g", "co2e_low_g", "co2e_high_g")
_QUOTED = ('"', ",", "\r", "\n")


def cell(text: str) -> str:
    """Write a cell, in quotes where RFC 4180 wants them."""
    if text and any(mark in text for mark in _QUOTED):
        return '"' + text.replace('"', '""') + '"'
    return text


def write_header(out: TextIO, client: bool, duties: bool, carbon: bool) -> None:
    client_columns = (CLIENT_COLUMN,) if client else ()
    more = (*client_columns, *(DUTY_COLUMNS if duties else ()), *(CARBON_COLUMNS if carbon else ()))
    out.write(",".join((*RATE_COLUMNS, *more)) + "\r\n")


def write_rates(
    out: TextIO,
    ids: Sequence[str],
    tables: TariffTables,
    result: RateResult,
    refusals: Iterable[tuple[Sequence[str], Sequence[str]]],
    client_minor: IntArray | None = None,
    duties: Sequence[Sequence[DutyCells]] | None = None,
    carbon: CarbonResult | None = None,
) -> None:
    """Write the rows of some parcels, all services of one parcel together.

    Parameters
    ----------
    out
        Where the header has been written.
    ids
        Of the parcels.
    tables, result
        What was rated, and the outcome.
    refusals
        For each service the words and the smallest changes of each parcel; empty where the pair is eligible.
    client_minor
        What a client pays, [n, s]; None: nobody is asked about.
    duties
        For each service the cells of each parcel under `DUTY_COLUMNS`; None: the tariff has no duties.
    carbon
        What each pair emits; None: no distance is told.
    """
    zones = [cell(name) for name in tables.zone_names]
    heads = [cell(one) for one in ids] if any(mark in one for one in ids for mark in _QUOTED) else ids
    tails = [
        _tails(
            cell(offer.service),
            zones,
            tables.currency,
            result,
            service,
            told,
            client_minor,
            None if duties is None else duties[service],
            carbon,
        )
        for service, (offer, told) in enumerate(zip(tables.services, refusals, strict=True))
    ]
    out.writelines(f"{head}{tail}" for head, *of_parcel in zip(heads, *tails, strict=True) for tail in of_parcel)


def _tails(
    service: str,
    zones: Sequence[str],
    currency: Currency,
    result: RateResult,
    at: int,
    told: tuple[Sequence[str], Sequence[str]],
    client_minor: IntArray | None,
    duties: Sequence[DutyCells] | None,
    carbon: CarbonResult | None,
) -> list[str]:
    """Write the rows of one service, all but the parcel."""
    texts, changes = told
    eligible = result.eligible[:, at]
    flags = [f"{int(reason == Reason.ELIGIBLE)},{reason_text(reason)}" for reason in Reason]
    flags[Reason.ELIGIBLE] = "1,"
    named = [*zones, ""]  # -1, not served, is the last
    more = [""] * len(texts)
    if client_minor is not None:
        more = [f",{amount}" for amount in _amounts(client_minor[:, at], eligible, currency)]
    if duties is not None:
        more = [f"{one},{','.join(owed)},{cell(why)}" for one, (*owed, why) in zip(more, duties, strict=True)]
    if carbon is not None:
        more = [one + grams for one, grams in zip(more, _grams(carbon, at, eligible), strict=True)]
    return [
        f",{service},{flags[reason]},{billed},{named[zone]},{freight},{surcharges},{price},{cell(text)},{change}{added}\r\n"
        for reason, billed, zone, freight, surcharges, price, text, change, added in zip(
            result.reason[:, at].tolist(),
            result.billed_weight_g[:, at].tolist(),
            result.zone[:, at].tolist(),
            _amounts(result.freight_minor[:, at], eligible, currency),
            _amounts(result.surcharges_minor[:, at], eligible, currency),
            _amounts(result.price_minor[:, at], eligible, currency),
            texts,
            changes,
            more,
            strict=True,
        )
    ]


def _grams(carbon: CarbonResult, at: int, eligible: BoolArray) -> list[str]:
    """Write what the parcels emit on a service: middle, lower bound, upper bound; empty where it is not known."""
    low, mid, high = carbon.grams_on(at).tolist()
    known = (carbon.known & eligible).tolist()
    return [f",{m},{b},{t}" if there else ",,," for m, b, t, there in zip(mid, low, high, known, strict=True)]


def _amounts(minor: IntArray, eligible: BoolArray, currency: Currency) -> list[str]:
    """Write amounts in major units, each distinct one once; empty where there is no price."""
    distinct, of = np.unique(minor, return_inverse=True)
    written = [currency.text(amount) for amount in distinct.tolist()]
    return [written[one] if priced else "" for one, priced in zip(of.tolist(), eligible.tolist(), strict=True)]
