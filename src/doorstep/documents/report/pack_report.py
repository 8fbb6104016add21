"""The report of packing: totals, cartons, and the first parcels drawn as they are filled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from doorstep.documents.box import BoxDrawing, Mark, Wrap, box_drawing, marks, top_mm
from doorstep.documents.report.page import dress, write_page
from doorstep.documents.report.tiles import Tile
from doorstep.documents.report.wording import amount, count, counted, decimal, inside, percent, sizes, weight
from doorstep.domain.catalog import Carton, mailer_thickness_mm
from doorstep.domain.money import Currency
from doorstep.domain.packing import Left, PackedParcel
from doorstep.domain.parcel import OWN_BOX

STYLES = ("page.css", "figures.css", "orders.css", "pack.css", "print.css")
SCRIPTS = ("fill.js", "pack.js")
LEFT_SHOWN = 200
STEPS_SHOWN = 60
REASONS = {
    "too_large": "larger than every carton",
    "too_heavy": "heavier than every carton bears",
    "not_carried": "no row of the freight table reaches so far",
    "no_layout": "no layout was found",
}


@dataclass(frozen=True, slots=True)
class PackReport:
    cartons: Sequence[Carton]
    parcels: Sequence[PackedParcel]
    left: Sequence[Left]
    summary: Mapping[str, object]  # as it is written
    currency: Currency | None  # None: amounts without a name
    drawn: int  # parcels that are drawn, at most


@dataclass(frozen=True, slots=True)
class Step:
    """One unit put in, or several alike one after the other."""

    mark: Mark
    sku: str
    first: int
    last: int
    size: str


@dataclass(frozen=True, slots=True)
class Card:
    """A parcel as it is shown."""

    parcel: PackedParcel
    name: str
    about: str
    cost: str
    weight: str
    drawing: BoxDrawing | None
    steps: tuple[Step, ...]
    more_steps: int


@dataclass(slots=True)
class Use:
    """What became of a carton."""

    name: str
    inner: str
    parcels: int = 0
    cost_minor: int = 0
    billed_mm3: int = 0


@dataclass(frozen=True, slots=True)
class UseRow:
    name: str
    inner: str
    parcels: str
    share: str
    billed: str
    cost: str


@dataclass(frozen=True, slots=True)
class _Wording:
    """Amounts with their currency, or without one."""

    currency: Currency | None
    digits: Currency = field(default_factory=lambda: Currency("XXX"))

    def amount(self, minor: int) -> str:
        if self.currency is not None:
            return amount(self.currency, minor)
        return amount(self.digits, minor).removesuffix(" XXX")


def write_pack_report(path: Path, report: PackReport) -> None:
    """Write one self-contained HTML page."""
    wording = _Wording(report.currency)
    known = {carton.carton: carton for carton in report.cartons}
    reasons = Counter(REASONS[one.reason] for one in report.left)
    contents: dict[str, Any] = {
        **dress(STYLES, SCRIPTS),
        "report": report,
        "headline": headline(report, wording),
        "tiles": tiles(report, wording),
        "uses": uses(report, known, wording),
        "cards": [card(parcel, known, wording) for parcel in report.parcels[: report.drawn]],
        "left": report.left[:LEFT_SHOWN],
        "left_out": max(0, len(report.left) - LEFT_SHOWN),
        "reasons": sorted(reasons.items(), key=lambda item: (-item[1], item[0])),
        "words": REASONS,
        "count": count,
        "counted": counted,
        "decimal": decimal,
    }
    write_page(path, "pack.html", contents)


def headline(report: PackReport, wording: _Wording) -> str:
    orders, left = _number(report, "orders"), _number(report, "unpacked")
    if not orders:
        return "The file names no order, so there is nothing to pack."
    packed = f"All {counted(orders, 'order')}" if not left else f"{count(orders - left)} of {counted(orders, 'order')}"
    cost = sum(parcel.cost_minor for parcel in report.parcels)
    said = f"{packed} {'is' if orders == 1 else 'are'} packed whole, in {counted(len(report.parcels), 'parcel')}"
    return f"{said} for {wording.amount(cost)}." if cost else f"{said}."


def tiles(report: PackReport, wording: _Wording) -> tuple[Tile, ...]:
    cost = sum(parcel.cost_minor for parcel in report.parcels)
    left, orders = _number(report, "unpacked"), _number(report, "orders")
    gap = float(str(report.summary["gap_pct"])) / 100
    return (
        Tile(
            "In one box",
            percent(_share(report, "one_box_rate")),
            "of all orders; one with something left does not count",
        ),
        Tile("Cost", wording.amount(cost), f"cartons, void fill and freight; {percent(gap, 2)} above the lower bound"),
        Tile("Proven", percent(_share(report, "proven_rate")), "of all orders: no other parcels are cheaper"),
        Tile("Boxes filled", percent(_share(report, "fill_rate")), "goods in boxes, of these boxes’ inner volume"),
        Tile("Not packed whole", count(left), f"of {counted(orders, 'order')}", "worse" if left else "better"),
    )


def uses(report: PackReport, known: Mapping[str, Carton], wording: _Wording) -> tuple[UseRow, ...]:
    """Cartons by how many parcels they make; those that none needed come last."""
    used = {name: Use(name, inside(carton)) for name, carton in known.items()}
    for parcel in report.parcels:
        use = used.setdefault(parcel.carton, Use("Own box", "–"))
        use.parcels += 1
        use.cost_minor += parcel.cost_minor
        use.billed_mm3 += parcel.volume_mm3
    total = max(1, len(report.parcels))
    return tuple(
        UseRow(
            use.name,
            use.inner,
            count(use.parcels),
            percent(use.parcels / total),
            f"{decimal(use.billed_mm3 / 10**6, 1)} l",
            wording.amount(use.cost_minor),
        )
        for use in sorted(used.values(), key=lambda use: (-use.parcels, use.name))
    )


def card(parcel: PackedParcel, known: Mapping[str, Carton], wording: _Wording) -> Card:
    carton = known.get(parcel.carton)
    marked = marks(one.sku for one in parcel.placements)
    steps = _steps(parcel, marked)
    inner, wrap = (carton.inner_mm, Wrap(carton.padding_mm, carton.mailer)) if carton else (parcel.outer_mm, Wrap())
    return Card(
        parcel=parcel,
        name="Own box" if parcel.carton == OWN_BOX else parcel.carton,
        about=_about(parcel, carton),
        cost=wording.amount(parcel.cost_minor),
        weight=weight(parcel.weight_g),
        drawing=box_drawing(parcel.placements, inner, marked, wrap),
        steps=steps[:STEPS_SHOWN],
        more_steps=max(0, len(steps) - STEPS_SHOWN),
    )


def _about(parcel: PackedParcel, carton: Carton | None) -> str:
    if carton is None:
        return f"travels as it is, {sizes(parcel.outer_mm)} outside"
    inner = inside(carton)
    if carton.mailer:
        thick = mailer_thickness_mm(carton.inner_mm[2], carton.padding_mm, top_mm(parcel.placements))
        return f"mailer, {inner}, filled to {count(thick)} mm"
    padding = f", {carton.padding_mm} mm of padding on every side" if carton.padding_mm else ""
    return f"box, {inner} inside{padding}"


def _steps(parcel: PackedParcel, marked: Mapping[str, Mark]) -> tuple[Step, ...]:
    steps: list[Step] = []
    for number, one in enumerate(parcel.placements, start=1):
        size = sizes((one.length_mm, one.width_mm, one.height_mm))
        last = steps[-1] if steps else None
        if last is not None and (last.sku, last.size) == (one.sku, size):
            steps[-1] = Step(last.mark, last.sku, last.first, number, size)
        else:
            steps.append(Step(marked[one.sku], one.sku, number, number, size))
    return tuple(steps)


def _number(report: PackReport, key: str) -> int:
    return int(str(report.summary[key]))


def _share(report: PackReport, key: str) -> float:
    return float(str(report.summary[key]))
