"""A page that is complete in itself: its styles and scripts are in it, and nothing else may run or be loaded."""

from __future__ import annotations

import gzip
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


def write_page(path: Path, template: str, contents: Mapping[str, Any]) -> None:
    """Write a page to its file, piece by piece, so that its size does not matter to memory."""
    environment = Environment(
        loader=PackageLoader("doorstep.documents.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template(template)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(page.generate(**contents))


def packed(data: Any) -> str:
    """JSON, compressed, in letters that no HTML parser reads as markup."""
    return b64encode(gzip.compress(orjson.dumps(data), compresslevel=6, mtime=0)).decode("ascii")


def dress(styles: tuple[str, ...], scripts: tuple[str, ...]) -> dict[str, Any]:
    """Styles, scripts and the policy under which they alone work."""
    style, script = _joined("static", styles), _joined("static", scripts)
    return {"style": Markup(style), "script": Markup(script), "policy": _policy(style, script)}


def _policy(style: str, script: str) -> str:
    """The page may run its own script and style, by their digests, and load nothing."""
    return (
        f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; img-src data:; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _joined(folder: str, names: tuple[str, ...]) -> str:
    parts = files("doorstep.documents.report").joinpath(folder)
    return "\n".join(parts.joinpath(name).read_text(encoding="utf-8") for name in names)
