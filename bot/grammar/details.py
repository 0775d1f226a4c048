"""What a message says about an order beside its lines: delivery, address, person, remark, tax, carrier, own number."""

import re
from collections.abc import Sequence
from datetime import date

from bot.grammar.dates import Mention
from bot.grammar.marks import (
    AddressMark,
    CarrierMark,
    DateMark,
    Mark,
    PersonMark,
    PhoneMark,
    PoMark,
    RemarkMark,
    TaxMark,
)
from bot.grammar.scene import Scene
from domain.commands import NO_DETAILS, Details
from domain.values import DeliveryKind, DeliveryWish

_DELIVERING = re.compile(r"\s?(?:的?时候)?(?:[\u4e00-\u9fff]{0,3})?(?:送|到|交|发|要|配|给|来|前|拿|取)")
_WISHED = re.compile(r"\s?(?:就|之?前|以前)?(?:要货|要|送到?|交货?|发货?|到货?|给我?|配送)(?![的了过来])")
_DUE = re.compile(r"最迟|最晚|送货?日期|交期|交货期?")
_ORDERING = re.compile(r"\s?(?:下单|下的|订的|说的|付|打款|开会|买的|刚|先)")
_CORRECTED = re.compile(r"不对|不是|算了|改[成到为]|错了|还是")


def details_of(scene: Scene, marks: Sequence[Mark] | None = None) -> tuple[Details, bool]:
    """The details, and whether a date was given that must be asked again."""
    chosen = scene.marks if marks is None else marks
    delivery, unclear = _delivery(scene, [mark for mark in chosen if isinstance(mark, DateMark)])
    details = Details(
        delivery=delivery,
        address=_last([mark.text for mark in chosen if isinstance(mark, AddressMark)]),
        contact_name=_last([mark.text for mark in chosen if isinstance(mark, PersonMark)]),
        contact_phone=_last([mark.text for mark in chosen if isinstance(mark, PhoneMark)]),
        remark=";".join(mark.text for mark in chosen if isinstance(mark, RemarkMark)) or None,
        tax=_last([mark.text for mark in chosen if isinstance(mark, TaxMark)]),
        carrier=_last([mark.text for mark in chosen if isinstance(mark, CarrierMark)]),
        po=_last([mark.text for mark in chosen if isinstance(mark, PoMark)]),
    )
    return details, unclear


def has_details(details: Details) -> bool:
    """Whether anything at all was said."""
    return details != NO_DETAILS


def _last(texts: list[str]) -> str | None:
    return texts[-1] if texts else None


def _delivery(scene: Scene, marks: list[DateMark]) -> tuple[DeliveryWish | None, bool]:
    mentions = [mark.mention for mark in marks]
    dated = [m for m in mentions if m.wish and m.wish.kind is not DeliveryKind.ASAP and not _is_over(m, scene.today)]
    if dated:
        return _best(scene, dated).wish, False
    if any(mention.vague for mention in mentions):
        return None, True
    missed = next((m.wish for m in mentions if _is_over(m, scene.today) and _is_wished(scene.text, m)), None)
    if missed:
        return missed, False
    hurry = next((m.wish for m in mentions if m.wish and m.wish.kind is DeliveryKind.ASAP), None)
    return hurry, False


def _is_over(mention: Mention, today: date) -> bool:
    last = mention.wish.last_day if mention.wish else None
    return last is not None and last < today


def _is_wished(text: str, mention: Mention) -> bool:
    """Whether a day that has passed is asked for all the same (昨天送): the business says no to it, not we."""
    days = mention.wish is not None and mention.wish.kind in (DeliveryKind.DATE, DeliveryKind.BY)
    return days and bool(_WISHED.match(text, mention.end) or _DUE.match(text, mention.start))


def _best(scene: Scene, mentions: list[Mention]) -> Mention:
    """The date that goes with a delivery verb; of several the last one, for people correct themselves forwards."""
    ranked = [(_rank(scene.text, mention), index) for index, mention in enumerate(mentions)]
    return mentions[max(ranked)[1]]


def _rank(text: str, mention: Mention) -> int:
    if _ORDERING.match(text, mention.end):
        return 0
    return 2 if _DELIVERING.match(text, mention.end) else 1
