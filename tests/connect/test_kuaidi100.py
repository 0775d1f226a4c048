"""The carrier service 快递100: signatures, what it says, and how its troubles reach us."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connect.carriers.codes import CARRIERS, carrier_named
from connect.carriers.kuaidi100 import Kuaidi100, parse_push, parse_trace, push_answer, query_sign
from domain.errors import DeliveryFailed
from simulator import Clock, Platform, make_app

FACTS = json.loads((Path(__file__).parent.parent / "payloads" / "kuaidi100.json").read_text())
WAYBILL = "SF1234567890123"
NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


def test_signs_a_query_as_the_vendor_does() -> None:
    facts = FACTS["query_sign"]
    assert query_sign(facts["param"], facts["key"], facts["customer"]) == facts["sign"]


@pytest.mark.parametrize("spelling", [str.upper, str.lower])
def test_knows_a_genuine_push(spelling: Callable[[str], str]) -> None:
    facts = FACTS["push_sign"]
    form = {"param": facts["param"], "sign": spelling(facts["sign"])}
    assert parse_push(form, facts["salt"]) == (True, facts["param"])


@pytest.mark.parametrize(
    "change",
    [
        {"param": FACTS["push_sign"]["param"] + " "},
        {"sign": FACTS["push_sign"]["sign"][:-1] + "F"},
        {"sign": ""},
        {"sign": "签名"},
        {"param": ""},
    ],
)
def test_refuses_a_push_that_was_changed(change: dict[str, str]) -> None:
    facts = FACTS["push_sign"]
    genuine, body = parse_push({"param": facts["param"], "sign": facts["sign"]} | change, facts["salt"])
    assert not genuine
    assert body == change.get("param", facts["param"])


def test_refuses_an_empty_form_and_another_salt() -> None:
    facts = FACTS["push_sign"]
    assert parse_push({}, "") == (False, "")
    assert not parse_push({"param": facts["param"], "sign": facts["sign"]}, "other")[0]


def test_answers_in_the_words_of_the_vendor() -> None:
    assert push_answer(True)["result"] is True
    assert push_answer(True)["returnCode"] == "200"
    assert push_answer(False)["result"] is False
    assert push_answer(False)["returnCode"] == "500"


def test_reads_a_journey_oldest_first_in_utc() -> None:
    trace = parse_trace(json.dumps(FACTS["signed_push"]))
    assert (trace.carrier, trace.waybill, trace.status) == ("shunfeng", WAYBILL, "shutdown")
    assert [scan.state for scan in trace.scans] == ["collected", "arrived_city", "out_for_delivery", "delivered"]
    assert trace.final
    assert trace.corrected is None
    assert [scan.code for scan in trace.scans] == ["103", "1001", "5", "301"]
    assert trace.scans[0].at == datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    assert trace.scans[0].place == "东莞"
    assert trace.scans[-1].place == "广东,深圳市"


def test_scans_of_one_second_keep_the_order_in_which_they_were_told() -> None:
    told = {"time": "2026-11-24 18:00:00", "statusCode": "0"}
    result = {"state": "0", "com": "jd", "nu": "JDX1", "data": [told | {"context": "后"}, told | {"context": "先"}]}
    assert [scan.text for scan in parse_trace(json.dumps({"lastResult": result})).scans] == ["先", "后"]


def test_without_fine_codes_the_state_belongs_to_the_newest_scan() -> None:
    nodes = [{"time": f"2026-11-24 1{hour}:00:00", "context": str(hour)} for hour in (3, 2, 1)]
    nodes[1]["status"] = "揽收"
    trace = parse_trace(json.dumps({"state": "5", "com": "jd", "nu": "JDX1", "data": nodes}))
    assert [scan.code for scan in trace.scans] == ["0", "1", "5"]


def test_hears_of_a_corrected_carrier() -> None:
    push = {"status": "abort", "autoCheck": "1", "comOld": "yunda", "comNew": "zhongtong", "lastResult": {"nu": "1"}}
    trace = parse_trace(json.dumps(push))
    assert trace.corrected == "中通"
    assert trace.final
    assert trace.scans == ()


def test_reads_the_expected_day() -> None:
    answer = {"state": "0", "com": "jd", "nu": "JDX1", "data": [], "arrivalTime": "2026-11-25 18"}
    assert parse_trace(json.dumps(answer)).eta == date(2026, 11, 25)


@pytest.mark.parametrize(
    "nodes",
    [
        None,
        "text",
        [None, 3, "x", []],
        [{}],
        [{"time": "yesterday", "context": "x"}],
        [{"time": "2026-13-45 99:00:00", "context": "x"}],
        [{"time": "2026-11-24 18:00:00", "context": ""}],
        [{"time": "2026-11-24 18:00:00", "context": {"a": 1}}],
    ],
)
def test_leaves_out_scans_that_cannot_be_read(nodes: Any) -> None:
    assert parse_trace(json.dumps({"lastResult": {"state": "0", "data": nodes}})).scans == ()


def test_cuts_and_cleans_what_the_database_cannot_hold() -> None:
    node = {
        "time": "2026-11-24 18:00:00",
        "context": "快\0件\u202e" + "长" * 900,
        "statusCode": "9" * 40,
        "areaName": "区" * 300,
    }
    scan = parse_trace(json.dumps({"lastResult": {"state": "0", "data": [node]}})).scans[0]
    assert scan.text.startswith("快件长")
    assert (len(scan.text), len(scan.code), len(scan.place)) == (400, 16, 128)


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '"x"', '{"lastResult": 3}', "[" * 100_000])
def test_says_when_there_is_nothing_to_read(text: str) -> None:
    with pytest.raises(ValueError, match=r"no JSON|no object"):
        parse_trace(text)


def test_knows_carriers_by_every_name() -> None:
    for carrier in CARRIERS:
        assert carrier_named(carrier.name) is carrier
        assert carrier_named(carrier.kuaidi100.upper()) is carrier
        assert all(carrier_named(alias) is carrier for alias in carrier.aliases)
    assert carrier_named("ＳＦ") is carrier_named("顺丰")
    assert carrier_named(" 顺丰速运 ") is carrier_named("shunfeng")
    assert carrier_named("") is None
    assert carrier_named("自提") is None


Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Desk:
    """A vendor that answers as a test wants, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.answer: Any = {"result": True, "returnCode": "200", "message": "ok"}

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.asked.append({name: str(value) for name, value in (await request.post()).items()})
        if callable(self.answer):
            answer: web.StreamResponse = await self.answer(request)
            return answer
        return web.json_response(self.answer)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def client(desk: Desk) -> AsyncIterator[Kuaidi100]:
    app = web.Application()
    app.router.add_post("/poll", desk.serve)
    app.router.add_post("/poll/query.do", desk.serve)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        yield Kuaidi100(session, url=str(server.make_url("/")), key="secret-key", customer="CUSTOMER")


