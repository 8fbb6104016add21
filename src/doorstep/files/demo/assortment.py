"""The twelve categories of the brand: how big, heavy, dear and popular their products are. Invented, by eye."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Category:
    """Ranges are inclusive; sizes in millimetres as the product stands, prices in euros."""

    category: str
    room: str  # baskets stay in a room more often than not
    products: int
    popularity: float  # of the whole category, relative to the others
    length_mm: tuple[int, int]
    width_mm: tuple[int, int]
    height_mm: tuple[int, int]
    weight_g: tuple[int, int]
    price: tuple[int, int]
    hs_code: str
    made_in: tuple[str, ...]
    nouns: tuple[str, ...]
    square: bool = False  # as long as wide
    this_side_up: bool = False
    fragile_share: float = 0.0
    max_load_g: int | None = None
    hazmat_class: str = ""
    own_box: bool = False
    bulky: bool = False  # at most one such line in a basket
    in_store: bool = True


CATEGORIES = (
    Category("candles", "table", 62, 15, (65, 110), (65, 110), (75, 140), (180, 900), (8, 36), "3406.00",
             ("PL", "NL"), ("Scented candle", "Pillar candle", "Candle trio"), square=True, max_load_g=6000),
    Category("ceramics", "table", 58, 14, (90, 290), (90, 290), (60, 220), (300, 2600), (9, 65), "6912.00",
             ("PT", "IT"), ("Bowl", "Vase", "Dinner plate", "Mug set"), square=True, fragile_share=0.7),
    Category("glassware", "table", 36, 8, (140, 300), (110, 220), (95, 210), (350, 1900), (12, 59), "7013.37",
             ("CZ", "DE"), ("Carafe", "Tumbler set", "Wine glass set"), fragile_share=1.0),
    Category("kitchen linen", "table", 34, 8, (200, 320), (160, 260), (15, 55), (90, 520), (8, 45), "6302.91",
             ("PT", "LT"), ("Tea towel pair", "Apron", "Table runner")),
    Category("cushions", "living", 44, 11, (400, 520), (400, 520), (60, 120), (380, 950), (19, 69), "9404.90",
             ("PT", "IN"), ("Cushion", "Bouclé cushion", "Floor cushion"), square=True),
    Category("throws", "living", 34, 8, (300, 380), (250, 300), (70, 130), (600, 1900), (29, 149), "6301.20",
             ("LT", "IT"), ("Wool throw", "Cotton blanket", "Knitted throw")),
    Category("rugs", "living", 26, 4, (820, 2350), (120, 210), (120, 210), (2200, 17000), (49, 420), "5702.92",
             ("IN", "TR"), ("Jute rug", "Wool rug", "Runner"), bulky=True, in_store=False),
    Category("lamps", "living", 42, 8, (190, 390), (190, 390), (240, 470), (700, 4300), (35, 229), "9405.21",
             ("IT", "CN"), ("Table lamp", "Pendant lamp", "Paper lamp"), square=True, fragile_share=0.85),
    Category("posters", "study", 46, 9, (520, 740), (60, 80), (60, 80), (140, 420), (14, 59), "4911.91",
             ("NL", "DK"), ("Art print", "City map", "Botanical print"), max_load_g=3000),
    Category("plants", "study", 24, 5, (130, 240), (130, 240), (300, 640), (700, 4200), (15, 69), "0602.90",
             ("NL",), ("Monstera", "Rubber plant", "Olive tree", "Ficus"), square=True, this_side_up=True,
             fragile_share=1.0, in_store=False),
    Category("smart home", "study", 26, 5, (90, 240), (70, 180), (45, 130), (150, 1300), (29, 189), "8513.10",
             ("CN", "DE"), ("Cordless lantern", "Digital clock", "Portable speaker"), hazmat_class="9"),
    Category("furniture", "study", 28, 3, (640, 1480), (340, 620), (90, 240), (7000, 38000), (69, 590), "9403.60",
             ("PL", "SE"), ("Side table", "Shelf", "Desk", "Bench"), own_box=True, bulky=True, in_store=False,
             max_load_g=20000),
)  # fmt: skip
COLLECTIONS = (
    "Alder", "Birch", "Cove", "Dune", "Ember", "Fjord", "Gable", "Heron", "Inlet", "Juniper", "Kelp", "Larch",
    "Marram", "Nook", "Osier", "Pier", "Quay", "Reed", "Shingle", "Tern", "Umber", "Veer", "Willow", "Yarrow",
)  # fmt: skip
COLOURS = ("oat", "sand", "clay", "moss", "ink", "slate", "rust", "chalk", "sea", "plum")
