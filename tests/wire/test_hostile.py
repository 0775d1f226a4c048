"""Bodies and queries that the platform would never send: each is turned away at once, with one line in the log."""

import asyncio
import base64
import gzip
import logging
import os
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.envelope import Hostile, open_push
from logbook import calmed
from simulator import crypt
from tests.wire.conftest import (
    ACCOUNTS,
    COMPAT,
    KEYS,
    NOW,
    PLAIN,
    SAFE,
    WANG,
    Got,
    Party,
    Process,
    Shop,
    Start,
    as_json,
)

STAMP = str(int(NOW.timestamp()))
CANARY = "canary-7f3a"
Query = dict[str, str] | list[tuple[str, str]]
Case = tuple[str, Query, bytes, int]


def plain(body: bytes | str, *, status: int = 400) -> Case:
    """Any body, signed as well as plain pushes can be."""
    raw = body if isinstance(body, bytes) else body.encode()
    return "plain", PLAIN.letter(PLAIN.message()).query, raw, status


def sealed(inner: bytes | str, *, status: int = 400, party: Party = SAFE) -> Case:
    """Any body, encrypted and signed by somebody who has the keys."""
    raw = inner if isinstance(inner, bytes) else inner.encode()
    return enclosed(crypt.seal(party.aes_key, party.appid, raw), status=status)


def enclosed(cipher: str, *, status: int = 403) -> Case:
    """Anything in the place of the cipher, rightly signed."""
    query = SAFE.letter(SAFE.message()).query
    query["msg_signature"] = crypt.sign(SAFE.token, STAMP, query["nonce"], cipher)
    body = f"<xml><ToUserName>{SAFE.original_id}</ToUserName><Encrypt><![CDATA[{cipher}]]></Encrypt></xml>"
    return "main", query, body.encode(), status


def query(party: Party = SAFE, *, status: int = 403, **changed: str | None) -> Case:
    """A good body under a query with something changed, or left out."""
    letter = party.letter(party.message(Content=CANARY))
    whole = letter.query | changed
    return party.name, {name: value for name, value in whole.items() if value is not None}, letter.body, status


def raw_block(plain_text: bytes) -> str:
    """AES over bytes that somebody chose, with no regard for the format."""
    key = base64.b64decode(SAFE.aes_key + "=")
    sealer = Cipher(AES(key), CBC(key[:16])).encryptor()
    return base64.b64encode(sealer.update(plain_text) + sealer.finalize()).decode()


