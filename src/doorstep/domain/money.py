"""Currencies of ISO 4217 and amounts in their minor units. No floats."""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.domain.units import MICROS, divide_half_up

# Minor digits other than 2 (ISO 4217 list one).
_DIGITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV"), 0),
    **dict.fromkeys(("XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


@dataclass(frozen=True, slots=True)
class Currency:
    code: str

    def __post_init__(self) -> None:
        if not (len(self.code) == 3 and self.code.isascii() and self.code.isalpha() and self.code.isupper()):
            raise ValueError(f"not an ISO 4217 code: {self.code!r}")

    @property
    def digits(self) -> int:
        return _DIGITS.get(self.code, 2)

    @property
    def micros_per_minor(self) -> int:
        return int(MICROS // 10**self.digits)

    def minor(self, micros: int) -> int:
        """Round millionths of the major unit half up to the minor unit."""
        return divide_half_up(micros, self.micros_per_minor)

    def text(self, minor: int) -> str:
        """Write an amount in major units: 1234 -> '12.34'."""
        if self.digits == 0:
            return str(minor)
        sign = "-" if minor < 0 else ""
        whole, part = divmod(abs(minor), 10**self.digits)
        return f"{sign}{whole}.{part:0{self.digits}d}"
