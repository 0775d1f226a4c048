"""Whatever is written: an answer comes, quickly, the same each time; blanks and the order of lines do not matter."""

import random
import string
import time
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bench.fuzz import run
from bot.grammar import Context, Draft, DraftLine, Pending, understand
from bot.grammar.jsonform import to_json
from bot.grammar.understanding import LONGEST
from domain.commands import Command, NotUnderstood, PlaceOrder
from tests.grammar.shorthand import CONTEXTS, NOW, lexicon, meaning, rows

CALM = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
GOODS = ["龙井", "铁观音", "T10", "砂糖", "三花淡奶", "8寸披萨盒", "面粉", "pd-20", "999", "1号电池", "X6"]
PIECES = [
    *GOODS,
    *[
        "20",
        "两",
        "三百五",
        "半",
        "1.5k",
        "箱",
        "罐",
        "袋",
        "个",
        "斤",
        "各",
        "分别",
        "不对",
        "改成",
        "换成",
        "去掉",
        "再加",
        "不要",
    ],
    *[
        "三泡台",
        "李记",
        "SO0700",
        "1042K",
        "1042",
        "同意",
        "驳回",
        "取消",
        "照旧",
        "发货",
        "顺丰",
        "SF1234567890123",
        "多少钱",
    ],
    *[
        "有货吗",
        "到哪了",
        "明天",
        "下周五前",
        "15号",
        "3天内",
        "送到",
        "地址：",
        "备注：",
        "（",
        "）",
        "含税",
        "18块5",
        "@",
        "一箱",
    ],
    *[
        "，",
        "。",
        "\n",
        "\t",
        " ",
        "？",
        "!",
        "、",
        "：",
        "*",
        "x",
        "-",
        "😊",
        "[微笑]",
        "please",
        "order",
        "13912340000",
        "{",
        "<",
        "'",
    ],
]
messages = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
contexts = st.sampled_from(sorted(CONTEXTS))
roles = st.sampled_from("cswm")


@CALM
@given(st.text(max_size=700), roles, contexts)
@example("\x1f0", "c", "short")
def test_any_text_is_answered(text: str, role: str, context: str) -> None:
    assert meaning(role, context, text)


@CALM
@given(messages, roles, contexts)
def test_any_jumble_of_our_words_is_answered_the_same_each_time(text: str, role: str, context: str) -> None:
    assert meaning(role, context, text) == meaning(role, context, text) != ()


@CALM
@given(
    messages,
    st.builds(
        Context,
        role=st.sampled_from(["customer", "sales", "warehouse", "nobody"]),
        draft=st.none()
        | st.just(Draft(None, ()))
        | st.just(Draft(None, (DraftLine(None, text="灯"), DraftLine("gone")))),
        pending=st.none()
        | st.builds(Pending, kind=st.sampled_from(["ask_qty", "ask_product", "ask_unit", "else"]), sku=st.just("gone")),
        focus_sku=st.none() | st.just("gone"),
    ),
)
def test_a_context_that_no_longer_fits_does_no_harm(text: str, context: Context) -> None:
    for command in understand(text, lexicon(), context, NOW).commands:
        assert isinstance(command, Command)
        assert to_json(command)["intent"]


@CALM
@given(messages)
def test_no_action_is_complete_while_something_is_open(text: str) -> None:
    """A line without product, quantity or known unit is always asked about."""
    for command in understand(text, lexicon(), Context(), NOW).commands:
        if isinstance(command, PlaceOrder):
            open_lines = [line for line in command.lines if line.sku is None or line.base_qty is None]
            assert bool(command.clarify) or (command.lines and not open_lines)


def _lines(order: tuple[str, ...]) -> list[str]:
    assert order[0].startswith("create_order · ")
    return sorted(order[0].split(" · ")[1:])


@CALM
@given(
    st.lists(
        st.sampled_from(["龙井12罐", "砂糖两袋", "T20 3箱", "8寸盒5捆", "1号电池2盒", "五香粉30包"]),
        unique=True,
        min_size=1,
    ),
    st.data(),
)
def test_the_order_of_lines_does_not_matter(parts: list[str], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(parts))
    glue = data.draw(st.sampled_from(["，", "\n", "；", " ", "、", "，再来"]))
    assert _lines(meaning("c", "-", glue.join(shuffled))) == _lines(meaning("c", "-", "，".join(parts)))


@CALM
@given(
    st.sampled_from(["龙井", "T10", "铁观音", "X6", "8寸盒"]),
    st.integers(1, 99_999),
    st.sampled_from(["", " ", "：", "*", " x ", "×", "——", "要", "来"]),
)
def test_any_count_is_read_exactly(goods: str, count: int, glue: str) -> None:
    if glue == "" and goods[-1] in string.digits:
        return
    if count == 999:
        return  # Without a unit this is a product as well, and is asked about.
    found = understand(f"{goods}{glue}{count}", lexicon(), Context(), NOW).commands[0]
    assert isinstance(found, PlaceOrder)
    assert [line.qty for line in found.lines] == [count]
    assert not found.clarify


@CALM
@given(
    st.sampled_from([row.text for row in rows()]),
    st.integers(0, 60),
    st.sampled_from(["", "的", "20", "，", "不", "\n", "?", "A"]),
)
def test_a_cut_or_spoilt_message_is_still_answered(text: str, place: int, extra: str) -> None:
    for context in ("-", "draft", "ask_qty"):
        assert meaning("c", context, text[:place] + extra + text[place + 1 :])


@pytest.mark.parametrize(
    "unit",
    [
        "龙井20罐，",
        "一",
        "1",
        "(",
        "[",
        " ",
        "的",
        "9" * 40 + "个",
        "到",
        "送到",
        "SO1",
        "1/",
        "a1",
        "再来",
        "不对",
        "😊",
        "前",
        "\n1.",
        "哈",
        "对的",
        "1号",
        "明天",
        "看看",
        "刚刚",
        "想要",
        "龙井改成1罐",
        "1罐",
        "三个",
        "五六七八",
        "谢谢啦",
        "早啊",
        "百3百",
        "前送到就行",
        "6一罐叁",
    ],
)
def test_long_and_repetitive_messages_take_no_time(unit: str) -> None:
    text = (unit * LONGEST)[:LONGEST]
    meaning("c", "draft", text[:50])
    started = time.perf_counter()
    meaning("c", "draft", text)
    assert time.perf_counter() - started < 0.25  # a fifth of it on a quiet machine


def test_a_little_fuzz_finds_nothing() -> None:
    found = run(0.05, random.Random(3))
    assert (found["raised"], found["unasked"]) == ([], [])


def test_what_is_longer_than_a_message_is_left_alone() -> None:
    text = "龙井20罐，" * 200
    assert understand(text, lexicon(), Context(), NOW).commands == (NotUnderstood(),)


def test_days_are_reckoned_in_the_shop() -> None:
    late = datetime.fromisoformat("2026-06-10T20:30:00+00:00")  # already Thursday in Shanghai
    found = understand("龙井3罐 明天送", lexicon(), Context(), late).commands[0]
    assert isinstance(found, PlaceOrder)
    assert found.details.delivery is not None
    assert found.details.delivery.date == late.date() + timedelta(days=2)


def test_the_rules_that_fired_are_named() -> None:
    found = understand("龙井3罐 明天送", lexicon(), Context(), NOW)
    assert found.fired[0] == "create"
    assert "product:龙井" in found.fired
