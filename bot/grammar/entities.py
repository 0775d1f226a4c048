"""Finds products and customers by name, code, learnt alias, sound or modifier, each exactly or not at all."""

import re
from dataclasses import dataclass

from bot.grammar.compact import compact, hanzi_count, key_of, sound
from bot.grammar.lexicon import CUSTOMER, Entry, Lexicon
from bot.grammar.marks import MASK, Canvas, CustomerMark, Mark, ProductMark
from bot.grammar.narrowing import extend_variants, follow_family, narrow
from bot.grammar.normal import fold

_ALNUM = re.compile(r"[a-z0-9]")
_TIMES_NUMBER = re.compile(r"x\s?\d")
_COUNT_BEFORE = re.compile(r"(?<![a-z0-9.])\d+(?:pcs|pc|ea|x)?$")
_MEASURED = re.compile(r"(?P<n>[1-9]\d*(?:\.\d+)?)\s?")
_NOT_CODE_BEFORE = re.compile(r"(?:[¥$@#*.-]|so)\s?$")
_NOT_CODE_AFTER = re.compile(r"[.%/-]?\d|\s?(?:[.%/-]\d|块|元|号|月|日|年|点|%|折|天)")
_CUSTOMER_CALL = re.compile(
    r"(?:^|[\n;,。]|给|帮|替|为)\s?([\u4e00-\u9fff]{2,3}?)(?=要|订|来|下|拿|补|:|,|\s|的|再|那|照|" + MASK + ")"
)


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    entry: Entry


def spot_entities(canvas: Canvas, lexicon: Lexicon, *, staff: bool) -> None:
    """Mark products and customers: exact names first, then homophones, then modifiers of a family."""
    text = canvas.masked
    for hit in _surest(_exact(text, lexicon), _homophones(text, lexicon)):
        canvas.add(_mark(canvas.text, hit))
    extend_variants(canvas, lexicon)
    narrow(canvas, lexicon)
    if staff and not canvas.of(CustomerMark):
        _called_customers(canvas, lexicon)
    follow_family(canvas, lexicon)


def _mark(text: str, hit: _Hit) -> Mark:
    if hit.entry.kind == CUSTOMER:
        return CustomerMark(start=hit.start, end=hit.end, ids=hit.entry.ids)
    words = text[hit.start : hit.end]
    return ProductMark(start=hit.start, end=hit.end, ids=hit.entry.ids, text=words, key=key_of(words))


def _exact(text: str, lexicon: Lexicon) -> list[_Hit]:
    """Leftmost longest names whose edges do not cut a code or a number in two."""
    key, places = compact(text)
    raw = [_Hit(places[a], places[b - 1] + 1, entry) for a, b, entry in lexicon.matches(key)]
    raw.sort(key=lambda hit: (hit.start, -hit.end))
    starts = {hit.start for hit in raw}
    taken, ends = 0, set[int]()
    hits: list[_Hit] = []
    for hit in raw:
        if hit.start >= taken and _whole(text, hit, starts, ends, lexicon):
            hits.append(hit)
            ends.add(hit.end)
            taken = hit.end
    return hits


def _surest(exact: list[_Hit], heard: list[_Hit]) -> list[_Hit]:
    """Exact names, unless a longer homophone holds all of them (封箱胶带 misspelt holds the generic 胶带)."""
    chosen = list(exact)
    for hit in heard:
        inside = [one for one in chosen if one.start < hit.end and hit.start < one.end]
        if all(
            hit.start <= one.start and one.end <= hit.end and one.end - one.start < hit.end - hit.start
            for one in inside
        ):
            chosen = [one for one in chosen if one not in inside] + [hit]
    return sorted(chosen, key=lambda hit: hit.start)


def _whole(text: str, hit: _Hit, starts: set[int], ends: set[int], lexicon: Lexicon) -> bool:
    words = text[hit.start : hit.end]
    if "\n" in words or not _same_kind(words) or _multiplies(text, hit):
        return False
    if words.isdigit() and not _names_by_figures(text, hit, lexicon):
        return False
    return _left_edge(text, hit.start, ends) and _right_edge(text, hit, starts, lexicon)


