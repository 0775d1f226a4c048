"""The page of phones without a browser: its files, the table, the feed, the trials and the browser in each phone."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from simulator import Phone, Platform, make_app
from simulator.table import PAGES, PHONES
from simulator.window import AGENT

WANG, LU = "o-wang-000000000000000000000", "o-lu-00000000000000000000000"
CONTENT = "订单编号：{{character_string1.DATA}}\n商品：{{thing2.DATA}}"


class Stage:
    """The bot's side of the table: what restarted, how far the clock was moved, what it still holds."""

    def __init__(self) -> None:
        self.restarts = 0
        self.moved = timedelta()
        self.holds: dict[str, Any] = {"waiting": 0, "unsettled": 0}

    async def restart(self) -> None:
        self.restarts += 1

    async def advance(self, step: timedelta) -> None:
        self.moved += step

    async def check(self) -> dict[str, Any]:
        return self.holds


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
async def table(platform: Platform, account, stage) -> AsyncIterator[Any]:
    phones = [Phone(WANG, "小王", "客户", ("查订单", "帮助")), Phone(LU, "路人", "谁也不是", follows=False)]
    app = make_app(platform, phones=phones, restart_bot=stage.restart, advance_bot=stage.advance, check_bot=stage.check)
    trials = app[PHONES].trials
    trials.quiet, trials.patience, trials.armed = 0.03, 0.3, 0.3
    async with TestServer(app) as server:
        yield server


@pytest.fixture
async def http(table) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(table.make_url("/")) as session:
        yield session


async def read(http, path: str, **query: str) -> dict[str, Any]:
    async with http.get(f"/sim/{path}", params=query) as response:
        assert response.status == 200, await response.text()
        told: dict[str, Any] = await response.json()
        return told


async def tried(http, platform, name: str, **wish: str) -> dict[str, Any]:
    """Start a trial and wait for its end."""
    async with http.post("/sim/phones/trial", json={"name": name, "openid": WANG} | wish) as response:
        assert response.status == 200, await response.text()
    await platform.settled()
    trial: dict[str, Any] = (await read(http, "phones/feed"))["trials"][-1]
    return trial


@pytest.fixture
def answering(bot):
    """The bot answers every message with the same words to whoever wrote."""

    def answer(inbound: str) -> str:
        found = re.search(r"<FromUserName>(?:<!\[CDATA\[)?([^\]<]+)", inbound)
        return bot.seal(bot.text(found[1], "好的")) if found and "<MsgId>" in inbound else "success"

    bot.answers = answer
    return bot


# The page


def _content(file: Path) -> bytes:
    return file.read_bytes()


@pytest.mark.parametrize("file", sorted(PAGES.iterdir()), ids=lambda file: file.name)
async def test_every_file_is_served_with_its_kind(http, file: Path):
    content = _content(file)
    async with http.get(f"/phones/{file.name}") as response:
        assert response.status == 200
        assert await response.read() == content
        kinds = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}
        assert response.content_type == kinds[file.suffix]
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/phones"])
async def test_the_root_leads_to_the_page(http, path):
    async with http.get(path) as response:
        assert response.url.path == "/phones/"
        assert "app.js" in await response.text()


@pytest.mark.parametrize("path", ["/phones/none.js", "/phones/..%2fphones.py", "/phones/table.py", "/phones/a/b.js"])
async def test_nothing_else_is_served(http, path):
    async with http.get(path) as response:
        assert response.status == 404


def test_the_page_needs_nothing_from_outside():
    for file in PAGES.iterdir():
        text = file.read_text()
        assert len(text.splitlines()) <= 250, file.name
        assert not re.search(r"""(src|href)=["']https?:|@import|url\(["']?http""", text), file.name
        if file.suffix == ".js":
            assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text), file.name


def test_every_module_that_is_imported_exists():
    for file in PAGES.glob("*.js"):
        for name in re.findall(r'from "\./([\w.]+)"', file.read_text()):
            assert (PAGES / name).is_file(), (file.name, name)


