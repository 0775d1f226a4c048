"""Which addresses say more than in which town."""

import time

import pytest

from domain.rules.places import deliverable


@pytest.mark.parametrize(
    "address",
    [
        "", " ", "深圳", "深圳市", "广东省", "广东", "广东深圳", "广东省深圳市", "广东省 深圳市 南山区",
        "深圳市南山区", "南山区", "北京", "北京市朝阳区", "中国广东东莞市长安镇", "东莞长安镇",
        "广西壮族自治区南宁市", "内蒙古自治区", "义乌市", "义乌", "恩施土家族苗族自治州", "阿坝藏族羌族自治州",
        "江门市", "上海市浦东新区", "湖南省长沙市长沙县", "吉林省吉林市", "香港特别行政区", "延边朝鲜族自治州",
        "巴马瑶族自治县", "深圳、南山区", "广州市花都区", "厦门市集美区",
    ],
)  # fmt: skip
def test_a_town_alone_is_no_address(address: str) -> None:
    assert not deliverable(address)


@pytest.mark.parametrize(
    "address",
    [
        "华强北路1号", "南山区科技园1号", "仓库自提", "自提", "老仓库", "西门市场12档", "三号仓", "菜市场东区",
        "永辉超市", "A区12档", "东区", "二区", "工业区", "厂区", "阳光小区", "国际商贸城一区", "义乌国际商贸城",
        "花市", "城南夜市", "南山区科技园", "深圳市南山区科兴", "东莞市长安镇振安路18号", "深圳机场", "广州南站",
        "门市", "石井大道", "长安镇新民村", "冷库B区", "海鲜市场南区", "北京路", "上海路12号", "深圳湾", "x",
        "1栋", "华强北街道办", "AB区", "经济开发区",
    ],
)  # fmt: skip
def test_what_is_short_but_leads_to_a_door_counts(address: str) -> None:
    assert deliverable(address)


@pytest.mark.parametrize("text", ["市", "深圳", "自治", "南山区", "中", "a"])
def test_no_text_is_read_for_long(text: str) -> None:
    started = time.perf_counter()
    deliverable(text * 1200)
    deliverable(text * (30 // len(text)))
    deliverable((text * 30)[:29] + "!")
    assert time.perf_counter() - started < 0.1
