"""The delivery note on paper: a sound file whatever is written on it, and a link that nobody can forge."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import segno
from aiohttp import ClientSession

from domain.slips import Slip, SlipRow
from web.pdf import folded, width_of
from web.seals import sealed
from web.slips import PURPOSE, printed

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def a_slip(lines: int, **more: str) -> Slip:
    rows = tuple(SlipRow(f"A{n}", more.get("name", "电源适配器"), "20箱", "", "12箱", "8箱") for n in range(lines))
    return Slip(
        "SO1042K", "2", "华强电子", {"name": "王先生", "phone": "13800138000", "address": "深圳"}, date(2026, 11, 27),
        more.get("remark", ""), 3, "顺丰", "SF1234567890123", NOW, rows,
    )  # fmt: skip


def paper(slip: Slip) -> bytes:
    return printed(slip, "青禾批发", segno.make("https://shop.example/o/x", error="m").matrix_iter(border=2))


def words(file: bytes) -> list[str]:
    """What is written on the pages, piece by piece."""
    return [bytes.fromhex(found.decode()).decode("utf-16-be") for found in re.findall(rb"<([0-9A-F]+)> Tj", file)]


@pytest.mark.parametrize("lines", [0, 1, 26, 27, 100])
def test_every_place_in_the_table_of_the_file_is_right_and_every_row_is_there(lines: int):
    file = paper(a_slip(lines))
    start = int(re.findall(rb"startxref\n(\d+)", file)[0])
    places = [int(one) for one in re.findall(rb"(\d{10}) 00000 n", file[start:])]
    assert all(file[place:].startswith(b"%d 0 obj" % number) for number, place in enumerate(places, start=1))
    said = words(file)
    assert said.count("12箱") == lines
    assert said.count("本次") == file.count(b"/Type /Page ") or lines == 0
    assert "送货单 1042K-2" in said


@pytest.mark.parametrize("nasty", ["🚚\n\x00)Tj ET", "<3E> Tj", "\u202e\t倒\t过来", "长" * 300])
def test_whatever_was_written_stays_words(nasty: str):
    file = paper(a_slip(2, name=nasty, remark=nasty))
    assert file.count(b"endstream") == file.count(b"/Type /Page ")
    assert words(file).count("12箱") == 2


def test_words_fold_into_their_room():
    lines = folded("电源适配器12V" * 5, 60)
    assert "".join(lines) == "电源适配器12V" * 5
    assert all(width_of(line) <= 60 for line in lines)
    assert folded("", 10) == [""]


async def test_a_seal_of_another_purpose_opens_no_note(chat):
    secret = chat.shop._secret
    until = chat.platform.clock() + timedelta(days=1)
    for token in (
        sealed(["SO1042K", "1"], purpose="visitor", until=until, secret=secret),
        sealed(["SO1042K", "1"], purpose=PURPOSE, until=chat.platform.clock() - timedelta(days=1), secret=secret),
        sealed(["SO1042K", "1"], purpose=PURPOSE, until=until, secret=secret),
        sealed(["SO1042K"], purpose=PURPOSE, until=until, secret=secret),
    ):
        async with ClientSession() as session, session.get(f"{chat.url}/d/{token}/pdf") as answer:
            assert answer.status == 404
