"""What managers set down for many: announcements with their audience, levels of approval by amount."""

import re

from bot.grammar.marks import CustomerMark
from bot.grammar.numerals import scaled
from bot.grammar.phrases import TEAMS
from bot.grammar.scene import Scene
from domain.commands import Command
from domain.officecommands import Announce, ApprovalLevels

_OPENING = re.compile(r"\s{0,3}(?:发|发个|发布)?公告\s{0,3}(?:给)?")
_WORD = r"[^\s:,;。!?\n]{1,20}"
_AUDIENCE = re.compile(
    rf"\s{{0,3}}[:]?\s{{0,3}}(?:给)?(?P<to>{_WORD})\s{{0,3}}[:\n]\s{{0,3}}|\s{{0,3}}(?:给)?(?P<bare>{_WORD})[\s,]{{1,3}}"
)
_GLUED = re.compile(rf"(?P<glued>全体员工|全员|{'|'.join(TEAMS)})(?=[^\s部门])")
_STAFF = re.compile(r"全员|全体|全体员工|所有员工|员工|全体同事|同事|大家|内部|公司")
_CUSTOMERS = re.compile(r"(?:全部|所有|全体|各位)?客户们?")
_AND = re.compile(r"[、/+&和跟与及]")
_LEVELS = re.compile(r"\s{0,3}审批(?:级别|层级|分级)\s{0,3}[:]?")
_LEVEL = re.compile(
    r"(?P<n>\d{1,9}(?:\.\d{1,2})?)\s?(?P<k>[万千wk])?\s?[元块]?(?:及?以上|起)?[\s:]{0,2}(?:要|由|归|需|找)?\s?"
    r"(?P<who>[\u4e00-\u9fffa-z][\u4e00-\u9fffa-z0-9]{0,9}?)(?:审批?|批|来?定)?(?=[\s,;、。]|\d|$)"
)
_ROLES = {"审核": "reviewer", "审核员": "reviewer", "经理": "manager", "主管": "manager"}


def proclaims(scene: Scene) -> bool:
    """Whether a message of staff is an announcement: what stands in it is not meant for us."""
    match = _OPENING.match(scene.text)
    return scene.context.staff and match is not None and match.end() < len(scene.text.rstrip())


def proclamation(scene: Scene) -> Command | None:
    """公告 仓库: 明天盘点, 审批级别 5万以上经理; nothing for customers."""
    if not scene.context.staff:
        return None
    return _announcement(scene) if proclaims(scene) else _levels(scene)


def _announcement(scene: Scene) -> Command | None:
    opening = _OPENING.match(scene.text)
    assert opening is not None
    match = _AUDIENCE.match(scene.text, opening.end())
    if match is None:
        match = _GLUED.match(scene.text, opening.end())
    if match is None:
        return Announce() if opening.end() != len(scene.text) else None
    name = next(name for name, word in match.groupdict().items() if word)
    audience = _meant(match[name], match.span(name), scene)
    text = scene.normal.quote(match.end(), len(scene.text))
    return Announce(audience=audience, text=text if audience else "")


def _meant(word: str, span: tuple[int, int], scene: Scene) -> str:
    if _STAFF.fullmatch(word):
        return "staff"
    if _CUSTOMERS.fullmatch(word):
        return "customers"
    team = TEAMS.get(re.sub(r"(?:部门?|组|员|人员|同事|们)$", "", word)) or TEAMS.get(word)
    if team is not None:
        return team
    marks = [mark for mark in scene.of(CustomerMark) if span[0] <= mark.start < span[1] and len(mark.ids) == 1]
    if not marks or _AND.search(scene.text[span[0] : marks[0].start] + scene.text[marks[0].end : span[1]]):
        return ""  # Nobody we know, or more than one: never only a part of those who were named.
    return f"customer:{marks[0].ids[0]}"


def _levels(scene: Scene) -> Command | None:
    match = _LEVELS.match(scene.text)
    if match is None:
        return None
    rest = scene.text[match.end() :].strip(" .。!~")
    found = tuple(
        (scaled(one["n"], one["k"]), _ROLES.get(one["who"]) or scene.normal.quote(*one.span("who")))
        for one in _LEVEL.finditer(scene.text, match.end())
    )
    return ApprovalLevels(levels=found) if found or not rest else None
