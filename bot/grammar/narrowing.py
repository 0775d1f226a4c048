"""Words beside a product that say which one exactly: variants of a code, attributes of a family, elliptic modifiers."""

import re
from collections.abc import Callable
from dataclasses import replace

from bot.grammar.compact import key_of
from bot.grammar.lexicon import CUSTOMER, GENERIC, Lexicon
from bot.grammar.marks import Canvas, ProductMark
from bot.grammar.numerals import NUMBER

_MODIFIER = re.compile(
    r"(?<![a-z0-9.])(\d+(?:\.\d+)?[a-z]{1,2}|\d+x\d+|[a-z]\d+(?:x\d+)?|\d+(?:\.\d+)?(?:平方|瓦|寸|号|米|伏"
    r"|平)|[\u4e00-\u9fff]{1,4})的"
)
_BEHIND = re.compile(r"[\s(]?(?:要|选|是|用)?(?P<a>[a-z0-9.]{1,8}[\u4e00-\u9fff]{0,2}|[\u4e00-\u9fff]{1,4})")
_BEFORE = re.compile(r"(?P<a>(?:\d+(?:\.\d+)?[a-z\d]{0,5}[\u4e00-\u9fff]{0,2}|[a-z]+\d*|[\u4e00-\u9fff]{1,4}))的?\s?$")
_SHORTEST_WORD = 2
# A figure alone is an attribute only where another figure is left to be the quantity.
_NUMBER_BEHIND = re.compile(rf"[\s:*=要来]*(?:{NUMBER})(?<!半)")

# Which product of a mark's family an attribute settles.
_Settle = Callable[[str, ProductMark], str | None]


def extend_variants(canvas: Canvas, lexicon: Lexicon) -> None:
    """A code plus the word that tells its variant apart is the variant (A100黑色 is A100B)."""
    for mark in canvas.of(ProductMark):
        for word, variant in lexicon.variants.get(mark.sku or "", {}).items():
            if _extend(canvas, mark, word, variant) or _chosen_later(canvas, mark, word, variant, lexicon):
                break


def _chosen_later(canvas: Canvas, mark: ProductMark, word: str, variant: str, lexicon: Lexicon) -> bool:
    """The word may stand behind the quantity (A100 20个要黑色的)."""
    amount = rf"[\s:*=,要来]*(?:{NUMBER})\s?{lexicon.unit_pattern()}"
    chosen = rf"[\s,]*(?:都|全部?)?(?:要|选|是|拿)?{re.escape(word)}色?的"
    if not re.compile(amount + chosen).match(canvas.masked, mark.end):
        return False
    canvas.swap(mark, replace(mark, ids=(variant,)))
    return True


def _extend(canvas: Canvas, mark: ProductMark, word: str, variant: str) -> bool:
    text = canvas.masked
    behind = re.compile(rf"[\s的(-]{{0,2}}(?:要|选|是|改成|换成|改为|换|改)?{re.escape(word)}色?的?\)?").match(
        text, mark.end
    )
    before = re.compile(rf"(?<!不要)(?<!不是){re.escape(word)}色?的?\s?$").search(
        text, max(0, mark.start - 6), mark.start
    )
    start, end = (before.start() if before else mark.start), (behind.end() if behind else mark.end)
    if not (before or behind):
        return False
    longer = ProductMark(start=start, end=end, ids=(variant,), text=canvas.text[start:end], key=mark.key)
    canvas.swap(mark, longer)
    return True


def narrow(canvas: Canvas, lexicon: Lexicon) -> None:
    """An attribute beside a family name that makes it a catalog name, in either order (灯泡12W, 12瓦LED灯泡)."""
    settle = _settling(lexicon)
    for mark in canvas.of(ProductMark):
        found = _behind(canvas.masked, mark, settle) or _ahead(canvas.masked, mark, settle)
        if found:
            start, end, sku = found
            canvas.swap(mark, ProductMark(start=start, end=end, ids=(sku,), text=canvas.text[start:end], key=mark.key))
        elif len(mark.ids) > 1:
            _told_later(canvas, mark, lexicon)


