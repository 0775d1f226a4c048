"""Keys for matching names and codes: text without what people do not see (spaces, hyphens, 的, O for 0)."""

import re
from collections.abc import Iterator
from itertools import product

from bot.grammar.chars import syllables, usual_syllable

_SAME = str.maketrans("oilI零一二三四五六七八九*", "0111" + "0123456789x")
_DROPPED = frozenset(" -_的'")
_HANZI = re.compile(r"[\u3400-\u9fff]")
_MOST_READINGS = 4
_PARTED = re.compile(r"(?<=\d)-(?=\d)")


def compact(text: str) -> tuple[str, list[int]]:
    """The key of a folded text and, for each key character, its place in the text.

    A space between two digits stays, for there it parts two numbers.
    """
    folded = text.translate(_SAME)
    key: list[str] = []
    places: list[int] = []
    for index, char in enumerate(folded):
        if char in _DROPPED:
            if char == " " and key and key[-1].isdigit() and folded[index + 1 : index + 2].isdigit():
                key.append(" ")
                places.append(index)
            continue
        key.append(char)
        places.append(index)
    return "".join(key), places


def key_of(text: str) -> str:
    """The key alone, as catalog entries are filed."""
    return compact(text)[0].rstrip(".,")


def keys_of(text: str) -> Iterator[str]:
    """All keys under which a catalog name is filed: with and without what parts its numbers."""
    key = key_of(text)
    yield key
    if " " in key:
        yield key.replace(" ", "")
    if _PARTED.search(text):
        yield key_of(_PARTED.sub(" ", text))


def sound(key: str) -> str:
    """A key with every hanzi replaced by its usual syllable."""
    return key.translate(usual_syllable())


def sounds(key: str) -> Iterator[str]:
    """The sounds of a catalog name under every usual reading of its hanzi, at most a few."""
    table = syllables()
    readings = [table.get(char, (char,)) for char in key]
    for count, parts in enumerate(product(*readings)):
        if count == _MOST_READINGS:
            return
        yield "".join(parts)


def hanzi_count(text: str) -> int:
    """How many hanzi a text holds."""
    return len(_HANZI.findall(text))
