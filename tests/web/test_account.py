"""One's own account, the second factor at the door, first passwords, and what an operator demands."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.test import Client
from django.urls import reverse
from tests.web.filled import PASSWORD, Filled
from tests.web.test_people import logged_in
from tests.web.test_tenancy import entered

from doorstep.core.accounts import totp
from doorstep.core.accounts.models import User
from doorstep.core.events.models import Fact
from doorstep.server import clock

NEW = "battery staple horse"
START = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)


class Hand:
    """The clock of the server, moved by the test."""

    def __init__(self) -> None:
        self.now = START

    def on(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Hand:
    made = Hand()
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made


def with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


def at_the_door(user: User, password: str = PASSWORD, goal: str = "") -> Client:
    client = Client()
    client.post(reverse("login"), {"username": user.email, "password": password, "next": goal})
    return client


def set_up(client: Client, hand: Hand) -> tuple[str, list[str]]:
    page = client.post(reverse("begin_second_factor")).content.decode()
    shown = re.search(r'id="totp-secret">([A-Z2-7 ]+)<', page)
    assert shown
    assert '<svg viewBox="0 0 ' in page
    secret = shown[1].replace(" ", "")
    done = client.post(reverse("confirm_second_factor"), {"code": totp.code_at(secret, hand.now)}).content.decode()
    return secret, re.findall(r"<li><code>([a-z2-9-]{19})</code>", done)


def facts(user: User) -> list[str]:
    return list(Fact.objects.filter(subject=f"user:{user.pk}").order_by("pk").values_list("kind", flat=True))


def test_a_second_factor_is_set_asked_for_and_switched_off(filled: Filled, hand: Hand) -> None:
    user = with_password(filled.floor)  # one without any right has an account, too
    inside = at_the_door(user)
    secret, codes = set_up(inside, hand)
    assert len(set(codes)) == 10
    page = inside.get(reverse("account")).content.decode()
    assert "It is on" in page
    assert not any(one in page for one in (*codes, secret))
    hand.on(60)
    client = at_the_door(user, goal=reverse("account"))
    assert client.get(reverse("account")).status_code == 302
    assert "authenticator app" in client.get(reverse("second_factor")).content.decode()
    assert client.post(reverse("second_factor"), {"code": "000000"}).status_code == 422
    code = totp.code_at(secret, hand.now)
    assert client.post(reverse("second_factor"), {"code": code})["Location"] == reverse("account")
    assert client.get(reverse("account")).status_code == 200
    again = at_the_door(user)
    assert again.post(reverse("second_factor"), {"code": code}).status_code == 422  # a code is good once
    assert again.post(reverse("second_factor"), {"code": codes[0]}).status_code == 302
    assert "9 recovery codes left" in again.get(reverse("account")).content.decode()
    hand.on(60)
    said = {"password": PASSWORD, "code": totp.code_at(secret, hand.now)}
    assert again.post(reverse("remove_second_factor"), {**said, "password": "wrong"}).status_code == 422
    assert again.post(reverse("remove_second_factor"), {**said, "code": "000000"}).status_code == 422
    assert again.post(reverse("remove_second_factor"), said).status_code == 302
    assert facts(user) == ["SecondFactorSet", "SecondFactorRemoved"]
    assert at_the_door(user).get(reverse("account")).status_code == 200


def test_a_wrong_code_confirms_nothing(filled: Filled, hand: Hand) -> None:  # noqa: ARG001
    client = entered(filled.viewer)
    client.post(reverse("begin_second_factor"))
    refused = client.post(reverse("confirm_second_factor"), {"code": "000000"})
    assert refused.status_code == 422
    assert "The code does not fit" in refused.content.decode()
    assert 'class="qr"' in refused.content.decode()
    assert facts(filled.viewer) == []


def test_wrong_codes_shut_the_door_and_are_kept_nowhere(filled: Filled, hand: Hand) -> None:
    user = with_password(filled.viewer)
    secret, _ = set_up(at_the_door(user), hand)
    hand.on(60)
    client = at_the_door(user)
    for _ in range(8):
        last = client.post(reverse("second_factor"), {"code": "314159"})
    assert last.status_code == 429
    right = client.post(reverse("second_factor"), {"code": totp.code_at(secret, hand.now)})
    assert right.status_code == 429
    assert not logged_in(client)
    assert not logged_in(at_the_door(user))
    kept = f"{list(AccessAttempt.objects.values())} {list(AccessFailureLog.objects.values())}"
    assert user.email in kept
    assert "314159" not in kept


def test_addresses_of_one_neighbourhood_count_as_one(filled: Filled, hand: Hand) -> None:
    user = with_password(filled.viewer)
    set_up(at_the_door(user), hand)
    hand.on(60)
    for n in range(8):
        client = Client(REMOTE_ADDR=f"2001:db8:0:1::{n + 1:x}")
        client.post(reverse("login"), {"username": user.email, "password": PASSWORD})
        last = client.post(reverse("second_factor"), {"code": "314159"})
    assert last.status_code == 429
    assert AccessAttempt.objects.get().ip_address == "2001:db8:0:1::"


def test_wrong_codes_from_anywhere_shut_the_second_factor(filled: Filled, hand: Hand) -> None:
    user = with_password(filled.viewer)
    secret, _ = set_up(at_the_door(user), hand)
    hand.on(60)
    for n in range(10):
        client = Client(REMOTE_ADDR=f"192.0.2.{n + 1}")
        client.post(reverse("login"), {"username": user.email, "password": PASSWORD})
        client.post(reverse("second_factor"), {"code": "314159"})
    right = {"code": totp.code_at(secret, hand.now)}
    refused = client.post(reverse("second_factor"), right)
    assert refused.status_code == 422
    assert "too many wrong codes" in refused.content.decode()
    inside = entered(user)
    for _ in range(2):  # it is shut within, too
        said = {"password": PASSWORD, **right}
        assert "too many wrong codes" in inside.post(reverse("remove_second_factor"), said).content.decode()
    hand.on(15 * 60)
    client = at_the_door(user)
    assert client.post(reverse("second_factor"), {"code": totp.code_at(secret, hand.now)}).status_code == 302


def test_a_password_alone_waits_ten_minutes_and_ends_when_it_changes(filled: Filled, hand: Hand) -> None:
    user = with_password(filled.viewer)
    secret, _ = set_up(at_the_door(user), hand)
    client = at_the_door(user)
    hand.on(601)
    said = {"code": totp.code_at(secret, hand.now)}
    assert client.post(reverse("second_factor"), said)["Location"] == reverse("login")
    client = at_the_door(user)
    user.refresh_from_db()
    user.set_password(NEW)
    user.save()
    assert client.post(reverse("second_factor"), said)["Location"] == reverse("login")
    client = at_the_door(user, NEW)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.post(reverse("second_factor"), said)["Location"] == reverse("login")
    assert Client().get(reverse("second_factor"))["Location"] == reverse("login")


def test_what_the_operator_demands_comes_first(filled: Filled, hand: Hand) -> None:
    admin, brand_admin = entered(filled.admin), entered(filled.brand_admin)
    demand = reverse("demand_second_factor")
    assert brand_admin.post(demand, {"required": "yes"}).status_code == 404
    assert admin.post(demand, {"required": "yes"}).status_code == 302
    assert Fact.objects.get(kind="SecondFactorDemanded").data == {"required": True}
    for client in (admin, brand_admin):
        assert client.get(reverse("today"))["Location"] == reverse("account")
    assert "demands a second factor" in brand_admin.get(reverse("account")).content.decode()
    foreign = entered(filled.foreign_admin)
    assert foreign.get(reverse("today")).status_code == 200
    secret, _ = set_up(brand_admin, hand)
    assert brand_admin.get(reverse("today")).status_code == 200
    with_password(filled.brand_admin)
    hand.on(60)
    client = at_the_door(filled.brand_admin)
    client.post(reverse("second_factor"), {"code": totp.code_at(secret, hand.now)})
    hand.on(60)
    said = {"password": PASSWORD, "code": totp.code_at(secret, hand.now)}
    refused = client.post(reverse("remove_second_factor"), said)
    assert refused.status_code == 422
    assert "ask an administrator" in refused.content.decode()


def test_an_operator_resets_the_factor_of_somebody_who_lost_it(filled: Filled, hand: Hand) -> None:
    set_up(entered(filled.viewer), hand)
    address = reverse("reset_second_factor", args=(filled.viewer.pk,))
    assert entered(filled.brand_admin).post(address).status_code == 404
    assert entered(filled.admin).post(reverse("reset_second_factor", args=(filled.admin.pk,))).status_code == 422
    assert "Reset second factor" in entered(filled.admin).get(reverse("users_and_keys")).content.decode()
    assert "Reset second factor" not in entered(filled.brand_admin).get(reverse("users_and_keys")).content.decode()
    assert entered(filled.admin).post(address).status_code == 302
    assert facts(filled.viewer) == ["SecondFactorSet", "SecondFactorReset"]
    filled.viewer.refresh_from_db()
    assert filled.viewer.totp_secret == ""


def test_a_password_is_changed_by_who_knows_it_and_other_sessions_end(filled: Filled) -> None:
    user = with_password(filled.viewer)
    here, elsewhere = at_the_door(user), at_the_door(user)
    said = {"password": PASSWORD, "new_password": NEW, "again": NEW}
    for wrong, why in (
        ({"password": "wrong"}, "not your password"),
        ({"again": "other"}, "same way twice"),
        ({"new_password": "short", "again": "short"}, "too short"),
    ):
        refused = here.post(reverse("change_password"), {**said, **wrong})
        assert refused.status_code == 422
        assert why in refused.content.decode()
    assert facts(user) == []
    assert "no longer are" in here.post(reverse("change_password"), said).content.decode()
    assert logged_in(here)
    assert not logged_in(elsewhere)
    assert facts(user) == ["PasswordChanged"]
    assert logged_in(at_the_door(user, NEW))
    assert not logged_in(at_the_door(user))
    assert NEW not in str(list(AccessAttempt.objects.values()))


def test_whoever_sits_at_an_open_screen_cannot_try_passwords_for_long(filled: Filled) -> None:
    client = at_the_door(with_password(filled.viewer))
    said = {"password": "wrong", "new_password": NEW, "again": NEW}
    for _ in range(8):
        last = client.post(reverse("change_password"), said)
    assert last.status_code == 429
    assert client.post(reverse("change_password"), {**said, "password": PASSWORD}).status_code == 429


def test_an_administrator_gives_a_first_password_and_lets_in_again(filled: Filled) -> None:
    user = with_password(filled.viewer)
    inside, admin = at_the_door(user), entered(filled.brand_admin)
    admin.post(reverse("deactivate_user", args=(user.pk,)))
    address = reverse("give_first_password", args=(user.pk,))
    assert admin.post(address, {"password": "short"}).status_code == 422
    assert facts(user) == ["UserDeactivated"]
    assert not logged_in(at_the_door(user))
    assert admin.post(address, {"password": NEW}).status_code == 302
    assert facts(user) == ["UserDeactivated", "UserReactivated", "FirstPasswordGiven"]
    assert not logged_in(inside)
    client = at_the_door(user, NEW)
    assert client.get(reverse("today"))["Location"] == reverse("account")
    assert "Choose one of your own" in client.get(reverse("account")).content.decode()
    own = "a phrase of my own"
    client.post(reverse("change_password"), {"password": NEW, "new_password": own, "again": own})
    assert client.get(reverse("today")).status_code == 200
    assert (
        admin.post(reverse("give_first_password", args=(filled.brand_admin.pk,)), {"password": own}).status_code == 422
    )
    assert admin.post(reverse("give_first_password", args=(filled.admin.pk,)), {"password": own}).status_code == 404
