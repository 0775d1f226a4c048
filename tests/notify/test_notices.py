"""Every notice, with facts at their worst, in every voice: it fits every field, says what it must, and stays short."""

from pathlib import Path
from typing import Any

import pytest

import templates
from connect.workchat.forms import WECOM_BYTES
from domain.models.shipments import ParcelState
from domain.values import Address
from notify.alerts.rules import RULES
from notify.channels import Outgoing
from notify.channels.custom import LONGEST, within
from notify.channels.fields import fill, places_of
from notify.channels.workchat import plain
from notify.notices import WORDS_ONLY, Notice
from notify.tries import tame
from simulator.templatefields import RULES as KINDS
from simulator.templatefields import fits

NOTICES = [notice for notice in Notice if notice not in WORDS_ONLY]
ORDERLY = {
    "order": "SO1042K",
    "customer_name": "华强电子",
    "total": "18500.00",
    "promised": "2026-11-27",
    "phone": "13800138000",
    "by": "小王",
    "at": "2026-11-24T10:00:00+00:00",
    "url": "https://shop.example/o/abc",
    "goods": "A100 20箱、B200 2箱",
    "reasons": ["price_below_floor", "unusual_quantity"],
    "reason": "价格太低",
    "shipment": "F1",
    "carrier": "顺丰",
    "waybill": "SF1234567890123",
    "more": "SF1234567890124、SF1234567890125",
    "eta": "2026-11-26",
    "rest": "B200 2箱",
    "state": "collected",
    "text": "已收取快件",
    "place": "深圳",
    "remark": "少了两箱",
    "identity": 7,
    "name": "小李",
    "roles": ["warehouse", "purchasing"],
    "customer": "C001",
    "who": "小王",
    "topic": "after_sales",
    "code": "40037",
    "alert": "A7",
    "how": "taken",
    "used": "80000",
    "quota": "100000",
    "rule": "stock_short",
    "sku": "B200",
    "missing": "240",
    "unit": "个",
    "expected": "2026-11-30",
    "since": "2026-11-24T08:00:00+00:00",
    "channel": "template",
    "kind": "silent",
    "silent": "49",
    "lot": "L2301",
    "left": "40个",
    "expires": "2026-11-30",
    "over": "",
    "claim": "R12",
    "scrapped": "A100 1箱",
    "short": "A100 2箱",
    "boxes": 2,
    "others": "中通、韵达",
    "tries": 30,
    "later": True,
    "purchase": "P17",
    "count": 12,
    "counted": "100",
    "books": "340",
    "before": "2026-11-27",
    "booked": False,
    "notice": "ORDER_SHIPPED",
    "audience": "customer",
    "staff": "S001",
    "first": "2026-11-25",
    "last": "2026-11-27",
    "part": "",
    "hours": "08:00-20:00",
    "what": "leave",
    "approver": "陈姐",
    "instead_of": "老张",
    "why": "deputy",
    "step": 1,
    "of": 2,
    "margin": "12.5",
    "credit": "5000.00",
    "rivals": ["SO1043M"],
    "event_kind": "paused",
    "unanswered": False,
    "work": "W12",
    "forecast": "2026-12-01",
    "lacking": "B200 10箱",
    "choices": ["send", "wait", "cancel"],
    "choice": "send",
    "fallback": "send",
    "deadline": "2026-11-25T10:00:00+00:00",
    "changes": ["A100 20箱→30箱", "B200 ¥22→¥21/个"],
    "ended": "time",
    "orders": 12,
    "worth": "18500.00",
    "sent": 8,
    "untouched": "91.7",
    "best": ["A100 节能灯", "B200 LED驱动器"],
    "to_review": 2,
    "open": 17,
    "alerts": 3,
    "firsts": ["A7 订单 1042K 顺丰 SF1234567890123 迟迟未揽收", "A8 订单 1043M（华强电子）审核超时"],
    "decisions": 2,
    "oldest": "SO1042K",
    "tasks": {"late": 1, "ship": 5, "purchase": 4},
    "untold": 2,
    "names": ["华强电子 小王", "宏达"],
    "givers": "阿强",
    "to_ship": 5,
    "overdue": 1,
    "gathered": [{"at": "2026-11-24T10:00:00+00:00", "text": "订单 1042K 已发货"}] * 3,
}
LONG = dict.fromkeys(("customer_name", "reason", "text", "place", "remark", "name", "carrier", "unit"), "长" * 300)
WORST: list[dict[str, Any]] = [
    {},
    LONG,
    {
        "goods": "、".join(f"商品名称很长很长{n} {n}箱" for n in range(60)),
        "total": "123456789012.99",
        "rest": "货" * 300,
    },
    {"goods": "x" * 400, "waybill": "9" * 64, "order": "SO123456789K", "alert": "A123456789", "sku": "S" * 64},
    {
        "promised": None,
        "eta": None,
        "expected": "",
        "reason": "",
        "remark": "",
        "rest": "",
        "waybill": None,
        "text": "",
    },
    {
        "promised": "",
        "total": "0",
        "customer_name": "",
        "phone": "",
        "customer": None,
        "order": "",
        "url": "",
        "by": "",
    },
    dict.fromkeys(LONG, "🚚\n\x00<a href='http://evil.example'>点我</a>]]>") | {"goods": "🚚\n\x01🚚"},
    {"more": 499, "same": 499, "numbers": ["A123456789"] * 5},
    LONG | {"same": 23, "numbers": ["A123456789"] * 5, "alert": "A123456789", "goods": "x" * 400, "waybill": "9" * 64},
    {"firsts": ["A123456789 " + "长" * 300] * 2, "names": ["长" * 300] * 2, "givers": "、".join(["长" * 64] * 9)},
    {"open": 10**6, "alerts": 10**6, "decisions": 10**6, "untold": 10**6, "tasks": {}, "givers": ""},
    {"reasons": [], "roles": [], "state": "unheard_of", "topic": "other", "rule": "order_held", "since": None},
]


