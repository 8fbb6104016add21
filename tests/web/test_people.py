"""Users and keys, by their forms; the log-in and its throttle."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from tests.web.filled import PASSWORD, Filled
from tests.web.test_tenancy import entered

from doorstep.core.accounts.keys import digest_of
from doorstep.core.accounts.models import ApiKey, User
from doorstep.core.events.models import Fact

OWN = "battery staple horse"
NEW = {"email": "Ann@Nord.example", "name": "Ann", "password": "correct horse battery", "role": "brand_viewer"}


def logged_in(client: Client) -> bool:
    return client.get(reverse("components")).status_code == 200


def test_an_operator_adds_a_person_who_then_logs_in(filled: Filled) -> None:
    said = {**NEW, "brands": ["tea"]}
    assert entered(filled.admin).post(reverse("add_user"), said).status_code == 302
    user = User.objects.get(email="ann@nord.example")
    assert [brand.code for brand in user.brands.all()] == ["tea"]
    assert Fact.objects.filter(kind="UserAdded", subject=f"user:{user.pk}").exists()
    client = Client()
    client.post(reverse("login"), {"username": " ANN@nord.example ", "password": NEW["password"]})
    assert client.get(reverse("components"))["Location"] == reverse("account")  # the password is the operator's
    own = {"password": NEW["password"], "new_password": OWN, "again": OWN}
    assert client.post(reverse("change_password"), own).status_code == 200
    assert logged_in(client)
    entered(filled.brand_admin).post(reverse("deactivate_user", args=(user.pk,)))
    assert not logged_in(client)  # from the next request on


@pytest.mark.parametrize(
    ("change", "status", "why"),
    [
        ({"password": "short"}, 422, "too short"),
        ({"email": "brand_viewer@nord.example"}, 422, "is taken"),
        ({"email": " "}, 422, "e-mail address"),
        ({"role": "brand_writer"}, 422, "not a role that you may give"),
        ({"role": "supervisor"}, 422, "name none"),
        ({"brands": []}, 422, "name their brands"),
        ({"brands": ["wine"]}, 404, "nothing here"),  # another operator's
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(
    filled: Filled, change: dict[str, str | list[str]], status: int, why: str
) -> None:
    users = User.objects.count()
    response = entered(filled.admin).post(reverse("add_user"), {**NEW, "brands": ["tea"], **change})
    page = response.content.decode()
    assert response.status_code == status
    assert why in page
    assert NEW["password"] not in page
    assert User.objects.count() == users


def test_a_brand_gives_its_own_roles_and_brands_alone(filled: Filled) -> None:
    client = entered(filled.brand_admin)
    page = client.get(reverse("users_and_keys")).content.decode()
    assert "operator_admin" not in page
    tries: list[tuple[dict[str, str | list[str]], int]] = [
        ({"role": "operator_admin", "brands": []}, 422),
        ({"brands": ["cup"]}, 404),
    ]
    for change, status in tries:
        said: dict[str, str | list[str]] = {**NEW, **change}
        assert client.post(reverse("add_user"), said).status_code == status
    key = {"name": "all", "role": "supervisor", "brand": ""}
    assert client.post(reverse("add_key"), key).status_code == 422
    assert client.post(reverse("add_key"), {**key, "role": "brand_writer", "brand": "cup"}).status_code == 404


def test_nobody_shuts_themselves_out(filled: Filled) -> None:
    response = entered(filled.admin).post(reverse("deactivate_user", args=(filled.admin.pk,)))
    assert response.status_code == 422
    assert "nobody shuts themselves out" in response.content.decode()
    filled.admin.refresh_from_db()
    assert filled.admin.is_active


def test_a_key_is_shown_once_and_only_its_hash_kept(filled: Filled) -> None:
    client = entered(filled.brand_admin)
    made = client.post(reverse("add_key"), {"name": "checkout", "role": "quote_only", "brand": "tea"})
    raw = re.search(r'id="new-key"[^>]*>(ds_[^<]+)<', made.content.decode())
    assert raw
    key = ApiKey.objects.get(name="checkout")
    assert key.digest == digest_of(raw[1])
    assert raw[1] not in client.get(reverse("users_and_keys")).content.decode()
    rotated = client.post(reverse("rotate_key", args=(key.pk,))).content.decode()
    assert 'id="new-key"' in rotated
    assert raw[1] not in rotated
    client.post(reverse("revoke_key", args=(key.pk,)))
    key.refresh_from_db()
    assert key.revoked_at is not None
    again = client.post(reverse("rotate_key", args=(key.pk,)))
    assert again.status_code == 422
    kinds = set(Fact.objects.filter(subject=f"key:{key.pk}").values_list("kind", flat=True))
    assert kinds == {"KeyAdded", "KeyRotated", "KeyRevoked"}


def test_too_many_wrong_tries_shut_the_door(filled: Filled) -> None:
    filled.viewer.set_password(PASSWORD)
    filled.viewer.save()
    client = Client()
    wrong = {"username": filled.viewer.email, "password": "wrong"}
    first = client.post(reverse("login"), wrong)
    assert first.status_code == 200
    assert "No one logs in with this address and password." in first.content.decode()
    for _ in range(7):
        last = client.post(reverse("login"), wrong)
    assert last.status_code == 429
    assert "The door is shut for now" in last.content.decode()
    right = client.post(reverse("login"), {**wrong, "password": PASSWORD})
    assert right.status_code == 429
    assert not logged_in(client)


@pytest.mark.parametrize("goal", ["https://elsewhere.example/", "//elsewhere.example/"])
def test_a_login_leads_nowhere_else(filled: Filled, goal: str) -> None:
    filled.viewer.set_password(PASSWORD)
    filled.viewer.save()
    said = {"username": filled.viewer.email, "password": PASSWORD, "next": goal}
    assert Client().post(reverse("login"), said)["Location"] == reverse("today")
