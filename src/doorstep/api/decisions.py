"""/v1/orders/{order}/decision: what was chosen for an order, what lost, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field, with_config

from doorstep.api.answers import json_answer, shown
from doorstep.api.auth import allowed
from doorstep.api.fields import Code
from doorstep.api.parcels import CostPartsOut, cost_parts
from doorstep.core.decisions import queries
from doorstep.core.orders.queries import get_order
from doorstep.domain.decision import Flip, FlipKind, FlipUnit, Trial
from doorstep.domain.errors import NotFound

router = Router(tags=["decisions"])

EXAMPLE = {
    "order": "W-1001",
    "decided_at": "2024-05-01T07:30:01Z",
    "currency": "BRL",
    "cost_minor": 2310,
    "weights_minor": 0,
    "lower_bound_minor": 2310,
    "exact": True,
    "packing_proven": True,
    "chosen": [
        {
            "site": "CWB1", "carton": "S", "service": "standard", "ship_date": "2024-05-01",
            "promised_by": "2024-05-06", "on_time_ppm": 958_000, "skus": ["TEA-100"], "cost_minor": 2310,
            "cost_parts_minor": {
                "pick": 450, "carton": 110, "freight": 1700, "surcharges": 50, "duty_tax": 0, "lateness": 0,
            },
        }
    ],
    "rejected": [{"option": "CWB1 M standard", "cost_minor": 2390, "constraint": ""}],
    "flip": {"change": "freight of standard", "amount": "+0.80", "to": "CWB1 M express"},
    "flips": [
        {
            "change": "more TEA-100 at REC1", "amount": "2 units", "to": "REC1 by standard in S", "kind": "stock",
            "by": 2, "unit": "units", "least": True, "site": "REC1", "sku": "TEA-100", "service": "", "day": None,
        }
    ],
    "weights": [],
    "bid_prices": None,
    "steering": [],
    "trial": None,
    "data_version": "3f1c",
    "seed": 0,
    "override": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChoiceOut:
    """One parcel of what was chosen."""

    site: str
    carton: str
    service: str
    ship_date: str
    promised_by: str
    on_time_ppm: int
    skus: list[str]
    cost_minor: int
    cost_parts_minor: CostPartsOut


@dataclass(frozen=True, slots=True)
class RejectedOut:
    option: str
    cost_minor: Annotated[int | None, Field(description="null: never priced")]
    constraint: Annotated[str, Field(description="empty: lost by its cost")]


@dataclass(frozen=True, slots=True)
class FlipOut:
    change: str
    amount: str
    to: str


@dataclass(frozen=True, slots=True)
class ChangeOut(FlipOut):
    """A change that a program can make: `by` says how much of `unit` it takes."""

    kind: FlipKind
    by: int
    unit: FlipUnit
    least: Annotated[bool, Field(description="no less will do; false: less might")]
    site: str
    sku: str
    service: str
    day: Annotated[date | None, Field(description="of a collection that would have to be later")]


@dataclass(frozen=True, slots=True)
class WeightOut:
    """What weighed on the choice beside its cost, and is not paid."""

    what: str
    amount_minor: Annotated[int, Field(description="below nothing: it spoke for the choice")]


@dataclass(frozen=True, slots=True)
class BidsOut:
    """The bid prices that a decision heeded."""

    learned_at: datetime


@dataclass(frozen=True, slots=True)
class WentByOut:
    """What was in force of a brand's steering and weighed on a decision."""

    kind: Annotated[str, Field(description="values, commitments, trials, account_prices (the operator's)")]
    version: int
    put_at: datetime


@dataclass(frozen=True, slots=True)
class TrialOut:
    """A service that was chosen to be measured: drawn by the order's id, within the bound that is in force."""

    service: str
    in_place_of: str
    extra_minor: Annotated[int, Field(description="what the order costs more for it; below nothing: less")]
    propensity_ppm: Annotated[int, Field(description="of orders like it, so many try this service")]


@dataclass(frozen=True, slots=True)
class OverrideOut:
    by: str
    reason: str
    before_minor: Annotated[int, Field(description="cost of the plan that was in force")]


