"""The whole product behind its wire: the published handshake, and one confirmation that comes again and again."""

import asyncio
from datetime import UTC, datetime

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.inbox import Inbox
from bot.models import InboundMessage
from bot.webhook import routes
from domain.models import Order
from notify.models import Delivery
from simulator import Pushed
from simulator.push import push
from tests.harness import WANG, Chat
from tests.wire.conftest import SORRY, Shop
from tests.wire.test_vectors import ACCOUNT, VECTORS


async def test_the_published_handshake_is_answered_over_http(shop: Shop) -> None:
    sample = VECTORS["handshake"]
    signed_at = datetime.fromtimestamp(int(sample["timestamp"]), UTC)
    app = web.Application()
    inbox = Inbox(shop.answer, shop.later, lambda: signed_at)
    app.add_routes(routes({"main": ACCOUNT}, inbox, lambda: signed_at, sorry=SORRY))
    async with TestServer(app) as server, aiohttp.ClientSession(server.make_url("/")) as session:
        async with session.get("/wechat/main", params=sample | {"echostr": "4375120948345356249"}) as response:
            assert (response.status, await response.text()) == (200, "4375120948345356249")
        async with session.get("/wechat/main", params=sample | {"echostr": "1", "nonce": "2"}) as response:
            assert (response.status, await response.text()) == (403, "")


def bodies(*pushes: Pushed) -> set[bytes]:
    """The different answers, byte for byte."""
    return {one.body for pushed in pushes for one in pushed.tries}


async def test_a_confirmation_is_one_order_however_often_it_comes(chat: Chat) -> None:
    await chat.say(WANG, "下单 A100 20箱 明天送")
    chat.platform.faults.add(push="text", kind="parallel", n=3)
    first = await chat.say(WANG, "确认")
    assert len(first.tries) == 3
    one_by_one = [await push(chat.account, first.message) for _ in range(2)]
    await chat.restart()
    after = await asyncio.gather(*(push(chat.account, first.message) for _ in range(3)))
    await chat.settle()
    assert len(bodies(first, *one_by_one, *after)) == 1
    assert "已下单" in first.text
    assert await Order.all().count() == 1
    assert await InboundMessage.filter(key__endswith=f":{first.message['MsgId']}").count() == 1
    # Two cards, for the buyer and the salesman; nothing was told twice.
    assert await Delivery.filter(order_number=(await Order.get()).number).count() == 2
    chat.skip_all()


async def test_the_number_of_a_confirmation_is_good_for_no_other_words(chat: Chat) -> None:
    await chat.say(WANG, "下单 A100 20箱 明天送")
    first = await chat.say(WANG, "确认")
    forged = await push(chat.account, first.message | {"Content": "下单 A100 2000箱"})
    assert set(forged.statuses) == {403}
    assert bodies(await push(chat.account, first.message)) == bodies(first)
    assert await Order.all().count() == 1
    chat.skip_all()
