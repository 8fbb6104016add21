"""Django's own check of a deployment finds nothing: HTTPS everywhere, cookies that only it carries."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def checked(home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DOORSTEP_", "DJANGO_"))}
    environment = {
        **kept,
        "DJANGO_SETTINGS_MODULE": "doorstep.server.settings",
        "DOORSTEP_HOME": str(home),
        "DOORSTEP_SECRET_KEY": "Zq3-9vXw_7Lk2RtYb8NcMf5HjGd4SaPe6UiOo1TzQwErBn0VxC",
        "DOORSTEP_HOSTS": "tower.example.com",
        **more,
    }
    command = [sys.executable, "-W", "error", "-m", "django", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)


def test_the_check_of_a_deployment_is_clean(tmp_path: Path) -> None:
    done = checked(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_plain_http_would_be_found(tmp_path: Path) -> None:
    """Else the test before would prove nothing."""
    done = checked(tmp_path, DOORSTEP_PLAIN_HTTP="1")
    assert done.returncode != 0
    for code in ("security.W004", "security.W008", "security.W012", "security.W016"):
        assert code in done.stderr
