"""Labels as they come out of the printer: rendered, and their codes read back."""

from __future__ import annotations

import re
from dataclasses import replace
from unicodedata import normalize

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from reportlab.graphics.barcode.code128 import Code128
from tests.web.filled import png

from doorstep.documents.labels.manifest import ROWS, ManifestSheet, manifest_pdf
from doorstep.documents.labels.pdf import label_pdf
from doorstep.documents.labels.script import IN_LATIN, PLAIN, fitted, readable, visual, width
from doorstep.documents.labels.sheet import LabelSheet
from doorstep.documents.labels.zpl import HEIGHT, WIDTH, label_zpl
from doorstep.domain.sscc import sscc
from doorstep.domain.travel import Party

DPI = 203
TRACKING, SSCC = "SB123456789012", sscc("4012345", 1)
SENDER = Party("", "Tea & Leaf GmbH", "Hafenstr. 1", "", "34117", "Kassel", "", "DE")
ANN = Party("Ann", "", "Ring 1", "", "80331", "Munich", "BY", "DE")
SHEET = LabelSheet("W-1-1", 2, 3, "Postbird", "Standard", "DE-80331", TRACKING, SSCC, 1640, SENDER, SENDER, ANN)
NAMES = {
    "umlauts": "Jürgen Müßig-Höß",
    "polish": "Łukasz Świętochowski",
    "greek": "Γιώργος Παπαδόπουλος",
    "cyrillic": "Екатерина Щербакова",
    "arabic": "محمد عبد الله الأحمد",
    "hebrew": "יוסף כהן (רמת גן)",
    "chinese": "王小明",
    "japanese": "さくら 太郎",
    "korean": "김철수",
    "thai": "สมชาย ใจดี",
    "emoji": "Ann 🎁",
    "hostile": "^XZ~JA_5E\\&\u202e\x07 <b>",
    "very long": "Maximiliana Theresia von und zu Hohenlohe-Waldenburg-Schillingsfürst " * 4,
    "one long word": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3,
    "nothing": "",
}


def named(name: str) -> LabelSheet:
    return replace(SHEET, receiver=Party(name, name, name, name, "80331", name or "Munich", name, "DE"))


def page(pdf: bytes, number: int = 0) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    try:
        image: Image.Image = document[number].render(scale=DPI / 72).to_pil()
        return image
    finally:
        document.close()


def words(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        text: str = document[0].get_textpage().get_text_range()
        return text
    finally:
        document.close()


def codes(image: Image.Image) -> set[tuple[str, str]]:
    return {(str(one.content_type).split(".")[-1], one.text) for one in zxingcpp.read_barcodes(image)}


BOTH = {("Text", TRACKING), ("GS1", f"(00){SSCC}")}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_both_codes_are_read_from_the_rendered_page(name: str) -> None:
    pdf = label_pdf(named(name))
    assert codes(page(pdf)) == BOTH
    assert pdf == label_pdf(named(name))  # the same label is the same file


def test_it_says_who_sends_what_to_whom() -> None:
    text = words(label_pdf(replace(SHEET, pickup_point="P-77")))
    for said in (
        "Ann", "Ring 1", "80331 Munich", "Tea & Leaf GmbH", "Postbird", "Standard", "DE-80331", "Parcel 2 of 3",
        "1.64 kg", "W-1-1", TRACKING, "Pick-up point P-77", "If undelivered return to", "(00) 0 4012345 000000001",
    ):  # fmt: skip
        assert said in text, said


def test_nothing_is_drawn_over_the_edge() -> None:
    for name in NAMES.values():
        image = page(label_pdf(named(name))).convert("L").point(lambda value: 255 if value < 128 else 0)
        left, top, right, bottom = image.getbbox() or (0, 0, 0, 0)
        edge = 4 * DPI / 25.4
        assert left > edge
        assert top > edge / 2
        assert right < image.width - edge
        assert bottom < image.height - edge / 2


def test_a_logo_stands_on_it_and_the_codes_stay() -> None:
    plain, with_logo = label_pdf(SHEET), label_pdf(replace(SHEET, logo=png(600, 60)))
    assert codes(page(with_logo)) == BOTH
    assert page(plain).tobytes() != page(with_logo).tobytes()


def test_without_a_company_prefix_there_is_one_code() -> None:
    assert codes(page(label_pdf(replace(SHEET, sscc="")))) == {("Text", TRACKING)}
    assert "^FD>;>800" not in label_zpl(replace(SHEET, sscc=""))


@pytest.mark.parametrize(
    "tracking", ["1", "AB-12/34.x", "00340434161094015902", "A" * 28, "12345678901234567890123456789"]
)
def test_tracking_numbers_of_other_carriers_are_read(tracking: str) -> None:
    assert ("Text", tracking) in codes(page(label_pdf(replace(SHEET, tracking=tracking))))


def test_a_number_that_is_no_code_is_printed_as_words() -> None:
    assert codes(page(label_pdf(replace(SHEET, tracking="Nümmer")))) == {("GS1", f"(00){SSCC}")}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.floats(30, 300))
