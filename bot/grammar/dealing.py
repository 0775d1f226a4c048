"""What people write about an order that stands, beside its changes: close it short, hold it back, let it go on."""

import re

from bot.grammar.courtesy import reason_in
from bot.grammar.marks import OrderMark
from bot.grammar.scene import Scene
from domain.commands import Command
from domain.dealcommands import CloseShort, PauseOrder, ResumeOrder

_REST = r"(?:剩下|余下|剩余|其余|没发|未发)的?(?:货|部分)?(?:都|就|先|全部)?(?:不要|取消|不用发?|不发|不用送)了?"
_LEFT = r"(?:(?:剩下|余下|剩余|其余)的?(?:货|部分)?|还?[没未]发的(?:货|部分)?)(?:了|吧)?"
_CLOSE = re.compile(rf"(?:结案|关单|结单)N?|N?(?:的)?{_REST}|取消(?:掉)?N?[的里]?{_LEFT}|N取消(?:掉)?{_LEFT}")
_PAUSE = re.compile(r"(?:暂停|挂起|冻结)(?:发货|订单)?N|N(?:先)?(?:暂停|挂起|冻结)(?:发货)?|先别发N|N先别发货?")
_RESUME = re.compile(r"(?:恢复|解冻|解挂)(?:发货|订单)?N|N(?:可以)?(?:恢复|解冻|解挂|继续发)(?:发货|货)?了?")
_ASKING = re.compile(r"[?？]|吗|为什么|怎么|什么时候|谁")


def deal_phrase(scene: Scene) -> Command | None:
    """结案 1042 原因, 1042 剩下的不要了, 取消 1042 剩下的, 暂停 1042 原因, 恢复 1042."""
    numbers = scene.order_nos
    if len(numbers) > 1 or scene.says(_ASKING):
        return None
    number = numbers[0] if numbers else None
    for pattern, kind in ((_CLOSE, CloseShort), (_PAUSE, PauseOrder), (_RESUME, ResumeOrder)):
        match = pattern.match(scene.core)
        if match is None or (number is None and not (kind is CloseShort and match.end() == len(scene.core))):
            continue
        reason = said_behind(scene, match.group())
        if kind is ResumeOrder:
            return None if reason else ResumeOrder(order_no=number)
        return CloseShort(order_no=number, reason=reason) if kind is CloseShort else PauseOrder(
            order_no=number, reason=reason
        )  # fmt: skip
    return None


def said_behind(scene: Scene, words: str) -> str | None:
    """What was said behind the words that were understood, as it was written."""
    start = scene.skeleton.find(words) + len(words)
    last = [mark.end for mark in scene.of(OrderMark)]
    where = max(scene.place(start), *last) if last and "N" in words else scene.place(start)
    return reason_in(scene.normal.quote(where, len(scene.text))) or None
