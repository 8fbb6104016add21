"""The helper of integrators believes what Doorstep signs, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from doorstep.client.webhooks import Event, Forged, NotVerified, OutOfTime, Unreadable, Unsigned, verify
from doorstep.plugins.webhooks.signing import new_secret, signed

# The vector that the reference libraries of standardwebhooks.com are tested with.
PUBLISHED = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
VECTOR = {
    "Webhook-Id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "Webhook-Timestamp": "1614265330",
    "Webhook-Signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
THEN = datetime.fromtimestamp(1614265330, tz=UTC)
BODY = '{"type":"order.promised","timestamp":"2026-11-16T10:00:00Z","data":{"order":"N-1 ü"}}'
NOW = datetime(2026, 11, 16, 10, 5, tzinfo=UTC)
SECRET = new_secret()


def sent(body: str = BODY, at: datetime = NOW, *secrets: str) -> Mapping[str, str]:
    return signed("msg_1", at, body, secrets or (SECRET,))


def test_what_the_sender_signs_is_an_event() -> None:
    event = verify(BODY.encode(), sent(), SECRET, NOW)
    happened = datetime(2026, 11, 16, 10, tzinfo=UTC)
    assert event == Event("msg_1", "order.promised", happened, {"order": "N-1 ü"})


def test_the_published_vector_is_signed_as_it_should_be() -> None:
    with pytest.raises(Unreadable):  # its body is no event, which is asked last
        verify(b'{"test": 2432232314}', VECTOR, PUBLISHED, THEN)
    with pytest.raises(Forged):
        verify(b'{"test": 2432232315}', VECTOR, PUBLISHED, THEN)


def test_either_of_two_secrets_is_good_on_either_side() -> None:
    new = new_secret()
    assert verify(BODY.encode(), sent(BODY, NOW, new, SECRET), SECRET, NOW).id == "msg_1"
    assert verify(BODY.encode(), sent(BODY, NOW, new), [SECRET, new], NOW).id == "msg_1"
    with pytest.raises(Forged):
        verify(BODY.encode(), sent(BODY, NOW, new), SECRET, NOW)


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_what_was_sent_at_another_time_is_not_believed(seconds: int) -> None:
    headers = sent(BODY, NOW - timedelta(seconds=seconds))
    with pytest.raises(OutOfTime):
        verify(BODY.encode(), headers, SECRET, NOW)
    assert verify(BODY.encode(), headers, SECRET, NOW, tolerance_s=abs(seconds)).id == "msg_1"


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_every_header_is_needed_and_every_one_is_signed(name: str) -> None:
    headers = dict(sent())
    with pytest.raises(Unsigned):
        verify(BODY.encode(), {**headers, name: ""}, SECRET, NOW)
    with pytest.raises(NotVerified):
        verify(BODY.encode(), {**headers, name: headers[name] + "0"}, SECRET, NOW)


@pytest.mark.parametrize("sent_at", ["soon", "1e9", "-5", "9" * 40, "٣", "nan"])
def test_a_time_that_is_none_is_refused(sent_at: str) -> None:
    with pytest.raises(Unsigned):
        verify(BODY.encode(), {**sent(), "webhook-timestamp": sent_at}, SECRET, NOW)


@pytest.mark.parametrize("signature", ["v1", "v1,", "v1,x", "v2,x y", "v1,ü", " ", "v1a,x v1,"])
def test_a_signature_that_is_none_is_forged(signature: str) -> None:
    with pytest.raises(Forged):
        verify(BODY.encode(), {**sent(), "webhook-signature": signature}, SECRET, NOW)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "null",
        "{}",
        "[" * 100_000,
        '{"type":1,"timestamp":"2026-11-16T10:00:00Z","data":{}}',
        '{"type":"a","timestamp":"2026-11-16T10:00:00","data":{}}',
        '{"type":"a","timestamp":"2026-11-16T10:00:00Z","data":[]}',
    ],
)
def test_what_is_signed_and_no_event_is_told_as_such(body: str) -> None:
    with pytest.raises(Unreadable):
        verify(body.encode(), sent(body), SECRET, NOW)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!!", "whsec_abc"])
def test_a_secret_that_is_none_is_a_fault_of_ours_and_no_forgery(secret: str) -> None:
    with pytest.raises(ValueError, match="whsec_") as problem:
        verify(BODY.encode(), sent(), secret, NOW)
    assert not isinstance(problem.value, NotVerified)


def test_it_needs_nothing_but_the_standard_library() -> None:
    asked = (
        "import sys, doorstep.client.webhooks\n"
        "known = sys.stdlib_module_names | {'doorstep'}\n"
        "print({one.split('.')[0] for one in sys.modules} - known - before)"
    )
    told = subprocess.run(
        [sys.executable, "-c", f"import sys; before = {{one.split('.')[0] for one in sys.modules}}\n{asked}"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert told.stdout.strip() == "set()"
