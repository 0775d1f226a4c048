"""What the platform delivers, which answers it takes, and what the person sees."""

import asyncio
import json
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from aiohttp import web
from wechatpy.parser import parse_message

from simulator import OUT_OF_ORDER


@pytest.mark.parametrize("mode", ["safe", "compat", "plain"])
async def test_a_reply_reaches_the_phone_in_every_mode(account, bot, buyer, mode):
    account.mode = mode
    seal = bot.seal if mode == "safe" else str
    bot.answers = lambda inbound: seal(bot.text(buyer.openid, "收到 " + parse_message(inbound).content))
    assert (await account.say(buyer.openid, "订 A100 20箱")).text == "收到 订 A100 20箱"
    assert (buyer.transcript[-1].kind, buyer.transcript[-1].text) == ("out", "收到 订 A100 20箱")


async def test_a_compat_reply_may_be_sealed(account, bot, buyer):
    account.mode = "compat"
    bot.answers = lambda _inbound: bot.seal(bot.text(buyer.openid, "好"))
    assert (await account.say(buyer.openid, "在吗")).text == "好"


@pytest.mark.parametrize(
    ("mode", "names"),
    [
        ("safe", {"ToUserName", "Encrypt"}),
        ("compat", {"ToUserName", "FromUserName", "CreateTime", "MsgType", "Content", "MsgId", "Encrypt"}),
        ("plain", {"ToUserName", "FromUserName", "CreateTime", "MsgType", "Content", "MsgId"}),
    ],
)
@pytest.mark.parametrize("form", ["xml", "json"])
async def test_the_body_carries_what_the_mode_allows(account, bot, buyer, mode, names, form):
    account.mode, account.format = mode, form
    await account.say(buyer.openid, "在吗")
    body = bot.bodies[0]
    found = set(json.loads(body)) if form == "json" else {part.tag for part in ElementTree.fromstring(body)}
    assert found == names
    sealed = {"encrypt_type", "msg_signature"} if mode != "plain" else set()
    assert set(bot.queries[0]) == {"signature", "timestamp", "nonce", "openid"} | sealed
    assert bot.queries[0]["openid"] == buyer.openid


async def test_a_json_account_takes_a_sealed_json_reply(account, bot, buyer):
    account.format = "json"
    reply = {"ToUserName": buyer.openid, "FromUserName": account.original_id, "CreateTime": 1, "MsgType": "text"}
    sealed = ElementTree.fromstring(bot.seal(json.dumps(reply | {"Content": "好"})))
    bot.answers = lambda _inbound: json.dumps({part.tag: part.text for part in sealed})
    assert (await account.say(buyer.openid, "在吗")).text == "好"


@pytest.mark.parametrize("answer", ["success", ""])
async def test_success_and_nothing_stay_silent(account, bot, buyer, answer):
    bot.answers = lambda _inbound: answer
    pushed = await account.say(buyer.openid, "在吗")
    assert pushed.attempts == 1
    assert pushed.reply is not None
    assert buyer.heard == []


WRONG = {
    "unsealed": (lambda bot, me: bot.text(me, "好"), "plain reply in safe mode"),
    "not swapped": (
        lambda bot, me: bot.seal(bot.text(bot.account.original_id, "好", FromUserName=me)),
        "swapped",
    ),
    "to another": (lambda bot, me: bot.seal(bot.text("o" + "x" * 27, "好")), "swapped"),
    "empty": (lambda bot, me: bot.seal(bot.text(me, "")), "empty Content"),
    "too long": (lambda bot, me: bot.seal(bot.text(me, "货" * 683)), "longer than 2048"),
    "no time": (lambda bot, me: bot.seal(bot.text(me, "好", CreateTime="now")), "CreateTime"),
    "kind": (lambda bot, me: bot.seal(bot.text(me, "好", MsgType="card")), "cannot be a reply"),
    "json": (lambda bot, me: '{"errcode":0}', "not well-formed"),
    "words": (lambda bot, me: "ok", "not well-formed"),
    "newline": (lambda bot, me: "success\n", "not well-formed"),
    "broken out of cdata": (lambda bot, me: bot.seal(bot.text(me, "a]]><b")), "not well-formed"),
    "control character": (lambda bot, me: bot.seal(bot.text(me, "a\x0b")), "not well-formed"),
    "document type": (lambda bot, me: bot.seal("<!DOCTYPE xml [<!ENTITY a 'b'>]>" + bot.text(me, "&a;")), "type"),
    "root": (lambda bot, me: bot.seal("<html></html>"), "root"),
    "unknown medium": (
        lambda bot, me: bot.seal(
            bot.text(me, "", MsgType="image").replace("</xml>", "<Image><MediaId>x</MediaId></Image></xml>")
        ),
        "MediaId",
    ),
    "signature": (
        lambda bot, me: bot.seal(bot.text(me, "好")).replace("<MsgSignature><![CDATA[", "<MsgSignature><![CDATA[0"),
        "MsgSignature is wrong",
    ),
    "no nonce": (
        lambda bot, me: bot.seal(bot.text(me, "好")).replace("<Nonce><![CDATA[n1]]></Nonce>", ""),
        "envelope lacks",
    ),
    "status": (lambda bot, me: web.Response(status=500, text="success"), "HTTP status 500"),
    "redirect": (lambda bot, me: web.Response(status=302, headers={"Location": "/"}), "HTTP status 302"),
}


