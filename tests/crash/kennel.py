"""Processes of the product, forked from a warm one: started in some hundredths of a second, killed, counted."""

import asyncio
import atexit
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Fork:
    """One process: its number, and its exit code once it has ended, negative for the signal that ended it."""

    pid: int
    end: "Future[int]"

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return not self.end.done()

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal, if it still runs."""
        if self.running:
            os.kill(self.pid, number)

    async def ended(self, seconds: float) -> int:
        """Wait for its end."""
        return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(self.end)), seconds)


@cache
def kennel() -> "Kennel":
    """The one of this process, warm as long as it runs."""
    made = Kennel()
    atexit.register(made.close)
    return made


class Kennel:
    """The warm process; usable from any event loop, and closed at the end of everything."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.warm"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._ids = itertools.count()
        self._started: dict[int, Future[Fork]] = {}
        self._ends: dict[int, Future[int]] = {}
        self._lock = threading.Lock()
        self._ready: Future[None] = Future()
        self._reader = threading.Thread(target=self._read, name="kennel", daemon=True)
        self._reader.start()

    async def start(
        self, arguments: list[str], environment: Mapping[str, str], folder: Path, log: Path, **more: Any
    ) -> Fork:
        """A new process with these arguments of ``gendan``."""
        await asyncio.wrap_future(self._ready)
        number = next(self._ids)
        fork: Future[Fork] = Future()
        self._started[number] = fork
        wish = {"id": number, "arguments": arguments, "environment": dict(environment), "folder": str(folder)}
        assert self._process.stdin is not None
        with self._lock:
            self._process.stdin.write(json.dumps(wish | {"log": str(log)} | more) + "\n")
            self._process.stdin.flush()
        return await asyncio.wrap_future(fork)

    def close(self) -> None:
        """End every process, and the warm one."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._reader.join(10)
        self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._note(json.loads(line))

    def _note(self, word: dict[str, Any]) -> None:
        if "ready" in word:
            self._ready.set_result(None)
        elif "code" in word:
            self._ends.pop(word["pid"]).set_result(word["code"])
        else:
            end: Future[int] = Future()
            self._ends[word["pid"]] = end
            self._started.pop(word["id"]).set_result(Fork(word["pid"], end))
