"""Every package is accounted for in docs/dependencies.md, and none at run time is under the GPL or the AGPL."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest
from tests.architecture.tree import ROOT, text

PAGE = text(Path("docs/dependencies.md"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# "GPL" as a word or with a version, not the LGPL, and "GNU (Affero) General Public License", not the Lesser one.
COPYLEFT = re.compile(r"\bA?GPL|GNU (Affero )?General Public Licen[cs]e", re.IGNORECASE)


def rows(heading: str) -> dict[str, list[str]]:
    """Package -> the other cells of its row, of the tables below a heading of the page."""
    part = PAGE.split(f"\n{heading}\n")[1].split("\n## ")[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in part.splitlines() if line[:1] == "|"]
    return {row[0]: row[1:] for row in cells if row[0] not in {"package", "---"}}


def names(requirements: Iterable[str]) -> set[str]:
    return {re.split(r"[><=~!\[; ]", one)[0].lower().replace("_", "-") for one in requirements}


def locked(file: str) -> set[str]:
    return names(line for line in text(Path("requirements", file)).splitlines() if "==" in line)


@pytest.mark.parametrize(
    ("heading", "requirements"),
    [
        ("## At run time", PROJECT["dependencies"]),
        ("## At run time", PROJECT["optional-dependencies"]["server"]),
        ("## To install it", PROJECT["optional-dependencies"]["build"]),
        ("## For development", PROJECT["optional-dependencies"]["dev"]),
    ],
    ids=["run", "server", "build", "dev"],
)
def test_every_requirement_has_a_row_with_a_reason_and_a_licence(heading: str, requirements: list[str]) -> None:
    told = rows(heading)
    for name in names(requirements):
        assert name in told, f"{name} is not under {heading}"
        why, licence, *_ = told[name]
        assert why
        assert licence


def test_what_is_told_is_what_is_locked_for_running() -> None:
    assert set(rows("## At run time")) | set(rows("## To install it")) == locked("run.txt")
    assert set(rows("## For development")) == names(PROJECT["optional-dependencies"]["dev"])
    assert set(rows("## For development")) <= locked("dev.txt")


def stated_licences(package: str) -> str:
    found = metadata(package)
    stated = [*(found.get_all("License-Expression") or []), *(one[:200] for one in found.get_all("License") or [])]
    return "\n".join([*stated, *(one for one in found.get_all("Classifier") or [] if one.startswith("License"))])


def test_no_package_at_run_time_is_under_the_gpl() -> None:
    unsaid = set()
    for package in sorted(locked("run.txt")):
        try:
            licences = stated_licences(package)
        except PackageNotFoundError:  # of another platform
            unsaid.add(package)
            continue
        assert licences.strip(), f"{package} states no licence"
        assert not COPYLEFT.search(licences), f"{package}: {licences}"
    assert unsaid <= {"colorama"}


@pytest.mark.parametrize(
    ("licence", "refused"),
    [
        ("GPL-3.0-only", True),
        ("AGPL-3.0-or-later", True),
        ("License :: OSI Approved :: GNU General Public License v3 (GPLv3)", True),
        ("GNU Affero General Public License v3", True),
        ("LGPL-3.0-only", False),
        ("GNU Lesser General Public License v3", False),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", False),
    ],
)
def test_the_pattern_knows_a_gpl_from_a_lesser_one(licence: str, refused: bool) -> None:
    assert bool(COPYLEFT.search(licence)) == refused
