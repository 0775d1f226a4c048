"""Announcements go in full words while the platform takes them, and as cards when it does not: seen on the phones."""

import random
from datetime import datetime, timedelta

import pytest

from domain.signs import Sign
from domain.values import Address
from notify.notices import CUSTOM, TEMPLATE, Notice, Plan
from notify.outbox import put
from tests.harness import WANG, Chat

PAUSES = (3, 25, 70, 4_000, 90_000, 172_000)
FACTS = {"text": "明天盘点，不发货", "by": "老张", "at": "2026-11-24T10:00:00+00:00", "url": "", "order": ""}


async def act(chat: Chat, sign: Sign) -> None:
    match sign:
        case Sign.WROTE:
            await chat.say(WANG, "你好")
        case Sign.TAPPED:
            await chat.tap(WANG, "help")
        case Sign.FOLLOWED:
            await chat.account.follow(WANG.openid)
        case Sign.SCANNED:
            await chat.account.event(WANG.openid, "SCAN", grants="scan", EventKey="shelf-3", Ticket="t")
    await chat.settle()


def places(chat: Chat, now: datetime) -> int:
    """How many plain messages the platform would still take from us."""
    grants = chat.account.person(WANG.openid).grants.values()
    return sum(one.left for one in grants if one.until > now + timedelta(seconds=4))


def refused(chat: Chat) -> list[int]:
    return [one.outcome["errcode"] for one in chat.platform.journal.calls("custom/send") if one.outcome.get("errcode")]


@pytest.mark.parametrize("seed", range(4))
async def test_no_plain_message_is_refused_and_no_place_is_left_unused(chat: Chat, seed: int):
    chance, sent = random.Random(seed), 0
    await act(chat, Sign.FOLLOWED)
    for step in range(12):
        chat.platform.clock.forward(timedelta(seconds=chance.choice(PAUSES)))
        if chance.random() < 0.6:
            await act(chat, chance.choice(list(Sign)))
        chat.skip_all()
        wanted = chance.randint(1, 4)
        expected = min(wanted, places(chat, chat.platform.clock()))
        to = Address("main", WANG.openid)
        for number in range(wanted):
            plan = Plan(to, Notice.ANNOUNCEMENT, FACTS, "test", channels=(CUSTOM, TEMPLATE))
            await put(f"announcement:{step}:{number}", [plan], now=chat.platform.clock())
        await chat.settle()
        kinds = [bubble.kind for bubble in chat.unread(WANG)]
        assert len(kinds) == wanted
        assert kinds.count("custom") >= expected, (step, kinds)
        sent += kinds.count("custom")
        chat.skip_all()
    assert refused(chat) == []
    assert sent
