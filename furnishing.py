"""From the settings to the plain values that the rooms work with; they never see a setting themselves."""

import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import aiohttp

import stage
from accounts import AccountSettings
from bot.envelope import WireAccount
from connect.carriers import fleet, kdniao, kuaidi100
from connect.carriers.kdniao import Kdniao
from connect.carriers.kuaidi100 import Kuaidi100
from connect.carriers.services import Service
from connect.mail.letters import EMAIL, Server
from connect.mail.postman import Postman
from connect.wechat.client import WeChat
from connect.workchat.app import WecomApp
from connect.workchat.appforms import WECOM_APP, App
from connect.workchat.apprise import APPRISE, Messenger
from connect.workchat.forms import WEBHOOK, Room
from connect.workchat.rooms import Porter
from domain import faults
from domain.choosing import mailbox_of, member_of
from domain.errors import DeliveryFailed
from domain.nightly import Nightly
from domain.photographing import LARGEST
from domain.policy import Policy
from domain.signs import Sign
from domain.silence import Patience
from notify.alerts.rules import Thresholds
from notify.channels import Channel
from notify.channels.apprise import AppriseChannel
from notify.channels.email import EmailChannel
from notify.channels.wecomapp import WecomAppChannel
from notify.channels.workchat import RoomChannel
from notify.hooks import HOOK
from notify.notices import CUSTOM, TEMPLATE
from notify.pace import Rates
from notify.tokens import DatabaseTokenShelf
from notify.windows import Grant, Grants
from settings import Environment, Settings
from web.hooks import Vendor
from web.identity import Door, Identity
from web.paper import Paper
from web.reception import Reception

Clock = Callable[[], datetime]


def clock(settings: Settings) -> Clock:
    """The wall clock; outside production one that can be moved."""
    if settings.env is Environment.PRODUCTION:
        return lambda: datetime.fromtimestamp(time.time(), UTC)
    return stage.MovableClock(timedelta(seconds=settings.demo_ahead))


def ticks(settings: Settings, clock: Clock) -> Callable[[], float]:
    """Counts seconds whatever happens to the clock, unless it is the clock of a demonstration."""
    return time.monotonic if settings.env is Environment.PRODUCTION else lambda: clock().timestamp()


def arm(settings: Settings) -> None:
    """Let go wrong what a test wants to go wrong; nothing in production, where the settings refuse it."""
    try:
        faults.arm(faults.parse(settings.failpoints))
    except ValueError as error:
        raise SystemExit(f"设置有误 · bad setting GENDAN_FAILPOINTS: {error}") from None


def policy(settings: Settings) -> Policy:
    """What an order must keep to pass the review by itself, and how long its links live."""
    above = settings.approval_above
    return Policy(
        zone=settings.zone,
        approval_above=None if above is None else Decimal(str(above)),
        unusual_factor=Decimal(str(settings.unusual_factor)),
        link_life=timedelta(days=settings.link_days),
        count_above=Decimal(str(settings.count_approval_above)),
        shortage_patience=timedelta(hours=settings.shortage_hours),
        shortage_default=settings.shortage_default,
        photo_life=timedelta(days=settings.photo_days) if settings.photo_days else None,
    )


def thresholds(settings: Settings) -> Thresholds:
    """How long something may take before somebody is alerted."""
    return Thresholds(
        held=timedelta(hours=settings.held_hours),
        parcels=Patience(
            first_scan=timedelta(hours=settings.first_scan_hours),
            silence=timedelta(hours=settings.silence_hours),
            floor=timedelta(hours=settings.silence_floor_hours),
        ),
        receipt=timedelta(hours=settings.receipt_hours),
        escalate=timedelta(minutes=settings.escalate_minutes),
        repeat=timedelta(hours=settings.repeat_hours),
        quotas={TEMPLATE: settings.template_daily, CUSTOM: settings.plain_daily},
    )


def grants(settings: Settings) -> Grants:
    """How many plain messages the platform takes after each sign of life, and for how long."""
    words = Grant(settings.plain_after_words, timedelta(hours=settings.plain_hours))
    tap = Grant(settings.plain_after_tap, timedelta(seconds=settings.plain_tap_seconds))
    return {sign: words if sign is Sign.WROTE else tap for sign in Sign}


def rates(settings: Settings) -> Rates:
    """How many sends a second this process makes by each way at most; 0 for as many as it can."""
    return {TEMPLATE: settings.template_per_second, CUSTOM: settings.plain_per_second}


