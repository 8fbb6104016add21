"""Whoever logs in lands in a room that is made for them, and is led there when another is shut."""

from __future__ import annotations

from typing import get_args

import pytest
from django.test import Client
from django.urls import reverse
from tests.web.filled import PASSWORD, Filled
from tests.web.test_pages import entered

from doorstep.core.accounts.models import User
from doorstep.domain.rights import ROLES, Role

ROOMS: dict[Role, str] = {"floor_worker": "floor", "driver": "drop_offs"}


def somebody(filled: Filled, role: Role) -> User:
    user = filled.viewer if role.startswith("brand") else filled.floor
    user.role = role
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.mark.parametrize("goal", ["", "/"])
@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_a_room_of_its_own(filled: Filled, role: Role, goal: str) -> None:
    said = {"username": somebody(filled, role).email, "password": PASSWORD, "next": goal}
    client = Client()
    landed = client.post(reverse("login"), said, follow=True)
    assert landed.status_code == 200
    assert landed.redirect_chain == [(reverse(ROOMS.get(role, "today")), 302)]
    inside = client.get(reverse("login"), follow=True)  # of those who are inside already
    assert inside.redirect_chain == [(reverse(ROOMS.get(role, "today")), 302)]
    assert f'class="brand" href="{reverse(ROOMS.get(role, "today"))}"' in inside.content.decode()


def test_whoever_was_on_the_way_to_a_page_comes_to_it(filled: Filled) -> None:
    said = {"username": somebody(filled, "driver").email, "password": PASSWORD, "next": reverse("account")}
    assert Client().post(reverse("login"), said)["Location"] == reverse("account")


def test_who_may_not_see_today_is_led_to_their_room(filled: Filled) -> None:
    assert entered(somebody(filled, "driver")).get(reverse("today"))["Location"] == reverse("drop_offs")


@pytest.mark.parametrize(("role", "room"), [("driver", "drop_offs"), ("floor_worker", "floor"), ("planner", "today")])
def test_a_shut_room_tells_of_ones_own(filled: Filled, role: Role, room: str) -> None:
    client = entered(somebody(filled, role))
    refused = client.get(reverse("users_and_keys"))
    assert refused.status_code == 403
    assert f'<a href="{reverse(room)}">Go to your room</a>' in refused.content.decode()
    assert client.get(reverse(room)).status_code == 200


def test_the_menu_of_every_role_leads_nowhere_that_is_shut(filled: Filled) -> None:
    for role in ROLES:
        client = entered(somebody(filled, role))
        page = client.get(reverse(ROOMS.get(role, "today")))
        addresses = [reverse(door.name) for door in page.context["doors"]]
        assert addresses
        assert {client.get(one).status_code for one in addresses} == {200}, role


def test_a_role_without_a_log_in_has_no_room() -> None:
    assert set(get_args(Role)) - set(ROLES) == {"brand_writer", "quote_only"}
