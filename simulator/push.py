"""Delivers a message to the bot: five seconds, three attempts, the first fit answer counts."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any, Protocol

import aiohttp
from yarl import URL

from . import chance, envelope
from .answer import Reply, Unfit, read
from .envelope import Message, Party, Stamp
from .faults import Fault
from .media import Media
from .refused import Refused
from .world import World

_MOST = 1 << 20


class Receiver(Party, Protocol):
    """The account as the delivery sees it."""

    world: World
    media: Media
    webhook: str
    attempts: int
    timeout: float
    pace: float
    resign: bool
    retry_unfit: bool
    passed: asyncio.Event


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt: the HTTP status (0 without an answer), the raw answer, why it did not count, the fit reply."""

    status: int
    seconds: float
    body: bytes = b""
    problem: str = ""
    reply: Reply | None = None


@dataclass(frozen=True, slots=True)
class Pushed:
    """How a message fared: every attempt in the order of the answers, and the reply that counted."""

    message: Message
    tries: tuple[Try, ...] = ()
    reply: Reply | None = None

    @property
    def attempts(self) -> int:
        """How many times the message was posted."""
        return len(self.tries)

    @property
    def statuses(self) -> tuple[int, ...]:
        """The HTTP status of each attempt; 0 where none came."""
        return tuple(attempt.status for attempt in self.tries)

    @property
    def text(self) -> str:
        """The words of the reply, empty if there were none."""
        return self.reply.text if self.reply else ""

    @property
    def problems(self) -> tuple[str, ...]:
        """Why attempts did not count."""
        return tuple(attempt.problem for attempt in self.tries if attempt.problem)


async def push(account: Receiver, message: Message) -> Pushed:
    """Deliver `message` to the webhook, with the faults that wait for it."""
    name = _name(message)
    await _hold_back(account, name)
    try:
        twice, parallel = _strike(account, "duplicate", name), _strike(account, "parallel", name)
        if twice or parallel:
            tries = await _many(account, message, twice, parallel)
        else:
            tries = await _until_fit(account, message)
    finally:
        account.passed.set()
    replies = [attempt.reply for attempt in tries if attempt.reply]
    return Pushed(message, tuple(tries), replies[0] if replies else None)


def _name(message: Message) -> str:
    return str(message.get("Event") or message["MsgType"])


async def _hold_back(account: Receiver, name: str) -> None:
    if delay := _strike(account, "delay", name):
        await asyncio.sleep(delay.seconds)
    if reorder := _strike(account, "reorder", name):
        account.passed.clear()
        try:
            await asyncio.wait_for(account.passed.wait(), reorder.seconds)
        except TimeoutError:
            return


def _strike(account: Receiver, kind: str, name: str) -> Fault | None:
    fault = account.world.faults.at_push(kind, name, account.appid)
    if fault:
        account.world.journal.write("fault", {"kind": kind, "push": name}, fault.as_json(), account=account.appid)
    return fault


async def _until_fit(account: Receiver, message: Message) -> list[Try]:
    tries: list[Try] = []
    stamp = _stamp(account)
    while len(tries) < account.attempts:
        attempt = await _attempt(account, message, stamp)
        tries.append(attempt)
        if attempt.reply or (attempt.status and not account.retry_unfit):
            break
        if len(tries) < account.attempts:
            await asyncio.sleep(max(0.0, account.pace - attempt.seconds))
        if account.resign:
            stamp = _stamp(account)
    return tries


async def _many(account: Receiver, message: Message, twice: Fault | None, parallel: Fault | None) -> list[Try]:
    stamp = _stamp(account)
    if parallel is None:
        count = twice.n if twice else 1
        return [await _attempt(account, message, stamp) for _ in range(count)]
    posts = [asyncio.create_task(_attempt(account, message, stamp)) for _ in range(parallel.n)]
    return [await answer for answer in asyncio.as_completed(posts)]


def _stamp(account: Receiver) -> Stamp:
    return Stamp(str(account.world.clock.epoch()), str(chance.number(10)))


async def _attempt(account: Receiver, message: Message, stamp: Stamp) -> Try:
    started = time.monotonic()
    letter = envelope.write(account, message, stamp)
    status, body, problem = 0, b"", ""
    try:
        status, body = await _post(account, letter)
    except TimeoutError:
        problem = "no answer in time"
    except aiohttp.ClientError as error:
        problem = f"no answer: {type(error).__name__}"
    attempt = _judged(account, message, Try(status, time.monotonic() - started, body, problem))
    _record(account, message, attempt)
    return attempt


async def _post(account: Receiver, letter: envelope.Letter) -> tuple[int, bytes]:
    url = URL(account.webhook).update_query(letter.query)
    async with (
        asyncio.timeout(account.timeout),
        account.world.session.post(
            url, data=letter.body, headers={"Content-Type": letter.content_type}, allow_redirects=False
        ) as response,
    ):
        return response.status, await _read(response)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > _MOST:
            break
    return bytes(body)


def _judged(account: Receiver, message: Message, attempt: Try) -> Try:
    if attempt.problem:
        return attempt
    if _strike(account, "drop_reply", _name(message)):
        return Try(0, attempt.seconds, attempt.body, "answer lost on its way")
    if attempt.status != 200:
        return Try(attempt.status, attempt.seconds, attempt.body, f"HTTP status {attempt.status}")
    try:
        reply = read(account, message, attempt.body, lambda media_id: _has(account, media_id))
    except Unfit as reason:
        return Try(attempt.status, attempt.seconds, attempt.body, str(reason))
    return Try(attempt.status, attempt.seconds, attempt.body, "", reply)


def _has(account: Receiver, media_id: str) -> bool:
    try:
        account.media.get(media_id)
    except Refused:
        return False
    return True


def _record(account: Receiver, message: Message, attempt: Try) -> None:
    outcome: dict[str, Any] = {"status": attempt.status, "ms": round(attempt.seconds * 1000, 1)}
    if attempt.problem:
        outcome["problem"] = attempt.problem
    if attempt.reply:
        outcome |= {"reply": attempt.reply.kind, "text": attempt.reply.text}
    account.world.journal.write("push", message, outcome, account=account.appid, openid=str(message["FromUserName"]))
