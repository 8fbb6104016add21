"""Who did something is said by name to those who may know it, and to nobody else."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.web.filled import Filled
from tests.web.test_pages import entered, order_page, text_of

from doorstep.core.accounts.actors import actors_of
from doorstep.core.accounts.models import ApiKey, User
from doorstep.core.accounts.queries import scope_of_user
from doorstep.core.events.models import Fact
from doorstep.core.floor.models import Pick, Tote
from doorstep.domain.rights import Scope
from doorstep.web.words.facts import who


def said(reader: User, actor: str) -> str:
    return who(actor, actors_of(scope_of_user(reader), [actor]))


def test_those_of_the_operator_read_names(filled: Filled) -> None:
    assert said(filled.admin, f"user:{filled.floor.pk}") == filled.floor.name
    assert said(filled.admin, f"user:{filled.viewer.pk}") == filled.viewer.name
    assert said(filled.admin, f"key:{filled.key.pk}") == "API key checkout of tea"
    User.objects.filter(pk=filled.floor.pk).update(name="")
    assert said(filled.admin, f"user:{filled.floor.pk}") == filled.floor.email


def test_those_of_a_brand_read_no_names_of_the_warehouse(filled: Filled) -> None:
    assert said(filled.viewer, f"user:{filled.floor.pk}") == "the warehouse"
    assert said(filled.viewer, f"user:{filled.brand_admin.pk}") == filled.brand_admin.name
    assert said(filled.viewer, f"key:{filled.key.pk}") == "API key checkout of tea"
    assert said(filled.viewer, f"user:{filled.sister_admin.pk}") == "a person"
    of_operator = ApiKey.objects.create(
        operator=filled.operator, name="of the house", role="supervisor", prefix="x", digest="1", created_at=filled.now
    )
    assert said(filled.viewer, f"key:{of_operator.pk}") == "the warehouse"
    assert said(filled.sister_admin, f"key:{filled.key.pk}") == "an API key"


def test_whoever_is_gone_or_foreign_stays_nameless(filled: Filled) -> None:
    for reader in (filled.admin, filled.viewer):
        assert said(reader, f"user:{filled.foreign_admin.pk}") == "a person"
        assert said(reader, "user:999999") == "a person"
        assert said(reader, "key:999999") == "an API key"
        assert said(reader, "system") == "Doorstep"
        assert said(reader, "shopper") == "the shopper"
        assert said(reader, "user:²") == "a person"


@pytest.mark.parametrize("reader", ["admin", "viewer"])
def test_many_are_looked_up_at_once(filled: Filled, reader: str) -> None:
    scope: Scope = scope_of_user(getattr(filled, reader))
    counts = []
    for many in (1, 200):
        with CaptureQueriesContext(connection) as captured:
            actors_of(scope, [f"{kind}:{pk}" for kind in ("user", "key") for pk in range(1, many + 1)])
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 4


def test_a_timeline_names_who_did_it(filled: Filled) -> None:
    for actor in (f"user:{filled.floor.pk}", f"key:{filled.key.pk}", "system"):
        Fact.objects.create(
            operator=filled.operator, brand=filled.brand, at=filled.now, kind="ParcelStaged", actor=actor,
            subject=f"order:{filled.planned.pk}", data={"parcel": "O-00001-1"},
        )  # fmt: skip
    told = text_of(entered(filled.admin), order_page(filled.planned)).split('class="timeline"')[1]
    for words in (filled.floor.name, "API key checkout of tea", "Doorstep"):
        assert f"<bdi>{words}</bdi>" in told
    told = text_of(entered(filled.viewer), order_page(filled.planned))
    assert "<bdi>the warehouse</bdi>" in told
    assert filled.floor.name not in told


def test_the_floor_names_who_picks_and_who_packs(filled: Filled) -> None:
    pick = filled.wave.picks.first()
    assert pick is not None
    Pick.objects.filter(pk=pick.pk).update(state="taken", worker=f"user:{filled.floor.pk}")
    tote = filled.wave.totes.get()
    Tote.objects.filter(pk=tote.pk).update(packer=f"user:{filled.floor.pk}")
    address = reverse("wave", args=(filled.wave.code,))
    assert f"taken by <bdi>{filled.floor.name}</bdi>" in text_of(entered(filled.admin), address)
    assert filled.floor.name not in text_of(entered(filled.viewer), address)
    bench = text_of(entered(filled.admin), reverse("tote", args=(tote.pk,)))
    assert f"Another bench has it: <bdi>{filled.floor.name}</bdi>." in bench
