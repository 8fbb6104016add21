"""Remedies of the kernels name files of the brand folder; those of the record do not."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from tests.architecture.tree import text

from doorstep.domain.decision import Conflict, Unplanned
from doorstep.flows.remedies import in_the_record

SAID_IN = (Path("src/doorstep/kernels/plan/why_unplanned.py"), Path("src/doorstep/kernels/plan/atoms.py"))
FIXES_IN = Path("src/doorstep/kernels/plan/conflict_words.py")
OF_A_FOLDER = re.compile(r"\w+\.csv|\w+_\w+")
SAID = sorted(
    {
        node.value
        for page in SAID_IN
        for call in ast.walk(ast.parse(text(page)))
        if isinstance(call, (ast.Call, ast.Return))
        for node in ast.walk(call)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
    }
)
FIXED = sorted(
    {
        node.value
        for node in ast.walk(ast.parse(text(FIXES_IN)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and OF_A_FOLDER.search(node.value)
        if " " in node.value
    }
)


def told(remedy: str) -> str:
    return in_the_record(Unplanned("O-1", "stock_out", "why", remedy)).remedy


def test_the_kernels_do_name_files() -> None:
    """Else the next test would look at nothing."""
    assert sum(bool(OF_A_FOLDER.search(one)) for one in SAID) >= 7


@pytest.mark.parametrize("said", SAID)
def test_no_word_of_a_folder_is_left(said: str) -> None:
    assert not OF_A_FOLDER.search(told(said))


def test_a_page_is_named_once_and_the_rest_is_kept() -> None:
    assert told("lower on_time_target, or add a service") == (
        "lower how often the brand wants its promises kept, or add a service (page Tariffs)"
    )
    assert told("bring 3 more x mug to one site; none is announced in inbound.csv") == (
        "bring 3 more x mug to one site; none is announced (page Stock, Goods in)"
    )
    assert told("split the order, or add a larger carton") == "split the order, or add a larger carton"


def test_the_words_of_conflicts_name_files_too() -> None:
    assert len(FIXED) >= 5


@pytest.mark.parametrize("said", FIXED)
def test_no_word_of_a_folder_is_left_in_a_fix(said: str) -> None:
    conflict = Conflict("capacity", "why", said)
    (fixed,) = in_the_record(Unplanned("O-1", "stock_out", "why", "remedy", (conflict,))).conflicts
    assert not OF_A_FOLDER.search(fixed.fix)
    assert (fixed.constraint, fixed.detail) == ("capacity", "why")
