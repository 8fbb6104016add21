from __future__ import annotations

import gzip
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any

import orjson
import pytest
from tests.documents.report.synthetic import FLIPS, empty_report, nothing_planned, plan_report

from doorstep.documents.box import in_loading_order
from doorstep.documents.report import drawings
from doorstep.documents.report.plan_report import PlanReport
from doorstep.documents.report.records import CHUNK, MOST_TURNS, margin_minor
from doorstep.documents.report.write import write_report
from doorstep.domain.decision import Decision


def written(folder: Path, report: PlanReport) -> str:
    write_report(folder / "report.html", report)
    return (folder / "report.html").read_text(encoding="utf-8")


def unpacked(page: str, key: str) -> Any:
    found = re.search(rf'<script type="application/octet-stream" id="{key}">([A-Za-z0-9+/=]*)</script>', page)
    assert found, key
    return orjson.loads(gzip.decompress(b64decode(found[1])))


def test_every_order_is_found_through_the_index(tmp_path: Path) -> None:
    report = plan_report(CHUNK + 40, unplanned_every=7)
    page = written(tmp_path, report)
    index = unpacked(page, "index")
    chunks = [unpacked(page, f"records-{number}") for number in range(2)]
    assert index["order"] == [order.order for order in report.orders]
    for place, order in enumerate(report.orders):
        row = chunks[place // CHUNK]["rows"][place % CHUNK]
        assert row["order"]["id"] == order.order
        assert (row["decision"] is None) == (row["unplanned"] is not None) == (index["cost_minor"][place] is None)
        assert index["parcels"][place] == len(row["parcels"])
        if row["decision"]:
            assert row["decision"]["order"] == order.order
            assert index["cost_minor"][place] == row["decision"]["cost_minor"]
            last = max(parcel["promised_by"] for parcel in row["parcels"])
            assert (date(1970, 1, 1) + timedelta(index["promised"][place])).isoformat() == last
            assert index["sites"][index["site"][place]] == list(dict.fromkeys(p["site"] for p in row["parcels"]))


def test_a_record_holds_the_whole_decision_and_its_boxes(tmp_path: Path) -> None:
    report = plan_report(3)
    decisions = list(report.decisions)
    page = written(tmp_path, replace(report, decisions=iter(decisions)))
    row = unpacked(page, "records-0")["rows"][1]
    assert row["decision"] == orjson.loads(orjson.dumps(replace(decisions[1], flip=None, flips=())))
    mine = [parcel for parcel in report.parcels if report.orders[1].order in parcel.orders]
    loaded = [replace(parcel, placements=in_loading_order(parcel.placements)) for parcel in mine]
    assert row["parcels"] == orjson.loads(orjson.dumps(loaded))


def test_parcels_alike_share_a_drawing_and_each_shows_its_own_units(tmp_path: Path) -> None:
    report = plan_report(300)
    chunk = unpacked(written(tmp_path, report), "records-0")
    shown = [
        (parcel, drawn) for row in chunk["rows"] for parcel, drawn in zip(row["parcels"], row["drawn"], strict=True)
    ]
    assert len(shown) == len(report.parcels)
    assert 0 < len(chunk["drawings"]) < len(shown)
    assert {drawn for _, drawn in shown} == set(range(len(chunk["drawings"])))
    for parcel, drawn in shown:
        views = chunk["drawings"][drawn]["views"]
        assert [view[0] for view in views] == ["svg"] * 3
        corner = [part[1] for part in views[0][2:] if part[1].get("class", "").startswith("unit")]
        assert sorted(int(unit["data-step"]) for unit in corner) == list(range(1, len(parcel["placements"]) + 1))


def test_a_page_draws_so_many_boxes_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawings, "MOST_DRAWN", 5)
    chunk = unpacked(written(tmp_path, plan_report(100)), "records-0")
    assert len(chunk["drawings"]) == 5
    drawn = [number for row in chunk["rows"] for number in row["drawn"]]
    assert set(drawn) == {0, 1, 2, 3, 4, None}


