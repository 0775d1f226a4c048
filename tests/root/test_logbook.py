"""The log: one JSON line per step, clean of secrets, people and forged lines, also for what libraries write."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

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
    handlers, level = root.handlers[:], root.level
    yield Bench(capsys)
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
