"""Where a webhook may go, however the address is written and whatever its name stands for."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from doorstep.plugins.webhooks.addresses import AddressRefused, is_public, networks, reachable, resolved, target_of

INSIDE = (ip_network("10.0.0.0/8"),)
PRIVATE = (
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.9", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:7f00:1", "64:ff9b::7f00:1",
    "64:ff9b::808:808", "64:ff9b:1::a00:1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1",
    "fc00::1", "fd12:3456::1", "fe80::1", "fec0::1", "ff02::1",
)  # fmt: skip
PUBLIC = ("8.8.8.8", "93.184.215.14", "1.1.1.1", "172.32.0.1", "2606:4700::1111", "2a00:1450:4001:80b::200e")


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_open_to_the_world_is_refused(address: str) -> None:
    assert not is_public(ip_address(address))
    with pytest.raises(AddressRefused):
        reachable("https", "shop.example", 443, (), lambda *_: [address])


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_open_to_the_world_is_reached(address: str) -> None:
    assert reachable("https", "shop.example", 443, (), lambda *_: [address]) == (address,)


@pytest.mark.parametrize("host", ["0x7f.1", "2130706433", "0177.0.0.1", "0x7f000001", "127.1", "localhost"])
def test_however_loopback_is_written_the_system_knows_it_and_so_do_we(host: str) -> None:
    with pytest.raises(AddressRefused):
        reachable("https", host, 443, (), resolved)


def test_one_private_address_among_several_is_enough() -> None:
    with pytest.raises(AddressRefused):
        reachable("https", "shop.example", 443, (), lambda *_: ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(AddressRefused):
        reachable("https", "shop.example", 443, (), lambda *_: [])


def test_networks_that_the_operator_allows_are_reached_and_no_others() -> None:
    assert reachable("http", "erp.internal", 80, INSIDE, lambda *_: ["10.0.0.7"]) == ("10.0.0.7",)
    assert reachable("https", "shop.example", 443, INSIDE, lambda *_: ["8.8.8.8"]) == ("8.8.8.8",)
    for address in ("192.168.0.1", "127.0.0.1", "::ffff:10.0.0.7", "169.254.169.254"):
        with pytest.raises(AddressRefused):
            reachable("https", "erp.internal", 443, INSIDE, lambda *_, one=address: [one])


@pytest.mark.parametrize(("scheme", "port"), [("http", 80), ("http", 8080), ("https", 25), ("https", 22)])
def test_plain_http_and_ports_of_the_system_are_for_allowed_networks_alone(scheme: str, port: int) -> None:
    with pytest.raises(AddressRefused):
        reachable(scheme, "shop.example", port, INSIDE, lambda *_: ["8.8.8.8"])
    assert reachable(scheme, "erp.internal", port, INSIDE, lambda *_: ["10.0.0.7"]) == ("10.0.0.7",)


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example",
        "https://shop.example/hooks/7?token=x",
        "https://shop.example:8443/",
        "https://xn--bcher-kva.example/",
        "https://[2606:4700::1111]/",
    ],
)
def test_addresses_on_the_web_are_taken(url: str) -> None:
    assert target_of(url).url == url


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/",
        "ftp://shop.example/",
        "file:///etc/passwd",
        "gopher://shop.example/",
        "shop.example",
        "//shop.example/",
        "https://",
        "https:///path",
        "https://user:" + "password@shop.example/",
        "https://user@shop.example/",
        "https://@shop.example/",
        "https://shop.example/#fragment",
        "https://shop.example:25/",
        "https://shop.example:0/",
        "https://shop.example:99999/",
        "https://127.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://localhost/",
        "https://localhost./",
        "https://printer.localhost/",
        "https://shop.example/ path",
        "https://shop.example/\r\nX-Evil: 1",
        "https://shop\u3002example/",
        "https://" + "a" * 2_000 + "/",
        "",
    ],
)
def test_what_is_no_address_on_the_web_is_refused_before_anybody_is_asked(url: str) -> None:
    with pytest.raises(AddressRefused):
        target_of(url)


def test_a_refusal_and_what_is_logged_hold_nothing_secret() -> None:
    assert target_of("https://shop.example/hooks/secret?token=secret").origin == "https://shop.example:443"
    with pytest.raises(AddressRefused) as refusal:
        target_of("https://user:" + "secret@shop.example/")
    assert "secret" not in str(refusal.value)


def test_a_list_of_networks_is_read_or_refused() -> None:
    assert networks(" 10.0.0.0/8, fd00::/8,") == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
    assert networks("") == ()
    for wrong in ("10.0.0.1/8", "inside", "10.0.0.0/33"):
        with pytest.raises(ValueError, match=wrong.split("/")[0]):
            networks(wrong)
