"""API keys: hashed, scoped, rotated, withdrawn, their last use noted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.core_fixtures import NOW, House, make_brand

from doorstep.core.accounts import actions, keys, queries
from doorstep.core.accounts.models import ApiKey, Brand, Operator
from doorstep.domain.errors import Conflict
from doorstep.domain.rights import KEY_ROLES, Role, Scope

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=400)


def make(brand: Brand, role: Role = "brand_writer") -> tuple[int, str]:
    return actions.add_key(brand.operator_id, brand.pk, "shop", role, at=NOW)


def test_a_key_has_a_prefix_to_be_told_by_and_256_random_bits() -> None:
    secrets = [keys.new_secret() for _ in range(50)]
    assert len({one.raw for one in secrets}) == 50
    for one in secrets:
        assert keys.prefix_of(one.raw) == one.prefix
        assert len(one.raw.removeprefix(f"ds_{one.prefix}_")) == 43  # 32 bytes in base64
        assert one.raw not in one.digest


@pytest.mark.parametrize(
    "raw",
    ["", "ds", "ds_abcdefgh", "ds_ABCDEFGH_" + "x" * 43, "ds_abcdefgh_" + "x" * 42, "ds_abcdefgh_" + "x" * 43 + "\n"],
)
def test_what_does_not_look_like_a_key_is_none(raw: str) -> None:
    assert keys.prefix_of(raw) is None


def test_the_key_itself_is_kept_nowhere(brand: Brand) -> None:
    key_id, raw = make(brand)
    row = ApiKey.objects.get(pk=key_id)
    assert raw.removeprefix(f"ds_{row.prefix}_") not in "".join(str(value) for value in vars(row).values())


def test_a_key_of_a_brand_sees_that_brand_alone(operator: Operator, brand: Brand) -> None:
    make_brand(operator, "coffee")
    key_id, raw = make(brand, "brand_viewer")
    assert queries.scope_of_key(raw, NOW) == Scope(operator.pk, frozenset({brand.pk}), "brand_viewer", f"key:{key_id}")


def test_a_key_of_the_operator_sees_all_of_its_brands(operator: Operator, brand: Brand, foreigner: House) -> None:
    other = make_brand(operator, "coffee")
    raw = actions.add_key(operator.pk, None, "wms", "supervisor", at=NOW)[1]
    scope = queries.scope_of_key(raw, NOW)
    assert scope is not None
    assert scope.brands == {brand.pk, other.pk}
    assert foreigner.brand.pk not in scope.brands


def test_only_the_right_secret_opens(brand: Brand) -> None:
    raw = make(brand)[1]
    assert queries.scope_of_key(raw, NOW) is not None
    assert queries.scope_of_key(raw[:-1] + ("A" if raw[-1] != "A" else "B"), NOW) is None
    assert queries.scope_of_key(keys.new_secret().raw, NOW) is None


def test_a_revoked_key_opens_nothing_and_is_revoked_once(brand: Brand) -> None:
    key_id, raw = make(brand)
    assert actions.revoke_key(key_id, at=NOW)
    assert queries.scope_of_key(raw, NOW) is None
    assert not actions.revoke_key(key_id, at=LATER)
    assert ApiKey.objects.get(pk=key_id).revoked_at == NOW


def test_a_rotated_key_lives_on_for_its_grace_and_no_longer(brand: Brand) -> None:
    key_id, old = make(brand)
    new_id, new = actions.rotate_key(key_id, at=NOW, grace=timedelta(hours=1))
    assert new_id != key_id
    for at, opens in ((NOW, True), (NOW + timedelta(minutes=59), True), (NOW + timedelta(hours=1), False)):
        assert (queries.scope_of_key(old, at) is not None) is opens
    assert queries.scope_of_key(new, LATER) is not None


def test_a_successor_ends_when_the_first_was_to_end(brand: Brand) -> None:
    ends = NOW + timedelta(minutes=10)
    key_id, old = actions.add_key(brand.operator_id, brand.pk, "shop", "brand_writer", at=NOW, expires_at=ends)
    new = actions.rotate_key(key_id, at=NOW, grace=timedelta(days=1))[1]
    for raw in (old, new):
        assert queries.scope_of_key(raw, ends - timedelta(seconds=1)) is not None
        assert queries.scope_of_key(raw, ends) is None


def test_what_is_over_has_no_successor(brand: Brand) -> None:
    revoked = make(brand)[0]
    actions.revoke_key(revoked, at=NOW)
    expired = make(brand)[0]
    ApiKey.objects.filter(pk=expired).update(expires_at=NOW)
    for key_id in (revoked, expired):
        with pytest.raises(Conflict, match="revoked or has expired"):
            actions.rotate_key(key_id, at=NOW)


def test_use_is_noted_at_most_once_a_minute(brand: Brand) -> None:
    key_id = make(brand)[0]
    noted = [actions.touch_key(key_id, at=NOW + timedelta(seconds=seconds)) for seconds in (0, 1, 59, 60, 100, 120)]
    assert noted == [True, False, False, True, False, True]


@pytest.mark.parametrize("role", KEY_ROLES)
def test_roles_of_a_brand_name_one_and_others_name_none(operator: Operator, brand: Brand, role: Role) -> None:
    of_brand = role.startswith("brand") or role == "quote_only"
    right, wrong = (brand.pk, None) if of_brand else (None, brand.pk)
    assert actions.add_key(operator.pk, right, "x", role, at=NOW)
    with pytest.raises(Conflict, match="names"):
        actions.add_key(operator.pk, wrong, "x", role, at=NOW)


def test_a_key_that_cannot_be_is_not_made(operator: Operator, brand: Brand, foreigner: House) -> None:
    with pytest.raises(Conflict, match="not a role of a key"):
        actions.add_key(operator.pk, None, "x", "driver", at=NOW)
    with pytest.raises(Conflict, match="not one of the operator's"):
        actions.add_key(operator.pk, foreigner.brand.pk, "x", "brand_viewer", at=NOW)
    with pytest.raises(Conflict, match="expired already"):
        actions.add_key(operator.pk, brand.pk, "x", "brand_viewer", at=NOW, expires_at=NOW)
    assert not ApiKey.objects.exists()


def test_keys_are_listed_for_those_who_manage_them(operator: Operator, brand: Brand, foreigner: House) -> None:
    first, second = make(brand)[0], actions.add_key(operator.pk, None, "wms", "supervisor", at=NOW)[0]
    theirs = make(foreigner.brand)[0]
    admin = Scope(operator.pk, frozenset({brand.pk}), "operator_admin", "user:1")
    of_brand = Scope(operator.pk, frozenset({brand.pk}), "brand_admin", "user:2")
    assert [one.id for one in queries.keys(admin)] == [first, second]
    assert [one.id for one in queries.keys(of_brand)] == [first]
    assert [one.id for one in queries.keys(foreigner.scope)] == [theirs]
    assert [one.id for one in queries.keys(admin, after=first, limit=1)] == [second]
    assert queries.key(of_brand, second) is None
    assert queries.key(admin, theirs) is None
    assert [one.brand for one in queries.keys(admin)] == ["tea", ""]
