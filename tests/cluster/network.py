"""Hosts on this machine, each a network namespace on one bridge, between which packets can be lost one way or both.

A packet is lost by sending it to a hardware address that nobody has: no filter of the kernel is needed, whoever sends
is told nothing, and whatever else the two talk to goes on as before. Needs root and iproute2.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

NOBODY = "02:00:00:00:00:99"


@dataclass(frozen=True)
class Host:
    """One host, by the name of its namespace and its address."""

    namespace: str
    address: str

    @property
    def within(self) -> tuple[str, ...]:
        """What runs a command on it."""
        return ("ip", "netns", "exec", self.namespace)


@dataclass
class Network:
    """Hosts that hear one another; this machine itself is ``here``."""

    bridge: str
    prefix: str
    hosts: list[Host] = field(default_factory=list)

    @property
    def here(self) -> str:
        """The address of this machine on the network."""
        return f"{self.prefix}.1"

    def host(self) -> Host:
        """A new host."""
        number = len(self.hosts) + 2
        made = Host(f"{self.bridge}-{number}", f"{self.prefix}.{number}")
        _ip("netns", "add", made.namespace)
        self.hosts.append(made)
        wire = f"{self.bridge}v{number}"
        _ip("link", "add", wire, "type", "veth", "peer", "name", "eth0", "netns", made.namespace)
        _ip("link", "set", wire, "master", self.bridge, "up")
        _ip("-n", made.namespace, "addr", "add", f"{made.address}/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            _ip("-n", made.namespace, "link", "set", device, "up")
        return made

    def lose(self, sender: Host, receiver: Host) -> None:
        """Lose every packet on this way."""
        to = ("lladdr", NOBODY, "nud", "permanent", "dev", "eth0")
        _ip("-n", sender.namespace, "neigh", "replace", receiver.address, *to)

    def heal(self) -> None:
        """Lose nothing any more."""
        for sender in self.hosts:
            for receiver in self.hosts:
                _ip("-n", sender.namespace, "neigh", "del", receiver.address, "dev", "eth0", check=False)


@contextmanager
def network() -> Iterator[Network]:
    """A network of this process's own."""
    number = os.getpid()
    made = Network(f"gd{number % 10**6}", f"10.{64 + number % 128}.{number // 128 % 256}")
    _ip("link", "add", made.bridge, "type", "bridge")
    try:
        _ip("addr", "add", f"{made.here}/24", "dev", made.bridge)
        _ip("link", "set", made.bridge, "up")
        yield made
    finally:
        for host in made.hosts:
            _ip("netns", "del", host.namespace, check=False)
        _ip("link", "del", made.bridge, check=False)


def missing() -> str:
    """Why there can be no network here, or nothing."""
    if os.geteuid():
        return "namespaces need root"
    if shutil.which("ip") is None:
        return "iproute2 is not installed"
    try:
        with network() as made:
            made.host()
    except subprocess.CalledProcessError as error:
        return f"no namespaces here: {error.stderr.decode().strip()}"
    return ""


def _ip(*words: str, check: bool = True) -> None:
    subprocess.run(["ip", *words], check=check, capture_output=True)
