"""Plain messages are counted as the platform counts them: compared with the simulator's own arithmetic."""

import asyncio
import os
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.models import Identity
from domain.signs import Sign
from domain.values import Address
from notify import allowances
from notify.models import Allowance, DeliveryState
from notify.notices import CUSTOM, TEMPLATE
from notify.windows import GRANTS, Grant, left_in, open_windows
from simulator.follower import Follower
from simulator.refused import Refused
from tests.notify.fakes import PERSON, Post
from tests.notify.samples import NOW
from tests.notify.test_retry import code

CAUSES = {Sign.WROTE: "message", Sign.TAPPED: "menu", Sign.FOLLOWED: "follow", Sign.SCANNED: "scan"}
"""What the platform calls them."""
PAUSES = (1, 7, 20, 45, 61, 3_600, 86_400, 172_700)
HISTORIES = int(os.environ.get("GENDAN_TEST_HISTORIES", "2000"))
"""How many people's; ``make properties`` asks for ten thousand."""


class Counted:
    """The rule of ours by itself: who did what when, and what was counted."""

    def __init__(self) -> None:
        self.signs: dict[Sign, datetime] = {}
        self.used: dict[Sign, tuple[int, int]] = {}

    def may_send(self, now: datetime) -> bool:
        for window in open_windows(self.signs, GRANTS, now=now, haste=timedelta(0)):
            if left := left_in(window, self.used):
                self.used[window.sign] = window.mark, window.messages - left + 1
                return True
        return False


def platform_takes(follower: Follower, now: datetime) -> bool:
    try:
        follower.spend(now)
    except Refused:
        return False
    return True


def history(seed: int, act: Callable[[Sign, datetime], None], send: Callable[[datetime], None]) -> None:
    chance, now = random.Random(seed), NOW
    for _ in range(chance.randint(5, 25)):
        now += timedelta(seconds=chance.choice(PAUSES) + chance.random())
        if chance.random() < 0.4:
            act(chance.choice(list(Sign)), now)
        for _ in range(chance.randint(0, 7)):
            now += timedelta(seconds=chance.random())
            send(now)


def test_thousands_of_histories_send_what_the_platform_takes_and_leave_no_place_unused():
    outcomes = {True: 0, False: 0}
    for seed in range(HISTORIES):
        ours, platform = Counted(), Follower(openid="o", subscribed_at=NOW)

        def act(sign: Sign, now: datetime, ours: Counted = ours, platform: Follower = platform) -> None:
            ours.signs[sign] = now
            platform.grant(CAUSES[sign], now)

        def send(now: datetime, seed: int = seed, ours: Counted = ours, platform: Follower = platform) -> None:
            said = ours.may_send(now)
            assert said == platform_takes(platform, now), seed
            outcomes[said] += 1

        history(seed, act, send)
    assert min(outcomes.values()) > HISTORIES


async def did(sign: Sign, at: datetime, openid: str = "o1") -> None:
    changes: dict[str, Any] = {f"{sign.value}_at": at, "last_inbound_at": at}
    if not await Identity.filter(account="main", openid=openid).update(**changes):
        await Identity.create(account="main", openid=openid, **changes)


@pytest.mark.parametrize("seed", range(40))
async def test_the_counts_that_are_kept_agree_with_it_too(db, seed: int):
    person, platform = Address("main", f"o{seed}"), Follower(openid="o", subscribed_at=NOW)
    steps: list[tuple[Sign | None, datetime]] = []
    history(seed, lambda sign, now: steps.append((sign, now)), lambda now: steps.append((None, now)))
    for sign, now in steps:
        if sign is not None:
            platform.grant(CAUSES[sign], now)
            await did(sign, now, person.openid)
            continue
        free = await allowances.reachable([person], GRANTS, now=now)
        taken = await allowances.take([(1, person)], GRANTS, now=now)
        assert bool(taken) == bool(free)
        # What is nearly over is let go: it may end while the message is under way.
        hasty = not taken and any(0 < (one.until - now).total_seconds() <= 2 for one in platform.grants.values())
        assert platform_takes(platform, now) == bool(taken) or hasty


async def test_of_those_who_take_at_once_as_many_get_a_place_as_there_are(db):
    await did(Sign.WROTE, NOW)
    await did(Sign.TAPPED, NOW)
    takes = [allowances.take([(n, PERSON)], GRANTS, now=NOW + timedelta(seconds=1)) for n in range(20)]
    taken = [place for one in await asyncio.gather(*takes) for place in one.values()]
    assert sorted(place.sign for place in taken) == [Sign.TAPPED] * 3 + [Sign.WROTE] * 5


async def test_other_grants_than_the_usual_may_be_set(db):
    await did(Sign.WROTE, NOW)
    few = {**GRANTS, Sign.WROTE: Grant(1, timedelta(hours=1))}
    assert len(await allowances.take([(1, PERSON), (2, PERSON)], few, now=NOW)) == 1
    assert not await allowances.take([(3, PERSON)], {}, now=NOW)


@pytest.fixture
def post(db) -> Post:
    return Post()


async def test_the_sixth_plain_message_goes_as_a_card_without_asking_the_platform(post: Post):
    await did(Sign.WROTE, NOW)
    for _ in range(7):
        await post.put(channels=(CUSTOM, TEMPLATE))
    await post.send()
    assert (len(post.custom.sent), len(post.template.sent)) == (5, 2)


async def test_a_tap_opens_three_for_a_minute(post: Post):
    await did(Sign.TAPPED, NOW)
    for _ in range(4):
        await post.put(channels=(CUSTOM, TEMPLATE))
    await post.send()
    assert (len(post.custom.sent), len(post.template.sent)) == (3, 1)
    await did(Sign.TAPPED, NOW + timedelta(seconds=10))
    post.clock.forward(seconds=70)
    await post.put(channels=(CUSTOM, TEMPLATE))
    await post.send()
    assert (len(post.custom.sent), len(post.template.sent)) == (3, 2)


async def test_who_never_wrote_gets_the_card_at_once(post: Post):
    row = await post.put(channels=(CUSTOM, TEMPLATE))
    await post.send()
    await row.refresh_from_db()
    assert (row.state, row.channel, row.attempts) == (DeliveryState.SENT, TEMPLATE, 1)
    assert not post.custom.sent


async def test_a_place_that_was_not_used_is_free_again_and_one_that_may_have_been_is_not(post: Post):
    await did(Sign.WROTE, NOW)
    post.custom.answers = [code(-1)]
    await post.put(channels=(CUSTOM,))
    await post.send()
    assert (await Allowance.get()).used == 0
    post.clock.forward(seconds=10)
    await post.send()
    assert (await Allowance.get()).used == 1


async def test_the_platforms_own_count_is_believed(post: Post):
    await did(Sign.WROTE, NOW)
    post.custom.answers = [code(45047)]
    await post.put(channels=(CUSTOM, TEMPLATE))
    await post.put(channels=(CUSTOM, TEMPLATE))
    await post.send()
    await post.put(channels=(CUSTOM, TEMPLATE))
    await post.send()
    assert len(post.custom.sent) == 2
    assert (await Allowance.get()).used == 5
