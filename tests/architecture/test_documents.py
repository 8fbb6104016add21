"""Links of the documents lead somewhere, decisions have their parts, commands that are told exist."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

from tests.architecture.tree import ROOT, SOURCE, files, markdown_files, text

LINK = re.compile(r"!?\[(?:[^\]\[]|\[[^\]]*\])*\]\(<?([^)\s>]+)>?(?: \"[^\"]*\")?\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`[^`\n]*`")
DECISIONS = sorted((ROOT / "docs" / "adr").glob("0*.md"))


def links(content: str) -> list[str]:
    """Targets of the links of a document; brackets in its code are none."""
    return LINK.findall(SPAN.sub("", FENCE.sub("", content)))


def anchors(path: Path) -> set[str]:
    """Anchors of headings, as the usual renderers make them."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ +(.+?) *$", FENCE.sub("", text(path)), re.MULTILINE):
        plain = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        found.add(plain)
    return found


def broken(path: Path, content: str) -> list[str]:
    wrong = []
    for target in links(content):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        linked = (ROOT / path.parent / unquote(name)).resolve() if name else ROOT / path
        inside = linked.is_relative_to(ROOT)
        if not inside or not linked.exists():
            wrong.append(f"{path}: {target}")
        elif anchor and linked.suffix == ".md" and anchor not in anchors(linked.relative_to(ROOT)):
            wrong.append(f"{path}: {target} (no such heading)")
    return wrong


def test_every_link_leads_to_a_file_of_the_repository() -> None:
    assert {"README.md", "docs/index.md"} <= {str(path) for path in markdown_files()}
    assert [one for path in markdown_files() for one in broken(path, text(path))] == []


def test_a_broken_link_would_be_found() -> None:
    told = "[a](no-such-file.md) [b](LICENSE) `[c](nor-this.md)` [d](https://example.com) ![e](no-such.png)"
    assert broken(Path("README.md"), told) == ["README.md: no-such-file.md", "README.md: no-such.png"]


def test_every_document_can_be_reached_from_the_index() -> None:
    reached, open_pages = set[Path](), [Path("README.md")]
    while open_pages:
        page = open_pages.pop()
        if page in reached:
            continue
        reached.add(page)
        for target in links(text(page)):
            linked = (ROOT / page.parent / target.partition("#")[0]).resolve()
            if linked.suffix == ".md" and linked.is_file():
                open_pages.append(linked.relative_to(ROOT))
    written = {path for path in markdown_files() if path.parts[0] == "docs" or len(path.parts) == 1}
    assert Path("docs/index.md") in reached
    assert written - reached == set()


def test_every_package_of_the_kernels_is_verified_tested_measured_and_described() -> None:
    known = {str(path) for path in files()}
    kernels = sorted(path.parent.name for path in (SOURCE / "kernels").glob("*/__init__.py"))
    assert kernels
    for kernel in kernels:
        assert f"src/doorstep/kernels/{kernel}/check.py" in known
        assert f"docs/algorithms/{kernel}.md" in known
        for folder in (f"tests/kernels/{kernel}/test_", f"benchmarks/{kernel}/"):
            assert any(path.startswith(folder) and path.endswith(".py") for path in known), f"nothing in {folder}"


def test_every_decision_has_its_parts_and_is_listed() -> None:
    listed = re.findall(r"^\| (\d+) \| \[([^\]]+)\]\(([^)]+)\) \|$", text(Path("docs/adr/README.md")), re.MULTILINE)
    assert [name for _, _, name in listed] == [path.name for path in DECISIONS]
    for (number, title, _), path in zip(listed, DECISIONS, strict=True):
        page = text(path.relative_to(ROOT))
        assert page.startswith(f"# {number}. {title}\n\nDate: 20")
        assert path.name.startswith(f"{int(number):04d}-")
        parts = re.split(r"^## (.+)$", page, flags=re.MULTILINE)
        assert parts[1::2] == ["Context", "Decision", "Consequences"]
        assert all(len(part.split()) > 8 for part in parts[2::2]), path.name


def test_every_target_of_make_that_is_told_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", text(Path("Makefile")), re.MULTILINE))
    told = {
        name
        for page in markdown_files()
        for name in re.findall(r"(?:`|^ {4})make ([a-z]+)\b", text(page), re.MULTILINE)
    }
    assert {"demo", "test"} <= told <= targets


def test_every_file_that_a_document_names_is_there() -> None:
    """`src/...`, `docs/...` and the like in code spans; names with placeholders are none."""
    wrong = [
        f"{page}: {name}"
        for page in markdown_files()
        for name in re.findall(r"`((?:src|docs|tests|benchmarks|examples|requirements|scripts)/[^`\s]*)`", text(page))
        if not re.search(r"[<>*{]", name) and not (ROOT / name).exists()
    ]
    assert wrong == []
