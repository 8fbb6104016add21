"""Where a webhook may go: nobody is to reach, through us, what only we can reach.

Names are judged by the addresses they stand for at the moment of connecting, and the connection goes to the very
address that was judged; what a name stands for a moment later does not matter.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpx

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Sequence[str]]
LONGEST_URL = 2_000
FIRST_FREE_PORT = 1024  # below it only 443 is ours to knock at: the others belong to mail, shells and the like
UNICAST = ip_network("2000::/3")  # all that is global in IPv6: neither IPv4 in its clothes nor NAT64 is in it
# Within it, and within IPv4, what Python may take for global: Teredo, 6to4 and its relay, documentation, protocols.
SET_ASIDE = tuple(map(ip_network, ("2001::/32", "2002::/16", "3fff::/20", "192.0.0.0/24", "192.88.99.0/24")))


class AddressRefused(ValueError):
    """A webhook may not go there. Says nothing of what is there."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address on the web, taken apart. What is secret in it is not to be logged: `origin` is."""

    url: str
    scheme: str
    host: str
    port: int

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"


def networks(text: str) -> tuple[Network, ...]:
    """Read a list of networks, `10.0.0.0/8, fd00::/8`. Raises ValueError."""
    return tuple(ip_network(one.strip()) for one in text.split(",") if one.strip())


def target_of(url: str, allowed: Iterable[Network] = ()) -> Target:
    """Take a URL apart, without asking what its name stands for. Raises AddressRefused."""
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url:
        raise AddressRefused(f"an address is at most {LONGEST_URL:,} printable ASCII characters without spaces")
    try:
        parts = httpx.URL(url)
        host = parts.raw_host.decode("ascii").rstrip(".")
        port = parts.port if parts.port is not None else {"https": 443, "http": 80}.get(parts.scheme, 0)
    except (httpx.InvalidURL, ValueError):
        raise AddressRefused("it is not an address on the web") from None
    some = tuple(allowed)
    if parts.scheme not in (("https", "http") if some else ("https",)):
        raise AddressRefused("webhooks go by https")
    if not host:
        raise AddressRefused("it names no host")
    if parts.userinfo or "@" in url.split("/")[2]:
        raise AddressRefused("an address holds no user and no password")
    if "#" in url:
        raise AddressRefused("an address holds no fragment")
    if not 0 < port < 65_536:
        raise AddressRefused("there is no such port")
    if not some and port != 443 and port < FIRST_FREE_PORT:
        raise AddressRefused(f"the port is 443, or {FIRST_FREE_PORT} and above")
    try:
        literal = ip_address(host.strip("[]"))
    except ValueError:
        literal = None
    if literal is not None:
        _judge(literal, some)
    elif host == "localhost" or host.endswith(".localhost"):
        _judge(ip_address("127.0.0.1"), some)
    return Target(url, parts.scheme, host.strip("[]"), port)


def reachable(scheme: str, host: str, port: int, allowed: Sequence[Network], resolve: Resolve) -> tuple[str, ...]:
    """Give the addresses a name stands for. Raises AddressRefused if a single one of them is not for the world.

    Plain http and the ports of the system go to networks that the operator allows, and nowhere else.
    """
    found = [ip_address(one) for one in resolve(host, port)]
    if not found:
        raise AddressRefused("the name stands for no address")
    for one in found:
        _judge(one, allowed)
        inside = _within(one, allowed)
        if scheme != "https" and not inside:
            raise AddressRefused("plain http goes to allowed networks only")
        if port != 443 and port < FIRST_FREE_PORT and not inside:
            raise AddressRefused(f"the port is 443, or {FIRST_FREE_PORT} and above")
    return tuple(str(one) for one in found)


def resolved(host: str, port: int) -> tuple[str, ...]:
    """Ask the system what a name stands for. Raises OSError."""
    told = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return tuple(dict.fromkeys(str(one[4][0]) for one in told))


def is_public(address: Address) -> bool:
    """Whether an address is open to the whole world: not private, not this machine, not a disguise of either."""
    if isinstance(address, IPv6Address) and (address.scope_id or address not in UNICAST):
        return False
    aside = address.is_multicast or address.is_reserved or any(address in one for one in SET_ASIDE)
    return address.is_global and not aside


def _judge(address: Address, allowed: Sequence[Network]) -> None:
    if not is_public(address) and not _within(address, allowed):
        raise AddressRefused("it is an address inside a network, not on the web")


def _within(address: Address, allowed: Sequence[Network]) -> bool:
    disguised = isinstance(address, IPv6Address) and (address.scope_id or address.ipv4_mapped)
    return not disguised and any(address in one for one in allowed)