def test_both_languages_say_the_same_things():
    words = (PAGES / "words.js").read_text()
    chinese, english = words.split("  en: {")
    names = [
        set(re.findall(r"(?:^\s*|[{,]\s*)([a-z_]+|\"-1\"|\d{5}):", part, re.MULTILINE)) for part in (chinese, english)
    ]
    assert names[0] - {"zh"} == names[1]


# The table


async def test_people_on_the_table_are_known_to_the_account(account, http):
    shown = await read(http, "phones")
    assert [phone["name"] for phone in shown["phones"]] == ["小王", "路人"]
    assert shown["can"] == {"restart": True, "advance": True}
    assert account.person(WANG).subscribed
    assert not account.person(LU).subscribed


async def test_without_phones_everybody_known_has_one(platform, account):
    account.add_follower("老李")
    async with TestServer(make_app(platform)) as server, aiohttp.ClientSession(server.make_url("/")) as http:
        shown = await read(http, "phones")
        assert [phone["name"] for phone in shown["phones"]] == ["老李"]
        assert shown["can"] == {"restart": False, "advance": False}


async def test_the_table_can_be_laid_from_another_process(account, http):
    wish = {"phones": [{"openid": "o-chen", "name": "陈姐", "role_words": "经理", "hints": ["待审核"]}]}
    async with http.post("/sim/phones", json=wish) as response:
        assert [phone["hints"] for phone in (await response.json())["phones"]] == [["待审核"]]
    assert account.person("o-chen").name == "陈姐"
    for wrong in ({}, {"phones": [{"name": "无"}]}, {"phones": "x"}):
        async with http.post("/sim/phones", json=wrong) as response:
            assert response.status == 400


async def test_before_there_is_an_account_the_table_says_so():
    async with (
        Platform() as platform,
        TestServer(make_app(platform)) as server,
        aiohttp.ClientSession(server.make_url("/")) as http,
        http.get("/sim/phones") as response,
    ):
        assert response.status == 404


# The feed


async def test_the_feed_tells_only_what_is_new(account, answering, http):
    await account.say(WANG, "在吗")
    first = await read(http, "phones/feed", since="0", seen="0,0")
    assert [bubble["text"] for bubble in first["phones"][0]["bubbles"]] == ["在吗", "好的"]
    assert [phone["subscribed"] for phone in first["phones"]] == [True, False]
    again = await read(http, "phones/feed", since=str(first["last"]), seen="2,0")
    assert (again["phones"][0]["bubbles"], again["entries"]) == ([], [])


async def test_the_feed_waits_for_news(platform, account, answering, http):
    last = (await read(http, "phones/feed"))["last"]
    waiting = asyncio.create_task(read(http, "phones/feed", since=str(last), wait="20"))
    await account.say(WANG, "在吗")
    assert (await waiting)["last"] > last


async def test_message_ids_survive_a_browser(account, answering, http):
    pushed = [await account.say(WANG, words) for words in ("一", "二")]
    entries = (await read(http, "phones/feed"))["entries"]
    told = [entry["request"]["MsgId"] for entry in entries]
    assert told == [str(one.message["MsgId"]) for one in pushed]
    assert all(isinstance(msgid, str) for msgid in told)


async def test_a_page_older_than_the_simulator_starts_anew(account, answering, http):
    await account.say(WANG, "在吗")
    told = await read(http, "phones/feed", since="9000", wait="20", seen="77,0")
    assert told["phones"][0]["anew"]
    assert len(told["phones"][0]["bubbles"]) == 2
    assert told["entries"]


async def test_a_bot_that_tells_no_steps_is_not_an_error(bot, http):
    assert await read(http, "phones/trace") == {"trace": None}


async def test_the_steps_that_the_bot_tells_are_passed_on(account, http):
    told: list[Any] = [{"messages": [{"key": "m:o:1", "received_at": "2026-11-02T04:00:00+00:00"}]}, ["a list"]]
    app = web.Application()

    async def trace(_request: web.Request) -> web.Response:
        return web.json_response(told[0])

    app.router.add_get("/demo/trace", trace)
    async with TestServer(app) as server:
        account.webhook = str(server.make_url("/wechat/main"))
        assert await read(http, "phones/trace") == {"trace": told.pop(0)}
        assert await read(http, "phones/trace") == {"trace": None}
    assert await read(http, "phones/trace") == {"trace": {}}, "a bot that is being restarted is asked again"


