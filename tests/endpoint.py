"""A fake of an OpenAI-compatible endpoint: it answers what a test tells it, and remembers what it was asked."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass
class Endpoint:
    """``says`` is the content of the next answers; ``raw``, ``status`` and ``slow`` make them worse."""

    says: str = ""
    raw: bytes | None = None
    status: int = 200
    slow: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    url: str = ""
    _server: TestServer | None = None
    _patience: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self) -> None:
        """Listen on a port of its own."""
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._complete)
        self._server = TestServer(app)
        await self._server.start_server()
        self.url = str(self._server.make_url("/v1"))

    async def close(self) -> None:
        """Let go of whoever waits, and stop."""
        self._patience.set()
        if self._server is not None:
            await self._server.close()

    @property
    def texts(self) -> list[str]:
        """The words that were sent here, message by message."""
        return [asked["messages"][-1]["content"] for asked in self.asked]

    async def _complete(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        self.keys.append(request.headers.get("Authorization", ""))
        if self.slow:
            await self._patience.wait()
        answer = {"choices": [{"message": {"role": "assistant", "content": self.says}}]}
        body = self.raw if self.raw is not None else json.dumps(answer).encode()
        return web.Response(body=body, status=self.status, content_type="application/json")
