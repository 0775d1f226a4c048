"""The language model that may propose: what is sent to it, and that nothing it does can hurt."""

import asyncio
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from connect import fallback
from connect.fallback import Fallback, proposer
from tests.endpoint import Endpoint


@pytest.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    endpoint = Endpoint(says="A100 20箱")
    await endpoint.open()
    yield endpoint
    await endpoint.close()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


def asking(session: aiohttp.ClientSession, endpoint: Endpoint) -> Fallback:
    return Fallback(session, endpoint.url, "sk-test", "small", "改写")


async def test_asks_with_the_words_alone_and_takes_one_line(session: aiohttp.ClientSession, endpoint: Endpoint) -> None:
    assert await asking(session, endpoint).propose("那个电源的来廿箱呗") == "A100 20箱"
    assert endpoint.texts == ["那个电源的来廿箱呗"]
    assert endpoint.asked[0]["model"] == "small"
    assert set(endpoint.asked[0]) == {"model", "messages", "temperature", "max_tokens"}
    assert endpoint.keys == ["Bearer sk-test"]


async def test_there_is_none_without_an_address(session: aiohttp.ClientSession) -> None:
    assert proposer(session, "", "key", "model", "改写") is None
    assert proposer(session, "http://127.0.0.1:9", "", "", "改写") is not None


@pytest.mark.parametrize("text", ["", "  \n", "长" * 301])
async def test_is_not_asked_about_nothing_or_a_novel(
    session: aiohttp.ClientSession, endpoint: Endpoint, text: str
) -> None:
    assert await asking(session, endpoint).propose(text) is None
    assert endpoint.asked == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"hello",
        b"[]",
        b"null",
        b'{"choices": []}',
        b'{"choices": [{"message": null}]}',
        b'{"choices": {"0": 1}}',
        b'{"error": {"message": "quota"}}',
        b"\xff\xfe\x00",
        b"[" * 60_000,
        b'{"choices": [{"message": {"content": "' + b"x" * 10_000_000 + b'"}}]}',
    ],
    ids=["empty", "prose", "list", "null", "no choice", "no message", "odd", "error", "no text", "deep", "10 MB"],
)
async def test_an_answer_of_another_shape_is_none(
    session: aiohttp.ClientSession, endpoint: Endpoint, raw: bytes
) -> None:
    endpoint.raw = raw
    assert await asking(session, endpoint).propose("来点那个") is None


@pytest.mark.parametrize("told", ["", " ", "长" * 101, "A100\x0020箱", "A100\u202e20箱"])
async def test_a_line_that_is_none_is_none(session: aiohttp.ClientSession, endpoint: Endpoint, told: str) -> None:
    endpoint.raw = json.dumps({"choices": [{"message": {"content": told}}]}).encode()
    assert await asking(session, endpoint).propose("来点那个") is None


@pytest.mark.parametrize("status", [301, 401, 404, 429, 500])
async def test_an_error_is_none(session: aiohttp.ClientSession, endpoint: Endpoint, status: int) -> None:
    endpoint.status = status
    assert await asking(session, endpoint).propose("来点那个") is None


async def test_nobody_there_is_none(session: aiohttp.ClientSession, unused_tcp_port: int) -> None:
    ghost = Fallback(session, f"http://127.0.0.1:{unused_tcp_port}/v1", "", "", "改写")
    assert await ghost.propose("来点那个") is None


async def test_a_slow_one_is_left_in_time(
    session: aiohttp.ClientSession, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fallback.SECONDS <= 3
    monkeypatch.setattr(fallback, "SECONDS", 0.1)
    endpoint.slow = True
    async with asyncio.timeout(2):
        assert await asking(session, endpoint).propose("来点那个") is None
