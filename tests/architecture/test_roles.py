"""The table of roles in docs/guides/accounts.md is that of the code."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from tests.architecture.tree import text

from doorstep.domain.rights import BRAND_ROLES, KEY_ROLES, ROLES, Right, Role, Scope

PAGE = Path("docs/guides/accounts.md")


def table() -> list[str]:
    rights: tuple[Right, ...] = get_args(Right)
    heads = ["role", "of", "given to", *(f"`{right}`" for right in rights)]
    rows = [heads, ["---"] * len(heads)]
    roles: tuple[Role, ...] = get_args(Role)
    for role in roles:
        scope = Scope(1, frozenset(), role, "system")
        whose = "brand" if role in BRAND_ROLES else "operator"
        given = " and ".join(word for word, found in (("people", role in ROLES), ("keys", role in KEY_ROLES)) if found)
        rows.append([f"`{role}`", whose, given, *("yes" if scope.may(right) else "" for right in rights)])
    return ["| " + " | ".join(row) + " |" for row in rows]


def test_the_table_of_roles_is_that_of_the_code() -> None:
    written = [line for line in text(PAGE).splitlines() if line.startswith("|")][: len(table())]
    assert written == table()


def test_every_right_is_explained() -> None:
    assert all(f"\n- `{right}`: " in text(PAGE) for right in get_args(Right))
