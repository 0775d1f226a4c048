"""What becomes of words about the price of a whole order (打9折, 总价2900): a rep's discount is worked in, the rest is
told as not counted."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from bot.dialogue import Draft, DraftLine
from bot.grammar.bargaining import figure
from domain.commands import NO_BARGAIN, Bargain, Change
from domain.ordering import QuotedLine
from domain.rules.pricing import FINEST


def bargained(draft: Draft, said: Bargain, ops: Iterable[Change]) -> Draft:
    """The draft with what was said last of its price; a price that is named settles a sum."""
    before = NO_BARGAIN if said.off else draft.bargain
    if any(op.price is not None for op in ops):
        before = replace(before, others=())
    rate, words = (said.rate, said.words) if said.rate is not None else (before.rate, before.words)
    return replace(draft, bargain=Bargain(rate=rate, words=words, others=said.others or before.others))


def uncounted(said: Bargain, total: Decimal, *, staff: bool) -> str:
    """The words of money that the price does not follow; a sum that comes out all the same needs no word."""
    others = [words for words in said.others if figure(words) != total]
    return "、".join(others if staff or not said.words else [said.words, *others])


def words_of(said: Bargain) -> str:
    """All that was said about the price, where none of it counts."""
    return "、".join(words for words in (said.words, *said.others) if words)


def plain(draft: Draft) -> Draft:
    """The draft without the prices that a discount made."""
    lines = (replace(line, price=None, price_unit=None, cut=False) if line.cut else line for line in draft.lines)
    return replace(draft, lines=tuple(lines))


def discounted(draft: Draft, rate: Decimal, quoted: Sequence[QuotedLine]) -> Draft:
    """A plain draft with this part of the price of every line that nobody named one for; ``quoted`` are its lines."""
    return replace(draft, lines=tuple(map(lambda line, at: _cut(line, at, rate), draft.lines, quoted)))


def _cut(line: DraftLine, quoted: QuotedLine, rate: Decimal) -> DraftLine:
    if line.price is not None:
        return line
    price = max((quoted.unit_price * rate).quantize(FINEST, ROUND_HALF_UP), FINEST)
    return replace(line, price=price, price_unit=quoted.price_unit, cut=True)
