"""The Chinese font of this machine: found, read as far as a PDF needs it, and cut down to what a page says."""

import mmap
import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import structlog

from web.cff import part_of
from web.outlines import Unreadable

log = structlog.get_logger()

PLACES = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/adobe-source-han-sans/SourceHanSans-Regular.ttc",
    "/usr/share/fonts/adobe-source-han-sans/SourceHanSansCN-Regular.otf",
)
"""Where the distributions put Noto CJK and Source Han, whose licence (OFL) allows to embed them."""
_SIMPLIFIED = (" SC", " CN")
_MAY_NOT = 0x0002 | 0x0100 | 0x0200
"""Bits of fsType with which a font forbids to be embedded, or to be cut down, or both."""


@dataclass(frozen=True, slots=True)
class Face:
    """A font: its outlines, which glyph a character has, and how wide glyphs are in thousandths of its size."""

    name: str
    outlines: memoryview
    glyphs: Mapping[int, int]
    widths: Sequence[int]

    def has(self, words: Iterable[str]) -> bool:
        """Whether every one of these characters can be drawn."""
        return all(ord(char) in self.glyphs for char in words)


@dataclass(frozen=True, slots=True)
class Cut:
    """A part of a face: the file to embed, and by character the number and width of its glyph."""

    name: str
    file: bytes
    places: Mapping[str, int]
    widths: Sequence[int]


@cache
def face_here(places: tuple[str, ...] = PLACES) -> Face | None:
    """The first font of these that is there and may be embedded; None when there is none, which is logged once."""
    for place in places:
        path = Path(place)
        if not path.is_file():
            continue
        try:
            return read_face(path)
        except (ValueError, OSError, IndexError, KeyError, struct.error) as error:
            log.warning("font_unreadable", file=path.name, error=str(error))
    log.info("font_missing", looked_at=len(places))
    return None


def cut(face: Face, words: Iterable[str]) -> Cut:
    """The face with the glyphs of these characters only; one that it does not have is drawn as missing."""
    chars = sorted({char for char in words if ord(char) in face.glyphs})
    glyphs = [0, *dict.fromkeys(face.glyphs[ord(char)] for char in chars)]
    place = {glyph: number for number, glyph in enumerate(glyphs)}
    return Cut(
        face.name,
        part_of(face.outlines, glyphs, name=face.name),
        {char: place[face.glyphs[ord(char)]] for char in chars},
        [face.widths[glyph] for glyph in glyphs],
    )


def read_face(path: Path) -> Face:
    """A font with CFF outlines; of a collection the face for simplified Chinese."""
    with path.open("rb") as file:
        # It stays mapped rather than read: of many megabytes a page needs some kilobytes.
        data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    tables = _face_in(data)
    if "CFF " not in tables:
        raise Unreadable("no CFF outlines")
    if "OS/2" in tables and struct.unpack_from(">H", tables["OS/2"], 8)[0] & _MAY_NOT:
        raise Unreadable("may not be embedded")
    units = struct.unpack_from(">H", tables["head"], 18)[0]
    count = struct.unpack_from(">H", tables["hhea"], 34)[0]
    advances = struct.unpack_from(">" + "Hh" * count, tables["hmtx"])[::2]
    total = struct.unpack_from(">H", tables["maxp"], 4)[0]
    widths = [one * 1000 // units for one in advances]
    widths += widths[-1:] * (total - count)
    return Face("".join(path.stem.split()), tables["CFF "], _characters(tables["cmap"]), widths)


def _face_in(data: memoryview) -> dict[str, memoryview]:
    if bytes(data[:4]) != b"ttcf":
        return _tables(data, 0)
    starts = struct.unpack_from(f">{struct.unpack_from('>I', data, 8)[0]}I", data, 12)
    faces = [_tables(data, start) for start in starts]
    return next((one for one in faces if _family(one["name"]).endswith(_SIMPLIFIED)), faces[0])


def _tables(data: memoryview, at: int) -> dict[str, memoryview]:
    count = struct.unpack_from(">H", data, at + 4)[0]
    rows = (struct.unpack_from(">4sIII", data, at + 12 + 16 * place) for place in range(count))
    return {tag.decode("latin-1"): data[start : start + size] for tag, _, start, size in rows}


def _family(names: memoryview) -> str:
    """The English name of the family, as Windows reads it."""
    count, base = struct.unpack_from(">HH", names, 2)
    for place in range(count):
        platform, _, language, kind, size, start = struct.unpack_from(">6H", names, 6 + 12 * place)
        if (platform, language, kind) == (3, 0x409, 1):
            return bytes(names[base + start : base + start + size]).decode("utf-16-be", "replace")
    return ""


def _characters(cmap: memoryview) -> dict[int, int]:
    """Which glyph a character has, from the table with the most characters (format 12)."""
    count = struct.unpack_from(">H", cmap, 2)[0]
    for place in range(count):
        platform, encoding, at = struct.unpack_from(">HHI", cmap, 4 + 8 * place)
        if (platform, encoding) in ((3, 10), (0, 4), (0, 6)) and struct.unpack_from(">H", cmap, at)[0] == 12:
            return _ranges(cmap, at)
    raise Unreadable("no table of characters that is known")


def _ranges(cmap: memoryview, at: int) -> dict[int, int]:
    found: dict[int, int] = {}
    for place in range(struct.unpack_from(">I", cmap, at + 12)[0]):
        first, last, glyph = struct.unpack_from(">III", cmap, at + 16 + 12 * place)
        found.update(zip(range(first, last + 1), range(glyph, glyph + last - first + 1), strict=True))
    return found
