"""Keeps requests to addresses that people gave us away from our own network: looked at again at every connection."""

import ipaddress
import socket
from urllib.parse import urlsplit

from aiohttp import TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

_CARRY_V4 = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))
PORTS = frozenset({443, 8443})


class Refused(OSError):
    """The address lies where nobody outside may send us."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open network, and not another one in disguise."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return False
        if any(found in network for network in _CARRY_V4):
            return False
    return found.is_global and not found.is_multicast


def may_call(url: str) -> bool:
    """Whether a URL has the form of a public one: https, a usual port, no user, no literal address inside."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 443
    except ValueError:
        return False
    if parts.scheme != "https" or parts.username is not None or parts.password is not None or port not in PORTS:
        return False
    literal = ":" in host or host.replace(".", "").isdigit()
    return is_public(host) if literal else "." in host and not host.endswith((".local", ".internal", ".localhost"))


class PublicOnly(AbstractResolver):
    """Resolves names, and refuses one of whose addresses any is not public; what it answers is what is connected to."""

    def __init__(self, resolver: AbstractResolver | None = None) -> None:
        self._resolver = resolver or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a name."""
        found = await self._resolver.resolve(host, port, family)
        if not found or not all(is_public(one["host"]) for one in found):
            raise Refused("not a public address")
        return found

    async def close(self) -> None:
        """Nothing is held open but what the resolver beneath holds."""
        await self._resolver.close()


def guarded(resolver: AbstractResolver | None = None) -> TCPConnector:
    """A connector that reaches the open network only."""
    return TCPConnector(resolver=PublicOnly(resolver), limit=16, use_dns_cache=False)
