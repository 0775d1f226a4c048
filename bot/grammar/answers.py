"""Answers to the question that the bot asked last; whatever is no answer is left to the other rules."""

import re
from dataclasses import replace

from bot.grammar import days
from bot.grammar.amounts import gaps, wanted
from bot.grammar.compact import key_of
from bot.grammar.context import DraftLine
from bot.grammar.details import details_of
from bot.grammar.lines import Item, pair
from bot.grammar.marks import AddressMark, CustomerMark, OrderMark, ProductMark, QuantityMark
from bot.grammar.narrowing import family_member
from bot.grammar.normal import fold
from bot.grammar.numerals import NUMBER, parse_number, small_number
from bot.grammar.scene import Scene
from bot.grammar.talk import confirmation
from domain.commands import Command, Details, ProvideInfo
from domain.values import DeliveryKind, DeliveryWish

_ORDINAL = re.compile(
    r"(?:选|要|就|是|我要|我选|那就|用|option|no\.?|number|the)*+\s*+(?:第\s*+)?(?P<n>\d{1,2}"
    r"|[一二两三四五六七八九十]|first|second|third|last|最后|前者|前面|上面|后者|后面"
    r"|下面)\s*+(?:面|个|种|款|项|号|家|条|吧|的|那个|那款|那种|那家|one|\.|、|好了)*+\s*"
)
_WORDS = {"前者": 1, "前面": 1, "上面": 1, "first": 1, "second": 2, "third": 3}
_PLAIN_NUMBER = re.compile(
    rf"(?:要|来|就|大概|一共|先|拿|那就|改成)*\s*(?P<n>{NUMBER})\s*(?:吧|了|就行|就好|好了|即可|啊|哈)*"
)
_ASKED_BACK = re.compile(r"多少|吗|[?？]|几")
_MINUS = re.compile(r"\s*[-−]\s*[\d一二两三四五六七八九十]")
_LONGEST_ANSWER = 80
_NO_ANSWER = re.compile(
    r"取消|算了|不要|不买|不下|怎么|什么|多少|吗|几|[?？]|帮助|人工|返回|客服|cancel|help|查|到哪"
    r"|库存|价|等等|稍等|再说|不知道|不清楚|谢谢|你好"
)
_DIGITS = re.compile(
    r"(?:是|单号|订单|就是|那张|那个|的|#|号|no|order|\s"
    r"|:)*(?P<n>(?:so-?)?\d[\d-]{1,11}[a-z]?)\s*(?:号|那张|那单|那个|的|单|吧|这张|这单|订单|子|啊"
    r"|哈)*"
)
_DAY = re.compile(rf"(?:就|要|那就|在|改)*(?P<n>{NUMBER})(?:号|日|吧|就行|那天|前|可以|都行)*")
_AS_BEFORE = re.compile(r"^(?:还是|就|送|发|跟|和|同|按|照|用)*(?:上次|之前|以前|老|原来|上回|同上)")
_TITLE = re.compile(r"(?:的|做|卖|搞|开|那家|那个|这家|家|客户|公司|是|就是|给|吧|店|厂|啊|呀|那边|的那|one|the)+")


def answer(scene: Scene) -> Command | None:
    """provide_info for the open question, or None when the message does not answer it."""
    pending = scene.context.pending
    if pending is None:
        return None
    maker = _ANSWERS.get(pending.kind)
    return maker(scene) if maker else None


def option_of(scene: Scene) -> int | None:
    """The number of a choice, if that is the whole message."""
    match = _ORDINAL.fullmatch(_words(scene))
    if match is None:
        return None
    word = match["n"]
    if word in ("last", "最后", "后者", "后面", "下面"):
        return len(scene.context.pending.candidates) if scene.context.pending else None
    return _WORDS.get(word) or small_number(word)


def _words(scene: Scene) -> str:
    """The folded message without courtesies, figures spelt out."""
    lead = len(scene.skeleton) - len(scene.skeleton.lstrip())
    start = scene.skeleton.find(scene.core) if scene.core else lead
    words = scene.text[scene.place(start) : scene.place(start + len(scene.core))].strip(" .,。!~")
    return words if len(words) <= _LONGEST_ANSWER else ""


