"""Apprise as a way out: loaded late, beside the loop, yes or no; against a stand-in and, where there, itself."""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from connect.workchat.apprise import Messenger, is_installed
from domain.errors import DeliveryFailed
from domain.values import Address
from notify.channels import Outgoing
from notify.channels.apprise import AppriseChannel
from notify.notices import Notice


@dataclass
class Listed:
    """A list of addresses in the shape of ``apprise.Apprise``: ``add`` and ``notify`` answer yes or no, and block."""

    answer: Any = True
    urls: list[str] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)

    def add(self, servers: str) -> bool:
        self.urls.append(servers)
        return "://" in servers

    def notify(self, body: str, title: str = "", body_format: str | None = None) -> Any:
        self.told.append((threading.current_thread().name, body))
        assert (title, body_format) == ("", "text")
        return self.answer


async def refused(messenger: Messenger) -> tuple[str, str]:
    with pytest.raises(DeliveryFailed) as failure:
        await messenger.carry("A7 订单 1042K 审核超时")
    assert (failure.value.permanent, failure.value.maybe_sent) == (True, False)
    return str(failure.value.code), failure.value.kind


async def test_a_notice_goes_as_text_to_every_address_beside_the_loop():
    listed = Listed()
    channel = AppriseChannel(Messenger(("json://a", "json://b"), lambda: listed))
    facts = {"text": "晚了 " + "长" * 900 + '\n<a href="https://s/o/1">查看订单</a>'}
    for _ in range(2):
        await channel.send(Outgoing("1-1", Address("main", "o"), Notice.REPLY, facts))
    assert listed.urls == ["json://a", "json://b"]
    (where, text), _ = listed.told
    assert where != threading.main_thread().name
    assert len(text.encode()) <= 2000
    assert text.endswith("请在公众号里回复。")
    assert "\ufffd" not in text


@pytest.mark.parametrize("answer", [False, None])
async def test_whatever_is_no_yes_goes_another_way(answer: Any):
    assert await refused(Messenger(("json://a",), lambda: Listed(answer))) == ("apprise:not_taken", "content")


async def test_a_mistake_of_setup_is_told_by_its_name():
    assert await refused(Messenger(("json://a", "nonsense"), Listed)) == ("apprise:bad_url", "config")

    def missing() -> Any:
        raise ModuleNotFoundError("apprise")

    assert await refused(Messenger(("json://a",), missing)) == ("apprise:not_installed", "config")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.skipif(not is_installed(), reason="apprise is an extra that is not installed here")
async def test_the_real_one_reaches_a_json_endpoint():
    got: list[dict[str, Any]] = []
    status = [200]

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status[0])
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = HTTPServer(("127.0.0.1", 0), Endpoint)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        messenger = Messenger((f"json://127.0.0.1:{server.server_port}/",))
        await messenger.carry("A7 订单 1042K\n审核超时")
        assert "A7 订单 1042K\n审核超时" in got[0]["message"]
        status[0] = 500
        assert await refused(messenger) == ("apprise:not_taken", "content")
        assert (await refused(Messenger(("nonsense",))))[0] == "apprise:bad_url"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
