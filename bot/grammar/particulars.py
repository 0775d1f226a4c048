"""Finds what has a form of its own: order numbers, waybills, telephone numbers, carriers, tax."""

import re

from bot.grammar.lexicon import Lexicon
from bot.grammar.marks import (
    MASK,
    Canvas,
    CarrierMark,
    NoiseMark,
    OrderMark,
    PhoneMark,
    PoMark,
    ProductMark,
    TaxMark,
    WaybillMark,
)
from bot.grammar.phrases import CARRIERS, PICK_UP
from domain.rules.numbering import well_formed

CHECK_LETTERS = "a-hjkmnp-z"
_SO = re.compile(
    r"(?<![a-z0-9])s[o0]\s?[-#]?\s?(?P<d>2[0o][\do]{2}[\s-]?[\doil]{4,6}(?![\doil])"
    r"|[\doil]{1,10})(?P<c>[a-hjkmnp-z])?(?![a-z0-9])"
)
_ENDLESS = re.compile(r"\d{25,}")
_LABEL = r"(?:查询?单|单号|订单(?:编?号)?|单据|单子|order(?:\s?(?:no\.?|number|#))?)\s?(?:是|为)?\s?[:#]?\s?"
_LABELLED = re.compile(
    rf"(?:(?<![快运流a-z])|(?<=[快运流])(?!单)){_LABEL}(?P<n>\d{{3,12}}[{CHECK_LETTERS}]?)(?![a-z0-9.])"
)
_VERBS = (
    r"同意|批准|核准|通过|审核|审批|驳回|拒绝|退回|打回|发货|发出|签收|收货|取消|作废|撤单|催单"
    r"|结案|关单|暂停(?:发货)?|挂起|冻结|恢复(?:发货)?|解冻|先别发|还?没有?(?:发货?|到货?|送到?)"
    r"|优先|插队|更正|改正|订正|拣货|拣完|装箱|打包|送货单|退货|换货"
    r"|催一下|催下|催催|催|查单|查一下|查下|查|复制|照着|改单|修改"
    r"|ship|shipped|approve|reject|cancel"
)
_NO_DAY = r"(?!\d{1,2}\s?(?:月|日|天|点|小时|%|/|号(?!单|订))|\d{4}\s?[-/年])"
_AFTER_VERB = re.compile(rf"(?:{_VERBS})\s?[:#]?\s?{_NO_DAY}(?P<n>\d{{2,10}}[{CHECK_LETTERS}]?)(?![a-z0-9.])")
_BEFORE_VERB = re.compile(
    rf"(?:^|[,;。\n、和把])\s?#?(?P<n>\d{{2,10}}[{CHECK_LETTERS}]?)#?\s?(?=号?单(?![价位号])|那张"
    rf"|这张|那单|这单|到哪|发货|发出|发了|已发|催|签收|收货|同意|批准"
    r"|核准|驳回|不同意|不批|通过|不通过|取消|作废|撤单|改|什么时候|怎么|状态|进度|物流|审核|审批"
    r"|剩下|余下|剩余|其余|暂停|先别发|恢复|继续发|挂起|冻结|解冻|结案"
    r"|退回|去掉|不要了|过$|shipped|approved?|rejected?)"
)
_ANSWERED = re.compile(
    rf"\s*(?:请|麻烦|帮我|你)*(?:把|将)?\s?#?(?P<n>\d{{2,10}}[{CHECK_LETTERS}]?)(?![a-z0-9.])#?\s?(?=(?:那|就|我|要|选|请|把|先|的|,)*(?:[缺没]货?少?的"
    r"|(?:有货的?|现货)?先发(?!票)|[等凑到]到?齐|一起发|分[批开]发|换(?:替代|货)"
    rf"|换成\s?{MASK}|用替代|申?请?退货?(?!款|税|票)))"
)
_CHAINED = re.compile(
    rf"\s?(?:和|、|,|跟|及|与|and)\s?(?P<n>\d{{2,10}}[{CHECK_LETTERS}]?)(?![a-z0-9.])(?=\s?(?:$"
    rf"|[,;。、和都也!]|同意|批准|通过|驳回|到哪))"
)
_SENDS = re.compile(r"\s*+(?:发货|发出|寄出|出库)")
_IN_A_ROW = re.compile(rf"\d{{2,10}}[{CHECK_LETTERS}]?")
_ROW = re.compile(rf"(?:[\s,、和]++\d{{2,10}}+[{CHECK_LETTERS}]?+)++[\s,、:]*+")
_ALONE = re.compile(rf"\s*#?(?P<n>\d{{2,8}}[{CHECK_LETTERS}])#?\s*(?:[。!?,~].*)?$", re.DOTALL)
_LEADING = re.compile(rf"\s*#?(?P<n>\d{{4,8}}[{CHECK_LETTERS}]?)#?[\s,:]+(?=\S)")
_LONG = re.compile(r"\d{4}")
_ADDED_TO = re.compile(
    rf"\s*(?:给|往|在|把|帮我给)?\s?#?(?P<n>\d{{4,8}}[{CHECK_LETTERS}]?)(?![a-z0-9.])[里上]?\s*"
    r"(?:再|也|还|又|另外|帮我|给我|多)*(?:加(?!急)|追加|添|补|减|去掉|删)"
)
_REFERRED = re.compile(rf"\s*#?(?P<n>\d{{3,8}}[{CHECK_LETTERS}]?)#?[\s,:]*(?:的|订单|单)?[\s,:]*")
# The letter that a code begins with (T10) is no unit of the number before it, whether the catalog has the code or not.
_NO_CODE = r"(?!\s[a-z]{1,3}\d)"
_CHANGED = re.compile(
    r"\s*(?:的)?(?:数量|单价|价格)?(?:都|再|要)?(?:改|换|加|减|不要|去掉|取消|多要?|少要?|[也还](?:要|来))|\s*单价"
)
_CHANGING = re.compile(r"(?:把|将)?(?:改|换|加(?!急)|减|不要|去掉|删|取消)")
_PHONE = re.compile(
    r"(?<![\d.a-z])(?:(?:\+?86[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}|0\d{2,3}[\s-]?\d{7,8}"
    r"|400[\s-]?\d{3}[\s-]?\d{4}|\+?85[23][\s-]?\d{4}[\s-]?\d{4})(?![\d])"
)
_PHONE_LABEL = re.compile(r"(?:联系)?(?:电话|手机号?码?|号码|tel|phone|mobile)\s?(?:改成|改为|是|为)?\s?[:.]?\s?$")
_LATIN = "|".join(sorted((name for name in CARRIERS if name.isascii()), key=len, reverse=True))
_HANZI = "|".join(sorted((name for name in CARRIERS if not name.isascii()), key=len, reverse=True))
_CARRIER = re.compile(
    rf"(?P<p>{'|'.join(PICK_UP)})|(?P<c>{_HANZI}|(?<![a-z])(?:{_LATIN})(?![a-z0-9]))(?:快递|速运"
    rf"|速递|物流|快运|快件| ?express)?"
)
_CODED_WAYBILL = re.compile(r"(?<![a-z0-9])(?!so)[a-z]{1,5}\d{8,20}[a-z]{0,2}(?![a-z0-9])")
_LABELLED_WAYBILL = re.compile(
    r"(?:快递单号|运单号?|物流单号|单号|tracking(?: no\.?| number)?|awb)\s?(?:是"
    r"|为)?\s?[:#]?\s?(?P<n>[a-z]{0,5}\d{8,20}[a-z]{0,2})(?![a-z0-9])"
)
_CARRIED = re.compile(
    r"\s?(?:快递|单号|运单号?|no\.?)?\s?[:#,]?\s?(?!1[3-9]\d{9}(?!\d))(?P<n>[a-z]{0,5}\d{8,20}[a-z]{0,2})(?![a-z0-9])"
)
_TAX = re.compile(
    r"(?P<excl>不(?:用|要|需要?)?含税|不带税|不要税|未税|不开票价|without tax|excl(?:uding|\.)? tax|tax excluded)"
    r"|(?P<incl>含税|带税|包税|incl(?:uding|\.)? tax|tax included|with tax)"
)


