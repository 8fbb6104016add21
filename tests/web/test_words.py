"""Numbers as the pages say them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import get_args

import pytest
from tests.architecture.test_facts import listed

from doorstep.core.accounts.actors import Actors
from doorstep.core.events.queries import FactRow
from doorstep.domain.money import Currency
from doorstep.domain.returns import DISPOSITIONS as FATES
from doorstep.domain.returns import GRADES as ALL_GRADES
from doorstep.domain.returns import RETURN_STATES, Disposition
from doorstep.web.templatetags.words import chance, exactly
from doorstep.web.words.facts import _KINDS, happened
from doorstep.web.words.returned import DISPOSITIONS, GRADES, STATES

SAID: dict[str, object] = {
    "parcels": 1, "orders": 2, "units": 3, "cost_minor": 400, "before_minor": 300, "amount_minor": 100, "attempt": 1,
    "over_minor": 5, "drift_minor": 0, "on_time_ppm": 990_000, "promised_by": "2026-11-27", "expected_by": "2026-11-27",
    "expected_at": "2026-11-27T10:00:00+00:00", "changed": ["gift_note"], "settled": ["payment"], "quantity": 2,
    "weight_g": 900, "score": 1, "goods": {"TEA-1": 4}, "parts": {"TEA-1": 4}, "required": True, "kept": True,
    "brands": ["tea"], "reason": "stock_out", "grade": "A", "disposition": "restock",
    "found": 1, "lost": 1,
}  # fmt: skip


@pytest.mark.parametrize(
    ("ppm", "said"),
    [(1_000_000, "100.0 %"), (999_999, "over 99.9 %"), (999_500, "over 99.9 %"), (999_499, "99.9 %"), (0, "0.0 %")],
)
def test_less_than_certain_is_never_said_to_be_certain(ppm: int, said: str) -> None:
    assert chance(ppm) == said


@pytest.mark.parametrize(("ppm", "said"), [(50_000, "5 %"), (400, "0.04 %"), (1, "0.0001 %"), (1_000_000, "100 %")])
def test_a_small_share_is_not_said_to_be_none(ppm: int, said: str) -> None:
    assert exactly(ppm) == said


def fact(kind: str, data: dict[str, object]) -> FactRow:
    return FactRow(1, datetime(2026, 11, 27, tzinfo=UTC), kind, "user:7", "order:1", data, None)


@pytest.mark.parametrize(("kind", "keys"), sorted(listed().items()))
def test_every_fact_has_words_and_shows_no_key(kind: str, keys: set[str]) -> None:
    assert kind in _KINDS, f"say in web/words/facts.py what {kind} is"
    told = happened(
        fact(kind, {key: SAID.get(key, f"some-{key.replace('_', '-')}") for key in keys}), Currency("EUR"), Actors()
    )
    assert " " in told.what or told.what == told.what.capitalize()
    said = f"{told.what} {told.more}"
    assert not re.search(r"[a-z]_[a-z]|[{}\[\]]|\bminor\b", said), said
    if keys & {"parcel", "reason", "rma", "sku", "wave", "promised_by", "expected_by", "amount_minor"}:
        assert told.more


def test_a_fact_of_an_older_kind_says_what_it_is_without_its_keys() -> None:
    assert happened(fact("ParcelPacked", {"weight_g": 3}), Currency("EUR"), Actors()).more == ""
    told = happened(fact("MoonShotFired", {"aim_x": 3}), Currency("EUR"), Actors())
    assert (told.what, told.more) == ("Moon shot fired", "")


def test_grades_fates_and_states_of_returns_have_words() -> None:
    assert set(GRADES) == set(ALL_GRADES)
    assert set(DISPOSITIONS) == set(get_args(Disposition)) == {one for fates in FATES.values() for one in fates}
    assert set(STATES) == set(RETURN_STATES)
