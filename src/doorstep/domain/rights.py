"""Who may do what. One table; whoever asks, asks it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Role = Literal[
    "operator_admin",
    "supervisor",
    "floor_worker",
    "planner",
    "driver",
    "brand_admin",
    "brand_viewer",
    "brand_writer",
    "quote_only",
]
Right = Literal["see", "see_stock", "quote", "order", "plan", "move_stock", "carry", "manage"]
_RIGHTS: dict[Role, frozenset[Right]] = {
    "operator_admin": frozenset({"see", "see_stock", "quote", "order", "plan", "move_stock", "carry", "manage"}),
    "supervisor": frozenset({"see", "see_stock", "quote", "order", "plan", "move_stock", "carry"}),
    "planner": frozenset({"see", "see_stock", "quote", "plan"}),
    "floor_worker": frozenset({"see", "see_stock", "move_stock", "carry"}),
    "driver": frozenset({"carry"}),
    "brand_admin": frozenset({"see", "see_stock", "quote", "order", "manage"}),
    "brand_writer": frozenset({"see", "see_stock", "quote", "order"}),
    "brand_viewer": frozenset({"see", "see_stock"}),
    "quote_only": frozenset({"quote"}),
}
KEY_ROLES: tuple[Role, ...] = (
    "brand_writer", "brand_viewer", "quote_only", "brand_admin", "floor_worker", "supervisor", "operator_admin",
)  # fmt: skip
ROLES: tuple[Role, ...] = tuple(role for role in _RIGHTS if role not in ("brand_writer", "quote_only"))
BRAND_ROLES: frozenset[Role] = frozenset({"brand_admin", "brand_viewer", "brand_writer", "quote_only"})


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose rows somebody may touch: those of one operator, and of these of its brands (row ids)."""

    operator: int
    brands: frozenset[int]
    role: Role
    actor: str  # as facts name them: `user:7`, `key:12`, `system`

    def may(self, right: Right) -> bool:
        return right in _RIGHTS[self.role]

    def doing(self, worker: str) -> Scope:
        """Name who or what of several works behind one key, so that each has tasks of their own; empty: the key."""
        return replace(self, actor=f"{self.actor}/{worker}") if worker else self
