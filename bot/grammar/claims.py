"""Phrases after the sale: 退货 1042 A100 2箱 原因, 照片 R12, 同意 R12, 驳回 R12 原因, 收退 R12 坏1箱, 售后."""

import re
from dataclasses import replace

from bot.grammar.amounts import wanted
from bot.grammar.courtesy import reason_in
from bot.grammar.faults import faults_in
from bot.grammar.lines import pair
from bot.grammar.sayings import Sayings, first_made
from bot.grammar.scene import Scene, look
from domain.commands import Command
from domain.parcelcommands import AskReturn, AttachPhotos, DecideClaim, ListClaims, PrintReturn, TakeBack

_R = r"(?P<r>r\s?\d{1,9})(?![a-z0-9])"
_DECIDE = re.compile(
    rf"\s*+(?:(?P<yes>同意|批准|可以|通过)|(?P<no>不同意|驳回|拒绝|不批))\s*+(?:退货|换货|售后)?\s*+{_R}\s*+[,:，]?\s*+(?P<why>.*)",
    re.DOTALL,
)
_BACK = re.compile(rf"\s*+(?:收退|退货入库|退货收到|收到退货|验退)\s*+{_R}(?P<rest>.*)", re.DOTALL)
_NOTE = re.compile(rf"\s*+(?:打印|打|看|要)?(?:退货单|换货单|取件单|退货标签)\s*+[:,]?\s*+{_R}\s*+[。.!]?\s*+")
_PHOTOS = re.compile(
    rf"\s*+(?:附|加|补|发)?(?:上|个|张)?(?:照片|图片|相片)\s*+(?:给|到)?\s*+[:,]?\s*+{_R}\s*+[。.!]?\s*+"
)
_LIST = re.compile(r"\s*+(?:看|查)?(?:售后|售后单|退货单|待处理售后|售后列表)\s*+[。.!]?\s*+")
_ASK = re.compile(
    r"(?:我?要?|申请|办理?)?(?P<k>退货|换货)N"
    r"|N(?:的|里|有|我|要|想|申请|办理?|,)*(?:(?P<own>退货|换货)(?=[PQ,]|\Z)|退(?=[PQ]))"
)
_ASKING = re.compile(r"[?？]|吗|怎么|什么时候|多久")


def claim_phrase(scene: Scene) -> Command | None:
    """The phrase about claims that the message is, if any."""
    if _ASKING.search(scene.text):
        return None
    return first_made(scene, _PHRASES) or _asked(scene)


def _decision(scene: Scene, match: re.Match[str]) -> Command:
    why = scene.normal.quote(*match.span("why")).strip()
    return DecideClaim(claim=_number(match), refusal=None if match["yes"] else why)


def _back(scene: Scene, match: re.Match[str]) -> Command:
    return TakeBack(claim=_number(match), faults=faults_in(scene, match.start("rest"))[0])


def _note(_scene: Scene, match: re.Match[str]) -> Command:
    return PrintReturn(claim=_number(match))


def _photos(_scene: Scene, match: re.Match[str]) -> Command:
    return AttachPhotos(claim=_number(match))


def _list(_scene: Scene, _match: re.Match[str]) -> Command:
    return ListClaims()


def _asked(scene: Scene) -> Command | None:
    """退货 and 换货 with the number of an order; without one it is a matter for a person."""
    match = _ASK.match(scene.core)
    if match is None:
        return None
    start = scene.place(scene.skeleton.index(match.group()) + match.end())
    part = look(scene.text[start:], scene.lexicon, replace(scene.context, draft=None, pending=None), scene.today)
    pairs = pair(part.text, part.marks)
    ends = [mark.end for item in pairs for mark in (item.product, item.qty) if mark is not None]
    reason = reason_in(part.normal.quote(max(ends, default=0), len(part.text)))
    return AskReturn(
        order_no=scene.order_nos[0],
        kind="exchange" if "换货" in (match["k"], match["own"]) else "",
        lines=tuple(wanted(item, scene.lexicon) for item in pairs),
        reason=reason,
    )


def _number(match: re.Match[str]) -> str:
    return re.sub(r"\s", "", match["r"]).upper()


_PHRASES: Sayings = (
    (_DECIDE, _decision),
    (_BACK, _back),
    (_NOTE, _note),
    (_PHOTOS, _photos),
    (_LIST, _list),
)
