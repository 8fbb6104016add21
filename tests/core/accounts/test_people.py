"""Operators, brands and people, and what each person may see."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory, override_settings
from tests.core_fixtures import House, make_brand

from doorstep.core.accounts import actions, queries
from doorstep.core.accounts.models import Brand, Operator, User
from doorstep.domain.demand import Brand as NewBrand
from doorstep.domain.errors import Conflict
from doorstep.domain.money import Currency
from doorstep.domain.rights import Role, Scope
from doorstep.server import settings as server_settings

pytestmark = pytest.mark.django_db
PASSWORD = "a long pass phrase"
TEA = NewBrand("tea", "Tea", Currency("EUR"), "DE", 950_000, 1, 2, operator="somebody", city="Kassel", ioss="IM1")


def add(operator: Operator, role: Role, *brands: Brand, email: str = "ann@example.com") -> User:
    pk = actions.add_user(email, "Ann", PASSWORD, role, operator.pk, [brand.pk for brand in brands])
    return User.objects.get(pk=pk)


def test_operators_and_brands_have_codes_of_their_own() -> None:
    north, south = actions.add_operator("north", "North"), actions.add_operator("south", "South")
    with pytest.raises(Conflict, match="north already"):
        actions.add_operator("north", "Again")
    tea = actions.add_brand(north, TEA, channels=["web", "market", ""])
    with pytest.raises(Conflict, match="tea already"):
        actions.add_brand(north, TEA)
    assert actions.add_brand(south, TEA) != tea
    row = Brand.objects.get(pk=tea)
    assert (row.code, row.currency, row.city, row.ioss) == ("tea", "EUR", "Kassel", "IM1")
    assert sorted(row.channels.values_list("code", flat=True)) == ["market", "web"]


@override_settings(PASSWORD_HASHERS=server_settings.PASSWORD_HASHERS)  # at full cost, which the suite spares elsewhere
def test_a_password_is_kept_by_argon2_and_logs_in(operator: Operator) -> None:
    user = add(operator, "planner", email=" Ann@Example.com ")
    assert user.email == "ann@example.com"
    assert user.password.startswith("argon2$argon2id$v=19$m=102400,t=2,p=8$")
    asking = RequestFactory().post("/login")
    assert authenticate(asking, username="ann@example.com", password=PASSWORD) == user
    actions.set_password(user.pk, "another long pass phrase")
    assert authenticate(asking, username="ann@example.com", password=PASSWORD) is None
    actions.deactivate_user(user.pk)
    assert authenticate(asking, username="ann@example.com", password="another long pass phrase") is None


@pytest.mark.parametrize("password", ["", "short", "password1234"])
def test_a_weak_password_is_refused(operator: Operator, password: str) -> None:
    with pytest.raises(Conflict):
        actions.add_user("ann@example.com", "Ann", password, "planner", operator.pk)
    assert not get_user_model().objects.exists()


def test_who_cannot_be_is_not_added(operator: Operator, brand: Brand, foreigner: House) -> None:
    add(operator, "planner")
    with pytest.raises(Conflict, match="taken"):
        add(operator, "planner", email="ANN@example.com")
    with pytest.raises(Conflict, match="not a role"):
        add(operator, "quote_only", brand, email="b@example.com")
    with pytest.raises(Conflict, match="name their brands"):
        add(operator, "brand_admin", email="b@example.com")
    with pytest.raises(Conflict, match="name their brands"):
        add(operator, "planner", brand, email="b@example.com")
    with pytest.raises(Conflict, match="not one of the operator's"):
        add(operator, "brand_admin", foreigner.brand, email="b@example.com")
    assert User.objects.count() == 1


def test_those_of_the_operator_see_all_of_its_brands(operator: Operator, brand: Brand, foreigner: House) -> None:
    other = make_brand(operator, "coffee")
    user = add(operator, "supervisor")
    assert queries.scope_of_user(user) == Scope(
        operator.pk, frozenset({brand.pk, other.pk}), "supervisor", f"user:{user.pk}"
    )
    assert foreigner.brand.pk not in queries.scope_of_user(user).brands


def test_those_of_a_brand_see_the_brands_named(operator: Operator, brand: Brand) -> None:
    make_brand(operator, "coffee")
    assert queries.scope_of_user(add(operator, "brand_viewer", brand)).brands == {brand.pk}


def test_nobody_has_no_scope(operator: Operator) -> None:
    with pytest.raises(PermissionError):
        queries.scope_of_user(AnonymousUser())
    user = add(operator, "planner")
    user.is_active = False
    with pytest.raises(PermissionError):
        queries.scope_of_user(user)


def test_brands_are_told_within_the_scope(operator: Operator, brand: Brand, foreigner: House, scope: Scope) -> None:
    make_brand(operator, "coffee")
    assert [one.code for one in queries.brands(scope)] == ["tea"]
    assert queries.brand_id(scope, "tea") == brand.pk
    assert queries.brand_id(scope, "coffee") is None
    assert queries.brand_id(foreigner.scope, "tea") == foreigner.brand.pk
    forged = replace(scope, brands=frozenset({foreigner.brand.pk}))
    assert queries.brands(forged) == ()
    assert queries.operator_name(scope) == "Harbour"


def test_people_are_told_within_the_scope(operator: Operator, brand: Brand, foreigner: House, scope: Scope) -> None:
    coffee = make_brand(operator, "coffee")
    add(operator, "planner", email="p@example.com")
    add(operator, "brand_admin", brand, email="a@example.com")
    add(operator, "brand_viewer", brand, coffee, email="b@example.com")
    add(foreigner.operator, "planner", email="f@example.com")
    assert [one.email for one in queries.users(scope)] == ["a@example.com", "b@example.com", "p@example.com"]
    of_brand = replace(scope, role="brand_admin")
    assert [(one.email, one.brands) for one in queries.users(of_brand)] == [("a@example.com", ("tea",))]
