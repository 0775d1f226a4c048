"""Phrases about links to an order's page: 链接 1042 asks for one, 收回链接 1042 takes back all that were given out."""

import re

from bot.grammar.scene import Scene
from domain.commands import Command, RevokeLinks, ShareLink

# The word 链接 leaves no doubt that a number beside it is an order's; N stands for it.
_NUMBER = re.compile(r"(?:so)?\d{2,12}[a-hjkmnp-z]?(?![a-z0-9])")
_ORDER = r"(?:订单|单号)?N?(?:这单|订单|单)?的?"
_REVOKE = re.compile(
    rf"(?:把)?{_ORDER}(?:收回|作废|撤回|停用|取消)(?:订单|所有|全部)?{_ORDER}链接{_ORDER}"
    rf"|(?:把)?{_ORDER}链接(?:收回|作废|停用|撤回)N?"
)
_SHARE = re.compile(rf"请?(?:发|给|要|生成|分享|转发)?我?(?:一?个|一下)?新?{_ORDER}新?链接{_ORDER}|分享(?:订单)?N")
_BETWEEN = re.compile(r"[\s#:,。.!~]+")


def link_phrase(scene: Scene) -> Command | None:
    """A message that is about the links of one order and nothing else."""
    words = _BETWEEN.sub("", scene.text)
    numbers = _NUMBER.findall(words)
    if len(numbers) > 1 or len(words) > 40:
        return None
    number = numbers[0].upper() if numbers else None
    core = _NUMBER.sub("N", words)
    if _REVOKE.fullmatch(core):
        return RevokeLinks(order_no=number)
    return ShareLink(order_no=number) if _SHARE.fullmatch(core) else None
