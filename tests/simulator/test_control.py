"""The control API: everything a test in another process or a phone in a browser can do."""

import asyncio
import sys
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from simulator import Platform, make_app


@pytest.fixture
def sim(http):
    async def sim(path, status=200, **body):
        async with http.post(f"/sim/{path}", json=body) as response:
            assert response.status == status, await response.text()
            return await response.json()

    return sim


async def test_a_story_over_http(platform, account, bot, http, sim):
    person = await sim("followers", name="老李")
    openid = person["openid"]
    template = await sim("templates", title="订单", content="编号:{{character_string1.DATA}}")
    bot.answers = lambda _inbound: bot.seal(bot.text(openid, "好"))
    said = await sim("say", openid=openid, text="在吗")
    assert (said["attempts"], said["reply"], said["text"]) == (1, "text", "好")
    acts: dict[str, dict[str, Any]] = {
        "tap": {"key": "orders"},
        "choose": {"choice_id": "1", "text": "确认"},
        "send_image": {},
        "send_voice": {"recognition": "订货"},
        "send_unsupported": {},
        "event": {"event": "LOCATION", "fields": {"Latitude": "1"}},
        "unfollow": {},
        "follow": {"scene": "b1"},
        "scan": {"code": "b1"},
    }
    for path, more in acts.items():
        assert (await sim(path, openid=openid, **more))["attempts"] == 1, path
    async with http.get("/sim/state") as response:
        state = await response.json()
    (shown,) = state["accounts"]
    assert shown["templates"][0]["template_id"] == template["template_id"]
    assert shown["followers"][0]["openid"] == openid
    assert account.secret not in str(state)
    async with http.get("/sim/transcript", params={"openid": openid}) as response:
        bubbles = (await response.json())["bubbles"]
    assert [bubble["text"] for bubble in bubbles[:2]] == ["在吗", "好"]
    media_id = next(bubble["media_id"] for bubble in bubbles if bubble["kind"] == "image")
    async with http.get("/sim/media", params={"media_id": media_id}) as response:
        assert response.content_type == "image/png"


async def test_knobs_clock_faults_and_tokens(platform, account, bot, buyer, sim):
    await sim("accounts/change", set={"job_finish": "never", "pace": 1, "mode": "plain"})
    assert (account.job_finish, account.pace, account.mode) == ("never", 1, "plain")
    await sim("followers/change", openid=buyer.openid, set={"muted": True})
    assert buyer.muted
    before = platform.clock()
    await sim("clock/forward", days=1, hours=2)
    assert (platform.clock() - before).total_seconds() == 26 * 3600
    await sim("clock/forward", 400, days=-1)
    assert (await sim("faults", api="template/send", code=45009, times=2))["times"] == 2
    await sim("faults", 400, api="*", kind="flood")
    await sim("faults/clear")
    assert platform.faults.waiting == []
    token = account.tokens.stable(False)[0]
    await sim("tokens/kill")
    assert account.tokens.stable(False)[0] != token
    await sim("settled")


@pytest.mark.parametrize(
    "wrong",
    [{"mode": "open"}, {"attempts": True}, {"attempts": "3"}, {"secret": "x"}, {"job_finish": 1}, {"mode": []}],
)
async def test_knobs_turn_all_or_none(account, sim, wrong):
    await sim("accounts/change", 400, set={"pace": 9.0} | wrong)
    assert account.pace == 0.0


async def test_what_does_not_exist(account, sim):
    await sim("say", 404, openid="o" + "x" * 27, text="在吗")
    await sim("say", 404, account="wx0", openid="o", text="在吗")
    await sim("carrier/move", 404, waybill="SF1234567890", state="99")
    await sim("carrier/move", 400, waybill="SF1234567890", state="0", at="2026-11-02T10:00:00")
    await sim("accounts", 400, shape="round")
    await sim("accounts", 400, mode="open")
    assert await sim("carrier/move", waybill="SF1234567890", state="0") == []
    assert await sim("carrier/abort", waybill="SF1234567890") == []


async def test_an_account_is_opened_with_its_papers(platform, sim):
    papers = await sim("accounts", name="一号店", mode="compat")
    assert platform.accounts[papers["appid"]].secret == papers["secret"]
    assert len(papers["aes_key"]) == 43


async def test_the_journal_can_be_waited_for(platform, http):
    async def read(**query):
        async with http.get("/sim/journal", params=query) as response:
            return await response.json()

    assert await read() == {"last": 0, "entries": []}
    assert (await read(since="0", wait="0.01"))["entries"] == []
    waiting = asyncio.create_task(read(since="0", wait="20"))
    await asyncio.sleep(0)
    platform.journal.write("api", {"path": "/x"}, {})
    assert [entry["seq"] for entry in (await waiting)["entries"]] == [1]
    assert (await read(since="1"))["entries"] == []


@pytest.mark.parametrize("host", ["shop.example:80", "10.0.0.1"])
async def test_a_foreign_host_name_is_turned_away(http, host):
    async with http.get("/sim/state", headers={"Host": host}) as response:
        assert response.status == 403


async def test_a_form_of_a_foreign_page_is_turned_away(http, buyer):
    async with http.post("/sim/say", data=b'{"openid":"a"}', headers={"Content-Type": "text/plain"}) as response:
        assert response.status == 415
    assert buyer.transcript == []
    async with http.post("/sim/say", data=b"[]", headers={"Content-Type": "application/json"}) as response:
        assert response.status == 400
    async with http.get("/sim/browse", params={"openid": "a", "url": "javascript:alert(1)"}) as response:
        assert response.status == 400


async def test_several_accounts_live_side_by_side():
    async with Platform() as platform, TestServer(make_app(platform)) as server:
        first, second = platform.add_account(), platform.add_account()
        with pytest.raises(LookupError):
            platform.account()
        with pytest.raises(ValueError, match="already"):
            platform.add_account(appid=first.appid)
        async with aiohttp.ClientSession(server.make_url("/")) as session:
            for account in (first, second):
                body = {"account": account.appid, "name": "小王"}
                async with session.post("/sim/followers", json=body) as response:
                    assert (await response.json())["openid"] in account.followers


async def test_it_runs_as_a_program():
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulator", "--port", "0", "--follower", "小王", "--appid", "wx" + "1" * 16,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert program.stdout is not None
    try:
        address = (await program.stdout.readline()).decode().split()[-1]
        async with aiohttp.ClientSession(address) as session, session.get("/sim/state") as response:
            (account,) = (await response.json())["accounts"]
        assert (account["appid"], account["followers"][0]["name"]) == ("wx" + "1" * 16, "小王")
    finally:
        program.terminate()
        await program.communicate()
