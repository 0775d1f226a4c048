"""Finds quantities, prices and the figures that are neither; runs after names and dates have been marked."""

import re
from decimal import Decimal
from functools import lru_cache

from bot.grammar.lexicon import Lexicon
from bot.grammar.marks import MASK, Canvas, NoiseMark, PriceMark, ProductMark, QuantityMark
from bot.grammar.numerals import ARABIC, NUMBER, SPOKEN, is_approximate, parse_number

_N = NUMBER
_JIAO = r"(?P<jiao>[零一二三四五六七八九\d]{1,2})(?:(?:毛|角)(?:(?P<fen2>[一二三四五六七八九\d])分?)?|分|(?!UNIT))"
_MONEY = (
    rf"(?P<whole>{_N})[ \t]?(?:块钱?|元|圆|人民币|rmb|yuan|¥)(?:{_JIAO})?(?![\d])钱?"
    rf"|(?P<jiao_only>{_N})(?:毛|角)(?P<fen>[一二三四五六七八九\d](?!UNIT))?(?:分)?钱?"
)
# A number before noise is read once and whole, not again in parts; a time of day is the exception.
_WHOLE = rf"(?>{_N})[ \t]?"
_NOISE = re.compile(
    rf"(?:总价|总额|总金额|金额|total)[ \t]?(?:是|为)?[ \t]?[:]?[ \t]?[¥$]?[ \t]?(?:{_N})[ \t]?(?:块钱?|元|万元?)?"
    rf"|(?:一共|总共|合计|总计|共计|小计)[ \t]?(?:是"
    rf"|为)?[ \t]?[:]?[ \t]?[¥$]?[ \t]?(?:{_N})[ \t]?(?:块钱?|元|万元|(?=$|[,。\n]))"
    rf"|(?:优惠|减免|让利|少算)[ \t]?(?:了|个)?[ \t]?{_WHOLE}(?:块钱?|元|个点|(?=$|[,。\n吧]))"
    rf"|共{_WHOLE}(?:项|款|种|(?<!一)样(?!品)|行)|打{_WHOLE}折|\d{{1,3}}码"
    rf"|(?P<of>(?<=[上那这哪每本该此]))?+{_WHOLE}(?:项|款|种|(?<!一)样(?!品)|行|折|批(?<![ \t]批)(?=货)"
    rf"|(?:%|个点|个小时|小时|分钟|个?钟头|秒|天|年|次|遍|趟"
    rf"|位|岁|楼|层|栋|号|期|(?<!一)倍|季度?|平米|周|星期|礼拜|个月|月份?|(?<!零)点(?:半|钟|整|\d{{1,2}}分?)"
    rf"|人)(?![\u4e00-\u9fff]*\d*箱)"
    rf"|(?(of)(?!))(?<![ \t])(?:张?单|笔)(?![位价号]))"
    rf"|(?:\d{{1,3}}|[{SPOKEN}]{{1,4}})[ \t]?(?<!零)点(?:半|钟|整|\d{{1,2}}分?)(?![\u4e00-\u9fff]*\d*箱)"
    rf"|第[ \t]?(?:\d+|[一二三四五六七八九十]+)(?:个|条|行|款|种|张|项|单)?"
    rf"|百分之[零一二三四五六七八九十百]+|[\d.]+[ \t]?(?:mm|cm|v|ml|寸|瓦|伏)(?![a-z])"
    rf"|\d{{2,}}w(?![a-z])|[\d.]+w(?=的|[灯泡])"
)
_VAGUE_BEFORE = re.compile(
    r"(?:大概|大约|约莫?|差不多|估计|可能|也许|最多|至多|最少|至少|不超过|about|around"
    r"|approx(?:imately|\.)?|roughly|maybe|几|好几|数|上)[ \t]?(?:要|来|是|有)?[ \t]?$"
)
_VAGUE_TAIL = re.compile(r"[ \t]?(?:左右|上下|以上|以内|出头|不到|or so|多一点|多点)")
# “A100 -5箱” is less than nothing; a dash with blanks on both sides or none only sets the figure apart.
_MINUS = re.compile(r"(?:负|minus)[ \t]?$|(?<=[^\s\d-])(?:[ \t]+|[:=][ \t]*)[-−]$")
_FIGURE = re.compile(r"[ \t]*+(?:[:*=×][ \t]*+)?[一二两三四五六七八九十半]|[ \t]++\d|[ \t]*+[:*=×][ \t]*+\d")
_CODE_DIGITS = 3
_NEAR = 40
_WORD_BEFORE = re.compile(
    r"(?![要来拿订买下改成为到至加减少多换共各是按给送发补整搞再就只仅先量数选第个了和那负约])[\u4e00-\u9fff]$"
)
_ONLY_SCALE = re.compile(r"[百千万亿]+|两两")
_WORD_GOES_ON = re.compile(
    r"(?![吧了啊哈呀就和跟与及各加要来送发到交给明后今下本周月号再还另共也都份多左上以出不大])[\u4e00-\u9fff]"
)
_ALNUM = re.compile(r"[a-z0-9]")
_HALVED = ("减", "对", "砍", "折", "过")
_POINTING = ("上", "那", "这", "哪", "每", "本", "该", "此")
_REPEATING = re.compile(
    r"照旧|上次|上回|之前|一样|老样子|老规矩|返单|同样|原样|复制|按so|照着|same|repeat|上个?月|上周"
)
_COUNTED = re.compile(rf"(?:{_N})[ \t]?(?:份|批)(?![ \t]?{MASK}|的?[\u4e00-\u9fff]{{2}}\d)")
_IDIOM = re.compile(
    r"一(?:模|下|直|定|样|般|切|起|共|会|点(?![零一二三四五六七八九])|些|致|律|并|边|旦|番|倍)|十分|千万(?!个)|半天|万一|两边|三[天包]两"
)


