"""The bot as a child process: started, killed without mercy, started again; for the demonstration and for tests."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp

ROOT = Path(__file__).parent
READY_SECONDS = 20.0


class Bot:
    """The bot's process: started, killed without mercy, started again."""

    def __init__(self, environment: Mapping[str, str], url: str, log: Path) -> None:
        self._environment = dict(environment)
        self._url = url
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self._ahead = timedelta()

    async def start(self) -> None:
        """Start it and wait until it can work."""
        # Settings of this machine's real shop, in the environment or in files where we stand, are none of its business.
        plain = {name: value for name, value in os.environ.items() if not name.upper().startswith("GENDAN_")}
        environment = {**plain, **self._environment, "GENDAN_DEMO_AHEAD": str(self._ahead.total_seconds())}
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                str(ROOT / "manage.py"),
                "serve",
                env=environment,
                stdout=log,
                stderr=log,
                cwd=self._log.parent,
            )
        await self._until_ready()

    async def restart(self) -> None:
        """Kill it with SIGKILL and start it again."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        await self.start()

    async def advance(self, step: timedelta) -> None:
        """Move its clock, now and for later starts."""
        self._ahead += step
        await self._ask("POST", "/demo/clock", {"seconds": step.total_seconds()})

    async def check(self) -> dict[str, Any]:
        """What it still holds."""
        found = await self._ask("GET", "/demo/trace")
        return {"waiting": found["due"], "unsettled": found["unsettled"]}

    async def stop(self) -> None:
        """Ask it to end, and see that it does."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(12):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()

    async def _ask(self, method: str, path: str, wish: Any = None) -> Any:
        async with aiohttp.ClientSession() as session, session.request(method, self._url + path, json=wish) as response:
            return await response.json()

    async def _until_ready(self) -> None:
        async with aiohttp.ClientSession() as session, asyncio.timeout(READY_SECONDS):
            while True:
                if self._process is not None and self._process.returncode is not None:
                    raise SystemExit(f"服务没有起来，请看 {self._log} · the bot did not start, see {self._log}")
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(f"{self._url}/readyz") as response:
                        if response.status == 200:
                            return
                await asyncio.sleep(0.05)
