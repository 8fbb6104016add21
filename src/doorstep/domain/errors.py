"""One tree of errors, with stable codes.

DoorstepError
├── InputRefused       malformed input; carries every fault found
├── InvalidProblem     a kernel was handed data that contradicts itself
└── OutputRefused      the result cannot be written where it was asked for
"""

from __future__ import annotations

from dataclasses import dataclass


class DoorstepError(Exception):
    code = "error"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input file: where, what, why."""

    file: str
    row: int  # 1 is the header row; 0 concerns the whole file
    column: str
    value: str
    why: str

    def __str__(self) -> str:
        place = self.file
        if self.row:
            place += f":{self.row}"
        if self.column:
            place += f" {self.column}"
        shown = f" {self.value!r}" if self.value else ""
        return f"{place}:{shown} {self.why}"


class InputRefused(DoorstepError):
    """Malformed input. `faults` holds the first ones, `count` says how many there are in all."""

    code = "input_refused"

    def __init__(self, faults: tuple[Fault, ...], count: int) -> None:
        super().__init__(f"{count} fault{'' if count == 1 else 's'} in the input")
        self.faults = faults
        self.count = count


class InvalidProblem(DoorstepError):
    code = "invalid_problem"


class OutputRefused(DoorstepError):
    code = "output_refused"
