"""Tables over single characters, made once: width, case and script folding, and the toneless syllables of hanzi."""

import os
import unicodedata
from functools import cache

import opencc

# Read when the package is first imported: its dictionary of words is 46 MB and a fifth of a second, for nothing here.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # noqa: TID251 - it can be told in no other way
from pypinyin.pinyin_dict import pinyin_dict

_FIRST, _LAST = 0x3400, 0x9FFF
_SPECIAL = {
    "×": "*", "✕": "*", "✖": "*", "✗": "*", "＊": "*", "∗": "*", "—": "-", "–": "-", "−": "-", "～": "~", "〜": "~",
    "【": "(", "】": ")", "「": '"', "」": '"', "“": '"', "”": '"', "‘": "'", "’": "'", "￥": "¥", "½": "半",
    "〇": "零",
    "．": ".", "﹒": ".", "·": "-", "•": "-", "…": "。", "\u3000": " ", "\u00a0": " ", "\r": "", "\v": "\n", "\f": "\n",
    "\u2028": "\n", "\u20e3": "", "｡": "。", "壹": "一", "贰": "二", "貳": "二", "叁": "三", "參": "三", "肆": "四",
    "伍": "五", "陆": "六", "陸": "六", "柒": "七", "捌": "八", "玖": "九", "拾": "十", "佰": "百", "仟": "千",
}  # fmt: skip
_CIRCLED = {chr(0x2460 + n): f"{n + 1}、" for n in range(20)}
_TONES = dict.fromkeys(map(ord, "\u0300\u0301\u0304\u030c"))
_NO_FIGURE = "□"
_INVISIBLE = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\ufe0e\ufe0f\u00ad")


@cache
def simplified() -> dict[str, str]:
    """Traditional to simplified, hanzi by hanzi, so that offsets stay what they are."""
    hanzi = [chr(code) for code in range(_FIRST, _LAST + 1)]
    turned = opencc.OpenCC("t2s").convert("\n".join(hanzi)).split("\n")
    return {a: b for a, b in zip(hanzi, turned, strict=True) if a != b and len(b) == 1}


class _Folding(dict[int, str]):
    """A translate table that computes a character's folded form when it is first met."""

    def __missing__(self, code: int) -> str:
        folded = _fold(chr(code))
        if code < 0x10000:
            self[code] = folded
        return folded


def _fold(char: str) -> str:
    if char in _SPECIAL:
        return _SPECIAL[char]
    if char in _CIRCLED:
        return _CIRCLED[char]
    if char in _INVISIBLE or 0x1F3FB <= ord(char) <= 0x1F3FF:
        return ""
    if _is_foreign_figure(char):
        return _NO_FIGURE
    plain = "".join(_SPECIAL.get(part, part) for part in unicodedata.normalize("NFKC", char)).lower()
    table = simplified()
    return "".join(_SPECIAL.get(part, table.get(part, part)) for part in plain)


def _is_foreign_figure(char: str) -> bool:
    """Figures of other scripts and raised or lowered ones: Python reads them as numbers, people here do not."""
    if not char.isdigit() or char.isascii():
        return False
    return (
        unicodedata.decomposition(char).startswith(("<super>", "<sub>"))
        or not unicodedata.normalize("NFKC", char).isascii()
    )


FOLDING: dict[int, str] = _Folding()


@cache
def syllables() -> dict[str, tuple[str, ...]]:
    """Every hanzi with its toneless readings, each reading one private-use character; the usual reading comes first."""
    codes: dict[str, str] = {}
    bare = cache(_toneless)
    table: dict[str, tuple[str, ...]] = {}
    for code in range(0x4E00, 0x9FA6):
        readings = dict.fromkeys(bare(reading) for reading in pinyin_dict.get(code, "").split(",") if reading)
        if readings:
            table[chr(code)] = tuple(codes.setdefault(r, chr(0xE000 + len(codes))) for r in readings)
    return table


def _toneless(reading: str) -> str:
    """zhōng as zhong; the dots of ü are no tone."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", reading).translate(_TONES))


@cache
def usual_syllable() -> dict[int, str]:
    """A translate table from hanzi to the character of its usual syllable."""
    return {ord(hanzi): readings[0] for hanzi, readings in syllables().items()}