async def watch(client: Kuaidi100, carrier: str = "顺丰") -> None:
    await client.subscribe(carrier, WAYBILL, callback="http://shop/hooks/x", salt="salt123", phone="1234")


async def test_asks_for_a_watch_in_the_vendors_form(client: Kuaidi100, desk: Desk) -> None:
    await watch(client)
    form = desk.asked[0]
    param = json.loads(form["param"])
    assert form["schema"] == "json"
    assert (param["company"], param["number"], param["key"]) == ("shunfeng", WAYBILL, "secret-key")
    assert param["parameters"]["callbackurl"] == "http://shop/hooks/x"
    assert param["parameters"]["salt"] == "salt123"
    assert param["parameters"]["phone"] == "1234"
    assert param["parameters"]["resultv2"] == "4"


async def test_a_parcel_that_is_watched_already_is_fine(client: Kuaidi100, desk: Desk) -> None:
    desk.answer = {"result": False, "returnCode": "501", "message": "重复订阅"}
    await watch(client)


@pytest.mark.parametrize(
    ("code", "kind", "permanent"),
    [
        ("500", "transient", False),
        ("600", "config", True),
        ("601", "config", True),
        ("700", "content", True),
        ("701", "content", True),
        ("702", "content", True),
        ("408", "content", True),
        ("999", "transient", False),
        ("", "transient", False),
    ],
)
async def test_a_refused_watch_says_what_kind_of_trouble_it_is(
    client: Kuaidi100, desk: Desk, code: str, kind: str, permanent: bool
) -> None:
    desk.answer = {"result": False, "returnCode": code, "message": "x"}
    with pytest.raises(DeliveryFailed) as caught:
        await watch(client)
    assert (caught.value.kind, caught.value.permanent) == (kind, permanent)
    assert "secret-key" not in str(caught.value)


async def test_a_carrier_unknown_to_the_vendor_is_not_even_asked_for(client: Kuaidi100, desk: Desk) -> None:
    with pytest.raises(DeliveryFailed) as caught:
        await watch(client, "自家车")
    assert caught.value.permanent
    assert desk.asked == []


async def test_asks_where_a_parcel_is_and_signs_what_it_sends(client: Kuaidi100, desk: Desk) -> None:
    desk.answer = FACTS["signed_push"]["lastResult"]
    trace = await client.query("顺丰", WAYBILL, phone="1234")
    form = desk.asked[0]
    assert form["sign"] == query_sign(form["param"], "secret-key", "CUSTOMER")
    assert "secret-key" not in form["param"]
    assert [scan.code for scan in trace.scans] == ["103", "1001", "5", "301"]
    assert trace.status == "polling"


