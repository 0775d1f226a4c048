"""Template fields: learnt from the account's templates, filled by type, fitted to each type's limit.

The referee is the simulated platform's own rule of each type, which was written from its documents by itself.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.channels.fields import Place, fill, places_of
from notify.channels.fitting import FITTED, clean, fit, length, shortened
from simulator.templatefields import RULES, fits

KINDS = sorted(RULES)


def test_fields_are_learnt_in_reading_order_with_labels_and_types():
    lines = ("{{first.DATA}}", "订单号：{{character_string1.DATA}}", "商品:{{ thing2.DATA }}", "到:{{time14.DATA}}")
    content = "\n".join((*lines, "{{remark.DATA}}"))
    assert places_of(content, "订单号：A1\n商品:灯") == (
        Place("character_string1", "character_string", "订单号", "A1"),
        Place("thing2", "thing", "商品", "灯"),
        Place("time14", "time", "到"),
    )


def test_old_templates_have_fields_without_types():
    assert places_of("单号：{{keyword1.DATA}}\n商品：{{keyword2.DATA}}") == (
        Place("keyword1", "", "单号"),
        Place("keyword2", "", "商品"),
    )


SAID = {
    "number": "1042K",
    "code": "SF1234567890123",
    "goods": "A100 20箱",
    "state": "已发货",
    "phrase": "已发货",
    "detail": "华强电子",
    "time": "2026-11-27",
    "at": "2026-11-24T10:00:00+00:00",
    "amount": "18500.00",
    "phone": "13800138000",
}


def filled(*names: str) -> dict[str, str]:
    places = places_of("\n".join(f"x:{{{{{name}.DATA}}}}" for name in names))
    return {name: field["value"] for name, field in fill(places, lambda voice: SAID.get(voice, "")).items()}


def test_fields_are_filled_by_type_in_order():
    names = ("character_string1", "thing2", "thing3", "time4", "amount5", "phone_number6", "phrase7", "date8")
    assert filled(*names) == {
        "character_string1": "1042K",
        "thing2": "A100 20箱",
        "thing3": "已发货",
        "time4": "2026-11-27 18:00",
        "amount5": "¥18500.00",
        "phone_number6": "13800138000",
        "phrase7": "已发货",
        "date8": "2026-11-27",
    }
    assert filled("thing9", "character_string1", "character_string2", "thing3", "thing4", "time5", "time6") == {
        "thing9": "A100 20箱",
        "character_string1": "1042K",
        "character_string2": "SF1234567890123",
        "thing3": "已发货",
        "thing4": "华强电子",
        "time5": "2026-11-27 18:00",
        "time6": "2026-11-24 18:00",
    }
    assert list(filled("keyword1", "keyword2", "keyword3").values()) == ["1042K", "A100 20箱", "已发货"]


def test_a_fixed_choice_takes_the_word_of_the_example():
    places = places_of("状态:{{const1.DATA}}", "状态:订单已确认")
    assert fill(places, lambda _: "已发货") == {"const1": {"value": "订单已确认"}}


@pytest.mark.parametrize(
    ("kind", "said", "value"),
    [
        ("thing", "A100 20箱", "A100 20箱"),
        ("thing", "A100电源适配器 20箱、B200LED驱动器 2箱、C300 1箱", "A100电源适配器 20箱等3项"),
        ("thing", "电源适配器黑色增强型出口专用带线长一米五 20箱", "电源适配器黑色增强型出口专用带线…20箱"),
        ("thing", "很长的第一种商品名称超过了二十个字的限制 1箱、B 2箱", "很长的第一种商品名称超过了二十个…等2项"),
        ("thing", "客户要求周五之前一定送到不然退货并且不再合作", "客户要求周五之前一定送到不然退货并且不…"),
        ("thing", "二十个字以内放不下的最完整的说法，太长了太长了\n短的说法", "短的说法"),
        ("thing", "第一行\r\n", "第一行"),
        ("thing", "发货🚚了\x00\u200b", "发货了"),
        ("thing", "", "详见订单"),
        ("character_string", "顺丰SF123", "SF123"),
        ("character_string", "全是汉字", "-"),
        ("character_string", "A" * 40, "A" * 32),
        ("amount", "1280", "¥1280.00"),
        ("amount", "¥1,280.50", "¥1280.50"),
        ("amount", "99999999.99", "¥99999999.99"),
        ("amount", "123456789.99", "¥123456790"),
        ("amount", "1e30", "¥9999999999"),
        ("amount", "NaN", "¥0.00"),
        ("amount", "没有", "¥0.00"),
        ("time", "2026-11-27T02:30:00+00:00", "2026-11-27 10:30"),
        ("time", "2026-11-27", "2026-11-27 18:00"),
        ("time", "明天", "00:00"),
        ("date", "2026-11-27T20:30:00+00:00", "2026-11-28"),
        ("phone_number", "电话 138-0013-8000 转 8", "138-0013-8000  8"),
        ("phone_number", "没有", "-"),
        ("phrase", "已发货了，请查收", "已发货了请"),
        ("phrase", "OK", "待确认"),
        ("number", "1042K", "1042"),
        ("letter", "1042K", "K"),
        ("symbol", "没有", "-"),
    ],
)
def test_values_are_shortened_by_rule(kind: str, said: str, value: str):
    assert fit(kind, said) == value


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_of_the_platform_is_known(kind: str):
    assert kind in FITTED
    assert places_of(f"x:{{{{{kind}1.DATA}}}}")[0].kind == kind


TEXTS = st.one_of(
    st.text(max_size=120),
    st.text(alphabet="订单商品、 ABC012箱🚚\n\x00\u202e𠮷", max_size=120),
    st.decimals(allow_nan=True, allow_infinity=True).map(str),
    st.datetimes().map(lambda moment: moment.isoformat()),
)


@pytest.mark.parametrize("kind", KINDS)
@given(said=TEXTS)
def test_whatever_is_said_the_platform_takes_it(kind: str, said: str):
    value = fit(kind, said)
    assert value.strip()
    assert fits(kind, value)
    assert length(value) <= 32


@given(st.text(max_size=80))
def test_old_fields_hold_twenty_characters_on_one_line(said: str):
    value = fit("", said)
    assert value
    assert length(value) <= 20
    assert "\n" not in value


@given(st.lists(st.text(alphabet="货品A1 箱", min_size=1, max_size=30), min_size=1, max_size=9), st.integers(5, 20))
def test_lists_say_how_many_there_are(items: list[str], longest: int):
    text = "、".join(items)
    if length(text) <= longest:
        return
    value = shortened(text, longest)
    assert length(value) <= longest
    if len(items) > 1:
        assert value.endswith(f"等{len(items)}项")


def test_signs_that_goods_need_are_kept():
    assert clean("Φ8×20mm ℃ ™ 1/2″") == "Φ8×20mm ℃ ™ 1/2″"
