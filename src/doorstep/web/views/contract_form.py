"""The form of a contract about volumes: as it stands, as it was typed, and what of it cannot be, field by field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from doorstep.core.learned.account_terms import Contract
from doorstep.domain.commitment import COMMITMENT_KINDS, MEASURES, AccountKey, Commitment, Tier
from doorstep.files.kinds import Kind, code, day, money, one_of
from doorstep.files.schema_commitments import MOST_WEIGHT
from doorstep.flows.account_contracts import MOST_TIERS, ContractRefused, FieldFault, Services
from doorstep.flows.account_prices import MOST_WHY

TEXTS = (
    "commitment", "whose", "service", "kind", "measure", "per", "starts_on", "ends_on", "fixed", "last_volume", "why",
)  # fmt: skip
TICKS = ("of_last_period", "refuses")
FIRST = {"kind": "all_units", "measure": "parcels", "per": "parcels"}
KINDS = (
    ("all_units", "all units: the highest tier reached pays back on all"),
    ("incremental", "incremental: each tier pays back on what lies beyond it"),
    ("minimum", "minimum: what is short of it costs"),
    ("cap", "cap: what is over it costs, or is not taken"),
)
COUNTED = (("parcels", "parcels"), ("spend", "spend, before rebates"))
PAID = (("parcels", "money for each parcel"), ("spend", "percent of spend"))
ROWS, MORE = 3, 2  # of tiers that are empty: in a new form, and behind those there are
FIELD_OF = {"fixed_micros": "fixed", "last_volume_micros": "last_volume", "account": "whose"}
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})+")
Choice = tuple[str, str]  # what is sent, and what is read


@dataclass(frozen=True, slots=True)
class TierRow:
    """A tier as it stands in the form; both empty: there is none."""

    from_volume: str = ""
    amount: str = ""
    volume_fault: str = ""
    amount_fault: str = ""


@dataclass(frozen=True, slots=True)
class ContractForm:
    """What stands in the form; `seen` is the version that it changes, 0: it adds one."""

    said: Mapping[str, str]
    tiers: tuple[TierRow, ...]
    currency: str = ""  # of the contract that it changes
    seen: int = 0
    faults: Mapping[str, str] = field(default_factory=dict)
    refused: str = ""
    opened: bool = False
    ending: bool = False  # it was the end of it that was refused


def empty_form() -> ContractForm:
    """Begin a new contract."""
    return ContractForm(FIRST, (TierRow(),) * ROWS)


def form_of(row: Contract) -> ContractForm:
    """Begin with a contract as it is in force."""
    one = row.commitment
    said = {
        "commitment": one.commitment,
        "whose": _value(AccountKey(one.carrier, one.account, row.currency)),
        "service": one.service,
        "kind": one.kind,
        "measure": one.measure,
        "per": one.per,
        "starts_on": one.starts_on.isoformat(),
        "ends_on": one.ends_on.isoformat(),
        "fixed": _text(one.fixed_micros) if one.fixed_micros else "",
        "last_volume": "" if one.last_volume_micros is None else _text(one.last_volume_micros),
    } | {name: "yes" for name in TICKS if getattr(one, name)}
    amounts = ("" if one.refuses and not tier.amount_micros else _text(tier.amount_micros) for tier in one.tiers)
    tiers = [TierRow(_text(tier.from_volume_micros), amount) for tier, amount in zip(one.tiers, amounts, strict=True)]
    return ContractForm(said, (*tiers, *[TierRow()] * MORE), row.currency, row.put.version)


def typed(request: HttpRequest) -> ContractForm:
    """What was filled in, as it was."""
    said = {name: _bare(request.POST.get(name, ""))[: MOST_WHY + 1] for name in TEXTS}
    said |= {name: "yes" for name in TICKS if name in request.POST}
    volumes, amounts = (
        [_bare(text)[:40] for text in request.POST.getlist(name)[: MOST_TIERS + 1]]
        for name in ("from_volume", "amount")
    )
    rows = tuple(TierRow(*row) for row in zip(volumes, amounts, strict=False))
    seen = request.POST.get("seen", "")
    known = int(seen) if re.fullmatch("[0-9]{1,18}", seen) else -1  # no version: whatever is there, is not that
    return ContractForm(said, rows or (TierRow(),) * ROWS, _bare(request.POST.get("currency", "")), known)


def with_more(form: ContractForm) -> ContractForm:
    """Give room for more tiers."""
    return replace(form, tiers=(*form.tiers, *[TierRow()] * ROWS)[:MOST_TIERS], opened=True)


def read(form: ContractForm, accounts: Iterable[Choice]) -> tuple[Commitment, str]:
    """Read the contract and its currency out of a form. Raises ContractRefused with every field not understood."""
    faults: list[FieldFault] = []
    said = form.said

    def take(name: str, kind: Kind, otherwise: Any = None) -> Any:
        text = said.get(name, "")
        return otherwise if not text and otherwise is not None else _parsed(kind, text, name, faults)

    whose = _whose(form, accounts, faults)
    volume = _number(money())
    refuses = "refuses" in said
    contract = Commitment(
        take("commitment", code()),
        whose.carrier,
        whose.account,
        said.get("service", ""),
        take("kind", one_of(COMMITMENT_KINDS)),
        take("measure", one_of(MEASURES)),
        take("per", one_of(MEASURES)),
        take("starts_on", day()),
        take("ends_on", day()),
        _tiers(form, refuses, faults),
        take("fixed", volume, 0),
        "of_last_period" in said,
        take("last_volume", volume) if said.get("last_volume") else None,
        refuses,
    )
    if faults:
        raise ContractRefused(faults)
    return contract, whose.currency


def with_faults(form: ContractForm, faults: Sequence[FieldFault]) -> ContractForm:
    """Stand what is wrong beside the fields."""
    beside: dict[str, str] = {}
    for name, why in faults:
        at = FIELD_OF.get(name, name)
        beside[at] = f"{beside[at]}; {why}" if at in beside else why
    rows = tuple(
        replace(row, **{f"{what}_fault": beside.pop(f"tier {n} {what}", "") for what in ("volume", "amount")})
        for n, row in enumerate(form.tiers, start=1)
    )
    return replace(form, tiers=rows, faults=beside, opened=True)


def account_choices(services: Services, form: ContractForm, now: Contract | None) -> tuple[Choice, ...]:
    """Give whose contract it may be: a carrier's as a whole, or of one account of it that has a name.

    A contract that is changed stays in its currency; `now`, as it is in force, stays whose it is, though that is gone.
    """
    found = [key for key in services if form.currency in ("", key.currency)]
    named = {key for key in found if key.account}
    several = {replace(key, account="") for key in named}
    choices = {_value(key): f"{key.carrier} {key.account} ({key.currency})" for key in named}
    for key in {replace(key, account="") for key in found}:
        choices[_value(key)] = f"{key.carrier}{', all accounts' if key in several else ''} ({key.currency})"
    if now is not None:
        one = now.commitment
        gone = f"{one.carrier} {one.account}".strip()
        mine = _value(AccountKey(one.carrier, one.account, now.currency))
        choices.setdefault(mine, f"{gone} ({now.currency}), by which no brand sends")
    return tuple(sorted(choices.items(), key=lambda choice: choice[1]))


def service_choices(services: Services, form: ContractForm) -> tuple[str, ...]:
    """Name the services that it may be about, and the one that stands there already."""
    found = {one for key, some in services.items() if form.currency in ("", key.currency) for one in some}
    return tuple(sorted((found | {form.said.get("service", "")}) - {""}))


def _whose(form: ContractForm, accounts: Iterable[Choice], faults: list[FieldFault]) -> AccountKey:
    chosen = form.said.get("whose", "")
    if chosen not in {value for value, _ in accounts}:  # whatever else is sent, is not read
        faults.append(("whose", "choose whose contract it is"))
        return AccountKey("", "", "")
    return AccountKey(*json.loads(chosen))


def _tiers(form: ContractForm, refuses: bool, faults: list[FieldFault]) -> tuple[Tier, ...]:
    rows = [(f"tier {n}", row) for n, row in enumerate(form.tiers, start=1) if row.from_volume or row.amount]
    if not rows:
        faults.append(("tiers", "fill in a volume, and what is paid from there on"))
    volume, amount = _number(money()), _number(money(most=MOST_WEIGHT))
    found = []
    for name, row in rows:
        least = _parsed(volume, row.from_volume, f"{name} volume", faults)
        unpaid = refuses and not row.amount  # a carrier that takes no more is paid nothing for it
        found.append(Tier(least, 0 if unpaid else _parsed(amount, row.amount, f"{name} amount", faults)))
    return tuple(found)


def _parsed(kind: Kind, text: str, name: str, faults: list[FieldFault]) -> Any:
    """Read a field, or note what is wrong with it."""
    if not text:
        faults.append((name, "fill it in"))
        return None
    try:
        return kind.parse(text)
    except ValueError as error:
        faults.append((name, f"{text[:40]} {error}"))
        return None


def _number(kind: Kind) -> Kind:
    """Read a decimal comma as a point, but where it may stand between thousands."""

    def parse(text: str) -> Any:
        if _GROUPED.fullmatch(text):
            raise ValueError("may be thousands or a fraction: write it without a comma")
        return kind.parse(text.replace(",", "."))

    return replace(kind, parse=parse)


def _value(key: AccountKey) -> str:
    return json.dumps([key.carrier, key.account, key.currency], ensure_ascii=False)


def _text(micros: int) -> str:
    return format(Decimal(micros).scaleb(-6).normalize(), "f")


def _bare(text: str) -> str:
    return text.replace("\0", "").strip()
