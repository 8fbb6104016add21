"""The boxes of a plan as the page shows them: each different one drawn once, as a tree that the page can build."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from markupsafe import Markup

from doorstep.documents.box import Mark, Wrap, box_drawing, in_loading_order, marks
from doorstep.domain.catalog import Carton, Product
from doorstep.domain.parcel import OWN_BOX, Parcel, Placement

MOST_DRAWN = 2_000  # different ones in a page; how the units of the others lie stands in placements.csv


@dataclass(slots=True)
class Drawings:
    """Draws until the page holds enough; in one chunk of records, parcels alike share a drawing."""

    cartons: Mapping[str, Carton]
    products: Mapping[str, Product]
    made: int = 0
    known: dict[Hashable, int] = field(default_factory=dict)  # of this chunk
    trees: list[dict[str, Any]] = field(default_factory=list)

    def next_chunk(self) -> None:
        """Begin a chunk, which is read without the others."""
        self.known, self.trees = {}, []

    def of(self, parcel: Parcel) -> int | None:
        """The place of a parcel's drawing in this chunk; None: there is nothing to draw, or there are too many.

        Its placements are in the order of loading.
        """
        carton, placements = self.cartons.get(parcel.carton), parcel.placements
        if not placements or (carton is None and parcel.carton != OWN_BOX):
            return None
        marked = marks([*(one.sku for one in parcel.contents), *(one.sku for one in placements)])
        lying = tuple(
            (marked[p.sku].letter, p.x_mm, p.y_mm, p.z_mm, p.length_mm, p.width_mm, p.height_mm) for p in placements
        )
        key = (parcel.carton, lying)
        number = self.known.get(key)
        if number is None and self.made < MOST_DRAWN:
            self.made += 1
            number = self.known[key] = len(self.trees)
            self.trees.append(_drawn(placements, carton, marked))
        return number

    def loaded(self, parcel: Parcel) -> tuple[Placement, ...]:
        """Give the units in the order in which they are put in; what ships in its own box is the box."""
        if parcel.placements or parcel.carton != OWN_BOX or not parcel.contents:
            return in_loading_order(parcel.placements)
        product = self.products.get(parcel.contents[0].sku)
        if product is None:
            return ()
        size = (product.length_mm, product.width_mm, product.height_mm)
        return (Placement(parcel.orders[0], product.sku, 1, 0, 0, 0, *size),)


def _drawn(placements: Sequence[Placement], carton: Carton | None, marked: dict[str, Mark]) -> dict[str, Any]:
    inner, wrap = (carton.inner_mm, Wrap(carton.padding_mm, carton.mailer)) if carton else (None, Wrap())
    drawing = box_drawing(placements, inner, marked, wrap)
    assert drawing is not None  # something is placed
    views = [tree(view) for view in (drawing.corner, drawing.top, drawing.side)]
    return {"views": views, "left_out": drawing.left_out}


def tree(drawing: Markup) -> list[Any]:
    """An element as [tag, attributes, child, ...]: the page builds it node by node, and parses no markup."""
    return _branch(ElementTree.fromstring(drawing))


def _branch(element: ElementTree.Element) -> list[Any]:
    text = [element.text] if element.text else []
    return [element.tag, element.attrib, *text, *map(_branch, element)]
