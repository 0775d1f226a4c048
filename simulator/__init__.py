"""A small, strict WeChat on loopback, with a small carrier: for demonstrations and tests."""

from .account import OfficialAccount
from .answer import Reply
from .carrier import Carrier
from .clock import Clock
from .faults import Fault
from .follower import Bubble, Follower
from .journal import Entry
from .platform import Platform
from .push import Pushed, Try
from .screen import OUT_OF_ORDER
from .site import make_app

__all__ = [
    "OUT_OF_ORDER",
    "Bubble",
    "Carrier",
    "Clock",
    "Entry",
    "Fault",
    "Follower",
    "OfficialAccount",
    "Platform",
    "Pushed",
    "Reply",
    "Try",
    "make_app",
]
