"""Logging in by an identity provider: a real server with a real key, which lies in every way it can."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from django.test import Client
from django.utils import timezone
from tests.web.filled import Filled, fill

from doorstep.core.accounts.models import User
from doorstep.server.provider import NEEDED, provider

pytestmark = pytest.mark.django_db(transaction=True)
CLIENT = "doorstep-tower"


@dataclass(slots=True)
class Identities:
    """What the provider will say next."""

    address: str
    key: RSAPrivateKey
    email: str = ""
    verified: Any = True
    subject: str = "s-1"
    token: dict[str, Any] = field(default_factory=dict)  # claims said otherwise than the truth
    status: int = 200
    nonce: str = ""
    published: RSAPrivateKey | None = None  # where it is another than the key that signs
    asked: list[dict[str, list[str]]] = field(default_factory=list)

    def id_token(self) -> str:
        now = datetime.now(tz=timezone.get_current_timezone())
        truth = {
            "iss": self.address, "aud": CLIENT, "sub": "s-1", "nonce": self.nonce, "iat": now,
            "exp": now + timedelta(minutes=5),
        }  # fmt: skip
        return jwt.encode({**truth, **self.token}, self.key, algorithm="RS256", headers={"kid": "k1"})

    def said(self, path: str) -> dict[str, Any]:
        if path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk((self.published or self.key).public_key()))
            return {"keys": [{**public, "kid": "k1", "alg": "RS256", "use": "sig"}]}
        if path == "/token":
            return {"access_token": "a", "id_token": self.id_token(), "token_type": "Bearer"}
        return {"sub": self.subject, "email": self.email, "email_verified": self.verified}


@pytest.fixture
def identities(settings: Any) -> Iterator[Identities]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(known.said(urlsplit(self.path).path)).encode()
            self.send_response(known.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            known.asked.append(parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            self.do_GET()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_address[1]}"
    known = Identities(address, generate_private_key(65537, 2048))
    addresses = (f"{address}/{at}" for at in ("authorize", "token", "user", "keys"))
    values = (address, CLIENT, "between us two", *addresses, "nord")
    for name, value in provider(dict(zip(NEEDED, values, strict=True))).items():
        setattr(settings, name, value)
    settings.AUTHENTICATION_BACKENDS = [*settings.AUTHENTICATION_BACKENDS, settings.OIDC_BACKEND]
    yield known
    server.shutdown()
    server.server_close()


@pytest.fixture
def filled() -> Filled:
    return fill(timezone.now())


def come_back(browser: Client, identities: Identities, goal: str = "") -> Any:
    """Go to the provider as a browser would, be vouched for, and come back."""
    sent = browser.get(f"/login/provider{goal}")
    assert sent.status_code == 302
    asked = parse_qs(urlsplit(sent["Location"]).query)
    assert sent["Location"].startswith(f"{identities.address}/authorize?")
    assert asked["code_challenge_method"] == ["S256"]
    identities.nonce = identities.nonce or asked["nonce"][0]
    return browser.get("/login/provider/back", {"code": "c", "state": asked["state"][0]})


def test_who_was_added_comes_in(identities: Identities, filled: Filled) -> None:
    browser = Client()
    assert f"Log in with {'your company’s account'}" in browser.get("/login").content.decode()
    identities.email = filled.admin.email.upper()
    response = come_back(browser, identities, "?next=/stock")
    assert (response.status_code, response["Location"]) == (302, "/stock")
    assert browser.get("/").status_code == 200
    assert identities.asked[0]["client_secret"] == ["between us two"]
    assert len(identities.asked[0]["code_verifier"][0]) >= 43


def test_the_second_factor_is_asked_for_all_the_same(identities: Identities, filled: Filled) -> None:
    User.objects.filter(pk=filled.admin.pk).update(totp_secret="JBSWY3DPEHPK3PXP")
    browser = Client()
    identities.email = filled.admin.email
    assert come_back(browser, identities)["Location"] == "/login/code"
    assert browser.get("/").status_code == 302  # not in yet


@pytest.mark.parametrize(
    "lie",
    [
        {"email": "nobody@nord.example"},
        {"email": ""},
        {"verified": False},
        {"verified": "true"},  # a word is no truth value
        {"subject": "s-2"},
        {"token": {"iss": "https://elsewhere.example"}},
        {"token": {"aud": "another-client"}},
        {"token": {"aud": [CLIENT, "another-client"]}},
        {"token": {"nonce": "of another log-in"}},
        {"token": {"exp": 1}},
        {"status": 500},
        {"nonce": "made up"},
    ],
    ids=str,
)
def test_who_is_not_vouched_for_stays_outside(identities: Identities, filled: Filled, lie: dict[str, Any]) -> None:
    browser = Client()
    identities.email = filled.admin.email
    for name, value in lie.items():
        setattr(identities, name, value)
    response = come_back(browser, identities)
    assert (response.status_code, response["Location"]) == (302, "/login?provider=refused")
    assert browser.get("/").status_code == 302
    page = browser.get("/login?provider=refused").content.decode()
    assert "did not let you in" in page
    assert not User.objects.filter(email="nobody@nord.example").exists()


def test_a_key_that_is_not_the_providers_opens_nothing(identities: Identities, filled: Filled) -> None:
    identities.email = filled.admin.email
    identities.published = identities.key
    identities.key = generate_private_key(65537, 2048)
    assert come_back(Client(), identities)["Location"] == "/login?provider=refused"


def test_who_was_shut_out_stays_so(identities: Identities, filled: Filled) -> None:
    User.objects.filter(pk=filled.admin.pk).update(is_active=False)
    identities.email = filled.admin.email
    assert come_back(Client(), identities)["Location"] == "/login?provider=refused"


def test_nobody_comes_back_who_was_not_sent(identities: Identities, filled: Filled) -> None:
    identities.email = filled.admin.email
    for query in ("", "?code=c&state=x", "?error=access_denied", "?state=x"):
        response = Client().get(f"/login/provider/back{query}")
        assert (response.status_code, response["Location"]) == (302, "/login?provider=refused")


def test_a_provider_has_no_say_about_another_operators_people(identities: Identities, filled: Filled) -> None:
    browser = Client()
    identities.email = filled.foreign_admin.email
    assert come_back(browser, identities)["Location"] == "/login?provider=refused"
    assert browser.get("/").status_code == 302


def test_an_address_outside_is_no_goal(identities: Identities, filled: Filled) -> None:
    identities.email = filled.admin.email
    assert come_back(Client(), identities, "?next=https://elsewhere.example/")["Location"] == "/"


def test_without_a_provider_there_is_no_such_page() -> None:
    browser = Client()
    assert browser.get("/login/provider").status_code == 404
    assert browser.get("/login/provider/back?code=c&state=s").status_code == 404
    assert "Log in with" not in browser.get("/login").content.decode()


def test_half_a_provider_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="DOORSTEP_OIDC_SECRET"):
        provider({name: "x" for name in NEEDED if name != "DOORSTEP_OIDC_SECRET"})
    assert provider({}) == {}
