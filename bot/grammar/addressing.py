"""Finds whom and where: addresses, receiving persons and remarks, quoted as they were written."""

import re
from datetime import date

from bot.grammar.dates import find_dates
from bot.grammar.lexicon import Lexicon
from bot.grammar.marks import MASK, AddressMark, Canvas, PersonMark, PhoneMark, RemarkMark
from bot.grammar.normal import Normal
from bot.grammar.phrases import SURNAMES, TITLES

_TRIGGER = re.compile(
    r"(?:(?:货物?)?(?:请|帮我|麻烦|直接|给我|都)?(?:送货?到|送至|送往|送去|发到|发至|发往|寄到"
    r"|寄至|寄往|寄去|运到|拉到|配送到|配送至|交货到|交到)"
    r"|(?:收货|送货|发货|寄送|收件|交货)?地址(?:请)?(?:改一下|改下)?(?:变更为|改为|改成|改到|换成"
    r"|换为|换到|写|填|是|为|:)?"
    r"|(?:ship|deliver|send)(?:ped|ing|y)?\s?(?:it |them )?to(?![a-z])|address(?: is)?)\s?[:,]?\s?"
)
_USUAL = re.compile(
    r"(?:还是)?(?:送货?|发货?|寄|送到|发到|寄到|地址)?(?:还是|就)?(?:送|发|到)?(?:老地方|老地址"
    r"|原地址|原来的?(?:地址|地方)|上次(?:的|那个)?(?:地址|地方)|地址不变|地址照旧|same address"
    r"|usual address)"
)
# An address that nothing announces: town, district, street and number, from the beginning of a clause.
_PLAIN_ADDRESS = re.compile(
    r"(?:^|[\s,;。:\0])(?P<a>(?:[\u4e00-\u9fff]{2,7}[省市])?(?:[\u4e00-\u9fff]{1,7}[市区县镇]){1,2}"
    r"[\u4e00-\u9fff]{1,12}[路街道巷村]\d{1,5}号(?:[\u4e00-\u9fff\da-z-]{0,12}[楼室栋座层厦场厂园])?)"
)
# What begins like this is a question or a wish; it is asked first, for it costs less than looking for the end.
_NO_ADDRESS = re.compile(
    r"[?吗没了哪几呢吧就即]|可以|一下|什么|时候|不|错|多久|到哪|有|能|\d+\s?(?:个|箱|台|件|天)|改|变|货|这|那"
)
_ONLY_A_DAY = re.compile(r"(?:next |this )?(?:today|tomorrow|week|mon|tue|wed|thu|fri|sat|sun)[a-z]*\s*$")
_STOP = re.compile(
    rf"[,;。!?\n\t()\[\]{MASK}]|(?:收货人|联系人|收件人|电话|手机|tel(?![a-z])|phone|备注|送货时间"
    rf"|交期|(?:今|明|后)[天日]|(?:下|这|本)?个?(?:周|星期|礼拜)[一二三四五六日天]"
    rf"|(?<=\s)\d{{1,2}}[号日](?=前|之前|送|到|要|交|$)|\d{{1,2}}月\d{{1,2}}[号日]|月底|尽快|加急"
    rf"|含税|不含税|(?:{SURNAMES})[\u4e00-\u9fff]{{0,2}}?(?:{TITLES})(?![区路街村镇厂楼业程部])"
    rf"|(?:{SURNAMES})[\u4e00-\u9fff]{{1,2}}\s?收(?![货款])"
    rf"|(?:{SURNAMES})[\u4e00-\u9fff]{{1,2}}(?={MASK})|给?我?收(?=$|\s)|顺丰|德邦"
    rf"|用[\u4e00-\u9fff]{{2}}发)"
)
_LONGEST_ADDRESS = 120
_PLACE = re.compile(r"[省市区县镇乡村路街道巷弄号楼栋幢座室层园厦场城库厂店门组]|^[\d\-a-z]+$")
_TAIL = re.compile(r"[\s]*(?:这边|就行|即可|去|吧|哈|谢谢|就好|要|收|送|好了|哦|啊)++$")
_NAME = (
    rf"(?:(?:小|老|阿)(?:{SURNAMES})|(?:{SURNAMES})[\u4e00-\u9fff]{{0,2}}?(?:{TITLES})"
    rf"|(?!周[一二三四五六日末])(?:{SURNAMES})[\u4e00-\u9fff]{{1,2}}?)"
)
_PERSON = re.compile(
    rf"(?:收货人|联系人|收件人|签收人|接收人|对接人|contact|attn)(?:改成|改为|换成|写|是"
    rf"|为)?\s?[:.]?\s?(?P<a>{_NAME}(?=$|[^\u4e00-\u9fff]|收|电话|手机)|[\u4e00-\u9fff]{{2,4}}"
    rf"|[a-z]+(?: [a-z]+)?)"
    rf"|(?P<b>{_NAME})\s?(?:签|接)?收(?![货到款据费了不])|(?P<c>{_NAME})\s?[:,]?\s?(?={MASK}PHONE)"
    rf"|收\s?[:]\s?(?P<d>{_NAME})|由(?P<e>{_NAME})(?:签收|接收|收货)"
    rf"|(?:找|联系)(?P<f>{_NAME})(?=$|[^\u4e00-\u9fff]|收)"
)
_REMARK = re.compile(
    r"(?P<strong>(?:加个?|加一?条|写个?)?(?:备注|附言|留言)(?:一下|下|上|写上?|加上?|改成|改为|是"
    r"|为)?\s?[:,]?\s?|(?<![a-z])(?:remarks?|notes?)\s?:\s?)"
    r"|(?P<weak>(?:请|要|需)?注意(?:一下|事项)?\s?[:,]?\s?|(?:特殊)?要求\s?[:]?\s?|(?<![a-z关备])注\s?:\s?)"
)
_DELIVER = re.compile(r"\s?(?:前|之前)?(?:送货?|到货?|交货?|发货?|要货?|给|来|需要)*(?:过来|到)?[。!]?\s?$")
_FIELDS = re.compile(r"不?含税|[\s,、;。!:]|前|到货?|送货?|交货?|发货?|要")
_BRACKETS = re.compile(r"\(([^()]{2,80})\)")
_PLAIN_BRACKET = re.compile(r"[\d\s]|^\W+$|^(?:黑色|白色)$")


