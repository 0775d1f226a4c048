"""A whole story with secrets that can be told from everything else: afterwards none is anywhere it should not be."""

import io
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp import ClientSession, CookieJar

import logbook
from domain import joining
from domain.database import sqlite_file
from domain.models import Event
from domain.safekeeping import back_up, manifest_of
from domain.values import SYSTEM, Role
from tests.harness import CHEN, LI, LU, QIANG, WANG, Chat
from tests.root.test_logbook import Bench, bench

__all__ = ["bench"]

PHONE = "13912345678"
STREET = "保密路99号"
PASSWORD = "Canary-Pass-8842"
NICKNAME = "金丝雀昵称"
IN_WECHAT = {"User-Agent": "Mozilla/5.0 MicroMessenger/8.0.54"}


@pytest.fixture
def knobs() -> dict[str, Any]:
    return {"fallback_url": "http://127.0.0.1:9", "fallback_key": "CanaryFallbackKey77", "fallback_model": "m"}


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """What the product writes at its most talkative."""
    settled, root = structlog.get_config(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = []
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    logbook.set_up("DEBUG", "json")
    structlog.configure(cache_logger_on_first_use=False)
    yield stream.getvalue
    structlog.configure(**settled)
    root.handlers[:], root.level = handlers, level
    logging.getLogger("aiohttp.server").removeFilter(logbook.calmed)
    logbook._known.clear()


async def story(chat: Chat) -> dict[str, str]:
    """Joining, ordering, looking at the page, a failure of everything, an attack; the secrets that were used."""
    code = (await joining.invite_contact("C001", NICKNAME, Role.BUYER, by=SYSTEM, now=chat.platform.clock())).code
    await chat.say(LU, f"绑定 {code}")
    await chat.say(LU, "绑定 WRONGCOD")
    await chat.say(WANG, f"下单 A100 20箱 明天送，送到深圳市福田区{STREET}，联系人赵六，电话{PHONE}")
    await chat.say(WANG, "确认")
    await chat.say(QIANG, "发货 1001 顺丰 SF1234567890123")
    await chat.say(CHEN, "待审核")
    await chat.say(LI, "胡言乱语天书")
    secrets = {"code": code, "phone": PHONE, "street": STREET}
    return secrets | await _looked_at(chat) | await _attacked(chat)


async def _looked_at(chat: Chat) -> dict[str, str]:
    await chat.say(WANG, "链接 1001")
    link = next(b.text.split("\n")[1] for b in chat.unread(WANG) if "的页面" in b.text)
    found = {"link": link.rpartition("/")[2]}
    async with ClientSession(headers=IN_WECHAT, cookie_jar=CookieJar(unsafe=True)) as http:
        async with http.get(link, allow_redirects=False) as away:
            assert away.status == 302
            found["trip"] = away.cookies["gendan-trip"].value
            to = away.headers["Location"]
        async with http.get(to.replace("#", f"&as_openid={WANG.openid}#"), allow_redirects=False) as back:
            assert back.status == 302
            here = back.headers["Location"]
            found["oauth"] = re.findall(r"code=([^&]+)", here)[0]
            found["state"] = re.findall(r"state=([^&#]+)", here)[0]
        async with http.get(here, allow_redirects=False) as arrived:
            found["visit"] = arrived.cookies["gendan-visit"].value
        async with http.get(link) as page:
            assert STREET in await page.text()
    return found


async def _attacked(chat: Chat) -> dict[str, str]:
    token = chat.account.token
    async with ClientSession() as http:
        for path in (
            f"/wechat/main?signature={token}&timestamp=1&nonce={token}",
            f"/wechat/{token}",
            f"/o/{token}",
            f"/hooks/carriers/kuaidi100/{token}",
            f"/static/{token}",
        ):
            await (await http.post(chat.url + path, data=token)).read()
            await (await http.get(chat.url + path)).read()
    return {}


def the_settings(chat: Chat) -> dict[str, str]:
    one = chat.shop.settings.accounts["main"]
    assert one.aes_key is not None
    carrier = chat.shop.settings.carriers["kuaidi100"]
    return {
        "appsecret": one.secret.get_secret_value(),
        "token": one.token.get_secret_value(),
        "aes_key": one.aes_key.get_secret_value(),
        "carrier": carrier.key.get_secret_value(),
        "fallback": "CanaryFallbackKey77",
    }


async def test_no_secret_is_in_a_log_a_metric_a_strangers_page_or_a_manifest(chat: Chat, written: Any, tmp_path: Path):
    logbook.hide(chat.shop.settings.secrets)
    chat.platform.faults.add(push="text", kind="parallel", n=2)
    secrets = the_settings(chat) | await story(chat)
    secrets["access_token"] = await chat.shop._wechat["main"].token()
    everywhere = {"log": written()}
    async with ClientSession() as http:
        for path in ("/metrics", "/healthz", "/readyz", f"/o/{secrets['link']}", f"/o/{secrets['link']}x", "/nothing"):
            async with http.get(chat.url + path) as answer:
                headers = {name: value for name, value in answer.headers.items() if name != "Set-Cookie"}
                everywhere[path] = f"{headers}{await answer.text()}"
    file = sqlite_file(chat.shop.settings.database_url)
    if file is not None:
        copy = tmp_path / "copy.sqlite3"
        await back_up(chat.shop.settings.database_url, copy, version="1", now=chat.platform.clock())
        everywhere["manifest"] = manifest_of(copy).read_text("utf-8")
    assert everywhere["log"].count("\n") > 20, "the log was listened to"
    for openid in (WANG.openid, LU.openid, LI.openid):
        secrets[openid] = openid
    found = {
        (name, where)
        for name, secret in secrets.items()
        for where, text in everywhere.items()
        if secret in text and not (name == "link" and where == f"/o/{secret}")
    }
    assert not found
    assert NICKNAME not in everywhere["log"]
    assert secrets["code"] not in str(await Event.all().values("facts"))
    chat.skip_all()


async def test_a_trace_of_anything_shows_none_of_them(chat: Chat, written: Any):
    secrets = the_settings(chat) | {"phone": PHONE, "openid": "o" + "Ab1_-" * 5 + "xy", "password": PASSWORD}
    log = structlog.get_logger()
    logbook.hide(chat.shop.settings.secrets)
    url = f"postgres://gendan:{PASSWORD}@db:5432/gendan"
    query = (
        f"https://api/x?access_token={secrets['token']}&code=CanaryCode1&state=CanaryState1&openid={secrets['openid']}"
    )
    try:
        raise RuntimeError(f"{url} {query} {' '.join(secrets[name] for name in secrets if name != 'password')}")
    except RuntimeError as error:
        log.exception("bug", cause=error, nested={"cookie": "CanaryCookie1", "url": [query]}, row={"phone": PHONE})
        logging.getLogger("asyncio").error("never retrieved: %s", error, exc_info=error)
    told = written()
    assert not {name for name, secret in secrets.items() if secret in told}
    assert "Canary" not in told


def test_the_password_of_a_database_is_in_no_refusal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    import typer

    from desk.terminal import refuse

    with pytest.raises(typer.Exit):
        refuse(f"cannot connect to postgres://gendan:{PASSWORD}@db:5432/gendan?password={PASSWORD}")
    assert PASSWORD not in capsys.readouterr().err


@pytest.mark.parametrize("name", ["secret", "token", "password", "openid", "cookie", "phone", "address", "content"])
def test_fields_of_these_names_are_never_shown(bench: Bench, name: str):
    bench.log().info("x", **{name: "the-value", f"new_{name}": ["the-value"]}, deep=[{"a": {name: "the-value"}}])
    assert "the-value" not in bench.written()
