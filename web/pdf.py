"""A small writer of PDF: lines of text, rules and QR codes on A4, in a Chinese font.

With a ``Face`` the glyphs of the words are embedded, so that every reader shows the same. Without one the font is
named only (Adobe's STSong-Light): Acrobat, browsers and phones bring one along, a reader without any shows blanks.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from web.fonts import Cut, Face, cut

WIDTH, HEIGHT = 595.28, 841.89
MARGIN = 48.0
_NARROW, _WIDE = 0.5, 1.0


@dataclass(frozen=True, slots=True)
class Words:
    """Words on a line, as a page keeps them until their font is cut."""

    x: float
    y: float
    text: str
    size: float


@dataclass(slots=True)
class Page:
    """One page; its origin is the upper left corner, lengths are points."""

    drawn: list[str | Words] = field(default_factory=list)

    def text(self, x: float, y: float, words: str, *, size: float = 10.5) -> None:
        """Words on a line whose foot is at ``y``."""
        self.drawn.append(Words(x, y, "".join(char for char in words if char.isprintable()), size))

    def rule(self, x: float, y: float, length: float) -> None:
        """A thin line to the right."""
        self.drawn.append(f"0.6 w {x:.2f} {HEIGHT - y:.2f} m {x + length:.2f} {HEIGHT - y:.2f} l S")

    def code(self, x: float, y: float, rows: Iterable[Iterable[int]], *, side: float) -> None:
        """A QR code with its upper left corner at x, y; ``rows`` are its modules, dark ones true."""
        matrix = [list(row) for row in rows]
        step = side / len(matrix)
        for down, row in enumerate(matrix):
            for right, dark in enumerate(row):
                if dark:
                    left, foot = x + right * step, HEIGHT - y - (down + 1) * step
                    self.drawn.append(f"{left:.2f} {foot:.2f} {step:.3f} {step:.3f} re f")


def width_of(words: str, size: float = 10.5, face: Face | None = None) -> float:
    """How long words are on paper: as the face has it, else Latin letters are half as wide as hanzi."""
    if face is not None:
        return size * sum(face.widths[face.glyphs.get(ord(char), 0)] for char in words) / 1000
    return size * sum(_NARROW if ord(char) < 0x100 else _WIDE for char in words)


def folded(words: str, room: float, size: float = 10.5, face: Face | None = None) -> list[str]:
    """Words on as many lines as they need in this room; one line at least."""
    lines, length = [""], 0.0
    for char in words:
        step = width_of(char, size, face)
        if length + step > room and lines[-1]:
            lines.append("")
            length = 0.0
        lines[-1] += char
        length += step
    return lines


def pdf(pages: Sequence[Page], *, title: str, face: Face | None = None) -> bytes:
    """The pages as a file."""
    count = len(pages)
    kids = " ".join(f"{5 + 2 * place} 0 R" for place in range(count))
    after = 5 + 2 * count
    encode: Encode = _in_unicode
    font = _named()
    streams: list[bytes] = []
    if face is not None:
        part = cut(face, (char for page in pages for one in page.drawn if isinstance(one, Words) for char in one.text))
        font, encode, streams = _embedded(part, after), _by_glyph(part), [_unicode_of(part), part.file]
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {count} /Kids [{kids}] >>".encode(),
        *font,
    ]
    for place, page in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {6 + 2 * place} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(_stream("\n".join(_told(one, encode) for one in page.drawn).encode()))
    if streams:
        objects += [_stream(streams[0]), _stream(streams[1], b" /Subtype /CIDFontType0C")]
    objects.append(f"<< /Title <FEFF{title.encode('utf-16-be').hex().upper()}> >>".encode())
    return _file(objects)


Encode = Callable[[str], str]


def _told(one: str | Words, encode: Encode) -> str:
    if isinstance(one, str):
        return one
    return f"BT /F1 {one.size:g} Tf {one.x:.2f} {HEIGHT - one.y:.2f} Td <{encode(one.text)}> Tj ET"


def _in_unicode(words: str) -> str:
    return words.encode("utf-16-be").hex().upper()


def _by_glyph(part: Cut) -> Encode:
    return lambda words: "".join(f"{part.places.get(char, 0):04X}" for char in words)


def _named() -> list[bytes]:
    return [
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light-UniGB-UTF16-H /Encoding /UniGB-UTF16-H"
        b" /DescendantFonts [4 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /W [1 95 500 814 939 500]"
        b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >>"
        b" /FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880]"
        b" /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >> >>",
    ]


def _embedded(part: Cut, after: int) -> list[bytes]:
    """The font whose words in Unicode and whose outlines are the objects ``after`` and the next one."""
    name, widths = f"GENDAN+{part.name}", " ".join(map(str, part.widths))
    return [
        f"<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H /DescendantFonts [4 0 R]"
        f" /ToUnicode {after} 0 R >>".encode(),
        f"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /{name} /DW 1000 /W [0 [{widths}]]"
        " /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>"
        f" /FontDescriptor << /Type /FontDescriptor /FontName /{name} /Flags 4 /FontBBox [-1000 -1000 3000 1800]"
        f" /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 733 /StemV 80 /FontFile3 {after + 1} 0 R >> >>".encode(),
    ]


def _unicode_of(part: Cut) -> bytes:
    """What each glyph stands for, so that words can be looked for and copied."""
    by_glyph = {glyph: char for char, glyph in part.places.items()}
    rows = [f"<{glyph:04X}> <{char.encode('utf-16-be').hex().upper()}>" for glyph, char in sorted(by_glyph.items())]
    hundreds = [rows[start : start + 100] for start in range(0, len(rows), 100)]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
            "1 begincodespacerange <0000> <FFFF> endcodespacerange",
            *(f"{len(some)} beginbfchar\n" + "\n".join(some) + "\nendbfchar" for some in hundreds),
            "endcmap CMapName currentdict /CMap defineresource pop end end",
        ]
    ).encode()


def _stream(body: bytes, more: bytes = b"") -> bytes:
    return b"<< /Length %d%s >>\nstream\n%s\nendstream" % (len(body), more, body)


def _file(objects: Sequence[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\n" % (len(objects) + 1, len(objects))
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % table)