def outgoing(notice: Notice, **facts: Any) -> Outgoing:
    merged = tame({**ORDERLY, **facts})
    return Outgoing("1", Address("main", "o1"), notice, merged, merged["url"])


@pytest.mark.parametrize("audience", ["customer", "staff"])
@pytest.mark.parametrize("worst", WORST, ids=range(len(WORST)))
@pytest.mark.parametrize("notice", NOTICES)
def test_every_notice_fits_every_type_of_field(notice: Notice, worst: dict[str, Any], audience: str):
    one = outgoing(notice, **worst, audience=audience)
    content = "\n".join(f"x:{{{{{kind}{n}.DATA}}}}" for n, kind in enumerate([*KINDS, *KINDS, *KINDS], start=1))
    for name, field in fill(places_of(content), one.voice).items():
        kind = name.rstrip("0123456789")
        assert field["value"].strip(), name
        assert fits(kind, field["value"]), (name, field["value"])


@pytest.mark.parametrize("audience", ["customer", "staff"])
@pytest.mark.parametrize("worst", WORST, ids=range(len(WORST)))
@pytest.mark.parametrize("notice", NOTICES)
def test_plain_messages_are_short_and_hold_one_link_of_ours(notice: Notice, worst: dict[str, Any], audience: str):
    one = outgoing(notice, **worst, audience=audience)
    text = one.voice("text")
    lines = text.splitlines()
    assert 1 <= len(lines) <= 6, text
    assert all(line.strip() for line in lines)
    assert text.count("<a ") == text.count("</a>") == (1 if one.url and "查看订单" in text else 0)
    assert "evil.example'" not in text.replace("＜a href='http://evil.example'＞", "")
    assert len(within(text, 2000).encode()) <= 2000


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("notice", [Notice.ALERT_RAISED, Notice.ALERT_ESCALATED, Notice.STOCK_SHORT])
def test_every_rule_has_words_and_says_what_to_answer(notice: Notice, rule: str):
    one = outgoing(notice, rule=rule)
    assert "需要处理" not in one.voice("text")
    assert "收到 A7" in one.voice("text")
    card = [
        field["value"]
        for field in fill(places_of("a:{{character_string1.DATA}}\nb:{{thing2.DATA}}"), one.voice).values()
    ]
    assert card[0] == "A7"
    assert outgoing(Notice.ALERT_RAISED, rule=rule).voice("line")