def _quantity(scene: Scene) -> Command | None:
    sku = scene.context.pending.sku if scene.context.pending else None
    known = scene.context.draft.line(sku) if scene.context.draft else None
    if scene.has("PNC"):
        named = scene.of(ProductMark)
        if len(named) != 1 or named[0].sku != sku or _ASKED_BACK.search(scene.skeleton):
            return None
        return ProvideInfo(lines=tuple(wanted(item, scene.lexicon) for item in pair(scene.text, scene.marks)))
    match = _PLAIN_NUMBER.fullmatch(_words(scene))
    mark = scene.of(QuantityMark)[-1] if scene.of(QuantityMark) else None
    if match and (mark is None or not mark.unit):
        mark = QuantityMark(start=0, end=0, qty=parse_number(match["n"]), unit=None)
    if mark is None:
        return confirmation(scene) if known and known.qty else None  # an unusual one was asked about again
    if _ASKED_BACK.search(scene.skeleton):
        return None
    if _MINUS.match(scene.text):
        mark = replace(mark, qty=None)
    line = wanted(Item(ProductMark(start=0, end=0, ids=(sku,) if sku else ()), _in_unit_of(known, mark)), scene.lexicon)
    details, unclear = details_of(scene)
    asked = (gaps(line, scene.lexicon) - ({"product"} if sku is None else set())) | ({"date"} if unclear else set())
    return ProvideInfo(lines=(line,), details=details, clarify=tuple(sorted(asked)))


def _in_unit_of(known: DraftLine | None, mark: QuantityMark) -> QuantityMark:
    unit = mark.unit or (known.unit if known else None)
    return mark if unit == mark.unit else QuantityMark(start=mark.start, end=mark.end, qty=mark.qty, unit=unit)


def _product(scene: Scene) -> Command | None:
    candidates = scene.context.pending.candidates if scene.context.pending else ()
    option = option_of(scene)
    if option is not None and candidates:
        chosen = candidates[option - 1] if 1 <= option <= len(candidates) else _by_modifier(scene, candidates)
        return ProvideInfo(sku=chosen) if chosen else ProvideInfo(option=option, clarify=("product",))
    marks = [mark for mark in scene.of(ProductMark) if mark.ids]
    if marks and not re.search(r"多少|吗|[?？]|库存|价", scene.skeleton):
        inside = tuple(sku for sku in marks[0].ids if not candidates or sku in candidates) or marks[0].ids
        if len(inside) == 1:
            return _with_more(scene, inside[0])
        return ProvideInfo(clarify=("product",))
    chosen = _by_modifier(scene, candidates)
    return ProvideInfo(sku=chosen) if chosen else None


def _with_more(scene: Scene, sku: str) -> ProvideInfo:
    """The product that was asked for, and the quantity and details said in the same breath."""
    lines = tuple(wanted(item, scene.lexicon) for item in pair(scene.text, scene.marks) if item.qty)
    details, unclear = details_of(scene)
    asked = {gap for line in lines for gap in gaps(line, scene.lexicon)} | ({"date"} if unclear else set())
    return ProvideInfo(sku=sku, lines=lines, details=details, clarify=tuple(sorted(asked)))


def _by_modifier(scene: Scene, candidates: tuple[str, ...]) -> str | None:
    """The one candidate whose names hold the words of the answer (9W的, 黑色)."""
    words = re.sub(
        r"(?:的|那种|那个|那款|要|就|是|吧|款|型|我|来|色)+$|^(?:要|就|是|我要|来|那就|选|拿)+", "", _words(scene)
    )
    stem = key_of(words)
    if not stem or len(stem) > 12:
        return None
    edge = re.compile(rf"(?<![a-z0-9.]){re.escape(stem)}(?![0-9])")
    found = [sku for sku in candidates if any(edge.search(key) for key in scene.lexicon.keys_of_product(sku))]
    if len(found) == 1:
        return found[0]
    mark = ProductMark(start=0, end=0, ids=candidates)
    return family_member(words, mark, scene.lexicon) if not found and candidates else None


def _customer(scene: Scene) -> Command | None:
    candidates = scene.context.pending.candidates if scene.context.pending else ()
    option = option_of(scene)
    if option is not None and candidates:
        chosen = candidates[option - 1] if 1 <= option <= len(candidates) else None
        return ProvideInfo(customer=chosen, option=None if chosen else option, clarify=() if chosen else ("customer",))
    marks = scene.of(CustomerMark)
    if marks:
        inside = tuple(code for code in marks[0].ids if code in candidates) or marks[0].ids
        if len(inside) == 1:
            details, unclear = details_of(scene)
            return ProvideInfo(customer=inside[0], details=details, clarify=("date",) if unclear else ())
        return ProvideInfo(customer_candidates=inside, clarify=("customer",))
    found = _by_place(scene, candidates)
    return ProvideInfo(customer=found) if found else None


