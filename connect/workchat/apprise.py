"""Any other messenger by Apprise (``gendan[apprise]``), which is loaded by the first text: text only, yes or no."""

import asyncio
import importlib
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from domain.errors import DeliveryFailed

APPRISE = "apprise"
LONGEST = 2000
"""Bytes; what most messengers take."""
Load = Callable[[], Any]
"""Gives an empty list of addresses, as ``apprise.Apprise()`` is one."""


def is_installed() -> bool:
    """Whether the package is there."""
    return find_spec(APPRISE) is not None


def load() -> Any:
    """An empty list of addresses; ``ModuleNotFoundError`` without the package."""
    return importlib.import_module(APPRISE).Apprise()


class Messenger:
    """Sends to all addresses of the operator's, each an Apprise URL, in a thread: its requests block."""

    def __init__(self, urls: tuple[str, ...], load: Load = load) -> None:
        self._urls = urls
        self._load = load
        self._to: Any = None

    async def carry(self, text: str) -> None:
        """Send, or raise ``DeliveryFailed``: whatever one of them did not clearly take goes another way."""
        try:
            taken = await asyncio.to_thread(self._notify, text)
        except ModuleNotFoundError:
            raise failed("not_installed") from None
        if not taken:
            raise failed("not_taken")

    def _notify(self, text: str) -> bool:
        if self._to is None:
            found = self._load()
            if not all(found.add(url) for url in self._urls):
                raise failed("bad_url")
            self._to = found
        # Without a title the text is whole: some messengers have no place for one.
        # Up to 2.2 the answer is a boolean, from 2.3 on a result that is true when every address took it.
        return bool(self._to.notify(body=text, body_format="text"))


def failed(code: str) -> DeliveryFailed:
    """A text that was not taken; one that can be taken by nobody until it is mended shuts the way for a while."""
    kind = "content" if code == "not_taken" else "config"
    return DeliveryFailed(f"{APPRISE}:{code}", permanent=True, kind=kind)
