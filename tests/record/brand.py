"""A brand in the record, and who acts for it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from doorstep.core.accounts import actions as accounts
from doorstep.domain.rights import Scope
from doorstep.flows.load_brand import load_brand

ROOT = Path(__file__).resolve().parents[2]
TEA_SHOP = ROOT / "examples" / "tea_shop"
NOW = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)


def loaded(folder: Path = TEA_SHOP, operator: str = "north") -> tuple[Scope, int]:
    """Load a folder for a new operator; returns its scope and the brand's row id."""
    operator_id = accounts.add_operator(operator, operator.title())
    brand_id = load_brand(operator_id, folder, now=NOW).brand_id
    return Scope(operator_id, frozenset({brand_id}), "operator_admin", "user:1"), brand_id
