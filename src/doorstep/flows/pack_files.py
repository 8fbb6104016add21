"""Pack the orders of a file: read them, decide, and put the output folder in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from doorstep.compute import peak_memory_mb
from doorstep.documents.report.pack_report import PackReport, write_pack_report
from doorstep.domain.catalog import Carton
from doorstep.domain.money import Currency
from doorstep.files.output import output_folder
from doorstep.files.pack_in import PackInput, read_pack
from doorstep.files.pack_out import write_packed
from doorstep.files.plan_out import write_summary
from doorstep.flows.pack_problem import Prices, asked, freight_of, left_of, parcels_of
from doorstep.flows.pack_summary import summarise_packing
from doorstep.kernels.pack.pack import pack
from doorstep.kernels.pack.problem import PackParams
from doorstep.kernels.run import Run, plain_map


@dataclass(frozen=True, slots=True)
class Files:
    """What is read. `divisor` in cm3 per kg; `void_fill_micros` for a litre."""

    items: Path
    cartons: Path
    freight: Path | None = None
    divisor: int = 0
    void_fill_micros: int = 0
    currency: Currency | None = None  # None: amounts in hundredths of something without a name

    @property
    def read(self) -> tuple[Path, ...]:
        return (self.items, self.cartons, *([self.freight] if self.freight else []))


NAMELESS = Currency("XXX")  # of ISO 4217: no currency


def pack_files(
    files: Files,
    out: Path,
    *,
    params: PackParams,
    run: Run,
    stopwatch: Callable[[], float],
    drawn: int = 0,
    alone: int = 0,
    force: bool = False,
) -> dict[str, object]:
    """Pack the orders of `files` into `out`, with a report that draws the first `drawn` parcels, or none if that is 0.

    Fewer than `alone` orders are packed in this process: starting others takes longer than the work. Returns the
    summary as written. Raises InputRefused with every fault, or OutputRefused; in both cases `out` is as it was before.
    """
    start = stopwatch()
    with output_folder(out, force, reading=files.read) as aside:
        read = read_pack(files.items, files.cartons, files.freight, run.progress)
        prices = prices_of(read, files)
        loaded = stopwatch()
        of = asked(read.baskets, smallest_first(read.cartons), prices)
        result = pack(of.problem, params, replace(run, map=plain_map) if len(read.baskets) < alone else run)
        decided = stopwatch()
        summary = summarise_packing(of, result, prices.currency, decided - start)
        summary["peak_memory_mb"] = peak_memory_mb()
        summary["support"] = params.support_ppm / 10**6
        summary["currency"] = files.currency.code if files.currency else ""
        summary["data_version"] = read.data_version
        parcels, left = tuple(parcels_of(of, result)), left_of(of, result)
        write_packed(aside, parcels, left, prices.currency)
        if drawn:
            report = PackReport(of.cartons, parcels, left, summary, files.currency, drawn)
            write_pack_report(aside / "report.html", report)
        seconds = {"reading": loaded - start, "packing": decided - loaded, "writing": stopwatch() - decided}
        summary |= {f"seconds_{name}": round(value, 3) for name, value in seconds.items()}
        write_summary(aside, summary)
    return summary


def smallest_first(cartons: Sequence[Carton]) -> list[Carton]:
    """Of two cartons that cost the same the packer takes the first: let that be the one of less volume."""
    return sorted(cartons, key=lambda one: (one.volume_mm3, one.carton))


def prices_of(read: PackInput, files: Files) -> Prices:
    currency = files.currency or NAMELESS
    prices = Prices(currency, void_fill_micros=files.void_fill_micros)
    if read.freight is None:
        return prices
    return replace(prices, freight=(freight_of(read.freight, files.divisor, currency),))
