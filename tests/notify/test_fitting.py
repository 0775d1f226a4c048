"""Before go-live: what is mapped, what is missing, what would not fit, judged apart from who fills the fields."""

import pytest

from notify.channels.fields import fill, places_of
from notify.channels.fitting import FITTED
from notify.channels.template import DEFAULT
from notify.fitting import BOUNDARY, holds, misfits, told_by
from notify.notices import WORDS_ONLY, Notice
from simulator.templatefields import fits

CARD = {
    "template_id": "T1",
    "title": "订单通知",
    "content": "单号：{{character_string1.DATA}}\n商品：{{thing2.DATA}}\n备注：{{thing3.DATA}}",
}
ALL = {DEFAULT: "T1"}


@pytest.mark.parametrize("said", BOUNDARY)
@pytest.mark.parametrize("kind", sorted(kind for kind in FITTED if kind))
def test_every_type_holds_what_lies_at_its_limits_in_our_eyes_and_the_platforms(kind: str, said: str):
    (field,) = fill(places_of(f"x：{{{{{kind}1.DATA}}}}"), lambda _: said).values()
    assert holds(kind, field["value"])
    assert fits(kind, field["value"])


@pytest.mark.parametrize(
    ("kind", "value", "held"),
    [
        ("thing", "二" * 20, True),
        ("thing", "二" * 21, False),
        ("thing", "", False),
        ("character_string", "A" * 32, True),
        ("character_string", "订单1", False),
        ("amount", "¥9999999999", True),
        ("amount", "¥9999999999.99", False),
        ("time", "2026-11-24 10:00", True),
        ("phrase", "待你来确认", True),
        ("phrase", "待你来确认啊", False),
    ],
)
def test_what_the_check_takes_for_fitting(kind: str, value: str, held: bool):
    assert holds(kind, value) is held


@pytest.mark.parametrize(
    ("mapping", "fields", "said"),
    [
        (ALL, {}, []),
        (ALL, {DEFAULT: {"thing3": "detail", "character_string1": "code"}}, []),
        (ALL, {DEFAULT: {"thing9": "detail"}}, ["ORDER_SHIPPED: the template has no field thing9"]),
        (ALL, {DEFAULT: {"thing3": "colour"}}, ["ORDER_SHIPPED: thing3 cannot tell colour"]),
        (ALL, {"ORDER_SHIPED": {}}, ["ORDER_SHIPED: no such notice"]),
        ({}, {}, ["ORDER_SHIPPED: no template; set TEMPLATES__ORDER_SHIPPED or TEMPLATES__DEFAULT"]),
        (ALL | {"ORDER_SHIPPED": "T9"}, {}, ["ORDER_SHIPPED: the account has no template T9"]),
    ],
)
def test_what_is_missing_is_named(mapping: dict[str, str], fields: dict[str, dict[str, str]], said: list[str]):
    found = misfits(mapping, [CARD], fields)
    assert [one for one in found if one.startswith("ORDER_SHIP")] == said
    assert said or found == []


def test_every_notice_without_a_template_is_named():
    named = {one.partition(":")[0] for one in misfits({}, [CARD])}
    assert named == {notice.value for notice in Notice} - WORDS_ONLY


def test_a_choice_moves_a_voice_to_another_field_and_the_list_shows_it():
    places = places_of(CARD["content"])
    said = {name: field["value"] for name, field in fill(places, str, {"thing2": "detail"}).items()}
    assert (said["thing2"], said["thing3"]) == ("detail", "state")
    rows = told_by(ALL, [CARD], {DEFAULT: {"thing2": "detail"}})
    assert [(row["field"], row["label"], row["tells"]) for row in rows] == [
        ("character_string1", "单号", "number"), ("thing2", "商品", "detail"), ("thing3", "备注", "state"),
    ]  # fmt: skip
    assert {row["notices"] for row in rows} == {DEFAULT}


def test_a_long_list_is_shortened_by_rule():
    (field,) = fill(places_of("x：{{thing1.DATA}}"), lambda _: "电源适配器 20箱、LED驱动器 2箱、灯泡9W 5箱").values()
    assert field["value"].endswith("等3项")
    assert len(field["value"]) <= 20


def test_a_name_in_the_mapping_that_is_no_notice_is_told():
    assert misfits({DEFAULT: "T1", "ORDER_SHIPT": "T1"}, [CARD]) == ["ORDER_SHIPT: no such notice"]
