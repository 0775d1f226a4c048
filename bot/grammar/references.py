"""Finds the number that a customer gave an order in their own books (客户单号)."""

import re

from bot.grammar.lexicon import Lexicon
from bot.grammar.marks import Canvas, PoMark

_VALUE = r"(?=[a-z0-9/_.\-]{0,39}\d)[a-z0-9](?:[a-z0-9/_.\-]{0,38}[a-z0-9])?(?![a-z0-9])"
_LABELLED = re.compile(
    r"(?:(?:客户|贵司|对方|你方)的?(?:采购|订货|po)?订?单(?:编?号)|(?:采购|订货)订?单(?:编?号)"
    r"|(?<![a-z0-9])po\s?(?:单号|编号|号|number|no\.?))(?:改成|改为|是|为)?\s?[:#]?\s?"
    rf"(?P<n>(?:po\s?[-#:]?\s?)?{_VALUE})"
)
_BARE = re.compile(rf"(?<![a-z0-9])(?P<n>po\s?[-#]\s?(?P<v>{_VALUE})|po(?=\d{{3}}){_VALUE})")
# Our own purchases are numbered like this.
_OURS = re.compile(r"p\d{1,6}")


def spot_references(canvas: Canvas, lexicon: Lexicon) -> None:
    """A customer's own order number: behind a word for it, or written as PO-889; a code of the catalog wins."""
    unit = re.compile(r"\s?" + lexicon.unit_pattern())
    for match in _LABELLED.finditer(canvas.masked):
        counted = re.fullmatch(r"\d{1,4}", match["n"]) and unit.match(canvas.text, match.end())
        if not counted and not _OURS.fullmatch(match["n"]):
            _add(canvas, match, named=True)
    for match in _BARE.finditer(canvas.masked):
        if not lexicon.named(match["n"]) and not (match["v"] and lexicon.named(match["v"])):
            _add(canvas, match, named=False)


def _add(canvas: Canvas, match: re.Match[str], *, named: bool) -> None:
    words = re.sub(r"\s", "", match["n"]).upper()
    canvas.add(PoMark(start=match.start(), end=match.end(), text=words, named=named))
