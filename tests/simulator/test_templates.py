"""Template messages: what the platform takes in each type of field, and what becomes of a message."""

import asyncio
import json
from datetime import timedelta
from xml.etree import ElementTree

import pytest

SEND = "/cgi-bin/message/template/send"


def wish(buyer, template, **values):
    data = {name: {"value": value} for name, value in values.items()}
    return {"touser": buyer.openid, "template_id": template.template_id, "data": data}


FITS = {
    "thing": ["红", "货" * 20, "A100 红瓶 x20，加急！", "🙂" * 20],
    "character_string": ["1042K", "a" * 32, "SO-1042/K #1"],
    "time": [
        "09:05",
        "23:59:59",
        "2026年11月2日 10:00",
        "2026-11-02 10:00",
        "2026/11/2 8:00",
        "10:00~12:00",
        "2026年11月2日 10:00~2026年11月3日 12:00",
    ],
    "date": ["2026年11月2日", "2026-11-02", "2026年11月2日 10:00", "2026-11-02~2026-11-05"],
    "amount": ["¥1234.50", "100元", "1234567890", "￥99.9元", "$5", "0.01"],
    "phone_number": ["13800138000", "+86-0766-66888866", "1" * 17],
    "car_number": ["粤A8Z888挂", "粤A8Z888", "A1"],
    "phrase": ["已发货", "货" * 5],
    "const": ["普通", "货" * 20],
    "short_thing": ["货" * 10],
    "number": ["1", "12.5", "9" * 32],
    "letter": ["abcXYZ"],
    "symbol": ["!@#$%"],
    "name": ["货" * 10, "a" * 20],
}
TOO_MUCH = {
    "thing": ["货" * 21, "一行\n二行", "制\t表", "🙂" * 21],
    "character_string": ["a" * 33, "订单1042", "１０４２", "1042\n"],
    "time": ["2026-11-02", "24:00", "10:60", "明天", "10点", "2026-13-01 10:00", "2026年11月32日 10:00", "10:00-12:00"],
    "date": ["11月2日", "2026.11.02", "20261102", "10:00"],
    "amount": ["¥12345678901", "¥123456789.00", "1,234.50", "¥¥5", "五元", "-5", "5 元", "¥"],
    "phone_number": ["1" * 18, "一三八", "1380013800a"],
    "car_number": ["粤A8Z888挂车", "粤粤A8888", "A"],
    "phrase": ["货" * 6, "OK", "已发货！"],
    "const": ["货" * 21],
    "short_thing": ["货" * 11],
    "number": ["9" * 33, "1a", "-1", "１"],
    "letter": ["a" * 33, "a1"],
    "symbol": ["!@#$%^", "a"],
    "name": ["货" * 11, "a" * 21],
}


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind in FITS for value in FITS[kind]])
async def test_a_value_that_fits_is_shown(account, api, buyer, kind, value):
    template = account.templates.add("通知", f"字段：{{{{{kind}1.DATA}}}}")
    answer = await api.post(SEND, wish(buyer, template, **{f"{kind}1": value}))
    assert answer["errcode"] == 0
    assert [(f.label, f.value) for f in buyer.transcript[-1].fields] == [("字段", value)]


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind in TOO_MUCH for value in TOO_MUCH[kind]])
async def test_a_value_that_does_not_fit_is_refused(account, api, buyer, kind, value):
    template = account.templates.add("通知", f"字段：{{{{{kind}1.DATA}}}}")
    answer = await api.post(SEND, wish(buyer, template, **{f"{kind}1": value}))
    assert answer["errcode"] == 47003
    assert f"data.{kind}1.value invalid rid: " in answer["errmsg"]
    assert buyer.transcript == []


@pytest.fixture
def card(account):
    return account.templates.add("订单确认", "订单编号:{{character_string1.DATA}}\n商品:{{thing2.DATA}}")


GOOD = {"character_string1": "1042K", "thing2": "红瓶 20箱"}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"character_string1": "1042K"}, "data.thing2.value is empty"),
        ({"character_string1": "1042K", "thing2": ""}, "data.thing2.value is empty"),
        ({"character_string1": "1042K", "thing2": " "}, "data.thing2.value is empty"),
        (GOOD | {"thing9": "多"}, "data.thing9.value invalid"),
    ],
)
async def test_fields_are_neither_missing_nor_more(api, buyer, card, values, message):
    answer = await api.post(SEND, wish(buyer, card, **values))
    assert answer["errcode"] == 47003
    assert message in answer["errmsg"]


