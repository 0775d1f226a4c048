"""Words of money about a whole order, which no line carries: 打9折, 总价2900, 优惠100元."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from bot.grammar.marks import AddressMark, CustomerMark, NoiseMark, PriceMark, ProductMark, RemarkMark
from bot.grammar.normal import fold
from bot.grammar.numerals import DIGITS, SPOKEN
from bot.grammar.scene import Scene
from domain.commands import Bargain

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
_OFF = re.compile(r"(?:不|别|取消|去掉|撤掉|删掉|免)(?:要|用|再|给|能)*(?:打折|折扣|优惠)|恢复原价|(?:还是)?按原价")
# A discount counts where its clause gives it and nothing else: not refused, asked, wished for or told of another time.
_BEFORE = re.compile(
    r"(?:都|全部?|全单|整单|一律|统一|再|给|就|按|算|价格|单价|请|帮我?|麻烦|先|那|然后|照旧|老样子|老规矩|返单"
    r"|(?:上次)?一样的?|\s)*+"
)
_BEHIND = re.compile(r"(?:吧|啊|哈|了|算|给|就行|就好|发货?|送货?|出货?|优惠|价格?|谢谢|再|下单|尽快|\s)*+")
_TAKEN_BACK = re.compile(r"(?:先|就|都|还是|\s)*+(?:不|别|取消|去掉|撤掉|删掉|免)(?:要|用|再|给|能|了)*+")
_REFUSED = re.compile(r"\s*+(?:但|可|我|他|还|都|先)*+(?:不|没|别|未)")
_SEPARATORS = re.compile(r"[,;。!?、\n]")
_NAMES = (ProductMark, CustomerMark, AddressMark, RemarkMark)


def bargain(scene: Scene) -> Bargain:
    """What is said about the price of the whole order; what is part of a name, an address or a remark is nothing."""
    rate, words, others, off = None, "", [], _OFF.search(scene.text) is not None
    spoken = list(_spoken(scene))
    for found in spoken:
        before, behind, next_clause = _around(scene, found, spoken)
        said = scene.normal.quote(*found.span())
        part = discount(said)
        if _TAKEN_BACK.fullmatch(before):
            off = True
        elif part is not None and _given(before, behind, next_clause):
            rate, words = part, said
        else:
            others.append(said)
    return Bargain(rate=rate, words=words, others=tuple(others), off=off)


def uncertain(said: Bargain) -> Bargain:
    """The same where nobody can say whose price is meant: none of it counts."""
    return Bargain(others=(said.words, *said.others) if said.words else said.others)


def discount(words: str) -> Decimal | None:
    """The part of the price that is left: 9折 and 九折 are 0.9, 85折, 8.5折 and 八五折 are 0.85."""
    found = _RATE.search(fold(words))
    if found is None:
        return None
    tenths, hundredths = (int(one) if one.isdecimal() else int(DIGITS[one]) for one in found.groups("0"))
    return Decimal(10 * tenths + hundredths) / 100


def figure(words: str) -> Decimal | None:
    """The sum of money in such words: 总价1.85万 is 18500."""
    found = re.search(r"(\d+(?:\.\d+)?)\s?(万)?", words)
    return Decimal(found[1]) * (10_000 if found[2] else 1) if found else None


def _spoken(scene: Scene) -> Iterator[re.Match[str]]:
    named = [mark for mark in scene.marks if isinstance(mark, _NAMES)]
    for found in _OVERALL.finditer(scene.text):
        if not any(mark.start < found.end() and found.start() < mark.end for mark in named):
            yield found


def _given(before: str, behind: str, next_clause: str) -> bool:
    whole = _BEFORE.fullmatch(before) and _BEHIND.fullmatch(behind)
    return whole is not None and _REFUSED.match(next_clause) is None


def _around(scene: Scene, found: re.Match[str], spoken: Iterable[re.Match[str]]) -> tuple[str, str, str]:
    """What stands before and behind in the same clause, up to a name, a quantity or a day; and the clause after it."""
    start, end = found.span()
    bounds = [(mark.start, mark.end) for mark in scene.marks if not isinstance(mark, NoiseMark | PriceMark)]
    bounds += [one.span() for one in spoken]
    first = max((there for _, there in bounds if there <= start), default=0)
    last = min((here for here, _ in bounds if here >= end), default=len(scene.text))
    before = _SEPARATORS.split(scene.text[first:start])[-1]
    behind, *later = _SEPARATORS.split(scene.text[end:last], maxsplit=1)
    return before, behind, later[0] if later else ""
