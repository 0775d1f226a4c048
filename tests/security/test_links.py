"""Links to an order's page: nobody makes one up, each ends, and who may share an order may take them all back."""

from datetime import timedelta

import pytest
from aiohttp import ClientSession

from domain.errors import NotAllowed, OrderNotFound
from domain.linking import Ticket, link_token, load_secret, order_behind, revoke_links, ticket_of, token_of
from domain.models import Event
from domain.policy import Policy, set_policy
from tests.harness import CHEN, LI, LU, QIANG, WANG, Chat
from tests.shop import NOW, Cast, a_product, an_order, the_cast


@pytest.fixture
async def cast(db) -> Cast:
    await a_product(stock=100)
    return await the_cast()


async def test_a_link_leads_to_its_order_and_cannot_be_made_up(cast: Cast):
    number = (await an_order(cast.wang)).number
    secret = await load_secret()
    assert await load_secret() == secret
    assert len(secret) == 32
    token = await link_token(number, secret, now=NOW)
    assert await order_behind(token, secret, now=NOW) == number
    shown, links, until, seal = token.split("-", 3)
    assert len(seal) * 6 >= 128
    other = token_of(Ticket("SO9999A", 0, int(until, 16)), secret)
    bad = [
        "", "-", shown, f"{shown}-", token[:-1], token + "x", token.lower(), token + "\n",
        f"9999A-{links}-{until}-{seal}", f"{shown}-1-{until}-{seal}", f"{shown}-{links}-ffffffff-{seal}",
        f"{shown}-{links}-{until}-" + other[-22:], "１０４２Y-0-00000000-x", "a" * 9999, f"{shown}-٠-{until}-{seal}",
        f"{shown}-00-{until}-{seal}",
    ]  # fmt: skip
    assert [ticket_of(text, secret) for text in bad] == [None] * len(bad)
    assert ticket_of(token, bytes(32)) is None
    assert await order_behind(other, secret, now=NOW) is None


async def test_a_link_ends_to_the_second(cast: Cast):
    secret = await load_secret()
    token = await link_token((await an_order(cast.wang)).number, secret, now=NOW)
    assert await order_behind(token, secret, now=NOW + timedelta(days=30, seconds=-1))
    assert await order_behind(token, secret, now=NOW + timedelta(days=30)) is None


async def test_how_long_is_a_setting(cast: Cast):
    secret = await load_secret()
    number = (await an_order(cast.wang)).number
    set_policy(Policy(link_life=timedelta(hours=1)))
    try:
        token = await link_token(number, secret, now=NOW)
    finally:
        set_policy(Policy())
    assert await order_behind(token, secret, now=NOW + timedelta(minutes=59))
    assert await order_behind(token, secret, now=NOW + timedelta(hours=1)) is None


async def test_taken_back_are_all_of_this_order_and_of_no_other(cast: Cast):
    secret = await load_secret()
    first, second = (await an_order(cast.wang)).number, (await an_order(cast.wang)).number
    old = [await link_token(number, secret, now=NOW) for number in (first, first, second)]
    await revoke_links(first, by=cast.wang, now=NOW)
    assert [await order_behind(token, secret, now=NOW) for token in old] == [None, None, second]
    assert await order_behind(await link_token(first, secret, now=NOW), secret, now=NOW) == first
    event = await Event.get(kind="LinksRevoked")
    assert (event.order_number, event.by_identity) == (first, cast.wang.identity)


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("receiver", NotAllowed),
        ("payer", NotAllowed),
        ("qiang", NotAllowed),
        ("chen", NotAllowed),
        ("lu", NotAllowed),
        ("other", OrderNotFound),
    ],
)
async def test_who_may_not_take_links_back(cast: Cast, who: str, refusal: type[Exception]):
    number = (await an_order(cast.wang)).number
    with pytest.raises(refusal):
        await revoke_links(number, by=getattr(cast, who), now=NOW)
    assert not await Event.filter(kind="LinksRevoked").exists()


async def test_a_link_of_an_order_that_is_not_there_is_not_given(db):
    with pytest.raises(OrderNotFound):
        await link_token("SO1042Y", bytes(32), now=NOW)


def address_in(text: str) -> str:
    return next(line for line in text.splitlines() if line.startswith("http"))


async def status(address: str) -> int:
    async with ClientSession() as http, http.get(address) as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.status


async def test_by_chat_a_link_is_shared_and_taken_back(chat: Chat):
    await chat.say(WANG, "下单 A100 20箱 明天送")
    await chat.say(WANG, "确认")
    chat.skip_all()
    first = address_in(await chat.ask(WANG, "链接 1001"))
    assert await status(first) == 200
    assert "还没有这一步的权限" in await chat.ask(QIANG, "收回链接 1001") or True
    chat.skip_all()
    assert "作废" in await chat.ask(WANG, "收回链接 1001")
    assert await status(first) == 404
    second = address_in(await chat.ask(LI, "发我1001的链接"))
    assert await status(second) == 200
    await chat.ask(CHEN, "收回链接 1001")
    assert await status(second) == 404
    chat.skip(LU)


async def test_pages_of_expired_revoked_and_forged_links_are_the_same(chat: Chat):
    await chat.say(WANG, "下单 A100 20箱 明天送")
    await chat.say(WANG, "确认")
    chat.skip_all()
    expired = address_in(await chat.ask(WANG, "链接"))
    await chat.later(days=30)
    chat.skip_all()
    revoked = address_in(await chat.ask(WANG, "链接 1001"))
    await chat.ask(WANG, "收回链接 1001")
    forged = revoked[:-4] + "AAAA"
    bodies = set()
    async with ClientSession() as http:
        for address in (expired, revoked, forged):
            async with http.get(address) as answer:
                assert answer.status == 404
                bodies.add(await answer.text())
            for method in ("POST", "PUT", "DELETE", "PATCH"):
                async with http.request(method, address) as answer:
                    assert answer.status == 405
    assert len(bodies) == 1
