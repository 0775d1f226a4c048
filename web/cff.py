"""A part of a CID-keyed CFF font: the outlines of some glyphs as a font of its own, without subroutines.

CFF is the form of outlines in Noto CJK and Source Han (Adobe Technical Notes 5176 and 5177). Glyphs are numbered anew
in the order in which they are named, so that their CIDs count from 0.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from web.outlines import NONE, Flat, Index, Unreadable

_CHARSET, _CHARSTRINGS, _PRIVATE, _SUBRS, _DEFAULT_WIDTH, _NOMINAL_WIDTH = 15, 17, 18, 19, 20, 21
_ROS, _FD_ARRAY, _FD_SELECT, _CID_COUNT = 0x0C1E, 0x0C24, 0x0C25, 0x0C22
_STRINGS = 391
"""So many strings every CFF knows; those of a font are numbered after them."""

Dict = Mapping[int, list[float]]


def part_of(data: memoryview, glyphs: Sequence[int], *, name: str) -> bytes:
    """The font with these glyphs only, the first of which should be the one for what is missing (0)."""
    try:
        return _part(data, glyphs, name)
    except (IndexError, struct.error, KeyError) as error:
        raise Unreadable(str(error)) from None


def _part(data: memoryview, glyphs: Sequence[int], name: str) -> bytes:
    tops = _index(data, _index(data, data[2]).end)
    subrs = _index(data, _index(data, tops.end).end)
    top = _dict(tops[0])
    if _ROS not in top:
        raise Unreadable("not keyed by CID")
    outlines = _index(data, int(top[_CHARSTRINGS][0]))
    fonts = _index(data, int(top[_FD_ARRAY][0]))
    parts = [_Font.read(data, _dict(fonts[place])) for place in range(len(fonts))]
    of = _chosen(data, int(top[_FD_SELECT][0]), len(outlines))
    used = sorted({of[glyph] for glyph in glyphs})
    plain = [Flat(subrs, parts[of[glyph]].subrs).outline(outlines[glyph]) for glyph in glyphs]
    select = bytes([0, *(used.index(of[glyph]) for glyph in glyphs)])
    return _written(name, plain, select, [parts[place].private for place in used])


def _written(name: str, outlines: Sequence[bytes], select: bytes, privates: Sequence[bytes]) -> bytes:
    head = bytes((1, 0, 4, 4)) + _indexed([name.encode("ascii")])
    strings = _indexed([b"Adobe", b"Identity"]) + _indexed([])
    # Numbers of places are written in five bytes always, so that the length is known before the places are.
    length = len(_indexed([_top(len(outlines), 0, 0, 0, 0)]))
    charset = len(head) + length + len(strings)
    charset_bytes = b"\x02" + struct.pack(">HH", 1, max(len(outlines) - 2, 0))
    chosen = charset + len(charset_bytes)
    drawn = chosen + len(select)
    drawn_bytes = _indexed(outlines)
    private = drawn + len(drawn_bytes)
    places = [private + sum(map(len, privates[:place])) for place in range(len(privates))]
    fonts = private + sum(map(len, privates))
    font_bytes = _indexed(
        [_number(len(one)) + _number(place) + bytes([_PRIVATE]) for one, place in zip(privates, places, strict=True)]
    )
    top = _indexed([_top(len(outlines), charset, chosen, drawn, fonts)])
    return b"".join((head, top, strings, charset_bytes, select, drawn_bytes, *privates, font_bytes))


def _top(count: int, charset: int, select: int, drawn: int, fonts: int) -> bytes:
    pairs = (
        ((_STRINGS, _STRINGS + 1, 0), _ROS),
        ((count,), _CID_COUNT),
        ((charset,), _CHARSET),
        ((drawn,), _CHARSTRINGS),
        ((fonts,), _FD_ARRAY),
        ((select,), _FD_SELECT),
    )
    return b"".join(b"".join(map(_number, values)) + _operator(key) for values, key in pairs)


@dataclass(frozen=True, slots=True)
class _Font:
    """One of the fonts that a CID-keyed font is put together from: its widths and its subroutines."""

    private: bytes
    subrs: Index

    @classmethod
    def read(cls, data: memoryview, found: Dict) -> "_Font":
        size, at = (int(one) for one in found[_PRIVATE])
        private = _dict(data[at : at + size])
        widths = b"".join(
            _number(int(private[key][0])) + bytes([key]) for key in (_DEFAULT_WIDTH, _NOMINAL_WIDTH) if key in private
        )
        subrs = _index(data, at + int(private[_SUBRS][0])) if _SUBRS in private else NONE
        return cls(widths, subrs)


def _chosen(data: memoryview, at: int, count: int) -> Sequence[int]:
    """By glyph: which of the fonts it is of."""
    if data[at] == 0:
        return data[at + 1 : at + 1 + count]
    ranges, found = struct.unpack_from(">H", data, at + 1)[0], bytearray()
    for place in range(ranges):
        start, font, after = struct.unpack_from(">HBH", data, at + 3 + 3 * place)
        found += bytes([font]) * (after - start)
    return found


def _index(data: memoryview, at: int) -> Index:
    count = struct.unpack_from(">H", data, at)[0]
    return Index(data, count, data[at + 2], at + 3) if count else Index(data, 0, 0, at + 2)


def _indexed(pieces: Sequence[bytes]) -> bytes:
    if not pieces:
        return b"\0\0"
    ends, place = [1], 1
    for piece in pieces:
        place += len(piece)
        ends.append(place)
    return struct.pack(">HB", len(pieces), 4) + b"".join(struct.pack(">I", one) for one in ends) + b"".join(pieces)


def _dict(data: memoryview) -> Dict:
    found: dict[int, list[float]] = {}
    values: list[float] = []
    at = 0
    while at < len(data):
        first = data[at]
        if first <= 21:
            key, at = (0x0C00 | data[at + 1], at + 2) if first == 12 else (first, at + 1)
            found[key], values = values, []
        else:
            value, at = _value(data, at)
            values.append(value)
    return found


def _value(data: memoryview, at: int) -> tuple[float, int]:
    first = data[at]
    if first == 28:
        return struct.unpack_from(">h", data, at + 1)[0], at + 3
    if first == 29:
        return struct.unpack_from(">i", data, at + 1)[0], at + 5
    if first == 30:
        # A broken number, which nothing that is kept needs: passed over to its last half byte.
        while data[at + 1] & 0x0F != 0x0F:
            at += 1
        return 0, at + 2
    if first < 247:
        return first - 139, at + 1
    return (
        (first - 247) * 256 + data[at + 1] + 108 if first < 251 else -(first - 251) * 256 - data[at + 1] - 108
    ), at + 2


def _number(value: int) -> bytes:
    return b"\x1d" + struct.pack(">i", value)


def _operator(key: int) -> bytes:
    return struct.pack(">H", key) if key > 0xFF else bytes([key])