def _by_place(scene: Scene, candidates: tuple[str, ...]) -> str | None:
    """The one candidate (or customer) whose name holds the words of the answer, a city or a trade."""
    words = key_of(_TITLE.sub("", _words(scene)))
    codes = candidates or tuple(scene.lexicon.customers)
    if len(words) < 2 or not candidates:
        return None
    found = [
        code
        for code in codes
        if code in scene.lexicon.customers and words in key_of(fold(scene.lexicon.customers[code].name))
    ]
    return found[0] if len(found) == 1 else None


def _date(scene: Scene) -> Command | None:
    if scene.has("PN"):
        return None
    details, unclear = details_of(scene)
    if details.delivery or unclear:
        return ProvideInfo(details=details, clarify=("date",) if unclear else ())
    match = _DAY.fullmatch(_words(scene))
    number = small_number(match["n"]) if match else None
    day = days.next_day_of_month(scene.today, number) if number else None
    return ProvideInfo(details=Details(delivery=DeliveryWish(DeliveryKind.DATE, day))) if day else None


def _address(scene: Scene) -> Command | None:
    details, _ = details_of(scene)
    if scene.of(AddressMark):
        return ProvideInfo(details=details)
    if scene.has("PNQ") and not re.search(r"[路街道号区镇村楼]", scene.text):
        return None
    if _AS_BEFORE.search(scene.text):
        return ProvideInfo(details=replace(details, address="@last"))
    words = _address_words(scene)
    if len(words) < 2 or _NO_ANSWER.search(fold(words)):
        return None
    return ProvideInfo(
        details=Details(
            address=words, contact_name=details.contact_name, contact_phone=details.contact_phone, remark=details.remark
        )
    )


def _address_words(scene: Scene) -> str:
    """The words up to the person, the telephone number or the punctuation that ends an address."""
    stops = [mark.start for mark in scene.marks if mark.letter in "HFR"]
    cut = re.search(r"[,;。!\n]", scene.text)
    end = min([*stops, *([cut.start()] if cut else []), len(scene.text)])
    start = re.match(r"\s*(?:送到?|发到?|寄到?|地址(?:是|为|:)?|就|还是)*\s*", scene.text)
    return scene.normal.quote(start.end() if start else 0, end)


def _unit(scene: Scene) -> Command | None:
    pending = scene.context.pending
    options = pending.options if pending else ()
    option = option_of(scene)
    if option is not None and 1 <= option <= len(options):
        return ProvideInfo(unit=_unit_word(options[option - 1]))
    quantities = scene.of(QuantityMark)
    sku = pending.sku if pending else None
    if quantities and quantities[0].unit and not scene.has("PN"):
        line = wanted(Item(ProductMark(start=0, end=0, ids=(sku,) if sku else ()), quantities[0]), scene.lexicon)
        return ProvideInfo(lines=(line,), clarify=tuple(sorted(gaps(line, scene.lexicon) - {"product"})))
    words = re.sub(r"^(?:按|要|就|是|用|论|以|整)+|(?:吧|的|来|算|为单位|好了|就行|卖)+$", "", _words(scene))
    resolved = scene.lexicon.unit_of(sku, words) if words else None
    return ProvideInfo(unit=resolved[0]) if resolved else None


def _unit_word(option: str) -> str:
    return re.sub(r"^\s*\d+\s*[.、:)]?\s*", "", option).split("(")[0].split("（")[0].strip()


def _order_no(scene: Scene) -> Command | None:
    marks = scene.of(OrderMark)
    if marks:
        return ProvideInfo(order_no=marks[0].number)
    match = _DIGITS.fullmatch(_words(scene))
    return ProvideInfo(order_no=match["n"].upper()) if match else None


_ANSWERS = {
    "ask_qty": _quantity,
    "ask_product": _product,
    "ask_customer": _customer,
    "ask_date": _date,
    "ask_address": _address,
    "ask_unit": _unit,
    "ask_order_no": _order_no,
}
