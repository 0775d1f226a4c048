"""A small 快递100: subscriptions, queries, and pushes of the whole trace whenever a parcel moves."""

import asyncio
import hashlib
import json
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from .clock import BEIJING
from .world import World

COMPANIES = frozenset(
    {"shunfeng", "zhongtong", "yuantong", "shentong", "yunda", "jtexpress", "jd", "ems", "youzhengguonei"}
    | {"youzhengbk", "debangkuaidi", "debangwuliu", "huitongkuaidi", "zhaijisong", "youshuwuliu", "annengwuliu"}
    | {"kuayue", "shunfengkuaiyun", "jingdongkuaiyun", "zhongtongkuaiyun", "danniao"}
)
ASKS_PHONE = frozenset({"shunfeng", "shunfengkuaiyun", "zhongtong"})
STATES = {
    "0": "在途",
    "1": "揽收",
    "2": "疑难",
    "3": "签收",
    "4": "退签",
    "5": "派件",
    "6": "退回",
    "7": "转投",
    "8": "清关",
    "14": "拒签",
}
A_MONTH = 4
LOCK = timedelta(minutes=30)
ANSWER_WITHIN = 10.0


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a trace; `code` is the fine status, the same as the state when there is none."""

    at: datetime
    state: str
    code: str
    context: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where to push a waybill's trace, and the salt that signs it (None: unsigned)."""

    company: str
    number: str
    callback: str
    salt: str | None
    detailed: bool
    at: datetime


@dataclass(slots=True)
class Parcel:
    """A waybill as the carrier knows it; `phone` are the digits that open it, empty if any do."""

    number: str
    company: str = ""
    phone: str = ""
    steps: list[Step] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)
    asked_at: datetime | None = None

    @property
    def state(self) -> str:
        """The base state of the latest step, whichever was told last."""
        return self.trace[-1].state if self.steps else "0"

    @property
    def trace(self) -> list[Step]:
        """The steps, oldest first; of two at the same moment the one told later counts as later."""
        return sorted(self.steps, key=lambda step: step.at)


@dataclass(frozen=True, slots=True)
class Delivered:
    """One push of a trace: how many attempts, their HTTP statuses, whether the answer was taken."""

    attempts: int
    statuses: tuple[int, ...]
    accepted: bool


class Carrier:
    """State of the carrier service; `attempts` and `pace` (seconds) shape its pushes: really 35 minutes apart."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.key = "simulatedkey01"
        self.customer = "SIMULATEDCUSTOMER"
        self.attempts = 3
        self.pace = 0.0
        self.parcels: dict[str, Parcel] = {}

    def parcel(self, number: str) -> Parcel:
        """The parcel with this waybill number, known from now on."""
        return self.parcels.setdefault(number, Parcel(number))

    async def move(self, waybill: str, state: str, context: str = "", at: datetime | None = None) -> list[Delivered]:
        """Add a step to the trace and push the whole trace to everyone subscribed.

        `state` is a base state (`1` collected, `0` in transit, `5` out for delivery, `3` signed, `2` problem)
        or one of its fine codes (`501`); LookupError for neither.
        """
        base = _base(state)
        parcel = self.parcel(waybill)
        parcel.steps.append(Step(at or self.world.clock(), base, state, context or f"快件{STATES[base]}"))
        status = "shutdown" if base in ("3", "4", "14") else "polling"
        return await self._push_all(parcel, {"status": status, "message": ""})

    async def abort(self, waybill: str, message: str = "3天查询无记录", corrected_to: str = "") -> list[Delivered]:
        """Give the waybill up, or go on under the company that it really belongs to."""
        parcel = self.parcel(waybill)
        old, parcel.company = parcel.company, corrected_to or parcel.company
        extra = {"autoCheck": "1", "comOld": old, "comNew": corrected_to} if corrected_to else {}
        return await self._push_all(parcel, {"status": "abort", "message": message} | extra)

    async def _push_all(self, parcel: Parcel, head: dict[str, str]) -> list[Delivered]:
        latest = {one.callback: one for one in parcel.subscriptions}
        return [await self._push(one, parcel, head) for one in latest.values()]

    async def _push(self, to: Subscription, parcel: Parcel, head: dict[str, str]) -> Delivered:
        body = {"billstatus": "", "autoCheck": "0", "comOld": "", "comNew": ""} | head
        trace = result(parcel, parcel.company or to.company, detailed=to.detailed)
        param = json.dumps(body | {"lastResult": trace}, ensure_ascii=False)
        form = {"param": param} | ({} if to.salt is None else {"sign": md5(param + to.salt)})
        statuses: list[int] = []
        accepted = False
        while not accepted and len(statuses) < self.attempts:
            if statuses:
                await asyncio.sleep(self.pace)
            status, accepted = await self._post(to, form, parcel)
            statuses.append(status)
        return Delivered(len(statuses), tuple(statuses), accepted)

    async def _post(self, to: Subscription, form: dict[str, str], parcel: Parcel) -> tuple[int, bool]:
        started, status, answer = time.monotonic(), 0, ""
        try:
            async with asyncio.timeout(ANSWER_WITHIN), self.world.session.post(to.callback, data=form) as response:
                status, answer = response.status, await response.text(errors="replace")
        except (TimeoutError, aiohttp.ClientError) as error:
            answer = type(error).__name__
        accepted = status == 200 and _taken(answer)
        outcome = {"status": status, "accepted": accepted, "answer": answer[:300]}
        outcome["ms"] = round((time.monotonic() - started) * 1000, 1)
        steps = len(parcel.steps)
        self.world.journal.write(
            "carrier", {"path": "callback", "waybill": to.number, "state": parcel.state, "steps": steps}, outcome
        )
        return status, accepted


def md5(text: str) -> str:
    """The carrier's signature: upper-case hexadecimal MD5."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()


def result(parcel: Parcel, company: str, *, detailed: bool, newest_first: bool = True) -> dict[str, Any]:
    """The trace as both the query and the push carry it."""
    steps = parcel.trace[::-1] if newest_first else parcel.trace
    return {
        "message": "ok",
        "state": parcel.state,
        "status": "200",
        "condition": "F00",
        "ischeck": "1" if parcel.state == "3" else "0",
        "com": company,
        "nu": parcel.number,
        "data": [_line(step, detailed) for step in steps],
    }


def _line(step: Step, detailed: bool) -> dict[str, str]:
    at = step.at.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
    line = {"time": at, "ftime": at, "context": step.context}
    return line | ({"status": STATES[step.state], "statusCode": step.code} if detailed else {})


def _base(state: str) -> str:
    if state in STATES:
        return state
    base = "0" if len(state) == 4 else state[:1]
    if not state.isdecimal() or len(state) not in (3, 4) or base not in STATES:
        raise LookupError(f"no state {state!r}")
    return base


def _taken(answer: str) -> bool:
    try:
        given = json.loads(answer)
    except ValueError:
        return False
    return isinstance(given, dict) and given.get("result") is True and given.get("returnCode") == "200"
