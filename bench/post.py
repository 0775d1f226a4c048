"""A small platform's end of the wire: seals messages, posts them, and times the answers."""

import asyncio
import itertools
import secrets
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp

from simulator import crypt

_serial = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Account:
    """What both ends know."""

    appid: str = "wx0123456789abcdef"
    original_id: str = "gh_bench00000001"
    token: str = "BenchTokenBenchToken"
    secret: str = "0123456789abcdef0123456789abcdef"
    aes_key: str = "b" * 42 + "A"


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a run was: answers a second, and milliseconds until an answer."""

    per_second: float
    p50: float
    p99: float

    def as_json(self) -> dict[str, float]:
        """For the results file."""
        return {"per_second": round(self.per_second, 1), "p50_ms": round(self.p50, 2), "p99_ms": round(self.p99, 2)}


@dataclass(frozen=True, slots=True)
class Letter:
    """A sealed message, and the key under which the receiver knows it."""

    key: str
    query: dict[str, str]
    body: bytes


def sealed(account: Account, openid: str, text: str) -> tuple[dict[str, str], bytes]:
    """Query and body of a text message in safe mode."""
    made = letter(account, openid, text)
    return made.query, made.body


def letter(account: Account, openid: str, text: str) -> Letter:
    """A text message in safe mode."""
    now, nonce = str(int(time.time())), secrets.token_hex(5)
    number = next(_serial) + 10**15
    message = (
        f"<xml><ToUserName><![CDATA[{account.original_id}]]></ToUserName><FromUserName><![CDATA[{openid}]]>"
        f"</FromUserName><CreateTime>{now}</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{text}]]></Content><MsgId>{number}</MsgId></xml>"
    )
    cipher = crypt.seal(account.aes_key, account.appid, message.encode())
    query = {
        "timestamp": now,
        "nonce": nonce,
        "signature": crypt.sign(account.token, now, nonce),
        "encrypt_type": "aes",
        "msg_signature": crypt.sign(account.token, now, nonce, cipher),
    }
    body = (
        f"<xml><ToUserName><![CDATA[{account.original_id}]]></ToUserName><Encrypt><![CDATA[{cipher}]]></Encrypt></xml>"
    )
    return Letter(f"m:{openid}:{number}", query, body.encode())


async def pace(url: str, account: Account, scripts: Sequence[Sequence[str]], people: Sequence[str], wide: int) -> Pace:
    """Let ``wide`` connections work through the scripts; script i is said by person i, one line after the other."""
    times: list[float] = []
    waiting = iter(zip(scripts, itertools.cycle(people), strict=False))
    connector = aiohttp.TCPConnector(limit=wide)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def work() -> None:
            for script, openid in waiting:
                for line in script:
                    query, body = sealed(account, openid, line)
                    began = time.perf_counter()
                    async with session.post(url, params=query, data=body) as response:
                        answer = await response.read()
                        assert response.status == 200, line
                        assert b"Encrypt" in answer, (line, answer[:80])
                    times.append((time.perf_counter() - began) * 1000)

        began = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(wide)))
        spent = time.perf_counter() - began
    times.sort()
    return Pace(len(scripts) / spent, statistics.median(times), times[int(len(times) * 0.99) - 1])