async def test_first_remark_and_colours_are_ignored(api, buyer, card):
    asked = wish(buyer, card, **GOOD, first="您好", remark="谢谢")
    asked["data"]["thing2"]["color"] = "#173177"
    assert (await api.post(SEND, asked | {"topcolor": "#FF0000"}))["errcode"] == 0
    assert [f.name for f in buyer.transcript[-1].fields] == ["character_string1", "thing2"]


async def test_a_constant_is_one_of_the_approved(account, api, buyer):
    template = account.templates.add("级别", "级别:{{const1.DATA}}", constants={"const1": ["普通", "加急"]})
    assert (await api.post(SEND, wish(buyer, template, const1="加急")))["errcode"] == 0
    assert (await api.post(SEND, wish(buyer, template, const1="特急")))["errcode"] == 47003


async def test_an_old_template_is_cut_at_the_line_break(account, api, buyer):
    template = account.templates.add("旧", "{{first.DATA}}\n商品:{{keyword1.DATA}}\n{{remark.DATA}}")
    assert (await api.post(SEND, wish(buyer, template, keyword1="货" * 30 + "\n二")))["errcode"] == 0
    assert [f.value for f in buyer.transcript[-1].fields] == ["货" * 30]


async def test_a_card_carries_title_labels_link_and_msgid(api, buyer, card):
    answer = await api.post(SEND, wish(buyer, card, **GOOD) | {"url": "https://a.cn/o/1"})
    bubble = buyer.transcript[-1]
    assert (bubble.kind, bubble.source, bubble.title, bubble.url) == (
        "card",
        "template",
        "订单确认",
        "https://a.cn/o/1",
    )
    assert [(f.label, f.value) for f in bubble.fields] == [("订单编号", "1042K"), ("商品", "红瓶 20箱")]
    assert bubble.msgid == str(answer["msgid"])


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"touser": "o" + "x" * 27}, 40003),
        ({"touser": None}, 40003),
        ({"template_id": "x" * 43}, 40037),
        ({"template_id": ""}, 40036),
        ({"url": "a.cn"}, 40048),
        ({"url": "https://a.cn/" + "x" * 2048}, 40039),
        ({"miniprogram": {"appid": "wx" + "1" * 16}}, 40013),
        ({"data": []}, 47001),
        ({"data": {"character_string1": {"value": 1042}, "thing2": {"value": "红"}}}, 47001),
        ({"client_msg_id": 7}, 47001),
    ],
)
async def test_what_is_wrong_has_its_number(api, buyer, card, changed, code):
    assert (await api.post(SEND, wish(buyer, card, **GOOD) | changed))["errcode"] == code


@pytest.mark.parametrize(
    ("traits", "code"),
    [({"subscribed": False}, 43004), ({"blacklisted": True}, 43019), ({"ever_subscribed": False}, 40003)],
)
async def test_who_cannot_be_reached_is_named(api, buyer, card, traits, code):
    for name, value in traits.items():
        setattr(buyer, name, value)
    assert (await api.post(SEND, wish(buyer, card, **GOOD)))["errcode"] == code


async def test_another_accounts_template_and_person_are_unknown(platform, api, buyer, card):
    other = platform.add_account()
    theirs, person = other.templates.add("它", card.content), other.add_follower("路人")
    assert (await api.post(SEND, wish(buyer, theirs, **GOOD)))["errcode"] == 40037
    assert (await api.post(SEND, wish(person, card, **GOOD)))["errcode"] == 40003


async def test_escapes_are_shown_as_they_were_written(api, buyer, card):
    body = json.dumps(wish(buyer, card, character_string1="1", thing2="货")).encode()
    assert b"\\u8d27" in body
    assert (await api.post(SEND, body))["errcode"] == 0
    assert buyer.transcript[-1].fields[1].value == "\\u8d27"


