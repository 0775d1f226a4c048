"""The troubles a trial can make, each a short course of acts on the platform."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from .account import OfficialAccount
from .platform import Platform

SEND = "message/template/send"
API: dict[str, dict[str, Any]] = {
    "slow": {"kind": "slow", "seconds": 12.0},
    "reset": {"kind": "reset_after"},
    "-1": {"kind": "errcode", "code": -1},
    "45009": {"kind": "errcode", "code": 45009},
    "43004": {"kind": "errcode", "code": 43004},
    "47003": {"kind": "errcode", "code": 47003},
}
"""Troubles that wait for the next template message."""

MEET_A_NOTICE = frozenset({*API, "token"})
"""Troubles of no meaning before the bot has sent something."""

HOPELESS = frozenset({"43004", "47003", "45009"})
AMBIGUOUS = frozenset({"slow", "reset"})
"""Troubles after which the same notice cannot get through soon, or may have got through unnoticed."""

PUSHES = frozenset({"duplicate", "parallel", "drop_reply"})
ABOUT_REPLIES = PUSHES | {"reorder", "43004", "47003"}
"""Troubles whose verdict does not ask whether every notice got through."""

RETRY_AFTER = 4.0
"""Seconds between attempts while the bot is down, whatever hurry the account is in otherwise."""

STATES = {"collected": "1", "moving": "0", "delivering": "5", "signed": "3", "problem": "2"}
"""How the latest parcel moves on."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What reaches behind the bot, as far as whoever runs it allows.

    `restart_bot` kills it and returns when it is back, `advance_bot` moves its clock, `check_bot` tells what it
    still holds as `{"waiting": due notices, "unsettled": messages without an answer}`.
    """

    restart_bot: Callable[[], Awaitable[None]] | None = None
    advance_bot: Callable[[timedelta], Awaitable[None]] | None = None
    check_bot: Callable[[], Awaitable[dict[str, Any]]] | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """What somebody types in a trial, the last line under trouble; `other` is a second message for reordering."""

    openid: str
    lines: tuple[str, ...]
    other: str


@dataclass(frozen=True, slots=True)
class Scene:
    """What a course works with; `mark` starts the counting anew."""

    platform: Platform
    account: OfficialAccount
    hands: Hands
    script: Script
    mark: Callable[[], None]


Course = Callable[[Scene], Awaitable[None]]


def latest_waybill(platform: Platform) -> str:
    """The waybill that was subscribed last, empty before the first one."""
    watched = [one for one in platform.carrier.parcels.values() if one.subscriptions]
    return max(watched, key=lambda one: one.subscriptions[-1].at).number if watched else ""


def course_of(name: str) -> Course:
    """The acts of the trouble called `name`, or LookupError."""
    if name in API:
        return lambda scene: _strike_api(scene, API[name])
    if name in PUSHES:
        return lambda scene: _strike_push(scene, name)
    if name in STATES:
        return lambda scene: _move_parcel(scene, STATES[name])
    if name not in _NAMED:
        raise LookupError(f"no trial {name!r}")
    return _NAMED[name]


async def _lead(scene: Scene) -> None:
    for line in scene.script.lines[:-1]:
        await scene.account.say(scene.script.openid, line)
    scene.mark()


async def _say(scene: Scene) -> None:
    await scene.account.say(scene.script.openid, scene.script.lines[-1])


async def _strike_push(scene: Scene, kind: str) -> None:
    await _lead(scene)
    scene.platform.faults.add(push="text", kind=kind, n=3)
    await _say(scene)


async def _strike_api(scene: Scene, fault: dict[str, Any]) -> None:
    await _lead(scene)
    scene.platform.faults.add(api=SEND, **fault)
    await _say(scene)


async def _reorder(scene: Scene) -> None:
    await _lead(scene)
    scene.platform.faults.add(push="text", kind="reorder", seconds=8.0)
    async with asyncio.TaskGroup() as both:
        both.create_task(_say(scene), name="trial-held-back")
        await asyncio.sleep(0.1)
        both.create_task(scene.account.say(scene.script.openid, scene.script.other), name="trial-overtakes")


async def _kill_tokens(scene: Scene) -> None:
    await _lead(scene)
    scene.account.tokens.kill()
    await _say(scene)


async def _kill(scene: Scene) -> None:
    if scene.hands.restart_bot is None:
        raise LookupError("nobody here can restart the bot")
    await _lead(scene)
    pace, scene.account.pace = scene.account.pace, max(scene.account.pace, RETRY_AFTER)
    try:
        await _die_at_work(scene, scene.hands.restart_bot)
    finally:
        scene.account.pace = pace


async def _die_at_work(scene: Scene, restart: Callable[[], Awaitable[None]]) -> None:
    async with asyncio.TaskGroup() as both:
        both.create_task(_say(scene), name="trial-said")
        # A moment for the message to reach the bot, so that it dies at work.
        await asyncio.sleep(0.004)
        await restart()


async def _next_day(scene: Scene) -> None:
    if scene.hands.advance_bot is None:
        raise LookupError("nobody here can move the bot's clock")
    day = timedelta(days=1)
    scene.platform.clock.forward(day)
    await scene.hands.advance_bot(day)


async def _move_parcel(scene: Scene, state: str) -> None:
    waybill = latest_waybill(scene.platform)
    if not waybill:
        raise LookupError("no waybill")
    moved = await scene.platform.carrier.move(waybill, state)
    if not all(one.accepted for one in moved):
        raise RuntimeError("push refused")


_NAMED: dict[str, Course] = {"token": _kill_tokens, "reorder": _reorder, "kill": _kill, "day": _next_day}
