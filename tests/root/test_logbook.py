"""The log: one JSON line per step, clean of secrets, people and forged lines, also for what libraries write."""

import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from aiohttp import ClientResponseError, ClientSession, web
from aiohttp.test_utils import TestServer

import logbook


class Bench:
    """A log that is set up as a process would, and what it wrote."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def log(self, level: str = "INFO", form: str = "json") -> Any:
        logbook.set_up(level, form)
        return structlog.get_logger()

    def written(self) -> str:
        return self._capsys.readouterr().err

    def line(self) -> dict[str, Any]:
        lines = self.written().splitlines()
        assert len(lines) == 1
        return dict(json.loads(lines[0]))


@pytest.fixture
def bench(capsys: pytest.CaptureFixture[str]) -> Iterator[Bench]:
    """Leaves the log of the other tests as it was."""
    settled, root = structlog.get_config(), logging.getLogger()
    handlers, level, hook = root.handlers[:], root.level, sys.excepthook
    yield Bench(capsys)
    sys.excepthook = hook
    structlog.configure(**settled)
    root.handlers[:], root.level = handlers, level
    logging.getLogger("aiohttp.server").removeFilter(logbook.calmed)


def test_a_step_is_one_line_with_time_and_level(bench: Bench):
    bench.log().info("notice_sent", delivery=7)
    told = bench.line()
    assert told.pop("ts").endswith("Z")
    assert told == {"event": "notice_sent", "level": "info", "delivery": 7}


@pytest.mark.parametrize("name", ["secret", "access_token", "aes_key", "AESKEY", "openid", "password", "content"])
def test_what_is_secret_by_name_is_blanked(bench: Bench, name: str):
    bench.log().info("x", **{name: "the-value"})
    assert bench.line()[name] == "***"


@pytest.mark.parametrize(
    "address",
    [
        "https://api/cgi-bin/message?access_token=abcDEF123",
        "https://api/cgi-bin/token?appid=wx1&secret=abcDEF123&x=1",
        "GET /sns/oauth2/access_token?code=abcDEF123",
    ],
)
def test_keys_inside_addresses_are_blanked(bench: Bench, address: str):
    log = bench.log()
    log.warning("call_failed", url=address)
    logging.getLogger("aiohttp.client").warning("failed %s", address)
    try:
        raise OSError(address)
    except OSError:
        log.exception("bug")
    told = bench.written()
    assert len(told.splitlines()) == 3
    assert "abcDEF123" not in told


@pytest.mark.parametrize("mean", ["a\nb", "a\rb", "a\x1b[31mb", "a\u2028b", "a\u202eb", "a\x00b"])
@pytest.mark.parametrize("form", ["json", "text"])
def test_no_value_breaks_or_hides_a_line(bench: Bench, mean: str, form: str):
    bench.log(form=form).info("x", name=mean)
    told = bench.written()
    assert len(told.splitlines()) == 1
    assert mean not in told


def test_libraries_write_the_same_lines(bench: Bench):
    bench.log()
    logging.getLogger("apscheduler").info("tick")
    logging.getLogger("apscheduler").warning("missed %s", "a job")
    told = bench.line()
    assert (told["event"], told["level"], told["logger"]) == ("missed a job", "warning", "apscheduler")


def test_an_exception_stays_one_json_line(bench: Bench):
    log = bench.log()
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        log.exception("bug", message="k1")
    told = bench.line()
    assert "ZeroDivisionError" in told["exception"]
    assert told["message"] == "k1"


@pytest.mark.parametrize(("level", "heard"), [("debug", 2), ("INFO", 1), ("warning", 0)])
def test_levels_below_the_set_one_are_left_out(bench: Bench, level: str, heard: int):
    log = bench.log(level)
    log.debug("x")
    log.info("x")
    assert len(bench.written().splitlines()) == heard


CANARIES = (
    ("https://api/cgi-bin/user/info?access_token=CANARY&openid=o1", "CANARY"),
    ("https://qyapi/cgi-bin/gettoken?corpid=ww1&corpsecret=CANARY", "CANARY"),
    ("https://api/sns/oauth2/access_token?appid=wx1&secret=CANARY&code=0", "CANARY"),
    ("GET /wechat/main?signature=CANARY&timestamp=1&nonce=2", "CANARY"),
    ("GET /o/1001K-0-ff-CANARYCANARYCANARYCAN", "CANARY"),
    ("POST /hooks/carriers/kuaidi100/CANARY?x=1", "CANARY"),
    ("postgres://shop:CANARY@127.0.0.1:5432/gendan refused", "CANARY"),
    ('{"access_token": "CANARY", "expires_in": 7200}', "CANARY"),
    ("{'secret': 'CANARY', 'appid': 'wx1'}", "CANARY"),
    ("Authorization: Bearer CANARY.abc", "CANARY"),
    ("no such user o6_bmjrPTlm6_2sgVt7hMZOPfL2M here", "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"),
    ("call 13812345678 now", "13812345678"),
)


@pytest.mark.parametrize(("said", "canary"), CANARIES)
@pytest.mark.parametrize("form", ["json", "text"])
def test_no_way_of_writing_lets_a_secret_through(bench: Bench, said: str, canary: str, form: str):
    log = bench.log(form=form)
    log.warning("x", why=said, deep={"a": [said, {"b": (said,)}]}, error=ValueError(said))
    log.warning(said)
    logging.getLogger("aiohttp.access").warning("%s", said)
    for report in (log.exception, logging.getLogger("aiohttp.server").exception):
        try:
            try:
                raise OSError(said)
            except OSError as cause:
                raise RuntimeError(f"bug after {said}") from cause
        except RuntimeError:
            report("bug")
    told = bench.written()
    assert told
    assert canary not in told


@pytest.mark.parametrize("name", ["phone", "ship_to", "address", "receiver_name", "signature", "Cookie"])
def test_what_tells_where_somebody_lives_is_blanked_by_its_name(bench: Bench, name: str):
    bench.log().info("x", order={name: "科苑路15号"}, **{name: "科苑路15号"})
    told = bench.line()
    assert (told[name], told["order"][name]) == ("***", "***")


def test_what_is_no_secret_stays(bench: Bench):
    fine = {"waybill": "SF1234567890123", "order": "SO1001H", "why": "errcode=40001", "ok": True, "n": 3, "none": None}
    bench.log().info("x", **fine)
    told = bench.line()
    assert {name: told[name] for name in fine} == fine


def test_the_end_by_a_bug_is_a_line_like_all_others(bench: Bench):
    bench.log()
    try:
        raise ValueError("postgres://shop:CANARY@host/db")
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    told = bench.line()
    assert (told["event"], told["level"]) == ("crashed", "critical")
    assert "CANARY" not in told["exception"]
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert bench.written() == ""


async def test_a_request_that_fails_shows_no_token_of_its_address(bench: Bench):
    bench.log()

    async def broken(_: web.Request) -> web.Response:
        async with ClientSession() as session:
            await session.get("http://127.0.0.1:9/cgi-bin/menu/get?access_token=CANARY-1", raise_for_status=True)
        raise AssertionError

    app = web.Application()
    app.router.add_get("/o/{token}", broken)
    async with TestServer(app) as server, ClientSession() as session:
        answer = await session.get(server.make_url("/o/CANARY-2?code=CANARY-3"))
        assert answer.status == 500
        try:
            (await session.get(server.make_url("/o/CANARY-2?code=CANARY-3"))).raise_for_status()
        except ClientResponseError:
            structlog.get_logger().exception("asked_in_vain")
    told = bench.written()
    assert "asked_in_vain" in told
    assert "Error handling request" in told
    assert "CANARY" not in told