@lru_cache(maxsize=8)
def _patterns(units: str) -> dict[str, re.Pattern[str]]:
    """All patterns that need the unit words of a lexicon; compiled once for each."""
    several = r"(?:好几|几|数|若干|些|一些|一批|一堆|多少)"
    each = rf"(?P<unit>{units})"
    money = _MONEY.replace("UNIT", rf"[ \t]?{units}")
    return {
        "quantity": re.compile(
            rf"(?:(?<![\d.a-wyz])(?<![a-z]-)|(?=[{SPOKEN}]))(?P<n>{_N})[ \t]?(?P<more>多(?!少)|来|余"
            rf"|几)?[ \t]?(?P<half1>个?半)?[ \t]?(?:(?P<unit>{units})(?P<half>半(?!{units}))?(?P<more2>多(?!少))?"
            rf"|x(?=[ ]?{MASK})|(?![\da-z]))"
        ),
        "range": re.compile(
            rf"(?<![\d.])(?:{_N})(?:[ \t]?(?:{units})?[ \t]?(?:-|~|到|至|或者?)"
            rf"|、(?=[一二两三四五六七八九]))[ \t]?(?:{_N})[ \t]?(?:{each}|(?=$|[\s,。]))"
        ),
        "several": re.compile(
            rf"若干(?=[ \t]?(?:[,。;\n]|$))|(?:[十百千][ \t]?来|{several}|[十百千几]{{1,4}}几|上[百千万]"
            rf"|几[十百千万]|十几|数[十百千])[ \t]?{each}(?!订单|单子?|客户|人|月|小时|礼拜|钱)"
        ),
        "price": re.compile(
            rf"(?:(?P<label>单价|价格|价钱|价|每{units}|@|at|按|算|¥|\$|人民币|rmb|usd)[ \t]?(?:是|为|给"
            rf"|改成|改为|改到|改|调成|调到|调为"
            rf"|:)?[ \t]?[¥$@]?[ \t]?)?(?:{money}|(?P<bare>{_N})(?![\d]))[ \t]?(?:(?P<per>/|每|一"
            rf"|per |a |each)[ \t]?(?P<unit>{units})?)?"
        ),
        "spoken": re.compile(rf"(?P<bare>[{SPOKEN}]{{2,16}}?)(?P<per>一)(?P<unit>{units})"),
        "per": re.compile(
            rf"(?:每|一)[ \t]?(?P<unit>{units})[ \t]?(?:是|按|给|算)?[ \t]?(?:¥"
            rf"|\$)?[ \t]?(?:{money}|(?P<bare>{ARABIC}|[{SPOKEN}]{{2,}}))(?![ \t]?(?:{units}|\d))"
        ),
        "lone": re.compile(
            rf"(?P<verb>来|要|拿|订|买|给我|整|搞|下|加|补|带|叫|点|还要|再|换|和"
            rf"|弄)[ \t]?(?P<unit>{units})[ \t]?(?={MASK}|$|[,。;])"
        ),
        "unit": re.compile(each),
    }


