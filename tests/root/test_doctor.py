"""The doctor, with the product running beside it and each thing broken in turn: what it says, and what to do."""

import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from desk.checkup import examine
from desk.finding import Finding
from desk.premises import now
from domain.database import close_database, open_database
from domain.keyring import unlock
from domain.marking import ENGINE, put_mark
from domain.models import Identity
from manage import knocks
from settings import Environment
from simulator import Clock, OfficialAccount, Platform
from tests.crash.child import Child
from tests.harness import settings_for, simulated
from tests.ports import unused_port


class Practice:
    """A platform, a shop's database, perhaps the service on it, and a doctor who can be asked again and again."""

    def __init__(self, platform: Platform, account: OfficialAccount, site: TestServer, url: str, folder: Path) -> None:
        self.platform, self.account, self._site = platform, account, site
        self.url, self.folder = url, folder
        self.port = unused_port()
        self.home = f"http://127.0.0.1:{self.port}"

    async def ask(self, **changed: Any) -> dict[str, Finding]:
        """Every finding by its English name, under changed settings; ``main__token`` changes the account's."""
        own = {name.removeprefix("main__"): changed.pop(name) for name in list(changed) if name.startswith("main__")}
        url: str = changed.pop("database", self.url)
        plain = settings_for(url, self.account, self._site, self.platform.carrier, port=self.port, public_url=self.home)
        main = plain.accounts["main"]
        account = type(main).model_validate(main.model_dump() | own)
        settings = plain.model_copy(update={"accounts": {"main": account}} | changed)
        found = await examine(settings, knocks(settings), clock=now)
        return {one.what.rpartition(" ")[2]: one for one in found}

    async def bad(self, **changed: Any) -> dict[str, str]:
        """What fails under changed settings, as its words and its fix."""
        return {
            name: f"{one.words} → {one.fix}" for name, one in (await self.ask(**changed)).items() if one.ok is False
        }

    def service(self) -> Child:
        """The product on this database, as a process of its own."""
        account, base = self.account, str(self._site.make_url("")).rstrip("/")
        ours = {
            "APPID": account.appid,
            "SECRET": account.secret,
            "TOKEN": account.token,
            "AES_KEY": account.aes_key,
            "ORIGINAL_ID": account.original_id,
            "TEMPLATES__DEFAULT": next(iter(account.templates.all())).template_id,
        }
        environment = {
            "GENDAN_ENV": "test",
            "GENDAN_PORT": str(self.port),
            "GENDAN_DATABASE_URL": self.url,
            "GENDAN_WECHAT_API_URL": base,
            "GENDAN_SECRET_FILE": str(self.folder / "key"),
            **{f"GENDAN_ACCOUNTS__MAIN__{name}": value for name, value in ours.items()},
        }
        return Child(environment, self.home, self.folder)


@pytest.fixture
async def practice(blank: Path, tmp_path: Path) -> AsyncIterator[Practice]:
    shutil.copy(blank, tmp_path / "shop.sqlite3")
    async with simulated(Clock(lambda: datetime.now(UTC))) as (platform, account, site):
        yield Practice(platform, account, site, f"sqlite://{tmp_path / 'shop.sqlite3'}", tmp_path)


@asynccontextmanager
async def running(practice: Practice) -> AsyncIterator[None]:
    """The service at work, and its dispatcher heard."""
    child = practice.service()
    try:
        await child.start()
        await on_database(practice, put_mark(ENGINE, "all", now=now()))
        yield
    finally:
        await child.clear_away()


async def on_database(practice: Practice, work: Any) -> Any:
    from domain.database import visit_database

    await visit_database(practice.url)
    try:
        return await work
    finally:
        await close_database()


@asynccontextmanager
async def answering(status: int = 200, text: str = "", date: datetime | None = None) -> AsyncIterator[str]:
    """Somebody else's server."""

    async def answer(request: web.Request) -> web.Response:
        said = web.Response(status=status, text=text or request.query.get("echostr", "success"))
        if date is not None:
            said.headers["Date"] = f"{date:%a, %d %b %Y %H:%M:%S} GMT"
        return said

    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", answer)
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(TestServer(app))
        yield str(server.make_url("")).rstrip("/")