async def test_the_feed_is_for_this_machine_only(http):
    async with http.get("/sim/phones/feed", headers={"Host": "shop.example"}) as response:
        assert response.status == 403


# The trials


@pytest.mark.parametrize(("name", "posts"), [("duplicate", 3), ("parallel", 3), ("drop_reply", 2)])
async def test_a_repeated_message_answered_alike_passes(platform, answering, http, name, posts):
    trial = await tried(http, platform, name)
    assert trial["state"] == "good"
    assert trial["tally"]["posts"] == posts
    assert (trial["tally"]["messages"], trial["tally"]["replies"], trial["tally"]["doubled"]) == (1, 1, 0)
    assert trial["bot"] == {"waiting": 0, "unsettled": 0}


async def test_a_reordered_pair_is_answered_once_each(platform, answering, http):
    trial = await tried(http, platform, "reorder", text="第一")
    assert trial["state"] == "good"
    assert (trial["tally"]["messages"], trial["tally"]["posts"]) == (2, 2)
    told = [entry["request"]["Content"] for entry in (await read(http, "phones/feed"))["entries"]]
    assert told == ["查订单", "第一"]


async def test_a_message_that_nobody_answers_is_lost(platform, bot, http):
    bot.answers = lambda _inbound: web.Response(status=500)
    trial = await tried(http, platform, "duplicate")
    assert (trial["state"], trial["tally"]["lost"]) == ("bad", 1)


class Sender:
    """A bot that sends one notice for every message, as often as `tries` allows, and by chat if `detour` is set."""

    detour = False

    def __init__(self, api, account, bot, *, tries: int, key: str | None = "n1") -> None:
        self.api, self.account, self.tries, self.key = api, account, tries, key
        self.template = account.templates.add("订单确认通知", CONTENT).template_id
        bot.answers = self.answer

    async def answer(self, inbound: str) -> str:
        if "<MsgId>" in inbound:
            self.account.world.spawn(self.send(), "notice")
        return "success"

    async def send(self) -> None:
        data = {"character_string1": {"value": "1042K"}, "thing2": {"value": "电源适配器"}}
        wish = {"touser": WANG, "template_id": self.template, "data": data}
        wish |= {"client_msg_id": self.key} if self.key else {}
        for _ in range(self.tries):
            try:
                answer = await self.api.post("/cgi-bin/message/template/send", wish)
            except aiohttp.ClientError:
                continue
            if answer["errcode"] == 0:
                return
        if self.detour:
            await self.api.post(
                "/cgi-bin/message/custom/send", {"touser": WANG, "msgtype": "text", "text": {"content": "好"}}
            )


@pytest.fixture
def api(http, account):
    from tests.simulator.conftest import Api

    return Api(http, account)


@pytest.mark.parametrize("name", ["-1", "reset", "45009"])
async def test_a_notice_sent_again_gets_through_once(platform, account, bot, api, http, name):
    Sender(api, account, bot, tries=2)
    trial = await tried(http, platform, name)
    assert trial["state"] == "good"
    assert (trial["tally"]["struck_tries"], trial["tally"]["accepted"], trial["tally"]["cards"]) == (2, 1, 1)
    assert len([bubble for bubble in account.person(WANG).transcript if bubble.kind == "card"]) == 1


async def test_a_dead_token_is_seen_and_survived(platform, account, bot, api, http):
    Sender(api, account, bot, tries=2)
    queries = [api._query(True)]
    fresh = api._query
    api._query = lambda token: queries.pop() if queries else fresh(token)
    trial = await tried(http, platform, "token")
    assert trial["state"] == "good"
    assert (trial["tally"]["struck"], trial["tally"]["struck_tries"], trial["tally"]["cards"]) == (1, 2, 1)


async def test_a_notice_that_comes_twice_is_found_out(platform, account, bot, api, http):
    Sender(api, account, bot, tries=2, key=None)
    trial = await tried(http, platform, "reset")
    assert (trial["state"], trial["tally"]["doubled"]) == ("bad", 1)


