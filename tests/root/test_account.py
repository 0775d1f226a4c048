"""Setting up an account from the command line: menu, templates and the doctor, against the simulated platform."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from domain.database import close_database, visit_database
from domain.marking import ENGINE, put_mark
from simulator import Clock, OfficialAccount, Platform
from templates import menu
from tests.crash.child import Child
from tests.harness import simulated
from tests.ports import unused_port

ROOT = Path(__file__).parent.parent.parent


@dataclass
class Console:
    """A shell of somebody who sets up an account."""

    account: OfficialAccount
    platform: Platform
    environment: dict[str, str]
    folder: Path

    async def run(self, *words: str, **settings: str) -> tuple[int, str]:
        """One command: how it ended and what it said."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(ROOT / "manage.py"),
            *words,
            env=self.environment | settings,
            cwd=self.folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, said.decode()


@pytest.fixture
async def console(blank: Path, tmp_path: Path) -> AsyncIterator[Console]:
    shutil.copy(blank, tmp_path / "shop.sqlite3")
    async with simulated(Clock(lambda: datetime.now(UTC))) as (platform, account, site):
        yield Console(account, platform, environment(account, site, tmp_path), tmp_path)


def environment(account: OfficialAccount, site: TestServer, folder: Path) -> dict[str, str]:
    template = next(iter(account.templates.all()))
    return {
        "PATH": os.environ["PATH"],
        "GENDAN_DATABASE_URL": f"sqlite://{folder / 'shop.sqlite3'}",
        "GENDAN_PUBLIC_URL": "https://bot.example.com",
        "GENDAN_WECHAT_API_URL": str(site.make_url("")).rstrip("/"),
        "GENDAN_ACCOUNTS__MAIN__APPID": account.appid,
        "GENDAN_ACCOUNTS__MAIN__SECRET": account.secret,
        "GENDAN_ACCOUNTS__MAIN__TOKEN": account.token,
        "GENDAN_ACCOUNTS__MAIN__AES_KEY": account.aes_key,
        "GENDAN_ACCOUNTS__MAIN__TEMPLATES__DEFAULT": template.template_id,
    }


async def test_the_menu_reaches_the_account(console: Console):
    assert await console.run("menu", "push") == (0, "main：菜单已更新 · menu set\n")
    assert [button["name"] for button in console.account.menu or ()] == [
        button["name"] for button in json.loads(menu())["button"]
    ]


async def test_templates_are_found_or_what_lacks_is_told(console: Console):
    assert (await console.run("templates", "check"))[0] == 0
    code, said = await console.run("templates", "check", GENDAN_ACCOUNTS__MAIN__TEMPLATES__DEFAULT="gone")
    assert code == 1
    assert "ORDER_SHIPPED" in said
    assert "gone" in said


async def test_a_doctor_with_nothing_to_say_ends_well(console: Console):
    port = unused_port()
    here = {"GENDAN_ENV": "test", "GENDAN_PORT": str(port), "GENDAN_PUBLIC_URL": f"http://127.0.0.1:{port}"}
    child = Child(console.environment | here, here["GENDAN_PUBLIC_URL"], console.folder)
    try:
        await child.start()
        # The first sign of life would take ten seconds.
        await visit_database(console.environment["GENDAN_DATABASE_URL"])
        await put_mark(ENGINE, "all", now=datetime.now(UTC))
        await close_database()
        code, said = await console.run("doctor", "--json", **here)
    finally:
        await child.clear_away()
    assert [finding["what"] for finding in json.loads(said) if finding["ok"] is False] == []
    assert {*json.loads(said)[0]} == {"what", "ok", "words", "fix"}
    assert code == 0


async def test_the_doctor_knows_the_codes_that_a_set_up_meets(console: Console):
    console.platform.faults.add(api="stable_token", code=40164, times=5)
    code, said = await console.run("doctor")
    assert code == 1
    assert "40164" in said
    assert "IP 白名单" in said
    assert console.account.secret not in said


async def test_a_wrong_secret_is_one_line(console: Console):
    code, said = await console.run("menu", "push", GENDAN_ACCOUNTS__MAIN__SECRET="0" * 32)
    assert code == 1
    assert len(said.strip().splitlines()) == 1
    assert "0" * 32 not in said