@pytest.mark.parametrize(
    "answer", [{"result": False, "returnCode": "500", "message": "查询无结果"}, {"message": "no", "status": "201"}]
)
async def test_nothing_known_yet_is_a_trace_without_scans(client: Kuaidi100, desk: Desk, answer: Any) -> None:
    desk.answer = answer
    trace = await client.query("顺丰", WAYBILL)
    assert trace.scans == ()
    assert not trace.final


@pytest.mark.parametrize(
    ("code", "kind", "wait"),
    [
        ("400", "config", None),
        ("408", "content", None),
        ("501", "transient", timedelta(minutes=5)),
        ("502", "throttled", timedelta(minutes=30)),
        ("503", "config", None),
        ("601", "config", None),
    ],
)
async def test_a_failed_query_says_how_long_to_wait(
    client: Kuaidi100, desk: Desk, code: str, kind: str, wait: timedelta | None
) -> None:
    desk.answer = {"result": False, "returnCode": code, "message": "x"}
    with pytest.raises(DeliveryFailed) as caught:
        await client.query("顺丰", WAYBILL)
    assert (caught.value.kind, caught.value.retry_after) == (kind, wait)


async def _html(_request: web.Request) -> web.StreamResponse:
    return web.Response(text="<html>busy</html>", content_type="text/html")


async def _broken(_request: web.Request) -> web.StreamResponse:
    return web.Response(text='{"result": tr', content_type="application/json")


async def _huge(_request: web.Request) -> web.StreamResponse:
    return web.Response(text='{"a": "' + "x" * (2 << 20) + '"}', content_type="application/json")


async def _away(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("http://127.0.0.1:1/elsewhere")


async def _down(_request: web.Request) -> web.StreamResponse:
    return web.json_response({"returnCode": "200", "result": True}, status=502)


@pytest.mark.parametrize("answer", [_html, _broken, _huge, _away, _down])
async def test_an_answer_that_is_none_is_tried_again_later(client: Kuaidi100, desk: Desk, answer: Answering) -> None:
    desk.answer = answer
    with pytest.raises(DeliveryFailed) as caught:
        await watch(client)
    assert not caught.value.permanent
    assert not caught.value.maybe_sent


async def test_a_connection_that_breaks_after_the_question_leaves_it_open_whether_it_was_heard(
    client: Kuaidi100, desk: Desk
) -> None:
    async def reset(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        await asyncio.sleep(0)
        return web.Response()

    desk.answer = reset
    with pytest.raises(DeliveryFailed) as caught:
        await watch(client)
    assert caught.value.maybe_sent
    assert caught.value.kind == "ambiguous"


async def test_nobody_at_home_is_certain_not_to_have_heard() -> None:
    async with aiohttp.ClientSession() as session:
        client = Kuaidi100(session, url="http://127.0.0.1:1", key="secret-key", customer="C")
        with pytest.raises(DeliveryFailed) as caught:
            await watch(client)
    assert not caught.value.maybe_sent
    assert not caught.value.permanent


async def test_goes_round_with_the_simulated_carrier() -> None:
    got: list[dict[str, str]] = []

    async def hook(request: web.Request) -> web.Response:
        got.append({name: str(value) for name, value in (await request.post()).items()})
        return web.json_response(push_answer(True))

    shop = web.Application()
    shop.router.add_post("/hook", hook)
    async with Platform(Clock(lambda: NOON)) as platform, TestServer(shop) as ours:
        carrier = platform.carrier
        async with TestServer(make_app(platform)) as site, aiohttp.ClientSession() as session:
            client = Kuaidi100(session, url=str(site.make_url("/")), key=carrier.key, customer=carrier.customer)
            callback = str(ours.make_url("/hook"))
            await client.subscribe("顺丰", WAYBILL, callback=callback, salt="pepper", phone="8000")
            await carrier.move(WAYBILL, "103", "已揽收")
            delivered = await carrier.move(WAYBILL, "301", "已签收")
            asked = await client.query("顺丰", WAYBILL, phone="8000")
    assert [one.accepted for one in delivered] == [True]
    genuine, body = parse_push(got[-1], "pepper")
    assert genuine
    trace = parse_trace(body)
    assert [(scan.code, scan.text) for scan in trace.scans] == [("103", "已揽收"), ("301", "已签收")]
    assert trace.scans[0].at == NOON
    assert trace.final
    assert asked.scans == trace.scans