def test_the_policy_allows_this_script_and_style_and_nothing_else(tmp_path: Path) -> None:
    page = written(tmp_path, plan_report(3))
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy
    assert "default-src 'none'" in policy[1].replace("&#39;", "'")
    for tag in ("script", "style"):
        body = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert body
        digest = b64encode(sha256(body[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in unescape(policy[1])


def test_nothing_points_outside(tmp_path: Path) -> None:
    page = written(tmp_path, plan_report(30))
    assert set(re.findall(r"https?://[^\"'\s)]+", page)) <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r'\b(src|srcset|action|poster)="', page)


def test_names_are_text_wherever_they_stand(tmp_path: Path) -> None:
    hostile = "</title></script><img src=x onerror=alert(1)>\"'&"
    report = plan_report(4, name=hostile)
    sites = tuple(replace(site, name=hostile) for site in report.sites)
    page = written(tmp_path, replace(report, sites=sites, data_version=hostile))
    assert "<img" not in page
    assert "&lt;/title&gt;&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&#34;&#39;&amp;" in page


def test_no_personal_data_is_written(tmp_path: Path) -> None:
    page = written(tmp_path, plan_report(3))
    records = orjson.dumps(unpacked(page, "records-0")).decode()
    for text in (page, records):
        assert "Secret Person" not in text
        assert "secret@example.org" not in text


def test_equal_input_gives_an_equal_file(tmp_path: Path) -> None:
    assert written(tmp_path, plan_report(20)) == written(tmp_path, plan_report(20))


def test_progress_reaches_the_total(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    write_report(tmp_path / "r.html", plan_report(CHUNK + 1), lambda *step: seen.append(step))
    assert seen == [("report", CHUNK, CHUNK + 1), ("report", CHUNK + 1, CHUNK + 1)]


def test_decisions_are_read_as_they_are_written(tmp_path: Path) -> None:
    """Not one more than a chunk of them is held at a time."""
    report = plan_report(CHUNK * 2)
    drawn = 0
    held: list[int] = []

    def counting() -> Iterator[Decision]:
        nonlocal drawn
        for decision in report.decisions:
            drawn += 1
            yield decision

    write_report(
        tmp_path / "r.html", replace(report, decisions=counting()), lambda _, done, __: held.append(drawn - done)
    )
    assert held == [0, 0]


def test_decisions_out_of_turn_are_refused(tmp_path: Path) -> None:
    report = plan_report(3)
    decisions = list(report.decisions)
    for wrong in (decisions[::-1], decisions[:2], [*decisions, decisions[0]]):
        with pytest.raises(ValueError, match="decision"):
            write_report(tmp_path / "r.html", replace(report, decisions=iter(wrong)))


def test_the_margin_is_to_the_cheapest_that_lost_by_cost() -> None:
    decision = next(iter(plan_report(1).decisions))
    by_cost = [r.cost_minor for r in decision.rejected if r.cost_minor is not None]
    assert margin_minor(decision) == min(by_cost) - decision.cost_minor
    assert margin_minor(replace(decision, rejected=())) is None


def test_the_selection_names_its_bounds(tmp_path: Path) -> None:
    report = plan_report(3)
    page = written(tmp_path, report)
    assert "Orders placed from Mon 2 Mar 2026 to before Tue 3 Mar 2026 · 3 orders" in page
    page = written(tmp_path, replace(plan_report(3), placed_from="", placed_to=""))
    assert "All orders, placed on Mon 2 Mar 2026 · 3 orders" in page


def test_every_part_has_its_empty_state(tmp_path: Path) -> None:
    page = written(tmp_path, empty_report())
    for text in ("No orders in this selection.", "No parcel to chart.", "No decisions yet.", "none is left out"):
        assert text in page
    assert "None of the 5 orders could be planned" in written(tmp_path, nothing_planned())
    assert "Every order is planned." in written(tmp_path, plan_report(3))
    assert "Nothing has coordinates." in written(tmp_path, replace(plan_report(3, located=False), sites=()))


def test_a_record_tells_so_many_changes_and_counts_the_others(tmp_path: Path) -> None:
    report = plan_report(2)
    many = [replace(one, flips=FLIPS * 3) for one in report.decisions]
    row = unpacked(written(tmp_path, replace(report, decisions=iter(many))), "records-0")["rows"][0]
    assert len(row["turns"]) == MOST_TURNS
    assert row["turns_left"] == 3 * len(FLIPS) - MOST_TURNS
    assert row["turns"][0] == ["Stock", "3 more units of Teapot at Lille", "Lille by Gelbpost Standard, carton M"]


def test_where_parcels_may_go_by_linehaul_no_changes_are_looked_for(tmp_path: Path) -> None:
    for hauled in (False, True):
        row = unpacked(written(tmp_path, replace(plan_report(2), hauled=hauled)), "records-0")["rows"][0]
        assert ("by linehaul" in row["unsought"]) is hauled


def test_all_that_would_change_decisions_hardly_makes_the_report_larger(tmp_path: Path) -> None:
    report = plan_report(2000)
    decisions = list(report.decisions)
    sizes = {}
    for name, flips in (("none", ()), ("all", FLIPS)):
        told = iter([replace(one, flips=flips) for one in decisions])
        sizes[name] = len(written(tmp_path, replace(report, decisions=told)))
    assert sizes["all"] < 1.1 * sizes["none"]


def test_an_order_left_out_holds_all_that_stands_in_its_way(tmp_path: Path) -> None:
    row = unpacked(written(tmp_path, plan_report(3, unplanned_every=3)), "records-0")["rows"][2]
    assert [len(obstacles) for _, obstacles in row["unplanned"]["deadlocks"]] == [2, 1]
    assert row["unplanned"]["deadlocks"][1][1][0][2] == "add BR 99999 to the zones of gp-std from FR"
    assert "turns" not in row
