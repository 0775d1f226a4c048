"""Which units count pieces, of which there is no half; weights, lengths and volumes may be cut; pure."""

from decimal import Decimal

COUNTED = frozenset((
    "个", "只", "件", "台", "套", "箱", "包", "袋", "瓶", "罐", "盒", "条", "支", "根", "卷", "桶", "把",
    "对", "双", "副", "顶", "节", "粒", "颗", "枚", "片", "块", "张", "本", "册", "板", "捆", "扎", "听",
    "筐", "篮", "筒", "盘", "圈", "轴", "部", "架", "组", "份", "打", "托", "托盘", "pc", "pcs", "ea",
    "piece", "pieces", "unit", "units", "set", "sets", "box", "boxes", "carton", "cartons",
    "ctn", "ctns", "roll", "rolls", "bag", "bags", "pack", "packs", "pallet", "pallets",
    "bottle", "bottles", "can", "cans", "case", "cases", "pair", "pairs",
))  # fmt: skip


def is_broken(qty: Decimal, unit: str) -> bool:
    """Whether this is a part of a piece."""
    return unit.lower() in COUNTED and qty % 1 != 0