@pytest.mark.parametrize("name", ["43004", "47003"])
async def test_a_final_refusal_is_not_repeated(platform, account, bot, api, http, name):
    Sender(api, account, bot, tries=1)
    trial = await tried(http, platform, name)
    assert (trial["state"], trial["tally"]["struck_tries"]) == ("good", 1)


async def test_a_futile_repetition_is_found_out(platform, account, bot, api, http):
    Sender(api, account, bot, tries=2)
    assert (await tried(http, platform, "43004"))["state"] == "bad"


async def test_a_notice_not_sent_again_is_held(platform, account, bot, api, http, stage):
    Sender(api, account, bot, tries=1)
    stage.holds = {"waiting": 1}
    trial = await tried(http, platform, "45009")
    assert (trial["state"], trial["tally"]["open"], trial["bot"]) == ("held", 1, {"waiting": 1})


async def test_a_notice_that_takes_another_way_is_not_missing(platform, account, bot, api, http):
    Sender(api, account, bot, tries=1).detour = True
    trial = await tried(http, platform, "45009")
    assert (trial["state"], trial["tally"]["rerouted"], trial["tally"]["open"]) == ("good", 1, 0)


@pytest.mark.parametrize("name", ["-1", "token"])
async def test_trouble_that_meets_nothing_is_dropped(platform, answering, http, name):
    assert (await tried(http, platform, name))["state"] == "dropped"
    assert platform.faults.waiting == []


async def test_a_restart_is_asked_for_while_the_bot_works(platform, answering, http, stage):
    trial = await tried(http, platform, "kill")
    assert (stage.restarts, trial["state"]) == (1, "good")


async def test_both_clocks_move_a_day(platform, answering, http, stage):
    before = platform.clock()
    assert (await tried(http, platform, "day"))["state"] == "good"
    assert (stage.moved, platform.clock() - before) == (timedelta(days=1), timedelta(days=1))


async def test_a_parcel_moves_and_the_bot_must_take_it(platform, bot, http):
    assert (await tried(http, platform, "signed"))["error"] == "no waybill"
    got: list[str] = []

    async def taken(request: web.Request) -> web.Response:
        got.append(str((await request.post())["param"]))
        return web.json_response({"result": len(got) < 2, "returnCode": "200", "message": ""})

    app = web.Application()
    app.router.add_post("/hook", taken)
    async with TestServer(app) as hooks:
        more = {"callbackurl": str(hooks.make_url("/hook")), "phone": "13800138000"}
        param = {"company": "shunfeng", "number": "SF1234567890123", "key": platform.carrier.key, "parameters": more}
        async with http.post("/poll", data={"schema": "json", "param": json.dumps(param)}) as response:
            assert (await response.json())["result"]
        assert (await read(http, "phones/feed"))["waybill"] == "SF1234567890123"
        assert (await tried(http, platform, "signed"))["state"] == "good"
        assert json.loads(got[0])["lastResult"]["state"] == "3"
        assert (await tried(http, platform, "problem"))["error"] == "push refused"


async def test_one_trial_at_a_time_and_only_known_ones(platform, answering, http):
    async def start(name: str) -> tuple[int, dict[str, str]]:
        async with http.post("/sim/phones/trial", json={"name": name}) as response:
            return response.status, await response.json()

    assert (await start("flood"))[0] == 404
    assert (await start("duplicate"))[0] == 200
    assert await start("parallel") == (400, {"error": "one trial at a time"})
    await platform.settled()


async def test_what_cannot_be_reached_is_refused(platform, account, answering):
    account.add_follower("老李")
    async with TestServer(make_app(platform)) as server, aiohttp.ClientSession(server.make_url("/")) as http:
        for name in ("kill", "day"):
            async with http.post("/sim/phones/trial", json={"name": name}) as response:
                assert response.status == 200
            await platform.settled()
            trial = (await read(http, "phones/feed"))["trials"][-1]
            assert trial["state"] == "bad"
            assert "bot" in trial["error"]


