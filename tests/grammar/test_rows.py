"""What messages mean: some six hundred rows in their contexts, and the ways of writing that must change nothing."""

import re
from collections.abc import Callable

import opencc
import pytest

from tests.grammar.shorthand import Row, meaning, rows

ROWS = list(rows())
SIMPLE = opencc.OpenCC("t2s").convert
TRADITIONAL = opencc.OpenCC("s2t").convert
HONG_KONG = opencc.OpenCC("s2hk").convert
SAID_AS_IT_IS = re.compile(r"remark=|reason=|alias=|name=")


def _full_width(text: str) -> str:
    return "".join(
        "\u3000" if char == " " else chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text
    )


def _without_spaces(text: str) -> str:
    """Blanks go, but not between words of Latin letters nor between a code and a figure that would melt into one."""
    return re.sub(r"(?<![a-zA-Z0-9]) +| +(?![a-zA-Z0-9])", "", text)


WAYS: dict[str, Callable[[str], str]] = {
    "greeted": lambda text: f"你好，{text}",
    "thanked": lambda text: f"{text}，谢谢",
    "smiling": lambda text: f"{text}😊",
    "with a sticker": lambda text: f"{text}[玫瑰]",
    "thanked gladly": lambda text: f"您好 {text} 谢谢啦🌹🌹",
    "full width": _full_width,
    "traditional": TRADITIONAL,
    "as in Hong Kong": HONG_KONG,
    "upper case": str.upper,
    "without spaces": _without_spaces,
}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.where)
def test_a_message_means_exactly_this(row: Row) -> None:
    assert meaning(row.role, row.context, row.text) == row.expected


def test_there_are_enough_rows() -> None:
    assert len(ROWS) > 500
    assert len({(row.role, row.context, row.text) for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("way", WAYS)
def test_the_way_of_writing_changes_nothing(way: str) -> None:
    changed = [
        (row.where, written, found)
        for row in ROWS
        if not _is_about_form(way, row)
        and (found := meaning(row.role, row.context, written := WAYS[way](row.text))) != row.expected
        and [SIMPLE(line).lower() for line in found] != [SIMPLE(line).lower() for line in row.expected]
    ]
    assert changed == []


def _is_about_form(way: str, row: Row) -> bool:
    """Rows whose form is their content: courtesies, fixed commands, codes, markup, words quoted as written."""
    if way in ("greeted", "thanked", "smiling", "with a sticker", "thanked gladly"):
        talk = row.expected[0] in ("smalltalk", "unknown", "help") or row.context in ("ask_code", "identity")
        return talk or row.expected[0].split(" ")[0] in OWN
    if way == "without spaces":
        return bool(re.search(r"[A-Za-z] [A-Za-z0-9]|[0-9] [A-Za-z]|\d \d|\t", row.text))
    quoted = SAID_AS_IT_IS.search(str(row.expected))
    return way == "full width" and bool(quoted or re.search(r"[<{';|\t]", row.text))


OWN = {
    *(
        "bind",
        "unbind",
        "invite",
        "acknowledge_alert",
        "snooze_alert",
        "list_alerts",
        "receive_goods",
        "undo",
        "go_back",
    ),
    *(
        "take_leave",
        "end_leave",
        "list_leave",
        "show_duty",
        "set_duty",
        "clear_duty",
        "pass_on",
        "announce",
        "list_announcements",
    ),
    *("approval_levels", "list_todos"),
    *("count_stock", "decide_count", "take_in", "transfer_stock", "reverse_move", "open_warehouse", "set_kit"),
    *("show_lots", "set_lots"),
    *(
        "list_purchases",
        "buy_goods",
        "receive_purchase",
        "move_purchase",
        "close_purchase",
        "set_supplier",
        "show_promises",
    ),
    "prioritise",
    *("catch_up", "ask_return", "decide_claim", "take_back", "list_claims"),
    *("correct_waybill", "pick_goods", "print_slip", "pack_goods", "unpick_goods"),
    *("close_short", "pause_order", "resume_order"),
    *("show_draft", "list_aliases", "forget_alias", "show_usuals", "show_products", "try_order"),
}
