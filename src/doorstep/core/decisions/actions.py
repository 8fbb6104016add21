from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from doorstep.core.decisions.models import Decision
from doorstep.core.statements import insert
from doorstep.domain import decision


def keep(decided: Iterable[tuple[int, decision.Decision, Mapping[str, Any]]], at: datetime) -> None:
    """Keep decisions of orders (row ids), each with its record as decisions.jsonl writes it."""
    insert(
        [
            Decision(
                order_id=order,
                at=at,
                seed=one.seed,
                data_version=one.data_version,
                cost_minor=one.cost_minor,
                record=dict(record),
            )
            for order, one, record in decided
        ]
    )
