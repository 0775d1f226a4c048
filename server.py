"""The process: opens the database and the HTTP session, wires the rooms together, and runs until it is told to stop."""

import asyncio
import gc
import secrets
import signal
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any

import aiohttp
import structlog
import uvloop
from aiohttp import web

import furnishing
import readings
import rounds
import schedule
import stage
import templates
from accounts import AccountSettings
from bot import kept
from bot.dispatch import Dispatch
from bot.envelope import Inbound
from bot.inbox import Inbox
from bot.router import Router
from bot.vocabulary import Vocabulary, shop_lexicon
from bot.webhook import routes as wire_routes
from bot.working import Said
from connect.carriers.services import PARSERS
from connect.fallback import proposer
from connect.wechat.client import WeChat
from connect.workchat.rooms import Porter
from domain.database import close_database, open_database, pending_migrations
from domain.keyring import check_accounts, unlock
from domain.leading import Leader
from domain.linking import link_token, load_secret, token_at
from domain.marking import ENGINE, put_mark
from domain.nightly import keep_nightly
from domain.offering import catalogue_version
from domain.policy import set_policy
from domain.probing import take_write_lock
from domain.tracking import process_pushes, salt_of
from domain.upgrading import refuse_newer
from domain.values import Address
from domain.waking import Ear
from furnishing import Clock
from handlers import fill
from notify.channels import Channels
from notify.channels.charts import Charts
from notify.channels.custom import CustomChannel
from notify.channels.template import TemplateChannel
from notify.engine import Engine
from notify.outbox import due_count, queue_reply
from notify.tokens import DatabaseTokenShelf
from release import product_version
from settings import Environment, ProcessRole, Settings
from web import health
from web.assets import Assets
from web.hooks import Hooks
from web.metrics import Figure, Metrics
from web.pages import OrderPages
from web.paper import Paper
from web.past import PastPages, past_addresses
from web.slips import SlipPages

log = structlog.get_logger()

DRAIN_SECONDS = 10.0
# Told to end, the process has ten seconds: a message is answered within 4.5, the rest is for what goes on behind it.
ANSWER_SECONDS = 5.0
CLOSE_SECONDS = 4.0


