"""What comes through the wire and what goes back: modes, forms, keys, odd kinds, and texts that try to break out."""

import json
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.elements import clean
from bot.envelope import open_push
from bot.models import InboundMessage
from bot.replybody import LONGEST_REPLY, NOTHING, cut, seal_text
from simulator import crypt
from tests.wire.conftest import (
    ACCOUNTS,
    COMPAT,
    KEYS,
    NOW,
    PLAIN,
    SAFE,
    WANG,
    Party,
    Process,
    Shop,
    words,
)

OLD = Party("main", "safe", aes_key=KEYS["old"])


def test_a_text_is_read_as_it_was_typed() -> None:
    typed = " 订 A100\n20箱 <b>&amp;</b> ]]> 😀 "
    letter = SAFE.letter(SAFE.message(Content=typed))
    inbound, seal = open_push(ACCOUNTS["main"], letter.query, letter.body, NOW)
    assert inbound is not None
    assert inbound.text == typed
    assert inbound.key == f"m:{WANG}:7001"
    assert inbound.at == datetime(2026, 11, 24, 10, tzinfo=UTC)
    assert (inbound.kind, inbound.account, inbound.event) == ("text", "main", "")
    assert seal.aes_key == SAFE.aes_key


@pytest.mark.parametrize("party", [SAFE, COMPAT, OLD], ids=["safe", "compat", "previous key"])
@pytest.mark.parametrize("form", ["xml", "json"])
async def test_a_sealed_push_gets_an_answer_sealed_with_the_same_key(
    wire: Process, shop: Shop, party: Party, form: str
) -> None:
    writer = Party(party.name, party.mode, "json" if form == "json" else "xml", aes_key=party.aes_key)
    got = await wire.push(writer.message(), writer)
    assert got.status == 200
    if form == "xml":
        assert got.content_type == "application/xml"
        assert got.opened(party) == "好的"
    else:
        assert got.content_type == "application/json"
        hull = json.loads(got.body)
        signed = crypt.sign(party.token, str(hull["TimeStamp"]), hull["Nonce"], hull["Encrypt"])
        assert hull["MsgSignature"] == signed
        inner = json.loads(crypt.unseal(party.aes_key, party.appid, hull["Encrypt"]))
        assert (inner["ToUserName"], inner["MsgType"], inner["Content"]) == (WANG, "text", "好的")
    assert [inbound.text for inbound in shop.asked] == ["订 A100 20箱"]


async def test_a_plain_push_gets_a_plain_answer(wire: Process) -> None:
    got = await wire.push(PLAIN.message(), PLAIN)
    assert words(got.body) == "好的"


async def test_in_compat_mode_only_what_is_sealed_counts(wire: Process, shop: Shop) -> None:
    letter = COMPAT.letter(COMPAT.message(Content="订 A100"))
    forged = letter.body.replace("订 A100".encode(), "订 Z999".encode())
    assert forged != letter.body
    assert (await wire.post(letter.query, forged, "compat")).status == 200
    assert [inbound.text for inbound in shop.asked] == ["订 A100"]


async def test_no_words_are_told_as_success_in_the_clear(wire: Process, shop: Shop) -> None:
    for number, silence in enumerate((None, "", " \n ", "\x00\x01")):
        shop.reply = silence
        got = await wire.push(SAFE.message(MsgId=number))
        assert (got.status, got.body, got.content_type) == (200, b"success", "text/plain")
    assert len(shop.asked) == 4


async def test_control_characters_are_dropped_before_reading(wire: Process, shop: Shop) -> None:
    got = await wire.push(SAFE.message(Content="订\x00\x08 A100\x1b\x7f 20\x0b箱\ufffe"))
    assert got.opened(SAFE) == "好的"
    assert shop.asked[0].text == "订 A100 20箱"
    stored = await InboundMessage.get()
    assert stored.content["text"] == "订 A100 20箱"


@pytest.mark.parametrize(
    "odd",
    [
        SAFE.message(MsgId=None),
        SAFE.message(MsgId="abc"),
        SAFE.message(MsgId=-1),
        SAFE.message(MsgId=2**64),
        SAFE.message(MsgId=2**70),
        SAFE.message(MsgId="７００１"),
        SAFE.event("TEMPLATESENDJOBFINISH", Status="success"),
        SAFE.event("TEMPLATESENDJOBFINISH", MsgID="x", Status="success"),
    ],
)
async def test_what_cannot_be_told_apart_is_acknowledged_and_left_alone(
    wire: Process, shop: Shop, odd: dict[str, object]
) -> None:
    with capture_logs() as entries:
        got = await wire.push(odd)
    assert (got.status, got.body) == (200, b"success")
    assert not shop.asked
    assert [entry["event"] for entry in entries] == ["push_ignored"]


async def test_unknown_kinds_reach_the_shop_and_are_acknowledged(wire: Process, shop: Shop) -> None:
    shop.reply = None
    for number, kind in enumerate(("hologram", "miniprogrampage", "shortvideo")):
        assert (await wire.push(SAFE.message(MsgType=kind, MsgId=number))).body == b"success"
    assert (await wire.push(SAFE.event("brand_new_EVENT", EventKey="k"))).body == b"success"
    assert [inbound.kind for inbound in shop.asked] == ["hologram", "miniprogrampage", "shortvideo", "event"]
    assert shop.asked[-1].event == "brand_new_event"


