"""Drawings of the pages, their words and codes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from doorstep.core.accounts.actors import Actors
from doorstep.core.decisions.queries import Receipt
from doorstep.documents.report.option_words import Names
from doorstep.domain.decision import Flip, Rejected, Weight
from doorstep.domain.parcel import CostParts
from doorstep.web.codes import Code
from doorstep.web.drawings.barcode import code128
from doorstep.web.drawings.costs import costs
from doorstep.web.words.decision import told


def test_cost_parts_without_cost_and_with_a_rebate() -> None:
    assert costs(CostParts(0, 0, 0, 0, 0, 0), "EUR").parts == ()
    rebate = costs(CostParts(100, 0, 0, -40, 0, 0), "EUR")
    assert rebate.total_minor == 60
    assert [part.key for part in rebate.parts] == ["pick", "surcharges"]
    assert "part-surcharges" not in rebate.bar


@pytest.mark.parametrize(
    ("rejected", "words"),
    [
        ((), "No other option could carry it."),
        ((Rejected("b", None, "too heavy"),), "Everything else was ruled out."),
        ((Rejected("b", 400, "its stock went to others"),), "A cheaper option was ruled out."),
        ((Rejected("b", 500, ""),), "Another option costs the same."),
        ((Rejected("b", 400, ""),), "dearer for all orders together"),
        ((Rejected("b", 640, ""), Rejected("c", 700, "")), "The next best option costs 1.40 EUR more."),
    ],
)
def test_a_decision_in_words(rejected: tuple[Rejected, ...], words: str) -> None:
    from django.utils import timezone

    receipt = Receipt(1, 1, timezone.now(), "EUR", 500, (), rejected, None, (), 480, True, False, "v", 1, {})
    words_of = told(receipt, Actors(), Names({}, {}))
    assert words in words_of.summary
    assert "costs it 0.20 EUR" in words_of.bound
    assert "could not cost less than 4.80 EUR" in told(replace(receipt, exact=False), Actors(), Names({}, {})).bound
    unknown = replace(receipt, exact=False, lower_bound_minor=0)
    assert "is not known" in told(unknown, Actors(), Names({}, {})).bound
    assert len(words_of.options) == 1 + len(rejected)


def test_a_decision_under_prices_in_words() -> None:
    from django.utils import timezone

    now = timezone.now()
    flip = Flip("a lower cost of that option", "more than 1.86", "x")
    receipt = Receipt(1, 1, now, "EUR", 1457, (), (), None, (), 6003, True, False, "v", 1, {})
    weights = (Weight("1 x teapot at berlin", 4_546), Weight("picking an order at berlin", 30))
    names = Names({"berlin": "Berlin Mitte"}, {}, {"teapot": "Red teapot"})
    words = told(replace(receipt, weights=weights, bids_learned_at=now, lower_bound_minor=6033), Actors(), names)
    assert "for 14.57 EUR, with 45.76 EUR of what later orders need." in words.summary
    assert "come to less than 60.33 EUR, its cost and what later orders need together" in words.bound
    assert "1 unit of Red teapot at Berlin Mitte is worth 45.46 EUR to later orders." in words.bound
    assert "Picking an order at Berlin Mitte is worth 0.30 EUR to later orders." in words.bound
    assert words.unsought == "No changes are looked for under prices of scarce goods."
    shared = told(replace(receipt, weights=weights, lower_bound_minor=5033, flip=flip), Actors(), names)
    assert "makes that 10.00 EUR more" in shared.bound
    assert shared.unsought == "No other changes are looked for under prices of scarce goods."
    free = told(replace(receipt, bids_learned_at=now, lower_bound_minor=1457), Actors(), names)
    assert "later orders" not in free.summary
    assert "14.57 EUR, its cost and what later orders need together" in free.bound
    assert told(receipt, Actors(), names).unsought == ""


@pytest.mark.parametrize("code", ["a", "a/b", "%2F", ".", "..", "...", "a.b", "50%", "ü", "a b"])
def test_codes_come_back_from_their_address(code: str) -> None:
    written = Code().to_url(code)
    assert "/" not in written
    assert written.strip(".")
    assert Code().to_python(written) == code


def test_a_code_that_bars_cannot_say_is_left_to_be_typed() -> None:
    assert code128("") is None
    assert code128("größe-1") is None
    drawn = code128("<A-1>")
    assert drawn is not None
    assert 'aria-label="Bars of &lt;A-1&gt;"' in drawn