@pytest.mark.parametrize("wrong", sorted(WRONG))
async def test_a_wrong_reply_ends_in_the_grey_line(account, bot, buyer, wrong):
    make, problem = WRONG[wrong]
    bot.answers = lambda _inbound: make(bot, buyer.openid)
    pushed = await account.say(buyer.openid, "在吗")
    assert pushed.reply is None
    assert pushed.attempts == 3
    assert all(problem in found for found in pushed.problems)
    assert [bubble.text for bubble in buyer.heard] == [OUT_OF_ORDER]


async def test_a_reply_of_another_account_cannot_be_opened(account, bot, buyer, platform):
    other = platform.add_account(token=account.token, aes_key=account.aes_key)
    bot.answers = lambda _inbound: type(bot)(other).seal(bot.text(buyer.openid, "好"))
    assert "cannot be opened" in (await account.say(buyer.openid, "在吗")).problems[0]


async def test_2048_bytes_are_not_too_long(account, bot, buyer):
    bot.answers = lambda _inbound: bot.seal(bot.text(buyer.openid, "货" * 682 + "ab"))
    assert len((await account.say(buyer.openid, "在吗")).text.encode()) == 2048


@pytest.mark.parametrize(("count", "fit"), [(1, True), (2, False)])
async def test_one_article_answers_a_message_and_eight_a_tap(account, bot, buyer, count, fit):
    item = "<item><Title>单</Title><Description>d</Description><Url>http://a/</Url></item>"

    def news(times):
        return (
            f"<xml><ToUserName>{buyer.openid}</ToUserName><FromUserName>{account.original_id}</FromUserName>"
            f"<CreateTime>1</CreateTime><MsgType>news</MsgType><ArticleCount>{times}</ArticleCount>"
            f"<Articles>{item * times}</Articles></xml>"
        )

    bot.answers = lambda _inbound: bot.seal(news(count))
    assert ((await account.say(buyer.openid, "在吗")).reply is not None) is fit
    assert (await account.tap(buyer.openid, "orders")).reply is not None
    bot.answers = lambda _inbound: bot.seal(news(9))
    assert (await account.tap(buyer.openid, "orders")).reply is None


async def test_no_answer_in_time_is_tried_three_times_with_one_msgid(account, bot, buyer):
    account.timeout = 0.05
    never = asyncio.Event()

    async def hang():
        await never.wait()
        return "success"

    bot.answers = lambda _inbound: hang()
    pushed = await account.say(buyer.openid, "在吗")
    assert pushed.statuses == (0, 0, 0)
    assert len({parse_message(bot.opened(n)).id for n in range(3)}) == 1
    assert buyer.heard[-1].text == OUT_OF_ORDER
    never.set()


async def test_the_first_fit_answer_wins(account, bot, buyer):
    answers = iter(["garbage", bot.seal(bot.text(buyer.openid, "二")), "never asked"])
    bot.answers = lambda _inbound: next(answers)
    pushed = await account.say(buyer.openid, "在吗")
    assert (pushed.attempts, pushed.text) == (2, "二")
    assert [bubble.text for bubble in buyer.heard] == ["二"]


async def test_an_unfit_answer_is_final_where_the_account_says_so(account, bot, buyer):
    account.retry_unfit = False
    bot.answers = lambda _inbound: "garbage"
    assert (await account.say(buyer.openid, "在吗")).attempts == 1


@pytest.mark.parametrize("resign", [True, False])
async def test_retries_are_signed_anew_only_on_request(account, bot, buyer, resign):
    account.resign = resign
    bot.answers = lambda _inbound: "garbage"
    await account.say(buyer.openid, "在吗")
    assert (len({query["nonce"] for query in bot.queries}) > 1) is resign


async def test_a_dead_bot_is_the_grey_line(account, buyer):
    account.webhook = "http://127.0.0.1:9/"
    pushed = await account.say(buyer.openid, "在吗")
    assert pushed.statuses == (0, 0, 0)
    assert buyer.heard[-1].kind == "system"