def spot_endless(canvas: Canvas) -> None:
    """Rows of figures that no number has are nothing, and need not be looked at again."""
    for match in _ENDLESS.finditer(canvas.masked):
        canvas.add(NoiseMark(start=match.start(), end=match.end()))


def spot_order_numbers(canvas: Canvas, lexicon: Lexicon) -> None:
    """SO numbers anywhere, other numbers only behind a word like 单号; a code of the catalog wins."""
    for match in _SO.finditer(canvas.masked):
        if _is_order_number(match.group(), match["d"], canvas.text[match.end() :], lexicon):
            number = re.sub(r"\s|#", "", match.group()).upper()
            canvas.add(OrderMark(start=match.start(), end=match.end(), number="SO" + _figures(number[2:])))
    for match in _LABELLED.finditer(canvas.masked):
        canvas.add(OrderMark(start=match.start("n"), end=match.end(), number=match["n"].upper()))


def spot_bare_numbers(canvas: Canvas, lexicon: Lexicon, *, counting: bool) -> None:
    """Our own order numbers as people shorten them, only beside a verb that takes an order.

    Where goods are being counted (a draft is open, a quantity was asked for) more words go with a quantity.
    """
    alone = _ALONE.match(canvas.masked)
    if alone and not re.fullmatch(r"\d{1,2}[kw]", alone["n"]):
        canvas.add(OrderMark(start=alone.start("n"), end=alone.end("n"), number=alone["n"].upper()))
    unit = re.compile(_NO_CODE + r"\s?" + lexicon.unit_pattern())
    for pattern in (_AFTER_VERB, _BEFORE_VERB):
        for match in pattern.finditer(canvas.masked):
            if not unit.match(canvas.masked, match.end("n")):
                canvas.add(OrderMark(start=match.start("n"), end=match.end("n"), number=match["n"].upper()))
    _spot_told(canvas, unit, counting=counting)
    _spot_leading(canvas, unit)
    _spot_in_one_box(canvas)
    _spot_before_reference(canvas)
    for known in canvas.of(OrderMark):
        chained = _CHAINED.match(canvas.masked, known.end)
        if chained:
            canvas.add(OrderMark(start=chained.start("n"), end=chained.end("n"), number=chained["n"].upper()))


