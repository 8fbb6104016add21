"""What a column and a table are, before any is declared."""

from __future__ import annotations

from dataclasses import dataclass, replace

from doorstep.files.kinds import Kind


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: Kind
    about: str
    optional: bool = False  # the column may be left out
    blank: bool = False  # the cell may be empty
    refers_to: tuple[str, str] | None = None  # (table, column) whose values are the only ones allowed

    def default(self, value: object) -> Column:
        """Say what an empty cell means, where it is not the plain one of the kind."""
        return replace(self, kind=replace(self.kind, absent=value))


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    about: str
    columns: tuple[Column, ...]
    keys: tuple[tuple[str, ...], ...] = ()  # each unique over the rows
    optional: bool = False  # the file may be left out
    needs_rows: bool = False  # a header alone is refused
    one_row: bool = False
    names: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", frozenset(column.name for column in self.columns))

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)


def must(name: str, kind: Kind, about: str, refers_to: tuple[str, str] | None = None) -> Column:
    """A column that is there, and in every row."""
    return Column(name, kind, about, refers_to=refers_to)


def may(name: str, kind: Kind, about: str, refers_to: tuple[str, str] | None = None) -> Column:
    """A column that is there; its cells may be empty."""
    return Column(name, kind, about, blank=True, refers_to=refers_to)


def opt(name: str, kind: Kind, about: str, refers_to: tuple[str, str] | None = None) -> Column:
    """A column that may be left out, or empty."""
    return Column(name, kind, about, optional=True, blank=True, refers_to=refers_to)
