"""快递鸟: asks it to watch a parcel or where a parcel is, and reads what it says; knows nothing of orders.

Source: the vendor's pages "在途监控 8001/8008", "物流跟踪 1002/1008", "推送 101/102" and its SDKs.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import aiohttp
import structlog

from connect.carriers.codes import KDNIAO_REASONS, Meaning, carrier_named
from connect.carriers.statuses import KDNIAO, meaning
from connect.carriers.wire import cleaned, object_in, post
from domain.errors import DeliveryFailed
from domain.values import Scan, Trace

log = structlog.get_logger()

VENDOR = "https://api.kdniao.com"
BEIJING = timezone(timedelta(hours=8))
MOST_SCANS, MOST_PARCELS = 500, 200
SUBSCRIBE, QUERY = "8008", "8001"
PUSHES = frozenset({"101", "102"})

_ENDPOINTS = {SUBSCRIBE: "/api/dist", QUERY: "/Ebusiness/EbusinessOrderHandle.aspx"}
_UNKNOWN = Meaning("transient", retry_after=timedelta(minutes=30))
# Words for "nothing is known of it yet", which is no failure.
_NOTHING_YET = ("暂无轨迹", "无物流轨迹", "暂无物流", "没有查询到")
_WATCHED = ("重复订阅", "已订阅")


class Kdniao:
    """One account of the service; ``url`` is its base address, empty for the vendor's own.

    It has no place for a callback in a subscription: the address for pushes is set in its console, once.
    """

    name = "kdniao"

    def __init__(self, session: aiohttp.ClientSession, *, url: str, business: str, key: str) -> None:
        self._session = session
        self._url = url.rstrip("/") or VENDOR
        self._business = business
        self._key = key

    async def subscribe(
        self,
        carrier: str,
        waybill: str,
        *,
        callback: str,  # noqa: ARG002
        salt: str,  # noqa: ARG002
        phone: str = "",
    ) -> None:
        """Have the parcel watched; ``callback`` and ``salt`` are of no use here. Raises ``DeliveryFailed``."""
        answer = await self._ask(SUBSCRIBE, _parcel(carrier, waybill, phone))
        if not _good(answer) and not _says(answer, _WATCHED):
            raise _failed(answer)

    async def query(self, carrier: str, waybill: str, *, phone: str = "") -> Trace:
        """Where the parcel is now; a trace without scans when nothing is known yet. Raises ``DeliveryFailed``."""
        answer = await self._ask(QUERY, _parcel(carrier, waybill, phone))
        if not _good(answer) and not _says(answer, _NOTHING_YET):
            raise _failed(answer)
        return _trace(answer)

    async def _ask(self, kind: str, wish: dict[str, str]) -> dict[str, Any]:
        text = json.dumps(wish, ensure_ascii=False, separators=(",", ":"))
        form = {
            "EBusinessID": self._business,
            "RequestType": kind,
            "RequestData": text,
            "DataSign": data_sign(text, self._key),
            "DataType": "2",
        }
        answer = await post(self._session, self._url + _ENDPOINTS[kind], form)
        log.info("carrier_called", provider=self.name, api=kind, good=_good(answer))
        return answer


def data_sign(text: str, key: str) -> str:
    """The signature over the very text that is sent: base64 of the MD5 in lower-case hex."""
    digest = hashlib.md5((text + key).encode(), usedforsecurity=False).hexdigest()
    return base64.b64encode(digest.encode()).decode()


def parse_push(form: Mapping[str, str], key: str) -> tuple[bool, str]:
    """Whether a push was signed with this key, and its body as it came."""
    body, sign = form.get("RequestData", ""), form.get("DataSign", "")
    genuine = hmac.compare_digest(sign.encode(), data_sign(body, key).encode())
    return bool(body and key) and genuine and form.get("RequestType", "") in PUSHES, body


def push_answer(business: str, taken: bool, now: datetime) -> dict[str, object]:
    """What the service wants to hear; after anything but success it pushes again."""
    at = now.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
    return {"EBusinessID": business, "UpdateTime": at, "Success": taken, "Reason": "" if taken else "refused"}


def parse_pushed(text: str) -> tuple[Trace, ...]:
    """The journeys in the body of a push, one per parcel; ValueError when there is none to read."""
    data = object_in(text).get("Data")
    if not isinstance(data, list):
        raise ValueError("no Data in the push")
    return tuple(_trace(one) for one in data[:MOST_PARCELS] if isinstance(one, dict))


def _trace(told: dict[str, Any]) -> Trace:
    traces = told.get("Traces")
    nodes = [node for node in traces if isinstance(node, dict)][-MOST_SCANS:] if isinstance(traces, list) else []
    # Told oldest first; the fine status of the whole belongs to the newest line, others say theirs in Action.
    present = cleaned(told.get("StateEx")) or cleaned(told.get("State"))
    last = len(nodes) - 1
    scans = [scan for place, node in enumerate(nodes) if (scan := _scan(node, present if place == last else "2"))]
    scans.sort(key=lambda scan: scan.at)
    return Trace(
        carrier=cleaned(told.get("ShipperCode")),
        waybill=cleaned(told.get("LogisticCode")),
        status="polling",
        scans=tuple(scans),
        eta=_day(told.get("EstimatedDeliveryTime")),
        message=cleaned(told.get("Reason"))[:100],
    )


def _scan(node: dict[str, Any], otherwise: str) -> Scan | None:
    at, text = _moment(node.get("AcceptTime")), cleaned(node.get("AcceptStation"))
    if at is None or not text:
        return None
    code = (cleaned(node.get("Action")) or otherwise)[:16]
    state, reason = meaning(KDNIAO, code)
    return Scan(at, state, text[:400], cleaned(node.get("Location"))[:128], code, reason)


def _moment(text: Any) -> datetime | None:
    """The service writes Beijing time and does not say so."""
    for form in ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M"):
        try:
            return datetime.strptime(str(text), form).replace(tzinfo=BEIJING).astimezone(UTC)
        except ValueError:
            continue
    return None


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10].replace("/", "-"))
    except ValueError:
        return None


def _parcel(carrier: str, waybill: str, phone: str) -> dict[str, str]:
    known = carrier_named(carrier)
    if known is None or not known.kdniao:
        raise DeliveryFailed("702", permanent=True, kind="content", text="carrier not known to the service")
    wish = {"OrderCode": "", "ShipperCode": known.kdniao, "LogisticCode": waybill}
    return wish | ({"CustomerName": phone[-4:]} if known.asks_phone and phone else {})


def _good(answer: Mapping[str, Any]) -> bool:
    return answer.get("Success") is True or cleaned(answer.get("Success")).lower() == "true"


def _says(answer: Mapping[str, Any], words: tuple[str, ...]) -> bool:
    reason = cleaned(answer.get("Reason"))
    return any(word in reason for word in words)


def _failed(answer: Mapping[str, Any]) -> DeliveryFailed:
    """The reason is a sentence: what it speaks of decides, and its start is kept as the code."""
    reason = cleaned(answer.get("Reason"))
    known = next((meaning for word, meaning in KDNIAO_REASONS if word in reason), _UNKNOWN)
    code = "408" if known.permanent and any(word in reason for word in ("手机", "CustomerName")) else reason[:32]
    return DeliveryFailed(
        code or "no reason", permanent=known.permanent, retry_after=known.retry_after, kind=known.kind
    )
