"""The report of a plan: one HTML file that opens anywhere and asks nothing of the network."""

from __future__ import annotations

from doorstep.documents.report.plan_report import PlanReport
from doorstep.documents.report.records import MOST_LADDERS
from doorstep.documents.report.write import write_report

__all__ = ["MOST_LADDERS", "PlanReport", "write_report"]
