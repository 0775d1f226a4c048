"""How carrier services are spoken to: one form over HTTP, a JSON object back, and what its words may hold."""

import asyncio
import json
from typing import Any

import aiohttp

from domain.errors import DeliveryFailed

LARGEST = 1 << 20

_TIMEOUT = aiohttp.ClientTimeout(total=10, sock_connect=3)


async def post(session: aiohttp.ClientSession, url: str, form: dict[str, str]) -> dict[str, Any]:
    """Send a form and give back the JSON object of the answer; ``DeliveryFailed`` when there is none."""
    try:
        async with session.post(url, data=form, timeout=_TIMEOUT, allow_redirects=False) as response:
            answer = object_in(await _capped(response)) if response.status == 200 else {}
    except aiohttp.ClientConnectorError as error:
        raise DeliveryFailed(type(error).__name__, text="no connection") from None
    except (TimeoutError, aiohttp.ClientError, asyncio.IncompleteReadError) as error:
        raise DeliveryFailed(type(error).__name__, maybe_sent=True, kind="ambiguous") from None
    if not answer:
        raise DeliveryFailed(f"http {response.status}", text="no JSON in the answer")
    return answer


def object_in(text: str) -> dict[str, Any]:
    """The JSON object in a text; an empty one when there is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def cleaned(value: Any) -> str:
    """A word or number of somebody else's JSON as text that a database holds and a line shows; else nothing."""
    text = str(value) if isinstance(value, str | int) else ""
    return "".join(char for char in text if char.isprintable()).strip()


async def _capped(response: aiohttp.ClientResponse) -> str:
    body = bytearray()
    async for chunk in response.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > LARGEST:
            return ""
    return body.decode(errors="replace")
