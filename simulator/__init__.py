"""A small, strict WeChat on loopback, with a small carrier: for demonstrations and tests.

    async with Platform() as platform:
        account = platform.add_account(webhook="http://127.0.0.1:8080/wechat/main")
        person = account.add_follower("小王")
        runner = web.AppRunner(make_app(platform))   # one address is the API, open, mp and carrier host
        pushed = await account.say(person.openid, "订 A100 20箱")
        platform.clock.forward(timedelta(days=1))
        await platform.settled()
        person.heard[-1].text, platform.journal.calls("template/send")

Strict means: what the real platform would refuse is refused here with the same number.
"""

from .account import OfficialAccount
from .answer import Reply
from .carrier import Carrier
from .clock import Clock
from .faults import Fault
from .follower import Bubble, Follower
from .journal import Entry
from .phones import Phone, Phones
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
    "Phone",
    "Phones",
    "Platform",
    "Pushed",
    "Reply",
    "Try",
    "make_app",
]
