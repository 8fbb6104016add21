"""Modules are named for their subject."""

from __future__ import annotations

import re

from tests.architecture.tree import files, python_files, text

# Names under which anything could be put, and so everything is.
NAMELESS = re.compile(r"^_?(utils?|helpers?|common|misc|managers?|services?|tools?|stuff)$")


def test_no_module_or_package_has_a_name_that_says_nothing() -> None:
    named = {part for path in python_files() for part in path.with_suffix("").parts}
    assert "kernels" in named
    assert [name for name in sorted(named) if NAMELESS.match(name)] == []


def test_nothing_is_left_for_later() -> None:
    # Spelt so that this line does not find itself.
    later = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|TB" + r"D)\b|raise NotImplemented" + "Error")
    found = [f"{path}: {match[0]}" for path in files() if (match := later.search(text(path)))]
    assert [one for one in found if not one.startswith("requirements")] == []


def test_no_file_is_empty() -> None:
    marks = {"py.typed"}  # PEP 561: its presence is its content
    assert [str(path) for path in python_files() if path.name not in marks and not text(path).strip()] == []
