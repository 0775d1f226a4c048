"""Whose waybill a number is, and what is none."""

import pytest

from domain.rules.numbering import numbered
from domain.rules.waybills import carrier_of, normal, plausible


@pytest.mark.parametrize(
    ("waybill", "carrier"),
    [
        ("SF1234567890123", "顺丰"), ("SF123456789012345", "顺丰"), ("YT1234567890123", "圆通"),
        ("JT1234567890123", "极兔"), ("JDVA01234567890", "京东"), ("JD0123456789012", "京东"),
        ("DPK123456789012", "德邦"), ("ZT123456789012", "中通"),
        ("STO1234567890", "申通"), ("YD1234567890123", "韵达"), ("KY1234567890123", "跨越"),
        ("ANE12345678", "安能"), ("RB123456785CN", "EMS"), ("RB123456784CN", None), ("SF123", None),
        ("123456789012", None), ("", None),
    ],
)  # fmt: skip
def test_the_shape_tells_the_carrier(waybill: str, carrier: str | None):
    assert carrier_of(waybill) == carrier


@pytest.mark.parametrize(
    "written", ["sf 1234 5678 90123", "ＳＦ１２３４５６７８９０１２３", "SF-1234567890123。", "SF1234567890123"]
)
def test_a_number_is_read_however_it_is_written(written: str):
    assert normal(written) == "SF1234567890123"


@pytest.mark.parametrize("text", ["13800138000", "20261124", "AB12", "", "订单1042", "x" * 33, numbered(42), "1042Y"])
def test_what_is_no_waybill(text: str):
    assert not plausible(normal(text))


@pytest.mark.parametrize("text", ["SF1234567890123", "123456789012", "77123456789012", "ABC-123-456", "RB123456785CN"])
def test_what_may_be_one(text: str):
    assert plausible(normal(text))
