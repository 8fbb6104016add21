"""docs/facts.md lists every kind of fact that the code records, with the keys of its data."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.tree import python_files, text, tree

KIND = re.compile(r"[A-Z][a-z]+(?:[A-Z][a-z]+)*")
SEVERAL_WORDS = re.compile(r"[A-Z][a-z]+(?:[A-Z][a-z]+)+")
RECORDERS = ("record", "record_all", "NewFact")
ROW = re.compile(r"^\| `(\w+)` \| (`[^|]+`) \| ([^|]*) \| [^|]+ \|$", re.MULTILINE)


def strings(node: ast.AST) -> Iterator[str]:
    yield from (one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str))


def called(call: ast.Call) -> str:
    return getattr(call.func, "attr", "") or getattr(call.func, "id", "")


def recordings(path: Path) -> Iterator[tuple[str, set[str] | None]]:
    """Each kind named in a call of a module that records, with the data's keys; None: they are made elsewhere."""
    records = any(name in text(path) for name in ("events.actions import", "NewFact"))
    for call in (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call) and records):
        named = {one.arg: one.value for one in call.keywords}
        told = [*call.args, *(value for name, value in named.items() if name == "kind")]
        if isinstance(call.func, ast.Name | ast.Attribute) and not (
            called(call) in RECORDERS or called(call).startswith("_")
        ):
            continue
        shape = KIND if called(call) in RECORDERS or called(call) == "_tell" else SEVERAL_WORDS
        for kind in {one for node in told if direct(node) for one in strings(node) if shape.fullmatch(one)}:
            data = [named["data"]] if "data" in named else [one for one in call.args if isinstance(one, ast.Dict)]
            yield kind, keys(data[0]) if data else set() if called(call) == "_tell" else None


def direct(node: ast.AST) -> bool:
    """A kind is written as such, or chosen on the spot."""
    return isinstance(node, ast.Constant | ast.IfExp)


def keys(data: ast.AST) -> set[str] | None:
    if not isinstance(data, ast.Dict):
        return None
    names = [one.value for one in data.keys if isinstance(one, ast.Constant)]
    return {str(one) for one in names} if len(names) == len(data.keys) else None


def recorded() -> dict[str, tuple[set[str], bool]]:
    """Kind -> the keys that are seen, and whether there may be others."""
    found: dict[str, tuple[set[str], bool]] = {}
    for path in python_files("src"):
        for kind, names in recordings(path):
            before, unsure = found.get(kind, (set(), False))
            found[kind] = (before | (names or set()), unsure or names is None)
    return found


def listed() -> dict[str, set[str]]:
    return {kind: set(re.findall(r"`(\w+)`", data)) for kind, _, data in ROW.findall(text(Path("docs/facts.md")))}


def test_every_kind_that_is_recorded_is_listed() -> None:
    found = set(recorded())
    assert {"OrderPlaced", "OrderHeld", "OrderWaits", "BrandLoaded", "KeyAdded", "SecondFactorSet"} <= found
    assert set(listed()) == found


def test_the_keys_of_their_data_are_those_listed() -> None:
    told = listed()
    wrong = [
        f"{kind}: {sorted(names)} recorded, {sorted(told.get(kind, set()))} listed"
        for kind, (names, unsure) in recorded().items()
        if not names <= told.get(kind, set()) or (not unsure and names != told.get(kind, set()))
    ]
    assert wrong == []


def test_every_kind_named_anywhere_in_the_flows_is_seen() -> None:
    """A kind in a table or behind a variable would slip through the calls."""
    known = set(listed())
    spelled = {
        (str(path), one)
        for path in python_files("src/doorstep/flows")
        for one in strings(tree(path))
        if SEVERAL_WORDS.fullmatch(one)
    }
    assert [one for one in sorted(spelled) if one[1] not in known] == []


def test_kinds_are_listed_once_and_fit_their_column() -> None:
    rows = [kind for kind, _, _ in ROW.findall(text(Path("docs/facts.md")))]
    assert len(rows) == len(set(rows))
    assert all(len(kind) <= 40 for kind in rows)
