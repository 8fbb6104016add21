"""A page of insight: a sentence, figures, and sections of charts and tables; there and back as plain JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from markupsafe import Markup

from doorstep.documents.report.charts import Chart
from doorstep.documents.report.tiles import Tile

Rows = Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below heads; the first `words` columns are words, the others figures. `more` rows are not shown.

    `of_cases`: each row begins with a service that a case may be open of.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: int = 1
    more: int = 0
    of_cases: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """`empty`: what is said where there is neither chart nor table; `wide` charts take the whole width."""

    key: str
    title: str
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    note: str = ""
    empty: str = ""
    wide: bool = False

    @property
    def filled(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.charts or self.tables)


@dataclass(frozen=True, slots=True)
class InsightPage:
    """`reading`: words of the page and what they mean."""

    headline: str
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]
    reading: tuple[tuple[str, str], ...] = ()
    left_out: str = ""


def table(title: str, heads: Sequence[str], rows: Iterable[tuple[str, ...]], words: int = 1, most: int = 60) -> Table:
    """Lay out rows, as many as fit."""
    found = tuple(rows)
    return Table(title, tuple(heads), found[:most], words, max(0, len(found) - most))


def tables(*found: Table) -> tuple[Table, ...]:
    """Leave out those without rows."""
    return tuple(one for one in found if one.rows)


def plain(page: InsightPage) -> dict[str, Any]:
    """Give a page as JSON keeps it. Drawings are markup of our own, made of escaped words (`documents.svg`)."""
    told = asdict(page)
    for section in told["sections"]:
        for chart in section["charts"]:
            chart["drawing"] = str(chart["drawing"])
    return told


def read(told: Mapping[str, Any]) -> InsightPage:
    """Read a page as it was kept. Raises KeyError or TypeError where it was kept by another version."""
    return InsightPage(
        str(told["headline"]),
        tuple(Tile(**one) for one in told["tiles"]),
        tuple(_section(one) for one in told["sections"]),
        tuple((str(name), str(text)) for name, text in told["reading"]),
        str(told["left_out"]),
    )


def _section(told: Mapping[str, Any]) -> Section:
    return Section(
        **{
            **told,
            "charts": tuple(_chart(one) for one in told["charts"]),
            "tables": tuple(
                Table(**{**one, "heads": tuple(one["heads"]), "rows": _rows(one)}) for one in told["tables"]
            ),
        }
    )


def _chart(told: Mapping[str, Any]) -> Chart:
    drawing = Markup(told["drawing"])  # our own, as `plain` kept it
    columns, links = tuple(told["columns"]), tuple(told["links"])
    return Chart(told["key"], told["title"], told["takeaway"], drawing, columns, _rows(told), links)


def _rows(told: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(map(str, row)) for row in told["rows"])
