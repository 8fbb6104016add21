"""A page of insight goes into JSON and comes back as it was."""

from __future__ import annotations

import json

from hypothesis import example, given
from hypothesis import strategies as st
from markupsafe import Markup

from doorstep.documents.insights.customers import often_rows
from doorstep.documents.insights.page import InsightPage, Section, Table, plain, read, table
from doorstep.documents.report.charts import Chart
from doorstep.documents.report.tiles import Tile

words = st.sampled_from(["", "Freight", '<b>&"é', "9.00 EUR"])
rows = st.lists(st.tuples(words, words), max_size=3).map(tuple)


@given(words, rows, st.integers(0, 2))
def test_there_and_back(word: str, some: tuple[tuple[str, str], ...], number: int) -> None:
    chart = Chart("key", word, word, Markup.escape(word), ("Part", word), some, ("",) * number)
    section = Section("key", word, (chart,) * number, (Table(word, ("Part", word), some, number, number),), word, "")
    page = InsightPage(word, (Tile(word, word, word, "worse"),) * number, (section, section), ((word, word),), word)
    back = read(json.loads(json.dumps(plain(page))))
    assert back == page
    assert all(isinstance(chart.drawing, Markup) for section in back.sections for chart in section.charts)


def test_a_table_says_how_many_rows_it_leaves_out() -> None:
    assert table("t", ("a",), ((str(n),) for n in range(9)), most=4).more == 5
    assert table("t", ("a",), [("1",)]).more == 0


@given(st.lists(st.integers(0, 60), min_size=5, max_size=5), st.integers(2, 40))
@example([0, 0, 0, 0, 2], 2)
def test_nobody_is_told_in_a_group_too_small(times: list[int], least: int) -> None:
    told = often_rows(times, least)
    people = [int(row[1]) for row in told]
    assert all(one >= least for one in people)
    assert sum(people) == (sum(times) if sum(times) >= least else 0)
    assert not told or told[-1][0].endswith("or more")
    assert not told or told[0][0].split()[0] == "1"


def test_how_often_is_told_one_by_one_where_there_are_enough() -> None:
    assert [row[:2] for row in often_rows((50, 30, 10, 10, 3), 20)] == [("1", "50"), ("2", "30"), ("3 or more", "23")]
    assert [row[:2] for row in often_rows((50, 30, 21, 10, 10), 20)][-1] == ("4 or more", "20")
    assert [row[:2] for row in often_rows((5, 30, 0, 0, 0), 20)] == [("1 or more", "35")]
