"""Where a brand's stock should live, by what its record knows at an instant: what to order, and what to move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from doorstep.core.network import snapshot as network
from doorstep.core.stock import snapshot as stock
from doorstep.core.tariffs import snapshot as tariffs
from doorstep.documents.insights.page import InsightPage
from doorstep.documents.insights.position import PositionInsight, nothing_to_go_by, position_page
from doorstep.domain.errors import InvalidProblem
from doorstep.domain.supply import Inbound, StockLevel
from doorstep.files.folder import BrandFolder
from doorstep.flows.insight_record import RecordBooks
from doorstep.flows.kits import exploded
from doorstep.flows.position import PositionWish, answer_of, position

MONTHS = 1  # of which costs are told


def position_insight(operator_id: int, brand_id: int, read: RecordBooks, now: datetime) -> InsightPage:
    """Decide by the orders of the books, and by what is free and on its way at this instant.

    What orders have reserved is gone for those to come. Goods under way between sites are on their way.
    """
    folder, wish = _as_folder(operator_id, brand_id, read, now), PositionWish(read.as_of, MONTHS, announced=True)
    try:
        found = position(folder, wish)
    except InvalidProblem as error:
        return nothing_to_go_by(str(error))
    told = answer_of(folder, found, wish)
    return position_page(PositionInsight(told, _units(folder.stock), _units(folder.inbound)))


def _as_folder(operator_id: int, brand_id: int, read: RecordBooks, now: datetime) -> BrandFolder:
    """The record as a folder would have it."""
    tariff = tariffs.tariff(brand_id)
    moving = tuple(Inbound(one.site, one.sku, one.on_hand, now) for one in stock.in_transit(brand_id))
    return BrandFolder(
        brand=read.brand,
        products=read.products,
        barcodes=(),
        sites=network.sites(operator_id),
        collections=network.collections(operator_id, {one.service for one in tariff.services}),
        stock=stock.available(brand_id, at=now),
        inbound=(*stock.inbound(brand_id), *moving),
        cartons=(),
        tariff=tariff,
        emission_factors=(),
        orders=tuple(map(exploded, read.orders)),
        history=read.history,
        data_version="",
    )


def _units(rows: Iterable[StockLevel] | Iterable[Inbound]) -> dict[tuple[str, str], int]:
    found: Counter[tuple[str, str]] = Counter()
    for one in rows:
        found[one.site, one.sku] += one.on_hand if isinstance(one, StockLevel) else one.quantity
    return dict(found)