async def test_all_is_well_and_nothing_is_left_behind(practice: Practice):
    key = {"secret_file": practice.folder / "key"}
    async with running(practice):
        found = await practice.ask(**key)
        again = await practice.ask(**key)
        assert await practice.bad(**key, host="0.0.0.0") == {}
    assert {name: one.words for name, one in found.items() if not one.ok} == {
        "backup": "夜间备份没有开（GENDAN_BACKUP_DIR） · nightly copies are off"
    }
    assert [*again] == [*found]
    places = {"settings", "accounts", "url", "database", "migrations", "writes", "key", "identities", "dispatcher"}
    assert places | {"backup", "clock", "token", "templates", "callback"} <= {*found}
    assert all(one.fix == "" for one in found.values())
    await open_database(practice.url)
    assert not await Identity.exists()
    await close_database()


async def test_an_address_that_leads_elsewhere(practice: Practice):
    key: dict[str, Any] = {"secret_file": practice.folder / "key"}
    async with running(practice):
        for status, text, words in (
            (200, "hello", "somebody else"),
            (200, "", "伪造"),
            (502, "x", "proxy_pass"),
            (404, "x", "路径"),
            (413, "x", "client_max_body_size"),
        ):
            async with answering(status, text) as elsewhere:
                failed = await practice.bad(public_url=elsewhere, **key)
            assert [*failed] == ["callback"]
            assert words in failed["callback"]
            assert "服务在本机正常" in failed["callback"]
        gone = await practice.bad(public_url="http://127.0.0.1:9", **key)
        assert "服务在本机正常" in gone["callback"]
        for wrong in ({"main__token": "AnotherToken"}, {"main__aes_key": "q" * 43}):
            refused = await practice.bad(**wrong, **key)
            assert [*refused] == ["callback"]
            assert "AES_KEY" in refused["callback"]
        assert "callback" in await practice.bad(main__original_id="gh_another", **key)


async def test_a_service_that_does_not_run(practice: Practice):
    failed = await practice.bad()
    assert {*failed} == {"callback", "dispatcher"}
    assert "gendan serve" in failed["callback"]
    assert "gendan serve" in failed["dispatcher"]
    await on_database(practice, put_mark(ENGINE, "all", now=now() - timedelta(minutes=2)))
    assert "120" in (await practice.bad())["dispatcher"]


async def test_what_the_platform_refuses(practice: Practice):
    practice.account.ip_whitelist = {"203.0.113.9"}
    failed = await practice.bad()
    assert "40164" in failed["token"]
    assert "把 127.0.0.1 加到" in failed["token"]
    assert "IP 白名单" in failed["token"]
    assert "templates" not in failed
    practice.account.ip_whitelist = None
    for code, words in ((40125, "SECRET"), (40013, "APPID"), (40243, "解冻"), (-1, "再试"), (45009, "额度")):
        practice.platform.faults.add(api="stable_token", kind="errcode", code=code)
        failed = await practice.bad()
        assert str(code) in failed["token"]
        assert words in failed["token"]
    assert "40125" in (await practice.bad(main__secret="0" * 32))["token"]
    assert "DNS" in (await practice.bad(wechat_api_url="http://127.0.0.1:9"))["token"]


async def test_templates_that_are_not_there_or_do_not_fit(practice: Practice):
    default = next(iter(practice.account.templates.all())).template_id
    poor = practice.account.templates.add("空", "第{{number1.DATA}}号").template_id
    for mapping, words in (
        ({}, "DEFAULT"),
        ({"DEFAULT": "gone"}, "DEFAULT gone"),
        ({"DEFAULT": default, "ORDER_SHIPED": default}, "ORDER_SHIPED"),
        ({"DEFAULT": poor}, "templates check"),
        ({"ORDER_SHIPPED": default}, "templates check"),
    ):
        failed = await practice.bad(main__templates=mapping)
        assert words in failed["templates"]
    practice.platform.faults.add(api="template/get_all_private_template", kind="errcode", code=48001)
    assert "认证服务号" in (await practice.bad())["templates"]


@pytest.mark.parametrize(("skew", "fine"), [(0, True), (20, True), (60, False), (-3600, False)])
async def test_a_clock_that_is_off(practice: Practice, skew: int, fine: bool):
    async with answering(date=datetime.now(UTC) - timedelta(seconds=skew)) as platform:
        clock = (await practice.ask(wechat_api_url=platform))["clock"]
    assert clock.ok is fine
    assert "微信" in clock.words
    assert fine or "timedatectl" in clock.fix


async def test_a_clock_with_nothing_to_compare(practice: Practice):
    assert (await practice.ask(wechat_api_url="http://127.0.0.1:9"))["clock"].ok is None


