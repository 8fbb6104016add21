"""What is sold, and what it is packed in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Product:
    sku: str
    name: str
    category: str
    length_mm: int
    width_mm: int
    height_mm: int  # as it stands: z of a this-side-up product
    weight_g: int
    value_micros: int
    hs_code: str = ""
    origin_country: str = ""
    this_side_up: bool = False
    fragile: bool = False  # nothing may lie above it
    max_load_g: int | None = None  # what may lie above it; None: anything
    hazmat_class: str = ""
    ships_in_own_box: bool = False
    soft: bool = False  # may be folded
    padding_mm: int = 0  # wrapped around every side


@dataclass(frozen=True, slots=True)
class ProductCode:
    """A bar code that stands on one unit of a product."""

    sku: str
    code: str


def mailer_thickness_mm(most_mm: int, padding_mm: int, top_mm: int) -> int:
    """How thick a mailer is whose contents reach up to `top_mm` between its sheets."""
    return min(most_mm, top_mm + padding_mm)


@dataclass(frozen=True, slots=True)
class Carton:
    """A box, or a mailer: a bag whose inner height is the thickness that it must not exceed."""

    carton: str
    inner_mm: tuple[int, int, int]
    outer_mm: tuple[int, int, int]
    tare_g: int
    max_weight_g: int  # gross
    cost_micros: int
    site: str = ""  # empty: at every site
    mailer: bool = False
    padding_mm: int = 0  # kept free along every wall

    @property
    def volume_mm3(self) -> int:
        """Outer volume."""
        length, width, height = self.outer_mm
        return length * width * height