def _told_later(canvas: Canvas, mark: ProductMark, lexicon: Lexicon) -> None:
    """The attribute may stand behind the quantity (胶带两箱，封箱的)."""
    amount = rf"[\s:*=,要来]*(?:{NUMBER})\s?{lexicon.unit_pattern()}[\s,]*"
    match = re.compile(amount + r"(?:都|全)?(?:要|选|是|拿)?(?P<a>[a-z0-9\u4e00-\u9fff]{2,6}?)的").match(
        canvas.masked, mark.end
    )
    sku = _settled(match["a"], mark, lexicon) if match else None
    if sku:
        canvas.swap(mark, replace(mark, ids=(sku,)))


def _behind(text: str, mark: ProductMark, settle: _Settle) -> tuple[int, int, str] | None:
    """The longest attribute behind the name that settles the product; a run of letters and digits is never cut."""
    match = _BEHIND.match(text, mark.end)
    words = match["a"] if match else ""
    for length in range(len(words), _SHORTEST_WORD - 1, -1):
        edge = words[length - 1 : length + 1]
        cut = len(edge) == 2 and edge.isascii() and edge.isalnum()
        counts = match and words[:length].isdigit() and not _NUMBER_BEHIND.match(text, match.start("a") + length)
        sku = None if cut or counts else settle(words[:length], mark)
        if match and sku:
            end = match.start("a") + length
            close = re.compile(r"的\)?|\)").match(text, end)
            return mark.start, close.end() if close else end, sku
    return None


def _ahead(text: str, mark: ProductMark, settle: _Settle) -> tuple[int, int, str] | None:
    """The attribute in front of the name that settles the product."""
    match = _BEFORE.search(text, max(0, mark.start - 8), mark.start)
    if not match or len(match["a"]) < _SHORTEST_WORD:
        return None
    start = match.start()
    cut = start > 0 and (text[start - 1] + text[start]).isascii() and text[start - 1].isalnum()
    sku = None if cut else settle(match["a"], mark)
    return (start, mark.end, sku) if sku else None


def _settling(lexicon: Lexicon) -> _Settle:
    """Answers for one message: a name that is repeated with the same words beside it is looked up once."""
    known: dict[tuple[str, str, tuple[str, ...]], str | None] = {}

    def settle(words: str, mark: ProductMark) -> str | None:
        asked = (words, mark.key, mark.ids)
        if asked not in known:
            known[asked] = _settled(words, mark, lexicon)
        return known[asked]

    return settle


def _settled(words: str, mark: ProductMark, lexicon: Lexicon) -> str | None:
    sku = family_member(words, mark, lexicon)
    return sku if sku in mark.ids else _named_in_full(words, mark, lexicon)


def _named_in_full(words: str, mark: ProductMark, lexicon: Lexicon) -> str | None:
    """The one product of the family whose name ends in the family's name and the attribute (适配器5V2A)."""
    ending = mark.key + key_of(words)
    found = [sku for sku in mark.ids if any(key.endswith(ending) for key in lexicon.keys_of_product(sku))]
    return found[0] if len(found) == 1 and len(mark.ids) > 1 else None


def follow_family(canvas: Canvas, lexicon: Lexicon) -> None:
    """“60W的” after a line of the same family takes over the head noun of that line."""
    for match in _MODIFIER.finditer(canvas.masked):
        before = [mark for mark in canvas.of(ProductMark) if mark.end <= match.start() and mark.ids]
        if not before:
            continue
        sku = family_member(match[1], before[-1], lexicon)
        if sku:
            canvas.add(
                ProductMark(start=match.start(), end=match.end(), ids=(sku,), text=match[1], key=key_of(match[1]))
            )


def family_member(modifier: str, mark: ProductMark, lexicon: Lexicon) -> str | None:
    """The one product that is called by this modifier and the last words of an earlier product's name."""
    found: set[str] = set()
    stem = key_of(modifier)
    for known in dict.fromkeys(key for sku in mark.ids for key in (mark.key, *lexicon.keys_of_product(sku))):
        for cut in range(1, min(len(known), 9) + 1):
            if stem[-1:].isdigit() and known[-cut].isdigit():
                continue  # a figure is not the beginning of another
            entry = lexicon.entries.get(stem + known[-cut:])
            if entry and entry.kind not in (CUSTOMER, GENERIC) and len(entry.ids) == 1:
                found.update(entry.ids)
    return found.pop() if len(found) == 1 else None
