"""The cartons on the shelf: mailers, boxes, and the long and tall ones that this assortment needs."""

from __future__ import annotations

from dataclasses import dataclass

from doorstep.files.demo.tabular import Row, Table, euros

CARTON_COLUMNS = (
    "carton", "inner_length_mm", "inner_width_mm", "inner_height_mm", "outer_length_mm", "outer_width_mm",
    "outer_height_mm", "tare_g", "max_weight_g", "cost", "site",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemoCarton:
    carton: str
    inner_mm: tuple[int, int, int]
    wall_mm: int  # of each side: the outside is twice that larger
    tare_g: int
    max_weight_g: int
    cost_cents: int
    site: str = ""

    def row(self) -> Row:
        outer = (side + 2 * self.wall_mm for side in self.inner_mm)
        cost = euros(self.cost_cents)
        return (self.carton, *self.inner_mm, *outer, self.tare_g, self.max_weight_g, cost, self.site)


CARTONS = (
    DemoCarton("mailer-s", (240, 170, 90), 2, 70, 3000, 20),
    DemoCarton("mailer-l", (370, 280, 100), 2, 130, 5000, 34),
    DemoCarton("box-xs", (200, 200, 150), 3, 140, 8000, 32),
    DemoCarton("box-s", (300, 220, 200), 3, 220, 12000, 45),
    DemoCarton("box-m", (400, 300, 250), 4, 380, 20000, 68),
    DemoCarton("box-cube", (360, 360, 360), 4, 480, 20000, 85),
    DemoCarton("box-l", (500, 400, 350), 5, 720, 25000, 112),
    DemoCarton("box-flat", (530, 530, 130), 4, 520, 12000, 98),
    DemoCarton("box-cushion", (550, 530, 330), 5, 860, 20000, 135),
    DemoCarton("box-xl", (780, 580, 480), 6, 1500, 31500, 210),
    DemoCarton("plant-tall", (330, 330, 660), 5, 780, 15000, 145),
    DemoCarton("tube", (760, 90, 90), 3, 190, 4000, 58),
    DemoCarton("tube-wide", (760, 150, 140), 3, 310, 6000, 82),
    DemoCarton("rug-short", (1140, 210, 210), 5, 820, 20000, 165),
    DemoCarton("rug-long", (1640, 220, 220), 5, 1150, 25000, 250),
    DemoCarton("gift-brera", (320, 260, 160), 3, 260, 8000, 95, "milano-store"),
)


def cartons_table() -> Table:
    return CARTON_COLUMNS, [carton.row() for carton in CARTONS]
