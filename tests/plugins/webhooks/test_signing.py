"""Signatures are those of the specification, made with the package that its authors publish."""

from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime

from doorstep.plugins.webhooks.signing import new_secret, signed

# The vector that the reference libraries of standardwebhooks.com are tested with.
PUBLISHED = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
AT = datetime.fromtimestamp(1614265330, tz=UTC)
BODY = '{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_vector_that_is_published_comes_out() -> None:
    told = signed("msg_p5jXN8AQM9LWM0D4loKWxJek", AT, BODY, [PUBLISHED])
    assert told == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": SIGNATURE,
    }


def test_two_secrets_sign_side_by_side() -> None:
    told = signed("msg_p5jXN8AQM9LWM0D4loKWxJek", AT, BODY, [new_secret(), PUBLISHED])["webhook-signature"].split(" ")
    assert len(told) == 2
    assert told[1] == SIGNATURE != told[0]


def test_a_secret_is_long_and_never_the_same() -> None:
    first, second = new_secret(), new_secret()
    assert first != second
    assert first.startswith("whsec_")
    assert len(b64decode(first.removeprefix("whsec_"), validate=True)) == 32  # the specification: 24 to 64
