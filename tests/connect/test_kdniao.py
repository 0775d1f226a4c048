"""The carrier service 快递鸟: signatures, what it says, how its troubles reach us, and a strict fake of it."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connect.carriers.kdniao import Kdniao, data_sign, parse_push, parse_pushed, push_answer
from domain.errors import DeliveryFailed
from simulator import Clock, Platform, make_app

FACTS = json.loads((Path(__file__).parent.parent / "payloads" / "carriers.json").read_text())["kdniao_datasign"]
NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
SF, YTO = "SF1234567890123", "YT1234567890123"


def form(text: str = FACTS["request_data"], **changed: str) -> dict[str, str]:
    return {"RequestData": text, "RequestType": "102", "DataSign": data_sign(text, FACTS["app_key"])} | changed


def test_signs_as_the_vendor_does() -> None:
    assert data_sign(FACTS["request_data"], FACTS["app_key"]) == FACTS["sign"]


def test_knows_a_genuine_push() -> None:
    assert parse_push(form(), FACTS["app_key"]) == (True, FACTS["request_data"])
    assert parse_push(form(RequestType="101"), FACTS["app_key"])[0]


@pytest.mark.parametrize(
    "changed",
    [
        {"DataSign": FACTS["sign"][:-2] + "=="},
        {"DataSign": ""},
        {"DataSign": "签名"},
        {"RequestData": FACTS["request_data"] + " "},
        {"RequestData": ""},
        {"RequestType": "107"},
        {"RequestType": ""},
    ],
)
def test_refuses_a_push_that_was_changed(changed: dict[str, str]) -> None:
    assert not parse_push(form(**changed), FACTS["app_key"])[0]


def test_without_a_key_nothing_is_genuine() -> None:
    text = "{}"
    assert not parse_push({"RequestData": text, "RequestType": "102", "DataSign": data_sign(text, "")}, "")[0]
    assert not parse_push({}, "k")[0]


def test_answers_in_the_words_of_the_vendor() -> None:
    answer = push_answer("1234567", True, NOON)
    assert answer == {"EBusinessID": "1234567", "UpdateTime": "2026-11-24 12:00:00", "Success": True, "Reason": ""}
    assert push_answer("1234567", False, NOON)["Success"] is False


def told(**more: Any) -> dict[str, Any]:
    traces = [
        {"AcceptTime": "2026-11-24 18:00:00", "AcceptStation": "已揽收", "Action": "1", "Location": "深圳"},
        {"AcceptTime": "2026/11/25 08:00:00", "AcceptStation": "到达目的地城市", "Action": "201"},
        {"AcceptTime": "2026-11-25 09:00:00", "AcceptStation": "派送中"},
    ]
    return {"LogisticCode": SF, "ShipperCode": "SF", "State": "2", "StateEx": "202", "Traces": traces} | more


def test_reads_the_journeys_of_several_parcels_oldest_first() -> None:
    first, second = parse_pushed(
        json.dumps({"Data": [told(EstimatedDeliveryTime="2026-11-26 18:00:00"), told(LogisticCode="X")]})
    )
    assert (first.waybill, second.waybill, first.eta) == (SF, "X", date(2026, 11, 26))
    assert [scan.state for scan in first.scans] == ["collected", "arrived_city", "out_for_delivery"]
    assert first.scans[0].at == datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
    assert [scan.code for scan in first.scans] == ["1", "201", "202"]


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"Data": 3}', "[" * 100_000])
def test_says_when_there_is_nothing_to_read(text: str) -> None:
    with pytest.raises(ValueError, match="no Data"):
        parse_pushed(text)


@pytest.mark.parametrize("traces", [None, "x", [None, 3, []], [{}], [{"AcceptTime": "bald", "AcceptStation": "x"}]])
def test_leaves_out_lines_that_cannot_be_read(traces: Any) -> None:
    [trace] = parse_pushed(json.dumps({"Data": [told(Traces=traces), 7]}))
    assert trace.scans == ()


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    async with Platform(Clock(lambda: NOON)) as platform:
        yield platform


@pytest.fixture
async def client(platform: Platform) -> AsyncIterator[Kdniao]:
    async with TestServer(make_app(platform)) as site, aiohttp.ClientSession() as session:
        desk = platform.kdniao
        yield Kdniao(session, url=str(site.make_url("/")), business=desk.business, key=desk.key)


async def watch(client: Kdniao, carrier: str, waybill: str, phone: str = "13800138000") -> None:
    await client.subscribe(carrier, waybill, callback="", salt="", phone=phone)


async def test_goes_round_with_the_simulated_service(client: Kdniao, platform: Platform) -> None:
    got: list[dict[str, str]] = []

    async def hook(request: web.Request) -> web.Response:
        got.append({name: str(value) for name, value in (await request.post()).items()})
        return web.json_response(push_answer(platform.kdniao.business, True, NOON))

    shop = web.Application()
    shop.router.add_post("/hook", hook)
    async with TestServer(shop) as ours:
        platform.kdniao.callback = str(ours.make_url("/hook"))
        await watch(client, "顺丰", SF)
        await watch(client, "圆通", YTO)
        await watch(client, "圆通", YTO)
        platform.kdniao.add(SF, "1", "已揽收")
        platform.kdniao.add(YTO, "311", "已放快递柜")
        delivered = await platform.kdniao.push(SF, YTO)
        assert delivered is not None
        assert delivered.accepted
        asked = await client.query("圆通", YTO)
    genuine, body = parse_push(got[-1], platform.kdniao.key)
    assert genuine
    traces = parse_pushed(body)
    assert [(one.waybill, one.scans[-1].state, one.scans[-1].reason) for one in traces] == [
        (SF, "collected", ""),
        (YTO, "delivered", "locker"),
    ]
    assert asked.scans == traces[1].scans


async def test_nothing_known_yet_is_a_trace_without_scans(client: Kdniao) -> None:
    assert (await client.query("圆通", YTO)).scans == ()


async def test_the_phone_is_asked_for_where_it_must_be_and_told_nowhere_else(
    client: Kdniao, platform: Platform
) -> None:
    with pytest.raises(DeliveryFailed) as caught:
        await watch(client, "中通", "75312345678901", phone="")
    assert (caught.value.code, caught.value.permanent, caught.value.kind) == ("408", True, "content")
    platform.kdniao.parcel(SF).phone = "13900139999"
    with pytest.raises(DeliveryFailed):
        await watch(client, "顺丰", SF)
    await watch(client, "圆通", YTO)


async def test_a_carrier_unknown_to_the_vendor_is_not_even_asked_for(client: Kdniao, platform: Platform) -> None:
    for carrier in ("自家车", "丹鸟"):
        with pytest.raises(DeliveryFailed) as caught:
            await watch(client, carrier, SF)
        assert caught.value.permanent
    assert not [entry for entry in platform.journal.entries() if entry.kind == "carrier"]


async def test_a_plan_that_is_missing_is_a_matter_of_the_setup(client: Kdniao, platform: Platform) -> None:
    platform.kdniao.plan = False
    with pytest.raises(DeliveryFailed) as caught:
        await watch(client, "顺丰", SF)
    assert (caught.value.kind, caught.value.permanent) == ("config", True)


async def test_a_wrong_key_is_refused_by_the_service(platform: Platform) -> None:
    async with TestServer(make_app(platform)) as site, aiohttp.ClientSession() as session:
        client = Kdniao(session, url=str(site.make_url("/")), business=platform.kdniao.business, key="wrong")
        with pytest.raises(DeliveryFailed) as caught:
            await client.query("圆通", YTO)
    assert (caught.value.kind, str(caught.value.code)) == ("config", "非法参数")


async def test_nobody_at_home_is_certain_not_to_have_heard() -> None:
    async with aiohttp.ClientSession() as session:
        client = Kdniao(session, url="http://127.0.0.1:1", business="1", key="k")
        with pytest.raises(DeliveryFailed) as caught:
            await watch(client, "圆通", YTO)
    assert not caught.value.maybe_sent
    assert not caught.value.permanent
