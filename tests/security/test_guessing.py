"""Binding codes cannot be found by trying: few guesses for one person, few for all together, the same words for all."""

import asyncio
import os
import random
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from domain import guessing, joining
from domain.errors import AlreadyBound, CodeRefused, TooManyTries
from domain.models import BindingCode, BindingTry, Event, Identity
from domain.values import SYSTEM, Address, Role
from tests.harness import CHEN, LU, Chat
from tests.shop import NOW, Cast, the_cast

# The table wants 100,000 for each of the two, which takes some minutes.
GUESSES = int(os.environ.get("GENDAN_TEST_GUESSES", "2000"))


@pytest.fixture
async def cast(db) -> Cast:
    return await the_cast()


async def code(now: datetime = NOW) -> str:
    return (await joining.invite_contact("C001", "小新", Role.BUYER, by=SYSTEM, now=now)).code


@pytest.mark.parametrize("openids", [1, 1000])
async def test_a_flood_of_guesses_hits_nothing(cast: Cast, openids: int):
    right = await code()
    chance = random.Random(openids)
    wrong = refused = 0
    for n in range(GUESSES):
        guess = "".join(chance.choice(joining.ALPHABET) for _ in range(joining.LENGTH))
        assert guess != right
        try:
            await joining.peek_code(
                guess, Address("main", f"o-{n % openids}"), now=NOW + timedelta(minutes=10 * n / GUESSES)
            )
        except CodeRefused:
            wrong += 1
        except TooManyTries:
            refused += 1
    assert wrong + refused == GUESSES
    assert wrong == (guessing.TRIES if openids == 1 else guessing.GUESSES)
    assert await BindingTry.all().count() == wrong, "a flood of guesses is no flood of rows"
    assert await Event.filter(kind="CodesGuessed").count() == (openids > 1)
    assert (await BindingCode.get()).used_at is None


async def test_at_the_same_moment_no_more_get_through(cast: Cast):
    guesses = (joining.peek_code("WRONG234", Address("main", f"o-{n}"), now=NOW) for n in range(100))
    outcomes = await asyncio.gather(*guesses, return_exceptions=True)
    assert sum(isinstance(one, CodeRefused) for one in outcomes) <= guessing.GUESSES
    assert all(isinstance(one, CodeRefused | TooManyTries) for one in outcomes)


async def guess(times: int, now: datetime) -> list[type[Exception]]:
    met: list[type[Exception]] = []
    for n in range(times):
        with pytest.raises((CodeRefused, TooManyTries)) as no:
            await joining.peek_code("WRONG234", Address("main", f"o-{n}-{now:%H%M}"), now=now)
        met.append(no.type)
    return met


async def test_a_right_code_is_refused_too_while_all_is_frozen_and_good_again_after(cast: Cast):
    await guess(guessing.GUESSES, NOW)
    newcomer = Address("main", "o-newcomer")
    with pytest.raises(TooManyTries) as no:
        await joining.peek_code(await code(), newcomer, now=NOW)
    assert no.value.wait == guessing.GUESS_SPAN
    later = NOW + guessing.GUESS_SPAN
    assert (await joining.peek_code(await code(later), newcomer, now=later)).name == "小新"


async def test_it_is_told_once_as_long_as_it_goes_on(cast: Cast):
    for minutes in range(0, 180, 20):
        await guess(guessing.GUESSES, NOW + timedelta(minutes=minutes))
    told = [event.at for event in await Event.filter(kind="CodesGuessed").order_by("id")]
    assert len(told) == 3
    assert all(b - a >= guessing.GUESS_SPAN for a, b in pairwise(told))


async def test_people_with_a_right_code_are_no_guessers(cast: Cast):
    right = await code()
    for n in range(guessing.GUESSES + 5):
        await joining.peek_code(right, Address("main", f"o-{n}"), now=NOW)
    assert not await BindingTry.all().count()
    with pytest.raises(CodeRefused):
        await joining.peek_code("WRONG234", Address("main", "o-x"), now=NOW)


async def test_who_is_somebody_already_freezes_nothing(cast: Cast):
    for _ in range(guessing.GUESSES + 1):
        with pytest.raises(AlreadyBound):
            await joining.peek_code("WRONG234", cast.wang.address or Address("", ""), now=NOW)
    assert not await BindingTry.all().count()


async def test_by_chat_wrong_expired_and_used_are_the_same_words_and_the_manager_hears_of_a_flood(chat: Chat):
    now = chat.platform.clock()
    used = await code(now)
    await joining.redeem_code(used, Address("main", "o-else"), now=now)
    expired = (await joining.invite_contact("C001", "小迟", Role.BUYER, by=SYSTEM, now=now - timedelta(hours=1))).code
    said = {await chat.ask(LU, f"绑定 {text}") for text in ("WRONG234", used, expired)}
    assert len(said) == 1
    for n in range(guessing.GUESSES):
        with pytest.raises((CodeRefused, TooManyTries)):
            await joining.peek_code("WRONG234", Address("main", f"o-{n}"), now=chat.platform.clock())
    chat.skip_all()
    await chat.settle()
    assert "猜绑定码" in chat.heard(CHEN)
    assert "尝试太多" in await chat.ask(LU, f"绑定 {await code(chat.platform.clock())}")
    assert not await Identity.filter(openid=LU.openid, contact_id__not_isnull=True).exists()
    chat.skip_all()
