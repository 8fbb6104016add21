"""OSRM fetched by pip: what comes of a wheel, and what does not come."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from doorstep.plugins.maps.base import MapRefused
from doorstep.plugins.maps.osrm import install
from doorstep.plugins.maps.osrm.executables import found

RUNS = b"#!/bin/sh\necho v26.10.0\n"


def wheel(folder: Path, routed: bytes = RUNS) -> Path:
    path = folder / "osrm_bindings-26.10.0-cp312-abi3-any.whl"
    with zipfile.ZipFile(path, "w") as content:
        content.writestr("osrm/bin/osrm-routed", routed)
        content.writestr("osrm/bin/osrm-extract", RUNS)
        content.writestr("osrm/share/profiles/car.lua", "-- a profile")
        content.writestr("osrm/__init__.py", "raise SystemExit")
        content.writestr("osrm_bindings-26.10.0.dist-info/licenses/LICENSE.TXT", "BSD")
        content.writestr("../osrm/bin/escaped", "out")
    return path


@pytest.fixture
def fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What pip would have fetched."""
    made = wheel(tmp_path)
    monkeypatch.setattr(install, "_downloaded", lambda _aside: made)
    return tmp_path / "home" / "osrm"


def test_the_programs_are_unpacked_and_nothing_else_is(fetched: Path) -> None:
    programs = install.fetch(fetched)
    assert programs.release() == "v26.10.0"
    assert programs.profile("car").read_text() == "-- a profile"
    kept = {str(path.relative_to(fetched)) for path in fetched.rglob("*") if path.is_file()}
    assert kept == {
        "osrm/bin/osrm-routed",
        "osrm/bin/osrm-extract",
        "osrm/share/profiles/car.lua",
        "osrm_bindings-26.10.0.dist-info/licenses/LICENSE.TXT",
    }
    assert [path.name for path in fetched.parent.iterdir()] == ["osrm"]


def test_a_second_time_it_is_replaced_and_other_files_never_are(fetched: Path) -> None:
    install.fetch(fetched)
    (fetched / "old").write_text("of the former release")
    install.fetch(fetched)
    assert not (fetched / "old").exists()
    other = fetched.parent / "other"
    other.mkdir()
    (other / "mine.txt").write_text("mine")
    with pytest.raises(MapRefused, match="other files"):
        install.fetch(other)
    assert [path.name for path in other.iterdir()] == ["mine.txt"]


def test_what_does_not_run_here_takes_no_place(fetched: Path, tmp_path: Path) -> None:
    install.fetch(fetched)
    wheel(tmp_path, b"#!/bin/sh\nexit 1\n")
    with pytest.raises(MapRefused, match="osrm-routed failed"):
        install.fetch(fetched)
    assert found(str(fetched), fetched).release() == "v26.10.0"


def test_pip_says_why_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(MapRefused, match="pip does not get osrm-bindings"):
        install.fetch(tmp_path / "osrm")
    assert list(tmp_path.iterdir()) == []
