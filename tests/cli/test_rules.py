from __future__ import annotations

import json
import shutil
from pathlib import Path

from tests.cli.run import TEA_SHOP, doorstep

RULES = """
[[rule]]
id = "whole"
kind = "never_split"
reason = "one parcel looks better"
"""


def shop(tmp_path: Path, rules: str = RULES) -> Path:
    folder = tmp_path / "shop"
    shutil.copytree(TEA_SHOP, folder)
    (folder / "rules.toml").write_text(rules)
    return folder


def test_rules_are_told_in_words(tmp_path: Path) -> None:
    folder = shop(tmp_path)
    done = doorstep("rules", "check", folder)
    assert done.returncode == 0
    assert "whole  never split  one parcel looks better" in done.stdout
    told = json.loads(doorstep("rules", "check", folder, "--json").stdout)
    assert told["rules"][0]["orders"] == told["orders"] > 0
    assert doorstep("rules", "check", TEA_SHOP).stdout.startswith(f"{TEA_SHOP}: no rules; ")


def test_faulty_rules_are_refused(tmp_path: Path) -> None:
    folder = shop(tmp_path, RULES.replace("never_split", "never_splits"))
    for command in ("check", "dry-run"):
        done = doorstep("rules", command, folder)
        assert done.returncode == 2
        assert "rules.toml:2 whole.kind: 'never_splits' is no kind of rule; is never_split meant?" in done.stderr
    told = json.loads(doorstep("rules", "check", folder, "--json").stdout)
    assert told["faults"][0]["column"] == "whole.kind"
    assert doorstep("check", folder).returncode == 2


def test_a_dry_run_says_what_would_change(tmp_path: Path) -> None:
    folder = shop(tmp_path)
    done = doorstep("rules", "dry-run", folder, "--workers", 1)
    assert done.returncode == 0
    assert "whole (added)" in done.stdout
    assert "orders would be sent otherwise" in done.stdout
    told = json.loads(doorstep("rules", "dry-run", folder, "--workers", 1, "--json").stdout)
    assert told["total"]["changed"] == told["rules"][0]["changed"]
    assert doorstep("rules", "dry-run", folder, "--from", "2026-02-02", "--to", "2026-02-01").returncode == 2
