"""The carrier's HTTP face: `/poll` to subscribe and `/poll/query.do` to ask."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from aiohttp import web

from . import strike
from .api import PLATFORM
from .carrier import A_MONTH, ASKS_PHONE, COMPANIES, LOCK, Carrier, Parcel, Subscription, md5, result
from .clock import BEIJING

Answer = dict[str, Any]
Work = Callable[[Carrier, dict[str, str]], Answer]


class _No(Exception):
    """The carrier's refusal: a return code and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


async def subscribe(request: web.Request) -> web.Response:
    """Answer `POST /poll`."""
    return await _answer(request, _subscribe)


async def query(request: web.Request) -> web.Response:
    """Answer `POST /poll/query.do`."""
    return await _answer(request, _query)


async def _answer(request: web.Request, work: Work) -> web.Response:
    carrier = request.app[PLATFORM].carrier
    form = {name: str(value) for name, value in (await request.post()).items()}
    fault = carrier.world.faults.at_api(request.path, "")
    if fault and fault.kind in strike.INSTEAD and fault.kind != "errcode":
        _write_down(carrier, request, form, {"fault": fault.kind})
        return strike.instead(request, fault)
    try:
        if fault and fault.kind == "errcode":
            raise _No(str(fault.code if fault.code > 0 else 501), "服务器错误")
        answer = work(carrier, form)
    except _No as no:
        answer = {"result": False, "returnCode": no.code, "message": no.message}
    _write_down(carrier, request, form, answer)
    response = web.Response(body=json.dumps(answer, ensure_ascii=False).encode(), content_type="application/json")
    return await strike.afterwards(request, response, fault)


def _write_down(carrier: Carrier, request: web.Request, form: dict[str, str], outcome: Answer) -> None:
    carrier.world.journal.write("carrier", {"path": request.path} | _shown(form), outcome)


def _shown(form: dict[str, str]) -> dict[str, Any]:
    try:
        param = _param(form)
    except _No:
        return {"param": form.get("param", "")}
    return {"param": {name: value for name, value in param.items() if name != "key"}}


def _param(form: dict[str, str]) -> dict[str, Any]:
    try:
        param = json.loads(form.get("param", ""))
    except ValueError:
        param = None
    if not isinstance(param, dict):
        raise _No("400", "param 不是 JSON")
    return param


def _subscribe(carrier: Carrier, form: dict[str, str]) -> Answer:
    param = _param(form)
    more = param.get("parameters")
    if form.get("schema") != "json" or not isinstance(more, dict):
        raise _No("700", "订阅的数据不完整")
    if param.get("key") != carrier.key:
        raise _No("600", "您不是合法的订阅者（即授权 Key 出错）")
    company, number = _company(param, more), _number(param.get("number"), "700")
    callback = more.get("callbackurl")
    if not isinstance(callback, str) or not callback.startswith(("http://", "https://")):
        raise _No("700", "callbackurl 为空或不合法")
    parcel = carrier.parcel(number)
    _check_phone(company, more.get("phone"), parcel)
    _check_month(parcel, company, carrier.world.clock())
    parcel.company = company
    salt = more.get("salt")
    parcel.subscriptions.append(
        Subscription(
            company=company,
            number=number,
            callback=callback,
            salt=salt if isinstance(salt, str) else None,
            detailed=str(more.get("resultv2", "")) not in ("", "0"),
            at=carrier.world.clock(),
        )
    )
    return {"result": True, "returnCode": "200", "message": "提交成功"}


def _company(param: dict[str, Any], more: dict[str, Any]) -> str:
    company = param.get("company", "")
    if not company and str(more.get("autoCom")) == "1":
        return _guess(str(param.get("number", "")))
    if company not in COMPANIES:
        raise _No("700", "不支持的快递公司")
    return str(company)


def _guess(number: str) -> str:
    starts = {"SF": "shunfeng", "YT": "yuantong", "JD": "jd", "JT": "jtexpress", "DPK": "debangkuaidi"}
    for start, company in starts.items():
        if number.upper().startswith(start):
            return company
    raise _No("702", "识别不到对应的快递公司")


def _number(value: Any, code: str) -> str:
    if not isinstance(value, str) or not 6 <= len(value) <= 32 or not (value.isascii() and value.isalnum()):
        raise _No(code, "快递单号不合法")
    return value


def _check_phone(company: str, phone: Any, parcel: Parcel) -> None:
    if company not in ASKS_PHONE:
        return
    digits = str(phone or "")
    if not digits.isdecimal() or len(digits) not in (4, 11):
        raise _No("408", "验证码错误: 顺丰、中通需要收或寄件人电话后四位")
    if parcel.phone and parcel.phone[-4:] != digits[-4:]:
        raise _No("408", "验证码错误")


def _check_month(parcel: Parcel, company: str, now: datetime) -> None:
    earlier = [one for one in parcel.subscriptions if one.company == company and _month(one.at) == _month(now)]
    if len(earlier) >= A_MONTH:
        raise _No("501", "重复订阅")


def _month(at: datetime) -> str:
    return at.astimezone(BEIJING).strftime("%Y-%m")


def _query(carrier: Carrier, form: dict[str, str]) -> Answer:
    text = form.get("param", "")
    if form.get("customer") != carrier.customer:
        raise _No("400", "customer 错误")
    if form.get("sign") != md5(text + carrier.key + carrier.customer):
        raise _No("503", "验证签名失败")
    param = _param(form)
    company, number = str(param.get("com", "")), _number(param.get("num"), "400")
    if company not in COMPANIES:
        raise _No("400", "com 不支持")
    parcel, now = carrier.parcel(number), carrier.world.clock()
    _check_phone(company, param.get("phone"), parcel)
    if parcel.asked_at and now - parcel.asked_at < LOCK:
        raise _No("502", "该单号半小时内已查询，已锁定")
    parcel.asked_at = now
    if not parcel.steps or (parcel.company and parcel.company != company):
        raise _No("500", "查询无结果，请隔段时间再查")
    detailed = str(param.get("resultv2", "")) not in ("", "0")
    return result(parcel, company, detailed=detailed, newest_first=param.get("order") != "asc")