def _spot_in_one_box(canvas: Canvas) -> None:
    """Further numbers in a row behind the first that is sent (发货 1042 1043 顺丰 SF…), up to carrier or waybill."""
    orders = canvas.of(OrderMark)
    labels = [*canvas.of(CarrierMark), *canvas.of(WaybillMark)]
    if not orders or not labels or not _SENDS.match(canvas.text):
        return
    start = orders[-1].end
    end = min((mark.start for mark in labels if mark.start >= start), default=start)
    if _ROW.fullmatch(canvas.text, start, end):
        for match in _IN_A_ROW.finditer(canvas.text, start, end):
            canvas.add(OrderMark(start=match.start(), end=match.end(), number=match[0].upper()))


def _spot_told(canvas: Canvas, unit: re.Pattern[str], *, counting: bool) -> None:
    """A number that the message begins with and that is told what to do (1042等齐, 1042再加T10), if not a quantity."""
    for match in filter(None, (pattern.match(canvas.masked) for pattern in (_ANSWERED, _ADDED_TO))):
        meant = well_formed(match["n"]) or (not counting and _LONG.match(match["n"]))
        if meant and not unit.match(canvas.masked, match.end("n")):
            canvas.add(OrderMark(start=match.start("n"), end=match.end("n"), number=match["n"].upper()))


def _spot_leading(canvas: Canvas, unit: re.Pattern[str]) -> None:
    """A number that a message about changes begins with (1042 A100改30), and any whose check letter is right."""
    match = _LEADING.match(canvas.masked)
    if match is None or unit.match(canvas.masked, match.end("n")):
        return
    product = next((mark for mark in canvas.of(ProductMark) if mark.start == match.end()), None)
    behind = _CHANGED.match(canvas.text, product.end) if product else _CHANGING.match(canvas.text, match.end())
    if behind or well_formed(match["n"]):
        canvas.add(OrderMark(start=match.start("n"), end=match.end("n"), number=match["n"].upper()))


def _spot_before_reference(canvas: Canvas) -> None:
    """The number of the order that is given the customer's own number (1042 客户单号 PO-889)."""
    for mark in canvas.of(PoMark)[:1]:
        match = _REFERRED.fullmatch(canvas.masked, 0, mark.start)
        if match:
            canvas.add(OrderMark(start=match.start("n"), end=match.end("n"), number=match["n"].upper()))


def spot_waybills(canvas: Canvas) -> None:
    """Carriers and the numbers that go with them."""
    for match in _CARRIER.finditer(canvas.masked):
        name = "自提" if match["p"] else CARRIERS[match["c"]]
        if canvas.add(CarrierMark(start=match.start(), end=match.end(), text=name)):
            number = _CARRIED.match(canvas.masked, match.end())
            if number:
                canvas.add(WaybillMark(start=number.start("n"), end=number.end(), text=number["n"].upper()))
    for match in _LABELLED_WAYBILL.finditer(canvas.masked):
        canvas.add(WaybillMark(start=match.start("n"), end=match.end(), text=match["n"].upper()))
    for match in _CODED_WAYBILL.finditer(canvas.masked):
        canvas.add(WaybillMark(start=match.start(), end=match.end(), text=match.group().upper()))


def spot_phones(canvas: Canvas) -> None:
    """Mobile and landline numbers; the label before one belongs to it."""
    for match in _PHONE.finditer(canvas.masked):
        label = _PHONE_LABEL.search(canvas.masked, max(0, match.start() - 12), match.start())
        number = match.group()
        written = number if number.startswith(("0", "4")) else re.sub(r"[\s-]", "", number)
        canvas.add(PhoneMark(start=label.start() if label else match.start(), end=match.end(), text=written))


def spot_tax(canvas: Canvas) -> None:
    """含税 and 不含税."""
    for match in _TAX.finditer(canvas.masked):
        canvas.add(TaxMark(start=match.start(), end=match.end(), text="excl" if match["excl"] else "incl"))


def _is_order_number(written: str, digits: str, behind: str, lexicon: Lexicon) -> bool:
    if not any(char.isdigit() for char in digits) or lexicon.named(written):
        return False
    spaced = " " in written
    return not (spaced and (sum(map(str.isalnum, digits)) < 3 or re.match(r"\s?(?:pcs|units|箱|个)", behind)))


def _figures(number: str) -> str:
    tail = number[-1:] if number[-1:].isalpha() and number[-1] not in "OIL" else ""
    body = number[: len(number) - len(tail)]
    return body.translate(str.maketrans("OIL", "011")) + tail