GROUPED = LONG | {
    "code": "",
    "same": 23,
    "numbers": [f"A1234567{n}" for n in range(10, 15)],
    "alert": "A123456709",
    "passed_by": "长" * 64,
    "others": "、".join(["长" * 12] * 8),
    "who": "长" * 64,
    "order": "SO123456789K",
    "sku": "S" * 64,
    "waybill": "9" * 64,
}
ROOM = min(LONGEST, WECOM_BYTES - len(("\n" + templates.render("room")).encode()))
"""How many bytes the narrowest way of an alert takes."""
ALERTS = [Notice.ALERT_RAISED, Notice.ALERT_ESCALATED, Notice.ALERT_SETTLED, Notice.STOCK_SHORT]


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("notice", ALERTS)
def test_many_of_a_kind_fit_however_long_their_names(notice: Notice, rule: str):
    one = outgoing(notice, **GROUPED, rule=rule)
    content = "\n".join(f"x:{{{{{kind}{n}.DATA}}}}" for n, kind in enumerate([*KINDS, *KINDS, *KINDS], start=1))
    for name, field in fill(places_of(content), one.voice).items():
        assert fits(name.rstrip("0123456789"), field["value"]), (name, field["value"])
    text = one.voice("text")
    assert len(text.splitlines()) <= 6
    if notice is not Notice.ALERT_SETTLED:
        places = places_of(
            "a:{{character_string1.DATA}}{{character_string2.DATA}}{{thing3.DATA}}{{thing4.DATA}}{{thing5.DATA}}"
        )
        shown = [field["value"] for field in fill(places, one.voice).values()]
        assert shown[:2] == ["A123456709"] * 2, "no order is named as if it were all of them"
        assert shown[2].endswith("共24条")
        assert shown[4] == "回复「提醒」看全部"
        assert "同类还有 23 条：A123456710、A123456711、A123456712、A123456713、A123456714…，回复「提醒」看全部" in text
        assert "收到 A123456709" in within(plain(text), ROOM), "nothing of what to answer is cut off"


@pytest.mark.parametrize("state", ParcelState)
def test_every_state_of_a_parcel_has_words(state: ParcelState):
    assert outgoing(Notice.PARCEL_MOVED, state=state).voice("phrase") != "有更新"


def test_confirmation_names_order_goods_and_day():
    for voice in (outgoing(Notice.ORDER_CONFIRMED).voice("text"), card(Notice.ORDER_CONFIRMED)):
        assert all(part in voice for part in ("1042K", "A100 20箱、B200 2箱", "11-27"))
    assert "交期待定" in outgoing(Notice.ORDER_CONFIRMED, promised=None).voice("text")


def test_dispatch_names_carrier_waybill_arrival_and_what_is_to_come():
    text = outgoing(Notice.ORDER_SHIPPED).voice("text")
    assert all(part in text for part in ("1042K", "顺丰", "SF1234567890123", "11-26", "待发：B200 2箱"))
    assert "顺丰 SF1234567890123" in card(Notice.ORDER_SHIPPED, more="")
    assert "顺丰SF1234567890123等多件" in card(Notice.ORDER_SHIPPED)
    assert "待发" not in outgoing(Notice.ORDER_SHIPPED, rest="").voice("text")


def test_customers_do_not_learn_the_reasons_of_a_review():
    calm = outgoing(Notice.ORDER_HELD)
    assert "底价" not in calm.voice("text") + card(Notice.ORDER_HELD)
    assert "您" in calm.voice("text")


def test_reviewers_are_told_the_reason_and_what_to_answer():
    text = outgoing(Notice.ORDER_HELD, audience="staff").voice("text")
    assert "原因：价格低于底价、数量异常" in text
    assert "同意 1042K" in text
    assert "同意 1042K" in card(Notice.ORDER_HELD, audience="staff")


def card(notice: Notice, **facts: Any) -> str:
    content = "a:{{character_string1.DATA}}\nb:{{thing2.DATA}}\nc:{{thing3.DATA}}\nd:{{time4.DATA}}"
    return " | ".join(f["value"] for f in fill(places_of(content), outgoing(notice, **facts).voice).values())


def test_every_notice_has_a_file_and_every_file_a_notice():
    files = {path.stem for path in (Path(templates.FOLDER) / "notices").glob("*.j2") if not path.stem.startswith("_")}
    assert files == {notice.template for notice in Notice}


def test_replies_are_sent_as_they_were_written():
    text = '第一行\n\n<a href="https://shop.example">看</a>'
    assert Outgoing("1", Address("main", "o1"), Notice.REPLY, {"text": text}).voice("text") == text
