"""Writes of the second factor. A code is good once: the step of the last one is kept, and moves forward only.

Wrong codes are counted by user, wherever they come from: a code has a million values, and whoever owns many addresses
would otherwise try them all.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from doorstep.core.accounts import totp
from doorstep.core.accounts.models import Operator, RecoveryCode, User
from doorstep.domain.errors import Conflict

MOST_WRONG = 10  # in a row, within the span
SPAN = timedelta(minutes=15)  # and as long it is shut then


def begin(user_id: int) -> str:
    """Draw a secret for the user to confirm, or give the one drawn before. Raises Conflict if one is in force."""
    User.objects.filter(pk=user_id, totp_pending="", totp_secret="").update(totp_pending=totp.new_secret())
    user = User.objects.get(pk=user_id)
    if user.totp_secret:
        raise Conflict("the second factor is set already")
    return user.totp_pending


@transaction.atomic
def confirm(user_id: int, code: str, *, at: datetime) -> tuple[str, ...] | None:
    """Put the secret in force if the code is of it; gives the recovery codes, which are shown this once."""
    user = User.objects.select_for_update().get(pk=user_id)
    if user.totp_secret or not user.totp_pending:
        raise Conflict("there is no second factor to confirm")
    step = totp.step_of(user.totp_pending, code, at)
    if step is None:
        return None
    user.totp_secret, user.totp_pending, user.totp_step = user.totp_pending, "", step
    user.save(update_fields=["totp_secret", "totp_pending", "totp_step"])
    codes = totp.new_recovery_codes()
    user.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=totp.recovery_digest(one)) for one in codes)
    return codes


@transaction.atomic
def accept(user_id: int, code: str, *, at: datetime) -> bool:
    """Use a code up: that of this moment, or one of the recovery codes. Of two who send the same, one is let in.

    After too many wrong ones none is good for a while. A wrong one is counted: do not roll this back.
    """
    user = User.objects.select_for_update().get(pk=user_id)
    if not user.totp_secret or _is_shut(user, at):
        return False
    if _use_up(user, code, at):
        User.objects.filter(pk=user_id).update(codes_wrong=0, codes_wrong_since=None, codes_shut_until=None)
        return True
    _count_wrong(user, at)
    return False


def is_shut(user_id: int, *, at: datetime) -> bool:
    """Say whether there were too many wrong codes a moment ago."""
    return _is_shut(User.objects.get(pk=user_id), at)


def _is_shut(user: User, at: datetime) -> bool:
    return user.codes_shut_until is not None and at < user.codes_shut_until


def _count_wrong(user: User, at: datetime) -> None:
    if user.codes_wrong_since is None or at - user.codes_wrong_since > SPAN:
        user.codes_wrong, user.codes_wrong_since = 0, at
    user.codes_wrong += 1
    if user.codes_wrong >= MOST_WRONG:
        user.codes_wrong, user.codes_wrong_since, user.codes_shut_until = 0, None, at + SPAN
    user.save(update_fields=["codes_wrong", "codes_wrong_since", "codes_shut_until"])


def _use_up(user: User, code: str, at: datetime) -> bool:
    step = totp.step_of(user.totp_secret, code, at)
    if step is not None:
        newer = User.objects.filter(pk=user.pk, totp_secret=user.totp_secret, totp_step__lt=step)
        return newer.update(totp_step=step) == 1
    unused = RecoveryCode.objects.filter(user=user, used_at=None, digest=totp.recovery_digest(code))
    return unused.update(used_at=at) == 1


@transaction.atomic
def remove(user_id: int) -> bool:
    """Forget the second factor and its recovery codes; False: there was none."""
    RecoveryCode.objects.filter(user_id=user_id).delete()
    had = User.objects.filter(pk=user_id).exclude(totp_secret="")
    nothing = {"codes_wrong": 0, "codes_wrong_since": None, "codes_shut_until": None}
    return had.update(totp_secret="", totp_pending="", totp_step=0, **nothing) == 1


def demand(operator_id: int, required: bool) -> bool:
    """Demand a second factor of all of an operator's people, or no longer; False: so it was before."""
    return (
        Operator.objects.filter(pk=operator_id)
        .exclude(second_factor_required=required)
        .update(second_factor_required=required)
        == 1
    )
