"""What never belongs into a repository: addresses of package indexes, paths of somebody's machine, secrets."""

from __future__ import annotations

import re

import pytest
from tests.architecture.tree import files, text

# Each pattern is broken by brackets, so that it does not find itself.
INDEXES = (
    r"files\.python[h]osted\.org",
    r"https?://\S*/simpl[e]\b",
    r"(?<!no-emit-)\b(extra-)?index-ur[l]\s*[=:]",
    r"trusted-hos[t]\s*[=:]",
    r'"resolve[d]": ?"http',
)
MACHINES = (
    r"(?<![\w./])/(?:hom[e]|roo[t]|User[s]|work(?:spac[e]|e[r])?|mn[t]|build[s]|tm[p])/\w",
    r"\b[A-Z]:\\\\?User[s]\b",
)
SECRETS = (
    r"-----BEGI[N] [A-Z ]*PRIVATE KEY",
    r"\bAKI[A][0-9A-Z]{16}\b",
    r"\bgh[pousr]_[0-9A-Za-z]{30,}",
    r"\bxox[abp]-[0-9A-Za-z-]{10,}",
    r"\b(?i:password|passwd|secret|api_?key|token)\s*[=:]\s*[\"'][^\"'\s]{6,}[\"']",
    r"https?://[^/\s:@]+:[^/\s@]+@",
)


def found(patterns: tuple[str, ...]) -> list[str]:
    any_of = re.compile("|".join(patterns))
    return [
        f"{path}:{text(path)[: match.start()].count(chr(10)) + 1} {match[0]}"
        for path in files()
        for match in any_of.finditer(text(path))
    ]


@pytest.mark.parametrize("patterns", [INDEXES, MACHINES, SECRETS], ids=["indexes", "machines", "secrets"])
def test_nothing_of_the_kind_is_in_any_file(patterns: tuple[str, ...]) -> None:
    assert found(patterns) == []


@pytest.mark.parametrize(
    ("patterns", "line"),
    [
        (INDEXES, "--index" + "-url=https://example.org/x"),
        (INDEXES, "https://example.org/root/" + "simple/"),
        (MACHINES, "open('/" + "home/somebody/file')"),
        (SECRETS, "pass" + "word = 'correct-horse'"),
        (SECRETS, "https://user:" + "key@example.org"),
    ],
)
def test_the_patterns_find_what_they_are_for(patterns: tuple[str, ...], line: str) -> None:
    assert re.search("|".join(patterns), line)


def test_locks_hold_hashes_and_no_address() -> None:
    locks = [path for path in files() if path.parts[0] == "requirements"]
    assert {path.name for path in locks} == {"run.txt", "dev.txt"}
    for lock in locks:
        content = text(lock)
        assert "//" not in content
        for entry in re.split(r"\n(?=\S)", content):
            if not entry.startswith("#"):
                assert "==" in entry, entry
                assert "--hash=sha256:" in entry, entry
    assert not any(path.name in {"uv.lock", "poetry.lock", "pip.conf"} for path in files())
