"""Rate the parcels of a file on the tariff of a folder: read them, decide, and put the output file in place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np

from doorstep.compute import peak_memory_mb
from doorstep.domain.carriage import Markup
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.landmass import landmass
from doorstep.files.output_file import output_file
from doorstep.files.parcels_in import ParcelFile, read_parcels
from doorstep.files.rates_out import RATE_COLUMNS, write_header, write_rates
from doorstep.files.tariff_in import TariffFolder, read_tariff
from doorstep.flows.rate_duty import border_of
from doorstep.kernels.carbon import CarbonProblem, CarbonResult, carbon, compile_factors
from doorstep.kernels.rate.markup import marked_up
from doorstep.kernels.rate.obstacles import refusals_of
from doorstep.kernels.rate.problem import Parcels, RateProblem
from doorstep.kernels.rate.rate import rate
from doorstep.kernels.rate.tables import TariffTables, compile_tariff
from doorstep.kernels.run import Run

PART = 50_000  # parcels that are rated and written together: bounds the memory, whatever the file's size


def rate_files(
    parcels: Path,
    tariffs: Path,
    out: Path,
    *,
    run: Run,
    stopwatch: Callable[[], float],
    client: str = "",
    force: bool = False,
) -> dict[str, object]:
    """Rate `parcels` on every service of the folder `tariffs` into the file `out`; return what was done.

    What a `client` pays is written beside the price; an empty name is none.

    Raises InputRefused with every fault, InvalidProblem, or OutputRefused; `out` is then as it was before.
    """
    start = stopwatch()
    tariff = read_tariff(tariffs, run.progress)
    read = read_parcels(parcels, tariff.currency)
    emits = _emissions(tariff, read)
    loaded = stopwatch()
    rules = _of_client(tariff, client)
    tables = compile_tariff(tariff.tariff, tariff.currency, read.origins, read.destinations)
    border = border_of(tariff, read)
    seconds = {"reading": loaded - start, "rating": stopwatch() - loaded, "writing": 0.0}
    count, services = len(read.parcels), len(tables.services)
    eligible = served = 0
    # Files that were written before the last column came may be replaced, too.
    with output_file(out, ",".join(RATE_COLUMNS[:-1]), force, reading=(parcels, tariffs)) as file:
        write_header(file, bool(client), border is not None, emits is not None)
        for first, problem in parts(tables, read.parcels):
            begun = stopwatch()
            result = rate(problem)
            names = [offer.service for offer in tables.services]
            paid = marked_up(result, names, problem.parcels.ship_day, rules, tables.currency) if client else None
            emitted = emits(first, first + len(problem.parcels)) if emits else None
            decided = stopwatch()
            texts = (refusals_of(problem, result, service) for service in range(services))
            duties = None if border is None else border.columns(first, problem.parcels, result, tables.services)
            write_rates(file, read.ids[first : first + PART], tables, result, texts, paid, duties, emitted)
            seconds["rating"] += decided - begun
            seconds["writing"] += stopwatch() - decided
            eligible += int(result.eligible.sum())
            served += int(result.eligible.any(axis=1).sum())
            run.progress("rating", first + len(problem.parcels), count)
    return {
        "parcels": count,
        "services": services,
        "quotes": count * services,
        "eligible": eligible,
        "parcels_without_service": count - served,
        "currency": tariff.currency.code,
        **_spent(seconds, count * services),
        "peak_memory_mb": peak_memory_mb(),
        "data_version": tariff.data_version,
    }


def _spent(seconds: dict[str, float], quotes: int) -> dict[str, float]:
    spent = sum(seconds.values())
    each = {f"seconds_{name}": round(value, 3) for name, value in seconds.items()}
    return {"seconds": round(spent, 3), "quotes_per_second": round(quotes / spent) if spent else 0, **each}


def _emissions(tariff: TariffFolder, read: ParcelFile) -> Callable[[int, int], CarbonResult] | None:
    """Reckon what the parcels from one to another emit on every service; None: nobody says how far they go."""
    if read.distance_m is None:
        return None
    distance_m, tables = read.distance_m, compile_factors(tariff.emission_factors, tariff.tariff.services)
    lands = [np.array([landmass(place.country) for place in end]) for end in (read.origins, read.destinations)]
    parcels = read.parcels

    def of(first: int, last: int) -> CarbonResult:
        some = slice(first, last)
        overseas = lands[0][parcels.origin[some]] != lands[1][parcels.destination[some]]
        return carbon(CarbonProblem(tables, parcels.weight_g[some], distance_m[some], overseas))

    return of


def _of_client(tariff: TariffFolder, client: str) -> list[Markup]:
    rules = [rule for rule in tariff.markups if rule.client == client]
    if client and not rules:
        raise InvalidProblem(f"markups.csv has no row of client {client}")
    return rules


def parts(tables: TariffTables, parcels: Parcels) -> Iterator[tuple[int, RateProblem]]:
    """Cut a batch into problems of a bearable size, each with the index of its first parcel."""
    for first in range(0, len(parcels), PART):
        some = slice(first, first + PART)
        yield first, RateProblem(tables, Parcels(*(getattr(parcels, one.name)[some] for one in fields(parcels))))
