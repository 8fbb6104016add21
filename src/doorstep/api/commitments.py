"""/v1/commitments: contracts about volumes, and what a parcel weighs by them, for all brands of an operator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, with_config

from doorstep.api.answers import json_answer, shown
from doorstep.api.auth import Caller, allowed
from doorstep.api.fields import Code, Day, OneLine
from doorstep.api.problems import Fault, Invalid
from doorstep.api.steering import Micros
from doorstep.core.learned import account_terms, commitment_plans
from doorstep.domain.commitment import AccountKey, Commitment, CommitmentKind, DatedCommitmentPrice, Measure, Tier
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.steering import AccountPrices
from doorstep.flows import account_prices
from doorstep.flows.account_contracts import put_contracts, services_counted
from doorstep.flows.account_prices import MOST_WHY, put_account_prices, reckoned_prices, services_of
from doorstep.flows.steer import MOST_ROWS

router = Router(tags=["brands"])

PRICE = {"service": "", "price_micros": -150_000, "valid_from": "2024-05-01", "valid_to": "2024-06-30"}
ACCOUNT = {"carrier": "Postbird", "account": "north", "currency": "EUR"}
PUT_EXAMPLE: dict[str, Any] = {**ACCOUNT, "prices": [PRICE], "why": "as reckoned on Monday"}
CONTRACT: dict[str, Any] = {
    "commitment": "post-q2", "carrier": "Postbird", "account": "north", "service": "", "kind": "minimum",
    "measure": "parcels", "per": "parcels", "starts_on": "2024-04-01", "ends_on": "2024-06-30",
    "tiers": [{"from_volume_micros": 40_000_000_000, "amount_micros": 2_000_000}], "fixed_micros": 0,
    "of_last_period": False, "last_volume_micros": None, "refuses": False,
}  # fmt: skip
TERMS_EXAMPLE: dict[str, Any] = {"currency": "EUR", "contracts": [CONTRACT], "why": "signed in March"}
BY = {"version": 12, "put_at": "2024-05-01T07:30:01Z", "put_by": "user:7", "why": "as reckoned on Monday"}
EXAMPLE: dict[str, Any] = {
    "data": [
        {**ACCOUNT, "services": ["post-std"], "prices": [PRICE], "put": BY, "reckoned": [PRICE],
         "reckoned_at": "2024-05-01T04:00:00Z"}
    ],
    "contracts": [
        {**CONTRACT, "currency": "EUR", "put": {**BY, "why": "signed in March"}, "services": ["post-std"],
         "services_gone": []}
    ],
}  # fmt: skip
Why = Annotated[str, Field(min_length=1, max_length=MOST_WHY, description="kept with it, for whoever asks later")]
Volume = Annotated[
    StrictInt, Field(ge=0, le=10**15, description="in millionths of a parcel, of the major unit, or of a percent")
]
CurrencyCode = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AccountPriceIn(_In):
    service: OneLine = Field("", max_length=100, description="on top of the account's; empty: of all its services")
    price_micros: Micros
    valid_from: Day | None = None
    valid_to: Day | None = None


class AccountPricesIn(_In):
    """All prices of an account together; an empty list puts an end to them."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [PUT_EXAMPLE]})

    carrier: Code
    account: OneLine = Field("", max_length=100, description="as services name it; empty: of those that name none")
    currency: CurrencyCode
    prices: list[AccountPriceIn] = Field(max_length=MOST_ROWS)
    why: Why


class TierIn(_In):
    from_volume_micros: Volume
    amount_micros: Volume


class ContractIn(_In):
    commitment: Code
    carrier: Code
    account: OneLine = Field("", max_length=100, description="empty: all accounts of the carrier")
    service: OneLine = Field("", max_length=100, description="empty: all services of the account")
    kind: CommitmentKind
    measure: Measure
    per: Measure
    starts_on: Day
    ends_on: Day
    tiers: list[TierIn] = Field(min_length=1, max_length=100)
    fixed_micros: Volume = 0
    of_last_period: StrictBool = Field(False, description="volumes are percents of the period before")
    last_volume_micros: Volume | None = Field(None, description="of the period before; null: as counted")
    refuses: StrictBool = Field(False, description="a cap beyond which the carrier takes no more")


class ContractsIn(_In):
    """All contracts of a currency together; those left out end."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [TERMS_EXAMPLE]})

    currency: CurrencyCode
    contracts: list[ContractIn] = Field(max_length=MOST_ROWS)
    why: Why


@dataclass(frozen=True, slots=True)
class AccountPriceOut:
    service: str
    price_micros: int
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class PutByOut:
    """Decisions name the version; that of an account's prices is the newest change of any account."""

    version: int
    put_at: datetime
    put_by: Annotated[str, Field(description="`user:7`, `key:12`; `system`: the command line")]
    why: str


