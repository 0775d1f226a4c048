"""Photos with claims: sent before or after the words, fetched, shown to who decides; what is none is told back."""

import re

import pytest
from aiohttp import ClientSession

from domain.models import ClaimPhoto, PhotoBody
from domain.photographing import LARGEST, MOST
from simulator.media import snapshot
from tests.conversations.test_claims import delivered
from tests.conversations.test_silence import told
from tests.harness import LI, LU, QIANG, WANG, Chat, Person

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

JPEG = b"\xff\xd8\xff\xe0" + b"j" * 100


async def shown(chat: Chat, person: Person, content: bytes | None = None) -> str:
    """Send a picture and read the answer."""
    await chat.account.send_image(person.openid, content)
    await chat.settle()
    return chat.heard(person)


async def test_photos_after_a_claim_reach_who_decides_once_and_are_seen_on_the_page(chat: Chat):
    number = await delivered(chat)
    assert "有照片请直接发" in await chat.ask(WANG, f"签收 {number} 19箱 破1")
    assert f"照片已附到 R1（{number}），共 1 张" in await shown(chat, WANG)
    assert "共 2 张" in await shown(chat, WANG, JPEG)
    chat.skip_all()
    assert not chat.unread(LI)
    await chat.later(seconds=30)
    heard = told(chat, LI)
    assert "R1 附照片 2 张" in heard
    await chat.later(seconds=30)
    assert not chat.unread(LI)
    assert "待定，附照片 2 张" in await chat.ask(LI, "售后")
    first, second = await PhotoBody.all().order_by("photo_id")
    assert second.content == JPEG
    # The link alone, as whoever found it has it, shows no claim and no photo.
    chat.skip_all()
    (url,) = re.findall(r"https?://\S+", await chat.ask(LI, f"链接 {number}"))
    async with ClientSession() as http:
        assert "photo" not in await (await http.get(url)).text()
        assert (await http.get(f"{url}/photo/{first.photo_id}")).status == 404
    chat.skip_all()


@on_sqlite
async def test_photos_before_the_words_go_along_with_the_claim_that_follows(chat: Chat):
    number = await delivered(chat)
    answer = await shown(chat, WANG)
    assert f"退货 {number} A100 1箱 原因" in answer
    await shown(chat, WANG)
    assert "附照片 2 张" in await chat.ask(WANG, f"退货 {number} A100 2箱 型号不对")
    # Staff who cannot claim are not asked for claims.
    assert await shown(chat, QIANG) == "图片我还看不了，请打字发来，如：下单 A100 20箱 明天送"
    assert "绑定" in await shown(chat, LU)
    await chat.later(seconds=30)
    assert "附照片 2 张" in told(chat, LI)
    chat.skip_all()
    # Hours later a picture is no longer about it, unless that is said.
    await chat.later(hours=3)
    assert "照片 R12" in await shown(chat, WANG)
    assert "共 3 张" in await chat.ask(WANG, "照片 R1")
    assert "没有找到售后单 R9" in await chat.ask(WANG, "照片 R9")
    await chat.ask(LI, "驳回 R1 已过期")
    chat.skip_all()
    assert "已由老李驳回" in await chat.ask(WANG, "照片 R1")
    await chat.later(seconds=30)
    chat.skip_all()


@on_sqlite
async def test_what_is_no_photo_is_told_back_once_and_the_same_one_counts_once(chat: Chat):
    number = await delivered(chat)
    await chat.ask(WANG, f"签收 {number} 19箱 破1")
    again = snapshot(7)
    for content in (again, again, b"<svg onload=alert(1)>", JPEG + b"j" * LARGEST):
        await shown(chat, WANG, content)
    chat.skip_all()
    await chat.later(seconds=30)
    heard = told(chat, WANG)
    assert "R1 有 1 张照片没收下：不是图片" in heard
    assert "R1 有 1 张照片没收下：超过 5 MB" in heard
    assert "附照片 1 张" in told(chat, LI)
    await chat.later(seconds=30)
    assert not chat.unread(WANG)
    rows = await ClaimPhoto.all().order_by("id").values_list("state", "why")
    assert [(str(state), why) for state, why in rows] == [
        ("kept", ""), ("refused", "same"), ("refused", "kind"), ("refused", "large"),
    ]  # fmt: skip


@on_sqlite
async def test_a_platform_that_is_away_is_asked_again_and_what_it_forgot_is_gone(chat: Chat):
    number = await delivered(chat)
    await chat.ask(WANG, f"签收 {number} 19箱 破1")
    chat.platform.faults.add(api="/cgi-bin/media/get", code=-1, times=9)
    await shown(chat, WANG)
    assert await ClaimPhoto.filter(state="kept").count() == 0
    chat.platform.faults.clear()
    await chat.later(minutes=3)
    assert await ClaimPhoto.filter(state="kept").count() == 1
    chat.platform.faults.add(api="/cgi-bin/media/get", code=-1, times=9)
    await shown(chat, WANG)
    chat.skip_all()
    chat.platform.faults.clear()
    # Nobody may be written to four days after their last word: it is said when they are heard from.
    await chat.later(days=4)
    assert [row.why for row in await ClaimPhoto.filter(state="refused")] == ["gone"]
    await chat.say(WANG, "售后")
    await chat.settle()
    assert "已过期" in told(chat, WANG)
    chat.skip_all()


@on_sqlite
async def test_a_claim_has_room_for_so_many(chat: Chat):
    number = await delivered(chat)
    for _ in range(2):
        await shown(chat, WANG)
    await chat.ask(WANG, f"退货 {number} A100 2箱 型号不对")
    for _ in range(MOST - 2):
        await chat.account.send_image(WANG.openid)
    await chat.settle()
    chat.skip_all()
    assert f"最多附 {MOST} 张" in await shown(chat, WANG)
    await chat.later(seconds=30)
    chat.skip_all()
