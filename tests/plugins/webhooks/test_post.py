"""A POST to real servers: what is sent, what is believed, and that nothing a server does lasts or grows."""

from __future__ import annotations

import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest
from tests.plugins.webhook_receiver import LOOPBACK, Got, Receiver, Says, receiving

from doorstep.plugins.webhooks import post as module
from doorstep.plugins.webhooks.post import EXCERPT, MOST_READ, Poster, Reply

HEADERS = {"webhook-id": "msg_1", "webhook-timestamp": "1", "webhook-signature": "v1,x"}
NAME = "hooks.shop.example"


@pytest.fixture
def poster() -> Iterator[Poster]:
    with Poster(LOOPBACK) as made:
        yield made


def asked(poster: Poster, receiver: Receiver) -> Reply:
    return poster.post(receiver.url, '{"a":"ü"}', HEADERS)


def test_the_body_is_sent_as_it_is_under_its_headers(poster: Poster) -> None:
    with receiving(lambda _: Says(204)) as receiver:
        reply = asked(poster, receiver)
    (got,) = receiver.got
    assert (reply.status, reply.taken, reply.error) == (204, True, "")
    assert got.body == '{"a":"ü"}'.encode()
    assert HEADERS.items() <= got.headers.items()
    assert got.headers["content-type"] == "application/json"
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_wherever_it_leads(poster: Poster, status: int) -> None:
    with receiving() as inside, receiving(lambda _: Says(status, {"Location": inside.url})) as receiver:
        reply = asked(poster, receiver)
    assert (reply.status, reply.taken, reply.error) == (status, False, f"answered {status}")
    assert inside.got == []


@pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 503])
def test_a_refusal_is_told_with_what_was_said(poster: Poster, status: int) -> None:
    with receiving(lambda _: Says(status, {"Retry-After": "120"}, b"not \x00 now \xff")) as receiver:
        reply = asked(poster, receiver)
    assert (reply.status, reply.taken, reply.retry_after, reply.excerpt) == (status, False, "120", "not � now �")


def test_of_a_long_answer_the_beginning_is_kept_and_the_rest_is_not_read(poster: Poster) -> None:
    with receiving(lambda _: Says(200, {}, b"x" * 50 * MOST_READ)) as receiver:
        reply = asked(poster, receiver)
        assert asked(poster, receiver).taken  # by another connection
    assert reply.taken
    assert reply.excerpt == "x" * EXCERPT


@pytest.mark.parametrize("says", [Says(after_s=3), Says(drip_s=0.05, body=b"x" * 100)], ids=["silent", "byte by byte"])
def test_a_slow_answer_ends_with_the_time_of_the_whole(says: Says) -> None:
    with receiving(lambda _: says) as receiver, Poster(LOOPBACK, total_s=0.5) as poster:
        begun = time.monotonic()
        reply = asked(poster, receiver)
        lasted = time.monotonic() - begun
    assert (reply.status, reply.error) == (None, "no answer in time")
    assert lasted < 1.5
    assert 400 <= reply.duration_ms < 1_500


def test_connections_are_kept_for_the_next_message() -> None:
    seen = []

    def counted(host: str, port: int) -> Sequence[str]:
        seen.append((host, port))
        return ["127.0.0.1"]

    with receiving() as receiver, Poster(LOOPBACK, resolve=counted) as poster:
        assert all(asked(poster, receiver).taken for _ in range(5))
    assert len(seen) == 1


def test_many_threads_send_at_once() -> None:
    with (
        receiving(lambda _: Says(after_s=0.2)) as receiver,
        Poster(LOOPBACK) as poster,
        ThreadPoolExecutor(16) as threads,
    ):
        begun = time.monotonic()
        replies = list(threads.map(lambda _: asked(poster, receiver), range(32)))
    assert all(one.taken for one in replies)
    assert time.monotonic() - begun < 3
    assert len(receiver.got) == 32


