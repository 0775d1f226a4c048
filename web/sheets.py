"""Tables to take away, as CSV and as a spreadsheet; nothing in them is ever taken for a formula."""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from xml.sax.saxutils import escape

from templates import inert

Cell = str | Decimal
ORDERED = (2026, 1, 1, 0, 0, 0)
_FORMULA = ("=", "+", "-", "@", "\t", "|", "%", "＝", "＋", "－", "＠")
_PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
        '<sheet name="orders" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}
_SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_END = "</sheetData></worksheet>"


def harmless(text: str) -> str:
    """A text as a cell that no program reckons with: what begins like a formula gets an apostrophe in front."""
    calm = inert(text).strip()
    return f"'{calm}" if calm.startswith(_FORMULA) else calm


def as_csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """The table for any program; a mark in front tells Excel that it is UTF-8."""
    lines = io.StringIO(newline="")
    csv.writer(lines).writerows([_plain(cell) for cell in row] for row in rows)
    return lines.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Iterable[Sequence[Cell]]) -> bytes:
    """The table as an Excel workbook of one sheet: numbers are numbers, everything else is text."""
    sheet = _SHEET + "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows) + _END
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, text in (*_PARTS.items(), ("xl/worksheets/sheet1.xml", sheet)):
            head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
            parts.writestr(zipfile.ZipInfo(name, ORDERED), head + text, zipfile.ZIP_DEFLATED)
    return book.getvalue()


def _plain(cell: Cell) -> str:
    return format(cell, "f") if isinstance(cell, Decimal) else harmless(cell)


def _cell(cell: Cell) -> str:
    if isinstance(cell, Decimal):
        return f"<c><v>{cell:f}</v></c>"
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(harmless(cell))}</t></is></c>'
