"""The files of `doorstep pack`: read whole, or refused with every fault of all of them at once."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from tests.cli.run import TEA_SHOP

from doorstep.domain.errors import Fault, InputRefused
from doorstep.domain.packing import Good
from doorstep.files.pack_in import PackInput, read_freight, read_pack
from doorstep.files.rules import MOST_CLASSES

ITEMS = """order,sku,length_mm,width_mm,height_mm,weight_g,quantity,padding_mm
o1,mug,120,120,100,400,2,
o1,book,210,150,20,300,1,5
o2,mug,120,120,90,400,1,
"""
CARTONS = """carton,inner_length_mm,inner_width_mm,inner_height_mm,outer_length_mm,outer_width_mm,outer_height_mm,\
tare_g,max_weight_g,cost,kind,padding_mm
S,250,200,150,256,206,156,80,10000,0.4,,10
bag,350,300,60,352,302,62,20,2000,0.1,mailer,
"""
FREIGHT = """measure,up_to,price
billed_weight_g,5000,4.9
billed_weight_g,1000,3.5
girth_mm,3000,0
"""
BROKEN = [
    # file, what stands there, what is put there, row, column, value, part of the reason
    ("items", "o1,mug,120", "o1,mug,NaN", 2, "length_mm", "NaN", "is not a whole number"),
    ("items", "o1,mug,120", "o1,mug,-1", 2, "length_mm", "-1", "is not between 1 and 100000"),
    ("items", "o1,mug,120", "o1,mug,0", 2, "length_mm", "0", "is not between 1 and 100000"),
    ("items", "o1,mug,120,120", "o1,mug,120,1e9", 2, "width_mm", "1e9", "is not a whole number"),
    ("items", "120,100,400", "120,99999999999999999999,400", 2, "height_mm", "99999999999999999999", "between"),
    ("items", "100,400,2", "100,inf,2", 2, "weight_g", "inf", "is not a whole number"),
    ("items", "100,400,2", "100,-4,2", 2, "weight_g", "-4", "is not between 0 and 100000000"),
    ("items", "400,2,", "400,0,", 2, "quantity", "0", "is not between 1 and 1000000"),
    ("items", "400,2,", "400,,", 2, "quantity", "", "is empty"),
    ("items", "300,1,5", "300,1,49896", 3, "padding_mm", "49896", "on both sides of 210 mm is more than 100000"),
    ("items", "300,1,5", "300,999999,5", 3, "quantity", "999999", "brings order o1 to 1000001 units"),
    ("items", "o2,mug,120,120,90,400,1", "o2,mug,99999,99999,99999,1,2000", 4, "quantity", "2000", "mm3"),
    ("items", "o2,mug", "o 2,mug", 4, "order", "o 2", "contains a space"),
    ("items", ",weight_g", ",weigth_g", 1, "", "", ""),
    ("cartons", "256,206", "249,206", 2, "outer_length_mm", "249", "is smaller than inner_length_mm, which is 250"),
    ("cartons", "bag,350", "S,350", 3, "carton", "S", "repeats row 2"),
    ("cartons", "0.4,,10", "0.4,,75", 2, "padding_mm", "75", "leaves no room in 150 mm"),
    ("cartons", "0.4,,10", "0.4,tube,10", 2, "kind", "tube", "is not one of box, mailer"),
    ("cartons", "0.4,,10", "nan,,10", 2, "cost", "nan", "is not a decimal number"),
    ("cartons", "350,300,60,352,302,62", "350,60,60,352,62,62", 3, "inner_height_mm", "60", "no thickness of a mailer"),
    ("cartons", "80,10000", "80,79", 2, "max_weight_g", "79", "is less than tare_g"),
    ("freight", "1000,3.5", "1000,5", 2, "price", "4.9", "is less than that of row 3"),
    ("freight", "1000,3.5", "5000,5", 3, "up_to", "5000", "repeats row 2"),
    ("freight", "girth_mm", "depth_mm", 4, "measure", "depth_mm", "is not one of billed_weight_g, longest_mm"),
    ("freight", "girth_mm,3000", "girth_mm,-3", 4, "up_to", "-3", "is not between 0 and"),
]


def written(folder: Path, **texts: str) -> tuple[Path, Path, Path]:
    for name, text in ({"items": ITEMS, "cartons": CARTONS, "freight": FREIGHT} | texts).items():
        (folder / f"{name}.csv").write_text(text)
    return folder / "items.csv", folder / "cartons.csv", folder / "freight.csv"


def read(folder: Path, **texts: str) -> PackInput:
    return read_pack(*written(folder, **texts))


def faults(folder: Path, **texts: str) -> tuple[Fault, ...]:
    with pytest.raises(InputRefused) as refused:
        read(folder, **texts)
    return refused.value.faults


@pytest.mark.parametrize(("name", "old", "new", "row", "column", "value", "why"), BROKEN)
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, name: str, old: str, new: str, row: int, column: str, value: str, why: str
) -> None:
    texts = {"items": ITEMS, "cartons": CARTONS, "freight": FREIGHT}
    assert old in texts[name]
    found = faults(tmp_path, **{name: texts[name].replace(old, new, 1)})
    first = found[0]
    assert first.file == str(tmp_path / f"{name}.csv")
    if column:
        assert [(one.row, one.column, one.value) for one in found] == [(row, column, value)]
        assert why in first.why
    else:
        assert first.row == row


def test_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        items=ITEMS.replace("400,2", "400,0"),
        cartons=CARTONS.replace("80,", "-1,"),
        freight=FREIGHT.replace("4.9", "x"),
    )
    assert [(Path(one.file).name, one.row, one.column) for one in found] == [
        ("items.csv", 2, "quantity"),
        ("cartons.csv", 2, "tare_g"),
        ("freight.csv", 2, "price"),
    ]


def test_files_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        read_pack(tmp_path / "a.csv", tmp_path / "b.csv", tmp_path / "c.csv")
    assert [(one.file, one.why) for one in refused.value.faults] == [
        (str(tmp_path / f"{name}.csv"), "is not there") for name in "abc"
    ]


def test_rows_of_an_order_need_not_stand_together_and_each_counts_for_itself(tmp_path: Path) -> None:
    found = read(tmp_path, items=ITEMS + "o1,mug,120,120,90,400,3,\no1,mug,120,120,100,400,1,\n")
    small, large = Good("mug", (120, 120, 90), 400), Good("mug", (120, 120, 100), 400)
    book = Good("book", (210, 150, 20), 300, padding_mm=5)
    assert [(one.order, one.lines) for one in found.baskets] == [
        ("o1", ((large, 2), (book, 1), (small, 3), (large, 1))),
        ("o2", ((small, 1),)),
    ]


def test_cartons_and_steps_are_read(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert [(one.carton, one.mailer, one.padding_mm) for one in found.cartons] == [
        ("S", False, 10),
        ("bag", True, 0),
    ]
    assert found.freight == {
        "billed_weight_g": ((1000, 3_500_000), (5000, 4_900_000)),
        "girth_mm": ((3000, 0),),
    }
    assert read_freight(tmp_path / "freight.csv") == found.freight


def test_rules_for_goods_are_read(tmp_path: Path) -> None:
    head = ITEMS.splitlines()[0] + ",this_side_up,max_load_g,fragile,hazmat_class,soft,ships_in_own_box\n"
    found = read(tmp_path, items=head + "o1,a,1,2,3,4,5,6,1,7,1,3,1,1\no1,b,1,2,3,4,5,,0,,0,,0,0\n")
    assert [good for good, _ in found.baskets[0].lines] == [
        Good("a", (1, 2, 3), 4, True, True, 7, "3", True, True, 6),
        Good("b", (1, 2, 3), 4),
    ]


def test_packed_files_are_read_and_count_as_the_same_data(tmp_path: Path) -> None:
    plain = read(tmp_path)
    (tmp_path / "items.csv").unlink()
    (tmp_path / "items.csv.gz").write_bytes(gzip.compress(ITEMS.encode()))
    by_name = read_pack(tmp_path / "items.csv.gz", tmp_path / "cartons.csv", tmp_path / "freight.csv")
    by_kin = read_pack(tmp_path / "items.csv", tmp_path / "cartons.csv", tmp_path / "freight.csv")
    assert by_name == plain == by_kin
    assert read(tmp_path, items=ITEMS.replace("400", "401")).data_version != plain.data_version


def test_the_cartons_of_a_brand_folder_are_read_as_they_are(tmp_path: Path) -> None:
    found = read_pack(written(tmp_path)[0], TEA_SHOP / "cartons.csv")
    assert len(found.cartons) > 1
    assert found.freight is None


def test_more_classes_than_can_be_kept_apart_are_refused(tmp_path: Path) -> None:
    head = ITEMS.splitlines()[0] + ",hazmat_class\n"
    rows = [f"o1,a,1,1,1,1,1,,{number}\n" for number in range(MOST_CLASSES + 1)]
    assert len(read(tmp_path, items=head + "".join(rows[:-1])).baskets[0].lines) == MOST_CLASSES
    (fault,) = faults(tmp_path, items=head + "".join(rows))
    assert (fault.row, fault.column) == (MOST_CLASSES + 2, "hazmat_class")


def test_tables_without_rows(tmp_path: Path) -> None:
    head = ITEMS.splitlines()[0]
    assert read(tmp_path, items=head + "\n").baskets == ()
    bare = CARTONS.splitlines()[0] + "\n"
    (fault,) = faults(tmp_path, cartons=bare, freight=FREIGHT.splitlines()[0])[:1]
    assert "not every item ships in its own box" in fault.why
    own = f"{head},ships_in_own_box\no1,tv,1,1,1,1,1,,1\n"
    assert read(tmp_path, items=own, cartons=bare).cartons == ()
    (fault,) = faults(tmp_path, freight=FREIGHT.splitlines()[0])
    assert "has no rows" in fault.why