def _multiplies(text: str, hit: _Hit) -> bool:
    """T10*6 and T10 x 6 are six T10, whatever code may end in x."""
    words = text[hit.start : hit.end]
    if words[0] == "*" or words[-1] == "*":
        return True
    if re.match(r"x\s+\d", words):
        return True
    return words[-1] == "x" and re.match(r"\s*\d" if words[-2:-1] == " " else r"\d", text[hit.end :]) is not None


def _same_kind(words: str) -> bool:
    """O and 0 are one character in codes, but a plain word never stands for a number."""
    key = compact(words)[0]
    return not (key.isdigit() and not any(char.isdigit() or "一" <= char <= "鿿" for char in words))


def _names_by_figures(text: str, hit: _Hit, lexicon: Lexicon) -> bool:
    """502 names a product only where it cannot be a quantity, a price or a date."""
    if _NOT_CODE_BEFORE.search(text[max(0, hit.start - 4) : hit.start]) or _NOT_CODE_AFTER.match(text, hit.end):
        return False
    return not re.compile(rf"\s?(?!两\s?{lexicon.unit_pattern()}){lexicon.unit_pattern()}").match(text, hit.end)


def _left_edge(text: str, start: int, ends: set[int]) -> bool:
    if start == 0 or not _ALNUM.match(text[start]):
        return True
    before = text[start - 1]
    if before == "." and text[start].isdigit() and start > 1 and text[start - 2].isdigit():
        return False
    if not _ALNUM.match(before) or start in ends:
        return True
    return not text[start].isdigit() and bool(_COUNT_BEFORE.search(text[max(0, start - 10) : start]))


def _right_edge(text: str, hit: _Hit, starts: set[int], lexicon: Lexicon) -> bool:
    end = hit.end
    if end >= len(text) or not _ALNUM.match(text[end - 1]):
        return True
    if text[end] == "." and text[end - 1].isdigit() and text[end + 1 : end + 2].isdigit():
        return False
    if not _ALNUM.match(text[end]) or _TIMES_NUMBER.match(text, end):
        return True
    return _runs_into_quantity(text, end, lexicon) or (end in starts and not text[end].isdigit())


def _runs_into_quantity(text: str, end: int, lexicon: Lexicon) -> bool:
    """A code that runs into its quantity (A10020个): a number with a unit can only be the quantity."""
    number = _MEASURED.match(text, end)
    return bool(number and re.compile(rf"[百千万kw]|{lexicon.unit_pattern()}").match(text, number.end()))


def _homophones(text: str, lexicon: Lexicon) -> list[_Hit]:
    """Names of three hanzi and more that sound like one of the catalog, where nothing else was found."""
    key, places = compact(text)
    heard = sound(key)
    hits: list[_Hit] = []
    start = 0
    while start < len(key):
        hit = _heard_at(key, heard, start, lexicon)
        if hit:
            hits.append(_Hit(places[start], places[hit[0] - 1] + 1, hit[1]))
        start = hit[0] if hit else start + 1
    return hits


def _heard_at(key: str, heard: str, start: int, lexicon: Lexicon) -> tuple[int, Entry] | None:
    if heard[start : start + 3] not in lexicon.sound_starts:
        return None
    stop = start
    while stop < len(key) and stop - start < 16 and key[stop] not in f"{MASK}\n,。;:! ":
        stop += 1
    for end in range(stop, start + 2, -1):
        entry = lexicon.by_sound.get(heard[start:end])
        if entry and hanzi_count(key[start:end]) >= 3:
            return end, entry
    return None


def _called_customers(canvas: Canvas, lexicon: Lexicon) -> None:
    """A customer's short name of two hanzi by its sound, only where a customer is named in an order by staff."""
    for match in _CUSTOMER_CALL.finditer(canvas.masked):
        entry = lexicon.by_sound.get(sound(key_of(match[1])))
        if entry and entry.kind == CUSTOMER:
            canvas.add(CustomerMark(start=match.start(1), end=match.end(1), ids=entry.ids))
            return


def starts_with_name(lexicon: Lexicon, text: str) -> bool:
    """Whether a text begins with the name of a product."""
    folded = fold(text)
    return any(hit.start == 0 for hit in _exact(folded, lexicon))
