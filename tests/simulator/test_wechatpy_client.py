"""The API as an independent client meets it: wechatpy's own, which knows nothing of this simulator."""

import asyncio
import io
from typing import Any

import pytest
from wechatpy.client import WeChatClient
from wechatpy.exceptions import APILimitedException, WeChatClientException
from wechatpy.session.memorystorage import MemoryStorage


@pytest.fixture
def client(server, account):
    class Client(WeChatClient):
        API_BASE_URL = str(server.make_url("/cgi-bin/"))

    client: Any = Client(account.appid, account.secret, session=MemoryStorage(), auto_retry=False)
    client.session.set(f"{account.appid}_access_token", account.tokens.stable(False)[0], 7200)
    return client


async def test_templates_customers_codes_menus_users_and_media(platform, account, buyer, client):
    template = account.templates.add("订单", "编号:{{character_string1.DATA}}")
    await account.say(buyer.openid, "在吗")

    def work() -> None:
        assert client.template.get_all_private_template()["template_list"][0]["template_id"] == template.template_id
        data = {"character_string1": {"value": "1042K"}}
        assert client.message.send_template(buyer.openid, template.template_id, data)["msgid"]
        client.message.send_text(buyer.openid, "好")
        client.menu.create({"button": [{"type": "click", "name": "订单", "key": "orders"}]})
        assert client.menu.get()["menu"]["button"][0]["name"] == "订单"
        scene = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "b1"}}}
        assert client.qrcode.create(scene)["ticket"]
        assert client.user.get(buyer.openid)["subscribe"] == 1
        uploaded = client.media.upload("image", ("a.png", io.BytesIO(b"\x89PNG"), "image/png"))
        client.message.send_image(buyer.openid, uploaded["media_id"])

    await asyncio.to_thread(work)
    kinds = [bubble.kind for bubble in buyer.heard]
    assert kinds == ["card", "custom", "image"]


async def test_refusals_arrive_as_its_exceptions(platform, account, buyer, client):
    platform.faults.add(api="custom/send", code=45009)

    def work() -> None:
        with pytest.raises(APILimitedException):
            client.message.send_text(buyer.openid, "好")
        with pytest.raises(WeChatClientException) as closed:
            client.message.send_text(buyer.openid, "好")
        assert closed.value.errcode == 45015

    await asyncio.to_thread(work)
