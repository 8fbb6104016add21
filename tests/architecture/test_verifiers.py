"""Verifiers share no code with what they verify: they take nouns and constants from kernels, and other verifiers."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.architecture.tree import python_files, tree

VERIFIERS = [path for path in python_files("src/doorstep/kernels") if path.name.startswith("check")]


def borrowed(module: ast.Module) -> list[str]:
    """Names of functions that are imported from a kernel and not from a verifier."""
    return [
        f"{node.module}.{alias.name}"
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("doorstep.kernels")
        if not (node.module or "").rsplit(".", 1)[-1].startswith("check")
        for alias in node.names
        if alias.name[:1].islower()
    ]


def test_no_verifier_borrows_a_function_of_a_solver() -> None:
    assert len(VERIFIERS) >= 4
    assert {str(path): borrowed(tree(path)) for path in VERIFIERS} == {str(path): [] for path in VERIFIERS}


def test_no_verifier_imports_a_module_of_a_kernel_as_a_whole() -> None:
    whole = [
        f"{path}: {alias.name}"
        for path in VERIFIERS
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name.startswith("doorstep.kernels")
    ]
    assert whole == []


def test_a_borrowed_function_would_be_found() -> None:
    lent = "from doorstep.kernels.rate.rate import rate\nfrom doorstep.kernels.rate.result import Reason\n"
    assert borrowed(ast.parse(lent)) == ["doorstep.kernels.rate.rate.rate"]
    solvers = [path for path in python_files("src/doorstep/kernels/plan") if path.name == "plan.py"]
    assert borrowed(tree(Path(solvers[0])))
