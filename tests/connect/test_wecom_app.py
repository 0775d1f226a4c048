"""The WeCom app: cards that fit, one shared token and one new one at most, every code with its meaning."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from connect.wechat.shelf import MemoryShelf
from connect.workchat.app import WecomApp
from connect.workchat.appforms import App, Letter, answer_of, failed, message_of
from domain.errors import DeliveryFailed
from simulator import Clock, Platform, make_app

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
LINKED = 'A7 订单 1042K 审核超时，请审核。\n回复「收到 A7」\n<a href="https://shop/o/1">查看订单</a>'
LETTER = Letter("ChenJie", LINKED, "请在公众号里回复。")
APP = App("https://qyapi.example", "ww1", 1000002, "hush")


def test_a_short_notice_is_a_card_that_leads_to_its_page():
    sent = message_of(APP, LETTER)
    assert sent["textcard"] == {
        "title": "A7 订单 1042K 审核超时，请审核。", "description": "回复「收到 A7」\n请在公众号里回复。",
        "url": "https://shop/o/1", "btntxt": "查看订单",
    }  # fmt: skip
    assert (sent["touser"], sent["agentid"], sent["enable_duplicate_check"]) == ("ChenJie", 1000002, 1)
    assert APP.secret not in repr(APP)


@pytest.mark.parametrize("length", range(672, 680))
def test_a_long_one_is_a_text_cut_between_two_characters_at_2048_bytes(length: int):
    sent = message_of(APP, replace(LETTER, text="订a" * (length // 2) + "单" * (length % 2) + "长" * 100))
    content = sent["text"]["content"]
    assert len(content.encode()) <= 2048
    assert "\ufffd" not in content
    assert content.endswith("请在公众号里回复。")


@pytest.mark.parametrize("text", ["没有链接", "长" * 60 + LINKED, LINKED + LINKED, ""])
def test_what_makes_no_card_is_a_text_with_its_links_written_out(text: str):
    content = message_of(APP, replace(LETTER, text=text))["text"]["content"]
    assert "<a" not in content
    assert content.count("https://shop/o/1") == text.count("https://shop/o/1")


KINDS: dict[str, list[int | str]] = {
    "config": [40001, 40013, 40056, 40068, 40091, 48002, 60011, 60020, 301002, "http404"],
    "token": [40014, 42001, 41001],
    "content": [81013, "nobody", "no_member", 45009, 45033, 40008, 40058, 99999, "http500", "no_answer"],
    "busy": [-1],
}


@pytest.mark.parametrize(("code", "kind"), [(code, kind) for kind, codes in KINDS.items() for code in codes])
def test_every_code_has_its_meaning_and_never_looks_like_one_of_wechat(code: int | str, kind: str):
    failure = failed(code)
    assert (failure.kind, failure.permanent, failure.maybe_sent) == (kind, kind != "busy", False)
    assert str(failure.code) == f"wecom_app:{code}"


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (200, b'{"errcode":0,"invaliduser":"ChenJie"}', "nobody"),
        (200, b'{"errcode":0,"unlicenseduser":"ChenJie"}', "nobody"),
        (200, b'{"errcode":"0"}', "no_answer"), (200, b"{}", "no_answer"), (200, b"[]", "no_answer"),
        (200, b"<html>", "no_answer"), (200, b"\xff", "no_answer"), (200, b"[" * 9000, "no_answer"),
        (302, b"", "http302"), (500, b'{"errcode":0}', "http500"),
    ],
)  # fmt: skip
def test_only_a_clear_yes_is_one(status: int, body: bytes, code: str):
    with pytest.raises(DeliveryFailed, match=f"wecom_app:{code}"):
        answer_of(status, body)


@dataclass
class Office:
    """The API on loopback, two processes that share a shelf, and what was called."""

    platform: Platform
    first: WecomApp
    second: WecomApp

    async def refused(self, letter: Letter = LETTER) -> tuple[str, str]:
        with pytest.raises(DeliveryFailed) as failure:
            await self.first.carry(letter)
        assert not failure.value.maybe_sent
        return str(failure.value.code), failure.value.kind

    @property
    def calls(self) -> tuple[int, int]:
        found = self.platform.wecom_app.calls
        return found["gettoken"], found["send"]


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with (
        Platform(Clock(lambda: NOON)) as platform,
        TestServer(make_app(platform)) as server,
        ClientSession() as session,
    ):
        there, shelf = platform.wecom_app, MemoryShelf()
        app = App(str(server.make_url("")).rstrip("/"), there.corp, there.agent, there.secret)
        yield Office(platform, *(WecomApp(session, app, shelf, platform.clock) for _ in "12"))


async def test_a_token_is_fetched_once_for_all_and_the_same_words_are_shown_once(office: Office):
    await office.first.carry(LETTER)
    await office.second.carry(LETTER)
    assert len(office.platform.wecom_app.told) == 1
    await office.second.carry(replace(LETTER, to="LaoLi"))
    assert [to for to, _ in office.platform.wecom_app.told] == ["ChenJie", "LaoLi"]
    assert office.calls == (1, 3)


async def test_a_token_that_was_taken_back_costs_one_more_and_nobody_notices(office: Office):
    await office.first.carry(LETTER)
    office.platform.wecom_app.kill_token()
    await office.first.carry(replace(LETTER, text="另一条"))
    assert office.calls == (2, 3)
    office.platform.clock.forward(timedelta(hours=2, minutes=1))
    await office.second.carry(replace(LETTER, text="两小时以后"))
    assert office.calls == (3, 4)


async def test_tokens_that_are_refused_for_ever_cost_two_and_then_nobody_asks_for_a_minute(office: Office):
    office.platform.wecom_app.takes_tokens = False
    assert await office.refused() == ("wecom_app:40014", "token")
    for _ in range(5):
        assert await office.refused() == ("wecom_app:token_circuit", "token")
    assert office.calls == (2, 2)
    office.platform.wecom_app.takes_tokens = True
    office.platform.clock.forward(timedelta(seconds=61))
    await office.first.carry(LETTER)
    assert office.calls == (2, 3)


async def test_what_is_wrong_with_the_setup_is_told_by_its_code(office: Office):
    there = office.platform.wecom_app
    there.trusted = False
    assert await office.refused() == ("wecom_app:60020", "config")
    there.trusted, there.agent = True, 1000003
    assert await office.refused() == ("wecom_app:40056", "config")
    there.agent, there.secret = 1000002, "reset"
    there.kill_token()
    assert await office.refused() == ("wecom_app:40001", "config")
    assert await office.refused() == ("wecom_app:token_circuit", "config")
    assert there.told == []


async def test_nobody_of_that_name_and_too_many_for_one_member_go_another_way(office: Office):
    assert await office.refused(replace(LETTER, to="Nobody")) == ("wecom_app:81013", "content")
    assert await office.refused(replace(LETTER, to="ChenJie|Nobody")) == ("wecom_app:nobody", "content")
    for number in range(29):
        await office.first.carry(replace(LETTER, text=f"第{number}条"))
    assert await office.refused(replace(LETTER, text="第三十一条")) == ("wecom_app:45009", "content")
    await office.first.carry(replace(LETTER, to="LaoLi"))
    office.platform.clock.forward(timedelta(minutes=1))
    await office.first.carry(replace(LETTER, text="下一分钟"))


async def test_an_api_that_is_gone_costs_this_text_only(office: Office):
    office.first._app = replace(office.first._app, url="http://127.0.0.1:9")
    for _ in range(2):
        assert await office.refused() == ("wecom_app:no_connection", "content")
    assert office.calls == (0, 0)