def spot_addresses(canvas: Canvas, normal: Normal, lexicon: Lexicon) -> None:
    """The words behind 送到, 地址 and their like, up to whatever ends an address."""
    for match in _USUAL.finditer(canvas.masked):
        canvas.add(AddressMark(start=match.start(), end=match.end(), text="@last"))
    for match in _TRIGGER.finditer(canvas.masked):
        again = _TRIGGER.match(canvas.masked, match.end())
        start = again.end() if again else match.end()
        if _NO_ADDRESS.match(canvas.masked, start):
            continue
        end = _address_end(canvas.masked, start, lexicon)
        words = canvas.masked[start:end]
        if len(words.strip()) >= 2 and not _ONLY_A_DAY.match(words):
            canvas.add(AddressMark(start=match.start(), end=end, text=normal.quote(start, end)))
    plain = None if canvas.of(AddressMark) else _PLAIN_ADDRESS.search(canvas.masked)
    if plain:
        canvas.add(AddressMark(start=plain.start("a"), end=plain.end("a"), text=normal.quote(*plain.span("a"))))


def _address_end(text: str, start: int, lexicon: Lexicon) -> int:
    limit = min(len(text), start + _LONGEST_ADDRESS)
    stop = _STOP.search(text, start, limit)
    end = stop.start() if stop else limit
    pieces = text[start:end].split(" ")
    length = len(pieces[0])
    for piece in pieces[1:]:
        english = piece.isascii() and text[start : start + length].isascii()
        if piece and not english and (lexicon.named(piece) or not _PLACE.search(piece)):
            break
        length += 1 + len(piece)
    words = text[start : start + length]
    tail = _TAIL.search(words)
    return start + (tail.start() if tail and tail.start() > 2 else len(words.rstrip()))


def spot_persons(canvas: Canvas, normal: Normal) -> None:
    """Who receives: a name beside 收, 收货人, 联系人 or in front of a telephone number."""
    text = canvas.masked
    for phone in canvas.of(PhoneMark):
        text = text[: phone.start] + (MASK + "PHONE" + MASK * 99)[: phone.end - phone.start] + text[phone.end :]
    for match in _PERSON.finditer(text):
        name = next(key for key, value in match.groupdict().items() if value)
        words = normal.quote(match.start(name), match.end(name))
        canvas.add(PersonMark(start=match.start(), end=match.end(), text=words))


def spot_remarks(canvas: Canvas, normal: Normal, today: date) -> None:
    """What stands behind 备注, 注意 or 要求, unless it says nothing but dates and tax."""
    for match in _REMARK.finditer(canvas.masked):
        end = _remark_end(canvas.masked, match.end(), strong=bool(match["strong"]), today=today)
        if end - match.end() >= 2:
            canvas.add(RemarkMark(start=match.start(), end=end, text=normal.quote(match.end(), end)))


def _remark_end(text: str, start: int, *, strong: bool, today: date) -> int:
    stop = re.compile(r"[;。!\n\0]" if strong else r"[,;。!\n\0\s]").search(text, start)
    words = text[start : stop.start() if stop else len(text)]
    if _is_fields(words, today):
        return start
    mentions = find_dates(words, today)
    if mentions and _DELIVER.match(words, mentions[-1].end):
        cut = mentions[-1].start
        if cut > 1 and (not strong or words[cut - 1] in ", "):
            words = words[:cut].rstrip(" ,")
    if strong:
        words = re.split(r"[,\s]+(?=不?含税|送到|地址)", words)[0]
    return start + len(words.rstrip(" ,"))


def _is_fields(words: str, today: date) -> bool:
    """Whether a text holds only what other slots take: dates, tax, delivery verbs."""
    for mention in reversed(find_dates(words, today)):
        words = words[: mention.start] + words[mention.end :]
    return not _FIELDS.sub("", words)


def spot_brackets(canvas: Canvas, normal: Normal) -> None:
    """A bracket that holds nothing else recognised is a remark."""
    for match in _BRACKETS.finditer(canvas.masked):
        words = match[1]
        if MASK not in words and not _PLAIN_BRACKET.search(words) and re.search(r"[\u4e00-\u9fff]{2}|[a-z]{3}", words):
            canvas.add(RemarkMark(start=match.start(), end=match.end(), text=normal.quote(*match.span(1))))