@pytest.mark.parametrize(
    ("event", "start"),
    [
        (SAFE.event("subscribe", EventKey="qrscene_b1"), "e:"),
        (SAFE.event("SCAN", EventKey="b1"), "e:"),
        (SAFE.event("CLICK", EventKey="orders"), "e:"),
        (SAFE.event("VIEW", EventKey="https://example.com/" + "x" * 1000), "e:"),
        (SAFE.event("LOCATION", Latitude="1.5"), "e:"),
        (SAFE.event("TEMPLATESENDJOBFINISH", MsgID=200228332, Status="success"), "t:"),
        (
            SAFE.event(
                "subscribe_msg_sent_event", SubscribeMsgSentEvent={"List": [{"MsgID": 5, "ErrorStatus": "success"}]}
            ),
            "s:",
        ),
    ],
)
def test_events_have_keys_of_their_own(event: dict[str, object], start: str) -> None:
    letter = SAFE.letter(event)
    inbound, _ = open_push(ACCOUNTS["main"], letter.query, letter.body, NOW)
    assert inbound is not None
    assert inbound.key.startswith(f"{start}{WANG}:")
    assert len(inbound.key) <= 160


def test_two_events_of_one_second_are_two() -> None:
    keys = set()
    for event in (
        SAFE.event("subscribe", EventKey=""),
        SAFE.event("CLICK", EventKey="a"),
        SAFE.event("CLICK", EventKey="b"),
        SAFE.event("TEMPLATESENDJOBFINISH", MsgID=1, Status="success"),
        SAFE.event("TEMPLATESENDJOBFINISH", MsgID=2, Status="success"),
    ):
        letter = SAFE.letter(event)
        inbound, _ = open_push(ACCOUNTS["main"], letter.query, letter.body, NOW)
        assert inbound is not None
        keys.add(inbound.key)
    assert len(keys) == 5


def test_what_stands_at_the_top_hides_what_stands_deeper() -> None:
    tricky = {"Extra": {"MsgId": 1, "Content": "deeper"}} | SAFE.message(Content="top")
    for party in (PLAIN, Party("plain", "plain", "json")):
        letter = party.letter(tricky)
        inbound, _ = open_push(ACCOUNTS["plain"], letter.query, letter.body, NOW)
        assert inbound is not None
        assert (inbound.text, inbound.key) == ("top", f"m:{WANG}:7001")


def test_an_element_that_comes_twice_counts_once() -> None:
    letter = PLAIN.letter(PLAIN.message(Content=["first", "second"]))
    inbound, _ = open_push(ACCOUNTS["plain"], letter.query, letter.body, NOW)
    assert inbound is not None
    assert inbound.text == "first"


def test_a_name_in_the_log_tells_nobody() -> None:
    letter = SAFE.letter(SAFE.message())
    inbound, _ = open_push(ACCOUNTS["main"], letter.query, letter.body, NOW)
    assert inbound is not None
    assert inbound.trace not in inbound.key
    assert WANG not in inbound.trace


ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=900)


@given(text=ANY_TEXT | st.sampled_from(["]]>", "x]]><MsgType><![CDATA[news]]></MsgType>", "]]", "]]]]>>", "<![CDATA["]))
@settings(deadline=None, max_examples=300)
def test_no_text_breaks_out_of_a_reply(text: str) -> None:
    letter = PLAIN.letter(PLAIN.message())
    inbound, seal = open_push(ACCOUNTS["plain"], letter.query, letter.body, NOW)
    assert inbound is not None
    body = seal_text(text, inbound, seal, NOW)
    shown = clean(text).strip()
    if not shown:
        assert body == NOTHING
        return
    reply = ElementTree.fromstring(body.encode())
    assert [child.tag for child in reply] == ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"]
    content = reply.findtext("Content") or ""
    # XML readers take both kinds of line ends for one.
    assert content == cut(shown, LONGEST_REPLY).replace("\r\n", "\n").replace("\r", "\n")
    assert len(content.encode()) <= 2000


@pytest.mark.parametrize("unit", ["a", "é", "字", "😀", "a字😀"])
@pytest.mark.parametrize("more", [-1, 0, 1, 2, 3, 4])
def test_a_long_text_is_cut_between_characters(unit: str, more: int) -> None:
    text = "x" * (2000 % len(unit.encode()) + more if more > 0 else 0) + unit * (2000 // len(unit.encode()))
    short = cut(text, 2000)
    assert len(short.encode()) <= 2000
    if len(text.encode()) <= 2000:
        assert short == text
    else:
        assert short.endswith("…")
        assert text.startswith(short[:-1])
        assert len(short.encode()) > 1990


def test_a_long_text_is_not_cut_inside_a_link() -> None:
    link = '<a href="https://shop.example/o/abcdef">查看订单</a>'
    assert cut("x" * 1990 + link, 2000) == "x" * 1990 + "…"
    whole = link + "x" * 3000
    assert cut(whole, 2000).startswith(link)