def test_any_text_finds_its_room(text: str, room: float) -> None:
    for piece, size in fitted(" ".join(text.split()), PLAIN, 11, room, 6):
        assert width(piece, PLAIN, size) <= room + 12  # one letter may be wider than all the room there is


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40))
def test_any_name_makes_a_label(name: str) -> None:
    assert label_pdf(named(name)).startswith(b"%PDF")
    assert commands(label_zpl(named(name)))


@pytest.mark.parametrize(
    "name", [name for name in NAMES.values() if name.strip()], ids=[n for n in NAMES if n != "nothing"]
)
def test_every_name_is_seen_on_paper_by_whoever_has_no_other_fonts(name: str) -> None:
    """The renderer here has no fonts but those in the file: what it leaves blank others may leave blank, too."""
    box = (20, 40 + int(25 * DPI / 25.4) + 30, 420, 40 + int(25 * DPI / 25.4) + 75)
    ink = page(label_pdf(named(name))).convert("L").crop(box).point(lambda value: 255 if value < 128 else 0)
    assert ink.getbbox() is not None


@pytest.mark.parametrize(
    ("name", "said", "noted"),
    [
        ("hindi", "rahul kumar", True),
        ("emoji", "Ann :gift:", True),
        ("chinese", "王小明 (WangXiaoMing)", True),
        ("korean", "김철수 (GimCheolSu)", True),
        ("thai", "สมชาย ใจดี", False),
        ("polish", "Łukasz Świętochowski", False),
    ],
)
def test_letters_that_a_printer_may_lack_are_told_in_latin_ones(name: str, said: str, noted: bool) -> None:
    sheet = named({**NAMES, "hindi": "राहुल कुमार"}[name])
    assert readable(sheet.receiver.name) == said
    pdf, zpl = words(label_pdf(sheet)), label_zpl(sheet)
    assert (IN_LATIN in pdf) == (IN_LATIN in zpl) == noted
    assert "□" not in pdf + zpl
    if noted:
        assert said.split("(")[-1].rstrip(")") in pdf
        assert said in zpl


def test_two_scripts_in_one_line_are_told_in_latin_letters_by_a_label_printer() -> None:
    zpl = label_zpl(named("สมชาย Ann محمد"))
    assert "^FDsmchay Ann mhmd^FS" in zpl
    assert IN_LATIN in zpl


def test_arabic_letters_are_joined_and_turned() -> None:
    assert visual("محمد") == "\ufeaa\ufee4\ufea4\ufee3"  # dal final, meem medial, hah medial, meem initial
    assert visual("Ring 1 שדרה") == "Ring 1 הרדש"
    assert visual("Ring 1") == "Ring 1"
    assert normalize("NFC", visual("Mu\u0308ller")) == "Müller"


# --- ZPL ---


