"""The text of a message folded for matching (width, case, script), with the way back to the raw words."""

from dataclasses import dataclass

from bot.grammar.chars import FOLDING


@dataclass(frozen=True, slots=True)
class Normal:
    """Folded ``text`` and, for each of its characters, the place in ``raw`` that it came from."""

    raw: str
    text: str
    places: tuple[int, ...]

    def quote(self, start: int, end: int) -> str:
        """The words as they were written, with digits and letters in half width."""
        if start >= end:
            return ""
        written = self.raw[self.places[start] : self.places[end - 1] + 1]
        return "".join(_half_width(char) for char in written).strip()


def normalise(raw: str) -> Normal:
    """Fold a message; every folded character remembers its origin."""
    pieces = [FOLDING[ord(char)] for char in raw]
    places = [index for index, piece in enumerate(pieces) for _ in piece]
    return Normal(raw, "".join(pieces), tuple(places))


def fold(raw: str) -> str:
    """The folded text alone."""
    return raw.translate(FOLDING)


def _half_width(char: str) -> str:
    code = ord(char)
    if 0xFF10 <= code <= 0xFF19 or 0xFF21 <= code <= 0xFF3A or 0xFF41 <= code <= 0xFF5A:
        return chr(code - 0xFEE0)
    return " " if char == "\u3000" else char
