"""`doorstep worker` as a process: it works, and ends when it is asked to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

COMMAND = [sys.executable, "-m", "doorstep.cli.main"]


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DOORSTEP_")}
    return kept | {"DOORSTEP_HOME": str(home), "DOORSTEP_PLAIN_HTTP": "1"}


def test_it_does_what_is_due_and_stops_cleanly(home: Path) -> None:
    told = environment(home)
    once = subprocess.run([*COMMAND, "worker", "--once"], env=told, check=False, capture_output=True, text=True)
    assert once.returncode == 0, once.stderr
    assert "no mail server is set" in once.stderr
    lasting = subprocess.Popen([*COMMAND, "worker"], env=told, stderr=subprocess.PIPE, text=True)
    assert lasting.stderr is not None
    assert "no mail server" in lasting.stderr.readline()
    lasting.send_signal(signal.SIGTERM)
    _, said = lasting.communicate(timeout=60)
    assert lasting.returncode in (0, 143), said
    assert "Traceback" not in said


def test_settings_that_cannot_be_are_refused(tmp_path: Path) -> None:
    told = environment(tmp_path) | {"DOORSTEP_SMTP_HOST": "mail.example", "DOORSTEP_MAIL_FROM": "nobody"}
    wrong = subprocess.run([*COMMAND, "worker", "--once"], env=told, check=False, capture_output=True, text=True)
    assert wrong.returncode == 2
    assert "DOORSTEP_MAIL_FROM" in wrong.stderr