def staff_channels(
    settings: Settings, session: aiohttp.ClientSession, porter: Porter, clock: Clock
) -> dict[str, Channel]:
    """Where staff may hear alerts besides WeChat, as far as it is set up."""
    there = [Room(kind, one.address, one.keys, inside=one.inside) for kind, one in settings.channels.items()]
    there += [
        Room(WEBHOOK, one.address, one.keys, inside=one.inside, name=f"{HOOK}{name}", events=one.wanted)
        for name, one in settings.webhooks.items()
    ]
    found: dict[str, Channel] = {room.name or room.kind: RoomChannel(room, porter) for room in there}
    if settings.apprise:
        found[APPRISE] = AppriseChannel(Messenger(settings.apprise))
    if settings.mail.host:
        postman = Postman(Server(**settings.mail.parts), settings.shop_name)
        found[EMAIL] = EmailChannel(postman, mailbox_of, clock)
    if settings.wecom_app.corp:
        app = App(**settings.wecom_app.parts)
        found[WECOM_APP] = WecomAppChannel(WecomApp(session, app, DatabaseTokenShelf(app.shelf), clock), member_of)
    return found


def wire_account(name: str, account: AccountSettings) -> WireAccount:
    """An Official Account as the wire knows it."""
    previous = account.aes_key_previous
    return WireAccount(
        name=name,
        appid=account.appid,
        original_id=account.original_id,
        token=account.token.get_secret_value(),
        aes_key=account.aes_key.get_secret_value() if account.aes_key is not None else None,
        aes_key_previous=previous.get_secret_value() if previous is not None else None,
        mode=account.mode.value,
    )


def nightly(settings: Settings) -> Nightly | None:
    """Where and when the copies of every night are made, if at all."""
    if settings.backup_dir is None:
        return None
    return Nightly(
        settings.backup_dir, settings.zone, settings.backup_hour, settings.backup_days, settings.backup_weeks
    )


def services(settings: Settings, session: aiohttp.ClientSession) -> tuple[Service, ...]:
    """The carrier services that are set up, the preferred one first."""
    found: list[Service] = []
    if (one := settings.carriers.get("kuaidi100")) is not None:
        found.append(Kuaidi100(session, url=one.url, key=one.key.get_secret_value(), customer=one.customer))
    if (one := settings.carriers.get("kdniao")) is not None:
        found.append(Kdniao(session, url=one.url, business=one.id, key=one.key.get_secret_value()))
    return tuple(found)


def vendors(settings: Settings) -> dict[str, Vendor]:
    """How the pushes of each service that is set up are opened and answered."""
    found: dict[str, Vendor] = {}
    if "kuaidi100" in settings.carriers:
        found["kuaidi100"] = Vendor(
            lambda pushed, salt: kuaidi100.parse_push(pushed.form, salt),
            lambda taken, _now: kuaidi100.push_answer(taken),
        )
    if (one := settings.carriers.get("kdniao")) is not None:
        business = one.id
        found["kdniao"] = Vendor(
            lambda pushed, key: kdniao.parse_push(pushed.form, key),
            lambda taken, now: kdniao.push_answer(business, taken, now),
            secret=one.key.get_secret_value(),
        )
    if (one := settings.carriers.get("fleet")) is not None:
        found["fleet"] = Vendor(
            lambda pushed, key: fleet.opened(pushed.headers, pushed.body, key, pushed.at),
            lambda taken, _now: {"ok": taken},
            secret=one.key.get_secret_value(),
            refused=401,
        )
    return found


def reception(
    settings: Settings, secret: bytes, clients: Mapping[str, WeChat], paper: Paper, clock: Callable[[], datetime]
) -> Reception:
    """Where whoever opens one of our pages is recognised, by way of the account that their link names."""
    doors = {name: _door(client, settings.wechat_open_url) for name, client in clients.items()}
    identity = Identity(secret, doors, settings.base_url, clock)
    return Reception(secret, identity, paper, settings.shop_name, clock)


def _door(client: WeChat, open_url: str) -> Door:
    return Door(lambda redirect, state: client.authorize_url(open_url, redirect, state), client.openid_by_code)


def media(clients: Mapping[str, WeChat]) -> Callable[[str, str], Awaitable[bytes]]:
    """Fetches what people sent, by account and number; an account that is not set up any more keeps nothing."""

    async def fetch(account: str, medium: str) -> bytes:
        if account not in clients:
            raise DeliveryFailed("no_account", permanent=True, kind="media")
        return await clients[account].download_media(medium, most=LARGEST)

    return fetch
