"""Asks a language model behind an OpenAI-compatible endpoint how a message may have been meant; a proposal, no more."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import aiohttp
import structlog

log = structlog.get_logger()

SECONDS = 3.0
LARGEST = 64 * 1024
LONGEST_ASKED = 300
LONGEST_TOLD = 100


class Fallback:
    """One endpoint; ``instructions`` tell it in which plain forms to answer.

    Nothing but the words of the message leaves the house: no name, no openid, no order, no conversation.
    """

    def __init__(self, session: aiohttp.ClientSession, url: str, key: str, model: str, instructions: str) -> None:
        self._session = session
        self._url = url.rstrip("/") + "/chat/completions"
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._model = model
        self._instructions = instructions

    async def propose(self, text: str) -> str | None:
        """One line that the message may have meant, or None: late, broken and odd answers are all no answer."""
        if not text.strip() or len(text) > LONGEST_ASKED:
            return None
        try:
            async with asyncio.timeout(SECONDS):
                return _line(await self._ask(text))
        except (TimeoutError, aiohttp.ClientError, ValueError, LookupError, TypeError, RecursionError) as error:
            log.info("fallback_silent", why=type(error).__name__)
            return None

    async def _ask(self, text: str) -> str:
        asked = [{"role": "system", "content": self._instructions}, {"role": "user", "content": text}]
        body = {"model": self._model, "messages": asked, "temperature": 0, "max_tokens": 120}
        async with self._session.post(self._url, json=body, headers=self._headers, allow_redirects=False) as answer:
            if answer.status != 200:
                raise ValueError(answer.status)
            told = bytearray()
            async for piece in answer.content.iter_chunked(8192):
                told += piece
                if len(told) > LARGEST:
                    raise ValueError("too long")
        return str(json.loads(told)["choices"][0]["message"]["content"])


def proposer(
    session: aiohttp.ClientSession, url: str, key: str, model: str, instructions: str
) -> Callable[[str], Awaitable[str | None]] | None:
    """How to ask the endpoint at ``url`` for proposals; None when there is no endpoint."""
    return Fallback(session, url, key, model, instructions).propose if url else None


def _line(told: str) -> str | None:
    line = " ".join(told.split()).strip("「」\"'` ")
    return line if 0 < len(line) <= LONGEST_TOLD and line.isprintable() else None