class Shop:
    """The running product: one web application, one engine, one schedule; closed in the order of opening."""

    def __init__(self, settings: Settings, clock: Clock, session: aiohttp.ClientSession, secret: bytes) -> None:
        self.settings = settings
        self.clock = clock
        self._secret = secret
        self._stop = asyncio.Event()
        self._tasks: list[asyncio.Task[object]] = []
        self.metrics = Metrics(product_version())
        self._wechat = {name: self._client(session, name, one) for name, one in settings.accounts.items()}
        self._porter = Porter(session, clock)
        self._rooms = furnishing.staff_channels(settings, session, self._porter, clock)
        worker = secrets.token_hex(6)
        self.engine = Engine(
            self._channels(),
            clock=clock,
            link=self.link,
            page=self.page,
            worker=worker,
            attempted=self.metrics.attempted,
            grants=furnishing.grants(settings),
            rates=furnishing.rates(settings),
        )
        self._carriers = furnishing.services(settings, session)
        self._vocabulary = Vocabulary(catalogue_version, shop_lexicon)
        self._assets = Assets()
        self._paper = Paper(self._assets)
        self._slips = SlipPages(secret, self._paper, settings.shop_name, settings.base_url, self.link, clock)
        propose = proposer(session, *settings.fallback, templates.fallback_instructions())
        past = past_addresses(settings.base_url, secret, clock)
        router = fill(
            Router(),
            link=self.link,
            slip=self._slips.address,
            past=past,
            thresholds=furnishing.thresholds(settings),
            ways=settings.staff_ways,
        )
        self._dispatch = Dispatch(router, self._vocabulary, clock, self.metrics.bug_caught, propose=propose)
        self.inbox = Inbox(self._answer, self._later, clock)
        leader = Leader(worker, furnishing.ticks(settings, clock), alone=settings.sqlite_file is not None)
        self.schedule = schedule.Schedule(self._jobs(), clock, leader, self.metrics.job_done)
        self.app = self._application()

    async def link(self, order: str) -> str:
        """An address of an order's page, good for as long as the settings say."""
        return f"{self.settings.base_url}/o/{await link_token(order, self._secret, now=self.clock())}"

    def page(self, order: str, links: int) -> str:
        """The same where the generation of the order's links is at hand."""
        return f"{self.settings.base_url}/o/{token_at(order, links, self._secret, now=self.clock())}"

    async def start(self) -> None:
        """Begin to work, with what a stopped process left; it goes before whatever is let in from now on."""
        if self.settings.role is not ProcessRole.WEB:
            # SQLite is ours alone; on PostgreSQL a message may be in work at another process.
            await self.inbox.begin_again(alone=self.settings.sqlite_file is not None)
            self._run(self.engine.run(self._stop), "engine")
            self.schedule.start()
            if not self.settings.sqlite_file:
                self._run(Ear(self.settings.database_url, self._wakes()).listen(self._stop), "ear")

    async def settle(self) -> int:
        """Do everything that is due now, and how many events and notices that were; for tests and the demonstration."""
        await self.inbox.drain(DRAIN_SECONDS)
        await self._watch_parcels(self.clock())
        await process_pushes(PARSERS, now=self.clock())
        await self._fetch_photos(self.clock())
        return await self.engine.drain()

    async def tick(self) -> None:
        """Run every clock-driven job now, then everything that follows from it."""
        await self.schedule.run_all(self.clock())
        await self.settle()

    async def unfinished(self) -> int:
        """Messages not answered and notices due: nothing of either should be left behind."""
        return await kept.unsettled() + await due_count(self.clock())

    async def close(self) -> None:
        """Stop taking work and let what runs end, within seconds; what does not is taken up at the next start."""
        began = asyncio.get_running_loop().time()
        await self.schedule.stop()
        if not await self.inbox.drain(CLOSE_SECONDS):
            log.warning("drain_incomplete", left=self.inbox.busy)
        self._stop.set()
        self.engine.wake()
        await _ended(self._tasks, began + CLOSE_SECONDS - asyncio.get_running_loop().time())
        await self._porter.close()

    def _run(self, work: Coroutine[Any, Any, object], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.append(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[object]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self.metrics.bug_caught()
            log.error("task_failed", task=task.get_name(), exc_info=task.exception())

    async def _answer(self, inbound: Inbound) -> Said:
        try:
            return await self._dispatch(inbound)
        finally:
            self.engine.wake()

    async def _later(self, inbound: Inbound, text: str) -> None:
        cause = f"inbound:{inbound.account}:{inbound.key}"
        await queue_reply(cause, Address(inbound.account, inbound.openid), text, now=self.clock())
        self.engine.wake()

    def _client(self, session: aiohttp.ClientSession, name: str, account: AccountSettings) -> WeChat:
        return WeChat(
            session,
            appid=account.appid,
            secret=account.secret.get_secret_value(),
            api_url=self.settings.wechat_api_url,
            shelf=DatabaseTokenShelf(name),
            clock=self.clock,
            called=self.metrics.api_called,
            refreshed=self.metrics.token_refreshed,
        )

    def _channels(self) -> Channels:
        return {
            name: {
                **self._rooms,
                "template": self._cards(client, self.settings.accounts[name]),
                "custom": CustomChannel(client, Charts(client, self.clock)),
            }
            for name, client in self._wechat.items()
        }

    def _cards(self, client: WeChat, account: AccountSettings) -> TemplateChannel:
        return TemplateChannel(client, account.templates, account.fields)

    def _jobs(self) -> tuple[schedule.Job, ...]:
        return schedule.jobs(
            furnishing.thresholds(self.settings),
            link=self.link,
            watch_parcels=self._watch_parcels,
            fetch_photos=self._fetch_photos,
            wake=self.engine.wake,
            prune=kept.prune,
            resume=lambda: self.inbox.resume(alone=False),
            beat=self._beat,
            keep=self._keep if self.settings.backup_dir else None,
        )

    async def _beat(self, _: datetime) -> None:
        if self.engine.beat_at is not None:
            await put_mark(ENGINE, self.settings.role.value, now=self.engine.beat_at)

    async def _keep(self, now: datetime) -> None:
        if (wish := furnishing.nightly(self.settings)) is not None:
            await keep_nightly(self.settings.database_url, wish, version=product_version(), now=now)

    async def _watch_parcels(self, now: datetime) -> None:
        if self._carriers:
            await rounds.watch_parcels(self._carriers, self.settings.base_url, now=now)

    async def _fetch_photos(self, now: datetime) -> int:
        return await rounds.fetch_photos(furnishing.media(self._wechat), now=now)

    def _application(self) -> web.Application:
        app = web.Application(middlewares=[self.metrics.middleware(), self._paper.middleware()])
        app.add_routes(self._health())
        if self.settings.role is not ProcessRole.WORKER:
            app.add_routes(self._wire())
            app.add_routes(self._pages())
            app.add_routes(self._slips.routes())
            app.add_routes(self._assets.routes())
            app.add_routes(self._hooks())
        if self.settings.env is not Environment.PRODUCTION and isinstance(self.clock, stage.MovableClock):
            app.add_routes(stage.routes(self.clock, self.tick, lambda: readings.trace(self.clock())))
        return app

    def _wire(self) -> list[web.RouteDef]:
        accounts = {name: furnishing.wire_account(name, one) for name, one in self.settings.accounts.items()}
        return wire_routes(accounts, self.inbox, self.clock, sorry=templates.render("not_kept"))

    def _pages(self) -> list[web.RouteDef]:
        reception = furnishing.reception(self.settings, self._secret, self._wechat, self._paper, self.clock)
        return [*OrderPages(reception).routes(), *PastPages(reception).routes()]

    def _hooks(self) -> list[web.RouteDef]:
        return Hooks(furnishing.vendors(self.settings), salt_of, self._push_came, self.clock).routes()

    def _wakes(self) -> dict[str, Callable[[], None]]:
        """What is to be done about rows that another process has committed."""

        def pushed() -> None:
            if self.schedule.leads:
                self._push_came()

        return {"event": self.engine.wake, "delivery": self.engine.wake, "carrierpush": pushed}

    def _push_came(self) -> None:
        if self.settings.role is ProcessRole.WEB:
            return  # Kept, and told by the database to those who work.
        self._run(self._read_pushes(), "pushes")
        self._tasks = [task for task in self._tasks if not task.done()]

    async def _read_pushes(self) -> None:
        await process_pushes(PARSERS, now=self.clock())
        self.engine.wake()

    def _health(self) -> list[web.RouteDef]:
        checks: dict[str, health.Check] = {"database": _writable}
        if self.settings.role is not ProcessRole.WEB:
            checks["engine"] = health.beating(lambda: self.engine.beat_at, self.clock)
        return health.routes(
            product_version(), checks, self.metrics, self._figures, bearer=self.settings.metrics_bearer
        )

    async def _figures(self) -> list[Figure]:
        return await readings.readings(self.clock(), leads=self.schedule.leads, copies_in=self.settings.backup_dir)


async def build(settings: Settings, *, clock: Clock | None = None) -> Shop:
    """Open everything that the settings name, without starting to work; refuses tables of another version."""
    clock = clock or furnishing.clock(settings)
    furnishing.arm(settings)
    set_policy(furnishing.policy(settings))
    templates.set_zone(settings.zone)
    async with AsyncExitStack() as stack:
        await open_database(settings.database_url)
        stack.push_async_callback(close_database)
        await refuse_newer()
        if await pending_migrations():
            raise SystemExit("数据库还不是这个版本，请先运行 gendan migrate · run gendan migrate first")
        await unlock(settings.secret_file, now=clock())
        await check_accounts(settings.appids, now=clock())
        session = await stack.enter_async_context(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64)))
        shop = Shop(settings, clock, session, await load_secret())
        stack.push_async_callback(shop.close)
        # From here on it is the application's end that closes all of it.
        opened = stack.pop_all()
    shop.app.on_cleanup.append(lambda _: opened.aclose())
    return shop


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT, then let what is in work end."""
    shop = await build(settings)
    runner = web.AppRunner(shop.app, access_log=None, shutdown_timeout=ANSWER_SECONDS)
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    try:
        await runner.setup()
        await shop.start()
        await web.TCPSite(runner, settings.host, settings.port).start()
        # Nothing of what has been loaded is ever looked at again for garbage; what comes from now on is.
        gc.freeze()
        gc.enable()
        log.info("serving", host=settings.host, port=settings.port, role=settings.role.value)
        await stop.wait()
        log.info("stopping")
    finally:
        await runner.cleanup()


def run(settings: Settings) -> None:
    """The process itself; on uvloop, which answers about a third more."""
    uvloop.run(serve(settings))


async def _ended(tasks: Iterable[asyncio.Task[object]], seconds: float) -> None:
    """Wait for the end of these, and cut off those that take longer."""
    left = {task for task in tasks if not task.done()}
    if left:
        _, left = await asyncio.wait(left, timeout=max(seconds, 0))
    for task in left:
        log.warning("cut_off", task=task.get_name())
        task.cancel()
    if left:
        await asyncio.wait(left, timeout=1)


async def _writable() -> str | None:
    await take_write_lock()
    return None