async def test_without_a_webhook_nothing_happens(account, buyer):
    assert (await account.say(buyer.openid, "在吗")).attempts == 0
    assert buyer.heard == []


async def test_the_handshake(account, bot):
    assert await account.verify()
    account.webhook += "/nowhere"
    assert not await account.verify()


async def test_control_characters_and_long_msgids_pass_as_they_are(account, bot, buyer):
    account.mode = "plain"
    await account.say(buyer.openid, "a\x08b")
    assert b"a\x08b" in bot.bodies[0]
    with pytest.raises(ElementTree.ParseError):
        ElementTree.fromstring(bot.bodies[0])
    await account.say(buyer.openid, "c")
    found = ElementTree.fromstring(bot.bodies[1]).findtext("MsgId") or ""
    assert 2**53 < int(found) < 2**63


class TestFaults:
    async def test_duplicates_are_the_same_message_and_shown_once(self, platform, account, bot, buyer):
        platform.faults.add(push="text", kind="duplicate", n=3)
        bot.answers = lambda _inbound: bot.seal(bot.text(buyer.openid, "好"))
        pushed = await account.say(buyer.openid, "在吗")
        assert pushed.statuses == (200, 200, 200)
        assert len({bot.opened(n) for n in range(3)}) == 1
        assert [bubble.text for bubble in buyer.heard] == ["好"]
        assert [entry.request["kind"] for entry in platform.journal.entries("fault")] == ["duplicate"]
        assert (await account.say(buyer.openid, "又")).attempts == 1

    async def test_parallel_deliveries_are_under_way_at_once(self, platform, account, bot, buyer):
        platform.faults.add(push="*", kind="parallel", n=3)
        together = asyncio.Barrier(3)

        async def meet():
            async with together:
                return bot.seal(bot.text(buyer.openid, "好"))

        bot.answers = lambda _inbound: meet()
        pushed = await account.say(buyer.openid, "在吗")
        assert pushed.attempts == 3
        assert [bubble.text for bubble in buyer.heard] == ["好"]

    async def test_a_lost_reply_is_asked_for_again(self, platform, account, bot, buyer):
        platform.faults.add(push="text", kind="drop_reply")
        bot.answers = lambda _inbound: bot.seal(bot.text(buyer.openid, "好"))
        pushed = await account.say(buyer.openid, "在吗")
        assert pushed.statuses == (0, 200)
        assert pushed.text == "好"

    async def test_reordered_messages_arrive_the_other_way_round(self, platform, account, bot, buyer):
        platform.faults.add(push="text", kind="reorder", seconds=5)
        first = asyncio.create_task(account.say(buyer.openid, "一"))
        await asyncio.sleep(0)
        await account.say(buyer.openid, "二")
        await first
        assert [parse_message(bot.opened(n)).content for n in range(2)] == ["二", "一"]

    async def test_a_held_message_arrives_without_a_second_one(self, platform, account, bot, buyer):
        platform.faults.add(push="text", kind="reorder", seconds=0.01)
        platform.faults.add(push="text", kind="delay", seconds=0.01)
        assert (await account.say(buyer.openid, "一")).attempts == 1

    async def test_a_fault_strikes_only_what_it_is_for(self, platform, account, bot, buyer):
        platform.faults.add(push="CLICK", kind="duplicate", n=2)
        assert (await account.say(buyer.openid, "一")).attempts == 1
        assert (await account.tap(buyer.openid, "orders")).attempts == 2

    @pytest.mark.parametrize(
        "traits",
        [
            {},
            {"api": "a", "push": "b"},
            {"push": "*", "kind": "slow"},
            {"api": "*", "kind": "delay"},
            {"api": "*", "times": 0},
            {"api": "*", "seconds": -1},
        ],
    )
    def test_a_fault_without_sense_is_refused(self, platform, traits):
        with pytest.raises(ValueError, match=r"."):
            platform.faults.add(**traits)


