"""What is wrong with goods that came, in figures: 破1, 少2个, 坏了三箱, as receivers and the warehouse type it."""

import re
from decimal import Decimal

from bot.grammar.marks import ProductMark, QuantityMark
from bot.grammar.numerals import NUMBER, parse_number
from bot.grammar.scene import Scene
from domain.commands import Fault, Wanted

_UNITS = "个|箱|件|只|盒|瓶|包|袋|罐|桶|台|套|条|支|张|公斤|斤|米"
_FAULT = re.compile(
    rf"(?P<k>破损|损坏|破|坏|碎|烂|损|湿|短少|少|缺|漏|没到)(?:了|掉)?\s*:?\s*(?P<n>{NUMBER})\s*(?P<u>{_UNITS})?(?!\d)"
)
_BEFORE = re.compile(
    rf"(?P<n>{NUMBER})\s*(?P<u>{_UNITS})?(?:是)?(?P<k>破损|损坏|破|坏|碎|烂|湿)(?:的|了)?"
    r"(?!\s*[\d一二两三四五六七八九十])"
)
_SHORT = frozenset({"短少", "少", "缺", "漏", "没到"})


def faults_in(scene: Scene, start: int) -> tuple[tuple[Fault, ...], list[tuple[int, int]]]:
    """The faults behind a place in the text, each of the product named last before it, and where they stand."""
    found: list[Fault] = []
    spans: list[tuple[int, int]] = []
    for pattern in (_FAULT, _BEFORE):
        for match in pattern.finditer(scene.text, start):
            count = parse_number(match["n"])
            if count is None or any(a < match.end() and match.start() < b for a, b in spans):
                continue
            products = [mark for mark in scene.of(ProductMark) if mark.end <= match.start() and mark.sku]
            kind = "short" if match["k"] in _SHORT else "broken"
            found.append(Fault(kind, Decimal(count), match["u"], products[-1].sku if products else None))
            spans.append(match.span())
    return tuple(found), spans


def bare_quantity(scene: Scene, taken: list[tuple[int, int]]) -> tuple[Wanted, ...]:
    """A quantity that stands alone, without a product: so much of whatever there is."""
    free = [
        mark
        for mark in scene.of(QuantityMark)
        if mark.qty is not None and not any(a < mark.end and mark.start < b for a, b in taken)
    ]
    return (Wanted(sku=None, qty=free[0].qty, unit=free[0].unit),) if len(free) == 1 else ()
