"""What a file of rounds holds once it is read: the problem, and what people call its stops and vans."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from doorstep.kernels.route.problem import RouteProblem

Form = Literal["vrplib", "solomon", "lilim", "csv"]
Convention = Literal["", "rounded", "dimacs", "exact"]
"""How an instance of research measures: "" as its file says; whole units; tenths, cut off; thousandths, rounded."""

NoticeCode = Literal[
    "window_ends_first",
    "position_swapped",
    "position_far",
    "partner_set_aside",
    "window_outside_shifts",
    "load_over_every_van",
    "no_van_has_skill",
    "diagonal",
]


@dataclass(frozen=True, slots=True)
class Notice:
    """A well-formed stop that cannot be served, or something that was put right; the rest is served.

    With `aside` the stop is no part of the problem. Else it is, and whoever solves it will leave it unserved.
    """

    stop: str  # empty: concerns the file
    row: int
    code: NoticeCode
    why: str
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Instance:
    """A problem with its names.

    Parameters
    ----------
    problem
        What is to be solved.
    name
        As the file says, else the file's name.
    form
        Which kind of file it was. "csv": a day of one's own; x and y of its travel are longitude and latitude,
        distances are metres, durations seconds, costs millionths of the major unit. The others are research: units
        of the file times `scale`.
    stops
        Ids, one for each row of `problem.stops`.
    labels
        What people call the stops, one for each.
    numbers
        What a solution in CVRPLIB form calls the stops: the place of their node in the file, the first one being 0; of
        a CSV file 1 for its first row.
    vehicles
        Ids, one for each row of `problem.fleet`; those of several vans are told apart by a running number.
    notices
        What the reader has to say, by row.
    scale
        Costs, distances and times of the problem are so many times those of the file.
    measure
        What a cost means, in words.
    origin
        The instant of second 0, where the file has instants; None: midnight of whatever day it is, or the beginning of
        an instance of research.
    loads
        Names of the dimensions of load.
    skills
        Names of the bits of skills, the lowest first.
    data_version
        sha256 of the content.
    """

    problem: RouteProblem
    name: str
    form: Form
    stops: tuple[str, ...]
    labels: tuple[str, ...]
    numbers: tuple[int, ...]
    vehicles: tuple[str, ...]
    notices: tuple[Notice, ...] = ()
    scale: int = 1
    measure: str = ""
    origin: datetime | None = None
    loads: tuple[str, ...] = ("load",)
    skills: tuple[str, ...] = field(default=())
    data_version: str = ""

    @property
    def research(self) -> bool:
        """Whether places are points of a plane, or rows of a matrix, and not of the earth."""
        return self.form != "csv"

    @property
    def aside(self) -> tuple[Notice, ...]:
        """Stops that the file names and the problem does not hold."""
        return tuple(notice for notice in self.notices if notice.aside)