def padded(content: bytes, last: int) -> bytes:
    """Content that ends in a padding byte of one's choice."""
    return content.ljust(-(-(len(content) + 1) // 32) * 32 - 1, b"\x07") + bytes([last])


def twice(name: str) -> Case:
    letter = SAFE.letter(SAFE.message())
    return "main", [*letter.query.items(), (name, letter.query[name])], letter.body, 403


def other_body() -> Case:
    """The query of one push over the body of another."""
    letter = SAFE.letter(SAFE.message())
    return "main", SAFE.letter(SAFE.message(MsgId=9)).query, letter.body, 403


def xml(**fields: Any) -> str:
    return "<xml>" + "".join(f"<{name}>{value}</{name}>" for name, value in SAFE.message(**fields).items()) + "</xml>"


GOOD = xml()
HEAD = SAFE.appid.encode()
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">'
    f'<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]><xml>{"&d;" * 50}</xml>'
)
QUADRATIC = f'<!DOCTYPE q [<!ENTITY a "{"x" * 20000}">]><xml>{"&a;" * 5000}</xml>'
DOCUMENTS: dict[str, bytes | str] = {
    "empty": b"",
    "blank": b"   \n\t ",
    "nothing but NUL": b"\x00" * 200,
    "words": "hello",
    "HTML": "<!DOCTYPE html><html><body>hi</body></html>",
    "no end": GOOD[:-4],
    "end in an element": GOOD[: len(GOOD) // 2],
    "end in a CDATA": "<xml><Content><![CDATA[abc",
    "end in a tag": "<xml><Content",
    "wrong nesting": "<xml><a><b></a></b></xml>",
    "two roots": GOOD + GOOD,
    "undefined entity": xml(Content="&nbsp;"),
    "illegal character by number": xml(Content="&#1;"),
    "surrogate by number": xml(Content="&#xD800;"),
    "number of no character": xml(Content="&#x110000;"),
    "bare ampersand": xml(Content="a & b"),
    "not UTF-8": GOOD.encode().replace(b"A100", b"\xff\xfe\xc0"),
    "overlong UTF-8": GOOD.encode().replace(b"A100", b"\xc0\xaf"),
    "UTF-16": GOOD.encode("utf-16"),
    "GBK": GOOD.encode("gbk"),
    "billion laughs": LAUGHS,
    "quadratic blow-up": QUADRATIC,
    "external entity": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Content>&e;</Content></xml>',
    "external DTD": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/evil.dtd"><xml/>',
    "parameter entity": '<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x"> %p;]><xml/>',
    "document type alone": f"<!DOCTYPE xml>{GOOD}",
    "document type in lower case": f"<!doctype xml>{GOOD}",
    "20,000 deep": "<a>" * 20000,
    "5,000 deep and closed": "<a>" * 5000 + "</a>" * 5000,
    "12,000 elements": "<xml>" + "<a/>" * 12000 + "</xml>",
    "9,000 attributes twice": "<xml " + 'a="1" ' * 9000 + "/>",
    "nothing in it": "<xml/>",
    "no sender": xml(FromUserName=None),
    "an empty sender": xml(FromUserName=""),
    "a sender with a path": xml(FromUserName="../../etc"),
    "a sender of 65 letters": xml(FromUserName="o" * 65),
    "a sender in Chinese": xml(FromUserName="小王"),
    "no type": xml(MsgType=None),
    "no time": xml(CreateTime=None),
    "a time in words": xml(CreateTime="yesterday"),
    "a time before time": xml(CreateTime="-1"),
    "a time beyond time": xml(CreateTime="99999999999999999999"),
    "a time in other digits": xml(CreateTime="１７９５５１"),
    "JSON broken off": b'{"MsgType":"text"',
    "JSON with more after it": b'{"MsgType":"text"} {}',
    "JSON without names": b"{1:2}",
    "JSON with no number": b'{"CreateTime": NaN}',
    "JSON with infinity": b'{"CreateTime": -Infinity}',
    "JSON 60,000 deep": b'{"a":' + b"[" * 60000,
    "JSON 100 deep": b'{"a":' * 100 + b"1" + b"}" * 100,
    "JSON with a number of 5,000 digits": b'{"CreateTime":' + b"9" * 5000 + b"}",
    "JSON with half a character for a sender": b'{"FromUserName":"\\ud800","MsgType":"text","CreateTime":1}',
    "JSON with a list for a sender": as_json(SAFE.message(FromUserName=[])),
    "JSON with an object for a sender": as_json(SAFE.message(FromUserName={"a": 1})),
    "JSON with 9,000 names": b"{" + b",".join(b'"k%d":1' % number for number in range(4000)) + b"}",
}

CASES: dict[str, Callable[[], Case]] = {
    "no query": lambda: ("main", {}, SAFE.letter(SAFE.message()).body, 403),
    "no signature, sealed": lambda: query(msg_signature=None),
    "no signature, plain": lambda: query(PLAIN, signature=None),
    "an empty signature": lambda: query(msg_signature=""),
    "a wrong signature": lambda: query(msg_signature="0" * 40),
    "a wrong signature, plain": lambda: query(PLAIN, signature="0" * 40),
    "a signature in capitals": lambda: query(msg_signature=query()[1]["msg_signature"].upper()),  # type: ignore[call-overload]
    "a signature in Chinese": lambda: query(msg_signature="签名" * 20),
    "a signature with NUL": lambda: query(msg_signature="\0" * 40),
    "the weaker signature in the place of the stronger": lambda: query(msg_signature=query()[1]["signature"]),  # type: ignore[call-overload]
    "a signature over another body": other_body,
    "a signature over another time": lambda: query(timestamp=str(int(STAMP) + 1)),
    "a signature over another nonce": lambda: query(nonce="1"),
    "a signature twice": lambda: twice("msg_signature"),
    "a time twice": lambda: twice("timestamp"),
    "an encryption twice": lambda: twice("encrypt_type"),
    "no time": lambda: query(timestamp=None),
    "a time of eleven minutes ago": lambda: query(timestamp=str(int(STAMP) - 660)),
    "a time in eleven minutes": lambda: query(timestamp=str(int(STAMP) + 660)),
    "a negative time": lambda: query(timestamp="-1"),
    "a time of 1e20": lambda: query(timestamp="1e20"),
    "a time of 5,000 digits": lambda: query(timestamp="1" * 5000),
    "a time in full-width digits": lambda: query(timestamp="１７９５５１７３１６"),
    "a time that is none": lambda: query(timestamp="now"),
    "a replay of yesterday": lambda: (
        "main",
        (old := SAFE.letter(SAFE.message(), now=NOW.replace(day=23))).query,
        old.body,
        403,
    ),
    "an unknown encryption": lambda: query(encrypt_type="rot13"),
    "clear text in safe mode": lambda: ("main", PLAIN.letter(PLAIN.message()).query, GOOD.encode(), 403),
    "clear text said to be sealed": lambda: ("main", query()[1], GOOD.encode(), 403),
    "sealed in plain mode": lambda: ("plain", query()[1], query()[2], 403),
    "a sealed body under a plain query": lambda: query(COMPAT, encrypt_type=None, msg_signature=None),
    "an unknown account": lambda: ("nobody", query()[1], query()[2], 404),
    "an account of another name": lambda: ("compat", query()[1], query()[2], 403),
    "no cipher": lambda: enclosed(""),
    "no base64": lambda: enclosed("!!!!"),
    "base64 with blanks": lambda: enclosed(" ".join(raw_block(b"\0" * 64))),
    "half a base64": lambda: enclosed("abc"),
    "seventeen bytes": lambda: enclosed(base64.b64encode(b"x" * 17).decode()),
    "one block": lambda: enclosed(base64.b64encode(os.urandom(16)).decode()),
    "random blocks": lambda: enclosed(base64.b64encode(os.urandom(512)).decode()),
    "padding 0": lambda: enclosed(raw_block(padded(b"r" * 16 + struct.pack(">I", 2) + b"hi" + HEAD, 0))),
    "padding 33": lambda: enclosed(raw_block(padded(b"r" * 16 + struct.pack(">I", 2) + b"hi" + HEAD, 33))),
    "padding 255": lambda: enclosed(raw_block(padded(b"r" * 16 + struct.pack(">I", 2) + b"hi" + HEAD, 255))),
    "nothing but padding": lambda: enclosed(raw_block(b"\x20" * 32)),
    "a length beyond the end": lambda: enclosed(raw_block(padded(b"r" * 16 + b"\xff\xff\xff\xff" + GOOD.encode(), 1))),
    "a length of nothing": lambda: enclosed(raw_block(padded(b"r" * 16 + struct.pack(">I", 0) + GOOD.encode(), 1))),
    "another key": lambda: enclosed(crypt.seal("z" * 43, SAFE.appid, GOOD.encode())),
    "the key of another account": lambda: enclosed(crypt.seal(KEYS["compat"], SAFE.appid, GOOD.encode())),
    "another appid": lambda: enclosed(crypt.seal(SAFE.aes_key, "wx9999999999999999", GOOD.encode())),
    "half the appid": lambda: enclosed(crypt.seal(SAFE.aes_key, SAFE.appid[:9], GOOD.encode())),
    "another addressee, sealed": lambda: sealed(xml(ToUserName="gh_somebodyelse"), status=403),
    "another addressee, plain": lambda: plain(xml(ToUserName="gh_somebodyelse"), status=403),
    "no addressee": lambda: sealed(xml(ToUserName=None), status=403),
    "64 kB and one byte": lambda: ("main", query()[1], b"<xml>" + b"x" * (64 * 1024 - 4), 413),
    "a megabyte": lambda: ("main", query()[1], b"x" * 1_000_000, 413),
}
# A body of the wrong kind names its addressee or does not; either way it is turned away.
TURNED_AWAY = {400, 403}


def assert_turned_away(got: Got, entries: list[Any], shop: Shop) -> None:
    assert got.body == b""
    assert not shop.asked
    assert [entry["event"] for entry in entries] == ["push_refused"]
    assert entries[0]["log_level"] == "warning"
    assert CANARY not in repr(entries)
    assert WANG not in repr(entries)


@pytest.fixture
async def door(start: Start) -> Process:
    """A process without a database: what is turned away never gets that far."""
    return await start()


async def quickest(door: Process, case: Case) -> tuple[Got, list[Any]]:
    """The best of three posts: the machine may be busy, the answer must not depend on it."""
    name, asked, body, _ = case
    tries = []
    for _ in range(3):
        with capture_logs() as entries:
            got = await door.post(asked, body, name)
        tries.append((got, entries))
        if got.seconds < 0.05:
            break
    return min(tries, key=lambda one: one[0].seconds)


@pytest.mark.parametrize("name", CASES)
async def test_a_hostile_push_is_turned_away(
    door: Process, shop: Shop, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    case = CASES[name]()
    got, entries = await quickest(door, case)
    assert got.status == case[3]
    assert got.seconds < 0.05
    assert_turned_away(got, entries, shop)
    assert not [record for record in caplog.records if record.exc_info or record.levelname == "ERROR"]


@pytest.mark.parametrize("wrap", [plain, sealed])
@pytest.mark.parametrize("name", DOCUMENTS)
async def test_a_hostile_document_is_turned_away_in_clear_and_sealed(
    door: Process, shop: Shop, name: str, wrap: Callable[[bytes | str], Case], caplog: pytest.LogCaptureFixture
) -> None:
    got, entries = await quickest(door, wrap(DOCUMENTS[name]))
    assert got.status in TURNED_AWAY | {413}
    assert got.seconds < 0.05
    assert_turned_away(got, entries, shop)
    assert not [record for record in caplog.records if record.exc_info or record.levelname == "ERROR"]


def test_there_are_enough_of_them() -> None:
    assert len(CASES) + 2 * len(DOCUMENTS) >= 150


@pytest.mark.parametrize("party", [PLAIN, SAFE, Party("plain", "plain", "json"), Party("main", "safe", "json")])
def test_every_truncation_of_a_good_body_is_turned_away(party: Party) -> None:
    letter = party.letter(party.message())
    began = time.perf_counter()
    for length in range(len(letter.body)):
        with pytest.raises(Hostile) as caught:
            open_push(ACCOUNTS[party.name], letter.query, letter.body[:length], NOW)
        assert caught.value.status in TURNED_AWAY
    assert (time.perf_counter() - began) / len(letter.body) < 0.005


@pytest.mark.parametrize("inner", [GOOD.encode(), as_json(SAFE.message())])
def test_every_truncation_within_the_seal_is_turned_away(inner: bytes) -> None:
    for length in range(len(inner)):
        _, asked, body, _ = sealed(inner[:length])
        assert isinstance(asked, dict)
        with pytest.raises(Hostile) as caught:
            open_push(ACCOUNTS["main"], asked, body, NOW)
        assert caught.value.status == 400


@given(inner=st.binary(max_size=400))
@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_sealed_there_is_one_kind_of_error(inner: bytes) -> None:
    _, asked, body, _ = sealed(inner)
    assert isinstance(asked, dict)
    with pytest.raises(Hostile):
        open_push(ACCOUNTS["main"], asked, body, NOW)


@given(cipher=st.binary(max_size=160))
@settings(deadline=None, max_examples=200)
def test_whatever_is_no_cipher_there_is_one_kind_of_error(cipher: bytes) -> None:
    _, asked, body, _ = enclosed(base64.b64encode(cipher).decode())
    assert isinstance(asked, dict)
    with pytest.raises(Hostile) as caught:
        open_push(ACCOUNTS["main"], asked, body, NOW)
    assert caught.value.status == 403


async def raw(door: Process, head: str, *pieces: bytes) -> bytes:
    """What comes back first over a bare connection, which is left then."""
    reader, writer = await asyncio.open_connection(door.host, door.port)
    try:
        lines = f"POST /wechat/plain?{_query()} HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n"
        writer.write(lines.encode() + b"".join(pieces))
        await writer.drain()
        return await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    finally:
        writer.close()


def _query() -> str:
    letter = PLAIN.letter(PLAIN.message())
    return "&".join(f"{name}={value}" for name, value in letter.query.items())


async def test_a_body_that_does_not_come_is_given_up(door: Process, shop: Shop) -> None:
    began = time.perf_counter()
    with capture_logs() as entries:
        answer = await raw(door, "Content-Length: 500", GOOD.encode()[:100])
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert 0.15 < time.perf_counter() - began < 2
    assert [entry["reason"] for entry in entries] == ["body too slow"]
    assert not shop.asked


async def test_a_chunked_body_without_end_is_cut_off(door: Process, shop: Shop) -> None:
    chunk = b"1000\r\n" + b"x" * 4096 + b"\r\n"
    answer = await raw(door, "Transfer-Encoding: chunked", chunk * 17)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert not shop.asked


@pytest.fixture
def calm() -> Iterator[None]:
    """The log as the product has it, for the part that aiohttp writes by itself."""
    logging.getLogger("aiohttp.server").addFilter(calmed)
    yield
    logging.getLogger("aiohttp.server").removeFilter(calmed)


@pytest.mark.usefixtures("calm")
@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("Transfer-Encoding: chunked", b"5\r\nhello\r\nno number\r\n"),
        ("Content-Length: 5\r\nContent-Length: 500", b"hello"),
        ("Content-Length: five", b"hello"),
        ("Content-Length: 5\r\nTransfer-Encoding: chunked", b"0\r\n\r\n"),
        ("no header at all", b""),
    ],
)
async def test_broken_http_is_turned_away_in_one_line(
    door: Process, shop: Shop, head: str, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await raw(door, head, body)
    assert b" 400 " in answer.splitlines()[0]
    assert not shop.asked
    assert not [record for record in caplog.records if record.exc_info or record.levelname == "ERROR"]


async def test_a_compressed_body_is_turned_away_before_it_grows(door: Process, shop: Shop) -> None:
    body = gzip.compress(b"x" * 10_000_000)
    assert len(body) < 64 * 1024
    answer = await raw(door, f"Content-Encoding: gzip\r\nContent-Length: {len(body)}", body)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert not shop.asked


async def test_a_caller_who_leaves_in_the_middle_leaves_no_trace(
    door: Process, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    with capture_logs() as entries:
        told_to_go_on = await raw(door, "Expect: 100-continue\r\nContent-Length: 500", GOOD.encode()[:100])
        assert b" 100 " in told_to_go_on
        async with asyncio.timeout(2):
            while not entries:  # noqa: ASYNC110 - the log cannot be waited for
                await asyncio.sleep(0)
    assert [entry["event"] for entry in entries] == ["push_refused"]
    assert not shop.asked
    assert not [record for record in caplog.records if record.exc_info or record.levelname == "ERROR"]


async def test_a_handshake_needs_the_token(door: Process) -> None:
    letter = SAFE.letter(SAFE.message())
    good = {name: letter.query[name] for name in ("signature", "timestamp", "nonce")} | {"echostr": "<b>42</b>"}
    assert await door.shake(**good) == (200, "<b>42</b>")
    for wrong in (
        good | {"signature": "0" * 40},
        good | {"timestamp": "1"},
        good | {"nonce": "x"},
        {name: value for name, value in good.items() if name != "signature"},
        {},
    ):
        assert await door.shake(**wrong) == (403, "")
    assert await door.shake(**{name: value for name, value in good.items() if name != "echostr"}) == (400, "")
    assert (await door.shake("nobody", **good))[0] == 404
