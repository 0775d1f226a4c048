"""What becomes of words about the price of a whole order (打9折, 总价2900): a rep's discount is worked in, the rest is
told as not counted."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from bot.dialogue import Draft
from domain.commands import Change
from domain.ordering import QuotedLine
from domain.rules.pricing import FINEST, MANUAL


def bargained(draft: Draft, words: str, ops: Iterable[Change]) -> Draft:
    """The draft with the words of money said last; a price that is named settles them."""
    settled = any(op.price is not None for op in ops)
    return replace(draft, bargain=words or ("" if settled else draft.bargain))


def uncounted(draft: Draft, total: Decimal) -> str:
    """The words of money that the price does not follow; a sum that comes out all the same needs no word."""
    figures = re.findall(r"\d+(?:\.\d+)?", draft.bargain)
    return "" if total in map(Decimal, figures) else draft.bargain


def discounted(draft: Draft, rate: Decimal, lines: Sequence[QuotedLine]) -> Draft:
    """The draft with this part of the usual price of every line, as if named for each; ``lines`` are its quote."""
    priced = (
        replace(line, price=_part(quoted, rate), price_unit=quoted.price_unit)
        for line, quoted in zip(draft.lines, lines, strict=True)
    )
    return replace(draft, lines=tuple(priced), bargain="")


def _part(quoted: QuotedLine, rate: Decimal) -> Decimal:
    usual = Decimal(quoted.price_facts["usual"]) if quoted.price_source == MANUAL else quoted.unit_price
    return max((usual * rate).quantize(FINEST, ROUND_HALF_UP), FINEST)
