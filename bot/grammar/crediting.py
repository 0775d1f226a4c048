"""What people who mind the money write: 额度 宏达 50000, 账期 宏达 30天, 停单 宏达 原因, 恢复 宏达, 收款 宏达 5000."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from bot.grammar.marks import CustomerMark
from bot.grammar.numerals import scaled
from bot.grammar.scene import Scene
from domain.commands import Command
from domain.creditcommands import (
    BlockCustomer,
    SetCreditDays,
    SetCreditLimit,
    ShowCredit,
    ShowReceivables,
    TakeBackPayment,
    TakePayment,
    UnblockCustomer,
)

_VERB = re.compile(
    r"\s{0,3}(?:看|查)?(?P<v>信用额度|额度|应收账款|应收款|应收|账期|帐期|停单|恢复接单|恢复|收款|到账)\s{0,3}[:,]?\s{0,3}"
)
_ALL = re.compile(r"\s{0,3}(?:看|查)?(?:应收(?:账款|款)?|谁(?:还)?欠款)\s{0,3}[。.!?]?\s{0,3}")
_NAME = re.compile(r"(?P<name>[^\s,;:。?!\d]{2,20})(?P<rest>.*)", re.DOTALL)
_BACK = re.compile(
    r"\s{0,3}(?:撤销|冲销|取消)收款\s{0,3}[:,#]?\s{0,3}(?:第)?(?P<n>\d{1,9})\s{0,3}[号笔]?\s{0,3}[。.!]?\s{0,3}"
)
_AMOUNT = re.compile(
    r"\s{0,3}[:,]?\s{0,3}(?:改为?|改成|设为?|为|到|是)?\s{0,3}[¥]?(?P<n>\d{1,12}(?:\.\d{1,2})?)\s?(?P<k>[万千wk])?\s?[元块]?"
)
_DAYS = re.compile(
    r"\s{0,3}[:,]?\s{0,3}(?:改为?|改成|设为?|为|到|是)?\s{0,3}(?P<n>\d{1,4})\s?[天日]?\s{0,3}[。.!]?\s{0,3}"
)
_FREE = re.compile(r"\s{0,3}[:,]?\s{0,3}(?:不限|取消|无|没有|不设)\s{0,3}[。.!]?\s{0,3}")
_CASH = re.compile(r"\s{0,3}[:,]?\s{0,3}(?:现结|现款|货到付款|款到发货)\s{0,3}[。.!]?\s{0,3}")
_END = re.compile(r"\s{0,3}[。.!]?\s{0,3}")
_QUESTION = re.compile(r"[?？]|吗|怎么|什么|多少|谁")


@dataclass(frozen=True, slots=True)
class _Said:
    """Whom a message is about, and what stands behind the name, folded and as it was written."""

    customer: str | None
    named: str
    rest: str
    written: str


def credit_phrase(scene: Scene) -> Command | None:
    """The phrase about credit that the message is, if any; nothing for customers."""
    if not scene.context.staff:
        return None
    if _ALL.fullmatch(scene.text):
        return ShowReceivables()
    back = _BACK.fullmatch(scene.text)
    if back is not None:
        return TakeBackPayment(payment=int(back["n"]))
    match = _VERB.match(scene.text)
    said = _about(scene, match.end()) if match is not None else None
    if match is None or said is None:
        return None
    return _MAKE[match["v"]](said)


def _about(scene: Scene, start: int) -> _Said | None:
    marks = [mark for mark in scene.of(CustomerMark) if mark.start == start]
    if marks and len(marks[0].ids) == 1:
        end, code = marks[0].end, marks[0].ids[0]
        return _Said(code, "", scene.text[end:], scene.normal.quote(end, len(scene.text)))
    match = _NAME.match(scene.text, start)
    if match is None or scene.order_nos or _QUESTION.search(scene.text):
        return None
    name = scene.normal.quote(*match.span("name"))
    return _Said(None, name, match["rest"], scene.normal.quote(match.start("rest"), len(scene.text)))


def _limit(said: _Said) -> Command | None:
    if _END.fullmatch(said.rest):
        return ShowCredit(customer=said.customer, named=said.named)
    match = _AMOUNT.match(said.rest)
    if match is not None and _END.fullmatch(said.rest, match.end()):
        return SetCreditLimit(customer=said.customer, named=said.named, limit=_amount(match))
    return SetCreditLimit(customer=said.customer, named=said.named) if _FREE.fullmatch(said.rest) else None


def _owed(said: _Said) -> Command | None:
    # What is no customer may be a word for the figures, as in 应收汇总.
    return ShowCredit(customer=said.customer) if said.customer and _END.fullmatch(said.rest) else None


def _days(said: _Said) -> Command | None:
    if _END.fullmatch(said.rest):
        return ShowCredit(customer=said.customer, named=said.named)
    match = _DAYS.fullmatch(said.rest)
    if match is not None or _CASH.fullmatch(said.rest):
        return SetCreditDays(customer=said.customer, named=said.named, days=int(match["n"]) if match else 0)
    return SetCreditDays(customer=said.customer, named=said.named) if _FREE.fullmatch(said.rest) else None


def _block(said: _Said) -> Command | None:
    return BlockCustomer(customer=said.customer, named=said.named, reason=said.written.strip(" ,，:：。.!！"))


def _unblock(said: _Said) -> Command | None:
    # What is no customer may be an order or goods, and is left to others.
    return UnblockCustomer(customer=said.customer) if said.customer and _END.fullmatch(said.rest) else None


def _payment(said: _Said) -> Command | None:
    match = _AMOUNT.match(said.rest)
    if match is None:
        return TakePayment(customer=said.customer, named=said.named) if _END.fullmatch(said.rest) else None
    remark = said.written[match.end() :] if len(said.written) == len(said.rest) else said.rest[match.end() :]
    amount = _amount(match)
    return TakePayment(customer=said.customer, named=said.named, amount=amount, remark=remark.strip(" ,，:：。.!！"))


def _amount(match: re.Match[str]) -> Decimal:
    return scaled(match["n"], match["k"])


_MAKE: dict[str, Callable[[_Said], Command | None]] = {
    "额度": _limit,
    "信用额度": _limit,
    "应收": _owed,
    "应收款": _owed,
    "应收账款": _owed,
    "账期": _days,
    "帐期": _days,
    "停单": _block,
    "恢复": _unblock,
    "恢复接单": _unblock,
    "收款": _payment,
    "到账": _payment,
}
