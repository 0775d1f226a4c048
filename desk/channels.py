"""The commands about where staff hear alerts: who chose what, another choice, a try."""

from collections.abc import Awaitable, Callable
from typing import Annotated, NoReturn

import typer

from desk.premises import in_confidence, now, with_database
from desk.terminal import AsJson, answered, refuse, table, usage

channels_app = typer.Typer(invoke_without_command=True, help="员工在哪里收预警：公众号、群机器人、webhook")
WECHAT = "wechat"
NOTED = {"email": ("mailbox", "you@example.com"), "wecom_app": ("member", "ChenJie")}


@channels_app.callback()
def channels(context: typer.Context, as_json: AsJson = False) -> None:
    """谁在哪里收预警，通道设好没有"""
    if context.invoked_subcommand is not None:
        return
    from domain.choosing import ways_of_staff

    there = {WECHAT, *in_confidence().staff_ways}
    rows = with_database(ways_of_staff)
    table(
        [
            {"staff": code, "name": name, "channel": way or WECHAT, "set_up": (way or WECHAT) in there}
            for code, name, way in rows
        ],
        as_json,
    )


@channels_app.command("use")
def channels_use(staff: str, channel: Annotated[str, typer.Argument(help="wechat 或已设置的通道")]) -> None:
    """换一个通道收预警；发不出去时仍走公众号"""
    from domain.choosing import choose_way, has_address, ways_of_staff

    there = [WECHAT, *in_confidence().staff_ways]
    if channel not in there:
        how = "先设 GENDAN_CHANNELS__<通道>__URL、GENDAN_MAIL__HOST 或 GENDAN_WECOM_APP__CORP"
        usage(f"通道 {channel} 没有设置，可用：{'、'.join(there)}；{how} · not set up")
    if staff not in {code for code, _, _ in with_database(ways_of_staff)}:
        _nobody(staff)
    if not with_database(lambda: has_address(staff, channel)):
        noted, address = NOTED[channel]
        refuse(f"先记下 {staff} 的地址：gendan channels {noted} {staff} {address} · no address noted")
    if not with_database(lambda: choose_way(staff, "" if channel == WECHAT else channel)):
        _nobody(staff)
    typer.echo(f"{staff} 的预警走 {channel} · alerts go by {channel}")


@channels_app.command("resume")
def channels_resume(channel: str) -> None:
    """恢复一个停用的通道，积着的马上再送"""
    from notify.hooks import enable

    if not with_database(lambda: enable(channel, now=now())):
        refuse(f"通道 {channel} 没有停用 · it is not shut")
    typer.echo(f"{channel} 恢复了 · open again")


@channels_app.command("mailbox")
def channels_mailbox(staff: str, address: str) -> None:
    """记下员工的邮箱；要用邮件收预警再 channels use"""
    from domain.choosing import keep_mailbox

    _note(keep_mailbox, staff, address, f"{address} 不是邮箱地址 · not an e-mail address")
    typer.echo(f"{staff} 的邮箱是 {address} · kept")


@channels_app.command("member")
def channels_member(staff: str, member: Annotated[str, typer.Argument(help="企业微信通讯录里的账号")]) -> None:
    """记下员工的企业微信账号；要用企业微信应用收预警再 channels use"""
    from domain.choosing import keep_member

    _note(keep_member, staff, member, f"{member} 不是企业微信账号，如 ChenJie · not a user id of WeCom")
    typer.echo(f"{staff} 的企业微信账号是 {member} · kept")


def _note(keep: Callable[[str, str], Awaitable[bool]], staff: str, address: str, wrong: str) -> None:
    """Keep somebody's own address; one that is none is ``wrong`` in the words of the desk, not of the chat."""
    from domain.wisherrors import MailboxRefused, MemberRefused

    async def noted() -> bool | None:
        try:
            return await keep(staff, address)
        except (MailboxRefused, MemberRefused):
            return None

    known = with_database(noted)
    if known is None:
        usage(wrong)
    if not known:
        _nobody(staff)


def _nobody(staff: str) -> NoReturn:
    refuse(f"没有员工 {staff}；看都有谁：gendan channels · no such member of staff")


