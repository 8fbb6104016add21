"""Keep a backup of a record that is in use, as this version writes it: `python scripts/keep_landing.py [NAME]`

Made at each landing on the main branch, under tests/record/landings/NAME.zip (by default today's date). From then on a
test restores it with whatever the code has become, on SQLite and on PostgreSQL, so that whoever runs this version can
go on with the next.
"""

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.record.elsewhere import record  # noqa: E402

LANDINGS = ROOT / "tests" / "record" / "landings"
MOST_BYTES = 300_000


def main(name: str) -> int:
    target = LANDINGS / f"{name}.zip"
    if target.exists():
        sys.exit(f"{target} exists: what was kept is not written anew; give another name")
    LANDINGS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place, record(Path(place) / "record", "sqlite") as made:
        made.doorstep("migrate")
        made.do("fill")
        print(made.doorstep("backup", target), end="")
    if target.stat().st_size > MOST_BYTES:
        target.unlink()
        sys.exit(f"it has more than {MOST_BYTES:,} bytes, too many to keep; let tests/record/full_house.py fill less")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if sys.argv[1:] else datetime.now(UTC).date().isoformat()))
