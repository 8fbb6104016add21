"""What a folder tells of its customers: read it, learn, put the report in place."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from doorstep.documents.report.customers_report import CustomersReport, write_customers_report
from doorstep.files.customers_in import read_customers
from doorstep.files.customers_out import customers_object, write_customers
from doorstep.files.output import output_folder
from doorstep.kernels.learn.customers import learn_customers
from doorstep.kernels.learn.customers_problem import CustomersParams, CustomersProblem
from doorstep.kernels.run import Run


def insight_customers(
    folder: Path, out: Path, params: CustomersParams, *, as_of: datetime, run: Run, force: bool = False
) -> dict[str, object]:
    """Write report.html, summary.json and their tables into `out`; returns the summary.

    Raises InputRefused with every fault, or OutputRefused; in each case `out` is as it was before.
    """
    with output_folder(out, force, reading=folder) as aside:
        read = read_customers(folder, run.progress)
        problem = CustomersProblem(as_of, read.orders, read.history, read.shown, read.replies, read.contacts)
        told = learn_customers(problem, params, run)
        more: dict[str, object] = {
            "currency": read.brand.currency.code,
            "data_version": read.data_version,
            "seed": run.seed,
        }
        write_customers(aside, told, read.product_names, more)
        report = CustomersReport(read.brand, told, read.product_names, read.data_version, run.seed)
        write_customers_report(aside / "report.html", report)
    return {**customers_object(told), **more}