async def test_an_order_is_typed_where_a_phone_knows_how(platform, account, answering):
    phones = [Phone("o-a", "甲", hints=("在吗",)), Phone("o-b", "乙", provoke=("下单 A100 {n}箱", "确认"))]
    app = make_app(platform, phones=phones)
    app[PHONES].trials.quiet = 0.03
    async with TestServer(app) as server, aiohttp.ClientSession(server.make_url("/")) as http:
        async with http.post("/sim/phones/trial", json={"name": "duplicate", "openid": "o-a"}) as response:
            assert response.status == 200
        await platform.settled()
        trial = (await read(http, "phones/feed"))["trials"][-1]
    typed = [bubble.text for bubble in account.person("o-b").transcript if bubble.source == "person"]
    assert typed == ["下单 A100 1箱", "确认"]
    assert (trial["tally"]["messages"], trial["tally"]["posts"]) == (1, 3)


# The browser in each phone


class Site:
    """A bot's page that sends strangers to the authorisation page and remembers them by a cookie."""

    def __init__(self, account, platform_url: str) -> None:
        self.account, self.platform_url, self.home = account, platform_url.rstrip("/"), ""
        self.seen: list[web.BaseRequest] = []

    async def page(self, request: web.Request) -> web.Response:
        self.seen.append(request)
        if "code" in request.query:
            person = self.account.oauth.exchange(request.query["code"])["openid"]
            answer = web.HTTPFound(f"{self.home}/o/1")
            answer.set_cookie("who", person, samesite="Lax", httponly=True)
            raise answer
        who = request.cookies.get("who")
        if who is None:
            query = {"appid": self.account.appid, "redirect_uri": f"{self.home}/o/1", "response_type": "code"}
            query |= {"scope": "snsapi_base", "state": "s1"}
            raise web.HTTPFound(str(URL(f"{self.platform_url}/connect/oauth2/authorize").with_query(query)))
        headers = {"X-Frame-Options": "DENY", "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'"}
        return web.Response(text=who, headers=headers)


@pytest.fixture
async def site(account, table) -> AsyncIterator[Site]:
    site = Site(account, str(table.make_url("/")))
    app = web.Application()
    app.router.add_route("*", "/o/1", site.page)
    async with TestServer(app) as server:
        site.home = str(server.make_url("/")).rstrip("/")
        account.webhook = site.home + "/wechat/main"
        yield site


async def browse(http, phone: int, path: str, **more: Any) -> aiohttp.ClientResponse:
    """Open a path in a phone and follow where it leads, as a frame without any cookies does."""
    for _ in range(6):
        host = {"Host": f"phone-{phone}.localhost:80"}
        response: aiohttp.ClientResponse = await http.get(path, headers=host | more, allow_redirects=False)
        if "Location" not in response.headers:
            return response
        path = response.headers["Location"]
        assert path.startswith("/"), "a phone stays at its own host"
    raise AssertionError("a circle")


async def test_each_phone_is_signed_in_as_its_owner(http, site):
    for phone, owner in ((1, WANG), (2, LU), (1, WANG)):
        answer = await browse(http, phone, "/o/1")
        assert await answer.text() == owner
        assert "X-Frame-Options" not in answer.headers
        assert "Set-Cookie" not in answer.headers
        assert "frame-ancestors" not in answer.headers["Content-Security-Policy"]
    assert {request.headers["User-Agent"] for request in site.seen} == {AGENT}


async def test_an_answer_from_the_bot_passes_unchanged(http, site):
    answer = await browse(http, 1, "/nothing")
    assert answer.status == 404


async def test_a_bot_that_is_down_shows_a_page_of_its_own(http, account, table):
    account.webhook = "http://127.0.0.1:1/wechat/main"
    answer = await browse(http, 1, "/o/1")
    assert answer.status == 502
    assert "网页暂时打不开" in await answer.text()


async def test_the_host_names_can_be_tried(http):
    assert (await browse(http, 1, "/.phone")).status == 204
    assert (await browse(http, 9, "/.phone")).status == 404


async def test_the_control_api_is_not_reached_through_a_phone(http, site):
    answer = await browse(http, 1, "/sim/state")
    assert answer.status == 404
