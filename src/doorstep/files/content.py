"""The text of a file of the brand folder: found, unpacked, decoded; or the reason why not."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Container
from difflib import get_close_matches
from pathlib import Path

MAX_BYTES = 2**31  # of one file, unpacked: a packed bomb must not fill the memory


class Unreadable(Exception):
    """A file that cannot be turned into text: why, and at which row if that is known."""

    def __init__(self, why: str, row: int = 0) -> None:
        super().__init__(why)
        self.why = why
        self.row = row


def find(folder: Path, file: str) -> Path | None:
    """Find `file` or `file.gz`; None when neither is there. Raises Unreadable when both are."""
    found = [path for path in (folder / file, folder / f"{file}.gz") if path.exists() or path.is_symlink()]
    if len(found) == 2:
        raise Unreadable(f"{file} and {file}.gz are both there; keep one")
    return found[0] if found else None


def missing(folder: Path, file: str, known: Container[str]) -> str:
    """Say that a file is not there, and which one, `known` by no other name, may have been meant."""
    strangers = sorted(path.name for path in folder.iterdir() if path.name.removesuffix(".gz") not in known)
    near = get_close_matches(file, strangers, n=1, cutoff=0.75)
    return f"is missing; is {near[0]} meant to be it?" if near else "is missing"


def read_bytes(path: Path) -> bytes:
    """Read a file, unpacked. Raises Unreadable."""
    if not path.is_file():
        raise Unreadable("is a folder, not a file" if path.is_dir() else "is not a regular file")
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as source:
            content = source.read(MAX_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Unreadable(f"is not a whole gzip file ({error})") from error
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror or error}") from error
    if len(content) > MAX_BYTES:
        raise Unreadable(f"is larger than {MAX_BYTES} bytes")
    return content


def begins(path: Path, start: bytes) -> bool:
    """Whether a file, unpacked, begins with some bytes. Raises Unreadable."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as source:
            return source.read(len(start)) == start
    except (EOFError, zlib.error, OSError) as error:
        raise Unreadable(f"cannot be read: {error}") from error


def decode(content: bytes) -> str:
    """Decode UTF-8, with or without a byte order mark. Raises Unreadable with the row of the first wrong byte."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        wrong = content[error.start]
        raise Unreadable(f"is not UTF-8: byte 0x{wrong:02x} in line {line}; save it as UTF-8", line) from error


def canonical(text: str) -> bytes:
    """The same bytes for the same content, packed or not, with or without a mark, whatever ends the lines."""
    return text.replace("\r\n", "\n").encode()
