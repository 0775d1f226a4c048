"""The commands about where staff hear alerts, as a person at the desk meets them: noted, tried, refused in one line."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from aiohttp.test_utils import TestServer

from connect.workchat.apprise import is_installed
from simulator import Clock, Platform, make_app
from simulator.mail import MailServer
from tests.root.test_manage import Desk, Ended, desk, shop  # noqa: F401

TRIED = "跟单：通道试发"


def test_a_way_and_an_address_of_ones_own_are_noted(shop: Desk):  # noqa: F811
    ways = {
        "GENDAN_MAIL__HOST": "mail.shop.example", "GENDAN_MAIL__SENDER": "alerts@shop.example",
        "GENDAN_WECOM_APP__CORP": "ww1", "GENDAN_WECOM_APP__AGENT": "1000002", "GENDAN_WECOM_APP__SECRET": "hush",
        "GENDAN_APPRISE_URLS": "json://a", "GENDAN_WEBHOOKS__CRM__URL": "https://crm.example/in",
    }  # fmt: skip

    def chosen() -> tuple[str, bool]:
        (row,) = json.loads(shop.run("channels", "--json", **ways).stdout)
        return row["channel"], row["set_up"]

    assert chosen() == ("wechat", True)
    for way in ("apprise", "hook:crm", "wechat"):
        assert f"S001 的预警走 {way}" in shop.run("channels", "use", "S001", way, **ways).stdout
        assert chosen() == (way, True)
    for way, noted, address in (("wecom_app", "member", "LaoLi"), ("email", "mailbox", "li@shop.example")):
        lacking = shop.run("channels", "use", "S001", way, **ways)
        assert (lacking.returncode, f"gendan channels {noted} S001" in lacking.stderr) == (1, True)
        assert chosen()[0] != way
        assert address in shop.run("channels", noted, "S001", address).stdout
        assert shop.run("channels", "use", "S001", way, **ways).returncode == 0
        assert chosen() == (way, True)
    nobody = shop.run("channels", "use", "S009", "email", **ways)
    assert (nobody.returncode, "没有员工 S009；看都有谁：gendan channels · " in nobody.stderr) == (1, True), (
        nobody.stderr
    )
    (row,) = json.loads(shop.run("channels", "--json").stdout)
    assert (row["channel"], row["set_up"]) == ("email", False), "it was set up once, and is no more"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("use S001 wecom_app", 2, "GENDAN_WECOM_APP__CORP"), ("use S001 hook:crm", 2, "没有设置"),
        ("use S009 wechat", 1, "没有员工 S009"), ("member S009 LaoLi", 1, "没有员工 S009"),
        ("member S001 老李", 2, "不是企业微信账号"), ("member S001 -x", 2, ""), ("mailbox S001 li@shop", 2, "不是邮箱"),
        ("try email --to li@shop.example", 2, "GENDAN_MAIL__HOST"), ("try wecom_app --to LaoLi", 2, "GENDAN_WECOM_APP"),
        ("try apprise", 2, "GENDAN_APPRISE_URLS"), ("try hook:crm", 2, "GENDAN_WEBHOOKS__CRM__URL"),
        ("try dingtalk", 2, "GENDAN_CHANNELS__DINGTALK__URL"), ("resume hook:crm", 1, "没有停用"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_one_line(shop: Desk, words: str, code: int, said: str):  # noqa: F811
    ended = shop.run("channels", *words.split())
    assert (ended.returncode, said in ended.stderr, "Traceback" in ended.stderr) == (code, True, False), ended.stderr


@dataclass
class Town:
    """The strict receivers on loopback, and a desk that is set up for them."""

    desk: Desk
    platform: Platform
    mail: MailServer
    ways: dict[str, str]

    async def tries(self, *words: str, **changed: str) -> Ended:
        """``channels try``, while the receivers go on beside it."""
        return await asyncio.to_thread(self.desk.run, "channels", "try", *words, **(self.ways | changed))


@pytest.fixture
async def town(desk: Desk) -> AsyncIterator[Town]:  # noqa: F811
    mail = MailServer()
    async with Platform(Clock(lambda: datetime.now(UTC))) as platform, TestServer(make_app(platform)) as server:
        base, app = str(server.make_url("")).rstrip("/"), platform.wecom_app
        yield Town(desk, platform, mail, {
            "GENDAN_MAIL__HOST": "127.0.0.1", "GENDAN_MAIL__PORT": str(await mail.start()),
            "GENDAN_MAIL__TLS": "none", "GENDAN_MAIL__SENDER": "alerts@shop.example",
            "GENDAN_WECOM_APP__CORP": app.corp, "GENDAN_WECOM_APP__AGENT": str(app.agent),
            "GENDAN_WECOM_APP__SECRET": app.secret, "GENDAN_WECOM_APP__URL": base,
            "GENDAN_WEBHOOKS__CRM__URL": f"{base}/hooks/standard", "GENDAN_WEBHOOKS__CRM__INSIDE": "true",
            "GENDAN_WEBHOOKS__CRM__SECRET": platform.rooms.secrets["webhook"],
        })  # fmt: skip
        await mail.close()


def refused(ended: Ended, *said: str) -> None:
    """One line that names the code and what to do, and no secret."""
    assert (ended.returncode, ended.stdout) == (1, ""), ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
    assert all(word in ended.stderr for word in said), ended.stderr


async def test_the_wecom_app_is_tried(town: Town):
    assert "发出去了" in (await town.tries("wecom_app", "--to", "LaoLi")).stdout
    assert town.platform.wecom_app.told == [("LaoLi", TRIED)]
    refused(await town.tries("wecom_app", "--to", "LaoWang"), "wecom_app:81013", "账号")
    town.platform.wecom_app.trusted = False
    refused(await town.tries("wecom_app", "--to", "LaoLi"), "wecom_app:60020", "IP")
    refused(await town.tries("wecom_app", "--to", "LaoLi", GENDAN_WECOM_APP__SECRET="wrong"), "wecom_app:40001")
    unsaid = await town.tries("wecom_app")
    assert (unsaid.returncode, "--to" in unsaid.stderr) == (2, True)


async def test_a_webhook_is_tried(town: Town):
    assert "发出去了" in (await town.tries("hook:crm")).stdout
    assert town.platform.rooms.told == [("webhook", TRIED)]
    town.platform.rooms.status = 410
    refused(await town.tries("hook:crm"), "webhook:410")
    refused(await town.tries("hook:crm", GENDAN_WEBHOOKS__CRM__SECRET="whsec_b3RoZXI="), "webhook:401", "密钥")
    refused(await town.tries("hook:crm", GENDAN_WEBHOOKS__CRM__INSIDE="false"), "webhook:")


async def test_mail_is_tried(town: Town):
    assert "发出去了" in (await town.tries("email", "--to", "li@shop.example")).stdout
    (letter,) = town.mail.taken
    assert (letter["To"], letter["Subject"]) == ("li@shop.example", TRIED)
    town.mail.answer("RCPT", "550 5.1.1 no such user")
    refused(await town.tries("email", "--to", "nobody@shop.example"), "email:550", "邮箱地址")
    refused(await town.tries("email", "--to", "li@shop.example", GENDAN_MAIL__TLS="starttls"), "email:no_tls")
    for to in ("", "li@shop"):
        unsaid = await town.tries("email", "--to", to)
        assert (unsaid.returncode, "--to" in unsaid.stderr) == (2, True)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
async def test_apprise_is_tried(town: Town):
    for url, code in (
        ("tgram:/123456789:secret-token-of-a-bot", "bad_url"),
        ("json://li:secret-token@127.0.0.1:9/", "not_taken"),
    ):
        ended = await town.tries("apprise", GENDAN_APPRISE_URLS=url)
        assert (ended.returncode, ended.stdout) == (1, ""), ended.stderr
        # Before its own words stand those of the library, in the form of the log.
        assert f"apprise:{code if is_installed() else 'not_installed'}" in ended.stderr.splitlines()[-1]
        assert "secret-token" not in ended.stderr
