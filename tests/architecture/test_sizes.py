"""Files stay under 400 lines, functions at 50 or fewer (120 in compiled.py), docstrings not counted. No exemptions."""

from __future__ import annotations

import ast

from tests.architecture.tree import functions, python_files, text

FILE_LINES = 400
FUNCTION_LINES, COMPILED_LINES = 50, 120


def test_no_file_reaches_400_lines() -> None:
    counted = {str(path): text(path).count("\n") for path in python_files()}
    assert counted, "no Python file was found"
    assert {path: lines for path, lines in counted.items() if lines >= FILE_LINES} == {}


def test_no_function_is_longer_than_it_may_be() -> None:
    long = [
        f"{path}:{function.lineno} {function.name}: {lines_of(function)} lines"
        for path in python_files()
        for function in functions(path)
        if lines_of(function) > (COMPILED_LINES if path.name == "compiled.py" else FUNCTION_LINES)
    ]
    assert long == []


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, without the docstring: what explains a function does not count against it."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is not None:
        lines -= (function.body[0].end_lineno or 0) - function.body[0].lineno + 1
    return lines


def test_a_function_is_measured_without_its_docstring() -> None:
    source = 'def f() -> int:\n    """Say.\n\n    More.\n    """\n    return 1\n'
    (function,) = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    assert lines_of(function) == 2
