"""The fake 快递鸟: as strict as the vendor about signatures, phones and what is pushed."""

import json

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from simulator.kdniao import sign

SF, YTO = "SF1234567890123", "YT1234567890123"


@pytest.fixture
def ask(http, platform):
    async def ask(path: str, kind: str, wish: dict[str, str], **changed: str):
        text = json.dumps(wish, ensure_ascii=False)
        desk = platform.kdniao
        form = {"EBusinessID": desk.business, "RequestType": kind, "RequestData": text, "DataType": "2"}
        form["DataSign"] = sign(text, desk.key)
        async with http.post(path, data=form | changed) as response:
            assert response.status == 200
            answer = json.loads(await response.text())
            return answer["Success"], answer["Reason"]

    return ask


async def test_says_in_words_what_is_wrong(ask):
    good = {"ShipperCode": "YTO", "LogisticCode": YTO}
    assert await ask("/api/dist", "8008", good) == (True, "")
    assert await ask("/api/dist", "8008", good, DataSign="x") == (False, "非法参数")
    assert await ask("/api/dist", "8008", good, EBusinessID="x") == (False, "非法参数")
    assert await ask("/api/dist", "8001", good) == (False, "请求指令与接口不符")
    assert await ask("/api/dist", "8008", good | {"ShipperCode": "yuantong"}) == (False, "ShipperCode 不正确")
    assert await ask("/api/dist", "8008", good | {"LogisticCode": "圆通"}) == (False, "单号不合法")
    assert await ask("/api/dist", "8008", good | {"CustomerName": "1234"}) == (False, "CustomerName 不需要")


async def test_some_carriers_want_the_phone(ask, platform):
    path, wish = "/Ebusiness/EbusinessOrderHandle.aspx", {"ShipperCode": "SF", "LogisticCode": SF}
    assert (await ask(path, "8001", wish))[0] is False
    assert await ask(path, "8001", wish | {"CustomerName": "1234"}) == (True, "暂无轨迹信息")
    platform.kdniao.parcel(SF).phone = "13900005678"
    assert (await ask(path, "8001", wish | {"CustomerName": "1234"}))[0] is False


async def test_pushes_again_until_the_answer_is_right(ask, platform):
    came: list[str] = []

    async def hook(request: web.Request) -> web.Response:
        came.append(str((await request.post())["RequestData"]))
        ok = {
            "EBusinessID": platform.kdniao.business,
            "UpdateTime": "2026-11-24 12:00:00",
            "Success": True,
            "Reason": "",
        }
        return web.json_response(ok if len(came) > 2 else {"Success": True})

    app = web.Application()
    app.router.add_post("/hook", hook)
    assert await platform.kdniao.move(YTO, "1", "已揽收") is None
    await ask("/api/dist", "8008", {"ShipperCode": "YTO", "LogisticCode": YTO})
    async with TestServer(app) as server:
        platform.kdniao.callback = str(server.make_url("/hook"))
        delivered = await platform.kdniao.move(YTO, "201", "到达深圳")
    assert delivered is not None
    assert (delivered.accepted, delivered.attempts) == (True, 3)
    [told] = json.loads(came[0])["Data"]
    assert [line["Action"] for line in told["Traces"]] == ["1", "201"]
    assert (told["State"], told["StateEx"]) == ("2", "201")
