"""Pushes of carriers: genuine ones are kept and worked off once, others are refused, noted and bounded."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from connect.carriers.kuaidi100 import Kuaidi100, parse_push, push_answer
from connect.carriers.services import PARSERS
from domain.models import CarrierPush, Event, Shipment, TrackingEvent
from domain.tracking import process_pushes, salt_of
from simulator import Clock, Platform, make_app
from tests.web.conftest import TUESDAY, Client, Shop, Watch
from web import hooks
from web.hooks import LARGEST, STRANGERS_PER_HOUR, Hooks, Vendor

PUSH = json.loads((Path(__file__).parent.parent / "payloads" / "kuaidi100.json").read_text())["signed_push"]
TAKEN = {"result": True, "returnCode": "200"}
REFUSED = {"result": False, "returnCode": "500"}


class Line:
    """The hook as the vendor meets it, and how often the worker was woken."""

    def __init__(self, client: Client, shipment: Shipment, woken: list[None]) -> None:
        self.client = client
        self.shipment = shipment
        self.woken = woken

    def form(self, push: dict[str, Any], salt: str | None = None) -> dict[str, str]:
        param = json.dumps(push, ensure_ascii=False)
        sign = hashlib.md5((param + (self.shipment.salt if salt is None else salt)).encode()).hexdigest().upper()
        return {"param": param, "sign": sign}

    async def push(self, form: dict[str, str] | bytes | None = None, token: str = "", provider: str = "kuaidi100"):
        form = self.form(PUSH) if form is None else form
        path = f"/hooks/carriers/{provider}/{token or self.shipment.hook_token}"
        data = form if isinstance(form, bytes) else urlencode(form).encode()
        async with self.client.post(path, data=data, headers={"Content-Type": hooks_form}) as answer:
            body = await answer.json() if answer.content_type == "application/json" else {}
            return answer.status, {name: body[name] for name in ("result", "returnCode") if name in body}


hooks_form = "application/x-www-form-urlencoded"


@pytest.fixture
async def shipment(shop: Shop) -> Shipment:
    number = await shop.ship(shop.own)
    return await Shipment.get(number=number)


@pytest.fixture
async def line(shipment: Shipment, watch: Watch) -> AsyncIterator[Line]:
    app = web.Application()
    vendor = Vendor(lambda pushed, salt: parse_push(pushed.form, salt), lambda taken, _now: push_answer(taken))
    woken: list[None] = []
    app.add_routes(Hooks({"kuaidi100": vendor}, salt_of, lambda: woken.append(None), watch).routes())
    async with TestClient(TestServer(app)) as client:
        yield Line(client, shipment, woken)


async def test_a_genuine_push_is_kept_answered_and_worked_off_afterwards(line: Line) -> None:
    assert await line.push() == (200, TAKEN)
    kept = await CarrierPush.get()
    assert (kept.provider, kept.genuine, kept.processed_at) == ("kuaidi100", True, None)
    assert json.loads(kept.body) == PUSH
    assert len(line.woken) == 1
    assert await TrackingEvent.all().count() == 0
    assert await process_pushes(PARSERS, now=TUESDAY) == 1
    assert await TrackingEvent.all().count() == 4
    shipment = await Shipment.get(id=line.shipment.id)
    assert shipment.state == "delivered"
    told = await Event.filter(kind="ParcelMoved").order_by("id")
    assert [event.facts["state"] for event in told] == ["collected", "arrived_city", "out_for_delivery", "delivered"]


async def test_the_same_push_again_is_taken_and_changes_nothing(line: Line) -> None:
    for _ in range(3):
        assert await line.push() == (200, TAKEN)
        await process_pushes(PARSERS, now=TUESDAY)
    assert await TrackingEvent.all().count() == 4
    assert await Event.filter(kind="ParcelMoved").count() == 4


async def test_three_pushes_at_once_are_all_taken(line: Line) -> None:
    answers = await asyncio.gather(*(line.push() for _ in range(3)))
    assert answers == [(200, TAKEN)] * 3
    await process_pushes(PARSERS, now=TUESDAY)
    assert await TrackingEvent.all().count() == 4


@pytest.mark.parametrize(
    "spoil",
    [
        lambda form: form | {"sign": "0" * 32},
        lambda form: form | {"sign": ""},
        lambda form: {"param": form["param"]},
        lambda form: {"sign": form["sign"]},
        lambda form: {},
        lambda form: form | {"param": form["param"][:-10]},
        lambda form: form | {"param": form["param"].replace('"301"', '"201"')},
        lambda form: form | {"param": form["param"] + "\0"},
    ],
    ids=["forged", "blank", "unsigned", "bodiless", "empty", "truncated", "altered", "nul"],
)
async def test_what_is_not_signed_by_the_vendor_moves_nothing(line: Line, spoil) -> None:
    form = spoil(line.form(PUSH))
    if form.get("param", "").endswith("\0"):
        form["sign"] = hashlib.md5((form["param"] + line.shipment.salt).encode()).hexdigest()
    assert await line.push(form) == (200, REFUSED)
    kept = await CarrierPush.get()
    assert not kept.genuine
    assert not line.woken
    assert await process_pushes(PARSERS, now=TUESDAY) == 0
    assert await TrackingEvent.all().count() == 0


async def test_the_salt_of_one_parcel_opens_no_other(line: Line, shop: Shop) -> None:
    other = await Shipment.get(number=await shop.ship(shop.other, waybill="SF9999999999999"))
    assert await line.push(line.form(PUSH, other.salt)) == (200, REFUSED)
    assert await line.push(line.form(PUSH), token=other.hook_token) == (200, REFUSED)


async def test_a_push_of_another_waybill_moves_nothing(line: Line) -> None:
    push = PUSH | {"lastResult": PUSH["lastResult"] | {"nu": "SF0000000000000"}}
    assert await line.push(line.form(push)) == (200, TAKEN)
    await process_pushes(PARSERS, now=TUESDAY)
    assert await TrackingEvent.all().count() == 0


async def test_a_genuine_push_that_says_nothing_blocks_no_other(line: Line) -> None:
    assert await line.push(line.form({"status": "polling", "lastResult": []})) == (200, TAKEN)
    assert await line.push() == (200, TAKEN)
    await process_pushes(PARSERS, now=TUESDAY)
    assert await TrackingEvent.all().count() == 4
    assert await CarrierPush.filter(processed_at=None).count() == 0


@pytest.mark.parametrize(
    "token", ["x", "A" * 24, "A" * 300, "%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00%00", "令牌"]
)
@pytest.mark.parametrize("salt", ["", "None"])
async def test_an_unknown_token_is_refused_and_noted(line: Line, token: str, salt: str) -> None:
    assert await line.push(line.form(PUSH, salt), token=token) == (200, REFUSED)
    kept = await CarrierPush.get()
    assert not kept.genuine
    assert len(kept.body) <= 2000
    assert "\0" not in kept.token


async def test_strangers_cannot_fill_the_database(line: Line, watch: Watch) -> None:
    for _ in range(STRANGERS_PER_HOUR + 5):
        assert await line.push({"param": "x", "sign": "y"}) == (200, REFUSED)
    assert await CarrierPush.all().count() == STRANGERS_PER_HOUR
    assert await line.push() == (200, TAKEN)
    watch.later(minutes=61)
    await line.push({"param": "x", "sign": "y"})
    assert await CarrierPush.filter(genuine=False).count() == STRANGERS_PER_HOUR + 1


async def test_an_unknown_service_is_not_there(line: Line) -> None:
    assert (await line.push(provider="nobody"))[0] == 404
    assert await CarrierPush.all().count() == 0


async def test_a_get_is_no_push(line: Line) -> None:
    assert (await line.client.get(f"/hooks/carriers/kuaidi100/{line.shipment.hook_token}")).status == 405


async def test_a_body_that_is_too_large_is_refused_unread(line: Line) -> None:
    assert (await line.push(b"param=" + b"x" * LARGEST))[0] == 413
    assert await CarrierPush.all().count() == 0


async def test_an_endless_body_is_refused_as_well(line: Line) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(LARGEST // 1024 + 64):
            yield b"x" * 1024

    path = f"/hooks/carriers/kuaidi100/{line.shipment.hook_token}"
    try:
        async with line.client.post(path, data=endless()) as answer:
            assert answer.status == 413
    except aiohttp.ClientConnectionError:
        pass  # closed while we were still talking: refused all the same
    assert await CarrierPush.all().count() == 0


async def test_a_body_that_never_ends_is_given_up(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hooks, "PATIENCE", 0.05)
    host, port = line.client.host, line.client.port
    reader, writer = await asyncio.open_connection(host, port)
    path = f"/hooks/carriers/kuaidi100/{line.shipment.hook_token}"
    writer.write(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nparam=".encode())
    assert (await reader.readline()).startswith(b"HTTP/1.1 408")
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"&" * 5000, b"a=1&" * 5000, b"%" * 999, b"param=%ff%fe&sign=%00"])
async def test_a_body_that_is_no_form_is_refused(line: Line, body: bytes) -> None:
    assert await line.push(body) == (200, REFUSED)


async def test_goes_all_the_way_from_the_simulated_carrier(line: Line) -> None:
    async with Platform(Clock(lambda: TUESDAY)) as platform:
        carrier = platform.carrier
        async with TestServer(make_app(platform)) as site, aiohttp.ClientSession() as session:
            client = Kuaidi100(session, url=str(site.make_url("/")), key=carrier.key, customer=carrier.customer)
            waybill = line.shipment.waybill or ""
            callback = str(line.client.make_url(f"/hooks/carriers/kuaidi100/{line.shipment.hook_token}"))
            await client.subscribe(
                line.shipment.carrier, waybill, callback=callback, salt=line.shipment.salt, phone=line.shipment.tail
            )
            for code in ("103", "1002", "1001", "5", "301"):
                (delivered,) = await carrier.move(waybill, code, f"状态 {code}")
                assert delivered.accepted
                assert delivered.attempts == 1
                await process_pushes(PARSERS, now=TUESDAY)
    shipment = await Shipment.get(id=line.shipment.id)
    assert shipment.state == "delivered"
    assert len(line.woken) == 5
    told = await Event.filter(kind="ParcelMoved").order_by("id")
    assert [event.facts["state"] for event in told] == [
        "collected", "in_transit", "arrived_city", "out_for_delivery", "delivered",
    ]  # fmt: skip
