"""Words of money about a whole order, which no line carries: 打9折, 总价2900, 优惠100元."""

import re
from decimal import Decimal

from bot.grammar.marks import AddressMark, CustomerMark, ProductMark, RemarkMark
from bot.grammar.normal import fold
from bot.grammar.numerals import DIGITS, SPOKEN
from bot.grammar.scene import Scene

_N = rf"(?:\d{{1,7}}(?:\.\d{{1,2}})?|[{SPOKEN}]{{1,6}})"
_COIN = r"(?:块钱?|元|圆|万元?)"
_END = r"(?=$|[\s,;。!?、吧哈啊])"
_PART = r"(?:(?<![\d.])\d{1,2}(?:\.\d)?|[一二三四五六七八九]{1,2})[ \t]?"
_OVERALL = re.compile(
    rf"[打按][ \t]?{_PART}折(?!叠)|{_PART}折(?=$|[\s,;。!?、吧哈啊了算给发送出])"
    rf"|(?:总价|一口价|打包价?)[ \t]?(?:是|为|算|按|就)?[ \t]?[:]?[ \t]?¥?[ \t]?{_N}[ \t]?(?:{_COIN}|{_END})"
    rf"|(?:一共|总共|合计|总计|共计)[ \t]?(?:是|为|算|按|就)?[ \t]?[:]?[ \t]?(?:¥[ \t]?{_N}|{_N}[ \t]?{_COIN})"
    rf"|(?:优惠|便宜|少算|减免|让利|让)[ \t]?(?:了|个)?[ \t]?{_N}[ \t]?(?:{_COIN}|个点|%|{_END})|抹零"
)
_RATE = re.compile(r"(?<!\d)([1-9一二三四五六七八九])(?:\.?([1-9一二三四五六七八九])|\.0)?[ \t]?折")
_NAMES = (ProductMark, CustomerMark, AddressMark, RemarkMark)


def bargain(scene: Scene) -> str:
    """These words as they were written, "" without any; what is part of a name, an address or a remark is none."""
    named = [mark for mark in scene.marks if isinstance(mark, _NAMES)]
    for found in _OVERALL.finditer(scene.text):
        if not any(mark.start < found.end() and found.start() < mark.end for mark in named):
            return scene.normal.quote(*found.span())
    return ""


def discount(words: str) -> Decimal | None:
    """The part of the price that is left: 9折 and 九折 are 0.9, 85折, 8.5折 and 八五折 are 0.85."""
    found = _RATE.search(fold(words))
    if found is None:
        return None
    tenths, hundredths = (int(one) if one.isdecimal() else int(DIGITS[one]) for one in found.groups("0"))
    return Decimal(10 * tenths + hundredths) / 100
