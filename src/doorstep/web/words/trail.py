"""Entries of an order's trail in words: facts as everywhere, and what else is on record beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from doorstep.core.accounts.actors import Actors
from doorstep.core.events.queries import FactRow
from doorstep.documents.report.wording import amount, counted
from doorstep.domain.money import Currency
from doorstep.flows.trail import Entry
from doorstep.web.words.facts import happened

_NAMES = {"decision": "Decided", "label": "Label asked for", "message": "Message written", "move": "Stock moved"}


def entry_words(one: Entry, currency: Currency) -> tuple[str, str]:
    """What it is, and what more there is to say of it."""
    if one.source == "fact":
        fact = FactRow(one.id, one.at, one.kind, one.actor, one.subject, one.data, None)
        told = happened(fact, currency, Actors())
        return told.what, told.more
    return _NAMES[one.source], _MORE[one.source](one.data, currency)


def _decision(data: Mapping[str, Any], currency: Currency) -> str:
    chosen = " + ".join(data["chosen"])
    return f"{chosen} for {amount(currency, data['cost_minor'])}, of {counted(data['options'], 'option')}"


def _label(data: Mapping[str, Any], _: Currency) -> str:
    return f"parcel {data['parcel']} at {data['account']}: {data['state']}"


def _message(data: Mapping[str, Any], _: Currency) -> str:
    return f"{data['template']}: {data['state']}"


def _move(data: Mapping[str, Any], _: Currency) -> str:
    ends = (data["out_of"], data["into"])
    places = [f"{end['state'].replace('_', ' ')} at {end['site']}" if end else "outside" for end in ends]
    return f"{data['quantity']} × {data['sku']}, {data['reason'].replace('_', ' ')}: {places[0]} to {places[1]}"


_MORE = {"decision": _decision, "label": _label, "message": _message, "move": _move}