class TestClientMsgId:
    async def test_the_same_id_is_delivered_once_in_ten_minutes(self, platform, api, buyer, card):
        asked = wish(buyer, card, **GOOD) | {"client_msg_id": "d1"}
        first = await api.post(SEND, asked)
        platform.clock.forward(timedelta(minutes=9, seconds=59))
        assert (await api.post(SEND, asked))["msgid"] == first["msgid"]
        assert len(buyer.transcript) == 1
        platform.clock.forward(timedelta(seconds=1))
        assert (await api.post(SEND, asked))["msgid"] != first["msgid"]
        assert len(buyer.transcript) == 2

    async def test_it_is_per_person_and_can_be_switched_off(self, account, api, buyer, card):
        other = account.add_follower("老李")
        for person in (buyer, other):
            await api.post(SEND, wish(person, card, **GOOD) | {"client_msg_id": "d1"})
        assert len(other.transcript) == 1
        account.honours_client_msg_id = False
        await api.post(SEND, wish(buyer, card, **GOOD) | {"client_msg_id": "d1"})
        assert len(buyer.transcript) == 2


class TestJobFinish:
    def finishes(self, bot):
        events = [ElementTree.fromstring(bot.opened(n)) for n in range(len(bot.bodies))]
        return [(event.findtext("MsgID"), event.findtext("Status")) for event in events]

    @pytest.mark.parametrize(("when", "times"), [("after", 1), ("late", 1), ("twice", 2), ("never", 0), ("early", 1)])
    async def test_the_outcome_comes_as_the_account_says(self, platform, account, api, bot, buyer, card, when, times):
        account.job_finish, account.late_seconds = when, 0.02
        answer = await api.post(SEND, wish(buyer, card, **GOOD))
        before = len(bot.bodies)
        await platform.settled()
        assert self.finishes(bot) == [(str(answer["msgid"]), "success")] * times
        assert before == (1 if when == "early" else 0) or when == "after"

    async def test_a_muted_person_sees_nothing_and_the_outcome_says_so(self, platform, api, bot, buyer, card):
        buyer.muted = True
        assert (await api.post(SEND, wish(buyer, card, **GOOD)))["errcode"] == 0
        await platform.settled()
        assert [status for _, status in self.finishes(bot)] == ["failed:user block"]
        assert buyer.transcript == []

    async def test_a_webhook_that_fails_on_it_shows_the_person_nothing(self, platform, api, bot, buyer, card):
        bot.answers = lambda _inbound: "garbage"
        await api.post(SEND, wish(buyer, card, **GOOD))
        await platform.settled()
        assert [bubble.kind for bubble in buyer.transcript] == ["card"]

    async def test_settled_tells_what_went_wrong_behind(self, platform):
        async def fall():
            await asyncio.sleep(0)
            raise RuntimeError("behind")

        platform.world.spawn(fall(), "fall")
        with pytest.raises(RuntimeError, match="behind"):
            await platform.settled()


class TestLibrary:
    async def test_a_category_template_is_added_listed_used_and_deleted(self, api, buyer):
        asked = {"template_id_short": "43216", "keyword_name_list": ["订单编号", "商品名称"]}
        added = await api.post("/cgi-bin/template/api_add_template", asked)
        (listed,) = (await api.get("/cgi-bin/template/get_all_private_template"))["template_list"]
        assert listed["template_id"] == added["template_id"]
        assert listed["content"] == "订单编号:{{character_string1.DATA}}\n商品名称:{{thing2.DATA}}"
        assert len(added["template_id"]) == 43
        delete = "/cgi-bin/template/del_private_template"
        assert (await api.post(delete, {"template_id": added["template_id"]}))["errcode"] == 0
        assert (await api.post(delete, {"template_id": added["template_id"]}))["errcode"] == 40037

    @pytest.mark.parametrize(
        ("short", "keywords", "code"),
        [("TM00015", ["订单编号"], 40247), ("43216", [], 40246), ("43216", ["颜色"], 40246), ("43216", None, 40246)],
    )
    async def test_what_cannot_be_added(self, api, short, keywords, code):
        asked = {"template_id_short": short, "keyword_name_list": keywords}
        assert (await api.post("/cgi-bin/template/api_add_template", asked))["errcode"] == code

    async def test_a_twenty_sixth_is_too_many(self, api):
        asked = {"template_id_short": "43216", "keyword_name_list": ["订单编号"]}
        codes = [(await api.post("/cgi-bin/template/api_add_template", asked))["errcode"] for _ in range(26)]
        assert codes == [0] * 25 + [45026]
