"""Pairs products with their quantities and prices, in whatever order and layout they were written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.grammar.marks import Mark, PriceMark, ProductMark, QuantityMark

_EACH = re.compile(r"各|每样|每种|每个都|每款|都要|都来|都是|均|全都?要|一样|each")
_RESPECTIVELY = re.compile(r"分别|依次|respectively")
_CORRECTION = re.compile(
    r"不对|不是|错了|搞错|弄错|算了|更正|说错|写错|改成|改为|换成|改\s*$|(?:^|[\s,。])错(?:$|[\s,])|还是(?!老)|应该是|哦不|噢不|啊不|(?:^"
    r"|[,。\s])不[,。\s]|不要.{0,3}了?[,。]?是|[,，]\s*而?是\s*$|i mean|sorry|no,|rather"
)
_WITHDRAWN = re.compile(
    r"^\s*(?:这个|那个|的)?(?:先|就|还是|暂时)?(?:不要了?|不用了?|不订了?|不需要了?|取消|去掉|算了"
    r"|删掉|免了){1,3}\s*(?=[,。;!\s\n]|$)"
)
_WITHDRAWING = re.compile(r"(?:去掉|删掉|取消|不要|除去|不用|划掉|drop|remove)\s*$")
_AGAIN = re.compile(r"再|又|另|加|还(?!是)|\+|零|plus|more")
_AND = re.compile(r"^\s*(?:和|跟|与|、|,|及|/|and)?\s*$")
_STRENGTH = (
    (re.compile(r"\n"), 4),
    (re.compile(r"[;。!?]"), 3),
    (re.compile(r","), 2),
    (re.compile(r"[\s、和/\t]"), 1),
)


@dataclass(frozen=True, slots=True)
class Item:
    """A product with what was said about it."""

    product: ProductMark
    qty: QuantityMark | None = None
    price: PriceMark | None = None


def _strength(gap: str) -> int:
    return next((strength for pattern, strength in _STRENGTH if pattern.search(gap)), 0)


class _Pairing:
    """Walks over the marks once; what it cannot place for certain stays without a quantity, to be asked."""

    def __init__(self, text: str, marks: Sequence[Mark], since: int) -> None:
        self.text, self.since = text, since
        self.marks = [mark for mark in marks if isinstance(mark, ProductMark | QuantityMark | PriceMark)]
        letters = "".join(mark.letter for mark in self.marks if mark.letter != "M")
        self.prefix = re.fullmatch(r"(?:QP+)+", letters) is not None
        self.items: list[Item] = []
        self.carried: QuantityMark | None = None
        self.each = self.respectively = self.correcting = False

    def run(self) -> list[Item]:
        for index, mark in enumerate(self.marks):
            self._hear(self._gap(index - 1, index))
            if isinstance(mark, ProductMark):
                self._product(index, mark)
            elif isinstance(mark, QuantityMark):
                self._quantity(index, mark)
            elif isinstance(mark, PriceMark) and self.items:
                self.items[-1] = replace(self.items[-1], price=mark)
        return self.items

    def _gap(self, left: int, right: int) -> str:
        start = self.marks[left].end if left >= 0 else self.since
        end = self.marks[right].start if right < len(self.marks) else len(self.text)
        return self.text[start:end]

    def _hear(self, gap: str) -> None:
        if _EACH.search(gap):
            self.each = True
        if _RESPECTIVELY.search(gap):
            self.respectively = True
        self.correcting = bool(_CORRECTION.search(gap)) and bool(self.items)

    def _product(self, index: int, mark: ProductMark) -> None:
        before, behind = self._gap(index - 1, index), self._gap(index, index + 1)
        if _WITHDRAWN.match(behind) or _WITHDRAWING.search(before):
            self.items = [item for item in self.items if item.product.ids != mark.ids]
            self.carried = None
            return
        last = self.items[-1] if self.items else None
        if self.correcting and last and last.qty and not self._next_is(index, QuantityMark) and not self.carried:
            self.items[-1] = replace(last, product=mark)
            return
        if self.correcting and last:
            self._retract(mark)
        self.items.append(Item(mark, self.carried))
        if not (self.each and self._more_follow(index)):
            self.carried = None

    def _retract(self, mark: ProductMark) -> None:
        same = [item for item in self.items if item.product.ids == mark.ids]
        for item in same or self.items[-1:]:
            self.items.remove(item)

    def _next_is(self, index: int, kind: type[Mark]) -> bool:
        following = next((mark for mark in self.marks[index + 1 :] if not isinstance(mark, PriceMark)), None)
        return isinstance(following, kind)

    def _more_follow(self, index: int) -> bool:
        return self._next_is(index, ProductMark) and self.carried is not None

    def _quantity(self, index: int, mark: QuantityMark) -> None:
        open_items = [place for place, item in enumerate(self.items) if item.qty is None]
        if self.respectively and open_items:
            self._give(open_items[0], mark)
        elif self.each and open_items and not self._belongs_right(index):
            for place in open_items:
                self._give(place, mark)
            self.each = False
        elif self.correcting and self.items and not self._belongs_right(index, strict=True):
            self._restate(mark)
        elif self._belongs_right(index):
            self.carried = mark
        elif open_items:
            self._give(open_items[-1], mark)
        elif self.items:
            self._second_quantity(index, mark)

    def _belongs_right(self, index: int, *, strict: bool = False) -> bool:
        """Whether a quantity goes with the product behind it rather than with the one before."""
        if not self._next_is(index, ProductMark):
            return False
        right = _strength(self._gap(index, index + 1))
        left_open = bool(self.items) and self.items[-1].qty is None
        if right >= 3 or (right == 2 and left_open):
            return False
        if self.prefix or not left_open:
            return not strict or right == 0
        return _strength(self._gap(index - 1, index)) > right and self._alternates(index)

    def _alternates(self, index: int) -> bool:
        """Whether the rest reads quantity, product, quantity, product: else it stays with what precedes it."""
        letters = "".join(mark.letter for mark in self.marks[index:] if mark.letter != "M")
        return re.fullmatch(r"(?:QP)+", letters) is not None

    def _give(self, place: int, mark: QuantityMark) -> None:
        self.items[place] = replace(self.items[place], qty=mark)

    def _restate(self, mark: QuantityMark) -> None:
        """The last product once more, with the quantity that holds."""
        last = self.items[-1]
        same = [place for place, item in enumerate(self.items) if item.product.ids == last.product.ids != ()]
        kept = [item for place, item in enumerate(self.items) if place not in same[1:]]
        kept[same[0] if same else -1] = replace(last, qty=mark)
        self.items = kept

    def _second_quantity(self, index: int, mark: QuantityMark) -> None:
        """A further quantity for the last product: more of it, or its own conversion (2箱共48个)."""
        gap = self._gap(index - 1, index)
        if _AGAIN.search(gap) or (not gap.strip() and self._other_unit(mark)):
            self.items.append(Item(self.items[-1].product, mark))
        elif not re.search(r"[=(共即]|也就是", gap):
            vague = QuantityMark(start=mark.start, end=mark.end, unit=mark.unit)
            self.items[-1] = replace(self.items[-1], qty=vague)

    def _other_unit(self, mark: QuantityMark) -> bool:
        """2箱5个: two quantities in different units side by side make one amount."""
        last = self.items[-1].qty
        return bool(last and last.unit and mark.unit and last.unit != mark.unit)


def pair(text: str, marks: Sequence[Mark], *, since: int = 0) -> list[Item]:
    """The lines that the marks of a text from ``since`` on make, corrections done, repetitions still apart."""
    items = _unified_units(_Pairing(text, marks, since).run())
    settled = {sku for item in items if item.qty for sku in item.product.ids}
    return [item for item in items if item.qty or not settled & set(item.product.ids)]


def _unified_units(items: list[Item]) -> list[Item]:
    """“分别20、30个”: a bare number takes the unit of the next quantity when a list shares it."""
    out = list(items)
    for index in range(len(out) - 2, -1, -1):
        one, following = out[index].qty, out[index + 1].qty
        if one and following and not one.unit and following.unit and 0 < following.start - one.end <= 2:
            out[index] = replace(out[index], qty=replace(one, unit=following.unit))
    return out
