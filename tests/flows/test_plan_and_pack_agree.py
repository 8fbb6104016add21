"""Planning a brand folder and packing its orders come to the same cartons for the same goods."""

from __future__ import annotations

from pathlib import Path

from tests.files.wrapped_brand import wrapped_brand

from doorstep.domain.packing import Basket
from doorstep.files.folder import read_folder
from doorstep.flows.pack_problem import Prices, asked
from doorstep.flows.past_baskets import good_of
from doorstep.flows.plan_folder import problem_of
from doorstep.kernels.pack.assortment import one_box_prices
from doorstep.kernels.pack.problem import FITS, UNCARRIED, PackParams
from doorstep.kernels.plan.loads import LoadBook
from doorstep.kernels.plan.market import open_market
from doorstep.kernels.run import Run


def test_what_fits_fits_by_both(tmp_path: Path) -> None:
    folder = read_folder(wrapped_brand(tmp_path / "brand", 400, 11))
    goods = {one.sku: good_of(one) for one in folder.products if not one.ships_in_own_box}
    wanted = [one for one in folder.orders if one.lines and all(line.sku in goods for line in one.lines)]
    baskets = [Basket(o.order, tuple((goods[line.sku], line.quantity) for line in o.lines)) for o in wanted]
    of = asked(baskets, folder.cartons, Prices(folder.brand.currency))
    packs = one_box_prices(of.problem, PackParams(), Run()) < UNCARRIED

    market = open_market(problem_of(folder, folder.orders))
    book = LoadBook(market, PackParams())
    for one in wanted:
        units: dict[int, int] = {}
        for line in one.lines:
            units[market.sku[line.sku]] = units.get(market.sku[line.sku], 0) + line.quantity
        book.add(tuple(sorted(units.items())))
    book.pack_new(Run())
    plans = {
        key: {market.carton_name(c) for c in (book.verdict[at] == FITS).nonzero()[0]}
        for at, key in enumerate(book.keys)
    }
    for one, holds in zip(wanted, packs, strict=True):
        units = {}
        for line in one.lines:
            units[market.sku[line.sku]] = units.get(market.sku[line.sku], 0) + line.quantity
        named = {carton.carton for carton, fits in zip(folder.cartons, holds, strict=True) if fits}
        assert plans[tuple(sorted(units.items()))] == named, one.order
    bagged = sum("mailer-s" in found for found in plans.values())
    assert 0 < bagged < len(plans)
