"""The glossary knows every noun of the domain and of the files, and every unit in a name."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.architecture.tree import python_files, text, tree

from doorstep.files.schema import TABLES

GLOSSARY = text(Path("docs/glossary.md"))
ROWS = re.findall(r"^\| ([^|`]+?) \| (.+) \|$", GLOSSARY, re.MULTILINE)
TERMS = [term for term, _ in ROWS if term not in {"term", "ending"}]
ENDINGS = re.findall(r"^\| `(\w+)` \|", GLOSSARY, re.MULTILINE)
ERRORS = {  # listed where they are defined
    "conflict",
    "day full",
    "doorstep error",
    "input refused",
    "invalid problem",
    "not enough",
    "not found",
    "out of stock",
    "output refused",
}


def words(name: str) -> str:
    """ZoneRule -> zone rule."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


def singular(name: str) -> str:
    name = name.replace("_", " ")
    return re.sub("ies$", "y", name).removesuffix("s") if name != "history" else name


def test_terms_stand_in_order_and_once() -> None:
    assert len(TERMS) > 100
    assert sorted(TERMS, key=str.lower) == TERMS
    assert len(set(TERMS)) == len(TERMS)


def test_every_noun_of_the_domain_is_explained() -> None:
    nouns = {
        words(node.name)
        for path in python_files("src/doorstep/domain")
        for node in tree(path).body
        if isinstance(node, ast.ClassDef)
    }
    assert "zone rule" in nouns
    assert nouns > ERRORS
    assert nouns - ERRORS - set(TERMS) == set()


def test_every_file_of_a_brand_folder_is_explained() -> None:
    assert {singular(table.name) for table in TABLES} - set(TERMS) - {"rate"} == set()
    assert "rate break" in TERMS


def test_what_an_entry_refers_to_has_an_entry() -> None:
    referred = {term for _, meaning in ROWS for term in re.findall(r"\*([a-z][a-z ]*)\*", meaning)}
    assert {"parcel", "usual rule"} < referred
    assert {one for one in referred if one not in TERMS and one.removesuffix("s") not in TERMS} == set()


def test_every_unit_of_a_measure_is_explained() -> None:
    measures = {
        field.target.id
        for path in python_files("src/doorstep/domain")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
        for field in node.body
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if ast.unparse(field.annotation).startswith("int") and "_" in field.target.id
    }
    assert {"weight_g", "cost_minor", "on_time_ppm"} <= measures
    counts = {
        "cart_parcels",
        "daily_order_capacity",
        "daily_parcel_capacity",
        "on_hand",
        "split_orders",
        "review_score",
    }
    assert {name for name in measures if not name.endswith(tuple(ENDINGS))} - counts == set()
