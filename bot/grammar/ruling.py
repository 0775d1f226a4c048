"""How managers set the rules by which orders are judged: 审核规则, 审核规则 2 5000, 审核规则 2 关."""

import re

from bot.grammar.numerals import scaled
from bot.grammar.scene import Scene
from domain.commands import Command
from domain.reviewcommands import ReviewRules

_UNITS = {"小时": "hours", "天": "days", "分钟": "minutes", "分": "minutes"}
_RULES = re.compile(
    r"\s{0,3}(?:看|查)?审核规则\s{0,3}[:,]?\s{0,3}(?:(?P<past>记录|历史|版本|谁改的?)|第?(?P<n>\d{1,2}+)(?!\d)[条号]?\s{0,3}[:,]?"
    r"\s{0,3}(?:(?P<on>开启?|打开|启用)|(?P<off>关闭?|关掉|停用|不用)|(?:改为?|改成|设为?|为|到)?\s{0,3}"
    r"(?P<v>\d{1,10}(?:\.\d{1,2})?)\s?(?P<k>[万千wk])?(?:元|块|倍|%|(?P<u>小时|天|分钟|分))?(?:以?上)?)?)?\s{0,3}[。.!]?\s{0,3}"
)


def ruling(scene: Scene) -> Command | None:
    """The rules of review, shown or one of them set; nothing for customers, nor for what only begins like it."""
    match = _RULES.fullmatch(scene.text) if scene.context.staff else None
    if match is None:
        return None
    if match["n"] is None or not (match["on"] or match["off"] or match["v"]):
        return ReviewRules(past=match["past"] is not None)
    value = scaled(match["v"], match["k"]) if match["v"] else None
    on = True if match["on"] else False if match["off"] else None
    return ReviewRules(number=int(match["n"]), value=value, unit=_UNITS.get(match["u"]), on=on)
