"""Tariffs of folders: whether one holds together, how two differ, and what one's own parcels cost under another."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from doorstep.domain.errors import InvalidProblem
from doorstep.files.output_file import output_file
from doorstep.files.parcels_in import ParcelFile, read_parcels
from doorstep.files.tariff_diff import Change, changes, changes_beside
from doorstep.files.tariff_in import TariffFolder, read_tariff
from doorstep.flows.rate_files import parts
from doorstep.kernels.rate.compare import NONE, Choice, Comparison, chosen
from doorstep.kernels.rate.duty_tables import duty_book
from doorstep.kernels.rate.problem import Parcels
from doorstep.kernels.rate.rate import rate
from doorstep.kernels.rate.tables import TariffTables, compile_tariff
from doorstep.kernels.rate.validity import DAY_ZERO
from doorstep.kernels.run import Run

WHAT_IF_COLUMNS = ("parcel", "service_before", "price_before", "service_after", "price_after", "difference")


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Parcels under two tariffs of one currency."""

    before: TariffFolder
    after: TariffFolder
    read: ParcelFile
    compared: Comparison


def check_tariff(folder: Path, run: Run) -> TariffFolder:
    """Read a tariff and compile it. Raises InputRefused with every fault, or InvalidProblem."""
    read = read_tariff(folder, run.progress)
    compile_tariff(read.tariff, read.currency, (), ())
    duty_book(read.tariff, read.currency, read.ioss)
    return read


def diff_tariffs(before: Path, after: Path, run: Run) -> tuple[Change, ...]:
    """List what differs between two tariffs. Raises InputRefused."""
    old, new = read_tariff(before, run.progress), read_tariff(after, run.progress)
    return (*changes(old.tariff, new.tariff), *changes_beside(old, new))


def what_if(before: Path, after: Path, parcels: Path, run: Run, day: date | None = None) -> WhatIf:
    """Rate the parcels under both tariffs, the second as if they left on `day` where that is given.

    Raises InputRefused with every fault, or InvalidProblem when the tariffs are of two currencies.
    """
    old, new = read_tariff(before, run.progress), read_tariff(after, run.progress)
    if old.currency != new.currency:
        raise InvalidProblem(f"{before} is in {old.currency.code}, {after} in {new.currency.code}; nothing to compare")
    read = read_parcels(parcels, old.currency)
    moved = read.parcels
    if day is not None:
        moved = replace(moved, ship_day=np.full(len(moved), day.toordinal() - DAY_ZERO, np.int64))
    return WhatIf(old, new, read, Comparison(_chosen(old, read, read.parcels, run), _chosen(new, read, moved, run)))


def _chosen(tariff: TariffFolder, read: ParcelFile, parcels: Parcels, run: Run) -> Choice:
    tables = compile_tariff(tariff.tariff, tariff.currency, read.origins, read.destinations)
    wanted = _wanted(tables, read.services)
    found = []
    for first, problem in parts(tables, parcels):
        found.append(chosen(rate(problem), wanted[first : first + len(problem.parcels)]))
        run.progress("rating", first + len(problem.parcels), len(parcels))
    nobody = np.zeros(0, np.int64)
    return Choice(
        np.concatenate([nobody, *(one.service for one in found)]),
        np.concatenate([nobody, *(one.price_minor for one in found)]),
    )


def _wanted(tables: TariffTables, services: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Which service carried each parcel: its index, -1 where that is not told, -2 where it is not offered."""
    index = {"": NONE} | {offer.service: at for at, offer in enumerate(tables.services)}
    return np.array([index.get(service, NONE - 1) for service in services], np.int64)


def summarise_what_if(found: WhatIf, most: int) -> dict[str, object]:
    """Sum up: totals over the parcels that both tariffs carry, the services, and the `most` largest movers."""
    compared, both = found.compared, found.compared.both
    before, after = compared.before, compared.after
    money = found.before.currency.text
    totals = [int(choice.price_minor[both].sum()) for choice in (before, after)]
    change = compared.difference_minor
    return {
        "parcels": len(found.read.parcels),
        "carried_by_both": int(both.sum()),
        "currency": found.before.currency.code,
        "total_before": money(totals[0]),
        "total_after": money(totals[1]),
        "difference": money(totals[1] - totals[0]),
        "difference_pct": round(100 * (totals[1] - totals[0]) / totals[0], 3) if totals[0] else None,
        "dearer": int((change > 0).sum()),
        "cheaper": int((change < 0).sum()),
        "other_service": int((_named(found.before, before, found) != _named(found.after, after, found))[both].sum()),
        "no_longer_carried": int((before.carried & ~after.carried).sum()),
        "newly_carried": int((~before.carried & after.carried).sum()),
        "services": _services(found),
        "movers": rows_of(found, np.array(compared.movers(most), np.int64)),
    }


def _named(folder: TariffFolder, choice: Choice, found: WhatIf) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Which service carries each parcel, as a number that means the same under both tariffs."""
    known: dict[str, int] = {}
    for tariff in (found.before.tariff, found.after.tariff):
        for offer in tariff.services:
            known.setdefault(offer.service, len(known))
    return np.array([*(known[offer.service] for offer in folder.tariff.services), NONE])[choice.service]


def _services(found: WhatIf) -> list[dict[str, object]]:
    sums: dict[str, list[int]] = {}
    for at, (folder, choice) in enumerate(((found.before, found.compared.before), (found.after, found.compared.after))):
        for index, offer in enumerate(folder.tariff.services):
            of_service = choice.service == index
            sums.setdefault(offer.service, [0, 0, 0, 0])[at] = int(of_service.sum())
            sums[offer.service][2 + at] = int(choice.price_minor[of_service].sum())
    money = found.before.currency.text
    return [
        {"service": name, "parcels_before": b, "parcels_after": a, "total_before": money(tb), "total_after": money(ta)}
        for name, (b, a, tb, ta) in sums.items()
    ]


def rows_of(found: WhatIf, parcels: np.ndarray[tuple[int], np.dtype[np.int64]]) -> list[dict[str, str]]:
    """What some parcels cost before and after; empty where a tariff does not carry them."""
    compared, money = found.compared, found.before.currency.text
    sides = []
    for folder, choice in ((found.before, compared.before), (found.after, compared.after)):
        names = [*(offer.service for offer in folder.tariff.services), ""]
        services = choice.service[parcels].tolist()
        prices = choice.price_minor[parcels].tolist()
        sides.append(
            [(names[at], money(price) if at != NONE else "") for at, price in zip(services, prices, strict=True)]
        )
    return [
        {
            "parcel": found.read.ids[parcel],
            "service_before": before[0],
            "price_before": before[1],
            "service_after": after[0],
            "price_after": after[1],
            "difference": money(change) if before[0] and after[0] else "",
        }
        for parcel, before, after, change in zip(
            parcels.tolist(), *sides, compared.difference_minor[parcels].tolist(), strict=True
        )
    ]


def write_what_if(found: WhatIf, path: Path, force: bool, reading: tuple[Path, ...]) -> None:
    """Write what every parcel costs before and after. Raises OutputRefused."""
    with output_file(path, ",".join(WHAT_IF_COLUMNS), force, reading) as out:
        writer = csv.writer(out)
        writer.writerow(WHAT_IF_COLUMNS)
        writer.writerows(row.values() for row in rows_of(found, np.arange(len(found.read.parcels))))
