"""A message after everything in it was spotted: its marks, and a skeleton with a letter for each mark."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

from bot.grammar.addressing import spot_addresses, spot_brackets, spot_persons, spot_remarks
from bot.grammar.context import Context
from bot.grammar.courtesy import business_of, core_of
from bot.grammar.dates import find_dates
from bot.grammar.entities import spot_entities, starts_with_name
from bot.grammar.lexicon import Lexicon
from bot.grammar.marks import Canvas, DateMark, M, Mark, OrderMark, ProductMark
from bot.grammar.normal import Normal, normalise
from bot.grammar.particulars import (
    spot_bare_numbers,
    spot_endless,
    spot_order_numbers,
    spot_phones,
    spot_tax,
    spot_waybills,
)
from bot.grammar.quantities import spot_noise, spot_prices, spot_quantities
from bot.grammar.references import spot_references
from bot.grammar.tables import plain_list


@dataclass(frozen=True, slots=True)
class Scene:
    """One message ready to be judged.

    ``skeleton`` is the folded text without blanks where P stands for a product, C customer, N order number, O the
    customer's own number for one, D date, Q quantity, M price, A address, H person, F phone, R remark, X tax,
    K carrier, W waybill and Z other figures;
    ``core`` is the skeleton without greeting, thanks, emoji and closing punctuation.
    """

    normal: Normal
    marks: tuple[Mark, ...]
    skeleton: str
    spots: Mapping[int, Mark]
    places: tuple[int, ...]
    core: str
    context: Context
    lexicon: Lexicon
    today: date
    _known: dict[type[Mark], list[Any]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def text(self) -> str:
        """The folded text."""
        return self.normal.text

    def of(self, kind: type[M]) -> list[M]:
        """The marks of one kind in order."""
        known = self._known.get(kind)
        if known is None:
            known = self._known[kind] = [mark for mark in self.marks if isinstance(mark, kind)]
        return known

    def has(self, letters: str) -> bool:
        """Whether any of these marks occurs."""
        return any(letter in self.skeleton for letter in letters)

    def says(self, pattern: re.Pattern[str]) -> bool:
        """Whether the skeleton matches somewhere."""
        return pattern.search(self.skeleton) is not None

    def at(self, start: int, end: int) -> list[Mark]:
        """The marks whose letters stand in a stretch of the skeleton."""
        return [self.spots[place] for place in range(start, end) if place in self.spots]

    def place(self, position: int) -> int:
        """Where in the text a position of the skeleton lies."""
        return self.places[position] if position < len(self.places) else len(self.text)

    @property
    def skus(self) -> tuple[str, ...]:
        """All products that the message may mean, in order, each once."""
        return tuple(dict.fromkeys(sku for mark in self.of(ProductMark) for sku in mark.ids))

    @property
    def order_nos(self) -> list[str]:
        """All order numbers as written."""
        return list(dict.fromkeys(mark.number for mark in self.of(OrderMark)))


def look(text: str, lexicon: Lexicon, context: Context, today: date) -> Scene:
    """Spot everything in a message, what is surest first."""
    normal = normalise(plain_list(business_of(normalise(text)), partial(starts_with_name, lexicon)))
    canvas = Canvas(normal.text)
    spot_endless(canvas)
    spot_references(canvas, lexicon)
    spot_order_numbers(canvas, lexicon)
    spot_waybills(canvas)
    spot_phones(canvas)
    spot_addresses(canvas, normal, lexicon)
    spot_persons(canvas, normal)
    spot_remarks(canvas, normal, today)
    spot_entities(canvas, lexicon, staff=context.staff)
    spot_bare_numbers(canvas, lexicon, counting=context.draft is not None or context.asks("ask_qty"))
    spot_tax(canvas)
    for mention in find_dates(canvas.masked, today):
        canvas.add(DateMark(start=mention.start, end=mention.end, mention=mention))
    spot_noise(canvas)
    spot_prices(canvas, lexicon)
    spot_quantities(canvas, lexicon)
    spot_brackets(canvas, normal)
    marks = tuple(sorted(canvas.marks, key=lambda mark: mark.start))
    skeleton, spots, places = _skeleton(normal.text, marks)
    return Scene(normal, marks, skeleton, spots, places, core_of(skeleton), context, lexicon, today)


def _skeleton(text: str, marks: tuple[Mark, ...]) -> tuple[str, dict[int, Mark], tuple[int, ...]]:
    """The skeleton, the marks by their place in it, and for each of its characters the place in the text."""
    out: list[str] = []
    places: list[int] = []
    spots: dict[int, Mark] = {}
    cursor = 0
    for mark in marks:
        _copy(text, cursor, mark.start, out, places)
        spots[len(out)] = mark
        out.append(mark.letter)
        places.append(mark.start)
        cursor = mark.end
    _copy(text, cursor, len(text), out, places)
    return "".join(out), spots, tuple(places)


def _copy(text: str, start: int, stop: int, out: list[str], places: list[int]) -> None:
    """Copy the words between two marks; blanks matter only between words of Latin letters."""
    words = text[start:stop]
    for index, char in enumerate(words):
        if char in " \t":
            left, right = words[:index], words[index:].lstrip(" \t")
            if not (left and right and _latin(left[-1]) and _latin(right[0])):
                continue
        out.append(char)
        places.append(start + index)


def _latin(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char in "?'")
