"""`doorstep cartons`."""

from __future__ import annotations

import csv
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
from rich.table import Table

from doorstep.cli.options import AsJson, BrandFolder, Force, Seed, price, some
from doorstep.cli.pack import Divisor, Documents, Effort, FreightTable, Support, Workers
from doorstep.cli.terminal import out, print_table

Count = Annotated[int, typer.Option("--count", metavar="K", min=1, max=30, help="How many sizes to stock.")]
OutFolder = Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the choice goes.")]
Orders = Annotated[
    int, typer.Option(metavar="N", min=1, callback=some, help="Orders looked at, at most; drawn by the seed.")
]
OwnVoidFill = Annotated[
    str | None,
    typer.Option("--void-fill", metavar="PRICE", callback=price, help="Price of a litre of void fill; as the brand's."),
]
Service = Annotated[str, typer.Option(metavar="SERVICE", help="The service whose rates parcels pay.")]


def cartons(
    folder: BrandFolder,
    count: Count,
    out_folder: OutFolder,
    orders: Orders = 20_000,
    service: Service = "",
    freight: FreightTable = None,
    divisor: Divisor = 0,
    void_fill: OwnVoidFill = None,
    support: Support = "0.8",
    effort: Effort = "usual",
    documents: Documents = True,
    seed: Seed = 0,
    workers: Workers = None,
    as_json: AsJson = False,
    force: Force = False,
) -> None:
    """Say which K carton sizes to stock for the orders of a brand folder, and what each one saves.

    Looks at today's cartons and at sizes drawn from the orders. Writes cartons.csv (as a brand folder has it),
    chosen.csv, curve.csv, summary.json and report.html into DIR.

    \b
    Examples:
      doorstep cartons my-shop --count 6 --out cartons
      doorstep cartons my-shop --count 4 --out cartons --freight freight.csv --divisor 5000 --void-fill 0.03

    Exit codes: 0 chosen, 2 the input is refused, 1 anything else.
    """
    if divisor and freight is None:
        raise typer.BadParameter("needs --freight; a service has its own", param_hint="'--divisor'")
    if service and freight is not None:
        raise typer.BadParameter("and --freight exclude one another", param_hint="'--service'")
    from doorstep.cli.at_work import at_work
    from doorstep.cli.efforts import params_of
    from doorstep.files.kinds import millionths
    from doorstep.flows.choose_cartons import Wish, choose_cartons

    wish = Wish(count, orders, freight, divisor, service, None if void_fill is None else millionths(void_fill))
    params = params_of(effort, millionths(support))
    with at_work(workers, not as_json, seed) as run:
        summary = choose_cartons(
            folder,
            out_folder,
            wish,
            params=params,
            run=run,
            stopwatch=perf_counter,
            documents=documents,
            force=force,
        )
    if as_json:
        print((out_folder / "summary.json").read_text(encoding="utf-8"), end="")
    else:
        _say(out_folder, summary, documents)


def _say(folder: Path, summary: dict[str, object], documents: bool) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("carton", "in use", "inside, mm", "cost", "parcels", "saves"):
        table.add_column(name, justify="left" if name in ("carton", "in use") else "right", no_wrap=True)
    with (folder / "chosen.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            inside = " x ".join(row[f"inner_{side}_mm"] for side in ("length", "width", "height"))
            used = "yes" if row["in_use"] == "1" else "new"
            table.add_row(row["carton"], used, inside, row["cost"], row["parcels"], row["saves"])
    print_table(table)
    told = {key: float(str(value)) for key, value in summary.items() if isinstance(value, (int, float))}
    saving, today = told["saving_pct"], told["today_cartons"]
    out.print(
        f"{told['objective']:,.2f} {summary['currency']} for {told['orders']:,.0f} orders,"
        f" {abs(saving):.2f} % {'less' if saving >= 0 else 'more'} than with today's {today:,.0f} cartons"
        f" ({told['today_objective']:,.2f}); freight of {summary['freight']}"
    )
    if told["count"] < told["asked_for"]:
        out.print(f"{told['count']:,.0f} of the {told['asked_for']:,.0f} asked for are enough: more would save nothing")
    if documents:
        out.print(f"open {folder / 'report.html'}")
