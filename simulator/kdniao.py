"""A small 快递鸟: subscriptions and queries through its gateways, pushes of the whole traces of several parcels."""

import asyncio
import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp

from .carrier import ANSWER_WITHIN, Delivered
from .clock import BEIJING
from .world import World

SHIPPERS = frozenset(
    {"SF", "ZTO", "YTO", "STO", "YD", "JTSD", "JD", "EMS", "YZPY", "YZBK", "DBL", "HTKY", "ZJS", "UC", "ANE"}
    | {"KYSY", "ZTOKY"}
)
ASKS_PHONE = frozenset({"SF", "ZTO"})
BASES = frozenset("0123456") | {"10"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a trace; `code` is the StateEx."""

    at: datetime
    code: str
    text: str


@dataclass(slots=True)
class Tracked:
    """A waybill as the service knows it; `phone` are the digits that open it, empty if any do."""

    number: str
    shipper: str = ""
    phone: str = ""
    lines: list[Line] = field(default_factory=list)
    subscribed: bool = False


class KdniaoDesk:
    """State of the service; pushes go to `callback`, which in real life is set in its console."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.business = "1234567"
        self.key = "56da2cf8-c8a2-44b2-b6fa-476cd7d1ba17"
        self.callback = ""
        self.plan = True
        self.attempts = 3
        self.parcels: dict[str, Tracked] = {}

    def parcel(self, number: str) -> Tracked:
        """The parcel with this waybill number, known from now on."""
        return self.parcels.setdefault(number, Tracked(number))

    def add(self, waybill: str, code: str, text: str, at: datetime | None = None) -> None:
        """A line more in a trace, not pushed yet."""
        self.parcel(waybill).lines.append(Line(at or self.world.clock(), code, text))

    async def move(self, waybill: str, code: str, text: str) -> Delivered | None:
        """Add a line to a trace and push the whole trace if somebody subscribed."""
        self.add(waybill, code, text)
        return await self.push(waybill)

    async def push(self, *waybills: str) -> Delivered | None:
        """One push of these parcels' whole traces; None when nobody subscribed to any."""
        parcels = [self.parcel(one) for one in waybills if self.parcel(one).subscribed]
        if not (parcels and self.callback):
            return None
        at = self.world.clock().astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
        data = [self.result(one) for one in parcels]
        text = json.dumps(
            {"EBusinessID": self.business, "PushTime": at, "Count": str(len(data)), "Data": data}, ensure_ascii=False
        )
        form = {"RequestData": text, "RequestType": "102", "DataSign": sign(text, self.key)}
        statuses: list[int] = []
        accepted = False
        while not accepted and len(statuses) < self.attempts:
            status, accepted = await self._post(form, len(data))
            statuses.append(status)
        return Delivered(len(statuses), tuple(statuses), accepted)

    async def _post(self, form: dict[str, str], count: int) -> tuple[int, bool]:
        status, answer = 0, ""
        try:
            async with asyncio.timeout(ANSWER_WITHIN), self.world.session.post(self.callback, data=form) as response:
                status, answer = response.status, await response.text(errors="replace")
        except (TimeoutError, aiohttp.ClientError) as error:
            answer = type(error).__name__
        accepted = status == 200 and self._taken(answer)
        outcome = {"status": status, "accepted": accepted, "answer": answer[:300]}
        self.world.journal.write("carrier", {"path": "kdniao push", "parcels": count}, outcome)
        return status, accepted

    def _taken(self, answer: str) -> bool:
        try:
            given = json.loads(answer)
        except ValueError:
            return False
        shape = isinstance(given, dict) and given.get("EBusinessID") == self.business and bool(given.get("UpdateTime"))
        return shape and given.get("Success") is True

    def result(self, parcel: Tracked) -> dict[str, Any]:
        """The trace as both the query and the push carry it: oldest line first."""
        lines = sorted(parcel.lines, key=lambda line: line.at)
        newest = lines[-1].code if lines else "0"
        return {
            "EBusinessID": self.business,
            "OrderCode": "",
            "ShipperCode": parcel.shipper,
            "LogisticCode": parcel.number,
            "Success": True,
            "Reason": "" if lines else "暂无轨迹信息",
            "State": newest if newest in BASES else newest[:1],
            "StateEx": newest,
            "Traces": [
                {
                    "AcceptTime": line.at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
                    "AcceptStation": line.text,
                    "Action": line.code,
                    "Location": "",
                    "Remark": "",
                }
                for line in lines
            ],
        }


def sign(text: str, key: str) -> str:
    """The service's signature: base64 of the MD5 in lower-case hex."""
    digest = hashlib.md5((text + key).encode(), usedforsecurity=False).hexdigest()
    return base64.b64encode(digest.encode()).decode()
