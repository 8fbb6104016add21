"""A manifest of the operator holds parcels of several brands: each is handed over in a transaction of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.core.stock.ledger import assert_moves_add_up
from tests.record.brand import NOW, TEA_SHOP
from tests.record.packed import LATER, House, house
from tests.record.test_dispatch import carrier_of, close, labelled, put

from doorstep.core.events.models import Fact
from doorstep.core.parcels import departures
from doorstep.core.parcels.models import Manifest, Parcel
from doorstep.core.stock.leaving import leave
from doorstep.domain.rights import Scope
from doorstep.flows import dispatch
from doorstep.flows.load_brand import load_brand

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(db: None, tmp_path: Path) -> Iterator[House]:  # noqa: ARG001
    with house(tmp_path) as here:
        yield here
        assert_moves_add_up()


@pytest.fixture
def sister(at: House, tmp_path: Path) -> House:
    """Another brand of the operator, which sells the same from the same site."""
    folder = tmp_path / "coffee"
    folder.mkdir()
    for file in TEA_SHOP.iterdir():
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            (folder / file.name).write_text(
                text.replace("tea,", "coffee,", 1) if file.name == "brand.csv" else text, encoding="utf-8"
            )
    brand = load_brand(at.scope.operator, folder, now=NOW).brand_id
    return replace(at, brand=brand, scope=replace(at.scope, brands=at.scope.brands | {brand}))


def test_one_manifest_holds_both_and_goes_on_after_a_stop(
    at: House, sister: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tea, coffee = labelled(at, "N-1"), labelled(sister, "N-1")
    both = replace(at, scope=sister.scope)
    assert carrier_of(tea) == carrier_of(coffee)
    put(both, tea)
    put(both, coffee)
    calls = list[int]()

    def second_fails(brand: int, *rest: object, **more: object) -> int:
        calls.append(brand)
        if len(calls) == 2:
            raise RuntimeError("the power failed")
        return leave(brand, *rest, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as broken:
        broken.setattr(dispatch, "leave", second_fails)
        with pytest.raises(RuntimeError):
            close(both, tea)
    assert sorted(Parcel.objects.values_list("state", flat=True)) == ["handed_over", "staged"]
    closed = close(both, tea)  # the same manifest, from where it stopped
    assert (closed.parcels, Manifest.objects.count()) == (2, 1)
    assert Fact.objects.filter(kind="ParcelHandedOver").count() == 2
    only_tea = Scope(at.scope.operator, frozenset({at.brand}), "brand_viewer", "key:1")
    (seen,) = departures.manifests(only_tea).rows
    assert seen.parcels == 1
    assert [one.brand for one in departures.on_manifest(only_tea, seen.pk)] == ["tea"]
    assert seen.closed_at == LATER
