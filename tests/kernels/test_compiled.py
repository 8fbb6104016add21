from __future__ import annotations

from pathlib import Path
from typing import Any

import doorstep.kernels
from doorstep.kernels.compiled import _load_index, _save, compiled, sources_stamp
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


def test_two_processes_never_name_two_codes_alike() -> None:
    """Of two that compile at once each may lose the other's entry of the index; what an entry names is its own."""
    file = _File({})
    _save(file, ("int64", "cpu"), "one")
    lost = dict(file.index)
    file.index = {}  # the other process had read the index before
    _save(file, ("float64", "cpu"), "two")
    names = [*lost.values(), *file.index.values()]
    assert len(set(names)) == 2
    assert [file.data[name] for name in names] == ["one", "two"]


class _File:
    _index_name = "choose.nbi"
    _source_stamp = "now"

    def __init__(self, index: dict[object, str]) -> None:
        self.index = index
        self.data: dict[str, str] = {}

    def _load_index(self) -> dict[object, str]:
        return dict(self.index)

    def _save_index(self, index: dict[object, str]) -> None:
        assert all(name in self.data for name in index.values())  # data first
        self.index = index

    def _save_data(self, name: str, data: str) -> None:
        self.data[name] = data


def test_an_index_that_names_what_is_gone_is_an_empty_one() -> None:
    def gone() -> Any:
        raise AttributeError("Can't get attribute 'Rows'")

    assert _load_index(gone) == {}
    assert _load_index(lambda: {"key": "name"}) == {"key": "name"}