@with_config(shown(EXAMPLE))
@dataclass(frozen=True, slots=True)
class DecisionOut:
    order: str
    decided_at: datetime
    currency: str
    cost_minor: int
    weights_minor: Annotated[int, Field(description="sum of the weights; not paid, and not part of the cost")]
    lower_bound_minor: Annotated[
        int,
        Field(
            description="the least the order could come to with the whole stock to itself, cost and weights together: "
            "to be compared with cost_minor + weights_minor"
        ),
    ]
    exact: Annotated[bool, Field(description="whether that bound is the optimum over all options")]
    packing_proven: bool
    chosen: list[ChoiceOut]
    rejected: Annotated[list[RejectedOut], Field(description="at most 20 alternatives that lost")]
    flip: Annotated[FlipOut | None, Field(description="the least change that would have altered the choice")]
    flips: Annotated[
        list[ChangeOut],
        Field(
            description="changes that can be made, each of which alone would have altered the choice; "
            "none are looked for under bid prices"
        ),
    ]
    weights: Annotated[list[WeightOut], Field(description="what it takes that is worth something to later orders")]
    bid_prices: Annotated[BidsOut | None, Field(description="null: none were heeded, all is compared by cost alone")]
    steering: Annotated[list[WentByOut], Field(description="what it went by beside money, as put in force")]
    trial: Annotated[TrialOut | None, Field(description="null: its services were chosen on their merits")]
    data_version: str
    seed: int
    override: Annotated[OverrideOut | None, Field(description="whose choice it is; null: the kernel's")]


@router.get("/{path:order}/decision", response=DecisionOut, operation_id="getDecision", summary="An order's decision")
def get_decision(
    request: HttpRequest, order: Annotated[Code, Path()], brand: Annotated[Code | None, Query(None)]
) -> HttpResponse:
    """The decision in force. Needs the right `see`."""
    caller = allowed(request, "see")
    found = get_order(caller.scope, order, brand)
    receipt = queries.latest(caller.scope, found.row.pk) if found else None
    if receipt is None:
        raise NotFound(f"no decision on an order {order}")
    return json_answer(_told(order, receipt))


def _trial(trial: Trial | None) -> TrialOut | None:
    if trial is None:
        return None
    return TrialOut(trial.service, trial.instead, trial.extra_minor, trial.propensity_ppm)


def _told(order: str, receipt: queries.Receipt) -> DecisionOut:
    flip, chosen = receipt.flip, receipt.override
    return DecisionOut(
        order,
        receipt.at,
        receipt.currency,
        receipt.cost_minor,
        receipt.weights_minor,
        receipt.lower_bound_minor,
        receipt.exact,
        receipt.packing_proven,
        [
            ChoiceOut(
                one.site,
                one.carton,
                one.service,
                one.ship_date,
                one.promised_by,
                one.on_time_ppm,
                list(one.skus),
                one.cost.total_minor,
                cost_parts(one.cost),
            )
            for one in receipt.chosen
        ],
        [RejectedOut(one.option, one.cost_minor, one.constraint) for one in receipt.rejected],
        FlipOut(flip.change, flip.amount, flip.to) if flip else None,
        [_change(one) for one in receipt.flips],
        [WeightOut(one.what, one.amount_minor) for one in receipt.weights],
        BidsOut(receipt.bids_learned_at) if receipt.bids_learned_at else None,
        [WentByOut(kind, version, at) for kind, (version, at) in sorted(receipt.steering.items())],
        _trial(receipt.trial),
        receipt.data_version,
        receipt.seed,
        OverrideOut(chosen.by, chosen.reason, chosen.before_minor) if chosen else None,
    )


def _change(flip: Flip) -> ChangeOut:
    day = date.fromisoformat(flip.day) if flip.day else None
    return ChangeOut(
        flip.change,
        flip.amount,
        flip.to,
        flip.kind,
        flip.by,
        flip.unit,
        flip.least,
        flip.site,
        flip.sku,
        flip.service,
        day,
    )
