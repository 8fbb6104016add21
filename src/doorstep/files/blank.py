"""An empty brand folder: every file with its header row, and what belongs where."""

from __future__ import annotations

from pathlib import Path

from doorstep.files.package import markdown
from doorstep.files.schema import TABLES
from doorstep.files.write import write_brand_folder

README = "README.md"
_BEGINNING = """# A brand folder

One file per kind of thing, one row per thing. Fill in every file that is not optional, then say `doorstep check` with
the name of this folder: it lists everything that is missing or wrong, with file, row, column and reason.
`doorstep plan` then plans the orders.

CSV (RFC 4180), UTF-8, with a header row; packed files (`.csv.gz`) are read as well. Optional columns may be left out,
optional files deleted; a column not named here is refused. Amounts are decimal, in major units of the brand's
currency. Sizes are whole millimetres, weights whole grams. Instants carry an offset: 2024-05-01T09:30:00+02:00.

"""


def new_folder(path: Path | str, force: bool = False) -> None:
    """Write an empty brand folder. Raises OutputRefused."""
    tables: dict[str, tuple[list[str], tuple[()]]] = {
        table.name: ([column.name for column in table.columns], ()) for table in TABLES
    }
    write_brand_folder(Path(path), tables, force, {README: readme()})


def readme() -> str:
    return _BEGINNING + "\n".join(markdown(table) for table in TABLES)
