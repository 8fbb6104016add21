"""The repository as these tests see it: everything that .gitignore does not exclude."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "doorstep"
CODE = ("src", "tests", "benchmarks", "examples", "scripts")
NOT_OURS = (".git", ".hypothesis")


@cache
def files() -> tuple[Path, ...]:
    """Every file of the repository, relative to its root."""
    return tuple(sorted(_walk()))


def _walk() -> Iterator[Path]:
    ignored = [line for line in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines() if line]
    for folder, inner, names in os.walk(ROOT):
        here = Path(folder).relative_to(ROOT)
        inner[:] = [name for name in inner if name not in NOT_OURS and not _excluded(here / name, ignored)]
        yield from (here / name for name in names if name not in NOT_OURS and not _excluded(here / name, ignored))


def _excluded(path: Path, ignored: list[str]) -> bool:
    return any(fnmatch(f"/{path}" if line.startswith("/") else path.name, line.rstrip("/")) for line in ignored)


@cache
def text(path: Path) -> str:
    """Content of a file, empty for one that is not text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def python_files(*folders: str) -> tuple[Path, ...]:
    """Our Python files below these folders of the repository; of all code by default."""
    within = tuple(Path(folder) for folder in folders or CODE)
    return tuple(path for path in files() if path.suffix == ".py" and any(path.is_relative_to(one) for one in within))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path), str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions of a file, inner ones and methods too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def markdown_files() -> tuple[Path, ...]:
    return tuple(path for path in files() if path.suffix == ".md")
