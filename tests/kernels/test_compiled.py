from __future__ import annotations

from pathlib import Path
from typing import Any

import doorstep.kernels
from doorstep.kernels.compiled import compiled, sources_stamp
from doorstep.kernels.pack.compiled import judge


def test_the_stamp_names_every_module_of_the_kernels() -> None:
    root = Path(doorstep.kernels.__path__[0])
    named = {name for name, _, _ in sources_stamp()}
    for file in root.rglob("*.py"):
        parts = file.relative_to(root).with_suffix("").parts
        if parts[-1] != "__init__":
            assert ".".join(parts) in named


def test_cached_code_expires_with_any_source_of_the_kernels() -> None:
    dispatcher: Any = judge
    assert dispatcher._cache._cache_file._source_stamp[1] == sources_stamp()


def test_a_changed_source_is_compiled_anew(monkeypatch: Any) -> None:
    monkeypatch.setattr("doorstep.kernels.compiled.sources_stamp", lambda: (("changed", 0.0, 0),))
    again: Any = compiled(judge.py_func)  # type: ignore[attr-defined]
    cached: Any = judge
    assert again._cache._cache_file._source_stamp != cached._cache._cache_file._source_stamp