@channels_app.command("try")
def channels_try(
    channel: str, to: Annotated[str, typer.Option(help="发给哪个邮箱、哪个企业微信账号 · whom it goes to")] = ""
) -> None:
    """往一个通道发一句话，看它通不通"""
    if channel == "email":
        _try_mail(to)
    elif channel == "apprise":
        _try_apprise()
    elif channel == "wecom_app":
        _try_app(to)
    else:
        _try_room(channel)
    typer.echo("发出去了 · taken")


def _try_mail(to: str) -> None:
    from connect.mail.letters import Letter, Server, is_address
    from connect.mail.postman import Postman
    from domain.errors import DeliveryFailed

    settings = in_confidence()
    if not settings.mail.host:
        usage("邮件没有设置：设 GENDAN_MAIL__HOST、GENDAN_MAIL__SENDER · not set up")
    if not is_address(to):
        usage("发给谁：加 --to you@example.com · say to whom")

    async def run() -> str:
        try:
            await Postman(Server(**settings.mail.parts), settings.shop_name).carry(
                Letter(f"try-{int(now().timestamp())}", to, "跟单：通道试发", now())
            )
        except DeliveryFailed as failure:
            return str(failure.code)
        return ""

    if code := answered(run):
        _untaken(code)


def _try_apprise() -> None:
    from connect.workchat.apprise import Messenger
    from domain.errors import DeliveryFailed

    urls = in_confidence().apprise
    if not urls:
        usage("Apprise 没有设置：设 GENDAN_APPRISE_URLS · not set up")

    async def run() -> str:
        try:
            await Messenger(urls).carry("跟单：通道试发")
        except DeliveryFailed as failure:
            return str(failure.code)
        return ""

    if code := answered(run):
        _untaken(code)


def _try_app(to: str) -> None:
    import aiohttp

    from connect.wechat.shelf import MemoryShelf
    from connect.workchat.app import WecomApp
    from connect.workchat.appforms import App, Letter
    from domain.errors import DeliveryFailed

    settings = in_confidence().wecom_app
    if not settings.corp:
        usage("企业微信应用没有设置：设 GENDAN_WECOM_APP__CORP、AGENT、SECRET · not set up")
    if not to:
        usage("发给谁：加 --to 企业微信账号 · say to whom")

    async def run() -> str:
        async with aiohttp.ClientSession() as session:
            try:
                await WecomApp(session, App(**settings.parts), MemoryShelf(), now).carry(
                    Letter(to, "跟单：通道试发", "")
                )
            except DeliveryFailed as failure:
                # What the vendor says beside the code names the address that is to be allowed.
                return str(failure)
        return ""

    if said := answered(run):
        _untaken(said)


def _try_room(channel: str) -> None:
    import aiohttp

    from connect.workchat.forms import Letter, Room
    from connect.workchat.rooms import Porter
    from domain.errors import DeliveryFailed

    settings, (kind, _, name) = in_confidence(), channel.partition(":")
    rooms = {str(one): room for one, room in settings.channels.items()}
    found = settings.webhooks.get(name) if kind == "hook" else rooms.get(channel)
    if found is None:
        setting = f"WEBHOOKS__{name.upper()}" if kind == "hook" else f"CHANNELS__{channel.upper()}"
        usage(f"通道 {channel} 没有设置：设 GENDAN_{setting}__URL · not set up")
    room = Room("webhook" if kind == "hook" else channel, found.address, found.keys, inside=found.inside)

    async def run() -> str:
        async with aiohttp.ClientSession() as session:
            porter = Porter(session, now)
            try:
                await porter.carry(room, Letter(f"try-{int(now().timestamp())}", "try", "跟单：通道试发"))
            except DeliveryFailed as failure:
                return str(failure.code)
            finally:
                await porter.close()
        return ""

    if code := answered(run):
        _untaken(code)


def _untaken(said: str) -> NoReturn:
    """What the other side answered, first its code, and what to do about it."""
    from templates import render

    code = said.partition(" ")[0]
    todo = "请查地址和密钥" if code.startswith("webhook:") else render("fix", code=code)
    refuse(f"没发出去，错误 {said}：{todo} · not taken")
