"""Decision receipts as people and programs read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from doorstep.core.decisions.models import Decision
from doorstep.domain.decision import Choice, Flip, Rejected, Trial, Weight
from doorstep.domain.money import Currency
from doorstep.domain.parcel import CostParts
from doorstep.domain.rights import Scope
from doorstep.domain.units import PPM


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was chosen, what lost and why; amounts in minor units of `currency`. `record` is the line as written."""

    pk: int
    order_id: int
    at: datetime
    currency: str
    cost_minor: int
    chosen: tuple[Choice, ...]
    rejected: tuple[Rejected, ...]
    flip: Flip | None
    flips: tuple[Flip, ...]  # changes that can be made, each enough by itself
    lower_bound_minor: int  # where it is `weighed`, of cost and weights together
    exact: bool
    packing_proven: bool
    data_version: str
    seed: int
    record: Mapping[str, Any]
    weights: tuple[Weight, ...] = ()  # what it takes from later orders, which nobody pays
    steering: Mapping[str, tuple[int, datetime]] = field(default_factory=dict)  # what it went by: version, since when
    bids_learned_at: datetime | None = None  # of the bid prices that it heeded; None: it heeded none
    trial: Trial | None = None  # None: the service was chosen on its merits

    @property
    def weighed(self) -> bool:
        """Whether more than money was compared: what nothing weighs may have won against what weighs much."""
        beside = any(kind != "trials" for kind in self.steering)
        return bool(self.weights) or beside or self.bids_learned_at is not None

    @property
    def weights_minor(self) -> int:
        return sum(one.amount_minor for one in self.weights)

    @property
    def shares(self) -> bool:
        """Whether some parcel of it holds goods of other orders, too."""
        return bool(self.record.get("shared_with"))

    @property
    def override(self) -> Override | None:
        """Whose choice it is, should a person have chosen otherwise."""
        told = self.record.get("override")
        return Override(told["by"], told["reason"], told["before_minor"]) if told else None


@dataclass(frozen=True, slots=True)
class Override:
    by: str  # as facts name them
    reason: str
    before_minor: int  # cost of the plan that was in force


def latest(scope: Scope, order_pk: int) -> Receipt | None:
    """Give the decision in force of an order; None: it was never planned, or is not of this scope."""
    decision = (
        Decision.objects.filter(order_id=order_pk, order__brand_id__in=scope.brands)
        .select_related("order__brand")
        .order_by("-id")
        .first()
    )
    return None if decision is None else _receipt(decision)


def history(scope: Scope, order_pk: int, limit: int = 20) -> tuple[Receipt, ...]:
    """Give the decisions of an order, the one in force first."""
    decisions = Decision.objects.filter(order_id=order_pk, order__brand_id__in=scope.brands)
    return tuple(_receipt(one) for one in decisions.select_related("order__brand").order_by("-id")[:limit])


def _receipt(decision: Decision) -> Receipt:
    record = decision.record
    currency = Currency(decision.order.brand.currency)
    tried = record.get("trial")
    flip, heeded, steered = record.get("flip"), record.get("bid_prices"), record.get("steering", {})
    return Receipt(
        pk=decision.pk,
        order_id=decision.order_id,
        at=decision.at,
        currency=currency.code,
        cost_minor=decision.cost_minor,
        chosen=tuple(_choice(choice, currency) for choice in record["chosen"]),
        rejected=tuple(
            Rejected(
                lost["option"], None if lost["cost"] is None else _minor(lost["cost"], currency), lost["constraint"]
            )
            for lost in record["rejected"]
        ),
        flip=None if flip is None else Flip(flip["change"], flip["amount"], flip["to"]),
        flips=tuple(Flip(**one) for one in record.get("flips", ())),
        lower_bound_minor=_minor(record["lower_bound"], currency),
        exact=bool(record["exact"]),
        packing_proven=bool(record["packing_proven"]),
        data_version=decision.data_version,
        seed=decision.seed,
        record=record,
        weights=tuple(Weight(one["what"], _minor(one["amount"], currency)) for one in record.get("weights", ())),
        steering={kind: (int(one["version"]), datetime.fromisoformat(one["put_at"])) for kind, one in steered.items()},
        bids_learned_at=None if heeded is None else datetime.fromisoformat(heeded["learned_at"]),
        trial=None if tried is None else _trial(tried, currency),
    )


def _trial(tried: Mapping[str, Any], currency: Currency) -> Trial:
    extra, share = _minor(tried["extra_cost"], currency), round(tried["propensity"] * PPM)
    return Trial(tried["service"], tried["in_place_of"], extra, share)


def _choice(choice: Mapping[str, Any], currency: Currency) -> Choice:
    parts = choice["cost_parts"]
    return Choice(
        site=choice["site"],
        carton=choice["carton"],
        service=choice["service"],
        ship_date=choice["ship_date"],
        promised_by=choice["promised_by"],
        on_time_ppm=round(choice["on_time_probability"] * PPM),
        cost=CostParts(
            pick_minor=_minor(parts["pick_cost"], currency),
            carton_minor=_minor(parts["carton_cost"], currency),
            freight_minor=_minor(parts["freight"], currency),
            surcharges_minor=_minor(parts["surcharges"], currency),
            duty_tax_minor=_minor(parts["duty_tax"], currency),
            lateness_minor=_minor(parts["lateness_cost"], currency),
        ),
        skus=tuple(choice["skus"]),
    )


def _minor(major: float | int, currency: Currency) -> int:
    """Give back the exact amount: a receipt's number prints as the decimal that it was made from."""
    return int((Decimal(str(major)) * 10**currency.digits).to_integral_value(ROUND_HALF_UP))
