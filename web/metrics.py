"""Counts what happens in this process and prints it, with figures read at that moment, in the form of Prometheus.

Other rooms know nothing of this: they are given ``api_called`` and the like as plain callables.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 4.5, 5, 10)
WEBHOOK = "/wechat/"
UNKNOWN = "unsure"
_RESULTS = {2: "ok", 4: "refused", 5: "failed"}


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the moment, in base units; ``labels`` never name a person or an order.

    A name that ends in ``_total`` is one that only grows while the process lives.
    """

    name: str
    help: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


class Metrics:
    """The counters of one process."""

    def __init__(self, version: str) -> None:
        own = self._registry = CollectorRegistry()
        self._requests = Counter("gendan_webhook_requests", "Pushes of the platform", ["type", "result"], registry=own)
        self._seconds = Histogram(
            "gendan_webhook_duration_seconds", "Time until a push was answered", buckets=BUCKETS, registry=own
        )
        self._calls = Counter("gendan_wechat_api_requests", "Calls of the WeChat API", ["api", "errcode"], registry=own)
        self._refreshes = Counter("gendan_token_refresh", "Fetches of an access token", ["result"], registry=own)
        self._attempts = Counter("gendan_outbox_attempts", "Attempts to deliver", ["kind", "result"], registry=own)
        self._unknown = Counter(
            "gendan_outbox_unknown", "Notices of which nobody knows whether they arrived", registry=own
        )
        self._bugs = Counter("gendan_bugs", "Failures that are bugs", registry=own)
        self._jobs = Gauge(
            "gendan_job_last_success_timestamp_seconds", "When a job last ended well", ["job"], registry=own
        )
        self._begin()
        Gauge("gendan_build_info", "The version that runs", ["version"], registry=own).labels(version).set(1)

    def _begin(self) -> None:
        # A series that appears with its first failure shows no increase: those that are watched begin at zero.
        for kind in ("message", "handshake"):
            for result in _RESULTS.values():
                self._requests.labels(kind, result)
        for result in ("ok", "transient", "throttled", "config"):
            self._refreshes.labels(result)

    def bug_caught(self) -> None:
        """Something failed that should not have: a person got a neutral sentence, the log has the trace."""
        self._bugs.inc()

    def api_called(self, api: str, errcode: int | str) -> None:
        """One call of the WeChat API was answered with ``errcode``."""
        self._calls.labels(api, str(errcode)).inc()

    def token_refreshed(self, result: str) -> None:
        """An access token was asked for; ``result`` is ok or the class of the failure."""
        self._refreshes.labels(result).inc()

    def attempted(self, channel: str, result: str) -> None:
        """One attempt to deliver a notice ended."""
        self._attempts.labels(channel, result).inc()
        if result == UNKNOWN:
            self._unknown.inc()

    def job_done(self, job: str, at: datetime) -> None:
        """A clock-driven job ended well."""
        self._jobs.labels(job).set(at.timestamp())

    def middleware(self) -> Middleware:
        """Counts and times the pushes of the platform; everything else passes through."""

        @web.middleware
        async def counted(request: web.Request, handler: Handler) -> web.StreamResponse:
            if not request.path.startswith(WEBHOOK):
                return await handler(request)
            started, status = time.perf_counter(), 500
            try:
                response = await handler(request)
                status = response.status
            except web.HTTPException as error:
                status = error.status
                raise
            finally:
                kind = "message" if request.method == "POST" else "handshake"
                self._requests.labels(kind, _RESULTS.get(status // 100, "other")).inc()
                self._seconds.observe(time.perf_counter() - started)
            return response

        return counted

    def text(self, figures: Iterable[Figure]) -> bytes:
        """Everything counted so far, and the figures of this moment."""
        moment = CollectorRegistry()
        moment.register(_Moment(figures))
        return generate_latest(self._registry) + generate_latest(moment)


Family = GaugeMetricFamily | CounterMetricFamily


class _Moment(Collector):
    """Figures as one family per name."""

    def __init__(self, figures: Iterable[Figure]) -> None:
        self._families: dict[str, Family] = {}
        for one in figures:
            kind = CounterMetricFamily if one.name.endswith("_total") else GaugeMetricFamily
            family = self._families.setdefault(one.name, kind(one.name, one.help, labels=[*one.labels]))
            family.add_metric([*one.labels.values()], one.value)

    def collect(self) -> Iterable[Family]:
        return self._families.values()