def spot_prices(canvas: Canvas, lexicon: Lexicon) -> None:
    """Unit prices: 18.5元/个, 单价52.5, ¥500/箱, 一百二一箱, @9.8."""
    patterns = _patterns(lexicon.unit_pattern())
    for match in patterns["per"].finditer(canvas.masked):
        _add_price(canvas, match, per=True)
    for match in patterns["spoken"].finditer(canvas.masked):
        if _after_quantity(canvas, match.start()):
            _add_price(canvas, match, per=True)
    for match in patterns["price"].finditer(canvas.masked):
        if _is_price(canvas, match):
            _add_price(canvas, match, per=bool(match["per"]))


def _is_price(canvas: Canvas, match: re.Match[str]) -> bool:
    """A bare figure is a price only with a label or with “a unit” behind it, behind a quantity."""
    if match["bare"] is None:
        return True
    label = match["label"]
    if "." in match["bare"] and (label or match["per"] == "一") and MASK in canvas.masked[: match.start()]:
        return True
    if label and (label not in ("按", "算") or canvas.masked.startswith(("算", "结", "开", "报"), match.end())):
        return True
    if not match["unit"]:
        return False
    return match["per"] in ("/", "每", "per ", "a ", "each") or bool(label) or _after_quantity(canvas, match.start())


def _after_quantity(canvas: Canvas, start: int) -> bool:
    """一百二一箱 is a price behind a product and its quantity, as in A100 20个 0.55一个."""
    before = canvas.masked[:start]
    clause = re.split(r"[\n;。]", before)[-1]
    return (
        bool(re.search(rf"(?:{_N})[ \t]?[^\d\s,]{{0,4}}[\s,]*(?:含税|不含税|的|{MASK})*[\s,]*$", clause[-_NEAR:]))
        and MASK in clause
    )


def _add_price(canvas: Canvas, match: re.Match[str], *, per: bool) -> None:
    price = _amount(match)
    exponent = re.match(r"e[+-]?\d", canvas.text[match.end() :])
    if price is not None and price > 0 and not exponent:
        canvas.add(PriceMark(start=match.start(), end=match.end(), price=price, unit=match["unit"] if per else None))


def _amount(match: re.Match[str]) -> Decimal | None:
    if match["bare"] is not None:
        return parse_number(match["bare"])
    if match["jiao_only"] is not None:
        jiao, fen = parse_number(match["jiao_only"]), parse_number(match["fen"] or "零")
        return None if jiao is None or fen is None else jiao / 10 + fen / 100
    whole = parse_number(match["whole"])
    if whole is None or match["jiao"] is None:
        return whole
    rest = "".join(str(parse_number(char)) for char in match["jiao"] + (match["fen2"] or ""))
    return whole + Decimal("0." + rest)


def spot_noise(canvas: Canvas) -> None:
    """Hide figures that are neither quantity nor price."""
    for match in _NOISE.finditer(canvas.masked):
        canvas.add(NoiseMark(start=match.start(), end=match.end()))
    for match in _COUNTED.finditer(canvas.masked) if _REPEATING.search(canvas.text) else ():
        canvas.add(NoiseMark(start=match.start(), end=match.end()))


