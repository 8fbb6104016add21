"""What would change a decision, and why an order has no plan, in words."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from tests.documents.report.synthetic import CONFLICTS, FLIPS

from doorstep.documents.report.option_words import Names, service_words, then_words
from doorstep.documents.report.receipt_words import CONFLICT_NAMES, FLIP_NAMES, deadlocks, flip_words, turns, unsought
from doorstep.domain.decision import FLIP_KINDS, Conflict, Flip

NAMES = Names(
    {"lille": "Lille", "verona": "Verona"},
    {"gp-std": "Gelbpost Standard", "rapid": "Rapid Express"},
    {"SKU-001": "Teapot"},
)
KERNEL = Path("src/doorstep/kernels/plan/conflict_words.py")


def kernel_codes() -> set[str]:
    """Constraints that the kernel may name: the keys of its table of words."""
    tree = ast.parse(KERNEL.read_text(encoding="utf-8"))
    table = next(n for n in tree.body if isinstance(n, ast.AnnAssign) and ast.unparse(n.target) == "_WORDS")
    assert isinstance(table.value, ast.Dict)
    return {ast.literal_eval(key) for key in table.value.keys if key is not None}


@pytest.mark.parametrize(
    ("flip", "words"),
    [
        (FLIPS[0], "3 more units of Teapot at Lille"),
        (replace(FLIPS[0], by=1), "1 more unit of Teapot at Lille"),
        (FLIPS[1], "Room for 1 more order a day at Lille"),
        (replace(FLIPS[1], service="gp-std", by=2), "Room for 2 more parcels a day by Gelbpost Standard at Lille"),
        (FLIPS[2], "The order cut-off at Verona 45 min later"),
        (FLIPS[3], "The last collection of Rapid Express at Verona 1 h 35 min later on Tue 3 Mar 2026"),
        (replace(FLIPS[3], by=120, day=""), "The last collection of Rapid Express at Verona 2 h later"),
        (FLIPS[4], "Freight of Gelbpost Standard 3.4 % lower"),
        (replace(FLIPS[4], least=False), "Freight of Gelbpost Standard 3.4 % lower, perhaps by less"),
        (FLIPS[5], "Each unit of Teapot 120 g lighter, perhaps by less"),
        (Flip("a lower cost of that option", "more than 1.86", "x"), "A lower cost of that option: more than 1.86"),
        (Flip("more SKU-001 at lille", "2 units", "x"), "More Teapot at Lille: 2 units"),
    ],
)
def test_a_change_is_one_sentence(flip: Flip, words: str) -> None:
    assert flip_words(flip, NAMES) == words


def test_every_kind_has_a_name_and_words() -> None:
    assert set(FLIP_NAMES) == set(FLIP_KINDS)
    assert [one.kind for one in FLIPS] == [kind for kind in FLIP_KINDS if kind]
    assert all(flip_words(one, Names({}, {})) for one in FLIPS)


def test_every_constraint_of_the_kernel_has_a_name() -> None:
    assert set(CONFLICT_NAMES) == kernel_codes()


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("lille by gp-std in M", "Lille by Gelbpost Standard, carton M"),
        ("lille by gp-std in own-box", "Lille by Gelbpost Standard, its own box"),
        ("verona by rapid, leaving on 2026-03-03", "Verona by Rapid Express, leaving on Tue 3 Mar 2026"),
        ("lille by gp-std for 0.80 less", "Lille by Gelbpost Standard, for 0.80 less"),
        ("sent from lille", "sent from Lille"),
        ("SKU-001 from lille", "Teapot from Lille"),
        ("lille by gp-std (SKU-001) + verona by rapid (SKU-9)",
         "Lille by Gelbpost Standard (Teapot) + Verona by Rapid Express (SKU-9)"),
        ("something else", "something else"),
    ],
)  # fmt: skip
def test_what_follows_is_named(to: str, words: str) -> None:
    assert then_words(to, NAMES) == words


def test_without_changes_that_can_be_made_the_one_in_words_is_told() -> None:
    told = Flip("a lower cost of that option", "more than 1.86", "lille by gp-std in M")
    assert [one.about for one in turns((), told, NAMES)] == ["Cost"]
    assert [one.about for one in turns(FLIPS[:2], FLIPS[0], NAMES)] == ["Stock", "Capacity"]
    assert turns((), None, NAMES) == ()


def test_what_was_not_looked_for_is_said() -> None:
    assert unsought(False) == unsought(True) == ""
    assert unsought(False, shared=True, hauled=True) == "Of orders that share a parcel no changes are told."
    assert unsought(False, weighed=True) == "No changes are looked for under prices of scarce goods."
    assert unsought(True, hauled=True) == "No other changes are looked for where parcels may go by linehaul."


def test_conflicts_are_told_group_by_group() -> None:
    first, second = deadlocks(CONFLICTS)
    assert first.lead.startswith("Reason 1 of 2. These stand in the way together.")
    assert [one.about for one in first.obstacles] == ["Stock", "Stock taken by other orders"]
    assert second.lead == "Reason 2 of 2. This must give way, and it is not enough by itself."
    assert deadlocks(()) == ()


def test_one_group_says_what_is_enough() -> None:
    either = (Conflict("stock", "a", "b"), Conflict("zone", "c", "d"))
    assert deadlocks(either)[0].lead == "These stand in the way together. Any one of the changes is enough."
    assert deadlocks(either[:1])[0].lead == "One thing stands in the way."
    mixed = (either[0], replace(either[1], enough=False))
    assert deadlocks(mixed)[0].lead == "These stand in the way together. One of them must give way."


def test_a_carrier_is_not_named_twice() -> None:
    assert service_words("std", "Gelbpost", "Gelbpost Standard") == "Gelbpost Standard"
    assert service_words("std", "Gelbpost", "") == "Gelbpost std"
