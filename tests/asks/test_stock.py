"""What users ask of sourcing and stock. Numbers are those of docs/asks.md."""

from __future__ import annotations

from pathlib import Path

from tests.asks.shop import call, line, order, planned, rate, service, shop, stock, zone


def test_ask_19_one_order_is_split_over_locations_only_where_that_is_best(tmp_path: Path) -> None:
    """Lamps in Hamburg and mugs in Munich make two parcels; where Munich has both, one."""
    both = [line("o1", "mug"), line("o1", "lamp", number=2)]
    apart = [stock("hamburg", "lamp", 5), stock("munich", "mug", 5)]
    split = planned(tmp_path / "apart", shop(stock=apart, order_lines=both))
    assert {(one["site"], one["orders"]) for one in split.parcels} == {("hamburg", "o1"), ("munich", "o1")}
    whole = planned(tmp_path / "whole", shop(stock=[*apart, stock("munich", "lamp", 5)], order_lines=both))
    assert [one["site"] for one in whole.parcels] == ["munich"]
    assert whole.summary["split_rate"] == 0


def test_ask_19_the_units_of_one_line_too(tmp_path: Path) -> None:
    """Three mugs, of which no site has more than two."""
    here = [stock("hamburg", "mug", 1), stock("munich", "mug", 2)]
    found = planned(tmp_path, shop(stock=here, order_lines=[line("o1", "mug", 3)]))
    assert found.exit_code == 0
    assert sorted((one["site"], int(one["weight_g"])) for one in found.parcels) == [
        ("hamburg", 350 + 80),
        ("munich", 700 + 80),
    ]


def test_ask_20_units_are_taken_where_they_lie(tmp_path: Path) -> None:
    """Two units in all, one at each site: each site sends one, though the first is nearer to both customers."""
    lines = [line("o1", "mug"), line("o2", "mug")]
    here = [stock("hamburg", "mug", 1), stock("munich", "mug", 1)]
    found = planned(tmp_path, shop(stock=here, orders=[order("o1"), order("o2")], order_lines=lines))
    assert found.exit_code == 0
    assert sorted(one["site"] for one in found.parcels) == ["hamburg", "munich"]


def test_ask_21_what_one_order_takes_no_other_gets(tmp_path: Path) -> None:
    lines = [line("o1", "mug"), line("o2", "mug")]
    last = [stock("hamburg", "mug", 1)]
    found = planned(tmp_path, shop(stock=last, orders=[order("o1"), order("o2")], order_lines=lines))
    assert found.exit_code == 3
    assert len(found.parcels) == len(found.unplanned) == 1
    (left,) = found.unplanned.values()
    assert left["reason"] == "stock_taken"
    assert "other orders leave 0 at hamburg" in left["detail"]
    assert left["remedy"]


def test_ask_22_services_follow_the_site_that_holds_the_goods(tmp_path: Path) -> None:
    """Express calls in Munich; the lamp lies in Hamburg. Who asks for express gets it for the mug alone."""
    tables = shop(
        services=[service("ground"), service("express", "express")],
        zones=[zone("ground"), zone("express")],
        rates=[rate("ground", "4.20"), rate("express", "9.90")],
        collections=[call("hamburg", "ground"), call("munich", "ground"), call("munich", "express")],
        stock=[stock("hamburg", "lamp", 5), stock("munich", "mug", 5)],
        orders=[order("fast-mug", speed="express"), order("fast-lamp", speed="express"), order("lamp")],
        order_lines=[line("fast-mug", "mug"), line("fast-lamp", "lamp"), line("lamp", "lamp")],
    )
    found = planned(tmp_path, tables)
    assert {(one["orders"], one["site"], one["service"]) for one in found.parcels} == {
        ("fast-mug", "munich", "express"),
        ("lamp", "hamburg", "ground"),
    }
    assert "express: does not call at hamburg" in found.unplanned["fast-lamp"]["detail"]


def test_ask_25_the_source_is_that_of_least_cost_and_not_the_nearest(tmp_path: Path) -> None:
    """Hamburg is around the corner, Munich's contract is cheaper."""
    tables = shop(
        zones=[zone("ground", origin="2", zone="dear"), zone("ground", origin="8", zone="cheap")],
        rates=[rate("ground", "9.00", "dear"), rate("ground", "4.00", "cheap")],
    )
    found = planned(tmp_path, tables)
    assert [(one["site"], one["freight"]) for one in found.parcels] == [("munich", "4.00")]
    assert found.summary["baseline_objective"] == float(str(found.summary["objective"])) + 5
    assert found.summary["gap_pct"] == 0
