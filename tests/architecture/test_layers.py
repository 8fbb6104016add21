"""Every package has its place in the contracts of .importlinter, and what no contract can say."""

from __future__ import annotations

import ast
import configparser
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.architecture.tree import ROOT, SOURCE, functions, python_files, tree

KERNELS = "src/doorstep/kernels"


def placed(contract: str) -> set[str]:
    config = configparser.ConfigParser()
    config.read(ROOT / ".importlinter", encoding="utf-8")
    assert config.getboolean(f"importlinter:contract:{contract}", "exhaustive")
    return set(re.findall(r"\w+", config.get(f"importlinter:contract:{contract}", "layers")))


def inside(folder: Path) -> set[str]:
    packages = {path.parent.name for path in folder.glob("*/__init__.py")}
    return packages | {path.stem for path in folder.glob("*.py") if path.stem != "__init__"}


@pytest.mark.parametrize(("contract", "folder"), [("house", SOURCE), ("floors", SOURCE / "kernels")])
def test_every_package_is_placed_and_every_place_is_taken(contract: str, folder: Path) -> None:
    assert inside(folder) == placed(contract)


def test_every_folder_of_code_is_a_package() -> None:
    """One without __init__.py would be invisible to the contracts."""
    assert [str(path.parent) for path in python_files("src") if not (ROOT / path.parent / "__init__.py").exists()] == []


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            yield node.module or ""


def importers(package: str, *folders: str) -> set[str]:
    return {str(path) for path in python_files(*folders) if any(n.split(".")[0] == package for n in imported(path))}


def test_numba_is_reached_through_one_module() -> None:
    assert importers("numba", "src") == {f"{KERNELS}/compiled.py"}


def test_only_promises_know_of_holidays_in_the_kernels() -> None:
    users = importers("holidays", KERNELS)
    assert users
    assert all(user.startswith(f"{KERNELS}/promise/") for user in users)


OF_THE_SERVER = {Path("src/doorstep/server", name) for name in ("clock.py", "processes.py", "worker.py")}
# How long a stranger takes; they tell no time.
MEASURES = {"src/doorstep/plugins/maps/answers.py", "src/doorstep/plugins/webhooks/post.py"}
CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "perf_counter", "monotonic"}


def test_only_the_command_line_and_the_server_read_the_clock() -> None:
    """Elsewhere the time is a parameter."""
    readers = {
        f"{path}:{node.lineno}"
        for path in python_files("src")
        if not (path.is_relative_to("src/doorstep/cli") or path in OF_THE_SERVER)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"datetime", "date", "time", "dt"}
    }
    readers |= importers("time", "src") - {str(path) for path in (*python_files("src/doorstep/cli"), *OF_THE_SERVER)}
    assert {one for one in readers if one.partition(":")[0] not in MEASURES} == set()


def test_kernels_draw_no_number_without_a_seed() -> None:
    drawn = [
        f"{path}:{node.lineno}"
        for path in python_files(KERNELS)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"default_rng", "RandomState", "seed"}
        and not node.args
    ]
    assert drawn == []


def public(path: Path) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Public functions and classes of a module, and the public methods of its public classes."""
    open_nodes: list[ast.stmt] = [*tree(path).body]
    while open_nodes:
        node = open_nodes.pop()
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            open_nodes.extend(node.body if isinstance(node, ast.ClassDef) else ())


def test_public_names_of_the_kernels_say_what_they_are() -> None:
    silent = [
        f"{path}:{node.lineno} {node.name}"
        for path in python_files(KERNELS)
        for node in public(path)
        if not ast.get_docstring(node)
    ]
    assert silent == []


def test_every_kernel_has_its_verb_its_problem_and_its_verifier() -> None:
    kernels = sorted(path.parent for path in (SOURCE / "kernels").glob("*/__init__.py"))
    assert kernels
    for kernel in kernels:
        names = {path.name for path in kernel.glob("*.py")}
        assert {"problem.py", f"{kernel.name}.py", "check.py"} <= names, kernel.name
        verb = next(f for f in functions((kernel / f"{kernel.name}.py").relative_to(ROOT)) if f.name == kernel.name)
        assert "Parameters\n----------" in (ast.get_docstring(verb) or ""), (
            f"{kernel.name} does not name its parameters"
        )