def commands(zpl: str) -> list[tuple[str, str]]:
    """The commands of a label: `^FO` and what follows it. A text must not be able to be one."""
    assert zpl.count("^XA") == zpl.count("^XZ") == 1
    assert zpl.startswith("^XA")
    assert zpl.rstrip().endswith("^XZ")
    assert "~" not in zpl
    found = re.findall(r"\^([A-Z][A-Z0-9])([^^]*)", zpl)
    known = {"XA", "CI", "PW", "LL", "LH", "FO", "A0", "FB", "FH", "FD", "FS", "GB", "BY", "BC", "GF", "XZ"}
    assert {name for name, _ in found} <= known
    return found


def unescaped(field: str) -> str:
    return re.sub(r"_([0-9A-F]{2})", lambda found: chr(int(found[1], 16)), field)


def rendered(zpl: str) -> Image.Image:
    """Draw the codes and graphics of a label as a printer would: as much of ZPL as our labels use."""
    image = Image.new("L", (WIDTH, HEIGHT), 255)
    drawing = ImageDraw.Draw(image)
    x = y = bar = high = 0
    for name, said in commands(zpl):
        if name == "FO":
            x, y = (int(part) for part in said.strip().split(",")[:2])
            high = 0
        elif name == "BY":
            bar = int(said)
        elif name == "BC":
            high = int(said.split(",")[1])
        elif name == "FD" and high:
            value = unescaped(said).replace(">;>8", "\xf1").replace(">0", ">")
            symbol = Code128(value, barWidth=bar, barHeight=high, quiet=False)
            symbol.validate()
            symbol.encode()
            symbol.decompose()
            place = x
            for element in symbol.decomposed:
                units = (ord(element.lower()) - ord("a") + 1) * bar
                if element.isupper():
                    drawing.rectangle((place, y, place + units - 1, y + high), fill=0)
                place += units
            assert place < WIDTH - 40  # within the label, with white beside it
    return image


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES.keys())
def test_the_codes_of_the_zpl_are_read(name: str) -> None:
    assert codes(rendered(label_zpl(named(name)))) == BOTH


def test_the_zpl_says_the_same() -> None:
    said = "\n".join(unescaped(text) for command, text in commands(label_zpl(SHEET)) if command == "FD")
    for part in (
        "Ann",
        "80331 Munich",
        "Tea & Leaf GmbH",
        "Postbird",
        "Parcel 2 of 3",
        "1.64 kg",
        "DE-80331",
        TRACKING,
    ):
        assert part in said, part
    assert ("PW", f"{WIDTH}\n") in commands(label_zpl(SHEET))
    assert "^CI28" in label_zpl(SHEET)


def test_a_name_cannot_be_a_command() -> None:
    said = [unescaped(text) for command, text in commands(label_zpl(named("^XZ~JA_41"))) if command == "FD"]
    assert "^XZ~JA_41" in said


def test_letters_that_no_printer_has_are_drawn() -> None:
    zpl = label_zpl(named(NAMES["arabic"]))
    graphics = [text for command, text in commands(zpl) if command == "GF"]
    assert graphics
    for one in graphics:
        _, total, length, across, bits = one.split(",")
        assert int(total) == int(length) == len(bits) // 2
        assert int(length) % int(across) == 0
        assert set(bits) != {"0"}


def test_a_manifest_lists_every_parcel_and_counts_them() -> None:
    rows = tuple((f"P-{n}", f"SB{n:012d}", SSCC, "DE 80331", 500) for n in range(ROWS + 3))
    sheet = ManifestSheet("Manifest", "M-000001", "North", "Kassel", "Postbird", "18:00", "", "SM1", rows)
    pdf = manifest_pdf(sheet)
    document = pypdfium2.PdfDocument(pdf)
    try:
        told = "".join(document[n].get_textpage().get_text_range() for n in range(len(document)))
        assert len(document) == 2
    finally:
        document.close()
    assert all(f"P-{n}" in told for n in range(ROWS + 3))
    assert f"{ROWS + 3} parcels, 23.50 kg" in told
    assert "not closed yet" in told
