"""What shops may be told: every fact of a brand has a type, and the guide lists them all."""

from __future__ import annotations

import re
from pathlib import Path

from tests.architecture.tree import text

from doorstep.domain.event_types import EVENT_TYPES, TEST_TYPE

KEPT_INSIDE = {  # facts of the operator alone, or about the endpoints themselves
    "CarrierSet", "AccountPricesSet", "ContractSet",
    "SecondFactorDemanded", "DisruptionDeclared", "DisruptionChanged", "DisruptionEnded",
    "JobRetried", "JobDropped", "CaseOpened", "CaseSent", "CaseAnswered", "CaseClosed",
    "WebhookAdded", "WebhookChanged", "WebhookEnabled", "WebhookSecretRotated", "WebhookReplayed", "WebhookRemoved",
}  # fmt: skip
ROW = re.compile(r"^\| `(\w+)` \| `(\w+):", re.MULTILINE)
TYPE = re.compile(r"^\| `([a-z_]+\.[a-z_]+)` \| (?:`(\w+)`|none)", re.MULTILINE)


def test_every_fact_that_concerns_a_brand_is_told_under_a_type() -> None:
    facts = {kind for kind, of in ROW.findall(text(Path("docs/facts.md"))) if of not in ("user", "key")}
    assert {"OrderPlaced", "Delivered", "StockReceived"} <= facts
    assert set(EVENT_TYPES) == facts - KEPT_INSIDE


def test_types_say_what_they_are_about_and_are_all_different() -> None:
    assert len(set(EVENT_TYPES.values())) == len(EVENT_TYPES)
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", one) and len(one) <= 60 for one in EVENT_TYPES.values())
    assert TEST_TYPE not in EVENT_TYPES.values()


def test_the_guide_lists_them() -> None:
    told = dict(TYPE.findall(text(Path("docs/guides/webhooks.md"))))
    assert told == {type: kind for kind, type in EVENT_TYPES.items()} | {TEST_TYPE: ""}
