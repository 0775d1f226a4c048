"""快递鸟's HTTP face: `/api/dist` to subscribe and `/Ebusiness/EbusinessOrderHandle.aspx` to ask, as strict as it."""

import hmac
import json
from typing import Any

from aiohttp import web

from . import strike
from .api import PLATFORM
from .kdniao import ASKS_PHONE, SHIPPERS, KdniaoDesk, sign

Answer = dict[str, Any]
_KINDS = {"subscribe": frozenset({"1008", "8008"}), "query": frozenset({"1002", "8001", "8002"})}


class _No(Exception):
    """The service's refusal: it has no codes, only a sentence."""


async def subscribe(request: web.Request) -> web.Response:
    """Answer `POST /api/dist`."""
    return await _answer(request, "subscribe")


async def query(request: web.Request) -> web.Response:
    """Answer `POST /Ebusiness/EbusinessOrderHandle.aspx`."""
    return await _answer(request, "query")


async def _answer(request: web.Request, act: str) -> web.Response:
    desk = request.app[PLATFORM].kdniao
    form = {name: str(value) for name, value in (await request.post()).items()}
    fault = desk.world.faults.at_api(request.path, "")
    if fault and fault.kind in strike.INSTEAD and fault.kind != "errcode":
        return strike.instead(request, fault)
    try:
        wish = _wish(desk, form, request.content_type, act)
        answer = _work(desk, wish, act)
    except _No as no:
        answer = {"EBusinessID": desk.business, "Success": False, "Reason": str(no)}
    desk.world.journal.write("carrier", {"path": request.path, "kind": form.get("RequestType", "")}, answer)
    response = web.Response(body=json.dumps(answer, ensure_ascii=False).encode(), content_type="application/json")
    return await strike.afterwards(request, response, fault)


def _wish(desk: KdniaoDesk, form: dict[str, str], content_type: str, act: str) -> dict[str, Any]:
    text = form.get("RequestData", "")
    genuine = hmac.compare_digest(form.get("DataSign", "").encode(), sign(text, desk.key).encode())
    known = form.get("EBusinessID") == desk.business and form.get("DataType") == "2"
    if content_type != "application/x-www-form-urlencoded" or not (known and genuine):
        raise _No("非法参数")
    if form.get("RequestType") not in _KINDS[act]:
        raise _No("请求指令与接口不符")
    if not desk.plan:
        raise _No("没有可用套餐")
    try:
        wish = json.loads(text)
    except ValueError:
        wish = None
    if not isinstance(wish, dict):
        raise _No("非法参数")
    return wish


def _work(desk: KdniaoDesk, wish: dict[str, Any], act: str) -> Answer:
    shipper, number = str(wish.get("ShipperCode", "")), str(wish.get("LogisticCode", ""))
    if shipper not in SHIPPERS:
        raise _No("ShipperCode 不正确")
    if not 6 <= len(number) <= 32 or not (number.isascii() and number.isalnum()):
        raise _No("单号不合法")
    parcel = desk.parcel(number)
    tail = str(wish.get("CustomerName", ""))
    if shipper in ASKS_PHONE and not (len(tail) == 4 and tail.isdecimal() and parcel.phone[-4:] in ("", tail)):
        raise _No("手机号后四位验证失败")
    if shipper not in ASKS_PHONE and tail:
        raise _No("CustomerName 不需要")
    if act == "subscribe":
        parcel.shipper, parcel.subscribed = shipper, True
        return {
            "EBusinessID": desk.business,
            "UpdateTime": "",
            "Success": True,
            "Reason": "",
            "EstimatedDeliveryTime": "",
        }
    if parcel.shipper and parcel.shipper != shipper:
        return desk.result(type(parcel)(number, shipper))
    parcel.shipper = shipper
    return desk.result(parcel)