def spot_quantities(canvas: Canvas, lexicon: Lexicon) -> None:
    """Numbers with their units; what is only approximately said has no number."""
    patterns = _patterns(lexicon.unit_pattern())
    for match in patterns["range"].finditer(canvas.masked):
        canvas.add(QuantityMark(start=match.start(), end=match.end(), unit=match["unit"]))
    for match in patterns["quantity"].finditer(canvas.masked):
        _add_quantity(canvas, match)
    for match in patterns["several"].finditer(canvas.masked):
        canvas.add(QuantityMark(start=match.start(), end=match.end(), unit=match["unit"]))
    _lone_units(canvas, patterns["lone"], lexicon)


def _is_code(canvas: Canvas, match: re.Match[str]) -> bool:
    """X999 before a figure of its own, or where no goods are named, is a code that the catalog lacks."""
    start = match.start() - 1
    if match["unit"] or start < 0 or canvas.text[start] != "x":
        return False
    if not _FIGURE.match(canvas.masked, match.end()) and (canvas.of(ProductMark) or len(match["n"]) < _CODE_DIGITS):
        return False
    before = canvas.text[:start].rstrip(" \t")
    return not any(mark.end == len(before) for mark in canvas.of(ProductMark)) and not _ALNUM.search(before[-1:])


def _is_syllable(text: str, match: re.Match[str]) -> bool:
    """四川, 一看: one numeral that runs on into a word counts nothing."""
    alone = len(match["n"]) == 1 and match["n"] in SPOKEN and not (match["unit"] or match["more"] or match["half1"])
    half = match["n"] in ("一", "1") and match["half1"] == "半" and not match["unit"]
    bare = not match["unit"] and _ONLY_SCALE.fullmatch(match["n"]) is not None
    inside = _WORD_GOES_ON.match(text, match.end()) or _WORD_BEFORE.search(
        text, max(0, match.start() - 1), match.start()
    )
    return half or bare or (alone and inside is not None)


def _add_quantity(canvas: Canvas, match: re.Match[str]) -> None:
    written = match["n"]
    start, end = match.span()
    if _is_code(canvas, match):
        return
    if written == "一" and (canvas.text[:start].endswith(_POINTING) or match["unit"] == "批"):
        return
    if (
        written == "零"
        or (written == "半" and canvas.text[:start].endswith(_HALVED))
        or _IDIOM.match(canvas.masked, start)
        or _is_syllable(canvas.masked, match)
    ):
        return
    qty = parse_number(written)
    if qty is None:
        return
    if match["half"] or match["half1"]:
        qty += Decimal("0.5")
    tail = _VAGUE_TAIL.match(canvas.masked, end)
    before = _VAGUE_BEFORE.search(canvas.masked, max(0, start - 8), start) or _MINUS.search(
        canvas.masked, max(0, start - 8), start
    )
    vague = match["more"] or match["more2"] or tail or before or is_approximate(written) or qty <= 0
    mark = QuantityMark(
        start=before.start() if before else start,
        end=tail.end() if tail else end,
        qty=None if vague else qty,
        unit=match["unit"],
    )
    canvas.add(mark)


def _lone_units(canvas: Canvas, pattern: re.Pattern[str], lexicon: Lexicon) -> None:
    """来台X: a measure word alone between a verb and a product that has such a unit means one."""
    for match in pattern.finditer(canvas.masked):
        products = canvas.of(ProductMark)
        ahead = next((mark for mark in products if mark.start >= match.end("unit")), None)
        product = ahead or (products[-1] if products and products[-1].end == match.start() else None)
        if product and any(lexicon.unit_of(sku, match["unit"]) for sku in product.ids):
            canvas.add(
                QuantityMark(start=match.start("unit"), end=match.end("unit"), qty=Decimal(1), unit=match["unit"])
            )
