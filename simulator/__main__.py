"""`python -m simulator`: one account, on loopback, until it is stopped."""

import argparse
import asyncio
import contextlib
import sys
from typing import Any

from aiohttp import web

from .platform import Platform
from .site import make_app

_TRAITS = ("appid", "secret", "token", "aes_key", "original_id", "name", "webhook", "mode", "format")


def _arguments(given: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8090, help="loopback port (0: any free one)")
    for trait in _TRAITS:
        choices = {"mode": ["safe", "compat", "plain"], "format": ["xml", "json"]}.get(trait)
        parser.add_argument("--" + trait.replace("_", "-"), choices=choices, help="made up if not given")
    parser.add_argument("--pace", type=float, default=5.0, help="seconds between the starts of two delivery attempts")
    parser.add_argument("--follower", action="append", default=[], metavar="NAME", help="someone who follows already")
    return parser.parse_args(given)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


async def _run(arguments: argparse.Namespace) -> None:
    traits: dict[str, Any] = {name: value for name in _TRAITS if (value := getattr(arguments, name)) is not None}
    async with Platform() as platform:
        account = platform.add_account(**traits, pace=arguments.pace)
        runner = web.AppRunner(make_app(platform), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", arguments.port).start()
        port = runner.addresses[0][1]
        _say(f"simulator on http://127.0.0.1:{port}")
        for name in ("appid", "secret", "token", "aes_key", "original_id", "webhook"):
            _say(f"  {name:12} {getattr(account, name)}")
        for name in arguments.follower:
            _say(f"  follower     {account.add_follower(name).openid} {name}")
        try:
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(_arguments()))
