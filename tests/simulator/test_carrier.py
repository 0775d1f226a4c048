"""The fake carrier: who may subscribe and ask, and how a moving parcel is pushed."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from simulator.carrier import md5

NUMBER = "SF1234567890123"
OK = '{"result":true,"returnCode":"200","message":"成功"}'


class Hook:
    """Where pushes arrive; answers what a test wants."""

    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []
        self.answers: list[tuple[str, int]] = []
        self.url = ""

    async def serve(self, request: web.Request) -> web.Response:
        self.forms.append({name: str(value) for name, value in (await request.post()).items()})
        text, status = self.answers.pop(0) if self.answers else (OK, 200)
        return web.Response(text=text, status=status)

    @property
    def params(self):
        return [json.loads(form["param"]) for form in self.forms]


@pytest.fixture
async def hook():
    hook = Hook()
    app = web.Application()
    app.router.add_post("/hooks/carriers/kuaidi100/t1", hook.serve)
    async with TestServer(app) as server:
        hook.url = str(server.make_url("/hooks/carriers/kuaidi100/t1"))
        yield hook


@pytest.fixture
def carrier(platform):
    return platform.carrier


@pytest.fixture
def subscribe(http, hook, carrier):
    async def subscribe(form: dict[str, str] | None = None, parameters: dict[str, Any] | None = None, **changed: Any):
        more = {"callbackurl": hook.url, "salt": "salt123", "resultv2": "4", "phone": "0001"} | (parameters or {})
        param = {"company": "shunfeng", "number": NUMBER, "key": carrier.key, "parameters": more} | changed
        text = json.dumps(param, ensure_ascii=False)
        async with http.post("/poll", data={"schema": "json", "param": text} | (form or {})) as response:
            assert response.status == 200
            return (await response.json())["returnCode"]

    return subscribe


@pytest.fixture
def ask(http, carrier):
    async def ask(number: str = NUMBER, company: str = "shunfeng", sign: str = "", **more: str):
        param = json.dumps({"com": company, "num": number, "phone": "0001", "resultv2": "4"} | more)
        sign = sign or md5(param + carrier.key + carrier.customer)
        async with http.post("/poll/query.do", data={"customer": carrier.customer, "sign": sign, "param": param}) as r:
            return await r.json()

    return ask


def test_signs_as_the_vendor_does():
    param = (
        '{"com":"yuantong","num":"YT9693083639795","phone":"13800138000","from":"广东省江门市","to":"广东省深圳市",'
        '"resultv2":"4","show":"0","order":"desc"}'
    )
    assert md5(param + "testkey00001" + "TESTCUSTOMER") == "E4E01123E4F6B8627FE08B0D98AE5304"


async def test_a_subscribed_parcel_is_pushed_whole_newest_first(platform, carrier, subscribe, hook):
    assert await subscribe() == "200"
    await carrier.move(NUMBER, "1", "已揽收")
    platform.clock.forward(timedelta(hours=2))
    await carrier.move(NUMBER, "501", "已到驿站")
    form, param = hook.forms[-1], hook.params[-1]
    assert form["sign"] == hashlib.md5((form["param"] + "salt123").encode()).hexdigest().upper()
    assert (param["status"], param["lastResult"]["state"], param["lastResult"]["ischeck"]) == ("polling", "5", "0")
    assert [(line["context"], line["statusCode"]) for line in param["lastResult"]["data"]] == [
        ("已到驿站", "501"),
        ("已揽收", "1"),
    ]
    assert param["lastResult"]["data"][1]["time"] == "2026-11-02 12:00:00"
    await carrier.move(NUMBER, "3")
    assert (hook.params[-1]["status"], hook.params[-1]["lastResult"]["ischeck"]) == ("shutdown", "1")


async def test_steps_told_late_do_not_turn_the_state_back(carrier, subscribe, hook):
    await subscribe()
    await carrier.move(NUMBER, "5", at=datetime(2026, 11, 2, 3, 0, tzinfo=UTC))
    await carrier.move(NUMBER, "0", at=datetime(2026, 11, 2, 1, 0, tzinfo=UTC))
    assert hook.params[-1]["lastResult"]["state"] == "5"


@pytest.mark.parametrize(("salt", "signed"), [({"salt": ""}, True), ({"salt": None}, False)])
async def test_a_salt_signs_even_when_it_is_empty(carrier, subscribe, hook, salt, signed):
    await subscribe(parameters=salt)
    await carrier.move(NUMBER, "0")
    assert ("sign" in hook.forms[0]) is signed


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("success", 200),
        ('{"result":"true","returnCode":"200"}', 200),
        ('{"result":true,"returnCode":"500"}', 200),
        ("[]", 200),
        (OK, 500),
    ],
)
async def test_a_wrong_answer_is_asked_for_three_times(carrier, subscribe, hook, answer, status):
    await subscribe()
    hook.answers = [(answer, status)] * 3
    (pushed,) = await carrier.move(NUMBER, "0")
    assert (pushed.attempts, pushed.accepted) == (3, False)
    assert hook.forms[0] == hook.forms[1] == hook.forms[2]
    (pushed,) = await carrier.move(NUMBER, "5")
    assert (pushed.attempts, pushed.accepted) == (1, True)


async def test_nobody_subscribed_hears_nothing(platform, carrier, hook):
    assert await carrier.move(NUMBER, "0") == []
    assert platform.journal.entries("carrier") == []
    with pytest.raises(LookupError):
        await carrier.move(NUMBER, "99")


async def test_giving_up_and_going_on_under_another_company(carrier, subscribe, hook):
    await subscribe()
    await carrier.abort(NUMBER)
    assert (hook.params[0]["status"], hook.params[0]["comNew"]) == ("abort", "")
    await carrier.abort(NUMBER, "已更正", corrected_to="zhongtong")
    assert (hook.params[1]["comOld"], hook.params[1]["comNew"]) == ("shunfeng", "zhongtong")
    await carrier.move(NUMBER, "0")
    assert hook.params[2]["lastResult"]["com"] == "zhongtong"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"key": "wrong"}, "600"),
        ({"company": "owlpost"}, "700"),
        ({"company": ""}, "700"),
        ({"number": "1"}, "700"),
        ({"number": "顺丰123456"}, "700"),
        ({"parameters": {"callbackurl": ""}}, "700"),
        ({"parameters": {"phone": ""}}, "408"),
        ({"parameters": {"phone": "12"}}, "408"),
        ({"form": {"schema": "xml"}}, "700"),
        ({"form": {"param": "{"}}, "400"),
        ({"company": "", "number": "XX1234567", "parameters": {"autoCom": "1"}}, "702"),
        ({"company": "", "parameters": {"autoCom": "1"}}, "200"),
        ({"company": "yuantong", "number": "YT12345678", "parameters": {"phone": None}}, "200"),
    ],
)
async def test_who_may_subscribe_to_what(carrier, subscribe, changed, code):
    assert await subscribe(**changed) == code
    assert sum(len(parcel.subscriptions) for parcel in carrier.parcels.values()) == (code == "200")


async def test_the_wrong_phone_opens_nothing(carrier, subscribe, ask):
    carrier.parcel(NUMBER).phone = "13800009999"
    assert await subscribe() == "408"
    assert (await ask())["returnCode"] == "408"
    assert await subscribe(parameters={"phone": "9999"}) == "200"


async def test_four_subscriptions_a_month_and_one_push_for_all(platform, carrier, subscribe, hook):
    assert [await subscribe() for _ in range(5)] == ["200"] * 4 + ["501"]
    assert len(await carrier.move(NUMBER, "0")) == 1
    platform.clock.forward(timedelta(days=31))
    assert await subscribe() == "200"


async def test_a_query_every_half_hour(platform, carrier, ask):
    assert (await ask())["returnCode"] == "500"
    await carrier.move(NUMBER, "0", "运输中")
    assert (await ask())["returnCode"] == "502"
    platform.clock.forward(timedelta(minutes=30))
    answer = await ask()
    assert (answer["message"], answer["state"], answer["data"][0]["context"]) == ("ok", "0", "运输中")


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"sign": "0" * 32}, "503"), ({"company": "owlpost"}, "400"), ({"number": "1"}, "400"), ({"phone": ""}, "408")],
)
async def test_queries_that_are_wrong(ask, changed, code):
    answer = await ask(**changed)
    assert (answer["result"], answer["returnCode"]) == (False, code)


async def test_the_key_stays_out_of_the_journal_and_faults_strike(platform, carrier, subscribe):
    platform.faults.add(api="poll", code=500)
    platform.faults.add(api="poll", code=601)
    assert [await subscribe() for _ in range(3)] == ["500", "601", "200"]
    text = json.dumps([entry.as_json() for entry in platform.journal.entries("carrier")])
    assert NUMBER in text
    assert carrier.key not in text