def test_an_address_inside_is_not_even_connected_to() -> None:
    with receiving() as receiver, Poster() as poster:
        for host in ("127.0.0.1", "localhost", "0x7f.1", "2130706433"):
            reply = poster.post(f"https://{host}:{receiver.port}/hook", "{}", HEADERS)
            assert reply == Reply(None, "not sent: it is an address inside a network, not on the web", 0)
        assert poster.post(receiver.url, "{}", HEADERS).error == "not sent: webhooks go by https"
    assert receiver.got == []


def test_a_name_that_changes_between_two_looks_gains_nothing() -> None:
    """Rebinding: the first answer is public, the second inside. There is no second look."""
    answers = iter([["8.8.8.8"], ["127.0.0.1"]])
    with receiving() as receiver, Poster(connect_s=0.2, resolve=lambda *_: next(answers)) as poster:
        url = f"https://{NAME}:{receiver.port}/hook"
        assert poster.post(url, "{}", HEADERS).error in ("no connection in time", "no connection")
        assert poster.post(url, "{}", HEADERS).error.startswith("not sent: it is an address inside")
    assert receiver.got == []


def test_the_connection_goes_to_the_address_that_was_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's resolver, asked again while connecting, would say something else."""
    asked_for: list[str] = []
    plain = socket.getaddrinfo

    def told(host: str, *more: object, **named: object) -> object:
        asked_for.append(host)
        return plain("127.0.0.1", *more, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", told)
    with receiving() as receiver, Poster(LOOPBACK) as poster:
        assert poster.post(f"http://{NAME}:{receiver.port}/hook", "{}", HEADERS).taken
    assert asked_for.count(NAME) == 1
    assert receiver.got[0].headers["host"] == f"{NAME}:{receiver.port}"


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://127.0.0.1:1/", "no connection"),
        ("http://nowhere.invalid/", "the name is not known"),
        (f"http://{'a' * 70}.example/", "the name is not known"),
    ],
)
def test_what_cannot_be_reached_says_why(poster: Poster, url: str, error: str) -> None:
    assert poster.post(url, "{}", HEADERS).error == error


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 999999 x\r\n\r\n", b"HTTP/1.1 200 OK\r\n" * 9_000])
def test_what_is_no_http_is_a_failure_and_nothing_worse(poster: Poster, said: bytes) -> None:
    with speaking(said) as port:
        reply = poster.post(f"http://127.0.0.1:{port}/", "{}", HEADERS)
    assert reply.status is None
    assert reply.error.startswith("broken answer: ")


@contextmanager
def speaking(said: bytes) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(said)

        thread = Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for a name, signed by itself."""
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    more = ["-keyout", str(key), "-out", str(cert), "-subj", "/CN=shop", "-addext", f"subjectAltName=DNS:{NAME}"]
    subprocess.run([*made, *more], check=True, capture_output=True)
    return cert, key


@pytest.fixture
def tls(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


def secure(tls: ssl.SSLContext, host: str) -> tuple[Reply, list[Got]]:
    with receiving(tls=tls) as receiver, Poster(LOOPBACK, resolve=lambda *_: ["127.0.0.1"]) as poster:
        return poster.post(f"https://{host}:{receiver.port}/hook", "{}", HEADERS), receiver.got


def test_over_tls_the_certificate_is_that_of_the_name_and_trusted(
    tls: ssl.SSLContext, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    reply, got = secure(tls, NAME)
    assert (reply.error, got) == ("certificate not accepted", [])
    trusted = ssl.create_default_context(cafile=str(certificate[0]))
    monkeypatch.setattr(module, "_trust", lambda: trusted)
    reply, got = secure(tls, NAME)
    assert reply.taken
    assert got[0].headers["host"].startswith(f"{NAME}:")
    reply, got = secure(tls, "other.shop.example")
    assert (reply.error, got) == ("certificate not accepted", [])
