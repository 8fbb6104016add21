"""Commands and options that the documents tell are those of the program."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from tests.architecture.tree import markdown_files, text
from typer.main import get_command

from doorstep.cli.main import app

CALL = re.compile(r"(?:`|^ {4})(?:\.venv/bin/)?doorstep ([a-z][^`\n#]*)", re.MULTILINE)
LATER = "## Agreed, not there yet"  # of docs/formats.md


@cache
def program() -> Any:
    """All commands, put together once: it takes a tenth of a second, and the documents tell hundreds."""
    return get_command(app)


def told(page: str) -> list[str]:
    """Command lines of a page, without `doorstep`."""
    return [call.strip() for call in CALL.findall(page.split(LATER)[0])]


def fault(call: str) -> str:
    """What is wrong with a command line: an unknown command or option; empty: nothing."""
    words = call.split()
    command = program()
    while hasattr(command, "commands") and words:
        word = words.pop(0)
        if word not in command.commands:
            return f"no command {word}"
        command = command.commands[word]
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    unknown = [word for word in words if word.startswith("--") and word not in known]
    return f"no option {', '.join(unknown)}" if unknown else ""


def test_every_command_told_is_one() -> None:
    calls = [(page, call) for page in markdown_files() for call in told(text(page))]
    assert any(call.startswith("import olist") for _, call in calls)
    assert [f"{page}: doorstep {call}: {wrong}" for page, call in calls if (wrong := fault(call))] == []


def test_the_readme_tells_every_command() -> None:
    commands = program()
    names = {call.split()[0] for call in told(text(Path("README.md")))}
    assert names == set(commands.commands)


def test_a_wrong_command_would_be_found() -> None:
    assert told("`doorstep plan FOLDER --out OUT` and doorstep alone") == ["plan FOLDER --out OUT"]
    assert fault("plan FOLDER --out OUT --from D --no-documents") == ""
    assert fault("fly FOLDER") == "no command fly"
    assert fault("plan FOLDER --to D --fast") == "no option --fast"
