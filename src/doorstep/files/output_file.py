"""An output file that is there whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from doorstep.domain.errors import OutputRefused
from doorstep.files import content
from doorstep.files.output import beside, open_to_readers, sentence, sync_one
from doorstep.files.write import text_out


@contextmanager
def output_file(path: Path, header: str, force: bool = False, reading: tuple[Path, ...] = ()) -> Iterator[TextIO]:
    """Yield a file beside `path` to write text into; on success it takes the place of `path`, else it vanishes.

    An existing file is replaced when it is empty, begins with `header`, as our own former output does, or when `force`
    says so; never when the input comes from it or from a folder that it lies in. The name may end in `.gz`. Raises
    OutputRefused, also for any OSError on the way.
    """
    target = path.resolve()
    if any(target == source.resolve() or source.resolve() in target.parents for source in reading):
        raise OutputRefused(f"{path} is, or lies in, the input; name another file")
    try:
        if target.is_dir():
            raise OutputRefused(f"{path} is a folder, not a file")
        if target.exists() and not force and not _ours(target, header):
            raise OutputRefused(
                f"{path} exists and holds something else; name another file, or replace it with --force"
            )
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputRefused(f"cannot write {path}: {sentence(error)}") from error
    aside = beside(target, ".part.gz" if target.suffix == ".gz" else ".part")
    try:  # from before the file is there, as in `output_folder`
        aside.touch(mode=0o600, exist_ok=False)
        with text_out(aside) as out:
            yield out
        open_to_readers(aside)
        sync_one(aside)
        aside.replace(target)
    except OSError as error:
        raise OutputRefused(f"cannot write {path}: {sentence(error)}; nothing was changed there") from error
    finally:
        aside.unlink(missing_ok=True)


def _ours(path: Path, header: str) -> bool:
    if not path.is_file():
        return False
    if not path.stat().st_size:
        return True
    try:
        return content.begins(path, header.encode())
    except content.Unreadable:
        return False
