"""Codes of the second factor: drift of one step, each good once; recovery codes that open once."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

import pytest
from tests.core_fixtures import NOW

from doorstep.core.accounts import actions, queries, second_factor, totp
from doorstep.core.accounts.models import Operator, RecoveryCode, User
from doorstep.domain.errors import Conflict

SEED = base64.b32encode(b"12345678901234567890").decode()  # of RFC 6238, appendix B
STEP = timedelta(seconds=totp.STEP_S)


@pytest.fixture
def user(operator: Operator) -> int:
    return actions.add_user("ann@example.com", "Ann", "a long pass phrase", "planner", operator.pk)


def armed(user: int) -> tuple[str, tuple[str, ...]]:
    secret = second_factor.begin(user)
    codes = second_factor.confirm(user, totp.code_at(secret, NOW), at=NOW)
    assert codes is not None
    return secret, codes


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    now = datetime.fromtimestamp(seconds, NOW.tzinfo)
    assert totp.code_at(SEED, now) == code
    assert totp.step_of(SEED, f" {code[:3]} {code[3:]}", now) == seconds // 30


def test_a_clock_may_be_one_step_off_and_no_more() -> None:
    fits = [totp.step_of(SEED, totp.code_at(SEED, NOW + n * STEP), NOW) is not None for n in range(-3, 4)]
    assert fits == [False, False, True, True, True, False, False]


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "\0" * 6, "x" * 5_000])
def test_what_is_no_code_fits_nothing(code: str) -> None:
    assert totp.step_of(SEED, code, NOW) is None


@pytest.mark.django_db
def test_nothing_is_in_force_before_a_code_confirmed_it(user: int) -> None:
    secret = second_factor.begin(user)
    assert second_factor.begin(user) == secret  # a page loaded again shows the same
    assert not queries.account(user).second_factor
    assert not second_factor.accept(user, totp.code_at(secret, NOW), at=NOW)
    assert second_factor.confirm(user, "000000", at=NOW) is None
    assert not queries.account(user).second_factor
    codes = second_factor.confirm(user, totp.code_at(secret, NOW), at=NOW)
    assert codes is not None
    assert len(set(codes)) == 10
    assert queries.account(user).second_factor
    with pytest.raises(Conflict, match="set already"):
        second_factor.begin(user)


@pytest.mark.django_db
def test_a_code_is_accepted_once_and_none_older(user: int) -> None:
    secret, _ = armed(user)
    assert not second_factor.accept(user, totp.code_at(secret, NOW), at=NOW)  # it confirmed already
    later = NOW + 2 * STEP
    assert second_factor.accept(user, totp.code_at(secret, later), at=later)
    assert not second_factor.accept(user, totp.code_at(secret, later), at=later)
    assert not second_factor.accept(user, totp.code_at(secret, later - STEP), at=later)
    assert second_factor.accept(user, totp.code_at(secret, later + STEP), at=later)


@pytest.mark.django_db
def test_a_recovery_code_opens_once_and_is_kept_as_a_hash(user: int) -> None:
    _, codes = armed(user)
    assert not any(code in str(row) for code in codes for row in RecoveryCode.objects.values_list())
    assert second_factor.accept(user, f" {codes[3].upper().replace('-', ' ')} ", at=NOW)
    assert not second_factor.accept(user, codes[3], at=NOW)
    assert queries.account(user).recovery_codes_left == 9
    assert not second_factor.accept(user, "aaaa-bbbb-cccc-dddd", at=NOW)


@pytest.mark.django_db
def test_ten_wrong_codes_in_a_row_shut_it_wherever_they_come_from(user: int) -> None:
    secret, codes = armed(user)
    now = NOW + 2 * STEP
    for _ in range(9):
        assert not second_factor.accept(user, "no code", at=now)
    assert second_factor.accept(user, codes[0], at=now)  # the row is broken
    for n in range(10):
        assert not second_factor.is_shut(user, at=now)
        assert not second_factor.accept(user, "no code", at=now + n * timedelta(seconds=1))
    end = now + timedelta(seconds=9) + second_factor.SPAN
    before = end - timedelta(seconds=1)
    assert second_factor.is_shut(user, at=before)
    assert not second_factor.accept(user, totp.code_at(secret, before), at=before)
    assert not second_factor.accept(user, codes[1], at=before)
    assert second_factor.accept(user, totp.code_at(secret, end), at=end)


@pytest.mark.django_db
def test_wrong_codes_of_long_ago_count_no_more(user: int) -> None:
    armed(user)
    for n in range(30):
        assert not second_factor.accept(user, "no code", at=NOW + n * timedelta(minutes=2))
        assert not second_factor.is_shut(user, at=NOW + n * timedelta(minutes=2))


@pytest.mark.django_db
def test_removed_it_leaves_nothing_behind(user: int) -> None:
    _, codes = armed(user)
    assert second_factor.remove(user)
    assert not second_factor.remove(user)
    assert not RecoveryCode.objects.exists()
    assert not second_factor.accept(user, codes[0], at=NOW)
    row = User.objects.get()
    assert (row.totp_secret, row.totp_pending, row.totp_step) == ("", "", 0)


@pytest.mark.django_db
def test_what_is_owed_comes_before_everything_else(user: int, operator: Operator) -> None:
    assert queries.account(user).owes == ""
    actions.set_password(user, "another long phrase", first=True)
    second_factor.demand(operator.pk, True)
    assert queries.account(user).owes == "password"
    actions.set_password(user, "a third long phrase")
    assert queries.account(user).owes == "second_factor"
    assert queries.owes(User.objects.get())
    armed(user)
    assert queries.account(user).owes == ""
    assert not queries.owes(User.objects.get())
