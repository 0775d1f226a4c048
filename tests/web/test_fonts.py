"""The font in a PDF: what is embedded is what is said; without a font it is named, a damaged one is passed over."""

import re
import struct
from pathlib import Path

import pytest

from web.cff import part_of
from web.fonts import PLACES, Face, cut, face_here, read_face
from web.outlines import Unreadable
from web.pdf import WIDTH, Page, folded, pdf, width_of

FACE = face_here()
WORDS = "送货单 SO1042K 收货人签字：＿＿ A100 20箱 ¥18,500.00 繁體 𠮷"
with_font = pytest.mark.skipif(FACE is None, reason="no Noto CJK on this machine: apt install fonts-noto-cjk")


def face() -> Face:
    assert FACE is not None
    return FACE


def _page(words: str) -> Page:
    page = Page()
    page.text(48, 80, words)
    return page


def test_a_machine_without_a_font_names_one():
    assert face_here(("/nowhere/font.ttc",)) is None
    file = pdf([_page("送货单")], title="送货单")
    assert b"/STSong-Light" in file
    assert b"<90018D275355>" in file
    assert b"FontFile" not in file


@pytest.mark.parametrize("damage", [b"", b"ttcf", b"OTTO" + b"\0" * 200, b"\0\1\0\0" + b"\xff" * 64])
def test_a_damaged_font_is_passed_over(tmp_path: Path, damage: bytes):
    file = tmp_path / "broken.ttc"
    file.write_bytes(damage)
    assert face_here((str(file),)) is None


@pytest.mark.parametrize("data", [b"", b"\1\0\4\1", b"\1\0\4\1" + b"\0" * 64, b"\xff" * 64])
def test_what_is_no_outline_font_is_refused(data: bytes):
    with pytest.raises(Unreadable):
        part_of(memoryview(data), [0], name="x")


@with_font
def test_a_cut_font_has_the_glyphs_of_the_words_and_is_small():
    found = cut(face(), WORDS)
    assert set(found.places) == set(WORDS)
    assert len(found.widths) == len(set(found.places.values())) + 1
    assert found.widths[found.places["送"]] == 1000
    assert len(found.file) < 20_000
    # What was cut can be cut again, and the outlines are the same: nothing calls a subroutine any more.
    again = part_of(memoryview(found.file), range(len(found.widths)), name=found.name)
    assert again == found.file


@with_font
def test_words_can_be_found_again_in_the_file():
    file = pdf([_page(WORDS)], title="送货单", face=face())
    (shown,) = re.findall(rb"Td <([0-9A-F]+)> Tj", file)
    table = dict(re.findall(rb"^<([0-9A-F]{4})> <([0-9A-F]+)>$", file, re.MULTILINE))
    glyphs = [shown[at : at + 4] for at in range(0, len(shown), 4)]
    assert b"".join(table[glyph] for glyph in glyphs) == WORDS.encode("utf-16-be").hex().upper().encode()
    (size,) = re.findall(rb"/Length (\d+) /Subtype /CIDFontType0C", file)
    begin = file.index(b"CIDFontType0C >>\nstream\n") + len(b"CIDFontType0C >>\nstream\n")
    assert file[begin + int(size) :].startswith(b"\nendstream")
    table_at = int(re.findall(rb"startxref\n(\d+)", file)[0])
    places = [int(one) for one in re.findall(rb"(\d{10}) 00000 n", file[table_at:])]
    assert all(file[place:].startswith(b"%d 0 obj" % number) for number, place in enumerate(places, start=1))


@with_font
def test_a_character_that_no_font_has_is_a_box_and_lines_are_as_wide_as_they_are_drawn():
    assert b"Td <0000> Tj" in pdf([_page("\U0010fffd" if "\U0010fffd".isprintable() else "😀")], title="x", face=face())
    lines = folded("A100 电源适配器 " * 30, WIDTH - 96, 10, face())
    assert len(lines) > 1
    assert all(width_of(line, 10, face()) <= WIDTH - 96 for line in lines)


@with_font
def test_a_font_that_may_not_be_embedded_is_not(tmp_path: Path):
    source = next(Path(place) for place in PLACES if Path(place).is_file())
    data = bytearray(source.read_bytes())
    start = struct.unpack_from(">I", data, 12)[0] if data[:4] == b"ttcf" else 0
    count = 1 if start == 0 else struct.unpack_from(">I", data, 8)[0]
    starts = struct.unpack_from(f">{count}I", data, 12) if start else (0,)
    for one in starts:
        for row in range(struct.unpack_from(">H", data, one + 4)[0]):
            tag, _, at, _ = struct.unpack_from(">4sIII", data, one + 12 + 16 * row)
            if tag == b"OS/2":
                struct.pack_into(">H", data, at + 8, 0x0002)
    file = tmp_path / "closed.ttc"
    file.write_bytes(data)
    with pytest.raises(Unreadable, match="may not"):
        read_face(file)