class TestGestures:
    async def test_following_by_a_scene_is_one_event(self, account, bot):
        stranger = account.add_follower("路人", subscribed=False)
        ticket = account.qrcodes.create(
            {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "b1"}}}
        )
        await account.scan(stranger.openid, ticket["ticket"])
        event = parse_message(bot.opened(0))
        assert (event.event, event.scene_id, event.ticket) == ("subscribe_scan", "b1", ticket["ticket"])
        assert len(bot.bodies) == 1
        await account.scan(stranger.openid, "b1")
        assert (parse_message(bot.opened(1)).event, parse_message(bot.opened(1)).scene_id) == ("scan", "b1")

    async def test_a_plain_follow_has_an_empty_key(self, account, bot, buyer):
        await account.follow(buyer.openid)
        assert "<EventKey><![CDATA[]]></EventKey>" in bot.opened(0)
        assert "MsgId" not in bot.opened(0)

    async def test_nobody_who_left_can_write_or_read(self, account, bot, buyer):
        bot.answers = lambda _inbound: bot.seal(bot.text(buyer.openid, "再见"))
        await account.unfollow(buyer.openid)
        assert parse_message(bot.opened(0)).event == "unsubscribe"
        assert buyer.transcript == []
        with pytest.raises(ValueError, match="does not follow"):
            await account.say(buyer.openid, "在吗")
        with pytest.raises(ValueError, match="does not follow"):
            await account.tap(buyer.openid, "orders")

    async def test_an_expired_code_scans_as_nothing(self, platform, account, bot, buyer):
        wish = {"action_name": "QR_STR_SCENE", "expire_seconds": 60, "action_info": {"scene": {"scene_str": "b"}}}
        ticket = account.qrcodes.create(wish)["ticket"]
        platform.clock.forward(timedelta(seconds=60))
        with pytest.raises(LookupError):
            await account.scan(buyer.openid, ticket)

    async def test_a_button_that_opens_a_page_sends_view_and_shows_no_reply(self, account, bot, buyer):
        account.menu = [{"name": "订单", "sub_button": [{"type": "view", "name": "看", "url": "https://a.cn/"}]}]
        bot.answers = lambda _inbound: bot.seal(bot.text(buyer.openid, "不该看到"))
        await account.tap(buyer.openid, "https://a.cn/")
        assert parse_message(bot.opened(0)).event == "view"
        assert buyer.heard == []

    async def test_an_answer_to_a_position_is_shown_but_not_missed(self, account, bot, buyer):
        bot.answers = lambda _inbound: "garbage"
        await account.event(buyer.openid, "LOCATION", Latitude="23.1", Longitude="113.3", Precision="65")
        assert buyer.heard == []
        bot.answers = lambda _inbound: bot.seal(bot.text(buyer.openid, "你在仓库旁"))
        await account.event(buyer.openid, "LOCATION", Latitude="23.1", Longitude="113.3", Precision="65")
        assert [bubble.text for bubble in buyer.heard] == ["你在仓库旁"]

    async def test_words_and_answer_carry_the_same_msgid(self, account, bot, buyer):
        bot.answers = lambda _inbound: bot.seal(bot.text(buyer.openid, "好"))
        pushed = await account.say(buyer.openid, "在吗")
        assert {bubble.msgid for bubble in buyer.transcript} == {str(pushed.message["MsgId"])}

    @pytest.mark.parametrize(("ids", "found"), [("right", "7"), ("zero", "0"), ("absent", None)])
    async def test_a_choice_carries_the_id_the_platform_gives_it(self, account, bot, buyer, ids, found):
        account.menu_ids = ids
        await account.choose(buyer.openid, "7", "确认")
        assert ElementTree.fromstring(bot.opened(0)).findtext("bizmsgmenuid") == found

    async def test_pictures_voices_and_stickers(self, account, bot, buyer):
        await account.send_image(buyer.openid)
        await account.send_voice(buyer.openid, "订二十箱")
        await account.send_voice(buyer.openid)
        await account.send_unsupported(buyer.openid)
        picture, voice, silent, sticker = (ElementTree.fromstring(bot.opened(n)) for n in range(4))
        assert account.media.get(picture.findtext("MediaId") or "").kind == "image"
        assert voice.findtext("Recognition") == "订二十箱"
        assert silent.find("Recognition") is None
        assert "不支持" in (sticker.findtext("Content") or "")

    async def test_repeated_lists_in_an_event(self, account, bot, buyer):
        two = [{"TemplateId": "a"}, {"TemplateId": "b"}]
        await account.event(buyer.openid, "subscribe_msg_sent_event", SubscribeMsgSentEvent={"List": two})
        root = ElementTree.fromstring(bot.opened(0))
        assert [part.findtext("TemplateId") for part in root.iter("List")] == ["a", "b"]

    async def test_a_person_keeps_the_openid_and_is_known_once(self, account, platform):
        first = account.add_follower("陈姐")
        again = platform.add_account(appid="wx" + "0" * 16).add_follower("陈姐")
        assert len(first.openid) == 28
        assert first.openid != again.openid
        with pytest.raises(ValueError, match="known"):
            account.add_follower("陈姐")
        with pytest.raises(LookupError):
            await account.say("o" + "x" * 27, "在吗")
