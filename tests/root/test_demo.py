"""The demonstration by one command: it opens a shop, ends on Ctrl-C leaving nothing, and opens again quickly."""

import asyncio
import contextlib
import os
import re
import signal
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from tests.ports import unused_port

ROOT = Path(__file__).parent.parent.parent
STRANGE = {"GENDAN_PUBLIC_URL": "https://real.example.com", "GENDAN_ROLE": "web", "GENDAN_DATABASE_URL": "sqlite://x"}


@contextlib.asynccontextmanager
async def demonstration(folder: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """A running demonstration and the one address that it prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / "manage.py"),
        *("demo", "--port", str(unused_port()), "--folder", str(folder)),
        env={**os.environ, **STRANGE},
        cwd=folder.parent,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(40):
            async for line in process.stdout:
                if found := re.search(rb"http://\S+", line):
                    yield process, found[0].decode()
                    break
            else:
                pytest.fail((folder / "bot.log").read_text("utf-8"))
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
            async with asyncio.timeout(15):
                await process.wait()


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "gendan.sqlite3")) as database:
        return database.execute(query).fetchall()


async def test_a_shop_opens_by_one_command_and_opens_again(tmp_path: Path):
    folder = tmp_path / "demo"
    (tmp_path / ".env").write_text("GENDAN_PORT=1\n", "utf-8")
    async with demonstration(folder) as (first, url), aiohttp.ClientSession() as session:
        page = await session.get(url)
        assert page.status == 200
        phones = await session.get(url.removesuffix("/phones/") + "/sim/phones")
        assert [phone["name"] for phone in (await phones.json())["phones"]] == ["小王", "老李", "陈姐", "阿强", "路人"]
    assert first.returncode == 0
    bound = "SELECT openid FROM identity WHERE staff_id IS NOT NULL OR contact_id IS NOT NULL ORDER BY openid"
    people = rows(folder, bound)
    assert len(people) == 4
    assert rows(folder, "SELECT count(*) FROM product") == [(12,)]
    assert rows(folder, "SELECT count(*) FROM customer") == [(8,)]
    assert oct((folder / "account.json").stat().st_mode)[-3:] == "600"

    began = time.monotonic()
    async with demonstration(folder) as (second, _):
        taken = time.monotonic() - began
    assert second.returncode == 0
    assert rows(folder, bound) == people
    # Three seconds on a machine of its own; here other tests run beside it.
    assert taken < 12
    log = (folder / "bot.log").read_text("utf-8")
    assert log.count('"event": "serving"') == 2
    assert "Traceback" not in log