@dataclass(frozen=True, slots=True)
class CarrierAccountOut:
    carrier: str
    account: str
    currency: str
    services: Annotated[list[str], Field(description="by which some brand sends")]
    prices: Annotated[list[AccountPriceOut], Field(description="in force for all brands; empty: none are")]
    put: PutByOut | None
    reckoned: Annotated[list[AccountPriceOut], Field(description="from the parcels of all brands; none of it weighs")]
    reckoned_at: datetime | None


@dataclass(frozen=True, slots=True)
class TierOut:
    from_volume_micros: int
    amount_micros: int


@dataclass(frozen=True, slots=True)
class ContractOut:
    commitment: str
    carrier: str
    account: str
    service: str
    kind: CommitmentKind
    measure: Measure
    per: Measure
    starts_on: date
    ends_on: date
    tiers: list[TierOut]
    fixed_micros: int
    of_last_period: bool
    last_volume_micros: int | None
    refuses: bool
    currency: str
    put: PutByOut
    services: Annotated[
        list[str], Field(description="that count, by which some brand sends; empty: nothing counts towards it")
    ]
    services_gone: Annotated[list[str], Field(description="that it names, and by which no brand sends any more")]


@with_config(shown(EXAMPLE))
@dataclass(frozen=True, slots=True)
class CommitmentsOut:
    data: Annotated[list[CarrierAccountOut], Field(description="accounts, by carrier")]
    contracts: list[ContractOut]


@router.get("", response=CommitmentsOut, operation_id="getCommitments", summary="Contracts and commitment prices")
def get_commitments(request: HttpRequest) -> HttpResponse:
    """Of all brands together, for whoever acts for the operator as a whole. Needs the right `plan`."""
    return _told(allowed(request, "plan"))


@router.put("/prices", response=CommitmentsOut, operation_id="putAccountPrices", summary="Set an account's prices")
def put_prices(request: HttpRequest, payload: AccountPricesIn) -> HttpResponse:
    """They hold for all brands within two seconds, until others are put. Needs the right `manage`, of the operator."""
    caller = allowed(request, "manage")
    key = AccountKey(payload.carrier, payload.account, payload.currency)
    prices = [
        DatedCommitmentPrice(key.carrier, one.service, one.price_micros, one.valid_from, one.valid_to)
        for one in payload.prices
    ]
    try:
        put_account_prices(caller.scope, key, prices, payload.why, now=caller.now)
    except InvalidProblem as error:
        raise Invalid([Fault("body", "/prices", str(error))]) from None
    return _told(caller)


@router.put("/contracts", response=CommitmentsOut, operation_id="putContracts", summary="Set the contracts")
def put_terms(request: HttpRequest, payload: ContractsIn) -> HttpResponse:
    """They are reckoned with from the next week on. Needs the right `manage`, of the operator."""
    caller = allowed(request, "manage")
    contracts = [
        Commitment(
            **one.model_dump(exclude={"tiers"}),
            tiers=tuple(Tier(tier.from_volume_micros, tier.amount_micros) for tier in one.tiers),
        )
        for one in payload.contracts
    ]
    try:
        put_contracts(caller.scope, contracts, payload.currency, payload.why, now=caller.now)
    except InvalidProblem as error:
        raise Invalid([Fault("body", "/contracts", str(error))]) from None
    return _told(caller)


def _told(caller: Caller) -> HttpResponse:
    scope = caller.scope
    found = {one.key: one for one in account_prices.in_force(scope)}
    plans, services = commitment_plans.kept(scope.operator), services_of(scope.operator)
    reckoned = {key: prices for one in plans.values() for key, prices in reckoned_prices(one.document).items()}
    accounts = []
    for key in sorted(services.keys() | found.keys()):
        there, plan = found.get(key), plans.get(key.currency)
        accounts.append(
            CarrierAccountOut(
                key.carrier,
                key.account,
                key.currency,
                list(services.get(key, ())),
                _prices(there.prices if there else ()),
                _put(there) if there else None,
                _prices(reckoned.get(key, ())),
                plan.learned_at if plan else None,
            )
        )
    contracts = [_contract(one, services) for one in account_terms.contracts_in_force(scope.operator)]
    return json_answer(CommitmentsOut(accounts, contracts))


def _prices(prices: tuple[DatedCommitmentPrice, ...]) -> list[AccountPriceOut]:
    return [AccountPriceOut(one.service, one.price_micros, one.valid_from, one.valid_to) for one in prices]


def _put(one: AccountPrices | account_terms.Contract) -> PutByOut:
    return PutByOut(one.put.version, one.put.at, one.by, one.why)


def _contract(row: account_terms.Contract, services: Mapping[AccountKey, Sequence[str]]) -> ContractOut:
    one = row.commitment
    counted = services_counted(one, row.currency, services)
    gone = [one.service] if one.service and not counted else []
    told = {name: getattr(one, name) for name in Commitment.__dataclass_fields__ if name != "tiers"}
    tiers = [TierOut(tier.from_volume_micros, tier.amount_micros) for tier in one.tiers]
    return ContractOut(
        **told, tiers=tiers, currency=row.currency, put=_put(row), services=list(counted), services_gone=gone
    )
