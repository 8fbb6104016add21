"""`doorstep doctor` as a process: what it prints, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.cli.test_record import free_port, run

SOUND = {
    "DOORSTEP_SECRET_KEY": "x" * 50,
    "DOORSTEP_HOSTS": "shop.example",
    "DOORSTEP_PUBLIC_ADDRESS": "https://shop.example",
}


def found(home: Path, **more: str) -> tuple[int, dict[str, Any]]:
    done = run(home, "doctor", "--json", **{**SOUND, **more})
    assert done.stderr == ""
    return done.returncode, {one.pop("check"): one for one in json.loads(done.stdout)}


def test_a_sound_installation_ends_with_0(home: Path) -> None:
    code, told = found(home)
    assert (code, told["workers"]["said"]) == (1, "no worker is there")
    beat = "import django; django.setup(); from datetime import UTC, datetime; from doorstep.core.jobs import workers; "
    beat += "workers.beat('north:7', 'north', datetime.now(UTC))"
    told_it = {**os.environ, "DOORSTEP_HOME": str(home), "DJANGO_SETTINGS_MODULE": "doorstep.server.settings"}
    subprocess.run([sys.executable, "-c", beat], env=told_it, check=True)
    code, told = found(home)
    assert code == 0, told
    assert told["migrations"] == {"state": "ok", "said": "all applied", "mend": ""}
    assert (told["database"]["state"], "DOORSTEP_DATABASE" in told["database"]["mend"]) == ("warn", True)


def test_a_database_that_does_not_answer_is_no_traceback(tmp_path: Path) -> None:
    code, told = found(tmp_path, DOORSTEP_DATABASE=f"postgresql://nobody@127.0.0.1:{free_port()}/nothing")
    assert code == 1
    assert told["database"]["state"] == "fail"
    assert "DOORSTEP_DATABASE" in told["database"]["mend"]
    assert [told[name]["state"] for name in ("migrations", "workers", "outbox", "clock", "plug-ins")] == ["fail"] * 5
    assert "does not answer" in told["clock"]["said"]


def test_settings_that_cannot_be_read_are_the_finding(tmp_path: Path) -> None:
    gone = tmp_path / "none"
    code, told = found(gone, DOORSTEP_DATABASE="mysql://somewhere/else")
    assert (code, list(told)) == (1, ["settings"])
    assert "DOORSTEP_DATABASE begins with" in told["settings"]["said"]
    assert not gone.exists()
    shown = run(gone, "doctor", **SOUND)  # nothing is there at all
    assert shown.returncode == 1
    assert "Traceback" not in shown.stderr
    assert "DOORSTEP_HOME" in shown.stdout
