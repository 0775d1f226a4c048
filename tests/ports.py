"""Ports for servers that are opened later, maybe by another process."""

import random
import socket

BELOW = range(20000, 32000)
"""Where the system takes no ports for outgoing connections, so that nobody else takes one of these meanwhile."""


def unused_port() -> int:
    """A free port of ours."""
    for port in random.sample(BELOW, 50):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")
