"""One tree of errors, with stable codes.

DoorstepError
├── InputRefused       malformed input; carries every fault found
├── InvalidProblem     a kernel was handed data that contradicts itself
├── OutputRefused      the result cannot be written where it was asked for
└── Conflict           what is asked contradicts what is there
    ├── NotEnough      the units asked of a shelf are not there (any more)
    ├── DayFull        a site or a service has no room left on a day
    ├── OutOfStock     an order's goods are not there, and it would rather be refused than wait
    └── NotFound       it is not there, or it is somebody else's
"""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.domain.ledger import Shelf


class DoorstepError(Exception):
    code = "error"


def said(error: Exception) -> str:
    """What may be kept of an error: our own words, and of others only what kind it is; theirs may quote a person."""
    name = type(error).__name__
    return f"{name}: {error}" if isinstance(error, DoorstepError) else f"{name}; the log says more"


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


class Conflict(DoorstepError):
    """What is asked contradicts what is there."""

    code = "conflict"


class NotEnough(Conflict):
    """A shelf lacks the units asked of it; nothing of the posting was done."""

    code = "stock_moved"

    def __init__(self, shelf: Shelf, asked: int) -> None:
        super().__init__(f"fewer than {asked} units {shelf.state} of product {shelf.product} at site {shelf.site}")
        self.shelf = shelf
        self.asked = asked


class DayFull(Conflict):
    """A site or a service has no room left on a day; nothing was done."""

    code = "day_full"


class OutOfStock(Conflict):
    code = "out_of_stock"


class NotFound(Conflict):
    code = "not_found"
