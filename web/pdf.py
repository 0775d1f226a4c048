"""A small writer of PDF: lines of text, rules and QR codes on A4, in the Chinese font that every reader brings along.

The font is named and not embedded (Adobe's STSong-Light), so that a file has a few kilobytes and needs no package; a
reader without any Chinese font shows blanks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

WIDTH, HEIGHT = 595.28, 841.89
MARGIN = 48.0
_NARROW, _WIDE = 0.5, 1.0


@dataclass(slots=True)
class Page:
    """One page; its origin is the upper left corner, lengths are points."""

    drawn: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, words: str, *, size: float = 10.5) -> None:
        """Words on a line whose foot is at ``y``."""
        hexed = "".join(char for char in words if char.isprintable()).encode("utf-16-be").hex().upper()
        self.drawn.append(f"BT /F1 {size:g} Tf {x:.2f} {HEIGHT - y:.2f} Td <{hexed}> Tj ET")

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


def width_of(words: str, size: float = 10.5) -> float:
    """How long words are on paper: Latin letters are half as wide as hanzi."""
    return size * sum(_NARROW if ord(char) < 0x100 else _WIDE for char in words)


def folded(words: str, room: float, size: float = 10.5) -> list[str]:
    """Words on as many lines as they need in this room; one line at least."""
    lines, length = [""], 0.0
    for char in words:
        step = width_of(char, size)
        if length + step > room and lines[-1]:
            lines.append("")
            length = 0.0
        lines[-1] += char
        length += step
    return lines


def pdf(pages: Sequence[Page], *, title: str) -> bytes:
    """The pages as a file."""
    count = len(pages)
    kids = " ".join(f"{5 + 2 * place} 0 R" for place in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {count} /Kids [{kids}] >>".encode(),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light-UniGB-UTF16-H /Encoding /UniGB-UTF16-H"
        b" /DescendantFonts [4 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /W [1 95 500 814 939 500]"
        b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >>"
        b" /FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880]"
        b" /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >> >>",
    ]
    for place, page in enumerate(pages):
        body = "\n".join(page.drawn).encode()
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDTH} {HEIGHT}] /Contents {6 + 2 * place} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(body), body))
    objects.append(f"<< /Title <FEFF{title.encode('utf-16-be').hex().upper()}> >>".encode())
    return _file(objects)


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
