"""The methods of learning promises, by name."""

from __future__ import annotations

from doorstep.domain.errors import InvalidProblem
from doorstep.kernels.promise.adaptive import Adaptive
from doorstep.kernels.promise.boosted_quantiles import BoostedMethod
from doorstep.kernels.promise.conformal import KINDS, Conformal
from doorstep.kernels.promise.lanes_learned import LaneMethod
from doorstep.kernels.promise.methods import Method

_ALL: tuple[Method, ...] = (Adaptive(), LaneMethod(), BoostedMethod())
METHODS: dict[str, Method] = {one.name: one for one in _ALL}
DEFAULT = Adaptive.name


def method_named(name: str) -> Method:
    """Return a method, `lane` or with a correction of it, `lane+aci`; raises InvalidProblem for any other name."""
    base, plus, kind = name.partition("+")
    if base not in METHODS or (plus and kind not in KINDS):
        known = ", ".join(sorted(METHODS))
        raise InvalidProblem(
            f"method {name!r} is not known; there are {known}, each alone or with one of"
            f" {', '.join('+' + one for one in KINDS)}"
        )
    return Conformal(METHODS[base], kind) if plus else METHODS[base]
