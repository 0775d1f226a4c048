"""快递100: asks it to watch a parcel or where a parcel is, and reads what it says; knows nothing of orders.

Source: the vendor's pages "快递信息推送" and "实时快递查询" and its SDKs.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import aiohttp
import structlog

from connect.carriers.codes import (
    KUAIDI100_QUERY,
    KUAIDI100_STATUS,
    KUAIDI100_SUBSCRIBE,
    KUAIDI100_UNKNOWN,
    carrier_named,
    failed,
)
from connect.carriers.statuses import KUAIDI100, meaning
from connect.carriers.wire import cleaned, object_in, post
from domain.errors import DeliveryFailed
from domain.values import Scan, Trace

log = structlog.get_logger()

VENDOR = "https://poll.kuaidi100.com"
BEIJING = timezone(timedelta(hours=8))
MOST_SCANS = 500

_TAKEN = {"result": True, "returnCode": "200", "message": "ok"}
_NOT_TAKEN = {"result": False, "returnCode": "500", "message": "refused"}


class Kuaidi100:
    """One account of the service; ``url`` is its base address, empty for the vendor's own."""

    name = "kuaidi100"

    def __init__(self, session: aiohttp.ClientSession, *, url: str, key: str, customer: str) -> None:
        self._session = session
        self._url = url.rstrip("/") or VENDOR
        self._key = key
        self._customer = customer

    async def subscribe(self, carrier: str, waybill: str, *, callback: str, salt: str, phone: str = "") -> None:
        """Have the parcel watched and its news pushed to ``callback``, signed with ``salt``.

        ``phone`` is a number of sender or receiver or its last four digits; 顺丰 and 中通 insist on it. Asking twice
        is harmless. Raises ``DeliveryFailed``.
        """
        more = {"callbackurl": callback, "salt": salt, "resultv2": "4", "autoCom": "0", "interCom": "0"}
        if phone:
            more["phone"] = phone
        param = {"company": _code(carrier), "number": waybill, "from": "", "to": "", "key": self._key}
        answer = await self._post("/poll", {"schema": "json", "param": _json(param | {"parameters": more})})
        code = str(answer.get("returnCode", ""))
        # 501: watched already, which is what was wanted.
        if code not in ("200", "501"):
            raise failed(code, KUAIDI100_SUBSCRIBE, KUAIDI100_UNKNOWN)

    async def query(self, carrier: str, waybill: str, *, phone: str = "") -> Trace:
        """Where the parcel is now; a trace without scans when nothing is known yet.

        One waybill may be asked for once in 30 minutes, else the service locks it. Raises ``DeliveryFailed``.
        """
        param = _json(
            {"com": _code(carrier), "num": waybill, "phone": phone, "resultv2": "4", "show": "0", "order": "desc"}
        )
        form = {"customer": self._customer, "sign": query_sign(param, self._key, self._customer), "param": param}
        answer = await self._post("/poll/query.do", form)
        code = str(answer.get("returnCode") or answer.get("status") or "")
        if code in ("500", "201"):
            return Trace(_code(carrier), waybill, "polling")
        if code != "200":
            raise failed(code, KUAIDI100_QUERY, KUAIDI100_UNKNOWN)
        return _trace(answer, status="polling")

    async def _post(self, path: str, form: dict[str, str]) -> dict[str, Any]:
        answer = await post(self._session, self._url + path, form)
        log.info("carrier_called", provider=self.name, api=path, code=str(answer.get("returnCode", "200")))
        return answer


def query_sign(param: str, key: str, customer: str) -> str:
    """The signature of a query over the very text that is sent."""
    return _md5(param + key + customer)


def parse_push(form: Mapping[str, str], salt: str) -> tuple[bool, str]:
    """Whether a push was signed with this salt, and its body as it came."""
    body = form.get("param", "")
    sign = form.get("sign", "").upper()
    return bool(body) and hmac.compare_digest(sign.encode(), _md5(body + salt).encode()), body


def push_answer(taken: bool) -> dict[str, object]:
    """What the service wants to hear; after anything but "taken" it pushes again, 35 minutes apart."""
    return dict(_TAKEN if taken else _NOT_TAKEN)


def parse_pushed(text: str) -> tuple[Trace, ...]:
    """The journeys in the body of a push, which is always of one parcel; ValueError when there is none to read."""
    return (parse_trace(text),)


def parse_trace(text: str) -> Trace:
    """The journey in the body of a push, or in an answer to a query; ValueError when there is none to read."""
    told = object_in(text)
    if not told:
        raise ValueError("no JSON object")
    result = told.get("lastResult", told)
    if not isinstance(result, dict):
        raise ValueError("lastResult is no object")
    corrected = _word(told, "comNew", "") if "lastResult" in told else ""
    status, message = _word(told, "status", "polling"), _word(told, "message", "")
    return _trace(result, status=status, corrected=corrected, message=message[:100])


def _trace(result: dict[str, Any], *, status: str, corrected: str = "", message: str = "") -> Trace:
    state = _word(result, "state", "0")
    data = result.get("data")
    nodes = [node for node in data if isinstance(node, dict)][:MOST_SCANS] if isinstance(data, list) else []
    scans = [scan for place, node in enumerate(nodes) if (scan := _scan(node, state if place == 0 else "0"))]
    # Told newest first; the sort is stable, so of two at one second the one told later stays later.
    scans.reverse()
    scans.sort(key=lambda scan: scan.at)
    return Trace(
        carrier=_word(result, "com", ""),
        waybill=_word(result, "nu", ""),
        status=status if status in ("shutdown", "abort", "updateall") else "polling",
        scans=tuple(scans),
        corrected=_name(corrected) if corrected else None,
        eta=_day(result.get("arrivalTime")),
        message=message,
    )


def _scan(node: dict[str, Any], otherwise: str) -> Scan | None:
    at, text = _moment(node.get("time") or node.get("ftime")), _word(node, "context", "")
    if at is None or not text:
        return None
    code = _word(node, "statusCode", "") or KUAIDI100_STATUS.get(_word(node, "status", ""), otherwise)
    state, reason = meaning(KUAIDI100, code)
    place = (_word(node, "areaName", "") or _word(node, "location", ""))[:128]
    return Scan(at, state, text[:400], place, code[:16], reason)


def _moment(text: Any) -> datetime | None:
    """The service writes Beijing time and does not say so."""
    for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"):
        try:
            return datetime.strptime(str(text), form).replace(tzinfo=BEIJING).astimezone(UTC)
        except ValueError:
            continue
    return None


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def _word(told: dict[str, Any], name: str, otherwise: str) -> str:
    return cleaned(told.get(name)) or otherwise


def _name(code: str) -> str:
    known = carrier_named(code)
    return known.name if known is not None else code


def _code(carrier: str) -> str:
    known = carrier_named(carrier)
    if known is None:
        raise DeliveryFailed("702", permanent=True, kind="content", text="carrier not known to the service")
    return known.kuaidi100


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()
