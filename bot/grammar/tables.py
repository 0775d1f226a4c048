"""Pasted lists and tables made plain: headers read, serial numbers dropped, cells put in reading order."""

import re
from collections.abc import Callable
from itertools import pairwise

from bot.grammar.normal import fold

_CELL = re.compile(r"\s*[\t|│]\s*|\s{2,}")
_LOOSE_CELL = re.compile(r"\s*[\t|│,，]\s*|\s+")
_COLUMNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(words, re.IGNORECASE))
    for name, words in (
        ("serial", r"序号?|编号|行号|no\.?|#|项次?"),
        (
            "name",
            r"(?:产品|商品|物料|货品|货物)?(?:名称|编码|代码|编号|型号|料号|货号)|品名|产品|商品"
            r"|物料|货物|sku|item|product|code|description|型号规格|名称规格",
        ),
        ("spec", r"规格(?:型号)?|spec|描述|说明"),
        ("qty", r"(?:订购|采购|订货|需求|要货)?数量|qty|quantity|数目|订量|件数"),
        ("unit", r"(?:计量)?单位|unit|uom"),
        ("price", r"(?:含税|不含税|未税)?单价(?:\(元\)|（元）)?|price|unit price|价格"),
        ("sum", r"金额|合计|总价|小计|总额|amount|total"),
        ("remark", r"备注|说明|remark|note"),
        ("date", r"交期|交货期|交货日期|到货日期|需求日期|date"),
    )
)
_SERIAL = re.compile(r"^\s*[(（]?(?P<n>\d{1,3})\s*(?:[.、)）:：．]|\t|\s(?=\D))\s*(?P<rest>\S.*)$")
_SPOKEN_SERIAL = re.compile(r"^\s*[一二三四五六七八九十]{1,2}、\s*(?=\S)")
_INLINE = re.compile(r"(?:^|(?<=[\s,，;；。:：\u4e00-\u9fff]))(?P<n>\d{1,2})\s?[、.)）．](?=\D)")
_CIRCLED = re.compile(r"[\u2460-\u2473\u2776-\u277f]|[0-9]\ufe0f?\u20e3")
_SPLIT_UNIT = re.compile(r"(?<=\d)[ ]*[|│,，\t][ ]*(?=[\u4e00-\u9fffa-zA-Z]{1,4}\s*(?:[|│,，\t\n]|$))")

_StartsWithName = Callable[[str], bool]


def plain_list(text: str, starts_with_name: _StartsWithName) -> str:
    """The text of a pasted list without its layout; other text comes back as it is."""
    text = _CIRCLED.sub("\n" if "\n" not in text else "", text)
    lines = text.split("\n")
    if len(lines) > 1:
        lines = _without_header(lines) or _without_serials(lines, starts_with_name)
        text = "\n".join(lines)
    else:
        text = _without_inline(text)
    return _SPLIT_UNIT.sub(" ", text) if re.search(r"[|│\t]", text) or len(lines) > 1 else text


def _column(cell: str) -> str | None:
    word = fold(cell).strip(" :*")
    return next((name for name, pattern in _COLUMNS if pattern.fullmatch(word)), None)


def _without_header(lines: list[str]) -> list[str] | None:
    """The rows under a header that names a quantity column, each as name, quantity, unit, price."""
    for index, line in enumerate(lines):
        for splitter in (_CELL, _LOOSE_CELL):
            columns = [_column(cell) for cell in splitter.split(line.strip(" |│"))]
            if "qty" in columns and "name" in columns and None not in columns:
                rows = [_row(row, columns, splitter) for row in lines[index + 1 :]]
                return [*lines[:index], *rows]
    return None


def _row(line: str, columns: list[str | None], splitter: re.Pattern[str]) -> str:
    cells = splitter.split(line.strip(" |│"))
    if len(cells) > len(columns) and columns[0] != "serial" and re.fullmatch(r"\d{1,3}\.?", cells[0]):
        cells = cells[1:]
    if len(cells) < 2 or len(cells) > len(columns):
        return line
    by_name: dict[str, list[str]] = {}
    for name, cell in zip(columns, cells, strict=False):
        by_name.setdefault(name or "", []).append(cell.strip())
    qty, unit = " ".join(by_name.get("qty", [])), " ".join(by_name.get("unit", []))
    price, remark = " ".join(by_name.get("price", [])), " ".join(by_name.get("remark", []))
    goods = " ".join([*by_name.get("name", []), *by_name.get("spec", [])])
    tail = (f" 单价{price}" if price else "") + "".join(f" {cell}" for cell in by_name.get("date", []))
    return f"{goods} {qty}{unit}{tail}" + (f" 备注:{remark}" if remark else "")


def _without_serials(lines: list[str], starts_with_name: _StartsWithName) -> list[str]:
    """Lines without their serial numbers, if these rise one by one."""
    found = [(index, match) for index, line in enumerate(lines) if (match := _SERIAL.match(line))]
    numbers = [int(match["n"]) for _, match in found]
    rising = len(numbers) > 1 and all(b == a + 1 for a, b in pairwise(numbers)) and numbers[0] <= 1
    out = list(lines)
    for index, match in found if rising else ():
        if not match["rest"][0].isdigit() or starts_with_name(match["rest"]):
            out[index] = match["rest"]
    spoken = [index for index, line in enumerate(lines) if _SPOKEN_SERIAL.match(line)]
    for index in spoken if len(spoken) > 1 else ():
        out[index] = _SPOKEN_SERIAL.sub("", lines[index])
    return out


def _without_inline(text: str) -> str:
    """One line that numbers its items (1、… 2、…) without the numbers."""
    found = list(_INLINE.finditer(text))
    numbers = [int(match["n"]) for match in found]
    if len(numbers) < 2 or numbers != list(range(1, len(numbers) + 1)):
        return text
    if text[: found[0].start()].strip() and not text[: found[0].start()].rstrip().endswith((":", "：")):
        return text
    return _INLINE.sub("\n", text).lstrip("\n")