@pytest.mark.postgres
async def test_the_clock_of_the_database_serves_instead(practice: Practice, postgres: str):
    found = await practice.ask(wechat_api_url="http://127.0.0.1:9", database=f"{postgres}/blank")
    assert found["clock"].ok is True
    assert "数据库" in found["clock"].words
    assert found["writes"].ok is True


async def test_a_database_that_is_not_ready(practice: Practice, tmp_path: Path):
    assert "gendan migrate" in (await practice.bad(database=f"sqlite://{tmp_path / 'none'}"))["database"]
    assert not (tmp_path / "none").exists()
    (tmp_path / "broken").write_bytes(b"no database" * 500)
    assert "连不上" in (await practice.bad(database=f"sqlite://{tmp_path / 'broken'}"))["database"]
    failed = await practice.bad(database="postgres://shop:geheim@127.0.0.1:9/gendan")
    assert "GENDAN_DATABASE_URL" in failed["database"]
    assert "geheim" not in str(failed)
    alter(tmp_path, "DELETE FROM tortoise_migrations WHERE id = (SELECT max(id) FROM tortoise_migrations)")
    assert "gendan migrate" in (await practice.bad())["migrations"]
    alter(tmp_path, "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('gendan', '9999_x', '2030-01-01')")
    assert "9999_x" in (await practice.bad())["migrations"]


@pytest.mark.postgres
async def test_a_database_that_takes_no_writes(practice: Practice, postgres: str):
    connection = await asyncpg.connect(f"{postgres}/postgres")
    await connection.execute("CREATE DATABASE replica TEMPLATE blank")
    await connection.execute("ALTER DATABASE replica SET default_transaction_read_only = on")
    failed = await practice.bad(database=f"{postgres}/replica")
    assert "只读" in failed["writes"]
    await connection.execute("DROP DATABASE replica WITH (FORCE)")
    await connection.close()


async def test_a_key_or_an_account_that_was_exchanged(practice: Practice, tmp_path: Path):
    key = tmp_path / "key"
    assert (await practice.ask(secret_file=key))["key"].ok is None
    assert not key.exists()
    await on_database(practice, unlock(key, now=now()))
    assert (await practice.ask(secret_file=key))["key"].ok is True
    assert "GENDAN_SECRET_FILE" in (await practice.bad())["key"]
    assert "不见了" in (await practice.bad(secret_file=tmp_path / "other"))["key"]
    assert not (tmp_path / "other").exists()
    key.write_text("ab" * 32)
    assert "gendan adopt" in (await practice.bad(secret_file=key))["key"]
    key.write_text("nothing")
    assert "读不了" in (await practice.bad(secret_file=key))["key"]
    await on_database(practice, put_mark("account:main", "wx00000000000000ff", now=now()))
    assert "wx00000000000000ff" in (await practice.bad(secret_file=key))["identities"]
    await on_database(practice, put_mark("account:main", practice.account.appid, now=now()))
    await on_database(practice, put_mark("account:second", "wx1", now=now()))
    assert "second" in (await practice.ask(secret_file=key))["identities"].words


async def test_a_machine_that_is_not_ready(practice: Practice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    copies = tmp_path / "copies"
    assert "gendan backup" in (await practice.bad(backup_dir=copies))["backup"]
    copies.mkdir()
    for name in ("nightly-20261101T190000Z", "nightly-20261101T190000Z.manifest.json"):
        (copies / name).touch()
    assert "2026-11-01" in (await practice.bad(backup_dir=copies))["backup"]
    failed = await practice.bad(public_url="")
    assert "https" in failed["url"]
    failed = await practice.bad(env=Environment.PRODUCTION, public_url="http://shop.example.com")
    assert "https" in failed["url"]
    monkeypatch.setenv("GENDAN_PROT", "8080")
    assert "GENDAN_PROT" in (await practice.bad())["settings"]
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=usage.total // 50))
    assert any("腾出空间" in words for words in (await practice.bad()).values())


def alter(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "shop.sqlite3")) as database, database:
        database.execute(statement)


def test_a_finding_is_a_line_and_its_fix_another():
    assert Finding("时钟 clock", True, "好").line == "✓ 时钟 clock  好"
    assert Finding("时钟 clock", False, "慢", "校准").line == "✗ 时钟 clock  慢\n    → 校准"
    assert Finding("时钟 clock", None, "没有").line.startswith("–")
