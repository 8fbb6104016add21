"""The pure half of the house works in a notebook: no web framework, no side effect of importing."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from tests.architecture.tree import SOURCE, python_files

PURE = ("domain", "kernels", "files", "documents", "cli")
PURE_FLOWS = ("plan_folder", "roads", "roads_build", "summary")
FRAMEWORKS = ("django", "fastapi", "flask", "httpx", "requests", "sqlalchemy", "pandas")
SCRIPT = """
import importlib, json, logging, sys, warnings
for name in {frameworks}:
    sys.modules[name] = None  # importing it now fails, installed or not
before = len(warnings.filters), len(logging.getLogger().handlers)
for name in {modules}:
    importlib.import_module(name)
print(json.dumps({{"logging": len(logging.getLogger().handlers) - before[1], "modules": sorted(sys.modules)}}))
"""


@pytest.fixture(scope="module")
def loaded() -> dict[str, object]:
    """What a fresh process has loaded and altered after importing every module of the pure packages."""
    modules = [
        ".".join(path.relative_to("src").with_suffix("").parts).removesuffix(".__init__")
        for package in PURE
        for path in python_files(f"src/doorstep/{package}")
    ]
    modules += [f"doorstep.flows.{name}" for name in PURE_FLOWS]
    assert len(modules) > len(PURE)
    script = SCRIPT.format(frameworks=FRAMEWORKS, modules=modules)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


def test_everything_imports_without_a_web_framework(loaded: dict[str, object]) -> None:
    modules = loaded["modules"]
    assert isinstance(modules, list)
    assert "doorstep.kernels.plan.plan" in modules
    assert SOURCE.name in modules


def test_importing_sets_up_no_logging(loaded: dict[str, object]) -> None:
    assert loaded["logging"] == 0
