"""Files that operators import: whatever is in them, one clear line within a second, and nothing written."""

import io
import json
import time
import zipfile

import pytest

from desk.premises import LARGEST
from domain.importing import MOST_ROWS
from tests.root.test_manage import Desk, Ended, desk, shop

__all__ = ["desk", "shop"]


def bomb() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (50 << 20))
        archive.writestr("../../etc/passwd", b"root::0:0")
    return held.getvalue()


def product(**more: object) -> bytes:
    row = {"sku": "A1", "name": "x", "base_unit": "个", "list_price": 1} | more
    return json.dumps({"products": [row]}).encode("utf-8", "surrogatepass")


FILES = {
    "a zip bomb": bomb(),
    "a spreadsheet by name only": b"PK\x03\x04" + bytes(200),
    "old office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(200),
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "nothing": b"",
    "no object": b"[]",
    "no JSON": b"sku,name\nA1,x\n",
    "other letters": "{\"products\": []}".encode("utf-16"),
    "too large": b" " * (LARGEST + 1),
    "nested without end": b"[" * 200_000,
    "nested in an object": b"{\"a\":" * 50_000,
    "too many rows": json.dumps({"products": [{}] * (MOST_ROWS + 1)}).encode(),
    "a number without end": product()[:-3] + b", \"stock\": " + b"9" * 5000 + b"}]}",
    "no number": b"{\"products\": [{\"sku\": \"A1\", \"name\": \"x\", \"base_unit\": \"x\", \"list_price\": NaN}]}",
    "a control character": product(name="a\nb"),
    "an escape": product(name="\x1b[31m"),
    "half a character": product(name="\ud800"),
    "a nested name": product(name={"a": "b"}, aliases="no list"),
    "rows of rows": b"{\"products\": [[[]]]}",
}  # fmt: skip


def said(ended: Ended) -> str:
    return ended.stdout + ended.stderr


@pytest.mark.parametrize("what", FILES)
def test_a_file_that_is_no_import_is_refused_at_once(shop: Desk, what: str):
    file = shop.folder / "import.xlsx"
    file.write_bytes(FILES[what])
    started = time.perf_counter()
    ended = shop.run("import", "products", str(file))
    assert time.perf_counter() - started < 5, "a second, and room for a busy machine"
    assert ended.returncode == 1, said(ended)
    assert "Traceback" not in said(ended)
    assert len(said(ended)) < 2000
    assert "\x1b" not in said(ended)


@pytest.mark.parametrize("name", ["a\x1b[31m.json", "a\nb.json", "a\u202egnp.json", "[red]x[b].json"])
def test_the_name_of_a_file_is_shown_as_text(shop: Desk, name: str):
    file = shop.folder / name
    file.write_bytes(b"no")
    ended = shop.run("import", "products", str(file))
    assert ended.returncode == 1
    assert "\x1b" not in said(ended)
    assert "\u202e" not in said(ended)


@pytest.mark.parametrize(("path", "code"), [("/dev/zero", 1), (".", 2), ("none.json", 2), ("../../etc/none", 2)])
def test_a_device_and_a_folder_are_no_files(shop: Desk, path: str, code: int):
    ended = shop.run("import", "products", path)
    assert ended.returncode == code, said(ended)
