"""What watchers hear: up, ready or why not, and the figures for those who may read them."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from prometheus_client.parser import text_string_to_metric_families

from tests.web.conftest import Client
from web import health
from web.metrics import Figure, Metrics

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
Answering = Callable[[], Awaitable[str | None]]


async def fine() -> str | None:
    return None


async def broken() -> str | None:
    raise RuntimeError("postgres://user:password@host")


async def stuck() -> str | None:
    await asyncio.Event().wait()
    return None


async def figures() -> list[Figure]:
    return [
        Figure("gendan_outbox_pending", "Notices waiting", 3, {"kind": "template"}),
        Figure("gendan_outbox_pending", "Notices waiting", 1, {"kind": "custom"}),
        Figure("gendan_outbox_oldest_seconds", "Age of the oldest", 12.5),
    ]


@pytest.fixture
def metrics() -> Metrics:
    return Metrics("0.1.0")


@pytest.fixture
async def asked(aiohttp_client, metrics):
    async def start(bearer: str = "", **checks: Answering) -> Client:
        app = web.Application(middlewares=[metrics.middleware()])
        app.add_routes(health.routes("0.1.0", checks, metrics, figures, bearer=bearer))
        app.router.add_post("/wechat/main", _push)
        client: Client = await aiohttp_client(TestServer(app))
        return client

    return start


async def _push(request: web.Request) -> web.Response:
    wish = request.query.get("answer", "")
    if wish == "refused":
        raise web.HTTPForbidden
    if wish == "bug":
        raise RuntimeError
    return web.Response(text="success")


async def test_is_up_whatever_else_is_wrong(asked) -> None:
    client = await asked(database=broken)
    answer = await client.get("/healthz")
    assert answer.status == 200
    assert await answer.json() == {"status": "ok", "version": "0.1.0"}
    assert answer.headers["Cache-Control"] == "no-store"


async def test_is_ready_when_every_check_is_fine(asked) -> None:
    client = await asked(database=fine, engine=fine)
    answer = await client.get("/readyz")
    assert answer.status == 200
    assert await answer.json() == {"ready": True, "checks": {"database": "ok", "engine": "ok"}}


async def test_says_why_it_is_not_ready_without_secrets(asked) -> None:
    client = await asked(database=broken, engine=fine)
    answer = await client.get("/readyz")
    assert answer.status == 503
    body = await answer.json()
    assert body == {"ready": False, "checks": {"database": "RuntimeError", "engine": "ok"}}
    assert "password" not in await answer.text()


async def test_a_check_that_never_answers_is_an_answer(asked, monkeypatch) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.02)
    client = await asked(database=stuck)
    answer = await client.get("/readyz")
    assert answer.status == 503
    assert "no answer" in (await answer.json())["checks"]["database"]


@pytest.mark.parametrize(("ago", "fine"), [(0, True), (29, True), (30, False), (3600, False)])
async def test_an_engine_may_be_silent_for_half_a_minute(ago: int, fine: bool) -> None:
    check = health.beating(lambda: NOW - timedelta(seconds=ago), lambda: NOW)
    assert (await check() is None) is fine


async def test_an_engine_that_never_started_is_not_ready() -> None:
    assert await health.beating(lambda: None, lambda: NOW)() == "the engine has not started"


async def test_metrics_are_for_loopback(asked) -> None:
    client = await asked()
    answer = await client.get("/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
async def test_metrics_are_not_for_those_behind_a_proxy(asked, header: str) -> None:
    client = await asked()
    assert (await client.get("/metrics", headers={header: "127.0.0.1"})).status == 403


@pytest.mark.parametrize(
    ("authorization", "status"),
    [("Bearer right", 200), ("bearer right", 200), ("Bearer wrong", 403), ("Basic right", 403), ("", 403)],
)
async def test_a_bearer_opens_the_metrics(asked, authorization: str, status: int) -> None:
    client = await asked(bearer="right")
    headers = {"X-Forwarded-For": "203.0.113.9", "Authorization": authorization}
    assert (await client.get("/metrics", headers=headers)).status == status


async def test_an_empty_bearer_opens_nothing(asked) -> None:
    client = await asked(bearer="")
    headers = {"X-Forwarded-For": "203.0.113.9", "Authorization": "Bearer "}
    assert (await client.get("/metrics", headers=headers)).status == 403


async def test_counts_pushes_calls_and_figures(asked, metrics: Metrics) -> None:
    client = await asked()
    await client.post("/wechat/main")
    await client.post("/wechat/main")
    await client.post("/wechat/main?answer=refused")
    await client.post("/wechat/main?answer=bug")
    await client.get("/healthz")
    metrics.api_called("template/send", 45009)
    metrics.token_refreshed("ok")
    metrics.attempted("template", "sent")
    metrics.job_done("watch", NOW)
    text = await (await client.get("/metrics")).text()
    found = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    requests = "gendan_webhook_requests_total"
    assert found[requests, ("result", "ok"), ("type", "message")] == 2
    assert found[requests, ("result", "refused"), ("type", "message")] == 1
    assert found[requests, ("result", "failed"), ("type", "message")] == 1
    assert found["gendan_webhook_duration_seconds_count",] == 4
    assert found["gendan_wechat_api_requests_total", ("api", "template/send"), ("errcode", "45009")] == 1
    assert found["gendan_token_refresh_total", ("result", "ok")] == 1
    assert found["gendan_outbox_attempts_total", ("kind", "template"), ("result", "sent")] == 1
    assert found["gendan_job_last_success_timestamp_seconds", ("job", "watch")] == NOW.timestamp()
    assert found["gendan_outbox_pending", ("kind", "template")] == 3
    assert found["gendan_outbox_pending", ("kind", "custom")] == 1
    assert found["gendan_outbox_oldest_seconds",] == 12.5
    assert found["gendan_build_info", ("version", "0.1.0")] == 1
