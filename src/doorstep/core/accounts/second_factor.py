"""Writes of the second factor. A code is good once: the step of the last one is kept, and moves forward only."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from doorstep.core.accounts import totp
from doorstep.core.accounts.models import Operator, RecoveryCode, User
from doorstep.domain.errors import Conflict


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


def accept(user_id: int, code: str, *, at: datetime) -> bool:
    """Use a code up: that of this moment, or one of the recovery codes. Of two who send the same, one is let in."""
    user = User.objects.get(pk=user_id)
    if not user.totp_secret:
        return False
    step = totp.step_of(user.totp_secret, code, at)
    if step is not None:
        newer = User.objects.filter(pk=user_id, totp_secret=user.totp_secret, totp_step__lt=step)
        return newer.update(totp_step=step) == 1
    unused = RecoveryCode.objects.filter(user_id=user_id, used_at=None, digest=totp.recovery_digest(code))
    return unused.update(used_at=at) == 1


@transaction.atomic
def remove(user_id: int) -> bool:
    """Forget the second factor and its recovery codes; False: there was none."""
    RecoveryCode.objects.filter(user_id=user_id).delete()
    had = User.objects.filter(pk=user_id).exclude(totp_secret="")
    return had.update(totp_secret="", totp_pending="", totp_step=0) == 1


def demand(operator_id: int, required: bool) -> bool:
    """Demand a second factor of all of an operator's people, or no longer; False: so it was before."""
    return (
        Operator.objects.filter(pk=operator_id)
        .exclude(second_factor_required=required)
        .update(second_factor_required=required)
        == 1
    )
