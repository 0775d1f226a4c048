"""What buyers answer when goods lack: 先发现货, 等齐, 换成 X, 取消缺的, with or without the order."""

import re

from bot.grammar.context import Context
from bot.grammar.scene import Scene
from bot.grammar.talk import confirmation
from domain.commands import Command
from domain.dealcommands import ChooseShortage

_LET = r"(?:那|就|那就|我|要|我要|我选|请|选|把|先)*"
_END = r"(?:吧|好了|就行|就好|即可|了|的)*"
_WORDS = {
    "send": r"(?:有货的?|现货|有的|能发的|到了的)?先发(?:现货|有货的|有的|能发的|一部分|部分|一批)?货?"
    r"|分[批开]发货?|有多少发多少",
    "wait": r"(?:等|到|凑)齐了?(?:货)?(?:之?后)?(?:再)?(?:一起|一并)?(?:发货?)?"
    r"|(?:等)?(?:货)?(?:都)?(?:到)?齐了?(?:再|一起)发货?|一起发货?",
    "swap": r"换替代(?:品|货)?|用替代(?:品|货)?|换(?:成|用)?P",
    "cancel": r"(?:取消|去掉|不要|划掉)缺(?:货|少)?的(?:货|部分)?"
    r"|缺(?:货|少)?的(?:货|部分|那些)?(?:都|就|先|全部)?(?:不要|取消|不用发?|算)了?"
    r"|没货的(?:都|就|先)?(?:不要|取消)了?",
}
_PATTERNS = {
    choice: re.compile(rf"(?:(?:订单|单号)?N)?的?,?{_LET}(?:{words}){_END}|{_LET}(?:{words})N")
    for choice, words in _WORDS.items()
}
_PICK = re.compile(r"(?:so)?\d{2,12}[a-hjkmnp-z]?\s*[,:]?\s*选\s*(?P<n>[1-4])\s*[。.!]?", re.IGNORECASE)
_PICK_ALONE = re.compile(r"(?:我|那就|就)?选\s*(?P<n>[1-4])\s*[。.!]?")
_SEVERAL = 2
_NUMBER = re.compile(r"\d{1,2}", re.ASCII)
_ASKING = re.compile(r"[?？]|吗|为什么|怎么|什么时候|谁|多久")
_CODE = re.compile(r"(?:so)?\d{2,12}[a-hjkmnp-z]?", re.IGNORECASE)


def shortage_phrase(scene: Scene) -> Command | None:
    """What is to become of what lacks; words alone count under the question, of staff after an order was spoken of."""
    if scene.says(_ASKING):
        return None
    asked = scene.context.asks("shortage")
    picked = _PICK.fullmatch(scene.text.strip())
    if picked:
        code = _CODE.match(scene.text.strip())
        return ChooseShortage(order_no=code.group().upper() if code else None, option=int(picked["n"]))
    picked = _PICK_ALONE.fullmatch(scene.text.strip()) if _unasked(scene.context) else None
    if picked:
        return ChooseShortage(option=int(picked["n"]))
    numbers = scene.order_nos
    context = scene.context
    near = asked or bool(numbers) or (context.draft is None and (context.last_order is not None or not context.staff))
    if near and len(numbers) < 2:
        for choice, pattern in _PATTERNS.items():
            if pattern.fullmatch(scene.core) and (choice != "swap" or asked or "P" not in scene.core):
                return ChooseShortage(order_no=numbers[0] if numbers else None, choice=choice)
    number = scene.text.strip()
    if asked and _NUMBER.fullmatch(number):
        # A blank of one kind (U+001F) is none to int().
        return ChooseShortage(option=int(number))
    return confirmation(scene) if asked else None


def _unasked(context: Context) -> bool:
    """Whether a buyer has no open question with numbers to choose from; the yes after an order was booked is none."""
    pending = context.pending
    return not context.staff and context.draft is None and (pending is None or len(pending.options) < _SEVERAL)
